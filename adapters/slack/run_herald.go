package slack

import (
	"context"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// A herald tells the engine whether events of an app arrive in this process. They
// do while one of its connections stands. Others may stand in other processes: what
// that means is the engine's to know.
type herald struct {
	p *app
	h bot.Handler

	mu    sync.Mutex
	stand map[int]bool
	fell  time.Time // since when none stood for a moment, and the engine has not heard so; zero: one did
	wake  chan struct{}
}

func newHerald(p *app, h bot.Handler) *herald {
	return &herald{p: p, h: h, stand: map[int]bool{}, wake: make(chan struct{}, 1)}
}

// rise says of one connection that it stands. It never waits.
func (e *herald) rise(connection int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stand[connection] = true
	e.poke()
}

// fall says of one connection that nothing came over it any more since a moment. It
// never waits.
func (e *herald) fall(connection int, since time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stand[connection] = false
	if !e.any(-1) && (e.fell.IsZero() || since.Before(e.fell)) {
		e.fell = since
	}
	e.poke()
}

func (e *herald) poke() {
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

// news is what there is to say: since when nothing arrived for a moment, and
// whether something does.
func (e *herald) news() (fell time.Time, up bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fell, e.any(-1)
}

// heard notes that the engine knows of what fell until now.
func (e *herald) heard(fell time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fell.Equal(fell) {
		e.fell = time.Time{}
	}
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
		switch {
		case !fell.IsZero() && told:
			told = !e.say(ctx, false, func() error { return e.silent(work, fell) })
		case !fell.IsZero():
			e.heard(fell) // the engine did not count on it
		case up && !told:
			told = e.say(ctx, true, func() error { return e.h.Connected(work, e.p.scope(), true) })
		default:
			select {
			case <-ctx.Done():
			case <-e.wake:
			}
		}
	}
	if !told {
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellLimit)
	defer cancel()
	fell, _ := e.news()
	if err := e.silent(last, fell); err != nil {
		e.p.a.o.Log.WarnContext(last, "end of the connection not noted", "scope", e.p.scope(), "err", err)
	}
}

// silent says that nothing arrives since then, or from now on.
func (e *herald) silent(ctx context.Context, since time.Time) error {
	if since.IsZero() {
		return e.h.Connected(ctx, e.p.scope(), false)
	}
	err := e.h.Silent(ctx, e.p.scope(), since)
	if err == nil {
		e.heard(since)
	}
	return err
}

// say repeats itself until the engine has heard it, which it reports, or must no
// longer hear it.
func (e *herald) say(ctx context.Context, up bool, word func() error) bool {
	for failures := 0; ; failures++ {
		err := word()
		if err == nil {
			return true
		}
		e.p.a.o.Log.WarnContext(ctx, "state of the connection not taken, trying again", "scope", e.p.scope(), "up", up, "err", err)
		if !once.Sleep(ctx, backoff(failures)) || up && !e.stands(-1) {
			return false
		}
	}
}
