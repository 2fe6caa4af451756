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

// A sentry counts what arrives against limits that it says nothing of.
type sentry struct {
	mu      sync.Mutex
	seen    map[string][]time.Time
	refused int
}

// arrive takes one of at most so many in any span; it refuses others.
func (s *sentry) arrive(what string, most int, span time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string][]time.Time{}
	}
	now := time.Now()
	past := s.seen[what]
	for len(past) > 0 && now.Sub(past[0]) >= span {
		past = past[1:]
	}
	if len(past) >= most {
		s.refused++
		return false
	}
	s.seen[what] = append(past, now)
	return true
}

// A thousand channels in ten workspaces with a digest of six posts each: one a
// second a channel and 300 a minute a workspace, of which 98 % are asked for. At
// least 95 % of what is allowed are sent, and none is refused.
func TestDeclaredLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workspaces, channels, posts = 10, 100, 6
		o := New(Options{MaxWait: 10 * time.Minute})
		s := &sentry{}
		var wg sync.WaitGroup
		begun := time.Now()
		for i := range workspaces * channels {
			team, channel := fmt.Sprint("T", i%workspaces), fmt.Sprint("C", i)
			r := Request{Queue: channel, Route: "post", Major: team, Limits: []Limit{
				{Name: channel, Every: time.Second, Apart: true},
				{Name: team, Every: 60 * time.Second / 294, Burst: 2},
			}}
			wg.Go(func() {
				for range posts {
					if err := o.Do(t.Context(), r, func(context.Context) Verdict {
						time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
						ok := s.arrive(channel, 1, time.Second) && s.arrive(team, 300, time.Minute)
						time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
						return Verdict{Refused: !ok, Wait: time.Second}
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		rate := workspaces * channels * posts / time.Since(begun).Minutes()
		t.Logf("%.0f a minute, %d refused", rate, s.refused)
		if rate < 0.95*workspaces*300 || s.refused > 0 {
			t.Errorf("%.0f a minute, %d refused; want at least %.0f and none", rate, s.refused, 0.95*workspaces*300)
		}
	})
}

func TestLimits(t *testing.T) {
	ctx := context.Background()
	channel := Limit{Name: "channel", Every: time.Second}
	team := Limit{Name: "team", Every: 10 * time.Second, Burst: 3}
	all := Request{Route: "r", Limits: []Limit{channel, team}}
	// The route was answered before, so that nothing waits for its first answer.
	known := func(s *scene, r Request) {
		s.ask(ctx, "-", Request{Route: r.Route, Major: r.Major}, 0, Verdict{})
		s.log = nil
	}
	in(t, map[string]func(*scene){
		"all of them hold": func(s *scene) {
			known(s, all)
			for range 5 {
				s.ask(ctx, "a", all, 0, Verdict{})
			}
			s.want("a 0s", "a 1s", "a 2s", "a 10s", "a 20s")
		},
		"each name for itself": func(s *scene) {
			known(s, all)
			s.ask(ctx, "a", all, 0, Verdict{})
			s.ask(ctx, "b", Request{Route: "r", Limits: []Limit{{Name: "other", Every: time.Second}, team}}, 0, Verdict{})
			s.want("a 0s", "b 100ms") // the pace of all
		},
		"who waits for one takes nothing of another": func(s *scene) {
			known(s, all)
			two := Limit{Name: "two", Every: 4 * time.Second}
			s.ask(ctx, "a", Request{Route: "r", Limits: []Limit{channel, two}}, 0, Verdict{})
			s.ask(ctx, "a", Request{Route: "r", Limits: []Limit{channel, two}}, 0, Verdict{})
			s.ask(ctx, "b", Request{Route: "r", Limits: []Limit{{Name: "third", Every: time.Second}, two}}, 0, Verdict{})
			s.want("a 0s", "b 4s", "a 8s") // a was not before b when both could have gone
		},
		"apart is from the end": func(s *scene) {
			apart := Request{Queue: "q", Route: "r", Limits: []Limit{{Name: "x", Every: time.Second, Apart: true}}}
			s.ask(ctx, "a", apart, 3*time.Second, Verdict{})
			s.ask(ctx, "a", apart, 0, Verdict{})
			s.want("a 0s", "a 4s")
		},
		"a refused one goes first": func(s *scene) {
			known(s, all)
			s.ask(ctx, "refused", all, 500*time.Millisecond, Verdict{Refused: true, Wait: 2 * time.Second}, Verdict{})
			s.ask(ctx, "other", all, 0, Verdict{})
			s.want("refused 0s", "refused 2.5s", "other 3.5s")
		},
		"before one that was through already": func(s *scene) {
			s.o = New(Options{})
			known(s, all)
			s.ask(ctx, "refused", all, 1500*time.Millisecond, Verdict{Refused: true, Wait: 1400 * time.Millisecond}, Verdict{})
			s.ask(ctx, "x", Request{Route: "r"}, 900*time.Millisecond, Verdict{Refused: true, Wait: 2 * time.Second}, Verdict{})
			s.ask(ctx, "other", all, 0, Verdict{}) // is through at 1 s, and waits for what x was told
			s.want("refused 0s", "x 0s", "refused 2.9s", "x 2.9s", "other 3.9s")
		},
		"who is through keeps its place": func(s *scene) {
			s.o = New(Options{})
			known(s, all)
			two := Limit{Name: "two", Every: 10 * time.Second}
			both := Request{Route: "r", Limits: []Limit{channel, two}}
			s.ask(ctx, "a", both, 0, Verdict{})
			s.ask(ctx, "b", both, 0, Verdict{}) // through channel at 1 s
			time.Sleep(2 * time.Second)
			s.ask(ctx, "c", Request{Route: "r", Limits: []Limit{channel}}, 0, Verdict{})
			s.want("a 0s", "b 10s", "c 11s")
		},
		"who gives up leaves its place": func(s *scene) {
			known(s, all)
			s.ask(ctx, "a", all, 0, Verdict{})
			early, cancel := context.WithCancel(ctx)
			s.ask(early, "never", all, 0, Verdict{})
			s.ask(ctx, "b", all, 0, Verdict{})
			cancel()
			s.want("a 0s", "b 1s")
		},
		"a limit that becomes stricter holds at once": func(s *scene) {
			known(s, all)
			s.ask(ctx, "a", all, 0, Verdict{})
			slow := Request{Route: "r", Limits: []Limit{{Name: "channel", Every: 20 * time.Second}}}
			s.ask(ctx, "b", slow, 0, Verdict{})
			s.ask(ctx, "c", slow, 0, Verdict{})
			s.want("a 0s", "b 1s", "c 21s")
		},
		"one in bulk at a time is before others": func(s *scene) {
			method := Limit{Name: "method", Every: 2 * time.Second}
			one := Request{Route: "r", Limits: []Limit{method}}
			bulk := Request{Route: "r", Limits: []Limit{{Name: "bulk", Every: 3 * time.Second}, method}}
			known(s, one)
			for range 6 {
				s.ask(ctx, "bulk", bulk, 0, Verdict{})
			}
			s.ask(ctx, "one", one, 0, Verdict{})
			s.ask(ctx, "one", one, 0, Verdict{})
			time.Sleep(7 * time.Second)
			s.ask(ctx, "one", one, 0, Verdict{})
			s.want("bulk 0s", "one 2s", "one 4s", "bulk 6s", "one 8s", "bulk 10s", "bulk 13s", "bulk 16s", "bulk 19s")
		},
		"with the pace of all": func(s *scene) {
			s.ask(ctx, "o", Request{Route: "o"}, 0, Verdict{})
			s.ask(ctx, "o", Request{Route: "p"}, 0, Verdict{})
			known(s, all)
			s.ask(ctx, "a", all, 0, Verdict{})
			s.ask(ctx, "a", all, 0, Verdict{})
			s.want("- 100ms", "a 200ms", "a 1.2s")
		},
	})
}

// What would have to wait for too long hears so at once, whatever the limit and
// however many wait there.
func TestLimitsThatTakeTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{})
		r := Request{Route: "r", Limits: []Limit{{Name: "a", Every: time.Second}, {Name: "b", Every: 10 * time.Second}}}
		begun := time.Now()
		waits := make([]time.Duration, 8)
		var wg sync.WaitGroup
		for i := range waits {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			wg.Go(func() {
				var wait *WaitError
				if err := o.Do(ctx, r, done(0)); errors.As(err, &wait) {
					waits[i] = wait.After
				} else if err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		if n := slices.IndexFunc(waits, func(d time.Duration) bool { return d > 0 }); n != 4 {
			t.Errorf("%d were sent within 30 s, one every 10 s; the others heard %v", n, waits)
		}
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		at := time.Now()
		var wait *WaitError
		if err := o.Do(short, r, done(0)); !errors.As(err, &wait) || time.Since(at) > 0 || wait.After < 5*time.Second {
			t.Errorf("%v after %v; want to hear at once that it takes longer", err, time.Since(at))
		}
	})
}

func TestIdleLimitsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{})
		most := 0
		for i := range 20_000 {
			r := Request{Queue: fmt.Sprint(i), Route: "r", Limits: []Limit{{Name: fmt.Sprint(i), Every: time.Second, Apart: true}, {Name: "t", Every: time.Millisecond}}}
			if err := o.Do(t.Context(), r, done(10*time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			most = max(most, len(o.limits))
		}
		if most > 1500 {
			t.Errorf("%d limits are known of 1,000 channels in 10 s", most)
		}
	})
}

