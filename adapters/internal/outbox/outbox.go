// Package outbox holds requests back until a platform's limits allow them: one
// limit for all, those that the platform declares, one for each bucket that the
// server tells of, and one queue for each channel. It knows no platform and sends
// nothing itself.
//
//	outbox.go what a request passes: its queue, its limits, its bucket, the pace of all
//	limit.go  limits that are known beforehand
//	bucket.go what the server said about the limits of a route
//	line.go   who waits for one thing, in order
//
// There are no goroutines of its own: who waits holds its own timer, and who
// leaves wakes the next. Limits are about elapsed time, which no clock that
// somebody sets may bend, so the time is that of package time (in tests, that
// of testing/synctest).
package outbox

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Options say how much may be sent, and how long a request may wait for it.
type Options struct {
	// Rate is how many requests a second may begin, over all but free ones. In
	// any span of s seconds at most Rate*s + 2 begin (above 50 a second, as many
	// as in 20 ms more). 0: as many as like.
	Rate float64
	// MaxWait is how long a request may wait altogether; 0 means 30 s.
	MaxWait time.Duration
	// Reserve is what is kept of a context's time for the request itself, but no
	// more than a quarter of it: none begins that could not end. 0 means 2 s.
	Reserve time.Duration
}

// A Request says which limits hold for what is sent.
type Request struct {
	// Queue names whose requests begin strictly after the one before them has
	// ended, in the order of the calls of Do. Empty: after nothing.
	Queue string
	// Route and Major are what the server counts together: a method and a path
	// without ids, and the id that is counted for itself.
	Route, Major string
	// Limits that hold for it, all at once. Requests that have two of them in
	// common name these in the same order; the one that fewest share comes first.
	Limits []Limit
	// Free requests are outside Rate, and outside what pauses all.
	Free bool
}

// A Scope is what a refusal pauses.
type Scope int

const (
	OfBucket   Scope = iota // the bucket alone
	OfAll                   // all but free requests
	OfTheWorld              // free requests as well
)

// A Verdict is what the server said about limits when it answered. The zero
// Verdict is an answer that said nothing of them, or none.
type Verdict struct {
	Bucket    string        // the server's name of it; empty: it gave none
	Limit     int           // requests in each window; 0: it told of no limit
	Remaining int           // of them
	Reset     time.Duration // until the next window
	// Refused: the request was over a limit and surely not carried out. It is
	// sent again after Wait, if there is time for it.
	Refused bool
	Wait    time.Duration
	Scope   Scope
}

// A WaitError says that a request would have to wait for too long. It was
// not sent, or refused for a limit.
type WaitError struct {
	After time.Duration // when it may have better luck
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("rate limit: to be sent in %s", e.After.Round(time.Millisecond))
}

const (
	maxRefusals = 5                     // of one request, before it is given back
	leastPause  = 50 * time.Millisecond // after a refusal, whatever the server says
	busyWait    = time.Second           // in a [WaitError], when it is not known how long
	sweepEvery  = 10 * time.Second      // idle buckets are forgotten
)

// An Outbox holds requests back. Its methods may be called at the same time.
type Outbox struct {
	o    Options
	mu   sync.Mutex
	pace pace
	// world is until when nothing at all begins.
	world   time.Time
	queues  map[string]*line
	limits  map[string]*pace   // those declared, by name
	routes  map[string]*bucket // by route and major
	named   map[string]*bucket // by the server's name and major
	swept   time.Time
	stopped chan struct{}
	err     error // set when stopped is closed
}

// New makes an Outbox.
func New(o Options) *Outbox {
	if o.MaxWait <= 0 {
		o.MaxWait = 30 * time.Second
	}
	if o.Reserve <= 0 {
		o.Reserve = 2 * time.Second
	}
	return &Outbox{
		o: o, pace: newPace(o.Rate), swept: time.Now(),
		queues: map[string]*line{}, limits: map[string]*pace{}, routes: map[string]*bucket{}, named: map[string]*bucket{},
		stopped: make(chan struct{}),
	}
}

// Do calls send when the limits allow it, and again when it was refused. An
// error means that the request was surely not carried out: it is a [*WaitError],
// wraps the context's, or is that of [Outbox.Stop]. What else became of the
// request is between send and the caller.
func (o *Outbox) Do(ctx context.Context, r Request, send func(context.Context) Verdict) error {
	w := o.newWaiter(ctx)
	leave, err := o.enter(ctx, w, r.Queue)
	if err != nil {
		return err
	}
	defer leave()
	for n := 1; ; n++ {
		b, err := o.turn(ctx, w, r, n > 1)
		if err != nil {
			return err
		}
		v := o.attempt(ctx, b, r, send)
		if !v.Refused {
			return nil
		}
		if n == maxRefusals {
			return &WaitError{After: max(v.Wait, busyWait)}
		}
		if time.Now().Add(v.Wait).After(w.until) {
			return &WaitError{After: v.Wait}
		}
	}
}

