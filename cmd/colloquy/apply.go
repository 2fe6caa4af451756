package main

import (
	"context"
	"fmt"

	"colloquy/bot"
)

// applyConfig makes the feeds and schedules that the configuration file
// declares. Without a file nothing is changed. Its error begins with the line of
// the file, where there is one.
func (a *app) applyConfig(ctx context.Context, rt *running) error {
	if a.config.File == "" {
		return nil
	}
	changes, warnings, err := rt.engine.Declare(ctx, a.config.declared())
	for _, w := range warnings {
		rt.log.WarnContext(ctx, "configuration", "warning", w)
	}
	for _, c := range changes {
		rt.log.InfoContext(ctx, "configuration applied", "change", c)
	}
	if err != nil {
		return fmt.Errorf("apply the configuration: %w", err)
	}
	return nil
}

// declared is what the file declares, for the engine.
func (c *Config) declared() bot.Declared {
	var d bot.Declared
	for _, f := range c.Feeds {
		d.Feeds = append(d.Feeds, bot.Feed{Name: f.Name, URL: f.URL, DeclaredAt: fmt.Sprintf("%s:%d", c.File, f.Line)})
	}
	for _, s := range c.Schedules {
		d.Schedules = append(d.Schedules, bot.DeclaredSchedule{Schedule: s.Schedule, FeedURLs: s.FeedURLs})
	}
	return d
}
