package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"colloquy/bot"
)

// prepare makes a copy of a backup what the database should be now, before
// anything runs on it.
func prepare(ctx context.Context, temp string, kept ledger, o RestoreOptions, did *Restored) (err error) {
	db, err := Open(ctx, temp, Options{Clock: o.Clock, ledger: kept, bare: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.write(ctx, func(tx *sql.Tx) error { return catchUp(ctx, tx, kept, o, o.Clock(), did) })
}

// catchUp makes a database that is what it was at a moment what it should be now.
func catchUp(ctx context.Context, tx *sql.Tx, kept ledger, o RestoreOptions, now time.Time, did *Restored) error {
	if did.At.IsZero() || did.At.After(now) {
		did.At = now
	}
	if err := (&reapply{tx: tx, now: now, did: did}).all(ctx, kept); err != nil {
		return err
	}
	if err := endDue(ctx, tx, now, o.Plan, did); err != nil {
		return fmt.Errorf("end what was due: %w", err)
	}
	if err := lookUpPosts(ctx, tx, now, did); err != nil {
		return fmt.Errorf("posts to look up: %w", err)
	}
	for _, q := range []string{`DELETE FROM leases`, `DELETE FROM settings WHERE name IN ('` + backupID + `', '` + backupAt + `')`} {
		if err := exec(ctx, tx, q); err != nil {
			return err
		}
	}
	a := o.Audit
	a.ID, a.At, a.Action, a.Target, a.Detail = bot.NewID(now), now, "restore", did.At.UTC().Format(time.RFC3339), did.String()
	return writeAudit(ctx, tx, a)
}

// String is one line for the audit.
func (r Restored) String() string {
	return fmt.Sprintf("replies erased: %d; opt-outs: %d; discussions erased: %d, withdrawn: %d, not in the backup: %d; installations erased: %d; missed: %d; ended: %d; to look up: %d",
		r.Replies, r.OptOuts, r.Discussions, r.Withdrawn, r.Openings, r.Installations, r.Missed, r.Requests, r.LookUps)
}

// endDue records as missed whatever was due, and lets schedules go on from now.
func endDue(ctx context.Context, tx *sql.Tx, now time.Time, plan func(bot.Schedule, time.Time) bot.Claim, did *Restored) error {
	reason := bot.RestoredReason(did.At)
	if err := pauseGone(ctx, tx, `next_at <= $2 OR resume_at <= $2`, now.UnixMilli()); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+scheduleColumns+` FROM schedules WHERE next_at <= $1 OR resume_at <= $1 ORDER BY id`, ms(now))
	due, err := collect(rows, err, scanSchedule)
	if err != nil {
		return err
	}
	_, err = storeClaims(ctx, tx, due, func(s bot.Schedule, now time.Time) bot.Claim {
		c := plan(s, now)
		did.Missed += len(c.Missed) + c.Older
		return c
	}, now, reason)
	if err != nil {
		return err
	}
	rows, err = tx.QueryContext(ctx, `UPDATE occurrences SET outcome = $1, reason = $2, done_at = $3, work_at = NULL
		WHERE outcome = '' AND discussion_id IS NULL RETURNING id`, bot.OutcomeMissed, reason, ms(now))
	ended, err := collect(rows, err, scanID)
	did.Requests = len(ended)
	return err
}

// lookUpPosts has every post that was not out yet looked up before it is sent:
// it may have gone out since. A root says its new closing time afterwards.
func lookUpPosts(ctx context.Context, tx *sql.Tx, now time.Time, did *Restored) error {
	rows, err := tx.QueryContext(ctx, `UPDATE posts SET reason = CASE WHEN state = 'held' THEN '`+wasHeld+`' ELSE '' END,
			attempted_at = CASE WHEN state = 'sending' AND attempted_at < $1 THEN attempted_at ELSE $1 END, retry_at = $2,
			stale = stale + CASE WHEN kind = 'root' THEN 1 ELSE 0 END, work_at = CASE WHEN discussion_id IS NULL THEN CAST($2 AS BIGINT) END, state = 'sending'
		WHERE state IN ('pending', 'sending', 'held') AND (discussion_id IS NULL OR discussion_id IN (
			SELECT id FROM discussions WHERE state IN ('posting', 'open', 'closing', 'closed', 'withdrawing')))
		RETURNING id`, ms(did.At), ms(now))
	posts, err := collect(rows, err, scanID)
	if err != nil {
		return err
	}
	did.LookUps = len(posts)
	if err := exec(ctx, tx, `UPDATE discussions SET work_at = $1 WHERE id IN (SELECT discussion_id FROM posts WHERE state = 'sending')`, ms(now)); err != nil {
		return err
	}
	// The others get their gap when their scope is connected again.
	rows, err = tx.QueryContext(ctx, `SELECT id FROM discussions WHERE state = 'posting' AND opened_at IS NULL`)
	unopened, err := collect(rows, err, scanID)
	if err != nil {
		return err
	}
	for _, id := range unopened {
		if err := exec(ctx, tx, `INSERT INTO gaps (id, discussion_id, scope, from_at, to_at, recovered, listed, ended) VALUES ($1, $2, 'restore', $3, $4, 0, $5, $6)`,
			bot.NewID(now), id, ms(did.At), ms(now), false, false); err != nil {
			return err
		}
	}
	return nil
}
