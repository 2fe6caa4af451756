package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

var when = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// withDiscussion is a database with one open discussion.
func withDiscussion(t *testing.T) (*DB, bot.Discussion, bot.Lease) {
	t.Helper()
	ctx := t.Context()
	db, err := Open(ctx, place(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ch := bot.Channel{Platform: "console", ID: "a"}
	art, err := db.PutArticle(ctx, bot.Article{Title: "Rivers", Text: "Rivers need room."}, when)
	must(err)
	dig, err := db.PutDigest(ctx, bot.Digest{ID: "digest", ArticleID: art.ID}, bot.Brief{}, bot.WriterInfo{}, when)
	must(err)
	must(db.AddRequest(ctx, bot.Occurrence{ID: "occurrence", Channel: ch, DueAt: when, DeadlineAt: when.Add(time.Hour), CreatedAt: when}, "", bot.Audit{}))
	l := bot.Lease{Subject: "discussion/d", Token: "token"}
	if ok, err := db.AcquireLease(ctx, l, when, time.Hour); err != nil || !ok {
		t.Fatal(ok, err)
	}
	d := bot.Discussion{ID: "d", OccurrenceID: "occurrence", Channel: ch, ArticleID: art.ID, DigestID: dig.ID, State: bot.StatePosting, CloseAfter: time.Hour, DeadlineAt: when.Add(time.Hour), CreatedAt: when}
	posts := []bot.Post{
		{ID: "root", DiscussionID: d.ID, Kind: bot.PostRoot, Key: "k0", State: bot.PostPending},
		{ID: "first", DiscussionID: d.ID, Seq: 1, Kind: bot.PostQuestion, Question: 1, Key: "k1", State: bot.PostPending},
	}
	must(db.OpenDiscussion(ctx, l, d, posts, bot.Taken{}, when))
	d.Channel.Thread = "thread"
	must(db.RootSent(ctx, l, d, "root", bot.MessageRef{Channel: ch, MessageID: "m0"}, "", d.Channel, when))
	return db, d, l
}

// Programs that begin at the same moment make one database.
func TestOpenedByManyAtOnce(t *testing.T) {
	for range 2 {
		path := place(t)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				db, err := Open(t.Context(), path, Options{})
				if err != nil {
					t.Errorf("%v: %v", err, errors.Unwrap(err))
					return
				}
				_ = db.Close()
			})
		}
		all.Wait()
	}
}

