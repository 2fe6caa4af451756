// Package jobs runs the engine's work on River: leases on jobs, retries,
// concurrency and shutdown. River is the executor only. The truth is in our own
// tables: a job is a pointer to a row, and everything in River could be rebuilt
// from them.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"colloquy/bot"
	"colloquy/bot/store"
)

// Engine is what jobs call; see [bot.Engine].
type Engine interface {
	Run(ctx context.Context, kind string, id bot.ID) error
	Plan(s bot.Schedule, now time.Time) bot.Claim
	Beat(ctx context.Context) error
	Settings() bot.Settings
}

// Options is what a [Runner] is made of.
type Options struct {
	DB     *store.DB
	Engine Engine
	Clock  bot.Clock
	Log    *slog.Logger
	// Workers is how many occurrences may be begun at once; 0 means 1,000. Of those
	// that do not wait, [bot.Settings] lets fewer work: one slow model must not keep
	// what it is not asked about.
	Workers int
	// Posters is how many discussions may be at work at once; 0 means 1,000. Most
	// of the time they wait for what a platform allows, and one tenant's that wait
	// must not keep another's back.
	Posters int
	// Tick is how often due times are looked for; 0 means 250 ms.
	Tick time.Duration
}

// A Runner ticks and works until it is stopped.
type Runner struct {
	o      Options
	client client
}

// work is the argument of every job: which row, and of what kind.
type work struct {
	What string `json:"what"`
	ID   bot.ID `json:"id"`
}

// Kind is the name River knows these jobs by.
func (work) Kind() string { return "work" }

type worker struct {
	river.WorkerDefaults[work]
	engine  Engine
	timeout time.Duration
}

// Timeout covers fetching and writing with all their retries, and 30 s.
func (w *worker) Timeout(*river.Job[work]) time.Duration { return w.timeout }

func (w *worker) Work(ctx context.Context, job *river.Job[work]) error {
	return w.engine.Run(ctx, job.Args.What, job.Args.ID)
}

// New prepares River's tables in the database.
func New(ctx context.Context, o Options) (*Runner, error) {
	if o.Workers == 0 {
		o.Workers = 1000
	}
	if o.Posters == 0 {
		o.Posters = 1000
	}
	if o.Tick == 0 {
		o.Tick = 250 * time.Millisecond
	}
	set := o.Engine.Settings()
	// An occurrence reads up to ten candidates, and may wait for the model as long as
	// that may take to write.
	timeout := 10*set.FetchTimeout + 2*set.WriteTimeout + 30*time.Second
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{engine: o.Engine, timeout: timeout})
	client, err := connect(ctx, o, &river.Config{
		Logger: o.Log,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: o.Workers},
			postQueue:          {MaxWorkers: o.Posters},
			feedQueue:          {MaxWorkers: 10},
			sweepQueue:         {MaxWorkers: 2},
		},
		Workers:              workers,
		FetchCooldown:        20 * time.Millisecond,
		FetchPollInterval:    500 * time.Millisecond,
		MaxAttempts:          2, // the row's own time brings it back
		RescueStuckJobsAfter: timeout + time.Minute,
		JobTimeout:           timeout,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return &Runner{o: o, client: client}, nil
}

// postQueue is for what goes out and is listed, feedQueue keeps feeds that hang
// from holding up the rest, and sweepQueue the listings of closed threads, which
// have time.
const (
	postQueue  = "posts"
	feedQueue  = "feeds"
	sweepQueue = "sweeps"
)

// claimAtOnce is how many rows one transaction claims: few enough that replies
// need not wait for it.
const claimAtOnce = 200

// Claim claims everything that is due now and enqueues it. It returns how many
// rows it claimed.
func (r *Runner) Claim(ctx context.Context) (int, error) {
	total := 0
	for {
		n, err := r.o.DB.ClaimDue(ctx, r.o.Clock(), claimAtOnce, r.o.Engine.Plan, r.enqueue)
		total += n
		if err != nil || n < claimAtOnce {
			return total, err
		}
	}
}

func (r *Runner) enqueue(ctx context.Context, tx store.Tx, kind string, due []store.Due) error {
	params := make([]river.InsertManyParams, len(due))
	for i, d := range due {
		params[i] = river.InsertManyParams{Args: work{What: kind, ID: d.ID}}
		switch kind {
		case bot.WorkDiscussion, bot.WorkPost:
			params[i].InsertOpts = &river.InsertOpts{Queue: postQueue}
		case bot.WorkFeed:
			params[i].InsertOpts = &river.InsertOpts{Queue: feedQueue}
		case bot.WorkSweep:
			params[i].InsertOpts = &river.InsertOpts{Queue: sweepQueue}
		}
	}
	return r.client.insert(ctx, tx, params)
}

// Run ticks and works until ctx is done. Then it lets what is under way finish
// for up to grace, and stops it after that.
func (r *Runner) Run(ctx context.Context, grace time.Duration) error {
	base := context.WithoutCancel(ctx)
	if err := r.client.Start(base); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	r.tick(ctx)
	sctx, cancel := context.WithTimeout(base, grace)
	defer cancel()
	err := r.client.Stop(sctx)
	if errors.Is(err, context.DeadlineExceeded) {
		hctx, cancel := context.WithTimeout(base, 5*time.Second)
		defer cancel()
		err = r.client.StopAndCancel(hctx)
	}
	if err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// tick looks for due times and beats until ctx is done. An error is logged and
// the next tick tries again.
func (r *Runner) tick(ctx context.Context) {
	ticker, beat := time.NewTicker(r.o.Tick), time.NewTicker(bot.BeatEvery)
	defer ticker.Stop()
	defer beat.Stop()
	said := map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			r.complain(ctx, said, "beat", r.o.Engine.Beat(ctx))
		case <-ticker.C:
			_, err := r.Claim(ctx)
			r.complain(ctx, said, "claim", err)
		}
	}
}

// complain logs an error, the same one at most once a minute: a full disk fails
// every tick.
func (r *Runner) complain(ctx context.Context, said map[string]time.Time, what string, err error) {
	now := r.o.Clock()
	if err == nil || ctx.Err() != nil || now.Sub(said[what]) < time.Minute {
		return
	}
	said[what] = now
	r.o.Log.ErrorContext(ctx, "the tick failed", "step", what, "err", err)
}
