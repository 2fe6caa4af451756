package outbox

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A scene is an Outbox in which requests are begun and looked at.
type scene struct {
	t     *testing.T
	o     *Outbox
	begun time.Time
	mu    sync.Mutex
	log   []string // what began, and after how long
}

func newScene(t *testing.T) *scene {
	return &scene{t: t, o: New(Options{Rate: 10}), begun: time.Now()}
}

// ask begins a request that takes so long and gets these answers.
func (s *scene) ask(ctx context.Context, name string, r Request, takes time.Duration, answers ...Verdict) {
	n := 0
	go s.o.Do(ctx, r, func(context.Context) Verdict {
		s.mu.Lock()
		s.log = append(s.log, fmt.Sprintf("%s %v", name, time.Since(s.begun)))
		s.mu.Unlock()
		time.Sleep(takes)
		n++
		return answers[min(n, len(answers))-1]
	})
	synctest.Wait()
}

func (s *scene) want(log ...string) {
	s.t.Helper()
	time.Sleep(time.Minute)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.log, log) {
		s.t.Errorf("%v, want %v", s.log, log)
	}
}

func in(t *testing.T, scenes map[string]func(*scene)) {
	for name, f := range scenes {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(newScene(t)) })
		})
	}
}

func TestBuckets(t *testing.T) {
	shared := func(left int) Verdict {
		return Verdict{Bucket: "shared", Limit: 5, Remaining: left, Reset: 20 * time.Second}
	}
	a, b := Request{Route: "a", Major: "1"}, Request{Route: "b", Major: "1"}
	ctx := context.Background()
	in(t, map[string]func(*scene){
		"one asks before others follow": func(s *scene) {
			for range 3 {
				s.ask(ctx, "a", a, time.Second, shared(4))
			}
			s.want("a 0s", "a 1s", "a 1s")
		},
		"each major for itself": func(s *scene) {
			s.ask(ctx, "a", a, 0, shared(0))
			s.ask(ctx, "a2", Request{Route: "a", Major: "2"}, 0, shared(0))
			s.want("a 0s", "a2 0s")
		},
		"two routes turn out to share": func(s *scene) {
			s.ask(ctx, "a", a, 0, shared(4))
			s.ask(ctx, "b", b, time.Second, shared(3))
			s.ask(ctx, "b", b, 0, shared(0)) // waits for the first one
			time.Sleep(2 * time.Second)
			s.ask(ctx, "a", a, 0, shared(4))
			s.want("a 0s", "b 0s", "b 1s", "a 21s")
		},
		"and no longer": func(s *scene) {
			s.ask(ctx, "a", a, 0, shared(4))
			s.ask(ctx, "b", b, 0, shared(3))
			s.ask(ctx, "b", b, 0, Verdict{Bucket: "other", Limit: 1, Reset: 20 * time.Second})
			time.Sleep(time.Second)
			s.ask(ctx, "a", a, 0, shared(3))
			s.ask(ctx, "b", b, 0, Verdict{Bucket: "other", Limit: 1, Reset: 20 * time.Second})
			s.want("a 0s", "b 0s", "b 100ms", "a 1s", "b 20.1s")
		},
		"answers that tell nothing count": func(s *scene) {
			s.ask(ctx, "a", a, 0, shared(2))
			for range 3 {
				s.ask(ctx, "a", a, 0, Verdict{})
			}
			s.want("a 0s", "a 0s", "a 100ms", "a 20s")
		},
		"what is under way counts, however long": func(s *scene) {
			s.ask(ctx, "a", a, 0, Verdict{Bucket: "x", Limit: 1, Remaining: 1, Reset: time.Second})
			s.ask(ctx, "a", a, 15*time.Second, Verdict{})
			time.Sleep(11 * time.Second)
			s.ask(ctx, "other", b, 0, Verdict{}) // so that idle buckets are forgotten
			s.ask(ctx, "a", a, 0, Verdict{})
			s.want("a 0s", "a 0s", "other 11s", "a 15s")
		},
		"who gives up leaves its place": func(s *scene) {
			for range 40 { // so that there is a line for the pace of all
				s.ask(ctx, "-", Request{Free: true, Route: "f"}, 0, Verdict{})
			}
			s.mu.Lock()
			s.log = nil
			s.mu.Unlock()
			s.ask(ctx, "a", a, 0, shared(1))
			s.ask(ctx, "o", b, 0, Verdict{})
			s.ask(ctx, "o", b, 0, Verdict{})
			early, cancel := context.WithCancel(ctx)
			s.ask(early, "never", a, 0, Verdict{})
			s.ask(ctx, "a", a, 0, Verdict{})
			cancel()
			s.want("a 0s", "o 0s", "o 100ms", "a 200ms")
		},
		"it closes for who waits for the pace": func(s *scene) {
			s.ask(ctx, "a", a, 0, shared(4))
			s.ask(ctx, "a", a, 50*time.Millisecond, Verdict{Refused: true, Wait: 5 * time.Second}, Verdict{})
			s.ask(ctx, "late", a, 0, Verdict{})
			s.ask(ctx, "o", b, 0, Verdict{})
			s.want("a 0s", "a 0s", "o 100ms", "late 5.05s", "a 5.05s")
		},
		"the refused one goes first": func(s *scene) {
			s.ask(ctx, "a", a, 0, Verdict{Bucket: "x", Limit: 1, Remaining: 1, Reset: time.Second})
			s.ask(ctx, "refused", a, time.Second, Verdict{Refused: true, Wait: time.Second}, Verdict{})
			s.ask(ctx, "other", a, 0, Verdict{})
			s.want("a 0s", "refused 0s", "refused 2s", "other 3s")
		},
	})
}
