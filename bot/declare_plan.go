package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A planner finds out what a configuration file changes. It reads only: what is
// to be done is kept in each [DeclaredChange].
type planner struct {
	e        *Engine
	stored   map[string]Feed // by URL
	known    []Schedule
	feeds    map[string]Feed // by URL: those that the file names, as they will be
	changes  []DeclaredChange
	warnings []string
}

func (e *Engine) plan(ctx context.Context, d Declared) ([]DeclaredChange, []string, error) {
	p := planner{e: e, stored: map[string]Feed{}, feeds: map[string]Feed{}}
	all, err := e.store.Feeds(ctx, Channel{})
	if err != nil {
		return nil, nil, err
	}
	for _, f := range all {
		p.stored[f.URL] = f
	}
	if p.known, err = e.store.Schedules(ctx, Channel{}); err != nil {
		return nil, nil, err
	}
	for _, f := range d.Feeds {
		p.feed(f)
	}
	for _, s := range d.Schedules {
		if err := p.schedule(ctx, s); err != nil {
			return nil, nil, about(fmt.Sprintf("%s: schedule %q", cmp.Or(s.DeclaredAt, "configuration"), s.Name), err)
		}
	}
	p.gone(d, all)
	return p.changes, p.warnings, nil
}

// add notes a change of a row that is done by storing it.
func (p *planner) add(change, kind, name, at string, details []string, do func(context.Context) error) {
	p.changes = append(p.changes, DeclaredChange{Change: change, Kind: kind, Name: name, At: at, Details: details, do: do})
}

// moved notes that a row stands on another line of the file now.
func (p *planner) moved(kind, name string, id ID, at string) {
	p.changes = append(p.changes, DeclaredChange{Change: ChangeAlter, Kind: kind, Name: name, At: at, quiet: true,
		do: func(ctx context.Context) error { return p.e.store.SetDeclaredAt(ctx, id, at) }})
}

// feed plans one declared feed, of which Name, URL and DeclaredAt are given.
func (p *planner) feed(f Feed) {
	old, found := p.stored[f.URL]
	again := old.State == FeedStopped && old.Reason == NotDeclared
	change, details := ChangeAlter, []string(nil)
	switch {
	case !found:
		change = ChangeAdd
		old = Feed{ID: NewID(p.e.now()), URL: f.URL, CreatedAt: p.e.now()}
		if f.Name != "" {
			details = append(details, "name: "+f.Name)
		}
	case again:
		details = append(details, "it is read again")
	case !old.Declared:
		details = append(details, "it was added by hand, and is declared now")
	}
	if found {
		details = appendNonEmpty(details, changed("name", cmp.Or(old.Name, "none"), cmp.Or(f.Name, "none")))
	}
	p.feeds[f.URL] = old
	switch {
	case !found || len(details) > 0:
		p.add(change, "feed", f.URL, f.DeclaredAt, details, func(ctx context.Context) (err error) {
			row := old
			if found { // as it is now: it may be read at this moment
				if row, err = p.e.store.Feed(ctx, old.ID); err != nil {
					return err
				}
			}
			if !found || again {
				row.State, row.Reason, row.NextAt = FeedActive, "", p.e.now()
			}
			row.Name, row.Declared, row.DeclaredAt = f.Name, true, f.DeclaredAt
			return p.e.store.PutFeed(ctx, row, p.e.audit(Config, "feed_declare", string(old.ID), append([]string{f.URL}, details...)...))
		})
	case old.DeclaredAt != f.DeclaredAt:
		p.moved("feed", f.URL, old.ID, f.DeclaredAt)
	}
}

// schedule plans one declared schedule, and those of its feeds that are named
// nowhere else in the file.
func (p *planner) schedule(ctx context.Context, d DeclaredSchedule) error {
	s := d.Schedule
	for _, url := range d.FeedURLs {
		if p.feeds[url].ID == "" {
			p.feed(Feed{URL: url, DeclaredAt: s.DeclaredAt})
		}
		s.Feeds = append(s.Feeds, p.feeds[url].ID)
	}
	zoned, err := p.e.inheritZone(ctx, &s)
	if err != nil {
		return err
	}
	if !zoned {
		p.warnings = append(p.warnings, fmt.Sprintf("%s: schedule %q names no time zone, so its times are in UTC: give it a tz, or set one for all with 'colloquy settings --zone ZONE'", cmp.Or(s.DeclaredAt, "configuration"), s.Name))
	}
	given := s.Cron
	times, err := p.e.checkSchedule(&s)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(p.known, func(old Schedule) bool { return old.Name == s.Name })
	if at >= 0 && s.Cron != given && unanchored(s.Cron) == unanchored(p.known[at].Cron) {
		s.Cron = p.known[at].Cron // the file does not say since when, and it is known
		if times, err = s.Times(p.e.set.ShortestEvery); err != nil {
			return err
		}
	}
	next, err := times.Next(p.e.now())
	if err != nil {
		return err
	}
	s.Declared, s.NextAt = true, next.At
	linked, err := p.e.store.ChannelFeeds(ctx, s.Channel)
	if err != nil {
		return err
	}
	var missing []ID
	for _, id := range s.Feeds {
		if !slices.Contains(linked, id) {
			missing = append(missing, id)
		}
	}
	if at < 0 {
		p.newSchedule(s, missing)
	} else {
		p.oldSchedule(p.known[at], s, missing)
	}
	return nil
}

