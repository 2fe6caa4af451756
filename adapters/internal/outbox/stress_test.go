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

// Whatever servers say, and whoever gives up: in each queue one request at a
// time, in the order of asking; every call ends in time; nothing is left behind.
func TestStress(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) { stress(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

type stressQueue struct {
	mu   sync.Mutex
	busy bool
	last int
}

func stress(t *testing.T, rng *rand.Rand) {
	o := New(Options{Rate: float64(rng.IntN(100))})
	var mu sync.Mutex
	random := func(n int) int { mu.Lock(); defer mu.Unlock(); return rng.IntN(n) }
	queues := make([]stressQueue, 1+random(10))
	routes, majors := 1+random(4), 1+random(4)
	var wg sync.WaitGroup
	for i := range 600 {
		q := random(len(queues) + 1) // one more: without a queue
		r := Request{Route: fmt.Sprint(random(routes)), Major: fmt.Sprint(random(majors)), Free: random(5) == 0}
		if q < len(queues) {
			r.Queue = fmt.Sprint(q)
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
				if q < len(queues) {
					defer queues[q].enter(t, i)()
				}
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
		synctest.Wait() // so that the order of asking is known
		if random(3) == 0 {
			time.Sleep(time.Duration(random(300)) * time.Millisecond)
		}
	}
	wg.Wait()
	time.Sleep(25 * time.Hour)
	o.mu.Lock()
	o.sweep(time.Now())
	left := len(o.queues) + len(o.routes) + len(o.named) + o.pace.line.len()
	o.mu.Unlock()
	if left > 0 {
		t.Errorf("%d entries are left: %v %v %v", left, o.queues, o.routes, o.named)
	}
}

// enter notes that request i of a queue is being sent; the result ends that.
func (q *stressQueue) enter(t *testing.T, i int) func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy || i < q.last {
		t.Errorf("request %d: another is under way (%t), the last was %d", i, q.busy, q.last)
	}
	q.busy, q.last = true, i
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.busy = false
	}
}

func randomVerdict(random func(int) int) Verdict {
	time.Sleep(time.Duration(random(1500)) * time.Millisecond)
	v := Verdict{}
	if random(3) > 0 {
		v = Verdict{Bucket: []string{"", "a", "b"}[random(3)], Limit: random(6), Remaining: random(8) - 1, Reset: time.Duration(random(4000)) * time.Millisecond}
	}
	if random(8) == 0 {
		v.Refused, v.Wait, v.Scope = true, time.Duration(random(4000)-100)*time.Millisecond, Scope(random(3))
	}
	return v
}

// The same without virtual time, for the race detector: nothing hangs.
func TestManyAtOnce(t *testing.T) {
	o := New(Options{Rate: 1e6})
	var wg sync.WaitGroup
	var busy [8]sync.Mutex
	for w := range 32 {
		wg.Go(func() {
			for i := range 200 {
				q := (w + i) % len(busy)
				if err := o.Do(t.Context(), Request{Queue: fmt.Sprint(q), Route: fmt.Sprint(i % 3), Major: fmt.Sprint(q)}, func(context.Context) Verdict {
					if !busy[q].TryLock() {
						t.Error("two at once in a queue")
						return Verdict{}
					}
					defer busy[q].Unlock()
					return Verdict{Bucket: fmt.Sprint(i % 2), Limit: 1000, Remaining: 999, Reset: time.Millisecond}
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// What a request costs beside sending it, in one of a thousand channels, while
// five thousand others wait.
func BenchmarkDo(b *testing.B) {
	o := New(Options{Rate: 1e9, MaxWait: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	begun := make(chan bool)
	for i := range 5000 {
		wg.Go(func() {
			_ = o.Do(ctx, Request{Queue: fmt.Sprint("q", i%50), Route: "w"}, func(ctx context.Context) Verdict {
				close(begun)
				<-ctx.Done()
				return Verdict{}
			})
		})
	}
	<-begun
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := rand.IntN(1000); pb.Next(); i++ {
			q := fmt.Sprint(i % 1000)
			_ = o.Do(ctx, Request{Queue: q, Route: "r", Major: q}, func(context.Context) Verdict { return Verdict{} })
		}
	})
	b.StopTimer()
	cancel()
	wg.Wait()
}
