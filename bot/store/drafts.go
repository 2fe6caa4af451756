package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

const selectDraft = `SELECT f.id, f.schedule_id, s.platform, s.workspace, s.channel, f.due_at, f.state, f.decision, f.decided_by,
	COALESCE(f.item_id, ''), COALESCE(f.added_id, ''), f.article_id, f.digest_id, a.title, a.url, f.questions, f.spares, f.created_at, f.fallback, f.fallback_text
	FROM drafts f JOIN schedules s ON s.id = f.schedule_id JOIN articles a ON a.id = f.article_id `

func scanDraft(s scanner) (bot.Draft, error) {
	var d bot.Draft
	var due, created sql.NullInt64
	var questions, spares string
	err := s.Scan(&d.ID, &d.ScheduleID, &d.Channel.Platform, &d.Channel.Workspace, &d.Channel.ID, &due, &d.State, &d.Decision, &d.DecidedBy,
		&d.Candidate.Item.ID, &d.Candidate.Added, &d.ArticleID, &d.DigestID, &d.Title, &d.URL, &questions, &spares, &created, &d.Fallback.Code, &d.Fallback.Text)
	if err != nil {
		return d, err
	}
	d.DueAt, d.CreatedAt = at(due), at(created)
	return d, errors.Join(unpack(questions, &d.Questions), unpack(spares, &d.Spares))
}

// OpenDraft implements [bot.Store].
func (db *DB) OpenDraft(ctx context.Context, schedule bot.ID) (bot.Draft, bool, error) {
	d, err := scanDraft(db.r.QueryRowContext(ctx, selectDraft+`WHERE f.schedule_id = $1 AND f.state = 'open'`, schedule))
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, writeProblem(err)
}

// Draft implements [bot.Store].
func (db *DB) Draft(ctx context.Context, id bot.ID) (bot.Draft, error) {
	d, err := scanDraft(db.r.QueryRowContext(ctx, selectDraft+`WHERE f.id = $1`, id))
	return d, found(err, "draft", id)
}

// FindDraft implements [bot.Store].
func (db *DB) FindDraft(ctx context.Context, ref string) (bot.Draft, error) {
	id, err := db.resolve(ctx, `drafts`, "draft", ``, ref)
	if err != nil {
		return bot.Draft{}, err
	}
	return db.Draft(ctx, id)
}

// OpenDrafts implements [bot.Store].
func (db *DB) OpenDrafts(ctx context.Context, platform, workspace string) ([]bot.Draft, error) {
	rows, err := db.r.QueryContext(ctx, selectDraft+`WHERE f.state = 'open' AND s.platform = $1 AND s.workspace = $2 ORDER BY f.created_at DESC, f.id DESC`, platform, workspace)
	return collect(rows, err, scanDraft)
}

// questionList is a list of questions as JSON, never null.
func questionList(list []bot.Question) string { return pack(append([]bot.Question{}, list...)) }

// PutDraft implements [bot.Store].
func (db *DB) PutDraft(ctx context.Context, l bot.Lease, d bot.Draft, posts []bot.Post, o bot.Occurrence, outcome, reason string, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		err := exec(ctx, tx, `INSERT INTO drafts (id, schedule_id, state, decision, decided_by, item_id, added_id, article_id, digest_id, questions, spares, created_at, fallback, fallback_text)
			VALUES ($1, $2, $3, '', '', $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			d.ID, d.ScheduleID, d.State, null(d.Candidate.Item.ID), null(d.Candidate.Added), d.ArticleID, d.DigestID,
			questionList(d.Questions), questionList(d.Spares), ms(d.CreatedAt), d.Fallback.Code, d.Fallback.Text)
		if err != nil {
			return err
		}
		return showDraft(ctx, tx, d, posts, o, outcome, reason, now)
	})
}

// ShowDraft implements [bot.Store].
func (db *DB) ShowDraft(ctx context.Context, l bot.Lease, d bot.Draft, posts []bot.Post, o bot.Occurrence, outcome, reason string, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error { return showDraft(ctx, tx, d, posts, o, outcome, reason, now) })
}

func showDraft(ctx context.Context, tx *sql.Tx, d bot.Draft, posts []bot.Post, o bot.Occurrence, outcome, reason string, now time.Time) error {
	for _, p := range posts {
		seen := false // for this due time: it is edited then
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts p JOIN drafts f ON f.id = p.draft_id JOIN schedules s ON s.id = f.schedule_id
			WHERE f.id = $1 AND f.due_at = s.next_at AND p.platform = $2 AND p.workspace = $3 AND p.channel = $4 AND p.state IN ('pending', 'sending', 'sent'))`,
			d.ID, p.Ref.Platform, p.Ref.Workspace, p.Ref.ID).Scan(&seen)
		if err != nil {
			return err
		}
		if seen {
			continue
		}
		if err := insertPost(ctx, tx, p, now); err != nil {
			return err
		}
	}
	due := any(nil) // the next one
	if outcome == bot.OutcomeHeld {
		due = ms(o.DueAt)
	}
	if len(posts) > 0 || due != nil {
		if err := exec(ctx, tx, `UPDATE drafts SET due_at = COALESCE($1, (SELECT next_at FROM schedules WHERE id = $2)) WHERE id = $3`, due, d.ScheduleID, d.ID); err != nil {
			return err
		}
	}
	if err := draftStale(ctx, tx, d.ID, now); err != nil {
		return err
	}
	return endOccurrence(ctx, tx, o.ID, outcome, reason, now)
}

