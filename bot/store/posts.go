package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

const selectPost = `SELECT p.id, COALESCE(p.discussion_id, ''), COALESCE(p.draft_id, ''), COALESCE(p.about, p.reply_id, ''), p.seq, p.kind, p.question, p.key, p.state,
	p.attempts, p.attempted_at, p.retry_at, p.platform, p.workspace, p.channel, p.thread, p.message_id, p.reason, p.body, p.stale, p.shown
	FROM posts p `

func scanPost(s scanner) (bot.Post, error) {
	var p bot.Post
	var attempted, retry sql.NullInt64
	var body string
	err := s.Scan(&p.ID, &p.DiscussionID, &p.DraftID, &p.About, &p.Seq, &p.Kind, &p.Question, &p.Key, &p.State,
		&p.Attempts, &attempted, &retry, &p.Ref.Platform, &p.Ref.Workspace, &p.Ref.ID, &p.Ref.Thread, &p.Ref.MessageID, &p.Reason, &body, &p.Stale, &p.Shown)
	p.AttemptedAt, p.RetryAt = at(attempted), at(retry)
	if err == nil && body != "" {
		err = unpack(body, &p.Body)
	}
	return p, err
}

// insertPost stores a post. One of a discussion goes where that is; one without
// goes to its Ref, and is due at once.
func insertPost(ctx context.Context, tx *sql.Tx, p bot.Post, now time.Time) error {
	body, work, about, reply := "", any(nil), null(p.About), any(nil)
	if p.Kind == bot.PostNote || p.Kind == bot.PostNotice {
		body = pack(p.Body)
	}
	if p.Kind == bot.PostAnswer {
		about, reply = nil, null(p.About)
	}
	if p.DiscussionID == "" {
		work = ms(now)
	}
	err := exec(ctx, tx, `INSERT INTO posts (id, discussion_id, draft_id, seq, kind, question, key, state, attempts,
			platform, workspace, channel, thread, message_id, reason, body, stale, shown, work_at, about, reply_id)
		VALUES ($1, $2, $3, CASE WHEN $4 >= 0 THEN $4 ELSE COALESCE((SELECT MAX(seq) + 1 FROM posts WHERE discussion_id = $2), 0) END,
			$5, $6, $7, $8, 0, $9, $10, $11, $12, '', '', $13, 0, '', $14, $15, $16)`,
		p.ID, null(p.DiscussionID), null(p.DraftID), p.Seq, p.Kind, p.Question, p.Key, p.State,
		p.Ref.Platform, p.Ref.Workspace, p.Ref.ID, p.Ref.Thread, body, work, about, reply)
	if err != nil || p.DiscussionID == "" {
		return err
	}
	return exec(ctx, tx, `UPDATE posts SET platform = d.platform, workspace = d.workspace FROM discussions d
		WHERE d.id = posts.discussion_id AND posts.id = $1`, p.ID)
}

// addPost stores a post that a discussion gets after it was opened. Where the
// ledger knows that one was sent before a backup was restored, it is that one,
// to be looked up; what it says then is brought up to date.
func addPost(ctx context.Context, tx *sql.Tx, n *noted, p bot.Post, now time.Time) error {
	if err := insertPost(ctx, tx, p, now); err != nil {
		return err
	}
	known, err := changed(tx.ExecContext(ctx, `UPDATE posts SET reason = CASE WHEN state = 'held' THEN '`+wasHeld+`' ELSE '' END, state = 'sending', attempts = 1,
			stale = 1, retry_at = $1, key = l.key, attempted_at = l.tried_at
		FROM (SELECT key, tried_at FROM ledger_posts WHERE discussion_id = $2 AND kind = $3 ORDER BY tried_at DESC, key LIMIT 1) AS l
		WHERE id = $4`, ms(now), p.DiscussionID, p.Kind, p.ID))
	if err != nil {
		return err
	}
	if known {
		return exec(ctx, tx, `DELETE FROM ledger_posts WHERE discussion_id = $1 AND kind = $2`, p.DiscussionID, p.Kind)
	}
	n.note(entry{Did: didPost, Discussion: p.DiscussionID, Kind: p.Kind, Key: p.Key})
	return nil
}

