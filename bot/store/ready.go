package store

import (
	"context"

	"colloquy/bot"
)

// Ready is nil when the database answers.
func (db *DB) Ready(ctx context.Context) error {
	var n int
	err := db.r.QueryRowContext(ctx, `SELECT 1 FROM settings UNION ALL SELECT 1 LIMIT 1`).Scan(&n)
	if err != nil && ctx.Err() == nil {
		return &bot.Problem{Code: "database", Text: "the database does not answer: the log says why", Err: err}
	}
	return err
}

// CanKeep is nil when there is a key with which credentials can be kept.
func (db *DB) CanKeep() error {
	_, err := db.box.seal("", "")
	return err
}
