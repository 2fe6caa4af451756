package outbox

import "time"

// A bucket is a limit that the server told of. Until its first answer, one
// request at a time asks for it.
type bucket struct {
	line      line
	asked     bool // there was an answer
	limit     int  // 0: none that we know of
	remaining int
	reset     time.Time // when remaining is limit again
	paused    time.Time
	taken     int // places of requests that have not ended
	sent      int // those of them that have begun
	heard     int // answers that told of the limit
}

// opens is when a request may begin beside so many others, as far as that is
// known; else it is after one of them has ended.
func (b *bucket) opens(now time.Time, others int) (at time.Time, known bool) {
	if b.limit > 0 && !now.Before(b.reset) {
		b.remaining = b.limit
	}
	switch {
	case b.paused.After(now):
		return b.paused, true
	case b.limit > 0 && others < b.remaining, b.limit == 0 && (b.asked || others == 0):
		return now, true
	case b.limit > 0 && b.reset.After(now):
		return b.reset, true
	}
	return time.Time{}, false
}

// giveBack ends the place of a request that did not begin.
func (b *bucket) giveBack() {
	b.taken--
	b.line.wakeFirst()
}

func (b *bucket) idle(now time.Time) bool {
	return b.taken == 0 && b.line.len() == 0 && !b.reset.After(now) && !b.paused.After(now)
}

// learn takes what the server said in answer to a request that began after so
// many answers. Answers that overlap may come in another order than the server
// gave them: then the strictest counts.
func (b *bucket) learn(now time.Time, v Verdict, heard int) {
	b.asked = true
	if v.Limit <= 0 {
		b.remaining = max(b.remaining-1, 0)
		return
	}
	remaining, reset := min(max(v.Remaining, 0), v.Limit), now.Add(v.Reset)
	if heard != b.heard && now.Before(b.reset) {
		remaining, reset = min(remaining, b.remaining), later(reset, b.reset)
	}
	b.limit, b.remaining, b.reset = v.Limit, remaining, reset
	b.heard++
}

// key joins what a bucket is found by.
func key(name, major string) string { return name + "\x00" + major }

// bucketOf finds the bucket of a request, or makes it.
func (o *Outbox) bucketOf(r Request) *bucket {
	k := key(r.Route, r.Major)
	b := o.routes[k]
	if b == nil {
		b = &bucket{}
		o.routes[k] = b
	}
	return b
}

// learn ends a request and takes what the server said about limits.
func (o *Outbox) learn(b *bucket, r Request, v Verdict, heard int) {
	now := time.Now()
	b.taken--
	b.sent--
	o.endLimits(r.Limits, now)
	if is := o.rename(b, r, v.Bucket); is != b {
		b.asked = true
		b.line.wakeAll()
		b, heard = is, is.heard-1 // what it began beside is not known
	}
	b.learn(now, v, heard)
	if v.Refused {
		until := now.Add(max(v.Wait, leastPause))
		switch v.Scope {
		case OfBucket:
			b.paused = later(b.paused, until)
		case OfAll:
			o.pace.paused = later(o.pace.paused, until)
		case OfTheWorld:
			o.world = later(o.world, until)
		}
	}
	b.line.wakeFirst()
	if now.Sub(o.swept) >= sweepEvery {
		o.sweep(now)
	}
}

// rename gives the bucket that the server calls so: several routes may share
// one. It is b unless the server told something new.
func (o *Outbox) rename(b *bucket, r Request, name string) *bucket {
	if name == "" {
		return b
	}
	k := key(name, r.Major)
	is := o.named[k]
	if is == b {
		return b
	}
	if is == nil {
		if is = b; b.limit > 0 { // until now it had another name
			is = &bucket{}
		}
		o.named[k] = is
	}
	o.routes[key(r.Route, r.Major)] = is
	return is
}

// sweep forgets what nobody waits for and what a new bucket would be like.
func (o *Outbox) sweep(now time.Time) {
	o.swept = now
	for name, p := range o.limits {
		if p.line.len() == 0 && !p.next.After(now) {
			delete(o.limits, name)
		}
	}
	for _, m := range []map[string]*bucket{o.routes, o.named} {
		for k, b := range m {
			if b.idle(now) {
				delete(m, k)
			}
		}
	}
}
