package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// inFlight has n callers wait for what a first one is at.
func inFlight(t *testing.T, f *flights[int], n int, first, others func() (int, error)) (values []int, errs []error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	begun, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	var mu sync.Mutex
	call := func(ctx context.Context, work func() (int, error)) {
		if err := f.held.take(t.Context()); err != nil {
			t.Error(err)
		}
		defer f.held.give()
		v, err := f.do(ctx, "key", work)
		mu.Lock()
		defer mu.Unlock()
		values, errs = append(values, v), append(errs, err)
	}
	all.Go(func() {
		call(ctx, func() (int, error) {
			close(begun)
			<-end
			v, err := first()
			if errors.Is(err, context.Canceled) {
				cancel()
			}
			return v, err
		})
	})
	<-begun
	for range n {
		all.Go(func() { call(t.Context(), others) })
	}
	synctest.Wait()
	if len(f.held) != 1 {
		t.Errorf("%d slots are held by one who works and %d who wait", len(f.held), n)
	}
	close(end)
	all.Wait()
	cancel()
	return values, errs
}

func TestOneWorksAndAllGetWhatComesOfIt(t *testing.T) { synctest.Test(t, oneWorks) }

func oneWorks(t *testing.T) {
	f := newFlights[int](make(slots, 3))
	failed := errors.New("failed")
	for _, want := range []error{nil, failed} {
		values, errs := inFlight(t, f, 20, func() (int, error) { return 7, want }, func() (int, error) {
			t.Error("it is done again")
			return 7, want
		})
		for i := range values {
			if values[i] != 7 || !errors.Is(errs[i], want) {
				t.Errorf("%d, %v", values[i], errs[i])
			}
		}
		if len(values) != 21 || len(f.on) != 0 || len(f.held) != 0 {
			t.Errorf("%d results, %d flights, %d slots are held", len(values), len(f.on), len(f.held))
		}
	}
}

// When whoever works is stopped, another one works, and never two at a time.
func TestAnotherWorksWhenOneIsStopped(t *testing.T) { synctest.Test(t, anotherWorks) }

func anotherWorks(t *testing.T) {
	f := newFlights[int](make(slots, 3))
	var working, most, worked atomic.Int32
	values, errs := inFlight(t, f, 20, func() (int, error) { return 0, context.Canceled }, func() (int, error) {
		most.Store(max(most.Load(), working.Add(1)))
		defer working.Add(-1)
		worked.Add(1)
		return 9, nil
	})
	nines := 0
	for i, v := range values {
		if v == 9 && errs[i] == nil {
			nines++
		}
	}
	stopped := slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, context.Canceled) })
	if nines != 20 || !stopped || worked.Load() == 0 || most.Load() != 1 {
		t.Errorf("%d got it, done %d times, %d at once: %v", nines, worked.Load(), most.Load(), errs)
	}
}

func TestWhoIsStoppedWhileItWaits(t *testing.T) {
	f := newFlights[int](make(slots, 2))
	begun, end := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		_ = f.held.take(t.Context())
		defer f.held.give()
		if v, err := f.do(t.Context(), "key", func() (int, error) { close(begun); <-end; return 1, nil }); v != 1 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
	})
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = f.held.take(t.Context())
	if _, err := f.do(ctx, "key", func() (int, error) { return 2, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if v, err := f.do(t.Context(), "another", func() (int, error) { return 3, nil }); v != 3 || err != nil {
		t.Errorf("another: %d, %v", v, err)
	}
	f.held.give()
	close(end)
	first.Wait()
}

func TestAPanicEndsItsFlight(t *testing.T) {
	f := newFlights[int](make(slots, 1))
	_ = f.held.take(t.Context())
	func() {
		defer func() { _ = recover() }()
		_, _ = f.do(t.Context(), "key", func() (int, error) { panic("no") })
	}()
	if v, err := f.do(t.Context(), "key", func() (int, error) { return 1, nil }); v != 1 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}
