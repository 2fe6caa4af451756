package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"colloquy/bot"
)

// AcquireLease implements [bot.Store]. Where another worker has the lease, the
// row is offered again as soon as that one can have died.
func (db *DB) AcquireLease(ctx context.Context, l bot.Lease, now time.Time, d time.Duration) (ok bool, err error) {
	// Beside others: of two that want the lease, one waits for its row, and looks at it
	// again. The work_at of a row that another has is only ever brought forward.
	err = db.beside(ctx, func(t Tx) error {
		tx := t.tx
		ok, err = changed(tx.ExecContext(ctx, `INSERT INTO leases (subject, token, until_at, holder) VALUES ($1, $2, $3, $4)
			ON CONFLICT (subject) DO UPDATE SET token = excluded.token, until_at = excluded.until_at, holder = excluded.holder
			WHERE leases.until_at <= $5`, l.Subject, l.Token, ms(now.Add(d)), db.holder(), ms(now)))
		kind, id, _ := strings.Cut(l.Subject, "/")
		table, works := worked[kind]
		if err != nil || ok || !works {
			return err
		}
		return exec(ctx, tx, `UPDATE `+table+` SET work_at = (SELECT until_at FROM leases WHERE subject = $1)
			WHERE id = $2 AND work_at > (SELECT until_at FROM leases WHERE subject = $1)`, l.Subject, id)
	})
	return ok, err
}

// worked are the tables of rows with a time at which they are worked on, by the
// kind that stands before their id in the subject of a lease.
var worked = map[string]string{
	bot.WorkOccurrence: "occurrences", bot.WorkDiscussion: "discussions", bot.WorkFeed: "feeds", bot.WorkPost: "posts", bot.WorkNotice: "notices",
}

// RenewLease implements [bot.Store].
func (db *DB) RenewLease(ctx context.Context, l bot.Lease, now time.Time, d time.Duration) (ok bool, err error) {
	err = db.beside(ctx, func(t Tx) error { // one row, by what stands in it
		ok, err = changed(renew(ctx, t.tx, l, now, d))
		return err
	})
	return ok, err
}

func renew(ctx context.Context, tx *sql.Tx, l bot.Lease, now time.Time, d time.Duration) (sql.Result, error) {
	return tx.ExecContext(ctx, `UPDATE leases SET until_at = $1 WHERE subject = $2 AND token = $3`, ms(now.Add(d)), l.Subject, l.Token)
}

// ReleaseLease implements [bot.Store].
func (db *DB) ReleaseLease(ctx context.Context, l bot.Lease) error {
	return db.beside(ctx, func(t Tx) error { // one row, by what stands in it
		return exec(ctx, t.tx, `DELETE FROM leases WHERE subject = $1 AND token = $2`, l.Subject, l.Token)
	})
}

// changed reports whether a statement changed a row.
func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
