package bot

import (
	"context"
	"time"
)

// SweepEvery is how often the thread of a closed discussion is listed while
// what people wrote in it is held: what they delete there meanwhile, unheard, is
// deleted here.
const SweepEvery = oneDay

// sweepLost is when a discussion that we lost access to is swept again: what is
// gone never, what is closed to us in case that somebody mends it.
func sweepLost(why error, now time.Time) time.Time {
	if ReasonCode(why) == "channel_gone" {
		return time.Time{}
	}
	return now.Add(7 * SweepEvery)
}

// RunSweep lists the thread of a closed discussion once more. A listing that
// fails is no trouble: it comes again. New replies are recorded as long as late
// ones are; edits and deletions of what is recorded always.
func (e *Engine) RunSweep(ctx context.Context, id ID) error {
	return e.withLease(ctx, "discussion/"+string(id), func(ctx context.Context, l Lease) error {
		d, err := e.store.Discussion(ctx, id)
		if err != nil {
			return err
		}
		if d.State != StateClosed && d.State != StateWithdrawn {
			return e.store.SweepAt(ctx, l, id, time.Time{})
		}
		next := e.now().Add(SweepEvery)
		lister, ok := e.adapters[d.Channel.Platform].(Reconciler)
		if !ok || d.Replies == 0 {
			return e.store.SweepAt(ctx, l, id, next)
		}
		_, broke, err := e.list(ctx, lister, d)
		switch {
		case err != nil:
			return err
		case IsPermanent(broke) && (unreachable(broke) || forbidden(broke)):
			e.log.InfoContext(ctx, "closed thread cannot be listed", "discussion", id, "code", ReasonCode(broke))
			next = sweepLost(broke, e.now())
		case IsPermanent(broke):
			e.log.InfoContext(ctx, "closed thread cannot be listed completely", "discussion", id, "err", broke)
		case broke != nil: // again in an hour, as the claim said
			e.log.InfoContext(ctx, "listing of a closed thread broke off", "discussion", id, "err", broke)
			return nil
		}
		return e.store.SweepAt(ctx, l, id, next)
	})
}
