package bot

import (
	"context"
	"fmt"
	"time"
)

// States of a discussion.
const (
	StatePosting = "posting" // its posts are going out
	StateOpen    = "open"    // people reply
	StateClosing = "closing" // the recap is written and posted
	StateClosed  = "closed"  // replies are recorded as late for a while
	StateFailed  = "failed"  // the root post surely did not go out
	StateUnknown = "unknown" // nobody knows whether the root post is out; it is not sent again
	StateErased  = "erased"  // past its retention: what people wrote is gone

	StateWithdrawing = "withdrawing" // its posts are being taken away
	StateWithdrawn   = "withdrawn"   // its posts are gone; what people wrote is kept until its retention ends
)

// A Discussion is one digest posted in one channel, with its thread.
type Discussion struct {
	ID           ID
	OccurrenceID ID
	Channel      Channel // Thread is set as soon as it is open
	ArticleID    ID
	DigestID     ID
	Title, URL   string // of the article
	Questions    []Question
	Repeat       bool // asked for by hand: may be about an article posted before
	State        string
	Reason       string // why it failed, or what did not go out
	CloseAfter   time.Duration
	DeadlineAt   time.Time
	CreatedAt    time.Time
	OpenedAt     time.Time // the root went out
	ClosesAt     time.Time
	ClosedAt     time.Time
	EraseAt      time.Time // end of retention
	LostAt       time.Time // when we lost access to it, and it ended; zero: not
	RemindAt     time.Time // when the thread is reminded; zero: not, or it was
	Rules        Rules     // of its schedule, when it was opened
	Fallback     Fallback  // why no model wrote its digest; code and text
	List         bool      // its thread has to be listed
	Pending      bool      // a post of it waits to be sent
	Held         bool      // its recap waits for a manager
	Stale        bool      // what a post of it says may have changed
	People       int       // who replied; filled when listing discussions
	Replies      int
}

// RunDiscussion brings a discussion as far as it can be brought now: posts what
// is pending, lists what was missed, closes it when it is time, erases it when
// its retention is over. It may be called any number of times.
func (e *Engine) RunDiscussion(ctx context.Context, id ID) error {
	return e.withLease(ctx, "discussion/"+string(id), func(ctx context.Context, l Lease) error {
		for {
			d, err := e.store.Discussion(ctx, id)
			if err != nil {
				return err
			}
			again, err := e.step(ctx, l, d)
			if err != nil {
				return fmt.Errorf("discussion %s: %w", id, err)
			}
			if !again {
				return nil
			}
		}
	})
}

// step does the one next thing; again is true when there may be more to do now.
func (e *Engine) step(ctx context.Context, l Lease, d Discussion) (again bool, err error) {
	now := e.now()
	switch {
	case d.State == StateErased:
		return e.hideAnswers(ctx, l, d)
	case d.State == StateFailed || d.State == StateUnknown:
		return false, e.store.SetWork(ctx, l, d.ID, time.Time{})
	case d.State == StateWithdrawing:
		return e.takeBack(ctx, l, d)
	case d.State == StatePosting || d.State == StateClosing && !d.List:
		return e.postNext(ctx, l, d)
	// Before any listing: one that never succeeds must not keep a discussion open,
	// or what people wrote.
	case d.State == StateOpen && !now.Before(d.ClosesAt):
		// Listed once more before the recap, so that nothing is left out.
		return true, e.store.BeginClosing(ctx, l, d.ID, now)
	case (d.State == StateClosed || d.State == StateWithdrawn) && !now.Before(d.EraseAt):
		return false, e.store.EraseDiscussion(ctx, l, d.ID, now)
	case d.State == StateWithdrawn:
		return false, e.store.Rest(ctx, l, d.ID)
	case d.Stale:
		return e.correct(ctx, l, d)
	case d.State == StateOpen && !d.RemindAt.IsZero() && !now.Before(d.RemindAt):
		return true, e.remind(ctx, l, d)
	case d.Pending && d.State != StateClosing:
		return e.postNext(ctx, l, d)
	case d.List:
		return true, e.reconcile(ctx, l, d)
	case d.State == StateOpen || d.State == StateClosed:
		return false, e.store.Rest(ctx, l, d.ID)
	}
	return false, fmt.Errorf("state %q is not known", d.State)
}

// Close asks for a discussion to be closed now; [Engine.RunDiscussion] does it.
func (e *Engine) Close(ctx context.Context, d Discussion, by By) error {
	switch d.State {
	case StatePosting, StateOpen:
	default:
		return notInState(d, StateOpen)
	}
	detail := changed("closes", utcText(d.ClosesAt), utcText(e.now()))
	return e.store.CloseAt(ctx, d.ID, e.now(), e.audit(by, "close", string(d.ID), detail).In(d.Channel))
}
