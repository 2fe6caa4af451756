package bot

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Declared is what a configuration file declares.
type Declared struct {
	Feeds     []Feed // Name and URL
	Schedules []DeclaredSchedule
}

// A DeclaredSchedule is a schedule by its name, with the URLs of its feeds.
type DeclaredSchedule struct {
	Schedule
	FeedURLs []string
}

// Reasons why a feed or a schedule that was declared does not run.
const (
	NotDeclared    = "removed from the configuration file"
	DeclaredPaused = "paused in the configuration file"
)

// Declare makes the declared feeds and schedules what the file says. Doing it
// twice changes nothing. What is no longer in the file is paused, not removed;
// a pause that a person asked for stays. It returns one line for each change.
func (e *Engine) Declare(ctx context.Context, d Declared) ([]string, error) {
	var changes []string
	feeds := map[string]ID{}
	by := Config
	for _, f := range d.Feeds {
		id, change, err := e.declareFeed(ctx, f.Name, f.URL, by)
		if err != nil {
			return changes, err
		}
		feeds[f.URL] = id
		changes = appendNonEmpty(changes, change)
	}
	known, err := e.store.Schedules(ctx, Channel{})
	if err != nil {
		return changes, err
	}
	for _, s := range d.Schedules {
		for _, url := range s.FeedURLs {
			if feeds[url] == "" {
				id, change, err := e.declareFeed(ctx, "", url, by)
				if err != nil {
					return changes, err
				}
				feeds[url] = id
				changes = appendNonEmpty(changes, change)
			}
			s.Feeds = append(s.Feeds, feeds[url])
			if err := e.store.LinkFeed(ctx, feeds[url], s.Channel, Audit{}); err != nil {
				return changes, err
			}
		}
		change, err := e.declareSchedule(ctx, s.Schedule, known, by)
		if err != nil {
			return changes, fmt.Errorf("schedule %q: %w", s.Name, err)
		}
		changes = appendNonEmpty(changes, change)
	}
	gone, err := e.pauseUndeclared(ctx, d, known, feeds, by)
	return append(changes, gone...), err
}

func appendNonEmpty(list []string, s string) []string {
	if s == "" {
		return list
	}
	return append(list, s)
}

func (e *Engine) declareFeed(ctx context.Context, name, url string, by By) (ID, string, error) {
	f, found, err := e.store.FeedByURL(ctx, url)
	if err != nil {
		return "", "", err
	}
	now := e.now()
	change := ""
	switch {
	case !found:
		f = Feed{ID: NewID(now), URL: url, State: FeedActive, CreatedAt: now, NextAt: now}
		change = "added feed " + url
	case f.State == FeedStopped && f.Reason == NotDeclared:
		f.State, f.Reason, f.NextAt = FeedActive, "", now
		change = "polling feed " + url + " again"
	case f.Declared && f.Name == name:
		return f.ID, "", nil
	default:
		change = "changed feed " + url
	}
	f.Name, f.Declared = name, true
	return f.ID, change, e.store.PutFeed(ctx, f, e.audit(by, "feed_declare", string(f.ID)))
}

// declareSchedule makes s what the file says; known are those stored before.
func (e *Engine) declareSchedule(ctx context.Context, s Schedule, known []Schedule, by By) (string, error) {
	times, err := e.checkSchedule(&s)
	if err != nil {
		return "", err
	}
	next, err := times.Next(e.now())
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(known, func(old Schedule) bool { return old.Name == s.Name })
	change := "added schedule " + s.Name
	s.Declared, s.NextAt = true, next.At
	if at < 0 {
		s.ID, s.CreatedAt = NewID(e.now()), e.now()
		if s.Paused {
			s.NextAt, s.Reason = time.Time{}, DeclaredPaused
		}
		return change, e.store.PutSchedule(ctx, s, e.audit(by, "schedule_declare", string(s.ID)))
	}
	old := known[at]
	s.ID, s.CreatedAt = old.ID, old.CreatedAt
	if sameTimes := old.Cron == s.Cron && old.Zone == s.Zone; sameTimes && !old.NextAt.IsZero() {
		s.NextAt = old.NextAt
	}
	switch {
	case s.Paused:
		s.NextAt, s.Reason = time.Time{}, DeclaredPaused
	case old.Paused && old.Reason == "": // a person paused it
		s.Paused, s.NextAt = true, time.Time{}
	}
	if sameSchedule(old, s) {
		return "", nil
	}
	return "changed schedule " + s.Name, e.store.PutSchedule(ctx, s, e.audit(by, "schedule_declare", string(s.ID)))
}

func sameSchedule(a, b Schedule) bool {
	feeds := slices.Equal(a.Feeds, b.Feeds)
	a.Feeds, b.Feeds = nil, nil
	same := a.NextAt.Equal(b.NextAt) && a.CreatedAt.Equal(b.CreatedAt)
	a.NextAt, b.NextAt, a.CreatedAt, b.CreatedAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return feeds && same && fmt.Sprint(a) == fmt.Sprint(b)
}

// pauseUndeclared pauses what was declared once and no longer is.
func (e *Engine) pauseUndeclared(ctx context.Context, d Declared, known []Schedule, feeds map[string]ID, by By) ([]string, error) {
	var changes []string
	for _, s := range known {
		still := slices.ContainsFunc(d.Schedules, func(x DeclaredSchedule) bool { return x.Name == s.Name })
		if !s.Declared || still || s.Reason == NotDeclared {
			continue
		}
		s.Paused, s.NextAt, s.Reason = true, time.Time{}, NotDeclared
		if err := e.store.PutSchedule(ctx, s, e.audit(by, "schedule_pause", string(s.ID))); err != nil {
			return changes, err
		}
		changes = append(changes, "paused schedule "+s.Name+": "+NotDeclared)
	}
	all, err := e.store.Feeds(ctx, Channel{})
	if err != nil {
		return changes, err
	}
	for _, f := range all {
		if !f.Declared || feeds[f.URL] != "" || f.Reason == NotDeclared {
			continue
		}
		f.State, f.Reason, f.NextAt = FeedStopped, NotDeclared, time.Time{}
		if err := e.store.PutFeed(ctx, f, e.audit(by, "feed_stop", string(f.ID))); err != nil {
			return changes, err
		}
		changes = append(changes, "stopped feed "+f.URL+": "+NotDeclared)
	}
	return changes, nil
}
