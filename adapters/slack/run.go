package slack

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

const (
	shutdownLimit = 5 * time.Second // for what was received already
	farewellLimit = 2 * time.Second // for the last word to the engine
	stuckWait     = 5 * time.Minute // before an app that cannot go on is tried again, while another can
)

// Run listens for every app. One that cannot go on, because of a token that Slack
// refuses, is logged and tried again now and then; Run ends with an error when
// that is so of all of them.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	defer a.http.CloseIdleConnections()
	if len(a.apps) == 0 {
		return bot.Problemf("no_apps", "there is no app for Slack: add one under slack.apps")
	}
	all, end := context.WithCancelCause(ctx)
	defer end(nil)
	v := &verdicts{end: end, stuck: map[*app]error{}, apps: len(a.apps)}
	var running sync.WaitGroup
	running.Go(func() { a.live.keep(all, a.o.Sharer) })
	for _, p := range a.apps {
		running.Go(func() { p.run(all, h, v) })
	}
	running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(all)
}

// verdicts are which apps cannot go on. When none can, everything ends.
type verdicts struct {
	end  context.CancelCauseFunc
	apps int

	mu    sync.Mutex
	stuck map[*app]error
}

func (v *verdicts) cannot(p *app, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stuck[p] = err
	if len(v.stuck) == v.apps {
		v.end(err)
	}
}

func (v *verdicts) can(p *app) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.stuck, p)
}

// run keeps one app going until ctx ends.
func (p *app) run(ctx context.Context, h bot.Handler, v *verdicts) {
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	defer context.AfterFunc(ctx, func() {
		once.Sleep(work, shutdownLimit)
		end()
	})()
	var settling sync.WaitGroup
	settled := make(chan struct{})
	settling.Go(func() { p.desk.owed.settle(work, settled, p, h) })
	defer settling.Wait()
	defer close(settled)
	p.desk.begin(work, h)
	defer p.desk.end()
	for ctx.Err() == nil {
		err := p.round(ctx, work, h, func() { v.can(p) })
		if ctx.Err() != nil {
			return
		}
		p.a.o.Log.ErrorContext(ctx, "an app of Slack cannot go on", "scope", p.scope(), "code", bot.ReasonCode(err), "err", err)
		v.cannot(p, err)
		if !once.Sleep(ctx, stuckWait) {
			return
		}
	}
}

// round tells the engine which workspaces there are, and listens, until ctx ends
// or the app cannot go on. going is called once its events arrive.
func (p *app) round(ctx, work context.Context, h bot.Handler, going func()) error {
	if err := p.gather(ctx, h); err != nil || ctx.Err() != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.desk.open()
	var looking sync.WaitGroup
	looking.Go(func() { p.look(ctx, h) })
	if p.a.o.Vault != nil {
		looking.Go(func() { p.follow(ctx) })
	}
	defer looking.Wait()
	defer cancel()
	if p.AppToken != "" {
		defer p.desk.close()
		return p.listen(ctx, work, h, going)
	}
	up := newHerald(p, h)
	up.rise(0)
	going()
	quiet := up.start(work)
	<-ctx.Done()
	p.desk.close()
	quiet()
	return nil
}

// Waits between attempts: they double from the first to the longest, and begin
// anew after a connection that held for a while.
const (
	firstWait   = time.Second
	longestWait = time.Minute
	stableAfter = 5 * time.Minute
)

// backoff is the wait after so many failures in a row: half of it is fixed, and
// half by chance, so that connections do not come all at once.
func backoff(failures int) time.Duration {
	wait := min(firstWait<<min(failures, 6), longestWait)
	return (wait/2 + rand.N(wait/2+1)).Round(time.Millisecond)
}
