package outbox

import (
	"context"
	"slices"
	"time"
)

// A Limit is one that the platform declares, so that nothing has to be learnt
// from answers. In any span of time t at most t/Every + Burst requests begin.
type Limit struct {
	Name  string        // what counts together
	Every time.Duration // so often one may begin
	Burst int           // so many may begin at once after a rest; less than 1 means 1
	// Apart: Every is the time between the end of one and the begin of the next,
	// if they are in one queue. Then a network that delays one and hastens the next
	// does not bring them closer together.
	Apart bool
}

// limit finds the pace of l, or makes it. What the request before said of it holds no longer.
func (o *Outbox) limit(l Limit) *pace {
	p := o.limits[l.Name]
	if p == nil {
		p = &pace{}
		o.limits[l.Name] = p
	}
	p.interval, p.slack = l.Every, time.Duration(max(l.Burst, 1)-1)*l.Every
	return p
}

// passLimits waits until all limits are open, one after the other. Who is through
// one keeps its place there until leave is called, so that nobody comes in
// between and the next line holds no more than one of them.
func (o *Outbox) passLimits(ctx context.Context, w *waiter, limits []Limit, again bool) (leave func(), err error) {
	type held struct {
		p  *pace
		at place
	}
	var places []held
	leave = func() {
		for _, h := range slices.Backward(places) {
			h.p.line.leave(h.at)
		}
	}
	if wait := o.tooLong(w, limits, again); wait != nil {
		return leave, wait
	}
	for _, l := range limits {
		p := o.limit(l)
		h := held{p, p.line.place(w, again)}
		places = append(places, h)
		for {
			var at time.Time
			if p.line.first(h.at) {
				now := time.Now()
				if at = later(p.opens(now, 0), o.world); !at.After(now) {
					break
				}
			}
			if err := o.await(ctx, w, at); err != nil {
				return leave, err
			}
		}
	}
	return leave, nil
}

// tooLong is the error if one of the limits will surely not open in time.
func (o *Outbox) tooLong(w *waiter, limits []Limit, again bool) error {
	now := time.Now()
	for _, l := range limits {
		p := o.limit(l)
		before := p.line.len()
		if again {
			before = 0
		}
		if at := later(p.opens(now, before), o.world); at.After(w.until) {
			return &WaitError{After: at.Sub(now)}
		}
	}
	return nil
}

// limitsOpen reports whether none of the limits has closed meanwhile.
func (o *Outbox) limitsOpen(limits []Limit) bool {
	now := time.Now()
	for _, l := range limits {
		if o.limit(l).opens(now, 0).After(now) {
			return false
		}
	}
	return true
}

// takeLimits counts a request that begins.
func (o *Outbox) takeLimits(limits []Limit) {
	now := time.Now()
	for _, l := range limits {
		o.limit(l).take(now)
	}
}

// endLimits counts one that ended.
func (o *Outbox) endLimits(limits []Limit, now time.Time) {
	for _, l := range limits {
		if l.Apart {
			p := o.limit(l)
			p.next = later(p.next, now.Add(l.Every))
		}
	}
}
