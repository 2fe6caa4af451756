package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

// markStale notes that what the posts of one kind say may have changed, in the
// discussions that a list or a query for their ids gives, and asks for a worker.
// The arguments of the query are numbered from $3. A post that waits to be sent
// may have been put into words already.
func markStale(ctx context.Context, tx *sql.Tx, now time.Time, kind, discussions string, args ...any) error {
	if kind == bot.PostRecap {
		if err := stalePreviews(ctx, tx, now, discussions, args...); err != nil {
			return err
		}
	}
	marked, err := changed(tx.ExecContext(ctx, `UPDATE posts SET stale = stale + $1
		WHERE kind = $2 AND state IN ('pending', 'sending', 'sent') AND discussion_id IN (`+discussions+`)`, append([]any{1, kind}, args...)...))
	if err != nil || !marked {
		return err
	}
	return exec(ctx, tx, workOnStale+`(`+discussions+`)`, append([]any{ms(now), kind}, args...)...)
}

// workOnStale begins the statement that asks for a worker, in some discussions.
const workOnStale = `UPDATE discussions SET work_at = $1
	WHERE EXISTS (SELECT 1 FROM posts p WHERE p.discussion_id = discussions.id AND p.kind = $2 AND p.stale > 0) AND id IN `

// stalePreviews does the same for what shows the recaps of discussions to managers.
func stalePreviews(ctx context.Context, tx *sql.Tx, now time.Time, discussions string, args ...any) error {
	return exec(ctx, tx, `UPDATE posts SET stale = stale + 1, work_at = $1
		WHERE kind = $2 AND state IN ('pending', 'sending', 'sent') AND about IN (`+discussions+`)`, append([]any{ms(now), bot.PostPreview}, args...)...)
}

// staleReplies marks whatever shows some replies that are taken back, for good: the recaps
// of their discussions, and what shows them as answers.
func staleReplies(ctx context.Context, tx *sql.Tx, now time.Time, where string, args ...any) error {
	if err := trimRecaps(ctx, tx, where, args...); err != nil {
		return err
	}
	if err := staleRecap(ctx, tx, now, where, args...); err != nil {
		return err
	}
	return staleAnswers(ctx, tx, now, where, args...)
}

func staleAnswers(ctx context.Context, tx *sql.Tx, now time.Time, where string, args ...any) error {
	of := `reply_id IN (SELECT id FROM replies WHERE ` + where + `)`
	marked, err := changed(tx.ExecContext(ctx, `UPDATE posts SET stale = stale + $1 WHERE kind = $2 AND state IN ('pending', 'sending', 'sent') AND `+of,
		append([]any{1, bot.PostAnswer}, args...)...))
	if err != nil || !marked {
		return err
	}
	return exec(ctx, tx, `UPDATE discussions SET work_at = $1 WHERE id IN (SELECT discussion_id FROM posts WHERE kind = $2 AND `+of+`)`,
		append([]any{ms(now), bot.PostAnswer}, args...)...)
}

// staleRecap marks the recaps of the discussions of some replies: each may
// quote one of them.
func staleRecap(ctx context.Context, tx *sql.Tx, now time.Time, where string, args ...any) error {
	return markStale(ctx, tx, now, bot.PostRecap, `SELECT discussion_id FROM replies WHERE `+where, args...)
}
