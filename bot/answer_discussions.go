package bot

import (
	"context"
	"fmt"
	"strings"
	"time"
)

func discussionCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "status", Help: "what is open here, and what comes next", answer: (*Engine).answerStatus},
		{Name: "why", Help: "what the last occurrences here did, and why", answer: (*Engine).answerWhy},
		{Name: "close", Help: "close the discussion now and post its recap", Manage: true, answer: (*Engine).answerClose,
			Params: []Param{{Name: "id", Help: "its id, or the end of it; the newest here if left out", Of: "discussion"}}},
	}
}

func (e *Engine) answerStatus(ctx context.Context, c Command) (Answer, error) {
	v, err := e.voice(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	v = v.private()
	var out []string
	open, err := e.store.Discussions(ctx, c.Channel, true, 5)
	if err != nil {
		return Answer{}, err
	}
	for _, d := range open {
		closes := "closes when its posts are out"
		if !d.ClosesAt.IsZero() {
			closes = "closes " + v.stamp(d.ClosesAt)
		}
		out = append(out, fmt.Sprintf("Open: %s — %s by %s, %s (%s)", d.Title,
			plural(d.Replies, "reply", "replies"), plural(d.People, "person", "people"), closes, d.ID.Short()))
	}
	if len(open) == 0 {
		out = append(out, "No discussion is open here.")
	}
	schedules, err := e.store.Schedules(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	for _, s := range schedules {
		out = append(out, describe(s))
	}
	if len(schedules) == 0 {
		out = append(out, "Nothing is scheduled here.")
	}
	if c.Actor.Manager {
		waiting, err := e.waiting(ctx, c.Channel)
		if err != nil {
			return Answer{}, err
		}
		out = append(out, waiting...)
		troubles, err := e.store.Troubles(ctx, c.Channel.Platform, c.Channel.Workspace)
		if err != nil {
			return Answer{}, err
		}
		out = append(out, troubleLines(troubles)...)
	}
	return list(out...), nil
}

// describe says in one line what a schedule does next.
func describe(s Schedule) string {
	next := "paused"
	if s.Reason != "" {
		next = "paused: " + s.Reason
	}
	if !s.NextAt.IsZero() {
		next = "next " + InZone(s.NextAt, s.Zone)
		if s.Skips > 0 {
			next += fmt.Sprintf(" (skips %d)", s.Skips)
		}
	}
	name := ""
	if s.Name != "" {
		name = s.Name + ", "
	}
	return fmt.Sprintf("Schedule %s (%s%s %s): %s", s.ID.Short(), name, s.Cron, s.Zone, next)
}

// InZone shows a moment on the clock of a zone, with its offset.
func InZone(t time.Time, zone string) string {
	if loc, err := time.LoadLocation(zone); err == nil {
		t = t.In(loc)
	}
	return t.Format("Mon 2 Jan 2006 15:04 MST (-07:00)")
}

func (e *Engine) answerWhy(ctx context.Context, c Command) (Answer, error) {
	last, err := e.store.Occurrences(ctx, c.Channel, "", 8)
	if err != nil {
		return Answer{}, err
	}
	schedules, err := e.store.Schedules(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	v, err := e.voice(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	out := PausedWhy(schedules...)
	latest, err := e.store.Discussions(ctx, c.Channel, false, 8)
	if err != nil {
		return Answer{}, err
	}
	out = append(out, endedWhy(latest)...)
	for _, o := range last {
		out = append(out, DescribeOccurrence(o, v.private().stamp))
		if o.Outcome == OutcomeNothingNew {
			continue // its reason has them all
		}
		refusals, err := e.store.Refusals(ctx, o.ID)
		if err != nil {
			return Answer{}, err
		}
		out = append(out, refusalLines(refusals)...)
	}
	if len(out) == 0 {
		return say("Nothing has happened here yet."), nil
	}
	return list(out...), nil
}

// shownRefusals is how many articles that were not taken an answer names.
const shownRefusals = 3

// refusalLines say which articles an occurrence did not take, and why.
func refusalLines(refusals []Refusal) []string {
	var out []string
	for i, r := range refusals {
		if i == shownRefusals {
			out = append(out, fmt.Sprintf("and %d more", len(refusals)-i))
			break
		}
		out = append(out, fmt.Sprintf("not %q: %s", r.Candidate.Title, r.Text))
	}
	return out
}

// PausedWhy says of those schedules that were not paused by a person why they
// are, one line each.
func PausedWhy(schedules ...Schedule) []string {
	var out []string
	for _, s := range schedules {
		if s.Paused && s.Reason != "" {
			out = append(out, fmt.Sprintf("Schedule %s is paused: %s", s.ID.Short(), s.Reason))
		}
	}
	return out
}

// endedWhy says of those discussions that ended because we lost access to them
// why they did.
func endedWhy(list []Discussion) []string {
	var out []string
	for _, d := range list {
		if !d.LostAt.IsZero() {
			out = append(out, fmt.Sprintf("%s (%s) ended: %s. %s reopen %s goes on with it once that is mended.", quoted(d.Title), d.ID.Short(), strings.TrimSuffix(d.Reason, "."), CommandPrefix, d.ID.Short()))
		}
	}
	return out
}

// DescribeOccurrence says in one line what an occurrence did, and why; show puts
// a moment into words.
func DescribeOccurrence(o Occurrence, show func(time.Time) string) string {
	what := strings.ReplaceAll(o.Outcome, "_", " ")
	if what == "" {
		what = "under way"
	}
	if o.Count > 1 {
		what = fmt.Sprintf("%d × %s", o.Count, what)
	}
	how := "scheduled"
	if o.Request.By != "" {
		how = "by hand"
	}
	s := fmt.Sprintf("%s (%s): %s", show(o.DueAt), how, what)
	if o.Reason != "" {
		s += " — " + o.Reason
	}
	return s
}

func (e *Engine) answerClose(ctx context.Context, c Command) (Answer, error) {
	var d Discussion
	if ref := c.Args["id"]; ref != "" {
		var err error
		if d, err = e.store.FindDiscussion(ctx, ref); err != nil {
			return Answer{}, err
		}
	} else {
		var found bool
		var err error
		if d, found, err = e.closable(ctx, c.Channel); err != nil {
			return Answer{}, err
		}
		if !found {
			return say("No discussion is open here."), nil
		}
	}
	if !sameTenant(d.Channel, c.Channel) {
		return say("That discussion is not in this workspace."), nil
	}
	if err := e.Close(ctx, d, c.by()); err != nil {
		return Answer{}, err
	}
	return say("Closing %q.", d.Title), nil
}

// closable finds the discussion that "close" without an id means: that of the
// thread it was said in, or the newest open one of the channel.
func (e *Engine) closable(ctx context.Context, ch Channel) (Discussion, bool, error) {
	if d, found, err := e.store.InThread(ctx, ch); err != nil || found {
		return d, found, err
	}
	list, err := e.store.Discussions(ctx, ch, true, 1)
	if err != nil || len(list) == 0 {
		return Discussion{}, false, err
	}
	return list[0], true, nil
}
