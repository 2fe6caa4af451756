package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// AddAnswer implements [bot.Store]. The post is not written to the ledger: after
// a backup that does not know the reply was restored, there is nothing to show.
func (db *DB) AddAnswer(ctx context.Context, r bot.Reply, who string, p bot.Post, now time.Time, lateFor time.Duration) (stored bool, err error) {
	// Beside others: answers in one discussion take turns, so that one which comes
	// twice is found, and each post gets a place of its own.
	err = db.beside(ctx, func(t Tx) error {
		tx := t.tx
		if err := db.lockDiscussion(ctx, tx, p.DiscussionID); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM replies WHERE platform = $1 AND workspace = $2 AND channel = $3 AND message_id = $4)`,
			r.Ref.Platform, r.Ref.Workspace, r.Ref.ID, r.Ref.MessageID).Scan(&stored)
		if err != nil || stored {
			return err
		}
		stmt, err := tx.PrepareContext(ctx, insertReply)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		p.About, _, err = putReply(ctx, tx, stmt, replyArgs(r, who, now, lateFor))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		stored = true
		if err := insertPost(ctx, tx, p, now); err != nil {
			return err
		}
		return exec(ctx, tx, `UPDATE discussions SET work_at = $1 WHERE id = $2`, ms(now), p.DiscussionID)
	})
	return stored && err == nil, err
}

// Reply implements [bot.Store].
func (db *DB) Reply(ctx context.Context, id bot.ID) (bot.Reply, error) {
	r, err := scanReply(db.r.QueryRowContext(ctx, selectReply+`WHERE id = $1`, id))
	return r, found(err, "reply", id)
}

// RemoveAnswer implements [bot.Store].
func (db *DB) RemoveAnswer(ctx context.Context, id bot.ID, now time.Time, a bot.Audit) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		erased, err := eraseReply(ctx, tx, n, id, now)
		if err != nil || !erased {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// eraseReply makes a tombstone of one reply, unless it is one.
func eraseReply(ctx context.Context, tx *sql.Tx, n *noted, id bot.ID, now time.Time) (erased bool, err error) {
	e, err := scanErased(tx.QueryRowContext(ctx, tombstone+`WHERE id = $1 AND NOT deleted RETURNING discussion_id, platform, workspace, channel, thread, message_id`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n.note(e)
	return true, staleReplies(ctx, tx, now, `id = $3`, id)
}

// removedPost notes that a message is gone which is a post of a discussion, and
// gives the reply that it shows. While its discussion is withdrawn, it is we who
// remove the message, and the reply stays. What people wrote under a question stays. ours is
// false for any other message.
func removedPost(ctx context.Context, tx *sql.Tx, ref bot.MessageRef) (reply bot.ID, ours bool, err error) {
	var id bot.ID
	var kind, state string
	var withdrawing bool
	err = tx.QueryRowContext(ctx, `SELECT p.id, p.kind, p.state, COALESCE(p.reply_id, ''), d.state = 'withdrawing' FROM posts p JOIN discussions d ON d.id = p.discussion_id
		WHERE p.platform = $1 AND p.workspace = $2 AND p.channel = $3 AND p.message_id = $4 AND p.message_id <> ''`,
		ref.Platform, ref.Workspace, ref.ID, ref.MessageID).Scan(&id, &kind, &state, &reply, &withdrawing)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, err
	case withdrawing || state != bot.PostSent || kind != bot.PostAnswer && kind != bot.PostQuestion:
		return "", true, nil
	}
	return reply, true, endPost(ctx, tx, id, bot.PostRemoved, "")
}

// SetReactions implements [bot.Store].
func (db *DB) SetReactions(ctx context.Context, ref bot.MessageRef, reactions []bot.Reaction) (known bool, err error) {
	err = db.beside(ctx, func(t Tx) error { // one row, by what stands in it
		const of = ` WHERE platform = $2 AND workspace = $3 AND channel = $4 AND message_id = $5 AND message_id <> ''`
		known, err = changed(t.tx.ExecContext(ctx, `UPDATE replies SET reactions = $1
			WHERE id = COALESCE((SELECT id FROM replies`+of+`), (SELECT reply_id FROM posts`+of+` AND kind = 'answer')) AND NOT deleted`,
			pack(reactions), ref.Platform, ref.Workspace, ref.ID, ref.MessageID))
		return err
	})
	return known, err
}
