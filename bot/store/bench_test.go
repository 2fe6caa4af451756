package store

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
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

// durable is where a benchmark keeps its database: a file or, when PostgreSQL is
// wanted, a database in a cluster that syncs what it commits.
func durable(b *testing.B) string {
	b.Helper()
	if !pgtest.Wanted() {
		return filepath.Join(b.TempDir(), "bench.db")
	}
	c, err := pgtest.Start(true)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c.URL("postgres")
}

// newReply makes replies of people in thread t of console:c, each by itself.
func newReply() func() bot.Reply {
	var n atomic.Int64
	return func() bot.Reply {
		i := n.Add(1)
		return bot.Reply{
			ID:      bot.NewID(start),
			Ref:     bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint(i)},
			Author:  bot.Person{Platform: "console", ID: fmt.Sprint(i % 1000), Name: "A person"},
			Text:    "A reply of some length, as people write them when a question interests them and they have a minute to say why they think otherwise.",
			Version: i, CreatedAt: start,
		}
	}
}

// record records replies from callers, each waiting until its own is durable, and
// says how long that took. The callers share the databases.
func record(b *testing.B, dbs []*DB, callers, each int, reply func() bot.Reply) time.Duration {
	b.Helper()
	begin := time.Now()
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for range each {
				if res, err := dbs[i%len(dbs)].RecordReply(context.Background(), reply(), "who", start, time.Hour); err != nil || !res.New {
					b.Error(res, err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

// BenchmarkReplies records replies from 256 callers, each waiting until its own
// is durable, and compares that with raw inserts of the same statement in
// batches of 100, in the same run: on SQLite prepared, on PostgreSQL sent
// together in one round trip.
func BenchmarkReplies(b *testing.B) {
	const callers, each = 256, 20
	db := open(b, durable(b))
	discussion(b, db)
	reply := newReply()
	var queued, raw time.Duration
	var replies, rawly int
	for b.Loop() {
		queued += record(b, []*DB{db}, callers, each, reply)
		replies += callers * each
		begin := time.Now()
		for range callers * each / 100 {
			rawBatch(b, db, reply)
			rawly += 100
		}
		raw += time.Since(begin)
	}
	perSecond, rawPerSecond := float64(replies)/queued.Seconds(), float64(rawly)/raw.Seconds()
	b.ReportMetric(perSecond, "replies/s")
	b.ReportMetric(rawPerSecond, "raw/s")
	b.ReportMetric(100*perSecond/rawPerSecond, "%ofraw")
}

// BenchmarkRecorders records replies through one database handle and through
// three, as one process and three do, with 256 callers for each.
func BenchmarkRecorders(b *testing.B) {
	if !pgtest.Wanted() {
		b.Skip("several processes record on PostgreSQL alone")
	}
	url := durable(b)
	dbs := []*DB{open(b, url), open(b, url), open(b, url)}
	discussion(b, dbs[0])
	reply := newReply()
	const callers, each = 256, 20
	took, replies := map[int]time.Duration{}, map[int]int{}
	for b.Loop() {
		for _, n := range []int{1, 3} {
			took[n] += record(b, dbs[:n], n*callers, each, reply)
			replies[n] += n * callers * each
		}
	}
	for _, n := range []int{1, 3} {
		b.ReportMetric(float64(replies[n])/took[n].Seconds(), fmt.Sprintf("replies/s-of-%d", n))
	}
}

// rawBatch stores a hundred replies in one transaction.
func rawBatch(b *testing.B, db *DB, reply func() bot.Reply) {
	b.Helper()
	if db.Shared() {
		var batch pgx.Batch
		for range 100 {
			batch.Queue(insertReply, replyArgs(reply(), "who", start, time.Hour)...)
		}
		err := pgx.BeginFunc(b.Context(), db.pool, func(tx pgx.Tx) error { return tx.SendBatch(b.Context(), &batch).Close() })
		if err != nil {
			b.Fatal(err)
		}
		return
	}
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
		var id, discussion string
		if err := stmt.QueryRow(replyArgs(reply(), "who", start, time.Hour)...).Scan(&id, &discussion); err != nil {
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
	db := open(b, durable(b))
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