// Whatever servers say and whoever gives up: no limit is broken, every call ends
// in time, and nothing is left behind.
func TestLimitsUnderStress(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) { stressLimits(t, rand.New(rand.NewPCG(seed, 2))) })
	}
}

func stressLimits(t *testing.T, rng *rand.Rand) {
	o := New(Options{Rate: float64(rng.IntN(3) * 20)})
	var mu sync.Mutex
	random := func(n int) int { mu.Lock(); defer mu.Unlock(); return rng.IntN(n) }
	var limits []Limit
	for i := range 1 + random(5) {
		limits = append(limits, Limit{Name: fmt.Sprint(i), Every: time.Duration(1+random(2000)) * time.Millisecond, Burst: random(4)})
	}
	began := make(map[string][]time.Time)
	var wg sync.WaitGroup
	for range 300 {
		r := Request{Route: fmt.Sprint(random(3)), Free: random(5) == 0}
		for _, l := range limits {
			if random(2) == 0 {
				r.Limits = append(r.Limits, l)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+random(40))*time.Second)
		if random(10) == 0 {
			time.AfterFunc(time.Duration(random(20))*time.Second, cancel)
		}
		wg.Go(func() {
			defer cancel()
			defer func() { _ = recover() }()
			begun := time.Now()
			err := o.Do(ctx, r, func(ctx context.Context) Verdict {
				mu.Lock()
				for _, l := range r.Limits {
					began[l.Name] = append(began[l.Name], time.Now())
				}
				mu.Unlock()
				if random(100) == 0 {
					panic("a sender that breaks")
				}
				return randomVerdict(random)
			})
			var wait *WaitError
			if err != nil && !errors.As(err, &wait) && ctx.Err() == nil {
				t.Errorf("%v", err)
			}
			if took := time.Since(begun); took > 45*time.Second {
				t.Errorf("it took %v", took)
			}
		})
		synctest.Wait()
		if random(3) == 0 {
			time.Sleep(time.Duration(random(300)) * time.Millisecond)
		}
	}
	wg.Wait()
	for _, l := range limits {
		times := began[l.Name]
		for i := range times {
			for j := range i {
				span := times[i].Sub(times[j])
				if n, most := i-j+1, int(span/l.Every)+max(l.Burst, 1); n > most {
					t.Fatalf("%d began within %v; %d are allowed by %+v", n, span, most, l)
				}
			}
		}
	}
	time.Sleep(25 * time.Hour)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sweep(time.Now())
	if left := len(o.queues) + len(o.routes) + len(o.named) + len(o.limits) + o.pace.line.len(); left > 0 {
		t.Errorf("%d entries are left", left)
	}
}
