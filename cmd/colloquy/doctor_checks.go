package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

const (
	leastDisk = 100 << 20       // bytes, below which the disk counts as full
	tardy     = 2 * time.Minute // how long something due may wait before that is a finding
)

func (e *examination) configuration() {
	if e.config.File == "" {
		e.good("configuration", "there is no configuration file, and none is needed")
		return
	}
	e.good("configuration", "%s is right: %s, %s", e.config.File,
		plural(len(e.config.Feeds), "feed", "feeds"), plural(len(e.config.Schedules), "schedule", "schedules"))
}

// serving looks whether what is due gets done.
func (e *examination) serving(ctx context.Context, rt *running, schedules []bot.Schedule) {
	overdue, _, err := rt.db.Overdue(ctx, e.now().Add(-tardy))
	if err != nil {
		e.failed("serve", err)
		return
	}
	serves := served(ctx, rt.db)
	active := slices.ContainsFunc(schedules, func(s bot.Schedule) bool { return !s.Paused })
	var late []string
	for _, n := range []struct {
		count     int
		one, many string
	}{
		{overdue[store.KindSchedule], "schedule", "schedules"}, {overdue[bot.WorkOccurrence], "post asked for", "posts asked for"},
		{overdue[bot.WorkDiscussion], "discussion to go on with", "discussions to go on with"},
	} {
		if n.count > 0 {
			late = append(late, plural(n.count, n.one, n.many))
		}
	}
	switch {
	case len(late) > 0 && serves:
		e.bad("serve", "it runs, and is behind: overdue are "+strings.Join(late, ", "), "look into its log for errors")
	case len(late) > 0:
		e.bad("serve", "it does not run, and overdue are "+strings.Join(late, ", "), "start 'colloquy serve'")
	case serves:
		e.good("serve", "%s, and nothing is overdue", e.whoServes(ctx, rt))
	case active:
		e.note("serve", "it does not run", "start 'colloquy serve': schedules are posted and replies recorded while it runs")
	default:
		e.good("serve", "it does not run, and nothing is scheduled")
	}
}

// whoServes says who runs everything in the database.
func (e *examination) whoServes(ctx context.Context, rt *running) string {
	if list, err := rt.db.Replicas(ctx); err == nil && rt.db.Shared() {
		return plural(len(list), "replica runs", "replicas run")
	}
	return owner(store.RealPath(e.set.db)+".lock") + " runs"
}

func (e *examination) feeds(ctx context.Context, rt *running) {
	feeds, err := rt.db.Feeds(ctx, bot.Channel{})
	if err != nil {
		e.failed("feeds", err)
		return
	}
	healthy := 0
	for _, f := range feeds {
		switch {
		case f.State == bot.FeedActive:
			healthy++
		case f.Reason == bot.NotDeclared:
			e.note("feed "+f.ID.Short(), feedName(f)+" was "+f.Reason, "'colloquy feed remove "+f.ID.Short()+"' forgets it")
		default:
			e.bad("feed "+f.ID.Short(), fmt.Sprintf("%s is %s: %s", feedName(f), f.State, f.Reason),
				fmt.Sprintf("'colloquy feed test %s' reads it again; remove it if it is gone", f.ID.Short()))
		}
	}
	if len(feeds) == 0 {
		e.good("feeds", "there are none")
	} else if healthy > 0 {
		e.good("feeds", "%s read without trouble", plural(healthy, "feed is", "feeds are"))
	}
}

