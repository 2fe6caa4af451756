package store

import (
	"context"
	"hash/fnv"
	"time"

	"colloquy/bot"
)

const (
	sweepsATick = 1         // so that they hold nothing up, however many there are
	sweepAgain  = time.Hour // when one is offered again whose listing did not end
)

// claimSweeps has the closed discussions enqueued whose daily listing is due. It
// takes a few at a time, so that after a long pause they come little by little.
func (db *DB) claimSweeps(ctx context.Context, t Tx, now time.Time, enqueue Enqueue) error {
	rows, err := t.tx.QueryContext(ctx, db.claimed("discussions", "sweep_at", sweepsATick)+ofTenant, ms(now), ms(now.Add(sweepAgain)))
	due, err := collect(rows, err, scanDue)
	if err != nil || len(due) == 0 {
		return err
	}
	return enqueue(ctx, t, bot.WorkSweep, due)
}

// firstSweep is when a discussion that closes now is swept first: within a day,
// at a time of its own, because many close together.
func firstSweep(id bot.ID, now time.Time) any {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // it never fails
	return ms(now.Add(time.Duration(h.Sum64() % uint64(bot.SweepEvery))))
}

// SweepAt implements [bot.Store].
func (db *DB) SweepAt(ctx context.Context, l bot.Lease, id bot.ID, when time.Time) error {
	return db.heldExec(ctx, l, `UPDATE discussions SET sweep_at = $1 WHERE id = $2`, ms(when), id)
}
