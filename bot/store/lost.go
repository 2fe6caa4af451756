package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// Recording implements [bot.Store].
func (db *DB) Recording(ctx context.Context, ch bot.Channel) ([]bot.Discussion, error) {
	rows, err := db.r.QueryContext(ctx, selectDiscussion+`WHERE d.platform = $1 AND d.workspace = $2 AND d.channel = $3 AND ($4 = '' OR `+inThread+`)
		AND d.opened_at IS NOT NULL AND d.state IN ('posting', 'open', 'closing') ORDER BY d.opened_at, d.id`, ch.Platform, ch.Workspace, ch.ID, ch.Thread)
	return collect(rows, err, scanDiscussion)
}

// inThread are discussions with a thread, or with a question that has that for
// itself; its arguments are the first four.
const inThread = `(d.thread = $4 OR d.id IN (SELECT q.discussion_id ` + questionThread + `))`

// InThread implements [bot.Store].
func (db *DB) InThread(ctx context.Context, ch bot.Channel) (bot.Discussion, bool, error) {
	d, err := scanDiscussion(db.r.QueryRowContext(ctx, selectDiscussion+`WHERE d.platform = $1 AND d.workspace = $2 AND d.channel = $3 AND $4 <> '' AND `+inThread+`
		ORDER BY d.created_at DESC, d.id DESC LIMIT 1`, ch.Platform, ch.Workspace, ch.ID, ch.Thread))
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, writeProblem(err)
}

// Lose implements [bot.Store].
func (db *DB) Lose(ctx context.Context, loss bot.Loss, now time.Time) (ended, paused int, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		ended, paused = 0, 0
		for _, d := range loss.Ends {
			did, err := endLost(ctx, tx, d, loss.Reason, now)
			if err != nil {
				return err
			}
			if !did {
				continue
			}
			ended++
			if loss.Silent {
				if err := silentGap(ctx, tx, d.ID, now); err != nil {
					return err
				}
			}
			if d.Trouble.Cause != "" {
				if err := noteTrouble(ctx, tx, d.Trouble); err != nil {
					return err
				}
			}
		}
		if loss.Pauses != "" {
			var err error
			if paused, err = pauseLost(ctx, tx, loss, now); err != nil {
				return err
			}
		}
		if ended+paused == 0 && !loss.Told {
			return nil
		}
		if loss.Trouble.Cause != "" {
			if err := noteTrouble(ctx, tx, loss.Trouble); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, loss.Audit)
	})
	return ended, paused, err
}

// endLost closes a discussion without its recap. Whoever works on it finds
// nothing left to do. Its gaps stay, in case that it can be listed again.
func endLost(ctx context.Context, tx *sql.Tx, d bot.Ending, reason string, now time.Time) (bool, error) {
	did, err := changed(tx.ExecContext(ctx, `UPDATE discussions SET state = 'closed', reason = $1, lost_at = $2, closed_at = COALESCE(closed_at, $2),
			closes_at = CASE WHEN closes_at > $2 THEN $2 ELSE closes_at END, remind_at = NULL, list_thread = FALSE, erase_at = $3, work_at = $3, sweep_at = $4
		WHERE id = $5 AND opened_at IS NOT NULL AND state IN ('posting', 'open', 'closing')`, reason, ms(now), ms(d.EraseAt), ms(d.SweepAt), d.ID))
	if err != nil || !did {
		return did, err
	}
	if err := exec(ctx, tx, `UPDATE posts SET state = CASE WHEN state = 'sending' THEN 'unknown' ELSE 'dropped' END, reason = $1
		WHERE discussion_id = $2 AND state IN ('pending', 'sending', 'held')`, reason, d.ID); err != nil {
		return did, err
	}
	if err := exec(ctx, tx, `DELETE FROM recaps WHERE discussion_id = $1 AND NOT EXISTS (SELECT 1 FROM posts p
		WHERE p.discussion_id = recaps.discussion_id AND p.kind = 'recap' AND p.state IN ('sent', 'unknown'))`, d.ID); err != nil {
		return did, err
	}
	return did, stalePreviews(ctx, tx, now, `$3`, d.ID)
}

// silentGap writes a gap since a discussion was last heard or listed: a platform
// does not say when it stops to tell us of a channel.
func silentGap(ctx context.Context, tx *sql.Tx, id bot.ID, now time.Time) error {
	return exec(ctx, tx, `INSERT INTO gaps (id, discussion_id, scope, from_at, to_at, recovered, listed, ended)
		SELECT $1, d.id, d.platform, s.since, $2, 0, FALSE, FALSE FROM discussions d JOIN (SELECT MAX(at) AS since FROM (
			SELECT opened_at AS at FROM discussions WHERE id = $3
			UNION ALL SELECT MAX(recorded_at) FROM replies WHERE discussion_id = $3
			UNION ALL SELECT MAX(to_at) FROM gaps WHERE discussion_id = $3) AS signs) AS s ON s.since < $2 WHERE d.id = $3`, bot.NewID(now), ms(now), id)
}

// pauseLost pauses the schedules of a channel that would fall due.
func pauseLost(ctx context.Context, tx *sql.Tx, loss bot.Loss, now time.Time) (int, error) {
	ch := loss.Channel
	rows, err := tx.QueryContext(ctx, `UPDATE schedules SET paused = TRUE, next_at = NULL, draft_at = NULL, resume_at = NULL, reason = $1
		WHERE platform = $2 AND workspace = $3 AND channel = $4 AND removed_at IS NULL AND (next_at IS NOT NULL OR resume_at IS NOT NULL) RETURNING id`,
		loss.Pauses, ch.Platform, ch.Workspace, ch.ID)
	ids, err := collect(rows, err, scanID)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := endWaiting(ctx, tx, id, loss.Pauses, now, `TRUE`); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// RedirectPost implements [bot.Store].
func (db *DB) RedirectPost(ctx context.Context, l bot.Lease, id bot.ID, reason string, other bot.Post, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if err := endPost(ctx, tx, id, bot.PostDropped, reason); err != nil {
			return err
		}
		return insertPost(ctx, tx, other, now)
	})
}
