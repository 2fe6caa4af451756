package main

import "testing"

func TestFeedIsAddedListedTestedAndRemoved(t *testing.T) {
	w := newTown(t, "Bridges", "Roads")
	added := read[struct {
		feedJSON
		Warnings []string `json:"warnings"`
	}](w, "feed", "add", w.feed, "--name", "news", "--channel", "console:a")
	if added.ID == "" || added.Name != "news" || added.Title != "Town News" || added.State != "active" || added.Items != 2 || added.Warnings == nil {
		t.Errorf("added %+v", added)
	}
	contains(t, w.ok("feed", "add", w.feed), "already there", added.ID.Short())
	w.fails(exitFailed, `is already named "news"`, "feed", "add", w.feed+"?2", "--name", "news")
	w.fails(exitUsage, "is no name", "feed", "add", w.feed, "--name", "no/name")

	list := read[[]feedJSON](w, "feed", "list", "--channel", "console:a")
	if len(list) != 1 || list[0].ID != added.ID || list[0].PolledAt == nil {
		t.Errorf("list %+v", list)
	}
	if other := read[[]feedJSON](w, "feed", "list", "--channel", "console:b"); other == nil || len(other) != 0 {
		t.Errorf("the feeds of another channel are %v, want an empty list", other)
	}
	contains(t, w.ok("feed", "list"), "ID        NAME  STATE   ITEMS", added.ID.Short()+"  news  active  2")

	contains(t, w.ok("__complete", "feed", "remove", ""), added.ID.Short()+"\tnews\n")
	w.publish("Rivers")
	contains(t, w.ok("feed", "test", "news"), "news: Town News\n", "3 items known", "Newest:", "Rivers", "Bridges")
	contains(t, w.ok("feed", "remove", added.ID.Short()), "is removed")
	contains(t, w.ok("feed", "list"), "There are no feeds. Add one with")
}

func TestFeedsName(t *testing.T) {
	w := newTown(t)
	w.ok("feed", "add", w.feed)
	w.ok("feed", "add", w.feed, "--name", "later")
	if list := read[[]feedJSON](w, "feed", "list"); list[0].Name != "later" {
		t.Errorf("the name is %q", list[0].Name)
	}
}

// A feed that cannot be read now is kept and tried again; a refused address is an error.
func TestFeedThatCannotBeRead(t *testing.T) {
	w := newTown(t)
	w.fails(exitFailed, "--allow-network", "feed", "add", "http://10.0.0.1/feed")
	w.fails(exitUsage, "is no web address", "feed", "add", "news")
	w.down = true
	r := w.run("feed", "add", w.feed)
	if r.code != exitDone {
		t.Fatal(r.stderr)
	}
	contains(t, r.stderr, "colloquy: warning: the feed "+w.feed+" could not be read now and will be tried again")
	contains(t, w.ok("feed", "list"), "failing")
	w.fails(exitFailed, "the feed cannot be used now", "feed", "test", w.feed)
	w.down = false
	contains(t, w.ok("feed", "test", w.feed), "active, 0 items known")
}

// What is in a feed can be seen before it is added, and nothing is stored.
func TestFeedIsTestedBeforeItIsAdded(t *testing.T) {
	w := newTown(t, "Bridges")
	contains(t, w.ok("feed", "test", w.feed), "Town News", "not added", "Bridges")
	if exists("colloquy.db") {
		t.Error("testing made a database")
	}
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily")
	got := read[struct {
		Newest []itemJSON `json:"newest"`
	}](w, "feed", "test", w.feed)
	if len(got.Newest) != 1 || got.Newest[0].Title != "Bridges" {
		t.Errorf("newest %+v", got)
	}
	if list := read[[]feedJSON](w, "feed", "list"); len(list) != 0 {
		t.Errorf("testing stored %+v", list)
	}
}

func TestFeedThatIsUsedStays(t *testing.T) {
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", w.feed, "--name", "daily one")
	w.fails(exitFailed, `is used by schedule "daily one"`, "feed", "remove", w.feed)
	w.ok("schedule", "remove", "daily one")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--name", "of the channel")
	r := w.run("feed", "remove", w.feed)
	if r.code != exitDone {
		t.Fatal(r.stderr)
	}
	contains(t, r.stderr, `warning: schedule "of the channel"`, "now has no feeds")
}
