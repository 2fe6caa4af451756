package store

import (
	"context"
	"database/sql"

	"colloquy/bot"
)

// writeAudit adds an audit line; one without an action is none.
func writeAudit(ctx context.Context, tx *sql.Tx, a bot.Audit) error {
	if a.Action == "" {
		return nil
	}
	return exec(ctx, tx, `INSERT INTO audit (id, actor, source, action, target, detail, created_at, platform, workspace, channel)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID, a.Actor, a.From, a.Action, a.Target, a.Detail, ms(a.At), a.Channel.Platform, a.Channel.Workspace, a.Channel.ID)
}

// Audits implements [bot.Store].
func (db *DB) Audits(ctx context.Context, f bot.AuditFilter) ([]bot.Audit, error) {
	var since int64
	if !f.Since.IsZero() {
		since = f.Since.UnixMilli()
	}
	rows, err := db.r.QueryContext(ctx, `SELECT id, actor, source, action, target, detail, created_at, platform, workspace, channel FROM audit
		WHERE ($1 = '' OR platform = $1 AND workspace = $2) AND ($3 = '' OR channel = $3)
			AND ($4 = '' OR substr(target, length(target) - length($4) + 1) = $4) AND created_at >= $5
		ORDER BY created_at DESC, id DESC LIMIT $6`, f.In.Platform, f.In.Workspace, f.In.ID, f.Target, since, f.Limit)
	return collect(rows, err, func(s scanner) (a bot.Audit, err error) {
		var created sql.NullInt64
		err = s.Scan(&a.ID, &a.Actor, &a.From, &a.Action, &a.Target, &a.Detail, &created, &a.Channel.Platform, &a.Channel.Workspace, &a.Channel.ID)
		a.At = at(created)
		return a, err
	})
}