// wasHeld is the reason of a post that waits for a manager and, since a backup
// was restored, to be looked up first: it may have been let go meanwhile.
const wasHeld = "held"

// NextPost implements [bot.Store].
func (db *DB) NextPost(ctx context.Context, discussion bot.ID) (bot.Post, bool, error) {
	p, err := scanPost(db.r.QueryRowContext(ctx, selectPost+`WHERE p.discussion_id = $1 AND p.state IN ('pending', 'sending') ORDER BY p.seq LIMIT 1`, discussion))
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, writeProblem(err)
}

// Posts implements [bot.Store].
func (db *DB) Posts(ctx context.Context, discussion bot.ID) ([]bot.Post, error) {
	rows, err := db.r.QueryContext(ctx, selectPost+`WHERE p.discussion_id = $1 ORDER BY p.seq`, discussion)
	return collect(rows, err, scanPost)
}

// Post implements [bot.Store].
func (db *DB) Post(ctx context.Context, id bot.ID) (bot.Post, error) {
	p, err := scanPost(db.r.QueryRowContext(ctx, selectPost+`WHERE p.id = $1`, id))
	return p, found(err, "post", id)
}

// RootOf implements [bot.Store].
func (db *DB) RootOf(ctx context.Context, ref bot.MessageRef) (bot.Discussion, bool, error) {
	d, err := scanDiscussion(db.r.QueryRowContext(ctx, selectDiscussion+`WHERE d.id = (SELECT discussion_id FROM posts
		WHERE platform = $1 AND workspace = $2 AND channel = $3 AND message_id = $4 AND message_id <> '' AND kind = 'root')`,
		ref.Platform, ref.Workspace, ref.ID, ref.MessageID))
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, writeProblem(err)
}

// BeginSend implements [bot.Store].
func (db *DB) BeginSend(ctx context.Context, l bot.Lease, id bot.ID, now time.Time, d time.Duration) (begun bool, err error) {
	// Beside others: one post, by its own row; what makes its reply go runs alone.
	err = db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		if _, err := renew(ctx, tx, l, now, d); err != nil {
			return err
		}
		begun, err = changed(tx.ExecContext(ctx, `UPDATE posts SET state = 'sending', attempts = attempts + 1, attempted_at = $1, retry_at = NULL
			WHERE id = $2 AND state = 'pending' AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.id = posts.reply_id AND r.deleted)`, ms(now), id))
		return err
	})
	return begun, err
}

// PostSent implements [bot.Store].
func (db *DB) PostSent(ctx context.Context, l bot.Lease, id bot.ID, ref bot.MessageRef, shown string, now time.Time) error {
	// Beside others: one row, by its id.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error { return postSent(ctx, tx, id, ref, shown, now) })
}

func postSent(ctx context.Context, tx *sql.Tx, id bot.ID, ref bot.MessageRef, shown string, now time.Time) error {
	return exec(ctx, tx, `UPDATE posts SET state = 'sent', channel = $1, thread = $2, message_id = $3, shown = $4, sent_at = $5, attempts = 0, retry_at = NULL, reason = ''
		WHERE id = $6`, ref.ID, ref.Thread, ref.MessageID, shown, ms(now), id)
}

