package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

const selectPost = `SELECT p.id, p.discussion_id, p.seq, p.kind, p.question, p.key, p.state, p.attempts, p.attempted_at, p.retry_at,
	d.platform, d.workspace, p.channel, p.thread, p.message_id, p.reason
	FROM posts p JOIN discussions d ON d.id = p.discussion_id `

func scanPost(s scanner) (bot.Post, error) {
	var p bot.Post
	var attempted, retry sql.NullInt64
	err := s.Scan(&p.ID, &p.DiscussionID, &p.Seq, &p.Kind, &p.Question, &p.Key, &p.State, &p.Attempts, &attempted, &retry,
		&p.Ref.Platform, &p.Ref.Workspace, &p.Ref.ID, &p.Ref.Thread, &p.Ref.MessageID, &p.Reason)
	p.AttemptedAt, p.RetryAt = at(attempted), at(retry)
	return p, err
}

func insertPost(ctx context.Context, tx *sql.Tx, p bot.Post) error {
	return exec(ctx, tx, `INSERT INTO posts (id, discussion_id, seq, kind, question, key, state, attempts, channel, thread, message_id, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', '', '', '')`, p.ID, p.DiscussionID, p.Seq, p.Kind, p.Question, p.Key, p.State)
}

// NextPost implements [bot.Store].
func (db *DB) NextPost(ctx context.Context, discussion bot.ID) (bot.Post, bool, error) {
	p, err := scanPost(db.r.QueryRowContext(ctx, selectPost+`WHERE p.discussion_id = $1 AND p.state IN ('pending', 'sending') ORDER BY p.seq LIMIT 1`, discussion))
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// Posts implements [bot.Store].
func (db *DB) Posts(ctx context.Context, discussion bot.ID) ([]bot.Post, error) {
	rows, err := db.r.QueryContext(ctx, selectPost+`WHERE p.discussion_id = $1 ORDER BY p.seq`, discussion)
	return collect(rows, err, scanPost)
}

// BeginSend implements [bot.Store].
func (db *DB) BeginSend(ctx context.Context, l bot.Lease, id bot.ID, now time.Time, d time.Duration) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if _, err := renew(ctx, tx, l, now, d); err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `UPDATE posts SET state = 'sending', attempts = attempts + 1, attempted_at = $1, retry_at = NULL
			WHERE id = $2 AND state = 'pending'`, ms(now), id))
		if err == nil && !ok {
			return bot.ErrLeaseLost // somebody else is at it
		}
		return err
	})
}

// PostSent implements [bot.Store].
func (db *DB) PostSent(ctx context.Context, l bot.Lease, id bot.ID, ref bot.MessageRef, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error { return postSent(ctx, tx, id, ref, now) })
}

func postSent(ctx context.Context, tx *sql.Tx, id bot.ID, ref bot.MessageRef, now time.Time) error {
	return exec(ctx, tx, `UPDATE posts SET state = 'sent', channel = $1, thread = $2, message_id = $3, sent_at = $4 WHERE id = $5`,
		ref.ID, ref.Thread, ref.MessageID, ms(now), id)
}

// RootSent implements [bot.Store].
func (db *DB) RootSent(ctx context.Context, l bot.Lease, d bot.Discussion, id bot.ID, ref bot.MessageRef, thread bot.Channel, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if err := postSent(ctx, tx, id, ref, now); err != nil {
			return err
		}
		err := exec(ctx, tx, `UPDATE discussions SET thread = $1, opened_at = $2, closes_at = COALESCE(closes_at, $3), list_thread = $4 WHERE id = $5`,
			thread.Thread, ms(now), ms(now.Add(d.CloseAfter)), true, d.ID)
		if err != nil {
			return err
		}
		return endOccurrence(ctx, tx, d.OccurrenceID, bot.OutcomePosted, d.Title, now)
	})
}

// RetryPost implements [bot.Store].
func (db *DB) RetryPost(ctx context.Context, l bot.Lease, p bot.Post, when time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `UPDATE posts SET state = 'pending', retry_at = $1 WHERE id = $2 AND state = 'sending'`, ms(when), p.ID); err != nil {
			return err
		}
		return exec(ctx, tx, `UPDATE discussions SET work_at = $1 WHERE id = $2`, ms(when), p.DiscussionID)
	})
}

// EndPost implements [bot.Store].
func (db *DB) EndPost(ctx context.Context, l bot.Lease, id bot.ID, state, reason string, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if err := endPost(ctx, tx, id, state, reason); err != nil {
			return err
		}
		err := exec(ctx, tx, `UPDATE discussions SET reason = $1 WHERE id = (SELECT discussion_id FROM posts WHERE id = $2)`, reason, id)
		if err != nil {
			return err
		}
		// Without its root nothing more can be posted, and that is the outcome.
		err = exec(ctx, tx, `UPDATE discussions SET state = $1, work_at = NULL
			WHERE id = (SELECT discussion_id FROM posts WHERE id = $2 AND kind = 'root')`, bot.StateUnknown, id)
		if err != nil {
			return err
		}
		return exec(ctx, tx, `UPDATE occurrences SET outcome = $1, reason = $2, done_at = $3, work_at = NULL
			WHERE outcome = '' AND discussion_id = (SELECT discussion_id FROM posts WHERE id = $4 AND kind = 'root')`,
			bot.OutcomeFailed, reason, ms(now), id)
	})
}

func endPost(ctx context.Context, tx *sql.Tx, id bot.ID, state, reason string) error {
	return exec(ctx, tx, `UPDATE posts SET state = $1, reason = $2 WHERE id = $3`, state, reason, id)
}

// AddRecap implements [bot.Store].
func (db *DB) AddRecap(ctx context.Context, l bot.Lease, r bot.Recap, p bot.Post) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `INSERT INTO recaps (id, discussion_id, body, writer, created_at) VALUES ($1, $2, $3, $4, $5)`,
			r.ID, r.DiscussionID, pack(r.Statements), pack(r.Writer), ms(r.CreatedAt)); err != nil {
			return err
		}
		return insertPost(ctx, tx, p)
	})
}

// Recap implements [bot.Store].
func (db *DB) Recap(ctx context.Context, discussion bot.ID) (r bot.Recap, ok bool, err error) {
	var statements, writer string
	var created sql.NullInt64
	err = db.r.QueryRowContext(ctx, `SELECT id, discussion_id, body, writer, created_at FROM recaps WHERE discussion_id = $1`, discussion).
		Scan(&r.ID, &r.DiscussionID, &statements, &writer, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	r.CreatedAt = at(created)
	return r, true, errors.Join(unpack(statements, &r.Statements), unpack(writer, &r.Writer))
}