// unanchored is a spec without the date from which its weeks are counted.
func unanchored(spec string) string {
	words, _, _ := strings.Cut(spec, " from ")
	return words
}

func (p *planner) newSchedule(s Schedule, links []ID) {
	s.ID, s.CreatedAt = NewID(p.e.now()), p.e.now()
	if s.Paused {
		s.NextAt, s.Reason = time.Time{}, DeclaredPaused
	}
	details := s.outline()
	if len(s.Feeds) > 0 {
		details = append(details, "feeds: "+p.urls(s.Feeds))
	}
	p.put(ChangeAdd, s, details, links)
}

// oldSchedule plans what becomes of a stored schedule. What a person decided
// about its next times, a pause or a skip, stays.
func (p *planner) oldSchedule(old, s Schedule, links []ID) {
	s.ID, s.CreatedAt, s.Skips = old.ID, old.CreatedAt, old.Skips
	if old.sameTimes(s) && !old.NextAt.IsZero() {
		s.NextAt = old.NextAt
	}
	switch {
	case s.Paused:
		s.NextAt, s.Reason = time.Time{}, DeclaredPaused
	case old.Paused && old.Reason == "": // a person paused it
		s.Paused, s.NextAt, s.ResumeAt = true, time.Time{}, old.ResumeAt
	case old.Paused && old.Reason == BotRemoved: // until it is invited again
		s.Paused, s.NextAt, s.Reason, s.ResumeAt = true, time.Time{}, BotRemoved, old.ResumeAt
	case old.Paused && old.Channel == s.Channel && strings.HasPrefix(old.Reason, LostChannel): // until somebody says so
		s.Paused, s.NextAt, s.Reason = true, time.Time{}, old.Reason
	}
	details := p.differences(old, s)
	if old.Reason != NotDeclared && len(details) == 0 && len(links) > 0 {
		details = append(details, "feeds that "+s.Channel.String()+" has again: "+p.urls(links))
	}
	switch {
	case len(details) > 0:
		p.put(ChangeAlter, s, details, links)
	case old.DeclaredAt != s.DeclaredAt:
		p.moved("schedule", s.Name, s.ID, s.DeclaredAt)
	}
}

// differences says in what a schedule becomes another.
func (p *planner) differences(old, s Schedule) []string {
	pause := func(s Schedule) string {
		if s.Paused {
			return cmp.Or(s.Reason, "paused")
		}
		return "runs"
	}
	details := appendNonEmpty(nil, changed("state", pause(old), pause(s)))
	if !old.Declared {
		details = append(details, "it was added by hand, and is declared now")
	}
	details = appendNonEmpty(details, changed("channel", old.Channel.String(), s.Channel.String()))
	details = appendNonEmpty(details, changed("times", old.Cron, s.Cron))
	details = appendNonEmpty(details, changed("feeds", p.urls(old.Feeds), p.urls(s.Feeds)))
	for _, o := range ScheduleOptions() {
		details = appendNonEmpty(details, o.Diff(old, s))
	}
	return details
}

// put plans to store a schedule, and to link feeds to its channel.
func (p *planner) put(change string, s Schedule, details []string, links []ID) {
	p.add(change, "schedule", s.Name, s.DeclaredAt, details, func(ctx context.Context) error {
		for _, id := range links {
			if err := p.e.store.LinkFeed(ctx, id, s.Channel, Audit{}); err != nil {
				return err
			}
		}
		return p.e.store.PutSchedule(ctx, s, p.e.audit(Config, "schedule_declare", string(s.ID), details...).In(s.Channel))
	})
}

// urls names feeds for people.
func (p *planner) urls(ids []ID) string {
	var out []string
	for _, id := range ids {
		name := id.Short()
		for _, from := range []map[string]Feed{p.stored, p.feeds} {
			for url, f := range from {
				if f.ID == id {
					name = url
				}
			}
		}
		out = append(out, name)
	}
	return cmp.Or(strings.Join(out, ", "), "those of its channel")
}

// gone plans to pause what was declared once and no longer is.
func (p *planner) gone(d Declared, all []Feed) {
	for _, s := range p.known {
		still := slices.ContainsFunc(d.Schedules, func(x DeclaredSchedule) bool { return x.Name == s.Name })
		if !s.Declared || still || s.Reason == NotDeclared {
			continue
		}
		s.Paused, s.NextAt, s.ResumeAt, s.Reason = true, time.Time{}, time.Time{}, NotDeclared
		p.add(ChangePause, "schedule", s.Name, "", []string{NotDeclared}, func(ctx context.Context) error {
			return p.e.store.PutSchedule(ctx, s, p.e.audit(Config, "schedule_pause", string(s.ID), NotDeclared).In(s.Channel))
		})
	}
	for _, f := range all {
		if !f.Declared || p.feeds[f.URL].ID != "" || f.Reason == NotDeclared {
			continue
		}
		f.State, f.Reason, f.NextAt = FeedStopped, NotDeclared, time.Time{}
		p.add(ChangePause, "feed", f.URL, "", []string{NotDeclared}, func(ctx context.Context) error {
			return p.e.store.PutFeed(ctx, f, p.e.audit(Config, "feed_stop", string(f.ID), f.URL, NotDeclared))
		})
	}
}

func appendNonEmpty(list []string, s string) []string {
	if s == "" {
		return list
	}
	return append(list, s)
}
