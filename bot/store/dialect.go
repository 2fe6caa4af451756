package store

import (
	"context"
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

// begin begins a transaction of PostgreSQL.
func (db *DB) begin(ctx context.Context, how locking) (Tx, error) {
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return Tx{}, err
	}
	t := Tx{conn: conn}
	if t.tx, err = conn.BeginTx(ctx, nil); err != nil {
		_ = conn.Close()
		return Tx{}, err
	}
	lock := `SELECT pg_advisory_xact_lock($1)`
	if how == shared {
		lock = `SELECT pg_advisory_xact_lock_shared($1)`
	}
	if err := exec(ctx, t.tx, lock, int64(writing)); err != nil {
		t.end()
		return Tx{}, err
	}
	return t, nil
}

// skipLocked ends a SELECT of rows that are claimed: those that another process
// claims at this moment are left to it.
func (db *DB) skipLocked() string {
	if db.pool != nil {
		return ` FOR UPDATE SKIP LOCKED`
	}
	return ""
}
