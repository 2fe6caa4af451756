package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// subject is that of the lease of a part.
func subject(name string, part int) string { return "share/" + name + "/" + strconv.Itoa(part) }

// partOf is the name and the number in the subject of a part; the number is -1 in
// another subject.
func partOf(subject string) (name string, part int) {
	at := strings.LastIndexByte(subject, '/')
	part, err := strconv.Atoi(subject[at+1:])
	if name, ok := strings.CutPrefix(subject[:max(at, 0)], "share/"); ok && err == nil {
		return name, part
	}
	return "", -1
}

// sharer is the subject of the lease that says who takes part.
func sharer(name, id string) string { return "sharer/" + name + "/" + id }

// A row is what the database says of a part, or of one that takes part.
type row struct {
	owner string
	left  time.Duration // until it lapses
}

// An answer is what a renewal brought.
type answer struct {
	kept   []string       // of what was to be kept
	there  map[string]row // everything that is shared, by its subject
	schema int            // of the database's tables
	dead   bool           // a replica was not renewed in time
}

// forgotten is after how long rows are deleted that nobody renewed.
const forgotten = 10 * time.Minute

// renew sends one renewal, as one transaction.
func (k *keeper) renew(ctx context.Context, a asking) (got answer, err error) {
	id, lease := k.db.sharing.id, k.db.sharing.lease.Milliseconds()
	got.there = map[string]row{}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM leases WHERE subject = ANY($1) AND token = $2`, a.drop, id)
	b.Queue(`UPDATE leases SET until_at = `+databaseNow+` + $1 WHERE subject = ANY($2) AND token = $3 RETURNING subject`, lease, a.keep, id).
		Query(func(rows pgx.Rows) (err error) {
			got.kept, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	b.Queue(`INSERT INTO leases (subject, token, until_at) SELECT s, $1, `+databaseNow+` + $2 FROM unnest($3::text[]) AS s
		ON CONFLICT (subject) DO UPDATE SET until_at = excluded.until_at`, id, lease, a.sharers)
	if r := a.replica; r != nil {
		b.Queue(`INSERT INTO replicas (id, host, version, since_at, until_at) VALUES ($1, $2, $3, $4, `+databaseNow+` + $5)
			ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at`, id, r.Host, r.Version, r.Since.UnixMilli(), lease)
	} else {
		b.Queue(`DELETE FROM replicas WHERE id = $1`, id)
	}
	if a.tidy { // those of names that nobody uses any more
		b.Queue(`DELETE FROM leases WHERE substr(subject, 1, 5) = 'share' AND until_at < `+databaseNow+` - $1`, forgotten.Milliseconds())
	}
	b.Queue(`SELECT subject, token, until_at - ` + databaseNow + ` FROM leases WHERE substr(subject, 1, 5) = 'share'`).
		Query(func(rows pgx.Rows) error {
			var s, owner string
			var left int64
			_, err := pgx.ForEachRow(rows, []any{&s, &owner, &left}, func() error {
				got.there[s] = row{owner, time.Duration(left) * time.Millisecond}
				return nil
			})
			return err
		})
	b.Queue(`SELECT (SELECT MAX(version_id) FROM goose_db_version WHERE is_applied), EXISTS (SELECT 1 FROM replicas WHERE until_at <= ` + databaseNow + `)`).
		QueryRow(func(r pgx.Row) error { return r.Scan(&got.schema, &got.dead) })
	return got, k.conn.SendBatch(ctx, b).Close()
}

// take makes parts this process's that nobody has or whose time has run out, and
// returns those that it got.
func (k *keeper) take(ctx context.Context, subjects []string) ([]string, error) {
	rows, err := k.conn.Query(ctx, `INSERT INTO leases (subject, token, until_at) SELECT s, $1, `+databaseNow+` + $2 FROM unnest($3::text[]) AS s ORDER BY s
		ON CONFLICT (subject) DO UPDATE SET token = excluded.token, until_at = excluded.until_at
		WHERE leases.until_at <= `+databaseNow+` OR leases.token = excluded.token RETURNING subject`,
		k.db.sharing.id, k.db.sharing.lease.Milliseconds(), subjects)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// finish gives up everything that is left.
func (k *keeper) finish(ctx context.Context) {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM leases WHERE token = $1`, k.db.sharing.id)
	b.Queue(`DELETE FROM replicas WHERE id = $1`, k.db.sharing.id)
	_ = k.conn.SendBatch(ctx, b).Close()
}
