package bot

import (
	"context"
	"fmt"
	"strings"
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

// overBudget says why no model may be asked for an installation any more today.
// The zero value says that one may.
func (e *Engine) overBudget(ctx context.Context, ch Channel) (Fallback, error) {
	if e.set.DailyTokens == 0 && e.set.DailyCost == 0 || e.writer.Version() == e.offline.Version() {
		return Fallback{}, nil
	}
	now := e.now()
	s, err := e.store.SpentOn(ctx, ch.Platform, ch.Workspace, now)
	if err != nil {
		return Fallback{}, fmt.Errorf("what was spent today: %w", err)
	}
	used := ""
	switch {
	case e.set.DailyTokens > 0 && s.Tokens() >= e.set.DailyTokens:
		used = fmt.Sprintf("the limit of %s tokens a day is used up (%s were taken)", grouped(e.set.DailyTokens), grouped(s.Tokens()))
	case e.set.DailyCost > 0 && s.Cost >= e.set.DailyCost:
		used = fmt.Sprintf("the limit of %s a day for the model is used up (it took %s)", money(e.set.DailyCost), money(s.Cost))
	default:
		return Fallback{}, nil
	}
	until := SpentDay(now).Add(oneDay).Format("2 Jan 15:04 MST")
	return Fallback{Code: "budget", Text: used + "; the model is asked again from " + until + ", or when the operator raises the limit", Passing: true}, nil
}

// heard notes whether a model could be asked, for the operator; that it still
// cannot, once a minute.
func (e *Engine) heard(ctx context.Context, w WriterInfo, s Spent, f Fallback) {
	subject, now := strings.TrimSuffix(w.Name+"/"+w.Model, "/"), e.now()
	e.mu.Lock()
	noted := e.failed
	switch {
	case !f.Passing:
		e.failed = time.Time{}
	case now.Sub(noted) >= time.Minute:
		e.failed = now
	}
	e.mu.Unlock()
	switch {
	case f.Passing && now.Sub(noted) >= time.Minute:
		e.trouble(ctx, Trouble{Cause: CauseWriter, Subject: subject, Name: subject, Text: f.Text})
	case !f.Passing && s.Calls > 0:
		e.recovered(ctx, subject, CauseWriter)
	}
}

// grouped writes a number with commas between its thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// money writes millionths, as prices have them: two digits, and more where they
// say something.
func money(millionths int64) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%06d", millionths/1e6, millionths%1e6), "0")
	if _, cents, _ := strings.Cut(s, "."); len(cents) < 2 {
		s += strings.Repeat("0", 2-len(cents))
	}
	return s
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

// short is f as it is stored beside what it is about.
func (f Fallback) short() Fallback { return Fallback{Code: f.Code, Text: clip(f.Text, 300)} }

// Reason is why an occurrence ended as it did whose digest this is about: the
// title of its article, and that no model wrote, if one was to.
func (f Fallback) Reason(title string) string {
	if f.Code == "" {
		return title
	}
	return title + "; the extractive writer wrote it: " + f.Text
}
