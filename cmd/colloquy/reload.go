package main

import (
	"context"
	"os"
	"slices"
)

// reread applies the configuration file again on each hang-up signal, until ctx
// is done. It returns true when the signal means that the terminal in which
// serve was started is gone, and with it who started it.
func (a *app) reread(ctx context.Context, rt *running, hangups <-chan os.Signal) (gone bool) {
	watched := onTerminal(a.stdin)
	for {
		select {
		case <-ctx.Done():
			return false
		case <-hangups:
		}
		if watched && !onTerminal(a.stdin) {
			rt.log.InfoContext(ctx, "the terminal is closed")
			return true
		}
		a.reload(ctx, rt)
	}
}

// reload reads the configuration file anew and applies what it declares. One
// that is wrong, or gone, changes nothing.
func (a *app) reload(ctx context.Context, rt *running) {
	next := *a
	next.config = &Config{}
	if err := next.loadConfig(); err != nil {
		rt.log.ErrorContext(ctx, "configuration not applied", "err", err)
		return
	}
	if next.config.File == "" {
		rt.log.WarnContext(ctx, "there is no configuration file to read again", "file", defaultConfigFile)
		return
	}
	for _, key := range a.restarts(next.config) {
		rt.log.WarnContext(ctx, "a setting that changed takes effect when serve starts again", "key", key)
	}
	if err := next.applyConfig(ctx, rt); err != nil {
		rt.log.ErrorContext(ctx, "configuration not applied", "err", err)
		return
	}
	rt.log.InfoContext(ctx, "configuration read again", "file", next.config.File)
}

// restarts names the keys of the file that differ and that serve reads only when
// it starts. What a flag or a variable says instead of the file is not among them.
func (a *app) restarts(next *Config) []string {
	was := a.config
	var keys []string
	for flag, key := range map[string]string{
		"db": "db", "allow-network": "allow_network", "log-format": "log.format", "log-level": "log.level",
		"writer": "writer.use", "prompts": "writer.prompts",
	} {
		if said := a.said[flag]; was.flags[flag] != next.flags[flag] && (said == "" || said == was.at[flag]) {
			keys = append(keys, key)
		}
	}
	for key, differs := range map[string]bool{
		"recap.min_replies": was.RecapReplies != next.RecapReplies,
		"recap.min_people":  was.RecapPeople != next.RecapPeople,
		"retention":         was.Retention != next.Retention,
		"feed_interval":     was.FeedInterval != next.FeedInterval,
		"shortest_interval": was.Shortest != next.Shortest,
		"writer":            was.Writer.anywhere() != next.Writer.anywhere(),
	} {
		if differs {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
