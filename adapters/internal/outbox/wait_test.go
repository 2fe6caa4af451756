package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// done is an answer that says nothing of limits, after d.
func done(d time.Duration) func(context.Context) Verdict {
	return func(context.Context) Verdict { time.Sleep(d); return Verdict{} }
}

// A channel that has to wait holds up nobody else.
func TestChannelsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		full := Verdict{Bucket: "b", Limit: 1, Reset: 20 * time.Second}
		begun := time.Now()
		for range 2 { // the second waits for its bucket, the third for its queue
			go o.Do(t.Context(), Request{Queue: "1", Route: "r", Major: "1"}, func(context.Context) Verdict { return full })
			synctest.Wait()
		}
		go o.Do(t.Context(), Request{Queue: "1", Route: "r", Major: "1"}, done(0))
		go o.Do(t.Context(), Request{Queue: "2", Route: "r", Major: "2"}, done(time.Hour))
		synctest.Wait()
		for i := range 45 {
			if err := o.Do(t.Context(), Request{Queue: "3", Route: "r", Major: "3"}, done(0)); err != nil {
				t.Fatal(i, err)
			}
		}
		if took := time.Since(begun); took > time.Second+100*time.Millisecond {
			t.Errorf("45 requests of another channel took %v", took)
		}
		time.Sleep(2 * time.Hour)
	})
}

// What the server refuses pauses what it says, for as long as it says, and the
// request goes out again, once, in its place.
func TestRefusalPauses(t *testing.T) {
	for scope, waits := range map[Scope][3]bool{ // another route, another's free request, this bucket
		OfBucket:   {false, false, true},
		OfAll:      {true, false, true},
		OfTheWorld: {true, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := New(Options{Rate: 45})
			begun := time.Now()
			n := 0
			go o.Do(t.Context(), Request{Queue: "q", Route: "r", Major: "1"}, func(context.Context) Verdict {
				if n++; n == 1 {
					return Verdict{Refused: true, Wait: 7 * time.Second, Scope: scope}
				}
				if at := time.Since(begun); at < 7*time.Second || at > 8*time.Second || n > 2 {
					t.Errorf("scope %d: sent again after %v, %d times", scope, at, n)
				}
				return Verdict{}
			})
			synctest.Wait()
			for i, r := range []Request{{Route: "other"}, {Route: "free", Free: true}, {Route: "r", Major: "1"}} {
				go o.Do(t.Context(), r, func(context.Context) Verdict {
					if at := time.Since(begun); waits[i] != (at >= 7*time.Second) {
						t.Errorf("scope %d: request %d begins after %v", scope, i, at)
					}
					return Verdict{}
				})
			}
			time.Sleep(time.Minute)
		})
	}
}

func TestLongWaitsAreGivenBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		begun := time.Now()
		var wait *WaitError
		err := o.Do(t.Context(), Request{Route: "r"}, func(context.Context) Verdict { return Verdict{Refused: true, Wait: 31 * time.Second} })
		if !errors.As(err, &wait) || wait.After != 31*time.Second {
			t.Errorf("%v, want 31 s", err)
		}
		// The time to send is kept: 2 s, or a quarter where there is little.
		for _, left := range []time.Duration{2 * time.Second, 32 * time.Second, 8 * time.Second} {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			if err := o.Do(ctx, Request{Route: "r"}, done(0)); !errors.As(err, &wait) || wait.After != 31*time.Second {
				t.Errorf("with %v left: %v, want 31 s", left, err)
			}
			cancel()
		}
		if time.Since(begun) != 0 {
			t.Errorf("they waited for %v", time.Since(begun))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 34*time.Second)
		defer cancel()
		time.Sleep(2 * time.Second)
		if err := o.Do(ctx, Request{Route: "r"}, done(0)); err != nil || time.Since(begun) != 31*time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		n := 0
		err = o.Do(t.Context(), Request{Route: "r"}, func(context.Context) Verdict { n++; return Verdict{Refused: true} })
		if !errors.As(err, &wait) || n != maxRefusals {
			t.Errorf("refused for ever: %v after %d", err, n)
		}
	})
}

func TestNoRequestBeginsThatCannotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		go o.Do(context.Background(), Request{Queue: "q"}, done(8500*time.Millisecond))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wait *WaitError
		if err := o.Do(ctx, Request{Queue: "q"}, done(0)); !errors.As(err, &wait) {
			t.Errorf("%v; want to come back later", err)
		}
		time.Sleep(time.Minute)
	})
}

func TestStopIsForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		o.Pause(20 * time.Second)
		stop := errors.New("the token is gone")
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if err := o.Do(t.Context(), Request{Queue: fmt.Sprint(i % 3), Free: i == 5}, done(0)); !errors.Is(err, stop) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		begun := time.Now()
		o.Stop(stop)
		o.Stop(errors.New("another"))
		wg.Wait()
		time.Sleep(time.Minute)
		if err := o.Do(t.Context(), Request{}, done(0)); !errors.Is(err, stop) || time.Since(begun) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

// Many at once in one bucket, without a queue, and over routes that turn out to
// share it: the server has nothing to refuse once it told so.
func TestBucketIsLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		s := newServer(0)
		s.limit, s.window = 3, time.Second
		s.latency = func() time.Duration { return time.Duration(1+rand.IntN(150)) * time.Millisecond }
		s.name = func(string) string { return "shared" }
		send := func(route string) {
			r := Request{Route: route, Major: "1"}
			if err := o.Do(t.Context(), r, func(ctx context.Context) Verdict { return s.serve(ctx, r) }); err != nil {
				t.Error(err)
			}
		}
		send("a")
		time.Sleep(time.Second)
		send("b")
		time.Sleep(time.Second)
		begun := time.Now()
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() { send([]string{"a", "b"}[i%2]) })
		}
		wg.Wait()
		if took := time.Since(begun); s.refused > 0 || took > 28*time.Second {
			t.Errorf("%d refused; 60 requests at 3 a second took %v", s.refused, took)
		}
	})
}

// Many more than can be sent in time: who could not be sent hears it at once,
// and no slot is lost.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{Rate: 45})
		s := newServer(100 * time.Millisecond)
		begun := time.Now()
		var wg sync.WaitGroup
		var mu sync.Mutex
		sent, later := 0, 0
		for i := range 1000 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if i%5 == 0 { // these give up on their own
					time.AfterFunc(time.Duration(rand.IntN(5000))*time.Millisecond, cancel)
				}
				r := Request{Queue: fmt.Sprint(i), Route: "r", Major: fmt.Sprint(i)}
				err := o.Do(ctx, r, func(ctx context.Context) Verdict { return s.serve(ctx, r) })
				var wait *WaitError
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					sent++
				case errors.As(err, &wait):
					if later++; time.Since(begun) > 0 || wait.After < 8*time.Second {
						t.Errorf("%v, after %v", err, time.Since(begun))
					}
				case !errors.Is(err, context.Canceled):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		rate := float64(sent) / time.Since(begun).Seconds()
		t.Logf("%d sent, %.1f a second, %d told to come later", sent, rate, later)
		if rate < 0.95*45 || later < 500 || s.refused > 0 {
			t.Errorf("%.1f a second, %d later, %d refused", rate, later, s.refused)
		}
	})
}

// Memory does not grow with the channels, threads and tokens of the past.
func TestIdleIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{})
		most := 0
		for i := range 100_000 {
			v := Verdict{Bucket: "b", Limit: 5, Remaining: 4, Reset: 2 * time.Second}
			r := Request{Queue: fmt.Sprint(i), Route: "r", Major: fmt.Sprint(i), Free: i%2 == 0}
			if err := o.Do(t.Context(), r, func(context.Context) Verdict { time.Sleep(10 * time.Millisecond); return v }); err != nil {
				t.Fatal(err)
			}
			most = max(most, len(o.routes)+len(o.named)+len(o.queues))
		}
		if most > 4000 {
			t.Errorf("%d entries for 1,000 channels in 10 s", most)
		}
	})
}
