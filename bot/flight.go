package bot

import (
	"context"
	"sync"
)

// flights are pieces of work in this process that several may want at one
// moment: each is done once, and all of them get what came of it.
type flights[T any] struct {
	held slots // of which whoever calls holds one, but not while it waits

	mu sync.Mutex
	on map[string]*flight[T]
}

func newFlights[T any](held slots) *flights[T] {
	return &flights[T]{held: held, on: map[string]*flight[T]{}}
}

// A flight is one of them, from its beginning to its end.
type flight[T any] struct {
	done  chan struct{} // closed at its end
	ended bool          // by itself, and not with the context of whoever did it
	value T
	err   error
}

// do does what key names, or waits for whoever does it at this moment. When
// that one's context ends, somebody who waits does it instead.
func (f *flights[T]) do(ctx context.Context, key string, work func() (T, error)) (none T, err error) {
	f.mu.Lock()
	for other := f.on[key]; other != nil; other = f.on[key] {
		f.mu.Unlock()
		f.held.without(func() {
			select {
			case <-other.done:
			case <-ctx.Done():
			}
		})
		switch {
		case ctx.Err() != nil:
			return none, ctx.Err()
		case other.ended:
			return other.value, other.err
		}
		f.mu.Lock()
	}
	mine := &flight[T]{done: make(chan struct{})}
	f.on[key] = mine
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.on, key)
		f.mu.Unlock()
		close(mine.done)
	}()
	mine.value, mine.err = work()
	mine.ended = mine.err == nil || ctx.Err() == nil
	return mine.value, mine.err
}

// slots are how many may do something at one moment.
type slots chan struct{}

// take waits for a slot. After a nil error it has to be given back, once.
func (s slots) take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slots) give() { <-s }

// without gives the caller's slot to others while f, which only waits, runs.
func (s slots) without(f func()) {
	s.give()
	defer func() { s <- struct{}{} }()
	f()
}