// draftStale notes that what is shown of a draft changed.
func draftStale(ctx context.Context, tx *sql.Tx, id bot.ID, now time.Time) error {
	return draftsStale(ctx, tx, now, `SELECT $2`, id)
}

// draftsStale does so for the drafts that a query for their ids gives.
func draftsStale(ctx context.Context, tx *sql.Tx, now time.Time, drafts string, args ...any) error {
	return exec(ctx, tx, `UPDATE posts SET stale = stale + 1, work_at = $1
		WHERE draft_id IN (`+drafts+`) AND state IN ('pending', 'sending', 'sent')`, append([]any{ms(now)}, args...)...)
}

// ChangeDraft implements [bot.Store].
func (db *DB) ChangeDraft(ctx context.Context, d bot.Draft, now time.Time, a bot.Audit) (ok bool, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		ok, err = changed(tx.ExecContext(ctx, `UPDATE drafts SET questions = $1, spares = $2 WHERE id = $3 AND state = 'open' AND decision <> 'post'`,
			questionList(d.Questions), questionList(d.Spares), d.ID))
		if err != nil || !ok {
			return err
		}
		if err := draftStale(ctx, tx, d.ID, now); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
	return ok, err
}

// DecideDraft implements [bot.Store]. What was approved for its time may still
// be posted at once, or be changed for another article.
func (db *DB) DecideDraft(ctx context.Context, d bot.Draft, f bot.Follow, now time.Time, a bot.Audit) (ok bool, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		ok, err = changed(tx.ExecContext(ctx, `UPDATE drafts SET decision = $1, decided_by = $2
			WHERE id = $3 AND state = 'open' AND (decision = '' OR decision = 'approve' AND decision <> $1)`, f.Decision, a.Actor, d.ID))
		if err != nil || !ok {
			return err
		}
		if f.Drop {
			err = endDraft(ctx, tx, d.ID, bot.DraftDropped, now)
		} else {
			err = draftStale(ctx, tx, d.ID, now)
		}
		if err != nil {
			return err
		}
		if f.Request != nil {
			if _, err := addRequest(ctx, tx, *f.Request, ""); err != nil {
				return err
			}
		}
		if f.Refusal != nil {
			if err := addRefusal(ctx, tx, d.Channel, *f.Refusal); err != nil {
				return err
			}
		}
		if f.Skip {
			if err := skipDue(ctx, tx, d, now); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, a)
	})
	return ok, err
}

// skipDue skips the due time whose place a draft takes: the one that it is shown
// for, or else the next. It may be waiting to be carried out already.
func skipDue(ctx context.Context, tx *sql.Tx, d bot.Draft, now time.Time) error {
	waited, err := endWaiting(ctx, tx, d.ScheduleID, "a manager had its draft posted", now, `due_at = COALESCE((SELECT due_at FROM drafts WHERE id = $6), due_at)`, d.ID)
	if err != nil || waited {
		return err
	}
	return exec(ctx, tx, `UPDATE schedules SET skips = 1 WHERE id = $1 AND skips = 0 AND next_at = COALESCE((SELECT due_at FROM drafts WHERE id = $2), next_at)`, d.ScheduleID, d.ID)
}

// DropDraft implements [bot.Store].
func (db *DB) DropDraft(ctx context.Context, l bot.Lease, id bot.ID, now time.Time) error {
	return db.held(ctx, l, func(tx *sql.Tx) error { return endDraft(ctx, tx, id, bot.DraftDropped, now) })
}

// endDraft ends an open draft, and has what is shown of it say so.
func endDraft(ctx context.Context, tx *sql.Tx, id bot.ID, state string, now time.Time) error {
	if id == "" {
		return nil
	}
	if err := exec(ctx, tx, `UPDATE drafts SET state = $1 WHERE id = $2 AND state = 'open'`, state, id); err != nil {
		return err
	}
	return draftStale(ctx, tx, id, now)
}
