package source

import (
	"context"
	"sync"
	"time"

	"colloquy/bot"
)

// gates let one request at a time through to each host, and keep a distance
// between them where nobody waits for the answer.
type gates struct {
	clock bot.Clock
	mu    sync.Mutex
	hosts map[string]*gate
}

type gate struct {
	turn chan struct{} // holds one token
	used int           // callers that hold or await the turn; guarded by gates.mu
	last time.Time     // end of the request before; guarded by the turn
}

// maxHosts bounds what is remembered about hosts.
const maxHosts = 1000

// enter waits for the host's turn, and until distance has passed since the
// request before. leave must be called exactly once after a nil error.
func (g *gates) enter(ctx context.Context, host string, distance time.Duration) (leave func(), err error) {
	h := g.get(host)
	done := func() {
		g.mu.Lock()
		h.used--
		g.mu.Unlock()
	}
	select {
	case <-h.turn:
	case <-ctx.Done():
		done()
		return nil, ctx.Err()
	}
	if wait := distance - g.clock().Sub(h.last); wait > 0 && !h.last.IsZero() {
		timer := time.NewTimer(min(wait, distance))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			h.turn <- struct{}{}
			done()
			return nil, ctx.Err()
		}
	}
	return func() {
		h.last = g.clock()
		h.turn <- struct{}{}
		done()
	}, nil
}

func (g *gates) get(host string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.hosts[host]
	if h == nil {
		if len(g.hosts) >= maxHosts {
			for name, old := range g.hosts {
				if old.used == 0 {
					delete(g.hosts, name)
				}
			}
		}
		h = &gate{turn: make(chan struct{}, 1)}
		h.turn <- struct{}{}
		g.hosts[host] = h
	}
	h.used++
	return h
}
