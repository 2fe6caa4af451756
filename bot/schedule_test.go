package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestOnlyTheLatestMissedRuns(t *testing.T) {
	b := newBench(t)
	b.schedule(func(s *bot.Schedule) { s.Cron = "0 * * * *" })
	b.web.publish("quay")
	b.wait(5*time.Hour + 30*time.Minute) // due at 9, 10, 11, 12, 13
	if got := strings.Join(b.outcomes(), " "); got != "missed missed missed missed posted" {
		t.Errorf("outcomes: %s", got)
	}
}

func TestTooLateForAll(t *testing.T) {
	b := newBench(t)
	s := b.schedule(func(s *bot.Schedule) { s.Deadline = time.Hour })
	b.wait(3 * 24 * time.Hour)
	if got := strings.Join(b.outcomes(), " "); got != "missed missed missed" {
		t.Errorf("outcomes: %s", got)
	}
	if s, err := b.db.Schedule(t.Context(), s.ID); err != nil || !s.NextAt.After(b.clock()) {
		t.Errorf("next %v, %v", s.NextAt, err)
	}
}

func TestManyMissedAreOneRow(t *testing.T) {
	b := newBench(t)
	b.schedule(func(s *bot.Schedule) { s.Cron = "*/5 * * * *" })
	b.wait(24 * time.Hour)
	list, err := b.db.Occurrences(t.Context(), channel, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, o := range list {
		total += o.Count
	}
	if len(list) > 102 || total != 288 {
		t.Errorf("%d rows for %d occurrences, want 288", len(list), total)
	}
}

func TestPausedMissesNothing(t *testing.T) {
	b := newBench(t)
	s := b.schedule()
	if _, err := b.engine.SetPaused(t.Context(), s, true, time.Time{}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(72 * time.Hour)
	s, err := b.db.Schedule(t.Context(), s.ID)
	if err != nil || !s.Paused || len(b.outcomes()) != 0 {
		t.Fatalf("%+v, %v, %v", s, err, b.outcomes())
	}
	if s, err = b.engine.SetPaused(t.Context(), s, false, time.Time{}, bot.Operator); err != nil || s.NextAt.Before(b.clock()) {
		t.Fatalf("next %v, %v", s.NextAt, err)
	}
	b.wait(24 * time.Hour)
	if got := b.outcomes(); len(got) != 1 {
		t.Errorf("outcomes after resuming: %v", got)
	}
	if err := b.engine.RemoveSchedule(t.Context(), s, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(48 * time.Hour)
	if got := b.outcomes(); len(got) != 1 {
		t.Errorf("outcomes after removing: %v", got)
	}
}

func TestBadSchedules(t *testing.T) {
	b := newBench(t)
	for code, change := range map[string]func(*bot.Schedule){
		"bad_cron":        func(s *bot.Schedule) { s.Cron = "61 * * * *" },
		"bad_zone":        func(s *bot.Schedule) { s.Zone = "Mars/Olympus" },
		"bad_order":       func(s *bot.Schedule) { s.Order = "best" },
		"bad_close_after": func(s *bot.Schedule) { s.CloseAfter = 31 * 24 * time.Hour },
		"bad_deadline":    func(s *bot.Schedule) { s.Deadline = time.Second },
		"bad_count":       func(s *bot.Schedule) { s.Questions = 11 },
	} {
		s := bot.Schedule{Channel: channel, Cron: "0 9 * * *"}
		change(&s)
		if _, _, _, err := b.engine.AddSchedule(t.Context(), s, nil, bot.Operator); bot.ReasonCode(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, _, _, err := b.engine.AddSchedule(t.Context(), bot.Schedule{Channel: channel, Cron: "0 9 * * *"}, []string{"http://10.0.0.1/feed"}, bot.Operator); bot.ReasonCode(err) != "blocked_address" {
		t.Errorf("feed on a private address: %v", err)
	}
	if list, err := b.db.Schedules(t.Context(), channel); err != nil || len(list) != 0 {
		t.Errorf("stored all the same: %v, %v", list, err)
	}
}

func TestFeedThatFails(t *testing.T) {
	b := newBench(t)
	b.web.status = 500
	_, _, warnings, err := b.engine.AddSchedule(t.Context(), bot.Schedule{Channel: channel, Cron: "0 9 * * *"}, []string{b.web.feedURL()}, bot.Operator)
	if err != nil || len(warnings) != 1 {
		t.Fatal(warnings, err)
	}
	feed := func() bot.Feed {
		list, err := b.db.Feeds(t.Context(), channel)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	if f := feed(); f.State != bot.FeedFailing || f.Reason == "" {
		t.Errorf("%+v", f)
	}
	for range 30 {
		b.wait(25 * time.Hour)
	}
	f := feed()
	if f.State != bot.FeedStopped || !strings.Contains(f.Reason, "20 failures") || b.web.polls != 20 {
		t.Errorf("%s, %s after %d polls", f.State, f.Reason, b.web.polls)
	}
	b.web.status = 0
	b.web.publish("backlog")
	if f, err = b.engine.TestFeed(t.Context(), f); err != nil || f.State != bot.FeedActive || f.Reason != "" {
		t.Errorf("%+v, %v", f, err)
	}
	b.web.status = 410
	b.wait(24 * time.Hour)
	if f := feed(); f.State != bot.FeedStopped {
		t.Errorf("gone for good: %+v", f)
	}
}

func TestChangedItemsAreNotNew(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.wait(0)
	feeds, err := b.db.ChannelFeeds(t.Context(), channel)
	if err != nil || len(feeds) != 1 {
		t.Fatal(feeds, err)
	}
	f, err := b.db.Feed(t.Context(), feeds[0])
	if err != nil {
		t.Fatal(err)
	}
	base := bot.Item{FeedID: f.ID, GUID: "g1", URL: "https://a.example/1", Hash: "h1", Title: "One"}
	for i, change := range []func(*bot.Item){
		func(it *bot.Item) {},
		func(it *bot.Item) { it.Title, it.Hash, it.Published = "One, corrected", "h2", b.clock() },
		func(it *bot.Item) { it.GUID, it.Hash = "g2", "h3" },
		func(it *bot.Item) { it.GUID, it.URL, it.Hash = "g3", "https://a.example/moved", "h3" },
	} {
		it := base
		change(&it)
		it.ID = bot.NewID(b.clock())
		if err := b.db.FeedPolled(t.Context(), f, []bot.Item{it}, b.clock()); err != nil {
			t.Fatal(err)
		}
		if items, err := b.db.NewestItems(t.Context(), feeds, 10); err != nil || len(items) != 1 {
			t.Errorf("change %d made another item: %+v, %v", i, items, err)
		}
	}
	var many []bot.Item
	for i := range 300 {
		many = append(many, bot.Item{ID: bot.NewID(b.clock()), FeedID: f.ID, GUID: fmt.Sprint("x", i), Hash: fmt.Sprint(i)})
	}
	if err := b.db.FeedPolled(t.Context(), f, many, b.clock()); err != nil {
		t.Fatal(err)
	}
	if items, _ := b.db.NewestItems(t.Context(), feeds, 1000); len(items) != 301 {
		t.Errorf("%d items", len(items))
	}
}
