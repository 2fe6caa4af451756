package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// A scope is heard while one process or another hears it. Each has a row of hearers for
// it, which its beats renew; alive_at of the scope is until when somebody heard all
// there was. A process that says that it hears no more takes its row away; of one that
// died or is frozen the leases lapse, or its beats end, and whoever beats next takes it
// away. Then a gap is written if those that are left began to hear after the scope was
// last heard.

// A hearer is a process that hears a scope.
type hearer struct {
	id           string
	since, alive int64
	hears        bool // it beats, and renews what it shares
}

// unheardAfter is how old the last beat of a process may be before it is taken to have
// heard nothing meanwhile: it was frozen, or the database was away, and what came was
// refused.
const unheardAfter = 3 * bot.BeatEvery

// hearers are this process, if it hears the scope, and the others.
func (db *DB) hearers(ctx context.Context, tx *sql.Tx, scope string, now time.Time) (own *hearer, others []hearer, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT h.id, h.since_at, h.alive_at, h.alive_at >= $1 AND `+db.lives("h.id")+` FROM hearers h WHERE h.scope = $2 ORDER BY h.since_at, h.id`,
		ms(now.Add(-unheardAfter)), scope)
	all, err := collect(rows, err, func(s scanner) (h hearer, err error) { return h, s.Scan(&h.id, &h.since, &h.alive, &h.hears) })
	for _, h := range all {
		if h.id == db.sharing.id {
			own = &h
			continue
		}
		others = append(others, h)
	}
	return own, others, err
}

// WriteGaps implements [bot.Store].
func (db *DB) WriteGaps(ctx context.Context, scope string, now time.Time) (n int, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		n, err = db.hear(ctx, tx, scope, now)
		return err
	})
	return n, err
}

// hear notes that this process hears a scope from now on.
func (db *DB) hear(ctx context.Context, tx *sql.Tx, scope string, now time.Time) (n int, err error) {
	_, others, err := db.hearers(ctx, tx, scope, now)
	if err != nil {
		return 0, err
	}
	n, err = db.settle(ctx, tx, scope, others, hearing(others))
	if err == nil && len(hearing(others)) == 0 {
		n, err = db.gap(ctx, tx, scope, now)
	}
	if err != nil {
		return 0, err
	}
	return n, exec(ctx, tx, `INSERT INTO hearers (scope, id, since_at, alive_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (scope, id) DO UPDATE SET since_at = excluded.since_at, alive_at = excluded.alive_at`, scope, db.sharing.id, ms(now))
}

func hearing(all []hearer) []hearer {
	return slices.DeleteFunc(slices.Clone(all), func(h hearer) bool { return !h.hears })
}

// gap writes one from when the scope was last heard until then.
func (db *DB) gap(ctx context.Context, tx *sql.Tx, scope string, until time.Time) (int, error) {
	heard, err := aliveAt(ctx, tx, scope)
	if err != nil {
		return 0, err
	}
	platform, workspace := bot.ScopePlace(scope)
	whose, args := `d.platform = $2 AND ($3 = '' OR d.workspace = $3)`, []any{platform, workspace}
	if strings.Contains(scope, "/") {
		whose, args = `i.scope <> '' AND i.scope = $2`, []any{scope}
	}
	n, err := writeGaps(ctx, tx, gapMaker{scope: scope, heard: heard, join: joinGap}, until, whose, args...)
	if err != nil {
		return 0, err
	}
	return n, heardUntil(ctx, tx, scope, until.UnixMilli())
}

// settle takes those away that died, and writes a gap if those that are left, which
// are in the order in which they began, did so after the scope was last heard.
func (db *DB) settle(ctx context.Context, tx *sql.Tx, scope string, others, left []hearer) (n int, err error) {
	for _, h := range others {
		if h.hears {
			continue
		}
		if err := exec(ctx, tx, `DELETE FROM hearers WHERE scope = $1 AND id = $2`, scope, h.id); err != nil {
			return 0, err
		}
	}
	if len(left) == 0 {
		return 0, nil
	}
	heard, err := aliveAt(ctx, tx, scope)
	if err != nil {
		return 0, err
	}
	if left[0].since > heard {
		if n, err = db.gap(ctx, tx, scope, time.UnixMilli(left[0].since)); err != nil {
			return 0, err
		}
		heard = left[0].since
	}
	for _, h := range left {
		heard = max(heard, h.alive)
	}
	return n, heardUntil(ctx, tx, scope, heard)
}

// Silent implements [bot.Store].
func (db *DB) Silent(ctx context.Context, scope string, since, now time.Time) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		own, others, err := db.hearers(ctx, tx, scope, now)
		if own == nil || err != nil {
			return err // it was not heard here, or another process has seen to it
		}
		if err := exec(ctx, tx, `DELETE FROM hearers WHERE scope = $1 AND id = $2`, scope, own.id); err != nil {
			return err
		}
		heard, err := aliveAt(ctx, tx, scope)
		if err != nil {
			return err
		}
		until, left := max(min(since.UnixMilli(), now.UnixMilli()), own.since), hearing(others)
		instead := slices.ContainsFunc(left, func(h hearer) bool { return h.since <= until })
		if own.since <= heard && (until > heard || !instead) {
			if err := heardUntil(ctx, tx, scope, until); err != nil {
				return err
			}
		}
		_, err = db.settle(ctx, tx, scope, others, left)
		return err
	})
}

// Alive implements [bot.Store].
func (db *DB) Alive(ctx context.Context, scopes []string, now time.Time) error {
	var unsettled []string
	// Beside others: each has rows of its own, and that of the scope only ever becomes
	// later; what begins a gap runs alone. In order, so that of two replicas that hear the
	// same scopes neither waits for the other while that waits for it.
	scopes = slices.Sorted(slices.Values(scopes))
	err := db.beside(ctx, func(t Tx) error {
		unsettled = nil
		for _, s := range scopes {
			settled, err := db.beat(ctx, t.tx, s, now)
			if err != nil {
				return err
			}
			if !settled {
				unsettled = append(unsettled, s)
			}
		}
		return nil
	})
	for _, s := range unsettled {
		if err != nil {
			return err
		}
		err = db.write(ctx, func(tx *sql.Tx) error { return db.sortOut(ctx, tx, s, now) })
	}
	return err
}

// beat renews what this process hears. settled is false where it was taken to hear no
// more, or another one died.
func (db *DB) beat(ctx context.Context, tx *sql.Tx, scope string, now time.Time) (settled bool, err error) {
	res, err := tx.ExecContext(ctx, `UPDATE hearers SET alive_at = $1 WHERE scope = $2 AND id = $3 AND alive_at BETWEEN $4 AND $5`,
		ms(now), scope, db.sharing.id, ms(now.Add(-unheardAfter)), ms(now.Add(unheardAfter)))
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return false, err
	}
	if err := exec(ctx, tx, `UPDATE scopes SET alive_at = $1 WHERE scope = $2 AND alive_at < $1
		AND alive_at >= (SELECT h.since_at FROM hearers h WHERE h.scope = $2 AND h.id = $3)`, ms(now), scope, db.sharing.id); err != nil {
		return false, err
	}
	var dead bool
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) > 0 FROM hearers h WHERE h.scope = $1 AND h.id <> $2 AND NOT (h.alive_at >= $3 AND `+db.lives("h.id")+`)`,
		scope, db.sharing.id, ms(now.Add(-unheardAfter))).Scan(&dead)
	return !dead, err
}

// sortOut does what a beat has to leave alone.
func (db *DB) sortOut(ctx context.Context, tx *sql.Tx, scope string, now time.Time) error {
	settled, err := db.beat(ctx, tx, scope, now)
	if settled || err != nil {
		return err
	}
	own, others, err := db.hearers(ctx, tx, scope, now)
	if err != nil {
		return err
	}
	if own == nil || own.alive != now.UnixMilli() {
		_, err = db.hear(ctx, tx, scope, now)
		return err
	}
	left := append(hearing(others), *own)
	slices.SortFunc(left, func(a, b hearer) int { return cmp.Compare(a.since, b.since) })
	_, err = db.settle(ctx, tx, scope, others, left)
	return err
}

func heardUntil(ctx context.Context, tx *sql.Tx, scope string, at int64) error {
	return exec(ctx, tx, `INSERT INTO scopes (scope, alive_at) VALUES ($1, $2) ON CONFLICT (scope) DO UPDATE SET alive_at = excluded.alive_at`, scope, at)
}
