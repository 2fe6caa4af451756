package main

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"colloquy/adapters/slack"
	"colloquy/bot"
	"colloquy/bot/store"
)

// Times of probes.
const (
	stuckAfter   = 3 * time.Minute // without a round of the tick, while the database answers
	connectFirst = time.Minute     // at most, for which a platform that is not connected yet is waited for
	takesPart    = 5 * time.Second // within which a replica has its part of the connections
	checkedFor   = time.Second     // for which it is remembered that the database can be written
	writeWithin  = 4 * time.Second // for that; less than a probe has
)

// probes are what /readyz and /healthz are answered from. The zero value is a
// process that begins.
type probes struct {
	now bot.Clock // of this machine

	mu        sync.Mutex
	stopping  bool
	waits     bool     // for a database
	rt        *running // nil: not begun
	beat      time.Time
	platforms map[string]*joining
	writing   sync.Mutex
	written   time.Time // when it was last asked whether the database can be written, and
	unwritten error     // what came of it
}

// A joining is how far a platform's first connection has come.
type joining struct {
	since     time.Time
	connected bool
	parts     int // of its connections, that are this process's
}

// notNow says in one word, and in more for the log, why a probe fails.
func notNow(word, text string, err error) error {
	return &bot.Problem{Code: word, Text: text, Err: err}
}

// begun says that everything runs; waiting, that it does not, because of the database.
func (p *probes) begun(rt *running) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rt, p.waits, p.beat, p.platforms = rt, false, p.now(), map[string]*joining{}
	for _, a := range rt.adapters {
		if len(routesOf(a)) == 0 { // one that is reached by HTTP must be reached to be connected
			j := &joining{since: p.now()}
			if !rt.db.Shared() {
				j.parts = 1
			}
			p.platforms[a.Platform()] = j
		}
	}
}

func (p *probes) waiting() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rt, p.waits = nil, true
}

// stop says that the process is about to end.
func (p *probes) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopping = true
}

// ready is what /readyz asks.
func (p *probes) ready(ctx context.Context) error {
	rt, err := p.running()
	if err != nil {
		return err
	}
	if err := p.writable(ctx, rt.db); err != nil {
		return notNow("database", "nothing can be stored: "+bot.Explain(err), err)
	}
	return nil
}

// running is what runs, or why not all of it does.
func (p *probes) running() (*running, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stopping:
		return nil, notNow("stopping", "this process ends", nil)
	case p.waits:
		return nil, notNow("database", "the database is waited for", nil)
	case p.rt == nil:
		return nil, notNow("starting", "this process begins", nil)
	}
	for name, j := range p.platforms {
		since := p.now().Sub(j.since)
		if !j.connected && (since < takesPart || j.parts > 0 && since < connectFirst) {
			return nil, notNow("connecting", name+" is not connected yet", nil)
		}
	}
	return p.rt, nil
}

// writable writes to the database, once a second at most.
func (p *probes) writable(ctx context.Context, db *store.DB) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	if now := p.now(); now.Sub(p.written) < checkedFor {
		return p.unwritten
	}
	// What comes of it is also for those who ask next.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), writeWithin)
	defer stop()
	l := bot.Lease{Subject: "probe/" + rand.Text(), Token: rand.Text()}
	_, err := db.AcquireLease(ctx, l, p.now(), checkedFor)
	if err == nil {
		err = db.ReleaseLease(ctx, l)
	}
	p.written, p.unwritten = p.now(), err
	return err
}

// figures are those of the database, once there is one.
func (p *probes) figures(ctx context.Context, now time.Time) (bot.Figures, error) {
	p.mu.Lock()
	rt := p.rt
	p.mu.Unlock()
	if rt == nil {
		return bot.Figures{}, bot.Problemf("starting", "nothing can be counted before the database is there")
	}
	return rt.db.Figures(ctx, now)
}

// alive is what /healthz asks. That the database does not answer is nothing that
// another start of this process would mend.
func (p *probes) alive(ctx context.Context) error {
	p.mu.Lock()
	rt, since, stopping := p.rt, p.now().Sub(p.beat), p.stopping
	p.mu.Unlock()
	if rt == nil || stopping || since < stuckAfter {
		return nil
	}
	if _, err := rt.db.Schema(ctx); err != nil {
		return nil
	}
	return notNow("stuck", "the tick has not come round for "+bot.FormatDuration(since), nil)
}

// A heard engine tells the probes that a platform is connected.
type heard struct {
	*bot.Engine
	p        *probes
	platform string
}

// Connected implements [bot.Handler].
func (h heard) Connected(ctx context.Context, scope string, up bool) error {
	err := h.Engine.Connected(ctx, scope, up)
	if err == nil && up {
		h.p.joined(h.platform, func(j *joining) { j.connected = true })
	}
	return err
}

// A beating engine tells the probes that the tick comes round.
type beating struct {
	*bot.Engine
	p *probes
}

// Beat implements jobs.Engine.
func (b beating) Beat(ctx context.Context) error {
	err := b.Engine.Beat(ctx)
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	b.p.beat = b.p.now()
	return err
}

// A parted sharer tells the probes which parts of a platform's connections are
// this process's.
type parted struct {
	bot.Sharer
	p        *probes
	platform string
}

// Share implements [bot.Sharer].
func (s parted) Share(ctx context.Context, name string, n int, run func(ctx context.Context, part int)) {
	if name == slack.LiveShare { // no connection
		s.Sharer.Share(ctx, name, n, run)
		return
	}
	s.Sharer.Share(ctx, name, n, func(ctx context.Context, part int) {
		s.p.joined(s.platform, func(j *joining) { j.parts++ })
		defer s.p.joined(s.platform, func(j *joining) { j.parts-- })
		run(ctx, part)
	})
}

func (p *probes) joined(platform string, f func(*joining)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j := p.platforms[platform]; j != nil {
		f(j)
	}
}
