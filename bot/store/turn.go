package store

import (
	"context"
	"time"
)

// preparing is the advisory lock of the process that makes tables.
const preparing = 4_702_111_234_230_002

// Turn runs f while no other process runs what it was given in this database: of
// those that begin together one makes River's tables, and the others wait for it.
// On SQLite it just runs f.
func (db *DB) Turn(ctx context.Context, f func(context.Context) error) error {
	if !db.Shared() {
		return f(ctx)
	}
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return writeProblem(err)
	}
	defer func() { _ = conn.Close() }()
	for held := false; !held; {
		if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(preparing)).Scan(&held); err != nil {
			return writeProblem(err)
		}
		if !held && !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(preparing))
	}()
	return f(ctx)
}
