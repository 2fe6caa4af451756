package slack

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"colloquy/bot"
)

// A desk is where what comes in for an app is taken, from any transport.
type desk struct {
	slots chan struct{} // of what comes over HTTP, and of what people ask for
	owed  *ledger
	dial  func(ctx context.Context, network, address string) (net.Conn, error) // websockets

	mu     sync.Mutex
	h      bot.Handler     // nil: Run has not begun, or has ended
	ctx    context.Context // of the work; ends a little after Run is told to
	isOpen bool
	under  sync.WaitGroup // what is under way
	appID  string         // A…; empty until it is known
	warned time.Time      // when it was logged last that requests are not Slack's
}

// underWay is how many of these are under way at the same time.
const underWay = 64

func newDesk() *desk {
	return &desk{slots: make(chan struct{}, underWay), owed: newLedger(), dial: (&net.Dialer{Timeout: dialLimit}).DialContext}
}

func (d *desk) begin(ctx context.Context, h bot.Handler) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ctx, d.h = ctx, h
}

func (d *desk) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ctx, d.h = nil, nil
}

func (d *desk) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.isOpen = true
}

// close lets nothing more in, and waits for what is under way.
func (d *desk) close() {
	d.mu.Lock()
	d.isOpen = false
	d.mu.Unlock()
	d.under.Wait()
}

// enter begins a piece of work, which ends with leave. ok is false where nothing
// is taken.
func (d *desk) enter() (ctx context.Context, h bot.Handler, leave func(), ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.isOpen || d.h == nil {
		return nil, nil, nil, false
	}
	d.under.Add(1)
	return d.ctx, d.h, d.under.Done, true
}

// slot takes one of the places for work that others wait for, and reports false
// if none becomes free in time.
func (d *desk) slot(within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case d.slots <- struct{}{}:
		return true
	case <-timer.C:
		return false
	}
}

func (d *desk) free() { <-d.slots }

// engine is who takes events, if Run has begun.
func (d *desk) engine() (bot.Handler, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.h == nil {
		return nil, errNotRunning
	}
	return d.h, nil
}

var errNotRunning = errors.New("slack: not running")

// isOurs reports whether an app's id is the one of this app, as far as that is known.
func (d *desk) isOurs(appID string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return appID == "" || d.appID == "" || appID == d.appID
}

// complain reports whether it is time to log that requests are refused.
func (d *desk) complain(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.warned) < refusedEvery {
		return false
	}
	d.warned = now
	return true
}

func (d *desk) learn(appID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.appID == "" {
		d.appID = appID
	}
}
