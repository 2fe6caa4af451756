package store

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"colloquy/bot"
)

// recordTogether stores replies in one transaction of PostgreSQL, beside others. Of
// two that store one message, the second waits for the row and then changes it
// only to a newer version. What opts out, closes, removes or erases runs alone.
func (db *DB) recordTogether(ctx context.Context, batch []*replyJob) error {
	return db.beside(ctx, func(t Tx) error {
		edited := edits{}
		err := t.PG(func(tx pgx.Tx) error { return recordAll(ctx, tx, inOrder(batch), edited) })
		if err != nil {
			return err
		}
		return edited.stale(ctx, t.tx)
	})
}

// inOrder sorts a batch by message, so that of two batches with the same messages
// neither waits for the other while that waits for it. What is of one message
// keeps its order.
func inOrder(batch []*replyJob) []*replyJob {
	batch = slices.Clone(batch)
	slices.SortStableFunc(batch, func(a, b *replyJob) int {
		for _, i := range []int{argPlatform, argWorkspace, argChannel, argMessage} {
			if c := cmp.Compare(a.args[i].(string), b.args[i].(string)); c != 0 {
				return c
			}
		}
		return 0
	})
	return batch
}

// recordAll does what recordOne does for each reply, a step for all of them at once.
func recordAll(ctx context.Context, tx pgx.Tx, batch []*replyJob, edited edits) error {
	put := func(jobs []*replyJob, args func(*replyJob) []any) ([]*replyJob, error) {
		return askAll(ctx, tx, jobs, insertReply, args, func(j *replyJob, row pgx.Row) error {
			var id, discussion bot.ID
			err := row.Scan(&id, &discussion)
			if err == nil {
				j.result = edited.recorded(j.args, id, discussion)
			}
			return err
		})
	}
	left, err := put(batch, func(j *replyJob) []any { return j.args })
	if err != nil {
		return err
	}
	place := func(last int) func(*replyJob) []any {
		return func(j *replyJob) []any {
			return []any{j.args[argPlatform], j.args[argWorkspace], j.args[argChannel], j.args[last]}
		}
	}
	var asked, unknown []*replyJob
	for _, j := range left {
		if j.args[argThread] == "" {
			unknown = append(unknown, j)
		} else {
			asked = append(asked, j)
		}
	}
	again := map[*replyJob][]any{}
	none, err := askAll(ctx, tx, asked, selectOfQuestion, place(argThread), func(j *replyJob, row pgx.Row) error {
		var of bot.ID
		var home string
		err := row.Scan(&of, &home)
		if err == nil {
			again[j] = inQuestion(j.args, of, home)
		}
		return err
	})
	if err != nil {
		return err
	}
	asked = slices.DeleteFunc(asked, func(j *replyJob) bool { return again[j] == nil })
	if left, err = put(asked, func(j *replyJob) []any { return again[j] }); err != nil {
		return err
	}
	_, err = askAll(ctx, tx, slices.Concat(unknown, none, left), isKnown, place(argMessage), func(j *replyJob, row pgx.Row) error {
		j.result = bot.Recorded{}
		return row.Scan(&j.result.Stored)
	})
	return err
}

// askAll sends a statement for each job, all in one round trip, and hands each job
// its row. It returns the jobs that have none.
func askAll(ctx context.Context, tx pgx.Tx, jobs []*replyJob, query string, args func(*replyJob) []any, scan func(*replyJob, pgx.Row) error) (without []*replyJob, err error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	var b pgx.Batch
	for _, j := range jobs {
		b.Queue(query, slices.Clone(args(j))...) // they are cleaned where they stand
	}
	res := tx.SendBatch(ctx, &b)
	for _, j := range jobs {
		err := scan(j, res.QueryRow())
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			without = append(without, j)
		case err != nil:
			_ = res.Close() // it says the same
			return nil, err
		}
	}
	return without, res.Close()
}
