package store

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"colloquy/bot"
)

func openEmpty(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), place(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestFeedRemovedWhileItIsPolledStaysRemoved(t *testing.T) {
	db := openEmpty(t)
	f := bot.Feed{ID: "f", Name: "river", URL: "https://river.example/feed", State: bot.FeedActive, CreatedAt: when, NextAt: when}
	if err := db.PutFeed(t.Context(), f, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	polled := f
	polled.Name, polled.Title, polled.OKAt, polled.NextAt = "an old name", "The River", when, when.Add(time.Hour)
	items := []bot.Item{{ID: "i", FeedID: "f", GUID: "1", Title: "Rain"}}
	if err := db.FeedPolled(t.Context(), polled, items, when); err != nil {
		t.Fatal(err)
	}
	got, err := db.Feed(t.Context(), "f")
	if err != nil || got.Title != "The River" || !got.NextAt.Equal(polled.NextAt) || got.Items != 1 || got.Name != "river" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := db.RemoveFeed(t.Context(), "f", bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	if err := db.FeedPolled(t.Context(), polled, items, when); err != nil {
		t.Errorf("a poll that ended after the feed was removed: %v", err)
	}
	if feeds, err := db.Feeds(t.Context(), bot.Channel{}); err != nil || len(feeds) != 0 {
		t.Errorf("the feed is back: %+v, %v", feeds, err)
	}
}

func TestScheduleRemovedBeforeItIsStoredAgainStaysRemoved(t *testing.T) {
	db := openEmpty(t)
	s := bot.Schedule{ID: "s", Channel: bot.Channel{Platform: "console", ID: "a"}, Cron: "0 9 * * *", Zone: "UTC", Deadline: time.Hour, CreatedAt: when, NextAt: when}
	for _, step := range []error{
		db.PutSchedule(t.Context(), s, bot.Audit{}),
		db.RemoveSchedule(t.Context(), s.ID, when, bot.Audit{}),
		db.PutSchedule(t.Context(), s, bot.Audit{}), // a command that arrived twice, or was resumed at the same moment
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	n, err := db.ClaimDue(t.Context(), when, 10, func(bot.Schedule, time.Time) bot.Claim {
		return bot.Claim{Run: when, Next: when.Add(time.Hour)}
	}, func(context.Context, Tx, string, []Due) error { return nil })
	if err != nil || n != 0 {
		t.Errorf("a removed schedule fell due: %d, %v", n, err)
	}
}

// While another program holds the database, a batch of replies waits once, not
// once for each reply.
func TestLockedDatabaseIsWaitedForOncePerBatch(t *testing.T) {
	onFile(t)
	db, d, _ := withDiscussion(t)
	if _, err := db.w.ExecContext(t.Context(), `PRAGMA busy_timeout = 50`); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", dsn(db.path, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.BeginTx(t.Context(), nil) // immediate
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]*replyJob, 3)
	for i := range batch {
		r := bot.Reply{ID: bot.ID(string(rune('a' + i))), Ref: bot.MessageRef{Channel: d.Channel, MessageID: string(rune('a' + i))}, CreatedAt: when}
		batch[i] = &replyJob{args: replyArgs(r, "", when, time.Hour), ready: make(chan struct{})}
	}
	done := make(chan struct{})
	go func() { defer close(done); commitGroup(batch, db.commitTogether, db.blamesRow) }()
	<-batch[0].ready
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	<-done
	for i, j := range batch {
		if bot.ReasonCode(j.err) != "db_locked" {
			t.Errorf("reply %d was tried by itself: %v", i, j.err)
		}
	}
}

// PostgreSQL takes a parameter of a VALUES list that stands alone for text.
func TestValuesSayTheirTypes(t *testing.T) {
	var v values
	v.add("a", 1, true)
	v.add("b", 2, false)
	if got := v.parts("TEXT", "BIGINT", "BOOLEAN"); len(got) != 1 || len(got[0].args) != 6 ||
		got[0].text != "(CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BOOLEAN)), ($4, $5, $6)" {
		t.Errorf("%+v", got)
	}
}
