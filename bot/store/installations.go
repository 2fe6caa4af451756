package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

const selectInstallation = `SELECT platform, workspace, name, owner, settings, created_at, gone_at, erase_at FROM installations `

func scanInstallation(s scanner) (bot.Installation, error) {
	var i bot.Installation
	var owner, settings string
	var created, gone, erase sql.NullInt64
	err := s.Scan(&i.Platform, &i.Workspace, &i.Name, &owner, &settings, &created, &gone, &erase)
	if err != nil {
		return i, err
	}
	i.CreatedAt, i.GoneAt, i.EraseAt, i.Gone = at(created), at(gone), at(erase), gone.Valid
	if owner != "" {
		err = unpack(owner, &i.Owner)
	}
	return i, errors.Join(err, unpack(settings, &i.Preferences))
}

// Installation implements [bot.Store].
func (db *DB) Installation(ctx context.Context, platform, workspace string) (bot.Installation, error) {
	i, err := scanInstallation(db.r.QueryRowContext(ctx, selectInstallation+`WHERE platform = $1 AND workspace = $2`, platform, workspace))
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Installation{Platform: platform, Workspace: workspace}, nil
	}
	return i, writeProblem(err)
}

// Installations lists all of them, the oldest first.
func (db *DB) Installations(ctx context.Context) ([]bot.Installation, error) {
	rows, err := db.r.QueryContext(ctx, selectInstallation+`ORDER BY created_at, platform, workspace`)
	return collect(rows, err, scanInstallation)
}

// PutInstallation implements [bot.Store].
func (db *DB) PutInstallation(ctx context.Context, i bot.Installation, now time.Time) error {
	var gone any
	if i.Gone {
		gone = ms(now)
	}
	owner := ""
	if i.Owner.ID != "" {
		owner = pack(i.Owner)
	}
	return db.write(ctx, func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO installations (platform, workspace, name, owner, created_at, gone_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (platform, workspace) DO UPDATE SET name = excluded.name, gone_at = excluded.gone_at,
				owner = CASE WHEN excluded.owner <> '' THEN excluded.owner ELSE installations.owner END`,
			i.Platform, i.Workspace, i.Name, owner, ms(now), gone)
	})
}

// ChangePreferences implements [bot.Store]. Who changes something else at the
// same time waits for this transaction.
func (db *DB) ChangePreferences(ctx context.Context, platform, workspace string, now time.Time, change func(*bot.Preferences) (bot.Audit, error)) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		i, err := scanInstallation(tx.QueryRowContext(ctx, selectInstallation+`WHERE platform = $1 AND workspace = $2`, platform, workspace))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		before := pack(i.Preferences)
		a, err := change(&i.Preferences)
		if err != nil || pack(i.Preferences) == before {
			return err
		}
		err = exec(ctx, tx, `INSERT INTO installations (platform, workspace, name, settings, created_at) VALUES ($1, $2, '', $3, $4)
			ON CONFLICT (platform, workspace) DO UPDATE SET settings = excluded.settings`, platform, workspace, pack(i.Preferences), ms(now))
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}
