package store

import (
	"context"
	"sync"
	"time"
)

// preparing is the advisory lock of the process that makes or changes tables.
const preparing = 4_702_111_234_230_002

// Turn runs f while no other process runs what it was given in this database: of
// those that begin together one makes the tables, and the others wait for it. On
// SQLite it just runs f.
//
// The lock is that of a transaction in which something is said every second: when the
// process is frozen the server ends that, and another has its turn.
func (db *DB) Turn(ctx context.Context, f func(context.Context) error) error {
	if !db.Shared() {
		return f(ctx)
	}
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return writeProblem(err)
	}
	defer func() { _ = tx.Rollback() }()
	for held := false; !held; {
		if err := tx.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, int64(preparing)).Scan(&held); err != nil {
			return writeProblem(err)
		}
		if !held && !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	talking, stop := context.WithCancel(ctx)
	var talk sync.WaitGroup
	talk.Go(func() {
		for pause(talking, time.Second) {
			if _, err := tx.ExecContext(ctx, `SELECT 1`); err != nil {
				return
			}
		}
	})
	defer talk.Wait()
	defer stop()
	return f(ctx)
}
