package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

// durable is a database for a benchmark: a file or, when PostgreSQL is wanted, a
// database in a cluster that syncs what it commits.
func durable(b *testing.B, clock bot.Clock) *store.DB {
	b.Helper()
	if !pgtest.Wanted() {
		return open(b, clock)
	}
	c, err := pgtest.Start(true)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	db, err := store.Open(b.Context(), c.URL("postgres"), store.Options{Clock: clock})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// fillMany adds n schedules, the first of them due at a moment and the others
// every step after it.
func fillMany(b testing.TB, db *store.DB, name string, n int, first time.Time, step time.Duration) {
	b.Helper()
	const part = 50_000 // so that no statement takes long
	for from := 0; from < n; from += part {
		if _, err := db.Conn().Exec(`WITH RECURSIVE s (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM s WHERE i < $2)
			INSERT INTO schedules (id, name, platform, workspace, channel, cron, zone, close_after, deadline, item_order,
				questions, sentences, feeds, declared, paused, reason, next_at, created_at)
			SELECT CAST($3 AS TEXT) || i, '', 'console', '', 'c' || i, '0 9 * * *', 'Asia/Karachi', 86400000, 21600000, 'newest', 0, 0, '[]', FALSE, FALSE, '',
				CAST($4 AS BIGINT) + i * CAST($5 AS BIGINT), 0 FROM s`,
			from, min(from+part, n)-1, name, first.UnixMilli(), step.Milliseconds()); err != nil {
			b.Fatal(err)
		}
	}
}

const million = 1_000_000

// BenchmarkTick is one tick with a million schedules, none of them due.
func BenchmarkTick(b *testing.B) {
	clock := func() time.Time { return start }
	db := durable(b, clock)
	r := runner(b, db, clock)
	fillMany(b, db, "s", million, start.Add(time.Hour), time.Second)
	for b.Loop() {
		if n, err := r.Claim(b.Context()); n != 0 || err != nil {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkClaim claims ten thousand schedules of a million that fall due together:
// occurrence, job and next time of each. The figure is claims a second.
func BenchmarkClaim(b *testing.B) {
	const n = 10_000
	now := start
	clock := func() time.Time { return now }
	db := durable(b, clock)
	r := runner(b, db, clock)
	fillMany(b, db, "s", million-n, start.Add(1000*time.Hour), time.Second)
	fillMany(b, db, "due", n, start.Add(-time.Minute), 0)
	total, took := 0, time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		// What was claimed before is neither due nor there.
		for _, q := range []string{`DELETE FROM occurrences`, `DELETE FROM river_job`} {
			if _, err := db.Conn().Exec(q); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := db.Conn().Exec(`UPDATE schedules SET next_at = $1 WHERE id LIKE 'due%'`, now.Add(-time.Minute).UnixMilli()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		begin := time.Now()
		got, err := r.Claim(b.Context())
		took += time.Since(begin)
		if err != nil || got != n {
			b.Fatal(got, err)
		}
		total += n
	}
	b.ReportMetric(float64(total)/took.Seconds(), "claims/s")
}

// tenants adds n installations with one open discussion each, and others that
// closed long ago, as rows. They share four scopes.
func tenants(b testing.TB, db *store.DB, n, old int) []bot.Installation {
	b.Helper()
	tx, err := db.Conn().Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	do := func(query string, args ...any) {
		b.Helper()
		if _, err := tx.Exec(query, args...); err != nil {
			b.Fatal(err)
		}
	}
	do(`INSERT INTO articles (id, url, url_key, hash, title, title_made, byline, site, language, image, words, text, fetched_at) VALUES ('a', '', '', 'h', 't', FALSE, '', '', 'en', '', 1, 'x', 0)`)
	do(`INSERT INTO digests (id, article_id, hash, brief, version, body, created_at) VALUES ('g', 'a', 'h', '', '', '{}', 0)`)
	var list []bot.Installation
	for i := range n {
		t := bot.Installation{Platform: "test", Workspace: fmt.Sprintf("%018d", i), Scope: fmt.Sprintf("test/%d", i%4)}
		list = append(list, t)
		for j := range old + 1 {
			id, state, closed := fmt.Sprintf("%018d-%d", i, j), "closed", any(start.Add(-30*24*time.Hour).UnixMilli())
			if j == 0 {
				state, closed = "open", nil
			}
			do(`INSERT INTO occurrences (id, platform, workspace, channel, due_at, deadline_at, request, outcome, reason, count, created_at) VALUES ($1, 'test', $2, 'c', 0, 0, '{}', 'posted', '', 1, 0)`, id, t.Workspace)
			do(`INSERT INTO discussions (id, occurrence_id, platform, workspace, channel, thread, article_id, digest_id, url_key, hash, repeated, questions, question_count, state, reason, close_after, deadline_at, list_thread, created_at, opened_at, closed_at, sweep_at)
				VALUES ($1, $1, 'test', $2, 'c', $1, 'a', 'g', '', 'h', TRUE, '[]', 4, $3, '', 0, 0, FALSE, 0, 1, $4, $5)`, id, t.Workspace, state, closed, start.Add(time.Hour).UnixMilli())
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return list
}

// BenchmarkInstallations is a start with ten thousand tenants: at first all of
// them are new, and then nothing changed.
func BenchmarkInstallations(b *testing.B) {
	clock := func() time.Time { return start }
	db := open(b, clock)
	list := tenants(b, db, 10_000, 1)
	engine := bot.New(bot.Options{Store: db, Clock: clock, Log: silent})
	begin := time.Now()
	if err := engine.Installations(b.Context(), "test", list, nil); err != nil {
		b.Fatal(err)
	}
	first := time.Since(begin)
	for b.Loop() {
		if err := engine.Installations(b.Context(), "test", list, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(first.Milliseconds()), "ms-at-first")
}

// BenchmarkConnected is a quarter of ten thousand tenants whose shard is back,
// each with one open discussion and ten that closed a month ago.
func BenchmarkConnected(b *testing.B) {
	now := start
	clock := func() time.Time { return now }
	db := open(b, clock)
	list := tenants(b, db, 10_000, 10)
	engine := bot.New(bot.Options{Store: db, Clock: clock, Log: silent})
	if err := engine.Installations(b.Context(), "test", list, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		now = now.Add(time.Minute)
		if err := engine.Connected(b.Context(), "test/1", true); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTickSweeps is one tick with a hundred thousand closed discussions to
// sweep later, none of them due.
func BenchmarkTickSweeps(b *testing.B) {
	clock := func() time.Time { return start }
	db := open(b, clock)
	r := runner(b, db, clock)
	tenants(b, db, 10_000, 10)
	for b.Loop() {
		if n, err := r.Claim(b.Context()); n != 0 || err != nil {
			b.Fatal(n, err)
		}
	}
}
