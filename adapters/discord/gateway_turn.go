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

// A turn is the leave to identify in one of Discord's buckets. One shard of all
// processes has it, from before it dials until [identifyEvery] after its identify:
// whoever has it next need not know when that was. Where a process is killed that
// has it, [bot.Sharer] gives it to nobody for as long.
type turn struct {
	b     *budget
	alone bool            // no other process waits
	shard context.Context // of the shard
	held  context.Context // ends when it is lost
	free  func()
	spent bool // one of the day's identifies; of its shard alone
	lost  bool // before it was used; under once
	once  sync.Once
}

// acquire waits for the turn of a shard. Whoever has it uses or leaves it.
func (b *budget) acquire(ctx context.Context, a *Adapter, shard int) (*turn, error) {
	n, bucket := b.bucket(shard)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case bucket <- struct{}{}:
	}
	over, free := context.WithCancel(context.WithoutCancel(ctx))
	given := make(chan context.Context)
	b.turns.Go(func() {
		defer func() { <-bucket }()
		b.sharer.Share(over, a.shareName("identify", n), 1, func(held context.Context, _ int) {
			select {
			case given <- held: // which nobody takes if it is given a second time
				<-held.Done()
			case <-held.Done():
			}
		})
	})
	select {
	case held := <-given:
		return &turn{b: b, alone: !a.shared(), shard: ctx, held: held, free: free}, nil
	case <-ctx.Done():
		free()
		return nil, ctx.Err()
	}
}

// spend takes one of the identifies that are left for the day, as soon as there is
// one, and reports false when ctx ended before. long is called if that takes hours.
func (t *turn) spend(ctx context.Context, long func()) bool {
	t.spent = t.b.wait(ctx, long)
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
		time.AfterFunc(t.b.apart, t.free)
		if t.alone { // a process that ends keeps nobody waiting
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
		t.b.giveBack()
	}
	t.free()
}
