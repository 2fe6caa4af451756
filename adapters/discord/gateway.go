package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

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
	askAgain      = 10 * time.Minute
)

// errReshard: Discord wants more connections than there are.
var errReshard = errors.New("discord wants more shards")

// A gateway is one Run of the adapter: all its shards, and what they share.
type gateway struct {
	a      *Adapter
	h      bot.Handler
	ctx    context.Context // ends with Run
	work   context.Context // ends a little later, so that what was received is handled
	budget *budget
	forms  *forms

	mu     sync.Mutex
	url    string // of the websocket
	asked  time.Time
	shards []*shard
	began  chan struct{} // closed when every shard has been ready once, or failed
	list   sync.Mutex    // one listing of servers at a time
}

// Run connects as many shards as Discord wants and keeps them connected.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	defer a.rest.http.CloseIdleConnections()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		sleep(work, shutdownLimit)
		cancel()
	})
	defer stop()
	g := &gateway{a: a, h: h, ctx: ctx, work: work, budget: newBudget(a.o.Clock, a.o.Log)}
	g.forms = newForms(g)
	defer g.forms.wait()
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
	g.mu.Lock()
	g.began, g.shards = make(chan struct{}), nil
	for id := range shards {
		g.shards = append(g.shards, newShard(g, id))
	}
	all, began := g.shards, g.began
	g.mu.Unlock()
	var running sync.WaitGroup
	for _, s := range all {
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
		case <-began:
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
	if parent.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// discover asks where to connect and how often, until it is told.
func (g *gateway) discover(ctx context.Context) (shards int, err error) {
	for try := 0; ; try++ {
		if shards, err = g.askGateway(ctx); err == nil || ctx.Err() != nil || final(err) {
			return shards, err
		}
		wait := backoff(try)
		if after, ok := bot.RetryDelay(err); ok {
			wait = max(wait, after)
		}
		g.a.o.Log.WarnContext(ctx, "discord does not say where to connect, trying again", "wait", wait, "err", err)
		if !sleep(ctx, wait) {
			return 0, ctx.Err()
		}
	}
}

// askGateway takes what GET /gateway/bot says.
func (g *gateway) askGateway(ctx context.Context) (shards int, err error) {
	var said struct {
		URL    string     `json:"url"`
		Shards int        `json:"shards"`
		Limit  startLimit `json:"session_start_limit"`
	}
	if err := g.a.gate.ask(ctx, "/gateway/bot", &said); err != nil {
		return 0, err
	}
	to, err := url.Parse(said.URL)
	plain := strings.HasPrefix(g.a.rest.base, "http://")
	if err != nil || to.Host == "" || to.Scheme != "wss" && !(plain && to.Scheme == "ws") {
		return 0, bot.Problemf("bad_gateway", "the gateway that Discord names is no wss address: check COLLOQUY_DISCORD_API")
	}
	g.budget.learn(said.Limit)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.url, g.asked = said.URL, g.a.o.Clock()
	return max(said.Shards, 1), nil
}

// refresh asks again before a reconnect, if what is known is old or says that
// nobody may connect. It fails only where nothing can go on.
func (g *gateway) refresh(ctx context.Context) error {
	g.mu.Lock()
	old := g.a.o.Clock().Sub(g.asked) > askAgain
	g.mu.Unlock()
	if !old && g.budget.low().IsZero() {
		return nil
	}
	if _, err := g.askGateway(ctx); final(err) {
		return err
	} else if err != nil && ctx.Err() == nil {
		g.a.o.Log.WarnContext(ctx, "discord does not say where to connect, using what it said before", "err", err)
	}
	return nil
}

// final reports whether err ends the connection for good.
func final(err error) bool {
	code := bot.ReasonCode(err)
	return err != nil && (code == "bad_token" || code == "bad_api")
}

// tried is told when a shard was ready or could not be, and begins for all once
// each was one of the two: then the engine may hear of the servers.
func (g *gateway) tried() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hasBegun() {
		return
	}
	for _, s := range g.shards {
		if !s.wasTried() {
			return
		}
	}
	close(g.began)
	for _, s := range g.shards {
		s.queue.poke()
	}
}

// hasBegun reads a channel that stays the same for a round.
func (g *gateway) hasBegun() bool {
	select {
	case <-g.began:
		return true
	default:
		return false
	}
}

// installations tells the engine which servers there are, if all shards know theirs.
func (g *gateway) installations(ctx context.Context) error {
	g.list.Lock()
	defer g.list.Unlock()
	g.mu.Lock()
	shards := g.shards
	g.mu.Unlock()
	for _, s := range shards {
		if !s.knowsGuilds() {
			return nil
		}
	}
	return g.h.Installations(ctx, Platform, g.a.gate.there())
}

// register makes the commands known, once for each process.
func (g *gateway) register(ctx context.Context) {
	gate := g.a.gate
	for try := 0; ; try++ {
		gate.mu.Lock()
		done := gate.registered
		gate.mu.Unlock()
		if done {
			return
		}
		err := g.a.register(ctx)
		if err == nil {
			gate.mu.Lock()
			gate.registered = true
			gate.mu.Unlock()
			return
		}
		if ctx.Err() != nil {
			return
		}
		wait := backoff(try)
		g.a.o.Log.WarnContext(ctx, "commands not registered, trying again", "wait", wait, "err", err)
		if !sleep(ctx, wait) {
			return
		}
	}
}

// forms runs interactions, each in a goroutine of its own.
type forms struct {
	g     *gateway
	slots chan struct{}
	group sync.WaitGroup
}

const (
	formsAtOnce  = 64
	formPatience = 2 * time.Second // of the 3 s in which an answer is due
)

func newForms(g *gateway) *forms { return &forms{g: g, slots: make(chan struct{}, formsAtOnce)} }

func (f *forms) take(raw json.RawMessage) {
	f.group.Go(func() {
		log := f.g.a.o.Log
		late := time.NewTimer(formPatience)
		defer late.Stop()
		select {
		case f.slots <- struct{}{}:
			defer func() { <-f.slots }()
		case <-late.C:
			log.ErrorContext(f.g.work, "interaction dropped: too many at once", "interaction", eventID(raw))
			return
		}
		defer func() {
			if p := recover(); p != nil {
				log.ErrorContext(f.g.work, "interaction failed", "interaction", eventID(raw), "panic", fmt.Sprint(p))
			}
		}()
		f.g.a.interaction(f.g.work, f.g.h, raw)
	})
}

func (f *forms) wait() { f.group.Wait() }
