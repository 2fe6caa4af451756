package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var start = time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)

var silent = slog.New(slog.DiscardHandler)

func open(b testing.TB, clock bot.Clock) *store.DB {
	b.Helper()
	return openAt(b, place(b), clock)
}

// place is where a test keeps its database; see [pgtest.Place].
func place(b testing.TB) string {
	b.Helper()
	return pgtest.Place(b, func(ctx context.Context, url string) error {
		db, err := store.Open(ctx, url, store.Options{})
		if err != nil {
			return err
		}
		return db.Close()
	})
}

func openAt(b testing.TB, at string, clock bot.Clock) *store.DB {
	b.Helper()
	db, err := store.Open(b.Context(), at, store.Options{Clock: clock})
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