// PostShown implements [bot.Store].
func (db *DB) PostShown(ctx context.Context, l bot.Lease, p bot.Post, shown string, notes ...bot.Post) error {
	return db.heldKeep(ctx, l, func(tx *sql.Tx, noted *noted) error {
		if err := exec(ctx, tx, `UPDATE posts SET shown = $1, stale = stale - $2, attempts = 0, retry_at = NULL WHERE id = $3`, shown, p.Stale, p.ID); err != nil {
			return err
		}
		for _, n := range notes {
			if err := addPost(ctx, tx, noted, n, db.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// RetryEdit implements [bot.Store].
func (db *DB) RetryEdit(ctx context.Context, l bot.Lease, p bot.Post, when time.Time) error {
	// Beside others: one post, then its discussion, each by its own row.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `UPDATE posts SET attempts = attempts + 1, retry_at = $1 WHERE id = $2`, ms(when), p.ID); err != nil {
			return err
		}
		return workOn(ctx, tx, p, when)
	})
}

// workOn says when a post needs a worker next: by its discussion, or by itself.
func workOn(ctx context.Context, tx *sql.Tx, p bot.Post, when time.Time) error {
	if p.DiscussionID == "" {
		return exec(ctx, tx, `UPDATE posts SET work_at = $1 WHERE id = $2`, ms(when), p.ID)
	}
	return discussionWork(ctx, tx, p.DiscussionID, when)
}

// SetPostWork implements [bot.Store].
func (db *DB) SetPostWork(ctx context.Context, l bot.Lease, id bot.ID, when time.Time) error {
	return db.heldExec(ctx, l, `UPDATE posts SET work_at = $1 WHERE id = $2`, ms(when), id)
}

// AddPost implements [bot.Store].
func (db *DB) AddPost(ctx context.Context, l bot.Lease, p bot.Post) error {
	return db.heldKeep(ctx, l, func(tx *sql.Tx, n *noted) error { return addPost(ctx, tx, n, p, db.now()) })
}

// AddReminder implements [bot.Store].
func (db *DB) AddReminder(ctx context.Context, l bot.Lease, p bot.Post) error {
	return db.heldKeep(ctx, l, func(tx *sql.Tx, n *noted) error {
		due, err := changed(tx.ExecContext(ctx, `UPDATE discussions SET remind_at = NULL WHERE id = $1 AND remind_at IS NOT NULL`, p.DiscussionID))
		if err != nil || !due {
			return err
		}
		return addPost(ctx, tx, n, p, db.now())
	})
}

// RootSent implements [bot.Store].
func (db *DB) RootSent(ctx context.Context, l bot.Lease, d bot.Discussion, id bot.ID, ref bot.MessageRef, shown string, thread bot.Channel, now time.Time) error {
	// Beside others: a post, its discussion and its occurrence, in this order, each by
	// its own row. What is written there before this commits is listed afterwards.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		if err := postSent(ctx, tx, id, ref, shown, now); err != nil {
			return err
		}
		closes, remind := now.Add(d.CloseAfter), any(nil)
		if d.Rules.Remind > 0 && d.Rules.Remind < d.CloseAfter {
			remind = ms(closes.Add(-d.Rules.Remind))
		}
		err := exec(ctx, tx, `UPDATE discussions SET thread = $1, opened_at = $2, closes_at = COALESCE(closes_at, $3), remind_at = $4, list_thread = $5 WHERE id = $6`,
			thread.Thread, ms(now), ms(closes), remind, true, d.ID)
		if err != nil {
			return err
		}
		return endOccurrence(ctx, tx, d.OccurrenceID, bot.OutcomePosted, d.Fallback.Reason(d.Title), now)
	})
}

// RetryPost implements [bot.Store].
func (db *DB) RetryPost(ctx context.Context, l bot.Lease, p bot.Post, when time.Time) error {
	// Beside others: one post, then its discussion; what withdraws that runs alone.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		// What is absent from a discussion that is withdrawn stays so.
		if err := exec(ctx, tx, `UPDATE posts SET state = CASE WHEN kind <> 'withdrawal' AND EXISTS (SELECT 1 FROM discussions d
				WHERE d.id = posts.discussion_id AND d.state = 'withdrawing') THEN 'dropped' WHEN reason = '`+wasHeld+`' THEN 'held' ELSE 'pending' END, reason = '', retry_at = $1
			WHERE id = $2 AND state = 'sending'`, ms(when), p.ID); err != nil {
			return err
		}
		return workOn(ctx, tx, p, when)
	})
}

