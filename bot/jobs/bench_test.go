package jobs_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
)

var start = time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)

var silent = slog.New(slog.DiscardHandler)

func open(b testing.TB, clock bot.Clock) *store.DB {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"), store.Options{Clock: clock})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func runner(b testing.TB, db *store.DB, clock bot.Clock) *jobs.Runner {
	b.Helper()
	engine := bot.New(bot.Options{Store: db, Clock: clock, Log: silent})
	r, err := jobs.New(b.Context(), jobs.Options{DB: db, Engine: engine, Clock: clock, Log: silent})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// fill adds n schedules that are next due at the given moment, as rows.
func fill(b testing.TB, db *store.DB, n int, due func(i int) time.Time) {
	b.Helper()
	tx, err := db.Conn().Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	stmt, err := tx.Prepare(`INSERT INTO schedules (id, name, platform, workspace, channel, cron, zone, close_after, deadline, item_order,
		questions, sentences, feeds, declared, paused, reason, next_at, created_at)
		VALUES ($1, '', 'console', '', $2, '0 9 * * *', 'Asia/Karachi', 86400000, 21600000, 'newest', 0, 0, '[]', FALSE, FALSE, '', $3, 0)`)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		if _, err := stmt.Exec(fmt.Sprintf("%036d", i), fmt.Sprintf("c%d", i), due(i).UnixMilli()); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTick is one tick with a million schedules, none of them due.
func BenchmarkTick(b *testing.B) {
	clock := func() time.Time { return start }
	db := open(b, clock)
	r := runner(b, db, clock)
	fill(b, db, 1_000_000, func(i int) time.Time { return start.Add(time.Hour + time.Duration(i)*time.Second) })
	for b.Loop() {
		if n, err := r.Claim(b.Context()); n != 0 || err != nil {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkClaim claims ten thousand schedules that fall due together:
// occurrence, job and next time of each. The figure is claims a second.
func BenchmarkClaim(b *testing.B) {
	const n = 10_000
	clock := func() time.Time { return start }
	total, took := 0, time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		db := open(b, clock)
		r := runner(b, db, clock)
		fill(b, db, n, func(int) time.Time { return start.Add(-time.Minute) })
		b.StartTimer()
		begin := time.Now()
		got, err := r.Claim(b.Context())
		took += time.Since(begin)
		if err != nil || got < n {
			b.Fatal(got, err)
		}
		total += n
	}
	b.ReportMetric(float64(total)/took.Seconds(), "claims/s")
}
