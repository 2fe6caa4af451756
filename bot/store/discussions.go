package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

const selectDiscussion = `SELECT d.id, d.occurrence_id, d.platform, d.workspace, d.channel, d.thread, d.article_id, d.digest_id,
	a.title, a.url, d.questions, d.repeated, d.state, d.reason, d.close_after, d.deadline_at, d.list_thread, d.created_at,
	d.opened_at, d.closes_at, d.closed_at, d.erase_at, d.lost_at, d.remind_at, d.rules, d.fallback, d.fallback_text,
	EXISTS (SELECT 1 FROM posts p WHERE p.discussion_id = d.id AND p.state IN ('pending', 'sending')),
	EXISTS (SELECT 1 FROM posts p WHERE p.discussion_id = d.id AND p.state = 'held'),
	EXISTS (SELECT 1 FROM posts p WHERE p.discussion_id = d.id AND p.state = 'sent' AND p.stale > 0),
	(SELECT COUNT(*) FROM replies r WHERE r.discussion_id = d.id AND NOT r.deleted),
	(SELECT COUNT(DISTINCT r.author_id) FROM replies r WHERE r.discussion_id = d.id AND NOT r.deleted)
	FROM discussions d JOIN articles a ON a.id = d.article_id `

func scanDiscussion(s scanner) (bot.Discussion, error) {
	var d bot.Discussion
	var questions, rules string
	var closeAfter int64
	var deadline, created, opened, closes, closed, erase, lost, remind sql.NullInt64
	err := s.Scan(&d.ID, &d.OccurrenceID, &d.Channel.Platform, &d.Channel.Workspace, &d.Channel.ID, &d.Channel.Thread, &d.ArticleID, &d.DigestID,
		&d.Title, &d.URL, &questions, &d.Repeat, &d.State, &d.Reason, &closeAfter, &deadline, &d.List, &created,
		&opened, &closes, &closed, &erase, &lost, &remind, &rules, &d.Fallback.Code, &d.Fallback.Text, &d.Pending, &d.Held, &d.Stale, &d.Replies, &d.People)
	if err != nil {
		return d, err
	}
	d.CloseAfter = time.Duration(closeAfter) * time.Millisecond
	d.DeadlineAt, d.CreatedAt, d.OpenedAt = at(deadline), at(created), at(opened)
	d.ClosesAt, d.ClosedAt, d.EraseAt, d.LostAt, d.RemindAt = at(closes), at(closed), at(erase), at(lost), at(remind)
	return d, errors.Join(unpack(questions, &d.Questions), unpack(rules, &d.Rules))
}

// OpenDiscussion implements [bot.Store].
func (db *DB) OpenDiscussion(ctx context.Context, l bot.Lease, d bot.Discussion, posts []bot.Post, taken bot.Taken, now time.Time) error {
	if d.Questions == nil {
		d.Questions = []bot.Question{}
	}
	// Beside others: rows that are new, of which the unique indexes of discussions let no
	// second one be, and then the entry, the draft and the occurrence by what
	// stands in their rows. Those who skip one or decide about one run alone.
	return db.heldKeepBeside(ctx, l, func(tx *sql.Tx, n *noted) error {
		if err := noteOpening(ctx, tx, n, d, taken.Added); err != nil {
			return err
		}
		err := exec(ctx, tx, `INSERT INTO discussions (id, occurrence_id, platform, workspace, channel, thread, article_id, digest_id,
				url_key, hash, repeated, questions, question_count, state, reason, close_after, deadline_at, list_thread, work_at, created_at, rules, fallback, fallback_text)
			SELECT $1, $2, $3, $4, $5, '', a.id, $6, a.url_key, a.hash, $7, $8, $9, $10, '', $11, $12, $13, $14, $15, $16, $17, $18
			FROM articles a WHERE a.id = $19`,
			d.ID, d.OccurrenceID, d.Channel.Platform, d.Channel.Workspace, d.Channel.ID, d.DigestID, d.Repeat, pack(d.Questions), len(d.Questions),
			d.State, d.CloseAfter.Milliseconds(), ms(d.DeadlineAt), false, ms(now), ms(d.CreatedAt), pack(d.Rules), d.Fallback.Code, d.Fallback.Text, d.ArticleID)
		if isUnique(err) {
			return bot.ErrAlreadyPosted
		}
		if err != nil {
			return err
		}
		for _, p := range posts {
			if err := insertPost(ctx, tx, p, now); err != nil {
				return err
			}
		}
		if err := exec(ctx, tx, `UPDATE added SET taken_at = $1, taken_by = $2 WHERE id = $3`, ms(now), d.OccurrenceID, taken.Added); err != nil {
			return err
		}
		if err := endDraft(ctx, tx, taken.Draft, bot.DraftTaken, now); err != nil {
			return err
		}
		// From here on the discussion is what needs a worker.
		chosen, err := changed(tx.ExecContext(ctx, `UPDATE occurrences SET discussion_id = $1, work_at = NULL WHERE id = $2 AND outcome = ''`, d.ID, d.OccurrenceID))
		if err == nil && !chosen { // it was skipped at this moment
			err = bot.ErrLeaseLost
		}
		return err
	})
}