// Stop ends every wait and every later call of Do with err, for good.
func (o *Outbox) Stop(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
		close(o.stopped)
	}
}

// Stopped is closed when [Outbox.Stop] was called; then every call of Do says why.
func (o *Outbox) Stopped() <-chan struct{} { return o.stopped }

// Pause lets nothing begin for d, not even free requests.
func (o *Outbox) Pause(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.world = later(o.world, time.Now().Add(d))
}

// enter waits until w is the first of its queue. leave ends its place there.
func (o *Outbox) enter(ctx context.Context, w *waiter, queue string) (leave func(), err error) {
	if queue == "" {
		return func() {}, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.queues[queue]
	if l == nil {
		l = &line{}
		o.queues[queue] = l
	}
	p := l.join(w)
	out := func() {
		if l.leave(p); l.len() == 0 {
			delete(o.queues, queue)
		}
	}
	for !l.first(p) {
		if err := o.await(ctx, w, time.Time{}); err != nil {
			out()
			return nil, err
		}
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		out()
	}, nil
}

// turn waits until a request may begin, by its limits, its bucket and the pace of
// all, and counts it as begun. again: it was refused, and goes before others.
func (o *Outbox) turn(ctx context.Context, w *waiter, r Request, again bool) (*bucket, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.over(ctx); err != nil {
		return nil, err
	}
	for {
		b, err := o.pass(ctx, w, r, again)
		if b != nil || err != nil {
			return b, err
		}
		again = true // something closed meanwhile: it goes before others there
	}
}

// pass does so once. Neither a bucket nor an error: begin again.
func (o *Outbox) pass(ctx context.Context, w *waiter, r Request, again bool) (*bucket, error) {
	leave, err := o.passLimits(ctx, w, r.Limits, again)
	defer leave()
	if err != nil {
		return nil, err
	}
	b, err := o.passBucket(ctx, w, r, again)
	if err != nil {
		return nil, err
	}
	open := o.limitsOpen(r.Limits)
	if open && !r.Free && o.pace.interval > 0 {
		open, err = o.passPace(ctx, w, r, b)
	}
	if err == nil {
		err = o.over(ctx)
	}
	if err != nil || !open {
		b.giveBack()
		return nil, err
	}
	o.takeLimits(r.Limits)
	b.sent++
	return b, nil
}

// over is why nothing more is to be sent, if so.
func (o *Outbox) over(ctx context.Context) error {
	if o.err != nil {
		return o.err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting to be sent: %w", err)
	}
	return nil
}

// passBucket waits for a place in the bucket of r, and takes it. again: before
// those who wait there.
func (o *Outbox) passBucket(ctx context.Context, w *waiter, r Request, again bool) (*bucket, error) {
	b := o.bucketOf(r)
	p := b.line.place(w, again)
	defer func() { b.line.leave(p) }()
	for {
		if now := o.bucketOf(r); now != b { // the server told that they are one
			b.line.leave(p)
			b, p = now, now.line.join(w)
		}
		var at time.Time
		if b.line.first(p) {
			now := time.Now()
			open, known := b.opens(now, b.taken)
			if known {
				at = later(open, o.world)
			}
			if known && !at.After(now) {
				b.taken++
				return b, nil
			}
		}
		if err := o.await(ctx, w, at); err != nil {
			return nil, err
		}
	}
}

// passPace waits for a slot among all requests, and takes it unless b or a limit
// of r has closed meanwhile.
func (o *Outbox) passPace(ctx context.Context, w *waiter, r Request, b *bucket) (bool, error) {
	now := time.Now()
	if at := later(o.pace.opens(now, o.pace.line.len()), o.world); at.After(w.until) {
		return false, &WaitError{After: at.Sub(now)}
	}
	p := o.pace.line.join(w)
	defer o.pace.line.leave(p)
	for {
		var at time.Time
		if o.pace.line.first(p) {
			now := time.Now()
			if at = later(o.pace.opens(now, 0), o.world); !at.After(now) {
				if open, known := b.opens(now, b.sent); !known || open.After(now) || !o.limitsOpen(r.Limits) {
					return false, nil
				}
				o.pace.take(now)
				return true, nil
			}
		}
		if err := o.await(ctx, w, at); err != nil {
			return false, err
		}
	}
}

// attempt sends a request whose turn it is, and learns from the answer.
func (o *Outbox) attempt(ctx context.Context, b *bucket, r Request, send func(context.Context) Verdict) (v Verdict) {
	o.mu.Lock()
	heard := b.heard
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.learn(b, r, v, heard)
	}()
	return send(ctx)
}
