// Package jobs runs the engine's work on River: leases on jobs, retries,
// concurrency and shutdown. River is the executor only. The truth is in our own
// tables: a job is a pointer to a row, and everything in River could be rebuilt
// from them.
package jobs

import (
	"context"
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
	Lanes() map[string]int
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
	// Posters is how many discussions of a lane may be at work at once; 0 means 1,000. Most
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
	lanes  *lanes
	grace  time.Duration // of Run
	said   *said         // of the steps that fail
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
	lanes   *lanes
	timeout time.Duration
}

// Timeout covers fetching and writing with all their retries, and 30 s.
func (w *worker) Timeout(*river.Job[work]) time.Duration { return w.timeout }

func (w *worker) Work(ctx context.Context, job *river.Job[work]) error {
	ctx, end := w.lanes.in(ctx, job.Queue)
	defer end()
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
	workers, lanes := river.NewWorkers(), newLanes(o.DB, o.Engine.Lanes())
	river.AddWorker(workers, &worker{engine: o.Engine, lanes: lanes, timeout: timeout})
	client, err := connect(ctx, o, &river.Config{
		Logger:               slog.New(seldom{o.Log.Handler(), &said{now: o.Clock, at: map[string]time.Time{}}}),
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}, feedQueue: {MaxWorkers: 10}},
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
	return &Runner{o: o, client: client, lanes: lanes, said: &said{now: o.Clock, at: map[string]time.Time{}}}, nil
}

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
		params[i] = river.InsertManyParams{Args: work{What: kind, ID: d.ID}, InsertOpts: &river.InsertOpts{Queue: r.lanes.queue(kind, d)}}
	}
	return r.client.insert(ctx, tx, params)
}
