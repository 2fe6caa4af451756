package discord

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errTurnLost ends a connection that took so long to begin that another process
// may be about to identify by now.
var errTurnLost = errors.New("the turn to identify was over")

// turns are what only one of all processes may do at a moment, and for a while after
// it: whoever comes next need not know when that was. Where a process is killed that
// had the turn, [bot.Sharer] gives it to nobody for as long.
type turns struct {
	a       *Adapter
	running sync.WaitGroup

	mu    sync.Mutex
	slots map[string]chan struct{} // by name; each has room for one of this process
}

func newTurns(a *Adapter) *turns { return &turns{a: a, slots: map[string]chan struct{}{}} }

// end waits until no other process has to wait for a turn of this one.
func (t *turns) end() { t.running.Wait() }

// take waits for a turn, which lasts until free is called. held ends before if the
// turn is lost.
func (t *turns) take(ctx context.Context, name string) (held context.Context, free func(), err error) {
	slot := t.slot(name)
	select {
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case slot <- struct{}{}:
	}
	over, free := context.WithCancel(context.WithoutCancel(ctx))
	given := make(chan context.Context)
	t.running.Go(func() {
		defer func() { <-slot }()
		t.a.o.Sharer.Share(over, name, 1, func(held context.Context, _ int) {
			select {
			case given <- held: // which nobody takes if it is given a second time
				<-held.Done()
			case <-held.Done():
			}
		})
	})
	select {
	case held := <-given:
		return held, free, nil
	case <-ctx.Done():
		free()
		return nil, nil, ctx.Err()
	}
}

func (t *turns) slot(name string) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.slots[name] == nil {
		t.slots[name] = make(chan struct{}, 1)
	}
	return t.slots[name]
}

// A turn is the leave to identify in one of Discord's buckets. One shard of all
// processes has it, from before it dials until [identifyEvery] and what may be [onTheWay] after its
// identify.
type turn struct {
	g     *gateway
	shard context.Context
	held  context.Context // ends when it is lost
	free  func()
	spent bool // one of the day's identifies; of its shard alone
	lost  bool // before it was used; under once
	once  sync.Once
}

// acquire waits for the turn of a shard. Whoever has it uses or leaves it.
func (g *gateway) acquire(ctx context.Context, shard int) (*turn, error) {
	held, free, err := g.turns.take(ctx, g.a.shareName("identify", g.budget.bucket(shard)))
	if err != nil {
		return nil, err
	}
	return &turn{g: g, shard: ctx, held: held, free: free}, nil
}

// spend takes one of the identifies that are left for the day, as soon as there is
// one, and reports false when ctx ended before. long is called if that takes hours.
func (t *turn) spend(ctx context.Context, long func()) bool {
	t.spent = t.g.budget.wait(ctx, long)
	return t.spent
}

// use is called just before the identify, and again if Discord says hello again.
// After an error there must be none.
func (t *turn) use() error {
	t.once.Do(func() {
		if t.held.Err() != nil {
			t.lost = true
			t.drop()
			return
		}
		time.AfterFunc(t.g.a.gate.apart, t.free)
		if !t.g.a.shared() { // a process that ends keeps nobody waiting
			context.AfterFunc(t.shard, t.free)
		}
	})
	if t.lost {
		return errTurnLost
	}
	return nil
}

// leave ends a turn that was not used.
func (t *turn) leave() { t.once.Do(t.drop) }

func (t *turn) drop() {
	if t.spent {
		t.g.budget.giveBack()
	}
	t.free()
}
