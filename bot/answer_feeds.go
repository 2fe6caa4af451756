package bot

import (
	"context"
	"fmt"
	"slices"
)

func feedCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "feed list", Help: "the feeds of this channel, and how they are", answer: (*Engine).answerFeeds},
		{Name: "feed add", Help: "add a feed to this channel", Manage: true, answer: (*Engine).answerFeed,
			Params: []Param{{Name: "url", Help: "URL of an RSS, Atom or JSON feed", Required: true}}},
		{Name: "feed test", Help: "read a feed now and say how it is", Manage: true, Params: []Param{idParam("feed")}, answer: (*Engine).answerFeed},
		{Name: "feed remove", Help: "take a feed off this channel", Manage: true, Params: []Param{idParam("feed")}, answer: (*Engine).answerFeed},
	}
}

func (e *Engine) answerFeeds(ctx context.Context, c Command) (Answer, error) {
	feeds, err := e.store.Feeds(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	if len(feeds) == 0 {
		return say("This channel has no feeds. Add one with %s feed add URL.", CommandPrefix), nil
	}
	var out []string
	for _, f := range feeds {
		out = append(out, DescribeFeed(f))
	}
	return list(out...), nil
}

// DescribeFeed says in one line how a feed is.
func DescribeFeed(f Feed) string {
	name := f.Title
	if name == "" {
		name = f.Name
	}
	if name == "" {
		name = "feed"
	}
	s := fmt.Sprintf("%s (%s): %s, %s known, %s", name, f.ID.Short(), f.State, plural(f.Items, "item", "items"), f.URL)
	if f.Reason != "" {
		s += " — " + f.Reason
	}
	return s
}

func (e *Engine) answerFeed(ctx context.Context, c Command) (Answer, error) {
	if c.Name == "feed add" {
		if url := c.Args["url"]; !isURL(url) {
			return say("%q is no URL. Give one that begins with https://.", firstWord(url)), nil
		}
		// Reading the feed may take longer than a platform waits: the next
		// poll says how it is.
		f, err := e.addFeedUnread(ctx, c.Args["url"], c.Channel.Parent(), c.by())
		if err != nil {
			return Answer{}, err
		}
		return say("The feed is added as %s and is being read. What it holds now counts as seen; %s feed list says how it is.", f.ID.Short(), CommandPrefix), nil
	}
	f, err := e.channelFeed(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if c.Name == "feed remove" {
		if err := e.declaredFor(ctx, f, c.Channel); err != nil {
			return Answer{}, err
		}
		if err := e.store.UnlinkFeed(ctx, f.ID, c.Channel, e.audit(c.by(), "feed_remove", string(f.ID), f.URL)); err != nil {
			return Answer{}, err
		}
		return say("The feed %s is off this channel.", f.ID.Short()), nil
	}
	was := f.State
	f.State, f.Failures, f.NextAt = FeedActive, 0, e.now()
	if err := e.store.PutFeed(ctx, f, e.audit(c.by(), "feed_test", string(f.ID), f.URL, changed("state", was, f.State))); err != nil {
		return Answer{}, err
	}
	return say("The feed %s is being read; %s feed list says how it is.", f.ID.Short(), CommandPrefix), nil
}

// declaredFor refuses to take a feed off a channel for which the configuration
// file has it.
func (e *Engine) declaredFor(ctx context.Context, f Feed, ch Channel) error {
	schedules, err := e.store.Schedules(ctx, ch)
	if err != nil {
		return err
	}
	for _, s := range schedules {
		if slices.Contains(s.Feeds, f.ID) && s.fromFile("") != nil {
			return inFile(fmt.Sprintf("the feed %s is named by schedule %q, which", f.ID.Short(), s.Name), "declared in the configuration file", s.DeclaredAt, "take it off there")
		}
	}
	return nil
}

// addFeedUnread stores a feed without reading it; it is due for its first poll.
func (e *Engine) addFeedUnread(ctx context.Context, url string, ch Channel, by By) (Feed, error) {
	f, found, err := e.store.FeedByURL(ctx, url)
	if err != nil {
		return f, err
	}
	if found {
		return f, e.store.LinkFeed(ctx, f.ID, ch, e.audit(by, "feed_add", string(f.ID), f.URL))
	}
	now := e.now()
	f = Feed{ID: NewID(now), URL: url, State: FeedActive, CreatedAt: now, NextAt: now}
	if err := e.store.PutFeed(ctx, f, e.audit(by, "feed_add", string(f.ID), f.URL)); err != nil {
		return f, err
	}
	return f, e.store.LinkFeed(ctx, f.ID, ch, Audit{})
}

// channelFeed finds the feed that a command names, among those of its channel.
func (e *Engine) channelFeed(ctx context.Context, c Command) (Feed, error) {
	feeds, err := e.store.Feeds(ctx, c.Channel)
	if err != nil {
		return Feed{}, err
	}
	var found []Feed
	for _, f := range feeds {
		if endsIn(f.ID, c.Args["id"]) || f.URL == c.Args["id"] || f.Name != "" && f.Name == c.Args["id"] {
			found = append(found, f)
		}
	}
	return oneOf(found, "feed", c.Args["id"])
}

func endsIn(id ID, ending string) bool {
	return ending != "" && len(id) >= len(ending) && string(id[len(id)-len(ending):]) == ending
}

// oneOf is the one element of found, or a [Problem] that says how many there are.
func oneOf[T any](found []T, kind, ref string) (T, error) {
	var zero T
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return zero, &Problem{Code: "not_found", Text: fmt.Sprintf("no %s here has the id %q", kind, ref), Err: ErrNotFound}
	}
	return zero, Problemf("ambiguous", "%d %ss end in %q; give more of the id", len(found), kind, ref)
}
