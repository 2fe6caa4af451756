package outbox

import (
	"container/list"
	"context"
	"time"
)

// A waiter is one call of Do.
type waiter struct {
	wake  chan struct{} // holds one signal to look again
	until time.Time     // when it gives up waiting
}

func (o *Outbox) newWaiter(ctx context.Context) *waiter {
	now := time.Now()
	w := &waiter{wake: make(chan struct{}, 1), until: now.Add(o.o.MaxWait)}
	if end, ok := ctx.Deadline(); ok {
		left := end.Sub(now)
		if last := end.Add(-min(o.o.Reserve, left/4)); last.Before(w.until) {
			w.until = last
		}
	}
	return w
}

// await waits, with o unlocked, until at or until w is woken; without a time,
// until it is woken. It returns an error when w has to give up.
func (o *Outbox) await(ctx context.Context, w *waiter, at time.Time) error {
	now := time.Now()
	switch {
	case at.After(w.until):
		return &WaitError{After: at.Sub(now)}
	case !now.Before(w.until):
		return &WaitError{After: busyWait}
	case at.IsZero():
		at = w.until
	}
	o.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	select {
	case <-ctx.Done():
	case <-o.stopped:
	case <-w.wake:
	case <-timer.C:
	}
	timer.Stop()
	o.mu.Lock()
	return o.over(ctx)
}

// A line is who waits for one thing, in order. Whoever becomes first is woken.
type line struct{ l list.List }

// A place in a line.
type place = *list.Element

func (l *line) len() int           { return l.l.Len() }
func (l *line) first(p place) bool { return l.l.Front() == p }
func (l *line) join(w *waiter) place {
	return l.l.PushBack(w)
}

// place puts w into the line, before the others if it was there before.
func (l *line) place(w *waiter, again bool) place {
	if again {
		return l.l.PushFront(w)
	}
	return l.join(w)
}

func (l *line) leave(p place) {
	first := l.first(p)
	l.l.Remove(p)
	if first {
		l.wakeFirst()
	}
}

func (l *line) wakeFirst() {
	if p := l.l.Front(); p != nil {
		p.Value.(*waiter).signal()
	}
}

func (l *line) wakeAll() {
	for p := l.l.Front(); p != nil; p = p.Next() {
		p.Value.(*waiter).signal()
	}
}

func (w *waiter) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// A pace lets requests begin evenly. After one that was late others may follow
// sooner, so that what a timer oversleeps is not lost.
type pace struct {
	line     line
	interval time.Duration // 0: no limit
	slack    time.Duration // how much lateness can be made up
	next     time.Time     // when the next one is due, if they were perfectly even
	paused   time.Time     // until when none begins
}

// timerSlack is more than a timer oversleeps on a busy machine.
const timerSlack = 20 * time.Millisecond

func newPace(rate float64) pace {
	if rate <= 0 {
		return pace{}
	}
	interval := time.Duration(float64(time.Second) / rate)
	return pace{interval: interval, slack: max(interval, timerSlack)}
}

// opens is when a request may begin that has so many others before it.
func (p *pace) opens(now time.Time, before int) time.Time {
	at := later(later(p.next.Add(-p.slack), p.paused), now)
	return at.Add(time.Duration(before) * p.interval)
}

func (p *pace) take(now time.Time) { p.next = later(p.next, now).Add(p.interval) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
