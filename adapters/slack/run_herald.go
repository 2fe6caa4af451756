package slack

import (
	"context"
	"sync"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// A herald tells the engine whether events of an app arrive. They do while one
// of its connections stands.
type herald struct {
	p *app
	h bot.Handler

	mu    sync.Mutex
	stand map[int]bool
	fell  bool // none stood for a moment, and the engine has not heard so
	wake  chan struct{}
}

func newHerald(p *app, h bot.Handler) *herald {
	return &herald{p: p, h: h, stand: map[int]bool{}, wake: make(chan struct{}, 1)}
}

// set says of one connection whether it stands. It never waits.
func (e *herald) set(connection int, up bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stand[connection] = up
	e.fell = e.fell || !up && !e.any(-1)
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// any reports whether one does that is not this one. The lock is held.
func (e *herald) any(but int) bool {
	for n, up := range e.stand {
		if up && n != but {
			return true
		}
	}
	return false
}

// stands reports whether one does that is not this one; -1 is none.
func (e *herald) stands(but int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.any(but)
}

// news is what there is to say: that nothing arrived for a moment, and whether
// something does.
func (e *herald) news() (fell, up bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fell, e.fell = e.fell, false
	return fell, e.any(-1)
}

// start begins its work. quiet ends it, with the last word that nothing arrives;
// it is called when everything that did arrive was handled.
func (e *herald) start(work context.Context) (quiet func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(work))
	var telling sync.WaitGroup
	telling.Go(func() { e.tell(ctx, work) })
	return func() {
		cancel()
		telling.Wait()
	}
}

// tell does its work until ctx ends.
func (e *herald) tell(ctx, work context.Context) {
	told := false
	for ctx.Err() == nil {
		fell, up := e.news()
		if fell && told {
			told = e.say(ctx, work, false, told)
		}
		if up != told {
			told = e.say(ctx, work, up, told)
		}
		select {
		case <-ctx.Done():
		case <-e.wake:
		}
	}
	if !told {
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellLimit)
	defer cancel()
	if err := e.h.Connected(last, e.p.scope(), false); err != nil {
		e.p.a.o.Log.WarnContext(last, "end of the connection not noted", "scope", e.p.scope(), "err", err)
	}
}

// say repeats itself until the engine has heard it, or must no longer hear it,
// and gives what the engine believes then.
func (e *herald) say(ctx, work context.Context, up, told bool) bool {
	for failures := 0; ; failures++ {
		err := e.h.Connected(work, e.p.scope(), up)
		if err == nil {
			return up
		}
		e.p.a.o.Log.WarnContext(ctx, "state of the connection not taken, trying again", "scope", e.p.scope(), "up", up, "err", err)
		if !once.Sleep(ctx, backoff(failures)) || up && !e.stands(-1) {
			return told
		}
	}
}
