package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

const selectInstallation = `SELECT platform, workspace, name, owner, settings, created_at, gone_at, erase_at, scope, greet_until FROM installations `

func scanInstallation(s scanner) (bot.Installation, error) {
	var i bot.Installation
	var owner, settings string
	var created, gone, erase, greet sql.NullInt64
	err := s.Scan(&i.Platform, &i.Workspace, &i.Name, &owner, &settings, &created, &gone, &erase, &i.Scope, &greet)
	if err != nil {
		return i, err
	}
	i.CreatedAt, i.GoneAt, i.EraseAt, i.Gone, i.GreetUntil = at(created), at(gone), at(erase), gone.Valid, at(greet)
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

// InstallationsOf implements [bot.Store].
func (db *DB) InstallationsOf(ctx context.Context, platform string) ([]bot.Installation, error) {
	rows, err := db.r.QueryContext(ctx, selectInstallation+`WHERE platform = $1`, platform)
	return collect(rows, err, scanInstallation)
}

// Installations lists all of them, the oldest first.
func (db *DB) Installations(ctx context.Context) ([]bot.Installation, error) {
	rows, err := db.r.QueryContext(ctx, selectInstallation+`ORDER BY created_at, platform, workspace`)
	return collect(rows, err, scanInstallation)
}

// pauseGone pauses schedules where the bot was removed. The arguments of the
// condition are numbered from $2.
func pauseGone(ctx context.Context, tx *sql.Tx, where string, args ...any) error {
	var gone bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM installations WHERE gone_at IS NOT NULL)`).Scan(&gone); err != nil || !gone {
		return err
	}
	return exec(ctx, tx, `UPDATE schedules SET paused = TRUE, next_at = NULL, draft_at = NULL, resume_at = NULL, reason = $1
		WHERE (`+where+`) AND removed_at IS NULL AND EXISTS (SELECT 1 FROM installations i
			WHERE i.platform = schedules.platform AND i.workspace = schedules.workspace AND i.gone_at IS NOT NULL)`, append([]any{bot.BotRemoved}, args...)...)
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
