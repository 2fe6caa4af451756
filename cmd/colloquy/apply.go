package main

import (
	"context"
	"fmt"

	"colloquy/bot"
)

// applyConfig makes the feeds and schedules that the configuration file
// declares. Without a file nothing is changed.
func (a *app) applyConfig(ctx context.Context, rt *running) error {
	if a.config.File == "" {
		return nil
	}
	var d bot.Declared
	for _, f := range a.config.Feeds {
		d.Feeds = append(d.Feeds, bot.Feed{Name: f.Name, URL: f.URL})
	}
	for _, s := range a.config.Schedules {
		d.Schedules = append(d.Schedules, bot.DeclaredSchedule{Schedule: s.Schedule, FeedURLs: s.FeedURLs})
	}
	changes, err := rt.engine.Declare(ctx, d)
	for _, c := range changes {
		rt.log.InfoContext(ctx, "configuration applied", "change", c)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.config.File, err)
	}
	return nil
}
