package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A server counts as Discord does: so many requests in any second, and windows
// of buckets that begin with their first request.
type server struct {
	mu      sync.Mutex
	perSec  int
	limit   int // of each bucket; 0: none
	window  time.Duration
	name    func(route string) string
	latency func() time.Duration
	times   []time.Time
	windows map[string]*window
	refused int
}

type window struct {
	end  time.Time
	left int
}

func (s *server) serve(ctx context.Context, r Request) Verdict {
	half := s.latency() / 2
	select {
	case <-ctx.Done():
		return Verdict{}
	case <-time.After(half):
	}
	v := s.count(r)
	time.Sleep(half)
	return v
}

func (s *server) count(r Request) (v Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.limit > 0 {
		v.Bucket = s.name(r.Route)
		w := s.windows[v.Bucket+"/"+r.Major]
		if w == nil || !now.Before(w.end) {
			w = &window{now.Add(s.window), s.limit}
			s.windows[v.Bucket+"/"+r.Major] = w
		}
		v.Limit, v.Reset = s.limit, w.end.Sub(now)
		if w.left == 0 {
			s.refused++
			return Verdict{Refused: true, Wait: v.Reset}
		}
		w.left--
		v.Remaining = w.left
	}
	if r.Free {
		return v
	}
	s.times = append(s.times, now)
	if n := len(s.times); n > s.perSec && now.Sub(s.times[n-1-s.perSec]) < time.Second {
		s.refused++
		s.times = s.times[:n-1]
		return Verdict{Refused: true, Wait: time.Second, Scope: OfAll}
	}
	return v
}

func newServer(latency time.Duration) *server {
	return &server{perSec: 50, window: 5 * time.Second, latency: func() time.Duration { return latency },
		name: func(r string) string { return r }, windows: map[string]*window{}}
}

// A thousand channels with a digest of six steps each keep at least 95 % of 45
// requests a second busy, none is refused, and every channel gets its steps in
// order and one at a time.
func TestThousandChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const channels, steps, workers = 1000, 6, 50
		s := newServer(0)
		s.limit = 5
		s.latency = func() time.Duration { return time.Duration(60+rand.IntN(80)) * time.Millisecond }
		o := New(Options{Rate: 45})
		var mu sync.Mutex
		next := make([]int, channels)
		var work = make(chan int)
		var wg sync.WaitGroup
		begun := time.Now()
		for range workers {
			wg.Go(func() {
				for c := range work {
					for step := range steps {
						r := Request{Queue: fmt.Sprint(c), Route: "POST", Major: fmt.Sprint(c)}
						if err := o.Do(t.Context(), r, func(ctx context.Context) Verdict { return s.serve(ctx, r) }); err != nil {
							t.Error(err)
						}
						mu.Lock()
						if next[c] != step {
							t.Errorf("channel %d: step %d came as number %d", c, step, next[c])
						}
						next[c]++
						mu.Unlock()
					}
				}
			})
		}
		for c := range channels {
			work <- c
		}
		close(work)
		wg.Wait()
		rate := channels * steps / time.Since(begun).Seconds()
		t.Logf("%.2f requests a second, %d refused", rate, s.refused)
		if rate < 0.95*45 || s.refused > 0 {
			t.Errorf("%.2f requests a second, %d refused; want at least %.2f and none", rate, s.refused, 0.95*45)
		}
	})
}

func TestContextsInterruptEveryWait(t *testing.T) {
	stuck := func(o *Outbox, r Request) {
		go o.Do(context.Background(), r, func(context.Context) Verdict { time.Sleep(time.Hour); return Verdict{} })
		synctest.Wait()
	}
	for name, prepare := range map[string]func(*Outbox){
		"queue":  func(o *Outbox) { stuck(o, Request{Queue: "q"}) },
		"bucket": func(o *Outbox) { stuck(o, Request{Route: "r"}) },
		"world":  func(o *Outbox) { o.Pause(20 * time.Second) },
		"pace": func(o *Outbox) {
			o.Do(context.Background(), Request{Route: "x"}, func(context.Context) Verdict { return Verdict{} })
			o.pace.paused = time.Now().Add(20 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := New(Options{Rate: 45})
				prepare(o)
				ctx, cancel := context.WithCancel(t.Context())
				begun := time.Now()
				time.AfterFunc(3*time.Second, cancel)
				err := o.Do(ctx, Request{Queue: "q", Route: "r"}, func(context.Context) Verdict {
					t.Error("sent")
					return Verdict{}
				})
				if !errors.Is(err, context.Canceled) || time.Since(begun) != 3*time.Second {
					t.Errorf("%v after %v; want the context's error at once", err, time.Since(begun))
				}
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

func TestQueueKeepsItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		s := newServer(300 * time.Millisecond)
		s.limit = 3
		var got []int
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				// Other routes, so that only the queue can keep the order.
				r := Request{Queue: "q", Route: fmt.Sprint(i % 4), Major: "1"}
				if err := o.Do(t.Context(), r, func(ctx context.Context) Verdict {
					got = append(got, i) // the race detector sees two at once
					return s.serve(ctx, r)
				}); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		if !slices.IsSorted(got) || len(got) != 12 {
			t.Errorf("order: %v", got)
		}
	})
}
