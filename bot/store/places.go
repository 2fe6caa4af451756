package store

import (
	"context"
	"time"

	"colloquy/bot"
)

// Places implements [bot.Store].
func (db *DB) Places(ctx context.Context, scope string, now time.Time) ([]bot.Channel, error) {
	const which = `SELECT d.id, d.platform, d.workspace, d.channel, d.thread FROM installations i
		JOIN discussions d ON d.platform = i.platform AND d.workspace = i.workspace WHERE i.scope <> '' AND i.scope = $1`
	rows, err := db.r.QueryContext(ctx, `WITH mine AS (`+which+` AND d.closed_at > $2`+stillRecorded+` UNION ALL `+which+` AND d.closed_at IS NULL`+stillRecorded+`)
		SELECT platform, workspace, channel, thread FROM mine
		UNION SELECT q.platform, q.workspace, q.channel, q.thread FROM posts q JOIN mine ON q.discussion_id = mine.id
			WHERE q.kind = 'question' AND q.message_id <> '' AND q.thread = q.message_id`, scope, ms(now.Add(-recordFor)))
	return collect(rows, err, func(s scanner) (ch bot.Channel, err error) {
		return ch, s.Scan(&ch.Platform, &ch.Workspace, &ch.ID, &ch.Thread)
	})
}
