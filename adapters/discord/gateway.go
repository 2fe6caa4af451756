package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// A gate is what the adapter keeps of its connections. It outlives them.
type gate struct {
	ask   func(ctx context.Context, path string, out any) error // GET
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	waits []time.Duration // between attempts to hand over an event

	mu         sync.Mutex
	self       identity
	noContent  bool // Discord refuses Message Content
	guilds     map[string]knownGuild
	registered bool // the commands
}

func newGate(c *client) *gate {
	return &gate{
		ask: func(ctx context.Context, path string, out any) error {
			return c.do(ctx, call{method: http.MethodGet, path: path}, out)
		},
		dial:   (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		waits:  []time.Duration{50 * time.Millisecond, 250 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second},
		guilds: map[string]knownGuild{},
	}
}

const (
	shutdownLimit = 5 * time.Second // for what was received already
	farewellLimit = 2 * time.Second // for the last word to the engine
)

// errReshard: Discord wants more connections than there are.
var errReshard = errors.New("discord wants more shards")

// A gateway is one Run of the adapter: all its shards, and what they share.
type gateway struct {
	a      *Adapter
	h      bot.Handler
	budget *budget

	list sync.RWMutex // held while the engine is given the list of all servers
	owed bool         // it has to be given; guarded by list

	// Of one round, which is as long as the number of shards stays.
	ctx    context.Context // ends with it
	work   context.Context // ends a little later, so that what was received is handled
	shards []*shard
	forms  *forms

	mu    sync.Mutex
	url   string // of the websocket
	asked time.Time
	began chan struct{} // of a round; closed when every shard has been ready once, or failed
}

// Run connects as many shards as Discord wants and keeps them connected.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	defer a.rest.http.CloseIdleConnections()
	g := &gateway{a: a, h: h, budget: newBudget(a.o.Clock, a.o.Log)}
	least := 1
	for {
		n, err := g.discover(ctx)
		if err == nil {
			g.lookAtContent(ctx)
			least = max(n, least)
			err = g.round(ctx, least)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case !errors.Is(err, errReshard):
			return err
		}
		a.o.Log.WarnContext(ctx, "discord wants more shards", "had", least)
		least++
	}
}

// round keeps so many shards until ctx ends or one cannot go on.
func (g *gateway) round(parent context.Context, shards int) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	work, end := context.WithCancel(context.WithoutCancel(parent))
	defer end()
	defer context.AfterFunc(ctx, func() {
		once.Sleep(work, shutdownLimit)
		end()
	})()
	g.ctx, g.work, g.began, g.shards = ctx, work, make(chan struct{}), nil
	g.forms = newForms(work, g.a.o.Log, func(ctx context.Context, raw json.RawMessage) { g.a.interaction(ctx, g.h, raw) })
	for id := range shards {
		g.shards = append(g.shards, newShard(g, id))
	}
	var running sync.WaitGroup
	for _, s := range g.shards {
		running.Go(s.work)
		running.Go(func() {
			defer s.queue.close()
			if err := s.keep(ctx); err != nil {
				cancel(err)
			}
		})
	}
	running.Go(func() {
		select {
		case <-g.began:
			g.register(ctx)
		case <-ctx.Done():
		}
	})
	running.Go(func() {
		select {
		case <-g.a.rest.out.Stopped(): // a request was refused for the token
			cancel(badToken(nil))
		case <-ctx.Done():
		}
	})
	running.Wait()
	g.forms.wait()
	if parent.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}
