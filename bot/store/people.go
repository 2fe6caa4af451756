package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
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
	return yes, err
}

// writtenBy are the replies of a person, as a condition for [staleRecap]. Their
// index has no rows without an author, and is used where the condition says so.
const writtenBy = `platform = $3 AND workspace = $4 AND author_id = $5 AND author_id <> '' AND NOT deleted`

// SetOptOut implements [bot.Store].
func (db *DB) SetOptOut(ctx context.Context, p bot.Person, who string, out bool, now time.Time) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := staleRecap(ctx, tx, now, writtenBy, p.Platform, p.Workspace, p.ID); err != nil {
			return err
		}
		if !out {
			return exec(ctx, tx, `DELETE FROM optouts WHERE hash = $1`, who)
		}
		return exec(ctx, tx, `INSERT INTO optouts (hash, created_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, who, ms(now))
	})
}

const selectPersonReplies = selectReply + `WHERE platform = $1 AND workspace = $2 AND author_id = $3 AND author_id <> '' AND NOT deleted
	ORDER BY created_at, version, id`

// PersonReplies implements [bot.Store].
func (db *DB) PersonReplies(ctx context.Context, p bot.Person) ([]bot.Reply, error) {
	rows, err := db.r.QueryContext(ctx, selectPersonReplies, p.Platform, p.Workspace, p.ID)
	return collect(rows, err, scanReply)
}

// ErasePerson implements [bot.Store].
func (db *DB) ErasePerson(ctx context.Context, p bot.Person, now time.Time, a bot.Audit) (n int, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		if err := staleRecap(ctx, tx, now, writtenBy, p.Platform, p.Workspace, p.ID); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, tombstone+`WHERE platform = $1 AND workspace = $2 AND author_id = $3 AND author_id <> '' AND NOT deleted`, p.Platform, p.Workspace, p.ID)
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		if err != nil {
			return err
		}
		n = int(rows)
		a.Detail = fmt.Sprintf("replies: %d → 0", n)
		return writeAudit(ctx, tx, a)
	})
	return n, err
}

// ActionsOf lists what a person changed, the oldest first.
func (db *DB) ActionsOf(ctx context.Context, p bot.Person) ([]bot.Audit, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT id, actor, source, action, target, detail, created_at FROM audit WHERE actor = $1 ORDER BY created_at, id`, p.String())
	return collect(rows, err, func(s scanner) (a bot.Audit, err error) {
		var created sql.NullInt64
		err = s.Scan(&a.ID, &a.Actor, &a.From, &a.Action, &a.Target, &a.Detail, &created)
		a.At = at(created)
		return a, err
	})
}
