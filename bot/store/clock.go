package store

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	setEvery = 30 * time.Second // how often the clock is compared with the database's
	setLimit = 10 * time.Second // of one comparison
	// drift is the part of a time by which the clock of a machine may go astray in it:
	// 200 µs in a second, twice what is usual.
	drift = 5000
)

// databaseNow is the time of the database, in milliseconds.
const databaseNow = `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`

// A setting is what the clock of this machine showed at a moment, and how far the
// database's was ahead of it.
type setting struct {
	at    time.Time // with its monotonic reading
	ahead time.Duration
	wrong time.Duration // by no more than this
}

// now is the time of the database when this machine's clock shows t.
func (s *setting) now(t time.Time) time.Time {
	return s.at.Add(t.Sub(s.at) + s.ahead).Round(0)
}

// A dbClock follows the clock of the database.
type dbClock struct {
	set  atomic.Pointer[setting] // nil: not that of a database
	stop context.CancelFunc
	done chan struct{}
}

// Now is the time by which everything in this database falls due, a [bot.Clock]. On
// PostgreSQL it is the database's, whatever the clock of this machine shows: it is
// compared with that when the database is opened and every 30 s, and runs by itself in
// between, also while the database is away. A clock in [Options] that does not run (its
// times have no monotonic reading) is a test's, and stays as it is; so does any on SQLite.
func (db *DB) Now() time.Time {
	t := db.machine()
	if s := db.clock.set.Load(); s != nil {
		return s.now(t)
	}
	return t
}

// runs reports whether t has a monotonic reading.
func runs(t time.Time) bool { return t != t.Round(0) }

// followClock sets the clock by the database's, and again from time to time until
// the database is closed.
func (db *DB) followClock(ctx context.Context) error {
	if !runs(db.machine()) {
		return nil
	}
	if err := db.setClock(ctx); err != nil {
		return err
	}
	ctx, db.clock.stop = context.WithCancel(context.WithoutCancel(ctx))
	db.clock.done = make(chan struct{})
	go func() {
		defer close(db.clock.done)
		again := time.NewTicker(setEvery)
		defer again.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
				_ = db.setClock(ctx) // it runs on by itself
			}
		}
	}()
	return nil
}

func (db *DB) unfollowClock() {
	if db.clock.stop != nil {
		db.clock.stop()
		<-db.clock.done
	}
}

// setClock compares the clocks over a connection that is there already.
func (db *DB) setClock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, setLimit)
	defer cancel()
	return db.reading.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		asked := db.machine()
		var ms int64
		if err := c.QueryRow(ctx, `SELECT `+databaseNow, pgx.QueryExecModeExec).Scan(&ms); err != nil {
			return err
		}
		db.compared(asked, db.machine(), ms)
		return nil
	})
}

// compared takes in that the database's clock showed ms between two moments. It is
// taken to have been in the middle, and passed over when it is less exact than what
// is known.
func (db *DB) compared(asked, answered time.Time, ms int64) {
	half := answered.Sub(asked) / 2
	s := &setting{at: asked.Add(half), wrong: half + time.Millisecond}
	s.ahead = time.UnixMilli(ms).Sub(s.at.Round(0))
	if old := db.clock.set.Load(); old != nil && old.wrong+answered.Sub(old.at)/drift < s.wrong {
		return
	}
	db.clock.set.Store(s)
}