// noteOpening writes down that an article is about to be posted. It refuses one
// that was posted before by what only the ledger knows.
func noteOpening(ctx context.Context, tx *sql.Tx, n *noted, d bot.Discussion, added bot.ID) error {
	var key, hash string
	if err := tx.QueryRowContext(ctx, `SELECT url_key, hash FROM articles WHERE id = $1`, d.ArticleID).Scan(&key, &hash); err != nil {
		return found(err, "article", d.ArticleID)
	}
	e := entry{Did: didOpen, Discussion: d.ID, Platform: d.Channel.Platform, Workspace: d.Channel.Workspace, Channel: d.Channel.ID,
		URL: urlHash(key), Hash: hash, Added: added}
	var before bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM ledger_openings
			WHERE platform = $1 AND workspace = $2 AND channel = $3 AND ($4 <> '' AND url = $4 OR hash = $5))`,
		e.Platform, e.Workspace, e.Channel, e.URL, e.Hash).Scan(&before)
	if err != nil {
		return err
	}
	if before && !d.Repeat {
		return bot.ErrAlreadyPosted
	}
	n.note(e)
	return nil
}

// Discussion implements [bot.Store].
func (db *DB) Discussion(ctx context.Context, id bot.ID) (bot.Discussion, error) {
	d, err := scanDiscussion(db.r.QueryRowContext(ctx, selectDiscussion+`WHERE d.id = $1`, id))
	return d, found(err, "discussion", id)
}

// FindDiscussion implements [bot.Store].
func (db *DB) FindDiscussion(ctx context.Context, ref string) (bot.Discussion, error) {
	id, err := db.resolve(ctx, `discussions`, "discussion", ``, ref)
	if err != nil {
		return bot.Discussion{}, err
	}
	return db.Discussion(ctx, id)
}

// Discussions implements [bot.Store].
func (db *DB) Discussions(ctx context.Context, ch bot.Channel, open bool, limit int) ([]bot.Discussion, error) {
	rows, err := db.r.QueryContext(ctx, selectDiscussion+`
		WHERE ($1 = '' OR d.platform = $1 AND d.workspace = $2 AND d.channel = $3) AND (NOT $4 OR d.state IN ('posting', 'open'))
		ORDER BY d.created_at DESC, d.id DESC LIMIT $5`, ch.Platform, ch.Workspace, ch.ID, open, limit)
	return collect(rows, err, scanDiscussion)
}

// SetWork implements [bot.Store].
func (db *DB) SetWork(ctx context.Context, l bot.Lease, id bot.ID, when time.Time) error {
	// Beside others: one row, by what stands in it.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error { return discussionWork(ctx, tx, id, when) })
}

// discussionWork says when a discussion needs a worker next. Whatever that waits
// for, one that is open closes in time.
func discussionWork(ctx context.Context, tx *sql.Tx, id bot.ID, when time.Time) error {
	return exec(ctx, tx, `UPDATE discussions SET work_at = CASE WHEN state = 'open' AND closes_at < $1 THEN closes_at ELSE $1 END WHERE id = $2`, ms(when), id)
}

// Rest implements [bot.Store]. Who asks for a listing makes the row due himself.
// One that is withdrawn is neither listed nor changed.
func (db *DB) Rest(ctx context.Context, l bot.Lease, id bot.ID) error {
	// Beside others: an edit that makes a post stale changes the row afterwards, and
	// either that waits for this, or this for that and then sees the stale post.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		if err := db.lockDiscussion(ctx, tx, id); err != nil {
			return err
		}
		return exec(ctx, tx, `UPDATE discussions SET work_at = CASE WHEN state <> 'open' THEN erase_at
				WHEN remind_at < closes_at THEN remind_at ELSE closes_at END
			WHERE id = $1 AND (state = 'withdrawn' OR state IN ('open', 'closed') AND NOT list_thread
				AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.discussion_id = discussions.id AND (p.state = 'pending' OR p.state = 'sent' AND p.stale > 0)))`, id)
	})
}

// SetState implements [bot.Store].
func (db *DB) SetState(ctx context.Context, l bot.Lease, id bot.ID, from, to string) error {
	return db.heldExec(ctx, l, `UPDATE discussions SET state = $1 WHERE id = $2 AND state = $3`, to, id, from)
}

// CloseAt implements [bot.Store].
func (db *DB) CloseAt(ctx context.Context, id bot.ID, when time.Time, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `UPDATE discussions SET closes_at = $1, work_at = $2 WHERE id = $3`, ms(when), ms(when), id); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// BeginClosing implements [bot.Store]. What is written from now on is late.
func (db *DB) BeginClosing(ctx context.Context, l bot.Lease, id bot.ID, now time.Time) error {
	// Alone: every reply that was stored as being in time is there when this is done,
	// for the recap to be written from.
	return db.held(ctx, l, func(tx *sql.Tx) error {
		return exec(ctx, tx, `UPDATE discussions SET state = 'closing', list_thread = $1, closes_at = $2, closed_at = $3, remind_at = NULL WHERE id = $4 AND state = 'open'`, true, ms(now), ms(now), id)
	})
}

// EndClosing implements [bot.Store]. An answer that came at this moment is
// still to be posted.
func (db *DB) EndClosing(ctx context.Context, l bot.Lease, id bot.ID, eraseAt time.Time) error {
	// Beside others: as in Rest, for an answer.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		if err := db.lockDiscussion(ctx, tx, id); err != nil {
			return err
		}
		return exec(ctx, tx, `UPDATE discussions SET state = 'closed', erase_at = $1, sweep_at = $2,
				work_at = CASE WHEN EXISTS (SELECT 1 FROM posts p WHERE p.discussion_id = discussions.id AND p.state = 'pending') THEN work_at ELSE $1 END
			WHERE id = $3 AND state = 'closing'`, ms(eraseAt), firstSweep(id, db.now()), id)
	})
}

// FailDiscussion implements [bot.Store].
func (db *DB) FailDiscussion(ctx context.Context, l bot.Lease, d bot.Discussion, root bot.ID, outcome, reason string, now time.Time) error {
	failed := false
	err := db.held(ctx, l, func(tx *sql.Tx) (err error) {
		if err := endPost(ctx, tx, root, bot.PostDropped, reason); err != nil {
			return err
		}
		failed, err = changed(tx.ExecContext(ctx, `UPDATE discussions SET state = 'failed', reason = $1, work_at = NULL WHERE id = $2 AND state <> 'withdrawing'`, reason, d.ID))
		if err != nil {
			return err
		}
		if err := exec(ctx, tx, `UPDATE added SET taken_at = NULL, taken_by = NULL WHERE taken_by = $1`, d.OccurrenceID); err != nil {
			return err
		}
		return endOccurrence(ctx, tx, d.OccurrenceID, outcome, reason, now)
	})
	if err != nil || !failed {
		return err
	}
	// After the commit: while it could still go out, the article counts as posted.
	return db.keep(ctx, func(_ *sql.Tx, n *noted) error {
		n.note(entry{Did: didFail, Discussion: d.ID})
		return nil
	})
}

// EndListing implements [bot.Store].
func (db *DB) EndListing(ctx context.Context, l bot.Lease, id bot.ID, gaps []bot.Gap, newly []bot.Reply, listed bool) error {
	// Beside others: the gaps of a discussion whose lease is held; what writes gaps
	// runs alone.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error {
		for _, r := range newly {
			// A reply belongs to the first gap that it lies in.
			if err := exec(ctx, tx, `UPDATE gaps SET recovered = recovered + 1 WHERE id = (SELECT id FROM gaps
				WHERE discussion_id = $1 AND NOT ended AND from_at <= $2 AND to_at >= $2 ORDER BY from_at LIMIT 1)`, id, ms(r.CreatedAt)); err != nil {
				return err
			}
		}
		for _, g := range gaps {
			if err := exec(ctx, tx, `UPDATE gaps SET listed = $1, ended = $2 WHERE id = $3 AND NOT ended`, listed, true, g.ID); err != nil {
				return err
			}
		}
		return exec(ctx, tx, `UPDATE discussions SET list_thread = EXISTS (SELECT 1 FROM gaps WHERE gaps.discussion_id = discussions.id AND NOT ended)
			WHERE id = $1`, id)
	})
}

// EraseDiscussion implements [bot.Store].
func (db *DB) EraseDiscussion(ctx context.Context, l bot.Lease, id bot.ID, now time.Time) error {
	return db.heldKeep(ctx, l, func(tx *sql.Tx, n *noted) error {
		n.note(entry{Did: didDiscussion, Discussion: id})
		return eraseDiscussion(ctx, tx, id, now)
	})
}

func eraseDiscussion(ctx context.Context, tx *sql.Tx, id bot.ID, now time.Time) error {
	if err := exec(ctx, tx, tombstone+`WHERE discussion_id = $1`, id); err != nil {
		return err
	}
	if err := exec(ctx, tx, `DELETE FROM recaps WHERE discussion_id = $1`, id); err != nil {
		return err
	}
	if err := exec(ctx, tx, `UPDATE posts SET state = 'dropped', reason = 'erased' WHERE discussion_id = $1 AND state IN ('pending', 'held')`, id); err != nil {
		return err
	}
	if err := stalePreviews(ctx, tx, now, `$3`, id); err != nil {
		return err
	}
	if err := exec(ctx, tx, `UPDATE discussions SET state = 'erased', work_at = NULL, sweep_at = NULL WHERE id = $1`, id); err != nil {
		return err
	}
	return staleAnswers(ctx, tx, now, `discussion_id = $3`, id)
}
