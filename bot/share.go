package bot

import (
	"context"
	"hash/fnv"
	"sync"
	"time"
)

// HandOver is how long a run may take to finish what is under way when its part is
// handed over.
const HandOver = 7 * time.Second

// shareAgain is the pause before a run begins again that returned by itself.
const shareAgain = time.Second

// A Sharer divides among the processes on one database what only one of them may
// do at a time: keep a connection, post within a limit.
type Sharer interface {
	// Share runs run for the parts of what is named that are this process's: each of
	// 0 to n-1 is one process's at a time, and together the processes that share it
	// have all, about as many each. It returns when ctx is done and every run has
	// returned. All give the same n. In one process nothing is shared twice under one name.
	//
	// The context of a run ends when its part is to be handed over, because ctx is
	// done or another process has too few: the run finishes what is under way, for up
	// to [HandOver], and returns; then the part is free. Its cause is [ErrLeaseLost]
	// when the part was lost, to whoever has it now: then nothing more is to be done.
	// A run that returns before it was asked to is begun again, here or elsewhere,
	// after a pause.
	Share(ctx context.Context, name string, n int, run func(ctx context.Context, part int))
}

// Alone is a [Sharer] of a process that has a database for itself: every part is its own.
type Alone struct{}

// Share implements [Sharer].
func (Alone) Share(ctx context.Context, _ string, n int, run func(ctx context.Context, part int)) {
	var running sync.WaitGroup
	for part := range n {
		running.Go(func() {
			for ctx.Err() == nil {
				run(ctx, part)
				select {
				case <-ctx.Done():
				case <-time.After(shareAgain):
				}
			}
		})
	}
	running.Wait()
}

// Lane is the one of n lanes that the requests for a workspace go through; see [Laner].
func Lane(workspace string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(workspace))
	return int(h.Sum32() % uint32(max(n, 1)))
}

// Lanes says how many lanes each platform has that is connected; see [Laner].
func (e *Engine) Lanes() map[string]int {
	lanes := map[string]int{}
	for platform, a := range e.adapters {
		lanes[platform] = 1
		if l, ok := a.(Laner); ok {
			lanes[platform] = max(l.Lanes(), 1)
		}
	}
	return lanes
}
