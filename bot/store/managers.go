package store

import (
	"context"
	"database/sql"

	"colloquy/bot"
)

// Managers implements [bot.Store].
func (db *DB) Managers(ctx context.Context, platform, workspace string) ([]bot.Manager, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT kind, id, created_at FROM managers WHERE platform = $1 AND workspace = $2 ORDER BY created_at, kind, id`,
		platform, workspace)
	return collect(rows, err, func(s scanner) (m bot.Manager, err error) {
		var kind string
		var created sql.NullInt64
		err = s.Scan(&kind, &m.ID, &created)
		m.Role, m.CreatedAt = kind == kindOf(bot.Manager{Role: true}), at(created)
		return m, err
	})
}

func kindOf(m bot.Manager) string {
	if m.Role {
		return "role"
	}
	return "person"
}

// PutManager implements [bot.Store].
func (db *DB) PutManager(ctx context.Context, platform, workspace string, m bot.Manager, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		added, err := changed(tx.ExecContext(ctx, `INSERT INTO managers (platform, workspace, kind, id, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (platform, workspace, kind, id) DO NOTHING`, platform, workspace, kindOf(m), m.ID, ms(m.CreatedAt)))
		if err != nil || !added {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// RemoveManager implements [bot.Store].
func (db *DB) RemoveManager(ctx context.Context, platform, workspace string, m bot.Manager, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		removed, err := changed(tx.ExecContext(ctx, `DELETE FROM managers WHERE platform = $1 AND workspace = $2 AND kind = $3 AND id = $4`,
			platform, workspace, kindOf(m), m.ID))
		if err != nil || !removed {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}
