package store

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
)

// Two replicas fetch, write and poll the same at the same moment.
func TestTwoReplicasStoreTheSameOnce(t *testing.T) {
	dbs := replicas(t, 2)
	f := bot.Feed{ID: "f", URL: "https://river.example/feed", State: bot.FeedActive, CreatedAt: start, NextAt: start}
	if err := dbs[0].PutFeed(t.Context(), f, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	together(40, func(i int) {
		db, version := dbs[i%2], bot.WriterInfo{Name: "extractive"}
		a, err := db.PutArticle(t.Context(), bot.Article{URL: "https://river.example/1", Title: "Rivers", Text: "Rivers need room."}, start)
		if err != nil {
			t.Error(err)
			return
		}
		d, err := db.PutDigest(t.Context(), bot.Digest{ID: bot.NewID(start), ArticleID: a.ID}, bot.Brief{}, version, start)
		if err != nil {
			t.Error(err)
		}
		if known, ok, err := db.FindDigest(t.Context(), a.ID, bot.Brief{}, version); err != nil || !ok || known.ID != d.ID {
			t.Error("another digest is found than was stored:", known.ID, d.ID, ok, err)
		}
		items := make([]bot.Item, 5)
		for n := range items {
			items[n] = bot.Item{ID: bot.NewID(start), FeedID: "f", GUID: fmt.Sprint(n), Title: "Rain"}
		}
		if err := db.FeedPolled(t.Context(), f, items, start); err != nil {
			t.Error(err)
		}
		if err := db.AddSpent(t.Context(), bot.Spending{Day: start, Platform: "console", Kind: "digest", Writer: "w", Model: "m", Spent: bot.Spent{Calls: 1}}); err != nil {
			t.Error(err)
		}
		if err := db.Alive(t.Context(), []string{fmt.Sprint("s", i%3), fmt.Sprint("s", (i+1)%3), "s0"}, start); err != nil {
			t.Error(err)
		}
	})
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM articles`:      1,
		`SELECT COUNT(*) FROM digests`:       1,
		`SELECT COUNT(*) FROM items`:         5,
		`SELECT SUM(calls) FROM spent`:       40,
		`SELECT COUNT(alive_at) FROM scopes`: 3,
	} {
		if got := count(t, dbs[0], query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

// Of occurrences that choose the same article at the same moment one posts it.
func TestTwoReplicasOpenOneDiscussionOfAnArticle(t *testing.T) {
	dbs := replicas(t, 2)
	ch := bot.Channel{Platform: "console", ID: "a"}
	a, err := dbs[0].PutArticle(t.Context(), bot.Article{URL: "https://river.example/1", Title: "Rivers", Text: "Rivers need room."}, start)
	if err != nil {
		t.Fatal(err)
	}
	g, err := dbs[0].PutDigest(t.Context(), bot.Digest{ID: "g", ArticleID: a.ID}, bot.Brief{}, bot.WriterInfo{}, start)
	if err != nil {
		t.Fatal(err)
	}
	const n = 12
	for i := range n {
		if err := dbs[0].AddRequest(t.Context(), bot.Occurrence{ID: bot.ID(fmt.Sprint("o", i)), Channel: ch, DueAt: start, DeadlineAt: start.Add(time.Hour), CreatedAt: start}, "", bot.Audit{}); err != nil {
			t.Fatal(err)
		}
	}
	var opened, refused atomic.Int64
	together(n, func(i int) {
		db, o, d := dbs[i%2], bot.ID(fmt.Sprint("o", i)), bot.ID(fmt.Sprint("d", i))
		l := bot.Lease{Subject: "occurrence/" + string(o), Token: "token"}
		if ok, err := db.AcquireLease(t.Context(), l, start, time.Hour); !ok || err != nil {
			t.Error(ok, err)
		}
		posts := []bot.Post{{ID: d, DiscussionID: d, Kind: bot.PostRoot, Key: string(d), State: bot.PostPending}}
		err := db.OpenDiscussion(t.Context(), l, bot.Discussion{ID: d, OccurrenceID: o, Channel: ch, ArticleID: a.ID, DigestID: g.ID, State: bot.StatePosting, DeadlineAt: start.Add(time.Hour), CreatedAt: start}, posts, bot.Taken{}, start)
		switch {
		case err == nil:
			opened.Add(1)
		case errors.Is(err, bot.ErrAlreadyPosted):
			refused.Add(1)
		default:
			t.Error(err)
		}
	})
	posts, waiting := count(t, dbs[0], `SELECT COUNT(*) FROM posts`), count(t, dbs[0], `SELECT COUNT(*) FROM occurrences WHERE discussion_id IS NULL AND work_at IS NOT NULL`)
	if opened.Load() != 1 || refused.Load() != n-1 || posts != 1 || waiting != n-1 {
		t.Errorf("%d opened, %d refused, %d posts, %d occurrences go on", opened.Load(), refused.Load(), posts, waiting)
	}
}
