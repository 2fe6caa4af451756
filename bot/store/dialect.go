package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"colloquy/bot"
)

// locking says what else may write while a transaction does. On SQLite nothing may.
type locking int

const (
	alone  locking = iota // nothing
	shared                // others that are shared
)

// writing is the advisory lock that every transaction which writes takes, alone
// or shared. It is released when the transaction ends.
const writing = 4_702_111_234_230_001

// deadlockTries is how often a transaction is begun that waited for another which
// waited for it. What runs beside others locks its rows in one order, so this is rare.
const deadlockTries = 5

// worthAnother reports whether PostgreSQL ended a transaction that did nothing
// wrong, for the sake of another.
func worthAnother(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40P01" || e.Code == "40001") // deadlock, serialization
}

// blamesRow reports whether an error of a transaction that stores several rows may
// be the fault of one of them, and not of the database.
func (db *DB) blamesRow(err error) bool {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return slices.Contains([]string{"22", "23", "54"}, e.Code[:min(2, len(e.Code))]) // data, integrity, limits
	}
	return !db.Shared() && !errors.As(err, new(*bot.Problem))
}

// begin begins a transaction of PostgreSQL. One that is to be alone waits for those
// that run beside one another, and those that come after it wait for it, so that it
// has its turn. It waits no longer than a moment at first: where one of them is slow,
// because the process that runs it is far away or stands still, the others go on, and
// it comes again. Where all are slow, it would never have its turn that way: so it
// waits longer each time, and they wait for it.
func (db *DB) begin(ctx context.Context, how locking) (Tx, error) {
	for try := 1; ; try++ {
		t, err := db.beginOnce(ctx, how, aloneWait(try))
		if e := (*pgconn.PgError)(nil); try == aloneTries || !errors.As(err, &e) || e.Code != "55P03" {
			return t, err
		}
		select {
		case <-ctx.Done():
			return Tx{}, ctx.Err()
		case <-time.After(rand.N(100 * time.Millisecond)):
		}
	}
}

// aloneTries is how often a transaction that is to be alone comes: for 24 s in all.
const aloneTries = 8

// aloneWait is how long it waits: three times a second, and then a second more each time.
func aloneWait(try int) time.Duration { return time.Duration(max(try-2, 1)) * time.Second }

func (db *DB) beginOnce(ctx context.Context, how locking, wait time.Duration) (Tx, error) {
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return Tx{}, err
	}
	t := Tx{conn: conn}
	if t.tx, err = conn.BeginTx(ctx, nil); err != nil {
		_ = conn.Close()
		return Tx{}, err
	}
	lock, args := `SELECT set_config('lock_timeout', $1, true), pg_advisory_xact_lock($2), set_config('lock_timeout', $3, true)`,
		[]any{fmt.Sprint(min(wait, db.limits.lock).Milliseconds()), int64(writing), fmt.Sprint(db.limits.lock.Milliseconds())}
	if how == shared {
		lock, args = `SELECT pg_advisory_xact_lock_shared($1)`, args[1:2]
	}
	if err := exec(ctx, t.tx, lock, args...); err != nil {
		t.end()
		return Tx{}, err
	}
	return t, nil
}

// forUpdate ends a SELECT of rows that nobody else may change until the
// transaction ends. On SQLite nobody can.
func (db *DB) forUpdate() string {
	if db.pool != nil {
		return ` FOR UPDATE`
	}
	return ""
}

// lockDiscussion makes others that change the row of a discussion wait until the
// transaction ends. A statement that changes a discussion by what stands in other
// tables needs it: one that waited for the row would look at them as they were
// before it waited. Replies are stored meanwhile.
func (db *DB) lockDiscussion(ctx context.Context, tx *sql.Tx, id bot.ID) error {
	if db.pool == nil {
		return nil
	}
	return exec(ctx, tx, `SELECT 1 FROM discussions WHERE id = $1 FOR NO KEY UPDATE`, id)
}

// skipLocked ends a SELECT of rows that are claimed: those that another process
// claims at this moment are left to it.
func (db *DB) skipLocked() string {
	if db.pool != nil {
		return ` FOR UPDATE SKIP LOCKED`
	}
	return ""
}

// lives says in SQL whether the process with an id is another that runs at this moment.
// On SQLite there is none.
func (db *DB) lives(id string) string {
	if db.pool == nil {
		return `FALSE`
	}
	return `(EXISTS (SELECT 1 FROM replicas r WHERE r.id = ` + id + ` AND r.until_at > ` + databaseNow + `)
		OR EXISTS (SELECT 1 FROM leases l WHERE l.token = ` + id + ` AND l.until_at > ` + databaseNow + `))`
}
