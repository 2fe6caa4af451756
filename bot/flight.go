package bot

import (
	"context"
	"sync"
)

// flights are pieces of work in this process that several may want at one
// moment: each is done once, and all of them get what came of it. Whoever waits
// holds nothing.
type flights[T any] struct {
	mu sync.Mutex
	on map[string]*flight[T]
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
		select {
		case <-other.done:
		case <-ctx.Done():
			return none, ctx.Err()
		}
		if other.ended {
			return other.value, other.err
		}
		f.mu.Lock()
	}
	mine := &flight[T]{done: make(chan struct{})}
	if f.on == nil {
		f.on = map[string]*flight[T]{}
	}
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

// take waits for a slot. free gives it back; it is called once after a nil error.
func (s slots) take(ctx context.Context) (free func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
