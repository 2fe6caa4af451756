package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"colloquy/bot"
	"colloquy/bot/store"
)

const (
	// A limit of a platform is by the second: so long after its last request a lane is
	// still kept from the next process.
	laneRest = time.Second
	// What was cancelled may take so long to return.
	cancelLimit = 500 * time.Millisecond
	// One look whether a queue has ended: others can be added and removed in between.
	lookLimit = 20 * time.Millisecond
	// Between two tries to begin when the database is away.
	againAfter = time.Second
)

// lanes are the queues of what makes requests to platforms. A lane is one process's at
// a time, so that what an adapter does to keep within the limits of its platform holds
// over all processes.
type lanes struct {
	db *store.DB
	of map[string]int // how many each platform has

	mu   sync.Mutex
	here map[string]*lane // those of this process, by their queues
}

// A lane is one that this process has.
type lane struct {
	work   context.Context // of its jobs
	cancel context.CancelCauseFunc

	mu   sync.Mutex
	last time.Time // when the last of its jobs ended
}

// Queues of a lane: for what goes out and is listed, and for the listings of closed
// threads, which have time. feedQueue keeps feeds that hang from holding up the rest.
const (
	postQueue  = "posts"
	sweepQueue = "sweeps"
	feedQueue  = "feeds"
)

func queue(kind, platform string, lane int) string {
	return fmt.Sprintf("%s-%s-%d", kind, platform, lane)
}

// shareName is the name by which the lanes of a platform are shared.
func shareName(platform string) string { return "posts/" + platform }

func newLanes(db *store.DB, of map[string]int) *lanes {
	l := &lanes{db: db, of: maps.Clone(of), here: map[string]*lane{}}
	if !db.Shared() {
		for platform := range l.of {
			l.of[platform] = 1 // nobody is there to share them with
		}
	}
	return l
}

// queue is where a row that is due waits for a worker. What is of a platform that is
// connected nowhere makes no requests: any worker finds that out. Where only others
// have the platform, its first lane has what this process cannot tell the lane of.
func (l *lanes) queue(kind string, d store.Due) string {
	q := postQueue
	switch kind {
	case bot.WorkFeed:
		return feedQueue
	case bot.WorkSweep:
		q = sweepQueue
	case bot.WorkDiscussion, bot.WorkPost, bot.WorkNotice:
	default:
		return river.QueueDefault
	}
	n := l.of[d.Platform]
	if n == 0 && l.db.Sharers(shareName(d.Platform)) == 0 {
		return river.QueueDefault
	}
	return queue(q, d.Platform, bot.Lane(d.Workspace, n))
}

// in gives the context that a job of a queue works in, and what to call at its end.
func (l *lanes) in(ctx context.Context, queue string) (context.Context, func()) {
	l.mu.Lock()
	here := l.here[queue]
	l.mu.Unlock()
	if here == nil {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(here.work, func() { cancel(context.Cause(here.work)) })
	return ctx, func() {
		stop()
		cancel(nil)
		here.mu.Lock()
		defer here.mu.Unlock()
		here.last = time.Now()
	}
}

// share works through the lanes of all platforms that are this process's, until ctx is
// done and they have ended.
func (r *Runner) share(ctx context.Context) {
	var sharing sync.WaitGroup
	for _, platform := range slices.Sorted(maps.Keys(r.lanes.of)) {
		sharing.Go(func() {
			r.o.DB.Share(ctx, shareName(platform), r.lanes.of[platform], func(ctx context.Context, part int) { r.lane(ctx, platform, part) })
		})
	}
	sharing.Wait()
}

// lane works through one lane until ctx is done, and then ends what is under way: in
// good time when the lane is handed over, at once when it is lost.
func (r *Runner) lane(ctx context.Context, platform string, part int) {
	queues := map[string]river.QueueConfig{
		queue(postQueue, platform, part):  {MaxWorkers: r.o.Posters, FetchPollInterval: time.Second},
		queue(sweepQueue, platform, part): {MaxWorkers: 2, FetchPollInterval: 5 * time.Second},
	}
	r.work(ctx, queues)
}

// work works through queues as lane does. Those without a figure River has already.
func (r *Runner) work(ctx context.Context, queues map[string]river.QueueConfig) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	here := &lane{work: work, cancel: cancel}
	names := slices.Sorted(maps.Keys(queues))
	r.lanes.mu.Lock()
	for _, q := range names {
		r.lanes.here[q] = here
	}
	r.lanes.mu.Unlock()
	for _, q := range names {
		if queues[q].MaxWorkers > 0 {
			r.addQueue(ctx, q, queues[q])
		}
	}
	<-ctx.Done()
	r.endLane(ctx, here, names)
	r.lanes.mu.Lock()
	for _, q := range names {
		delete(r.lanes.here, q)
	}
	r.lanes.mu.Unlock()
}

// patience is how long what is under way may take when it is to end.
func (r *Runner) patience() time.Duration {
	if !r.o.DB.Shared() {
		return r.grace
	}
	return min(r.grace, bot.HandOver-laneRest-cancelLimit)
}

// addQueue adds a queue to River, which asks the database: again while that is away.
func (r *Runner) addQueue(ctx context.Context, name string, c river.QueueConfig) {
	for ctx.Err() == nil {
		err := r.client.Queues().Add(name, c)
		if err == nil {
			return
		}
		r.complain(ctx, "queue", err)
		_ = r.removeQueue(ctx, name)
		pause(ctx, againAfter)
	}
}

// endLane ends the queues of a lane and the jobs that are under way, and waits until the
// platform would let the next process make a request.
func (r *Runner) endLane(ctx context.Context, here *lane, names []string) {
	lost := errors.Is(context.Cause(ctx), bot.ErrLeaseLost)
	base := context.WithoutCancel(ctx)
	if lost {
		here.cancel(bot.ErrLeaseLost)
	}
	soft := time.AfterFunc(r.patience(), func() { here.cancel(context.Canceled) })
	defer soft.Stop()
	hard, stop := context.WithTimeout(base, r.patience()+cancelLimit)
	defer stop()
	var ending sync.WaitGroup
	for _, q := range names {
		ending.Go(func() {
			for hard.Err() == nil && r.removeQueue(hard, q) != nil {
				pause(hard, lookLimit)
			}
		})
	}
	ending.Wait()
	here.cancel(context.Canceled)
	here.mu.Lock()
	rest := time.Until(here.last.Add(laneRest))
	here.mu.Unlock()
	if !lost && r.o.DB.Shared() {
		pause(base, rest)
	}
}

// removeQueue ends a queue, and reports an error while jobs of it are under way.
func (r *Runner) removeQueue(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	err := r.client.Queues().Remove(ctx, name)
	var none *river.QueueNotFoundError
	if errors.As(err, &none) {
		return nil
	}
	return err
}

// pause waits, unless ctx is done before.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
