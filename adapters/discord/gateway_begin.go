package discord

import (
	"colloquy/adapters/internal/once"
	"context"
)

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

// goOn begins for the shards that are ready: it will be hours until the others are.
func (g *gateway) goOn() {
	for _, s := range g.shards {
		s.mu.Lock()
		s.tried = true
		s.mu.Unlock()
	}
	g.tried()
}

func (g *gateway) hasBegun() bool {
	select {
	case <-g.began:
		return true
	default:
		return false
	}
}

// installations tells the engine which servers there are, if a shard has listed
// its own anew and all know theirs.
func (g *gateway) installations(ctx context.Context) error {
	g.list.Lock()
	defer g.list.Unlock()
	if !g.owed {
		return nil
	}
	for _, s := range g.shards {
		if !s.knowsGuilds() {
			return nil
		}
	}
	if err := g.h.Installations(ctx, Platform, g.a.gate.there()); err != nil {
		return err
	}
	g.owed = false
	return nil
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
		if !once.Sleep(ctx, wait) {
			return
		}
	}
}
