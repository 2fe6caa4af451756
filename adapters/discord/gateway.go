package discord

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"colloquy/bot"
)

// A gate is what the adapter keeps of its connections. It outlives them.
type gate struct {
	ask      func(ctx context.Context, path string, out any) error // GET
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	register func(ctx context.Context) error // makes the commands known
	waits    []time.Duration                 // between attempts to hand over an event
	apart    time.Duration                   // between identifies of one bucket
	asking   time.Duration                   // between two processes that ask for the number of shards

	mu        sync.Mutex
	self      identity
	noContent bool // Discord refuses Message Content
	guilds    map[string]knownGuild
	shards    int // that there are; 0: not known
	owned     int // of them, by this process
}

func newGate(a *Adapter) *gate {
	return &gate{
		ask: func(ctx context.Context, path string, out any) error {
			return a.rest.do(ctx, call{method: http.MethodGet, path: path}, out)
		},
		apart: identifyEvery + onTheWay, asking: askEvery,
		dial:     (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		register: a.register,
		waits: []time.Duration{50 * time.Millisecond, 250 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second,
			20 * time.Second, 30 * time.Second}, // together more than a minute without a database
		guilds: map[string]knownGuild{},
	}
}

const (
	shutdownLimit = 5 * time.Second // for what was received already
	farewellLimit = 2 * time.Second // for the last word to the engine
)

// Discord wants more connections than there are, or for long has wanted fewer.
var (
	errReshard = errors.New("discord wants more shards")
	errFewer   = errors.New("discord wants fewer shards")
)

// A gateway is one Run of the adapter: those of the shards that are this
// process's, and what they share.
//
// Where several processes run the adapter, each shard is in one of them at a time,
// by [bot.Sharer]. They ask Discord how many there are, each for itself, and may be
// told different numbers for some minutes while a bot grows. Then they divide
// different things, as the share is named with the number: all shards of the one
// number and all of the other are connected, and what comes twice is recorded once.
// The scopes are named with it too, so that a gap begins when the shard that had
// the server was last heard, and not another one.
type gateway struct {
	a      *Adapter
	h      bot.Handler
	budget *budget
	turns  *turns
	slots  chan struct{}  // of interactions at work
	behind sync.WaitGroup // what is left of connections that have ended

	// Of one round, which is as long as the number of shards stays.
	shards int
	fewer  time.Time // since when Discord names fewer; zero: it does not. Of follow alone

	mu    sync.Mutex
	url   string // of the websocket
	asked time.Time
}

// Run connects as many shards as Discord wants and keeps them connected, as far as
// they are this process's.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	defer a.rest.http.CloseIdleConnections()
	g := &gateway{a: a, h: h, budget: newBudget(a.o), turns: newTurns(a), slots: make(chan struct{}, formsAtOnce)}
	defer g.turns.end()
	defer g.behind.Wait()
	for least := 1; ; {
		n, err := g.discover(ctx)
		if err == nil {
			least = max(n, least)
			err = g.round(ctx, least)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errReshard):
			a.o.Log.WarnContext(ctx, "discord wants more shards", "had", least)
			least++
		case errors.Is(err, errFewer):
			a.o.Log.InfoContext(ctx, "discord wants fewer shards", "had", least)
			least = 1
		default:
			return err
		}
	}
}

// round keeps so many shards, or those of them that are ours, until ctx ends or one
// cannot go on.
func (g *gateway) round(parent context.Context, shards int) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	g.shards = shards
	g.a.gate.has(shards)
	var beside sync.WaitGroup
	beside.Go(func() {
		if err := g.follow(ctx); err != nil {
			cancel(err)
		}
	})
	beside.Go(func() {
		select {
		case <-g.a.rest.out.Stopped(): // a request was refused for the token
			cancel(badToken(nil))
		case <-ctx.Done():
		}
	})
	g.a.o.Sharer.Share(ctx, g.a.shareName("shards", shards), shards, func(ctx context.Context, id int) {
		if err := g.own(ctx, id); err != nil {
			cancel(err)
		}
	})
	cancel(nil)
	beside.Wait()
	if parent.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// shareName names what the processes with this bot divide.
func (a *Adapter) shareName(what string, n int) string {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	return fmt.Sprintf("%s/%s/%s/%d", Platform, a.gate.self.appID, what, n)
}

// own keeps a shard while it is this process's. It returns an error only when no
// shard can go on. Events that were received when it is to be handed over are
// handled, and then it is free; where it is another's already they are left to
// that one, which lists what it did not hear.
func (g *gateway) own(ctx context.Context, id int) error {
	s := newShard(ctx, g, id)
	defer s.end()
	defer context.AfterFunc(ctx, s.endSoon)()
	g.a.gate.owns(1)
	defer g.a.gate.leaves(id)
	defer s.forms.wait()
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(s.work)
	if id == 0 {
		running.Go(func() { s.register(ctx) })
	}
	defer s.queue.close()
	return s.keep(ctx)
}

// has notes how many shards there are.
func (g *gate) has(shards int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shards = shards
}

func (g *gate) owns(more int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.owned += more
}

// leaves notes that a shard is no more this process's. What was told of its servers
// may change meanwhile, so that it is told again when it comes back.
func (g *gate) leaves(shard int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.owned--
	for id, known := range g.guilds {
		if known.shard == shard {
			delete(g.guilds, id)
		}
	}
}

// deaf reports whether there are servers whose events another process hears.
func (g *gate) deaf() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.owned < g.shards
}