func (e *examination) schedules(ctx context.Context, rt *running, schedules []bot.Schedule) {
	for _, s := range schedules {
		name := "schedule " + s.ID.Short()
		if _, err := s.Times(e.config.Shortest); err != nil {
			e.bad(name, bot.Explain(err), fmt.Sprintf("remove it with 'colloquy schedule remove %s' and add it anew", s.ID.Short()))
			continue
		}
		if text, fix := e.scheduleFeeds(ctx, rt, s); text != "" {
			e.bad(name, text, fix)
			continue
		}
		switch {
		case s.Reason == bot.NotDeclared || s.Reason == bot.DeclaredPaused:
			e.good(name, "it is paused: %s", s.Reason)
		case s.Paused && s.Reason == bot.BotRemoved:
			e.note(name, "it is paused: "+s.Reason, "it goes on by itself when the bot is invited again")
		case s.Paused && s.Reason != "":
			e.bad(name, "it was paused: "+s.Reason, fmt.Sprintf("mend that, then 'colloquy schedule resume %s'", s.ID.Short()))
		case s.Paused:
			e.note(name, "somebody paused it", fmt.Sprintf("'colloquy schedule resume %s' goes on with it", s.ID.Short()))
		default:
			e.good(name, "%s in %s, next %s", s.Cron, s.Channel, zoned(inZone(s.NextAt, s.Zone)))
		}
	}
	if n := e.undeclared(schedules); n > 0 {
		e.note("schedules", fmt.Sprintf("%s declares %s that nothing has read yet", e.config.File, plural(n, "schedule", "schedules")), "start 'colloquy serve' again, or send it SIGHUP")
	}
}

// scheduleFeeds says what is wrong with the feeds of a schedule, if anything.
func (e *examination) scheduleFeeds(ctx context.Context, rt *running, s bot.Schedule) (text, fix string) {
	ids := s.Feeds
	if len(ids) == 0 {
		var err error
		if ids, err = rt.db.ChannelFeeds(ctx, s.Channel); err != nil {
			return bot.Explain(err), "run it again with --log-level debug"
		}
	}
	for _, id := range ids {
		if _, err := rt.db.Feed(ctx, id); err != nil {
			return "its feed " + id.Short() + " is gone", "remove the schedule and add it anew with a feed"
		}
	}
	if len(ids) == 0 {
		return "it has no feeds, and neither has " + s.Channel.String(), "add one with 'colloquy feed add URL --channel " + s.Channel.String() + "'"
	}
	return "", ""
}

// channels asks the adapters about the channels that something is scheduled
// for, and where the operator hears of trouble.
func (e *examination) channels(ctx context.Context, rt *running, schedules []bot.Schedule) {
	var seen []bot.Channel
	check := func(ch bot.Channel) {
		if ch == (bot.Channel{}) || slices.Contains(seen, ch) {
			return
		}
		seen = append(seen, ch)
		e.ask(ctx, rt, ch)
	}
	for _, s := range schedules {
		if !s.Paused {
			check(s.Channel)
			check(s.Rules.Approve)
		}
	}
	check(e.config.NoticesChannel)
}

// posts looks for posts of the last week that may be there or not.
func (e *examination) posts(ctx context.Context, rt *running) {
	const shown = 5
	list, err := rt.db.UnknownPosts(ctx, e.now().Add(-7*day), shown)
	if err != nil {
		e.failed("posts", err)
		return
	}
	for _, p := range list {
		d, err := rt.db.Discussion(ctx, p.DiscussionID)
		if err != nil {
			e.failed("posts", err)
			return
		}
		e.bad("post "+p.ID.Short(), fmt.Sprintf("nobody knows whether the %s of discussion %s is out: %s", p.Kind, p.DiscussionID.Short(), p.Reason),
			"look in "+d.Channel.String()+"; it is not sent again by itself")
	}
	if len(list) == 0 {
		e.good("posts", "the fate of every post of the last week is known")
	}
}

// troubles lists what fails and is in none of the other checks.
func (e *examination) troubles(ctx context.Context, rt *running) {
	open, err := rt.db.Troubles(ctx, "", "")
	if err != nil {
		e.failed("troubles", err)
		return
	}
	others := 0
	for _, t := range open {
		switch t.Cause {
		case bot.CauseFeed, bot.CausePaused, bot.CauseUnknown, bot.CauseChannel: // looked at above
			continue
		}
		others++
		text, fix := bot.DescribeTrouble(t)
		e.bad("trouble "+t.Cause, text+" (since "+e.local(t.Since)+")", fix)
	}
	if others == 0 {
		e.good("troubles", "nothing else is known to fail")
	}
}
