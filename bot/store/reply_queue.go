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
// one commits wait for the next, so memory is bounded by the callers.
type replyQueue struct {
	jobs chan *replyJob
	quit chan struct{}
	once sync.Once
	done sync.WaitGroup
}

type replyJob struct {
	args    []any          // of insertReply
	removed bot.MessageRef // set instead: a reply that is gone
	now     time.Time      // of the removal

	result bot.Recorded
	err    error
	ready  chan struct{}
}

// start begins the goroutine that commits; stop waits for it.
func (q *replyQueue) start(db *DB) {
	q.jobs, q.quit = make(chan *replyJob), make(chan struct{})
	q.done.Go(func() {
		for {
			select {
			case <-q.quit:
				return
			case j := <-q.jobs:
				db.commitReplies(q.gather(j))
			}
		}
	})
}

func (q *replyQueue) stop() {
	q.once.Do(func() { close(q.quit) })
	q.done.Wait()
}

// gather takes everybody who waits at this moment.
func (q *replyQueue) gather(first *replyJob) []*replyJob {
	batch := []*replyJob{first}
	for len(batch) < maxBatch {
		select {
		case j := <-q.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

func (q *replyQueue) do(ctx context.Context, j *replyJob) (bot.Recorded, error) {
	j.ready = make(chan struct{})
	select {
	case q.jobs <- j:
	case <-q.quit:
		return bot.Recorded{}, errClosed
	case <-ctx.Done():
		return bot.Recorded{}, ctx.Err()
	}
	<-j.ready // a commit under way is worth waiting for
	return j.result, j.err
}

// commitReplies stores a batch. If the batch fails, each reply is tried by
// itself, so that one bad row does not take the others with it; but not when
// the database cannot be written, which each would wait for again.
func (db *DB) commitReplies(batch []*replyJob) {
	ctx := context.Background() // the callers may go; the rows are wanted all the same
	err := db.commitTogether(ctx, batch)
	for _, j := range batch {
		if err != nil && len(batch) > 1 && !errors.As(err, new(*bot.Problem)) {
			j.err = db.commitTogether(ctx, []*replyJob{j})
		} else {
			j.err = err
		}
		close(j.ready)
	}
}

func (db *DB) commitTogether(ctx context.Context, batch []*replyJob) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		stmt, err := tx.PrepareContext(ctx, insertReply)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		for _, j := range batch {
			if j.args == nil {
				err = removeReply(ctx, tx, n, j.removed, j.now)
			} else {
				j.result, err = recordOne(ctx, tx, stmt, j.args)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
