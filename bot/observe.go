package bot

import (
	"context"
	"time"
)

// An Observer is told what an engine does, for who watches over it. Its methods
// return at once, and may be called at the same time. Nothing names anybody.
type Observer interface {
	// Sent: a post of a kind ([PostRoot] and the like) is out, and that is written down.
	Sent(platform, kind string)
	// Opened: the root post of an occurrence is out, so long after it was due.
	Opened(platform string, late time.Duration)
	// Recorded: a reply of ours was stored in its newest state, or could not be,
	// after so long.
	Recorded(platform string, took time.Duration, err error)
	// Listed: a thread was read to its end, so long after that was wanted. Those of
	// the daily sweeps are not told of.
	Listed(platform string, after time.Duration)
}

// unobserved is an Observer that tells nobody.
type unobserved struct{}

func (unobserved) Sent(string, string)                   {}
func (unobserved) Opened(string, time.Duration)          {}
func (unobserved) Recorded(string, time.Duration, error) {}
func (unobserved) Listed(string, time.Duration)          {}

// observeOpened tells how late a discussion begins.
func (e *Engine) observeOpened(ctx context.Context, d Discussion) {
	o, err := e.store.Occurrence(ctx, d.OccurrenceID)
	if err != nil {
		e.log.WarnContext(ctx, "lateness not known", "discussion", d.ID, "err", err)
		return
	}
	e.observer.Opened(d.Channel.Platform, max(e.now().Sub(o.DueAt), 0))
}
