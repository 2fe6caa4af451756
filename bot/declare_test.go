package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestDeclare(t *testing.T) {
	b := newBench(t)
	url := b.web.feedURL()
	declare := func(d bot.Declared) string {
		t.Helper()
		changes, err := b.engine.Declare(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(changes, "; ")
	}
	full := func() bot.Declared {
		return bot.Declared{
			Feeds:     []bot.Feed{{Name: "post", URL: url}},
			Schedules: []bot.DeclaredSchedule{{Schedule: bot.Schedule{Name: "daily", Channel: channel, Cron: "0 9 * * *"}, FeedURLs: []string{url}}},
		}
	}
	schedule := func() bot.Schedule {
		t.Helper()
		s, err := b.db.FindSchedule(t.Context(), "daily")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if got := declare(full()); got != "added feed "+url+"; added schedule daily" {
		t.Errorf("first: %s", got)
	}
	first := schedule()
	b.wait(0)
	if got := declare(full()); got != "" {
		t.Errorf("twice: %s", got)
	}
	changed := full()
	changed.Schedules[0].Cron = "0 10 * * *"
	if got := declare(changed); got != "changed schedule daily" {
		t.Errorf("changed: %s", got)
	}
	if s := schedule(); s.ID != first.ID || s.NextAt.Hour() != 10 {
		t.Errorf("changed to %+v", s)
	}
	if got := declare(bot.Declared{}); !strings.Contains(got, "paused schedule daily: removed") || !strings.Contains(got, "stopped feed") {
		t.Errorf("emptied: %s", got)
	}
	if s := schedule(); !s.Paused || !s.NextAt.IsZero() {
		t.Errorf("not paused: %+v", s)
	}
	if got := declare(bot.Declared{}); got != "" {
		t.Errorf("emptied twice: %s", got)
	}
	if got := declare(full()); !strings.Contains(got, "polling feed") || !strings.Contains(got, "changed schedule daily") {
		t.Errorf("back again: %s", got)
	}
	if s := schedule(); s.Paused || s.NextAt.IsZero() {
		t.Errorf("still paused: %+v", s)
	}
	// A pause that a person asked for stays over the next start.
	if _, err := b.engine.SetPaused(t.Context(), schedule(), true, time.Time{}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	if got := declare(full()); got != "" || !schedule().Paused {
		t.Errorf("a person's pause was undone: %s", got)
	}
	bad := full()
	bad.Schedules[0].Cron = "0 25 * * *"
	if _, err := b.engine.Declare(t.Context(), bad); bot.ReasonCode(err) != "bad_cron" {
		t.Errorf("%v", err)
	}
	inFile := full()
	inFile.Schedules[0].Name, inFile.Schedules[0].Paused = "weekly", true
	declare(inFile)
	s, err := b.db.FindSchedule(t.Context(), "weekly")
	if err != nil || !s.Paused || !slices.Contains(s.Feeds, first.Feeds[0]) {
		t.Errorf("%+v, %v", s, err)
	}
}
