package store

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
)

var start = time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)

func open(b testing.TB, path string) *DB {
	b.Helper()
	db, err := Open(b.Context(), path, Options{Clock: func() time.Time { return start }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// BenchmarkReplies records replies from 256 callers, each waiting until its own
// is durable, and compares that with raw inserts of the same statement in
// batches of 100, in the same run.
func BenchmarkReplies(b *testing.B) {
	const callers, each = 256, 20
	db := open(b, filepath.Join(b.TempDir(), "bench.db"))
	discussion(b, db)
	var n atomic.Int64
	reply := func() bot.Reply {
		i := n.Add(1)
		return bot.Reply{
			ID:      bot.NewID(start),
			Ref:     bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint(i)},
			Author:  bot.Person{Platform: "console", ID: fmt.Sprint(i % 1000), Name: "A person"},
			Text:    "A reply of some length, as people write them when a question interests them and they have a minute to say why they think otherwise.",
			Version: i, CreatedAt: start,
		}
	}
	var queued, raw time.Duration
	var replies int
	for b.Loop() {
		begin := time.Now()
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for range each {
					if res, err := db.RecordReply(context.Background(), reply(), "who", start, time.Hour); err != nil || !res.New {
						b.Error(res, err)
						return
					}
				}
			})
		}
		all.Wait()
		queued += time.Since(begin)
		begin = time.Now()
		for range callers * each / 100 {
			rawBatch(b, db, reply)
		}
		raw += time.Since(begin) * callers * each / (callers * each / 100 * 100)
		replies += callers * each
	}
	b.ReportMetric(float64(replies)/queued.Seconds(), "replies/s")
	b.ReportMetric(float64(replies)/raw.Seconds(), "raw/s")
	b.ReportMetric(100*raw.Seconds()/queued.Seconds(), "%ofraw")
}

func rawBatch(b *testing.B, db *DB, reply func() bot.Reply) {
	tx, err := db.Conn().Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	stmt, err := tx.Prepare(insertReply)
	if err != nil {
		b.Fatal(err)
	}
	for range 100 {
		var id string
		if err := stmt.QueryRow(replyArgs(reply(), "who", start, time.Hour)...).Scan(&id); err != nil {
			b.Fatal(err)
		}
	}
	if err := stmt.Close(); err != nil {
		b.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// discussion makes an open discussion in thread t of console:c, as rows.
func discussion(b testing.TB, db *DB) {
	b.Helper()
	for _, q := range []string{
		`INSERT INTO articles (id, url, url_key, hash, title, title_made, byline, site, language, image, words, text, fetched_at) VALUES ('a', '', '', 'h', 't', FALSE, '', '', 'en', '', 1, 'x', 0)`,
		`INSERT INTO digests (id, article_id, hash, brief, version, body, created_at) VALUES ('g', 'a', 'h', '', '', '{}', 0)`,
		`INSERT INTO occurrences (id, platform, workspace, channel, due_at, deadline_at, request, outcome, reason, count, created_at) VALUES ('o', 'console', '', 'c', 0, 0, '{}', 'posted', '', 1, 0)`,
		`INSERT INTO discussions (id, occurrence_id, platform, workspace, channel, thread, article_id, digest_id, url_key, hash, repeated, questions, question_count, state, reason, close_after, deadline_at, list_thread, created_at, opened_at)
			VALUES ('d', 'o', 'console', '', 'c', 't', 'a', 'g', '', 'h', TRUE, '[]', 4, 'open', '', 0, 0, FALSE, 0, 1)`,
	} {
		if _, err := db.Conn().Exec(q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRemovals removes replies from 256 callers, each waiting until its own
// removal, and the line in the ledger, are durable.
func BenchmarkRemovals(b *testing.B) {
	const callers, each = 256, 20
	db := open(b, filepath.Join(b.TempDir(), "bench.db"))
	discussion(b, db)
	var n atomic.Int64
	var removals int
	begin := time.Now()
	for b.Loop() {
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for range each {
					ref := bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint(n.Add(1))}
					if err := db.RemoveReply(context.Background(), ref, start); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		removals += callers * each
	}
	b.ReportMetric(float64(removals)/time.Since(begin).Seconds(), "removals/s")
}
