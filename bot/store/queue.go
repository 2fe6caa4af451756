package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"colloquy/bot"
)

// Add implements [bot.Store].
func (db *DB) Add(ctx context.Context, id bot.ID, ch bot.Channel, url string, now time.Time, a bot.Audit) (place int, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO added (id, platform, workspace, channel, url, created_at, place)
			VALUES ($1, $2, $3, $4, $5, $6, COALESCE((SELECT MAX(place) + 1 FROM added WHERE platform = $2 AND workspace = $3 AND channel = $4), 0))
			ON CONFLICT (id) DO NOTHING`, id, ch.Platform, ch.Workspace, ch.ID, url, ms(now)))
		if err != nil {
			return err
		}
		if ok {
			if err := writeAudit(ctx, tx, a); err != nil {
				return err
			}
		}
		return tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM added WHERE `+onList, ch.Platform, ch.Workspace, ch.ID).Scan(&place)
	})
	return place, err
}

// onList are the entries of a channel's list that may still be taken.
const onList = `platform = $1 AND workspace = $2 AND channel = $3 AND taken_at IS NULL AND removed_at IS NULL
	AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.added_id = added.id AND drafts.state = 'open')
	AND NOT EXISTS (SELECT 1 FROM refusals WHERE refusals.added_id = added.id AND refusals.final)
	AND (SELECT COUNT(*) FROM refusals WHERE refusals.added_id = added.id) < ` + maxRefusals

// Added implements [bot.Store].
func (db *DB) Added(ctx context.Context, ch bot.Channel, limit int) ([]bot.Candidate, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT id, url FROM added WHERE `+onList+` ORDER BY place, created_at, id LIMIT $4`,
		ch.Platform, ch.Workspace, ch.ID, limit)
	return collect(rows, err, func(s scanner) (c bot.Candidate, err error) {
		err = s.Scan(&c.Added, &c.Ref)
		c.Title = c.Ref
		return c, err
	})
}

// MoveAdded implements [bot.Store].
func (db *DB) MoveAdded(ctx context.Context, ch bot.Channel, id bot.ID, place int, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM added WHERE `+onList+` ORDER BY place, created_at, id`, ch.Platform, ch.Workspace, ch.ID)
		list, err := collect(rows, err, scanID)
		if err != nil {
			return err
		}
		at := slices.Index(list, id)
		if at < 0 {
			return fmt.Errorf("entry %s: %w", id, bot.ErrNotFound)
		}
		list = slices.Delete(list, at, at+1)
		list = slices.Insert(list, min(max(place-1, 0), len(list)), id)
		for i, id := range list {
			if err := exec(ctx, tx, `UPDATE added SET place = $1 WHERE id = $2`, i+1, id); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, a)
	})
}

// RemoveAdded implements [bot.Store].
func (db *DB) RemoveAdded(ctx context.Context, id bot.ID, now time.Time, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `UPDATE added SET removed_at = $1 WHERE id = $2`, ms(now), id); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// Bar implements [bot.Store]. What is barred is an entry that was removed at once.
func (db *DB) Bar(ctx context.Context, id bot.ID, ch bot.Channel, url string, now time.Time, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		err := exec(ctx, tx, `INSERT INTO added (id, platform, workspace, channel, url, created_at, removed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO NOTHING`, id, ch.Platform, ch.Workspace, ch.ID, url, ms(now), ms(now))
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}