func TestEachReply(t *testing.T) {
	db, d, _ := withDiscussion(t)
	for i := range 5 {
		r := bot.Reply{ID: bot.ID(fmt.Sprint("r", i)), Ref: bot.MessageRef{Channel: d.Channel, MessageID: fmt.Sprint("m", 5-i)},
			Author: bot.Person{Platform: "console", ID: "ana"}, Text: "text", Version: 1, CreatedAt: when.Add(time.Duration(5-i) * time.Second)}
		if _, err := db.RecordReply(t.Context(), r, "hash", when, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.RemoveReply(t.Context(), bot.MessageRef{Channel: d.Channel, MessageID: "m2"}, when); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := db.EachReply(t.Context(), d.ID, func(r bot.Reply) error {
		got = append(got, r.Ref.MessageID+r.Text)
		return nil
	})
	if want := []string{"m1text", "m2", "m3text", "m4text", "m5text"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("replies %v, %v; want %v", got, err, want)
	}
	boom, n := errors.New("boom"), 0
	err = db.EachReply(t.Context(), d.ID, func(bot.Reply) error {
		n++
		return boom
	})
	if !errors.Is(err, boom) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

func TestPostsThatAreOutAndThoseNobodyKnowsOf(t *testing.T) {
	db, d, l := withDiscussion(t)
	sent, err := db.SentTimes(t.Context(), d.ID)
	if err != nil || len(sent) != 1 || !sent["root"].Equal(when) {
		t.Errorf("sent %v, %v", sent, err)
	}
	tried := when.Add(time.Minute)
	if _, err := db.BeginSend(t.Context(), l, "first", tried, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := db.EndPost(t.Context(), l, "first", bot.PostUnknown, "cut off", tried); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[time.Time]int{when: 1, tried.Add(time.Second): 0} {
		list, err := db.UnknownPosts(t.Context(), since, 10)
		if err != nil || len(list) != want {
			t.Errorf("since %s: %+v, %v", since, list, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	db, d, l := withDiscussion(t)
	r := bot.Refusal{Occurrence: "occurrence", N: 1, Candidate: bot.Candidate{Title: "Roads", Added: "a1"}, Code: "not_found", Text: "no such page", Final: true, At: when}
	if err := db.AddRefusal(t.Context(), l, d.Channel, r); err != nil {
		t.Fatal(err)
	}
	got, err := db.Refusals(t.Context(), "occurrence")
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], r) {
		t.Errorf("refusals %+v, %v; want %+v", got, err, r)
	}
}

func TestOverdue(t *testing.T) {
	db, _, _ := withDiscussion(t)
	s := bot.Schedule{ID: "s", Channel: bot.Channel{Platform: "console", ID: "a"}, Cron: "@daily", NextAt: when, CreatedAt: when}
	if err := db.PutSchedule(t.Context(), s, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	if err := db.AddRequest(t.Context(), bot.Occurrence{ID: "waiting", Channel: s.Channel, DueAt: when.Add(time.Second), DeadlineAt: when, CreatedAt: when}, "", bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	for before, want := range map[time.Time]map[string]int{when: {}, when.Add(time.Hour): {KindSchedule: 1, bot.WorkOccurrence: 1, bot.WorkDiscussion: 1}} {
		if got, _, err := db.Overdue(t.Context(), before); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("before %s: %+v, %v; want %+v", before, got, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	db, _, _ := withDiscussion(t)
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := db.Schema(t.Context()); err != nil || n < 1 {
		t.Errorf("schema %d, %v", n, err)
	}
	onFile(t)
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := CheckFile(t.Context(), file); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Rows of a table that nothing else looks at when the file is opened.
	at := bytes.Index(data, []byte("Rivers need room."))
	page := at / 4096 * 4096
	copy(data[page:], bytes.Repeat([]byte{0xaa}, 64))
	for name, content := range map[string][]byte{"damaged.db": data, "letter.db": []byte("This is a letter, and no database at all.")} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := CheckFile(t.Context(), file); bot.ReasonCode(err) != "db_damaged" {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(file + "-*"); len(left) > 0 {
			t.Errorf("%s: left beside it: %v", name, left)
		}
	}
	if err := CheckFile(t.Context(), filepath.Join(t.TempDir(), "missing.db")); bot.ReasonCode(err) != "db_open" {
		t.Errorf("missing: %v", err)
	}
}

// A database that was damaged while it was open says so when it is read.
func TestReadingADamagedDatabase(t *testing.T) {
	onFile(t)
	db, d, _ := withDiscussion(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", db.Path())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(`PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'replies'`); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), db.Path(), Options{})
	if err == nil {
		defer func() { _ = again.Close() }()
		err = again.EachReply(t.Context(), d.ID, func(bot.Reply) error { return nil })
	}
	if bot.ReasonCode(err) != "db_damaged" {
		t.Errorf("got %v", err)
	}
}

// What a person wrote is found without reading what everybody wrote.
func TestRepliesOfAPersonAreFoundByTheirIndex(t *testing.T) {
	onFile(t)
	db, _, _ := withDiscussion(t)
	for query, args := range map[string][]any{
		`UPDATE replies SET text = $1 WHERE id <> $2 AND ` + writtenBy: {"", "", "console", "", "ana"},
		selectPersonReplies: {"console", "", "ana"},
		selectRepliesOf:     {"console", "", "a", "ana"},
	} {
		rows, err := db.w.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
		steps, err := collect(rows, err, scanStep)
		if err != nil || len(steps) == 0 || !strings.Contains(steps[0], "INDEX replies_author (platform=? AND workspace=? AND author_id=?)") {
			t.Errorf("%v, %v for %s", steps, err, query)
		}
	}
}

// Whoever deletes what they wrote waits for no search through all posts.
func TestStalePostsAreFoundByTheirDiscussion(t *testing.T) {
	onFile(t)
	db, _, _ := withDiscussion(t)
	for _, where := range []string{thatMessage, writtenBy} {
		rows, err := db.w.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+workOnStale+`(SELECT discussion_id FROM replies WHERE `+where+`)`, 0, "recap", "console", "", "a", "m1")
		steps, err := collect(rows, err, scanStep)
		if err != nil || len(steps) == 0 || slices.ContainsFunc(steps, func(s string) bool { return strings.HasPrefix(s, "SCAN") }) {
			t.Errorf("%q, %v", steps, err)
		}
	}
}

// scanStep reads one step of a plan.
func scanStep(s scanner) (step string, err error) {
	var id, parent, unused int
	return step, s.Scan(&id, &parent, &unused, &step)
}
