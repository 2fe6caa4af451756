package bot

import (
	"context"
	"time"
)

// Spent is what asking a language model took. The zero value is that of a
// writer that asks none.
type Spent struct {
	Calls      int   `json:"calls"`       // requests sent, those that failed or were repeated included
	Input      int64 `json:"input"`       // tokens read that came from no cache
	CacheRead  int64 `json:"cache_read"`  // tokens read from the provider's cache
	CacheWrite int64 `json:"cache_write"` // tokens read and put into that cache
	Output     int64 `json:"output"`      // tokens written
	Cost       int64 `json:"cost"`        // in millionths of the currency of the prices that were set; 0 without prices
}

// Tokens is how many tokens were read and written, from caches or not.
func (s Spent) Tokens() int64 { return s.Input + s.CacheRead + s.CacheWrite + s.Output }

// Plus is what s and v took together.
func (s Spent) Plus(v Spent) Spent {
	return Spent{
		Calls: s.Calls + v.Calls, Input: s.Input + v.Input, CacheRead: s.CacheRead + v.CacheRead,
		CacheWrite: s.CacheWrite + v.CacheWrite, Output: s.Output + v.Output, Cost: s.Cost + v.Cost,
	}
}

// What a model is asked to write.
const (
	SpentDigest = "digest"
	SpentRecap  = "recap"
)

// A Spending is what a model took for one installation on one day, for texts of
// one kind.
type Spending struct {
	Day                 time.Time // its midnight in UTC
	Platform, Workspace string
	Kind                string // [SpentDigest] or [SpentRecap]
	Writer, Model       string // see [WriterInfo]
	Spent
}

// KeepSpent is how long it is kept what was spent, in sums of a day.
const KeepSpent = 400 * oneDay

// SpentDay is the midnight in UTC that the day of t began with.
func SpentDay(t time.Time) time.Time { return t.UTC().Truncate(oneDay) }

// charge adds what asking a model took to the account of the installation for
// which it was asked. It is written down also when we are asked to stop, and
// that it cannot be stops nothing.
func (e *Engine) charge(ctx context.Context, ch Channel, kind string, s Spent, w WriterInfo) {
	if s == (Spent{}) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.set.SendTimeout)
	defer cancel()
	err := e.store.AddSpent(ctx, Spending{
		Day: SpentDay(e.now()), Platform: ch.Platform, Workspace: ch.Workspace, Kind: kind, Writer: w.Name, Model: w.Model, Spent: s,
	})
	if err != nil {
		e.log.WarnContext(ctx, "what was spent is not noted", "writer", w.Name, "tokens", s.Tokens(), "err", err)
	}
}

// A Fallback says why the extractive writer wrote what a model was to write.
// The zero value says that nothing of the kind happened.
type Fallback struct {
	Code string `json:"code,omitempty"` // stable, such as "overloaded", "refused" or "budget"
	Text string `json:"text,omitempty"` // one line for people: what, why, and what to do
	// Passing: it was not for this text, so that the same text may be written by
	// the model another time.
	Passing bool `json:"passing,omitempty"`
}

// Reason is why an occurrence ended as it did whose digest this is about: the
// title of its article, and that no model wrote, if one was to.
func (f Fallback) Reason(title string) string {
	if f.Code == "" {
		return title
	}
	return title + "; the extractive writer wrote it: " + f.Text
}
