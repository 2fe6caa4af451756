package slack

import (
	"context"
	"errors"
	"hash/fnv"
	"sync/atomic"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// What an app keeps for the engine while that is slow. What comes beyond it is
// not acknowledged, and Slack sends it again.
const (
	laneCount  = 8
	laneEvents = 512      // in each
	laneBytes  = 32 << 20 // in all
)

// A job is a delivery that waits to be handled.
type job struct {
	env  envelope
	ack  func(ctx context.Context) error
	done func() // it was acknowledged, or is given up
}

func (j job) size() int64 { return int64(len(j.env.Event)) + 512 }

// lanes hold deliveries in order: those of one channel go into the same lane,
// and each lane is worked by one goroutine.
type lanes struct {
	p      *app
	h      bot.Handler
	queues [laneCount]chan job
	held   atomic.Int64    // bytes
	waits  []time.Duration // between attempts to hand over a delivery
}

func newLanes(p *app, h bot.Handler) *lanes {
	l := &lanes{p: p, h: h, waits: []time.Duration{50 * time.Millisecond, 250 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second}}
	for n := range l.queues {
		l.queues[n] = make(chan job, laneEvents)
	}
	return l
}

// put never waits.
func (l *lanes) put(ctx context.Context, j job) {
	var e placing
	lenient(j.env.Event, &e)
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(j.env.workspace() + "/" + e.channel()))
	if l.held.Add(j.size()) <= laneBytes {
		select {
		case l.queues[sum.Sum32()%laneCount] <- j:
			return
		default:
		}
	}
	l.held.Add(-j.size())
	l.p.lost(ctx, j.env, errFull)
	j.done()
}

var errFull = errors.New("too many wait")

// close ends the lanes when they are empty. Nothing is put after it.
func (l *lanes) close() {
	for _, q := range l.queues {
		close(q)
	}
}

// work handles what comes in one lane, until it is closed and empty.
func (l *lanes) work(ctx, work context.Context, lane int) {
	for j := range l.queues[lane] {
		l.held.Add(-j.size())
		l.handle(ctx, work, j)
	}
}

// handle hands one delivery over, with growing waits while that fails.
func (l *lanes) handle(ctx, work context.Context, j job) {
	defer j.done()
	err := l.p.deliver(work, l.h, j.env)
	for _, wait := range l.waits {
		if err == nil || ctx.Err() != nil {
			break
		}
		l.p.a.o.Log.WarnContext(ctx, "event not taken, trying again", "scope", l.p.scope(), "event", j.env.kind(), "id", j.env.EventID, "err", err)
		once.Sleep(ctx, wait)
		err = l.p.deliver(work, l.h, j.env)
	}
	if err != nil {
		l.p.lost(ctx, j.env, err)
		return
	}
	_ = j.ack(work) // else it comes again, which changes nothing
}
