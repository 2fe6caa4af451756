package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"colloquy/bot"
)

const (
	tickLimit = 2 * time.Minute  // of one tick: long enough for a database that takes 2 s to answer
	beatLimit = 30 * time.Second // of one beat
	slowest   = 5 * time.Second  // between two ticks that fail
)

// Run ticks and works until ctx is done. Then it claims and begins nothing more, and lets
// what is under way finish for up to grace; where others share the database, for no longer
// than [bot.HandOver] in all, and a lane is theirs as soon as its own work has ended. While
// a shared database is away, it waits for it; what could not be written down when it
// stopped, others do again.
func (r *Runner) Run(ctx context.Context, grace time.Duration) error {
	r.grace = grace
	kill, err := r.start(ctx)
	if kill == nil {
		return err
	}
	defer kill()
	var running sync.WaitGroup
	running.Go(func() { r.tick(ctx) })
	running.Go(func() { r.beat(ctx) })
	running.Go(func() { r.share(ctx) })
	running.Go(func() { r.work(ctx, map[string]river.QueueConfig{river.QueueDefault: {}, feedQueue: {}}) })
	<-ctx.Done()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		running.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(r.patience() + 2*cancelLimit + laneRest):
	}
	return r.stop(ctx)
}

// start starts River, which asks the database: again while a shared one is away. It
// returns what ends River at the latest, or nil when it did not start, because of an
// error or because ctx is done.
func (r *Runner) start(ctx context.Context) (kill context.CancelFunc, err error) {
	for ctx.Err() == nil {
		sctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		unhook := context.AfterFunc(ctx, cancel)
		err := r.client.Start(sctx)
		unhook()
		if err == nil {
			return cancel, nil
		}
		cancel()
		if !r.o.DB.Shared() {
			return nil, fmt.Errorf("start jobs: %w", err)
		}
		r.complain(ctx, "start", err)
		pause(ctx, againAfter)
	}
	return nil, nil
}

// stop ends River. What is left then is cancelled.
func (r *Runner) stop(ctx context.Context) error {
	base, cancel := context.WithTimeout(context.WithoutCancel(ctx), laneRest)
	defer cancel()
	err := r.client.StopAndCancel(base)
	switch {
	case err == nil:
		return nil
	case r.o.DB.Shared() && errors.Is(err, context.DeadlineExceeded):
		r.o.Log.WarnContext(ctx, "not all jobs could be written down as done: others will do them again")
		return nil
	}
	return fmt.Errorf("stop jobs: %w", err)
}

// tick looks for due times until ctx is done. After an error it tries again, first soon
// and then less often.
func (r *Runner) tick(ctx context.Context) {
	wait := r.o.Tick
	for {
		pause(ctx, wait)
		if ctx.Err() != nil {
			return
		}
		tctx, cancel := context.WithTimeout(ctx, tickLimit)
		_, err := r.Claim(tctx)
		cancel()
		r.complain(ctx, "claim", err)
		if wait = min(2*wait, slowest); err == nil {
			wait = r.o.Tick
		}
	}
}

// beat beats until ctx is done.
func (r *Runner) beat(ctx context.Context) {
	for {
		pause(ctx, bot.BeatEvery)
		if ctx.Err() != nil {
			return
		}
		bctx, cancel := context.WithTimeout(ctx, beatLimit)
		r.complain(ctx, "beat", r.o.Engine.Beat(bctx))
		cancel()
	}
}

// complain logs an error, of each step at most once a minute: a full disk fails every
// tick.
func (r *Runner) complain(ctx context.Context, step string, err error) {
	if err == nil || ctx.Err() != nil || !r.said.again(step) {
		return
	}
	r.o.Log.ErrorContext(ctx, "the tick failed", "step", step, "err", err)
}
