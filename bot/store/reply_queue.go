package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"colloquy/bot"
)

// maxBatch is how many replies and removals share one transaction. On SQLite with
// synchronous=FULL the commit costs most, and one per reply would allow some
// thousands a second at best.
const maxBatch = 200

var errClosed = errors.New("the database is closed")

// A replyQueue commits replies and removals in groups: whatever waits is one transaction,
// and each caller returns when its own row is durable. Callers that come while
// one commits wait for the next: what is held in memory is what they hold, and
// when the database is slow or away, whoever hands replies over is slow as well.
//
// On SQLite one goroutine commits everything. On PostgreSQL several store replies
// beside one another, and one removes them, alone: a removal that could run
// beside the insert of its reply would not find it.
type replyQueue struct {
	jobs, removals chan *replyJob // on SQLite the same
	quit           chan struct{}
	once           sync.Once
	done           sync.WaitGroup
}

// recorders is how many groups of replies PostgreSQL stores at once: while one
// waits for the disk, another is worked on.
const recorders = 3

// commitWithin is how long the commit of a group may take: the steps of one, where a
// database answers after four seconds. One that does not answer at all ends it sooner;
// see [limits]. After that nobody knows what became of it, and the callers are told so.
const commitWithin = 40 * time.Second

type replyJob struct {
	args    []any          // of insertReply
	removed bot.MessageRef // set instead: a reply that is gone
	now     time.Time      // of the removal

	result bot.Recorded
	err    error
	ready  chan struct{}
}

// start begins the goroutines that commit; stop waits for them.
func (q *replyQueue) start(db *DB) {
	q.jobs, q.quit = make(chan *replyJob), make(chan struct{})
	q.removals = q.jobs
	if !db.Shared() {
		q.commit(q.jobs, db.commitTogether, db.blamesRow)
		return
	}
	q.removals = make(chan *replyJob)
	for range recorders {
		q.commit(q.jobs, db.recordTogether, db.blamesRow)
	}
	q.commit(q.removals, db.commitTogether, db.blamesRow)
}

// commit begins a goroutine that commits what comes, in groups.
func (q *replyQueue) commit(jobs chan *replyJob, together func(context.Context, []*replyJob) error, blamesRow func(error) bool) {
	q.done.Go(func() {
		for {
			select {
			case <-q.quit:
				return
			case j := <-jobs:
				commitGroup(gather(j, jobs), together, blamesRow)
			}
		}
	})
}

func (q *replyQueue) stop() {
	q.once.Do(func() { close(q.quit) })
	q.done.Wait()
}

// gather takes everybody who waits at this moment.
func gather(first *replyJob, jobs chan *replyJob) []*replyJob {
	batch := []*replyJob{first}
	for len(batch) < maxBatch {
		select {
		case j := <-jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

func (q *replyQueue) do(ctx context.Context, j *replyJob) (bot.Recorded, error) {
	j.ready = make(chan struct{})
	jobs := q.jobs
	if j.args == nil {
		jobs = q.removals
	}
	select {
	case jobs <- j:
	case <-q.quit:
		return bot.Recorded{}, errClosed
	case <-ctx.Done():
		return bot.Recorded{}, ctx.Err()
	}
	<-j.ready // a commit under way is worth waiting for
	return j.result, j.err
}

// commitGroup stores a group and tells everybody in it. Where one row may be to
// blame for an error, each half is tried by itself, so that it does not take the
// others with it; but not when the database cannot be written, which each would
// wait for again.
func commitGroup(batch []*replyJob, together func(context.Context, []*replyJob) error, blamesRow func(error) bool) {
	ctx, cancel := context.WithTimeout(context.Background(), commitWithin) // the callers may go; the rows are wanted all the same
	err := together(ctx, batch)
	cancel()
	if err != nil && len(batch) > 1 && blamesRow(err) {
		half := len(batch) / 2
		commitGroup(batch[:half], together, blamesRow)
		commitGroup(batch[half:], together, blamesRow)
		return
	}
	for _, j := range batch {
		j.err = err
		close(j.ready)
	}
}

// commitTogether stores and removes replies in one transaction, alone.
func (db *DB) commitTogether(ctx context.Context, batch []*replyJob) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		stmt, err := tx.PrepareContext(ctx, insertReply)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		edited := edits{}
		for _, j := range batch {
			if j.args == nil {
				err = removeReply(ctx, tx, n, j.removed, j.now)
			} else {
				j.result, err = recordOne(ctx, tx, stmt, j.args, edited)
			}
			if err != nil {
				return err
			}
		}
		return edited.stale(ctx, tx)
	})
}
