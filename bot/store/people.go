package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// HashKey implements [bot.Store].
func (db *DB) HashKey(ctx context.Context) ([]byte, error) {
	db.key.mu.Lock()
	defer db.key.mu.Unlock()
	if db.key.key != nil {
		return db.key.key, nil
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	var text string
	err := db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `INSERT INTO settings (name, value) VALUES ('hash_key', $1) ON CONFLICT (name) DO NOTHING`, hex.EncodeToString(fresh)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = 'hash_key'`).Scan(&text)
	})
	if err != nil {
		return nil, err
	}
	db.key.key, err = hex.DecodeString(text)
	return db.key.key, err
}

// OptedOut implements [bot.Store].
func (db *DB) OptedOut(ctx context.Context, who string) (yes bool, err error) {
	err = db.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM optouts WHERE hash = $1)`, who).Scan(&yes)
	return yes, writeProblem(err)
}

// writtenBy are the replies of a person, as a condition for [staleRecap]. Their
// index has no rows without an author, and is used where the condition says so.
const writtenBy = `platform = $3 AND workspace = $4 AND author_id = $5 AND author_id <> '' AND NOT deleted`

// SetOptOut implements [bot.Store].
func (db *DB) SetOptOut(ctx context.Context, p bot.Person, who string, out bool, now time.Time) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		did := didOptIn
		if out {
			did = didOptOut
		}
		n.note(entry{Did: did, Who: who})
		if err := staleRecap(ctx, tx, now, writtenBy, p.Platform, p.Workspace, p.ID); err != nil {
			return err
		}
		_, err := optOut(ctx, tx, who, out, now)
		return err
	})
}

func optOut(ctx context.Context, tx *sql.Tx, who string, out bool, now time.Time) (bool, error) {
	if !out {
		return changed(tx.ExecContext(ctx, `DELETE FROM optouts WHERE hash = $1`, who))
	}
	return changed(tx.ExecContext(ctx, `INSERT INTO optouts (hash, created_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, who, ms(now)))
}

const selectPersonReplies = selectReply + `WHERE platform = $1 AND workspace = $2 AND author_id = $3 AND author_id <> '' AND NOT deleted
	ORDER BY created_at, version, id`

// PersonReplies implements [bot.Store].
func (db *DB) PersonReplies(ctx context.Context, p bot.Person) ([]bot.Reply, error) {
	rows, err := db.r.QueryContext(ctx, selectPersonReplies, p.Platform, p.Workspace, p.ID)
	return collect(rows, err, scanReply)
}

// ErasePerson implements [bot.Store].
func (db *DB) ErasePerson(ctx context.Context, p bot.Person, who string, now time.Time, a bot.Audit) (erased int, err error) {
	err = db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		n.note(entry{Did: didPerson, Who: who})
		if erased, err = erasePerson(ctx, tx, n, p, now, now); err != nil {
			return err
		}
		a.Detail = fmt.Sprintf("replies: %d → 0", erased)
		return writeAudit(ctx, tx, a)
	})
	return erased, err
}

// erasePerson removes what was recorded of a person until a moment. It notes
// the messages too: a database that is restored from a backup may not know them.
func erasePerson(ctx context.Context, tx *sql.Tx, n *noted, p bot.Person, until, now time.Time) (int, error) {
	if err := staleReplies(ctx, tx, now, writtenBy, p.Platform, p.Workspace, p.ID); err != nil {
		return 0, err
	}
	rows, err := tx.QueryContext(ctx, tombstone+`WHERE platform = $1 AND workspace = $2 AND author_id = $3 AND author_id <> '' AND NOT deleted AND recorded_at <= $4
		RETURNING discussion_id, platform, workspace, channel, thread, message_id`, p.Platform, p.Workspace, p.ID, ms(until))
	erased, err := collect(rows, err, scanErased)
	slices.SortStableFunc(erased, func(a, b entry) int { return strings.Compare(string(a.Discussion), string(b.Discussion)) })
	for _, e := range erased {
		n.note(e)
	}
	return len(erased), err
}

// scanErased reads a reply that was made a tombstone.
func scanErased(s scanner) (entry, error) {
	e := entry{Did: didReply, Messages: make([]string, 1)}
	return e, s.Scan(&e.Discussion, &e.Platform, &e.Workspace, &e.Channel, &e.Thread, &e.Messages[0])
}

// ActionsOf implements [bot.Store].
func (db *DB) ActionsOf(ctx context.Context, p bot.Person) ([]bot.Audit, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT id, actor, source, action, target, detail, created_at FROM audit WHERE actor = $1 ORDER BY created_at, id`, p.String())
	return collect(rows, err, func(s scanner) (a bot.Audit, err error) {
		var created sql.NullInt64
		err = s.Scan(&a.ID, &a.Actor, &a.From, &a.Action, &a.Target, &a.Detail, &created)
		a.At = at(created)
		return a, err
	})
}
