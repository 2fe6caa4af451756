package discord

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// What a shard keeps for the engine while that is slow. The reader then waits
// for a moment, and after it events are dropped and listed later.
const (
	queueEvents = 4096
	queueBytes  = 8 << 20
	queueWait   = 5 * time.Second
)

// An event waits to be handled.
type event struct {
	name string
	raw  json.RawMessage
	do   func(ctx context.Context) error // what handles it; nil: [Adapter.event]
	must bool                            // has room in any case
	at   time.Time                       // when it came
}

func (e event) size() int { return len(e.raw) + 64 }

// A queue holds the events of one shard in order. One goroutine takes them out.
type queue struct {
	events int // at most
	bytes  int // at most
	wait   time.Duration

	mu     sync.Mutex
	list   []event
	held   int       // bytes
	full   bool      // events were dropped since it was last empty enough
	lost   time.Time // when the first event came that was lost and of which [queue.gap] has not said so
	closed bool
	wake   chan struct{} // something to do for who takes
	room   chan struct{} // something was taken
}

func newQueue() *queue {
	return &queue{events: queueEvents, bytes: queueBytes, wait: queueWait, wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put appends an event, and reports false if there is no room for it even after
// a moment.
func (q *queue) put(ctx context.Context, e event) bool {
	if q.try(e) {
		return true
	}
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	for {
		q.mu.Lock()
		full := q.full
		q.mu.Unlock()
		if full { // it was waited for already
			break
		}
		select {
		case <-q.room:
			if q.try(e) {
				return true
			}
			continue
		case <-ctx.Done():
		case <-timer.C:
		}
		break
	}
	q.mu.Lock()
	q.full = true
	q.mu.Unlock()
	q.lose(e.at)
	return false
}

func (q *queue) try(e event) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !e.must && (len(q.list) >= q.events || q.held > 0 && q.held+e.size() > q.bytes) {
		return false
	}
	q.list, q.held, q.full = append(q.list, e), q.held+e.size(), false
	q.poke()
	return true
}

// lose notes that an event is missing that came at some time.
func (q *queue) lose(at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lost.IsZero() || at.Before(q.lost) {
		q.lost = at
	}
	q.poke()
}

// gap says, once, since when events are missing; zero: none is.
func (q *queue) gap() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	lost := q.lost
	q.lost = time.Time{}
	return lost
}

// next gives the oldest event. Without one it waits, and comes back without one
// when it was poked; more is false when there will be none any more.
func (q *queue) next() (e event, ok, more bool) {
	if e, ok, more = q.pop(); ok || !more {
		return e, ok, more
	}
	<-q.wake
	return q.pop()
}

func (q *queue) pop() (e event, ok, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return event{}, false, !q.closed
	}
	e = q.list[0]
	q.list[0] = event{}
	q.list, q.held = q.list[1:], q.held-e.size()
	if len(q.list) == 0 {
		q.list = nil
	}
	select {
	case q.room <- struct{}{}:
	default:
	}
	return e, true, true
}

// close ends the queue when it is empty.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.poke()
}

// poke wakes who takes events. Lock held or not, it never waits.
func (q *queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
