package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// States of a feed.
const (
	FeedActive  = "active"
	FeedFailing = "failing" // polled less and less often
	FeedStopped = "stopped" // not polled any more until somebody tests it
)

// maxFeedFailures is after how many failed polls in a row a feed is stopped;
// with the back-off below that is about two weeks.
const maxFeedFailures = 20

// A Feed is polled for items.
type Feed struct {
	ID             ID
	Name           string // unique among those declared in a file; else may be empty
	URL            string // as it was given
	FoundURL       string // where it is, if that is elsewhere: it moved, or a page named it
	Title          string
	Declared       bool
	DeclaredAt     string // in the configuration file: "colloquy.yaml:12"
	State          string
	Reason         string // why it fails or was stopped; for people
	ETag, Modified string
	Failures       int
	PolledAt       time.Time // the last try
	OKAt           time.Time // the last that worked; zero before the first
	NextAt         time.Time // zero when it is not polled
	Items          int       // filled when listing feeds
	CreatedAt      time.Time
}

// AddFeed stores a feed, links it to a channel if one is given, and polls it
// once so that its backlog counts as seen. A feed that cannot be read now is
// kept, and the warning says why; one at an address that must not be fetched,
// or that is no feed, is refused.
func (e *Engine) AddFeed(ctx context.Context, url, name string, ch Channel, by By) (f Feed, warning string, err error) {
	f, found, err := e.store.FeedByURL(ctx, url)
	if err != nil {
		return f, "", err
	}
	if found {
		return f, "", e.store.LinkFeed(ctx, f.ID, ch, e.audit(by, "feed_add", string(f.ID), f.URL).In(ch))
	}
	pctx, cancel := context.WithTimeout(ctx, e.set.FetchTimeout)
	res, perr := e.reader.Feed(pctx, FeedRequest{URL: url, Scheduled: true})
	cancel()
	switch ReasonCode(perr) {
	case "bad_url", "blocked_address", "not_a_feed":
		return f, "", perr
	}
	now := e.now()
	f = Feed{ID: NewID(now), Name: name, URL: url, State: FeedActive, CreatedAt: now, NextAt: now}
	if err := e.store.PutFeed(ctx, f, e.audit(by, "feed_add", string(f.ID), f.URL).In(ch)); err != nil {
		return f, "", fmt.Errorf("add feed: %w", err)
	}
	if f, err = e.polled(ctx, f, res, perr); err != nil {
		return f, "", err
	}
	if perr != nil {
		warning = fmt.Sprintf("the feed %s could not be read now and will be tried again: %s", url, Explain(perr))
	}
	return f, warning, e.store.LinkFeed(ctx, f.ID, ch, Audit{})
}

// PollFeed polls a feed if its time has come, and stores its new items.
func (e *Engine) PollFeed(ctx context.Context, id ID) error {
	return e.withLease(ctx, "feed/"+string(id), func(ctx context.Context, _ Lease) error {
		f, err := e.store.Feed(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil || f.State == FeedStopped {
			return err
		}
		_, err = e.poll(ctx, f)
		return err
	})
}

// TestFeed polls a feed now, also one that was stopped, and says how it is.
func (e *Engine) TestFeed(ctx context.Context, f Feed) (Feed, error) {
	f.Failures = 0
	return e.poll(ctx, f)
}

// pollIfStale polls a feed before its items are chosen from, unless that was
// done within its interval. That it fails is written down, not returned.
func (e *Engine) pollIfStale(ctx context.Context, id ID) error {
	f, err := e.store.Feed(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if f.State == FeedStopped || e.now().Sub(f.PolledAt) < e.set.FeedInterval || f.Failures > 0 && e.now().Before(f.NextAt) {
		return nil
	}
	// Many channels that read one feed fall due at one moment.
	_, err = e.polling.do(ctx, string(id), func() (Feed, error) { return e.poll(ctx, f) })
	return err
}

func (e *Engine) poll(ctx context.Context, f Feed) (Feed, error) {
	pctx, cancel := context.WithTimeout(ctx, e.set.FetchTimeout)
	defer cancel()
	res, err := e.reader.Feed(pctx, FeedRequest{URL: cmp.Or(f.FoundURL, f.URL), ETag: f.ETag, Modified: f.Modified, Scheduled: true})
	if ctx.Err() != nil {
		return f, ctx.Err() // we are being stopped: that says nothing about the feed
	}
	return e.polled(ctx, f, res, err)
}

// polled stores what a poll brought. The first poll that works makes the whole
// backlog seen.
func (e *Engine) polled(ctx context.Context, f Feed, res FeedResult, perr error) (Feed, error) {
	now := e.now()
	first := f.OKAt.IsZero()
	f.PolledAt = now
	switch {
	case perr != nil:
		f.Failures++
		f.State, f.Reason = FeedFailing, Explain(perr)
		// The interval, doubled with every failure, up to a day.
		wait := min(e.set.FeedInterval<<min(f.Failures-1, 12), max(24*time.Hour, e.set.FeedInterval))
		f.NextAt = now.Add(max(wait, res.RetryAfter))
		f.FoundURL = "" // it may be back where it was
		if f.Failures >= maxFeedFailures {
			f.State, f.NextAt = FeedStopped, time.Time{}
			f.Reason = fmt.Sprintf("stopped after %d failures in a row; the last: %s", f.Failures, f.Reason)
		}
		e.log.WarnContext(ctx, "feed not read", "feed", f.ID, "failures", f.Failures, "err", perr)
	case res.Gone:
		f.State, f.NextAt = FeedStopped, time.Time{}
		f.Reason = "stopped: its server says that it is gone for good"
	default:
		f.State, f.Reason, f.Failures, f.OKAt = FeedActive, "", 0, now
		f.NextAt = now.Add(max(e.set.FeedInterval, res.RetryAfter))
		f.ETag, f.Modified = res.ETag, res.Modified
		if res.URL != "" && res.URL != f.URL {
			f.FoundURL = res.URL
		}
		if res.Title != "" {
			f.Title = res.Title
		}
	}
	e.feedTrouble(ctx, f)
	for i := range res.Items {
		res.Items[i].ID, res.Items[i].FeedID, res.Items[i].Seen = NewID(now), f.ID, first
	}
	if err := e.store.FeedPolled(ctx, f, res.Items, now); err != nil {
		return f, fmt.Errorf("store the items of feed %s: %w", f.ID, err)
	}
	return f, nil
}

// feedFails is how many polls in a row have to fail before that is trouble.
const feedFails = 3

// feedTrouble notes how a feed is that was polled, for each installation that
// has it; one that nobody has is the operator's.
func (e *Engine) feedTrouble(ctx context.Context, f Feed) {
	if f.State == FeedActive {
		e.recovered(ctx, string(f.ID), CauseFeed)
		return
	}
	if f.State != FeedStopped && f.Failures < feedFails {
		return
	}
	tenants, err := e.store.FeedTenants(ctx, f.ID)
	if err != nil {
		e.log.WarnContext(ctx, "trouble not noted", "cause", CauseFeed, "subject", f.ID, "err", err)
	}
	if len(tenants) == 0 {
		tenants = []Channel{{}}
	}
	name := fmt.Sprintf("%s (%s)", clip(cmp.Or(f.Title, f.Name, f.URL), 80), f.ID.Short())
	for _, t := range tenants {
		e.trouble(ctx, Trouble{Platform: t.Platform, Workspace: t.Workspace, Cause: CauseFeed, Subject: string(f.ID), Name: name, Text: f.Reason})
	}
}