// EndPost implements [bot.Store].
func (db *DB) EndPost(ctx context.Context, l bot.Lease, id bot.ID, state, reason string, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		if err := endPost(ctx, tx, id, state, reason); err != nil {
			return err
		}
		if state == bot.PostRemoved {
			return nil
		}
		err := exec(ctx, tx, `UPDATE discussions SET reason = $1 WHERE id = (SELECT discussion_id FROM posts WHERE id = $2)`, reason, id)
		if err != nil {
			return err
		}
		// Without its root nothing more can be posted, and that is the outcome.
		err = exec(ctx, tx, `UPDATE discussions SET state = $1, work_at = NULL
			WHERE state <> 'withdrawing' AND id = (SELECT discussion_id FROM posts WHERE id = $2 AND kind = 'root')`, bot.StateUnknown, id)
		if err != nil {
			return err
		}
		return exec(ctx, tx, `UPDATE occurrences SET outcome = $1, reason = $2, done_at = $3, work_at = NULL
			WHERE outcome = '' AND discussion_id = (SELECT discussion_id FROM posts WHERE id = $4 AND kind = 'root')`,
			bot.OutcomeFailed, reason, ms(now), id)
	})
}

func endPost(ctx context.Context, tx *sql.Tx, id bot.ID, state, reason string) error {
	return exec(ctx, tx, `UPDATE posts SET state = $1, reason = $2, work_at = NULL WHERE id = $3`, state, reason, id)
}

// made is what the recaps table holds as JSON of how a recap came about.
type made struct {
	Dropped  []bot.Dropped `json:"dropped,omitempty"`
	Spent    bot.Spent     `json:"spent,omitzero"`
	Fallback bot.Fallback  `json:"fallback,omitzero"`
}

// AddRecap implements [bot.Store].
func (db *DB) AddRecap(ctx context.Context, l bot.Lease, r bot.Recap, posts ...bot.Post) error {
	return db.heldKeep(ctx, l, func(tx *sql.Tx, n *noted) error {
		// While it was written, the discussion may have been lost.
		wanted, err := changed(tx.ExecContext(ctx, `INSERT INTO recaps (id, discussion_id, body, writer, made, created_at)
			SELECT $1, id, $2, $3, $4, $5 FROM discussions WHERE id = $6 AND state = 'closing'`,
			r.ID, pack(r.Statements), pack(r.Writer), pack(made{r.Dropped, r.Spent, r.Fallback}), ms(r.CreatedAt), r.DiscussionID))
		if err != nil || !wanted {
			return err
		}
		if err := trimRecaps(ctx, tx, `discussion_id = $3 AND deleted`, r.DiscussionID); err != nil { // while it was written
			return err
		}
		for _, p := range posts {
			put := insertPost
			if p.DiscussionID != "" {
				put = func(ctx context.Context, tx *sql.Tx, p bot.Post, now time.Time) error {
					return addPost(ctx, tx, n, p, now)
				}
			}
			if err := put(ctx, tx, p, r.CreatedAt); err != nil {
				return err
			}
		}
		return nil
	})
}

// DecideRecap implements [bot.Store].
func (db *DB) DecideRecap(ctx context.Context, discussion bot.ID, state, reason string, now time.Time, a bot.Audit) (decided bool, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		decided, err = changed(tx.ExecContext(ctx, `UPDATE posts SET state = $1, reason = $2 WHERE discussion_id = $3 AND kind = 'recap' AND state = 'held'`,
			state, reason, discussion))
		if err != nil || !decided {
			return err
		}
		if err := exec(ctx, tx, `UPDATE discussions SET work_at = $1 WHERE id = $2`, ms(now), discussion); err != nil {
			return err
		}
		if err := stalePreviews(ctx, tx, now, `$3`, discussion); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
	return decided, err
}

// Recap implements [bot.Store].
func (db *DB) Recap(ctx context.Context, discussion bot.ID) (r bot.Recap, ok bool, err error) {
	var statements, writer, how string
	var m made
	var created sql.NullInt64
	err = db.r.QueryRowContext(ctx, `SELECT id, discussion_id, body, writer, made, created_at FROM recaps WHERE discussion_id = $1`, discussion).
		Scan(&r.ID, &r.DiscussionID, &statements, &writer, &how, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, writeProblem(err)
	}
	r.CreatedAt = at(created)
	err = errors.Join(unpack(statements, &r.Statements), unpack(writer, &r.Writer), unpack(how, &m))
	r.Dropped, r.Spent, r.Fallback = m.Dropped, m.Spent, m.Fallback
	return r, true, err
}
