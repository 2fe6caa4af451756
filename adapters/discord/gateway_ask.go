package discord

import (
	"context"
	"net/url"
	"strings"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

const (
	// askAgain is how long what Discord said of where to connect is believed.
	askAgain = 2 * time.Minute
	// askEvery is how far apart processes ask: Discord answers two in 5 s.
	askEvery = 2500 * time.Millisecond
	// shrinkAfter is for how long Discord has to want fewer shards until there are.
	shrinkAfter = 24 * time.Hour
)

// discover asks where to connect, how often, and who we are, until it is told.
func (g *gateway) discover(ctx context.Context) (shards int, err error) {
	for try := 0; ; try++ {
		if shards, err = g.askGateway(ctx); err == nil {
			err = g.introduce(ctx)
		}
		if err == nil || ctx.Err() != nil || final(err) {
			return shards, err
		}
		wait := backoff(try)
		if after, ok := bot.RetryDelay(err); ok {
			wait = max(wait, after)
		}
		g.a.o.Log.WarnContext(ctx, "discord does not say where to connect, trying again", "wait", wait, "err", err)
		if !once.Sleep(ctx, wait) {
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
	if g.a.shared() {
		_, free, err := g.turns.take(ctx, Platform+"/ask")
		if err != nil {
			return 0, err
		}
		defer time.AfterFunc(g.a.gate.asking, free)
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

// refresh asks again before a connection, if what is known is older than within or
// says that nobody may connect. It fails only where nothing can go on.
func (g *gateway) refresh(ctx context.Context, within time.Duration) error {
	g.mu.Lock()
	old := g.a.o.Clock().Sub(g.asked) > within
	g.mu.Unlock()
	if !old && !g.budget.low() {
		return nil
	}
	if _, err := g.askGateway(ctx); final(err) {
		return err
	} else if err != nil && ctx.Err() == nil {
		g.a.o.Log.WarnContext(ctx, "discord does not say where to connect, using what it said before", "err", err)
	}
	return nil
}

// follow asks Discord again and again how many shards it wants, and returns what
// follows from it. More are had at once; fewer only when it said so for long, as
// the number of servers may go up and down about where it changes.
func (g *gateway) follow(ctx context.Context) error {
	for once.Sleep(ctx, askAgain) {
		n, err := g.askGateway(ctx)
		switch now := g.a.o.Clock(); {
		case final(err):
			return err
		case err != nil: // [gateway.refresh] says so when it matters
		case n > g.shards:
			return errReshard
		case n == g.shards:
			g.fewer = time.Time{}
		case g.fewer.IsZero():
			g.fewer = now
		case now.Sub(g.fewer) > shrinkAfter:
			g.fewer = time.Time{}
			return errFewer
		}
	}
	return nil
}

// final reports whether err ends the connection for good. What stands before
// Discord may answer in its place for a while, which is no such error.
func final(err error) bool {
	code := bot.ReasonCode(err)
	_, passes := bot.RetryDelay(err)
	return err != nil && (code == "bad_token" || code == "bad_api" && !passes)
}
