package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

// Withdraw implements [bot.Store].
func (db *DB) Withdraw(ctx context.Context, d bot.Discussion, reason string, now time.Time, a bot.Audit) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		began, err := withdraw(ctx, tx, d.ID, reason, now)
		if err != nil || !began {
			return err
		}
		n.note(entry{Did: didWithdraw, Discussion: d.ID})
		if err := exec(ctx, tx, `UPDATE posts SET state = 'dropped', reason = 'withdrawn' WHERE discussion_id = $1 AND state IN ('pending', 'held')`, d.ID); err != nil {
			return err
		}
		if err := stalePreviews(ctx, tx, now, `$3`, d.ID); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// withdraw moves a discussion to withdrawing, unless it is past that.
func withdraw(ctx context.Context, tx *sql.Tx, id bot.ID, reason string, now time.Time) (began bool, err error) {
	began, err = changed(tx.ExecContext(ctx, `UPDATE discussions SET state = 'withdrawing', work_at = $1, remind_at = NULL, closed_at = COALESCE(closed_at, $2)
		WHERE id = $3 AND state IN ('posting', 'open', 'closing', 'closed', 'unknown')`, ms(now), ms(now), id))
	if err != nil || !began {
		return began, err
	}
	if err := exec(ctx, tx, `DELETE FROM recaps WHERE discussion_id = $1`, id); err != nil {
		return began, err
	}
	return began, exec(ctx, tx, `UPDATE occurrences SET outcome = $1, reason = $2, done_at = COALESCE(done_at, $3), work_at = NULL
		WHERE id = (SELECT occurrence_id FROM discussions WHERE id = $4)`, bot.OutcomeWithdrawn, reason, ms(now), id)
}

// EndWithdrawing implements [bot.Store].
func (db *DB) EndWithdrawing(ctx context.Context, l bot.Lease, id bot.ID, eraseAt time.Time) error {
	return db.heldExec(ctx, l, `UPDATE discussions SET state = 'withdrawn', erase_at = $1, work_at = $1, sweep_at = $2 WHERE id = $3 AND state = 'withdrawing'`,
		ms(eraseAt), firstSweep(id, db.now()), id)
}

// Extend implements [bot.Store]. The root post and
// the reminder say until when replies are recorded.
func (db *DB) Extend(ctx context.Context, id bot.ID, closesAt, remindAt, now time.Time, a bot.Audit) (done bool, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		done, err = changed(tx.ExecContext(ctx, `UPDATE discussions SET closes_at = $1, remind_at = $2, work_at = $3 WHERE id = $4 AND state IN ('posting', 'open')`,
			ms(closesAt), ms(remindAt), ms(now), id))
		if err != nil || !done {
			return err
		}
		for _, kind := range []string{bot.PostRoot, bot.PostReminder} {
			if err := markStale(ctx, tx, now, kind, `$3`, id); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, a)
	})
	return done, err
}

// Reopen implements [bot.Store].
func (db *DB) Reopen(ctx context.Context, id bot.ID, closesAt, remindAt, now time.Time, a bot.Audit) (done bool, err error) {
	err = db.write(ctx, func(tx *sql.Tx) error {
		// Since we lost access to it, nobody listened.
		if err := exec(ctx, tx, `INSERT INTO gaps (id, discussion_id, scope, from_at, to_at, recovered, listed, ended)
			SELECT $1, id, platform, lost_at, $2, 0, FALSE, FALSE FROM discussions WHERE id = $3 AND state = 'closed' AND lost_at < $2`, bot.NewID(now), ms(now), id); err != nil {
			return err
		}
		done, err = changed(tx.ExecContext(ctx, `UPDATE discussions SET state = 'open', closes_at = $1, remind_at = $2, closed_at = NULL, erase_at = NULL, work_at = $3,
				sweep_at = NULL, list_thread = list_thread OR lost_at IS NOT NULL, reason = CASE WHEN lost_at IS NULL THEN reason ELSE '' END, lost_at = NULL
			WHERE id = $4 AND state = 'closed'`, ms(closesAt), ms(remindAt), ms(now), id))
		if err != nil || !done {
			return err
		}
		for _, kind := range []string{bot.PostRoot, bot.PostRecap} { // one says another time, the other goes
			if err := markStale(ctx, tx, now, kind, `$3`, id); err != nil {
				return err
			}
		}
		if err := exec(ctx, tx, `UPDATE posts SET state = 'dropped', reason = 'reopened' WHERE discussion_id = $1 AND kind = 'recap' AND state IN ('pending', 'held')`, id); err != nil {
			return err
		}
		if err := exec(ctx, tx, `DELETE FROM recaps WHERE discussion_id = $1`, id); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
	return done, err
}
