package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// moment shows a time on the clock of the report's zone.
func (r *report) moment(t time.Time) string {
	return t.In(r.days.From.Location()).Format("2 Jan 2006 15:04")
}

// span shows from when to when.
func (r *report) span(from, to time.Time) string {
	first, last := r.moment(from), r.moment(to)
	if day := len(last) - len("15:04"); strings.HasPrefix(first, last[:day]) {
		last = last[day:]
	}
	return "from " + first + " to " + last
}

// opened is when a discussion was posted, or was to be.
func opened(d *store.ReportDiscussion) time.Time {
	if d.OpenedAt.IsZero() {
		return d.CreatedAt
	}
	return d.OpenedAt
}

// mostGaps is how many times without listening are told one by one.
const mostGaps = 3

// unheard says when nobody listened and the thread was not read completely
// afterwards; empty if there was no such time.
func (r *report) unheard(d *store.ReportDiscussion) string {
	var times []string
	for _, g := range d.Gaps {
		if !g.Listed {
			times = append(times, r.span(g.From, g.To))
		}
	}
	if len(times) == 0 {
		return ""
	}
	if more := len(times) - mostGaps; more > 0 {
		times = append(times[:mostGaps], plural(more, "other time", "other times"))
	}
	return "nobody listened " + strings.Join(times, " and ")
}

// caughtUp says when nobody listened and the thread was read afterwards.
func (r *report) caughtUp(d *store.ReportDiscussion) string {
	gaps := slices.DeleteFunc(slices.Clone(d.Gaps), func(g bot.Gap) bool { return !g.Listed })
	if len(gaps) == 0 {
		return ""
	}
	found := 0
	for _, g := range gaps {
		found += g.Recovered
	}
	text := "nobody listened " + r.span(gaps[0].From, gaps[0].To)
	if len(gaps) > 1 {
		text = fmt.Sprintf("nobody listened %d times", len(gaps))
	}
	return text + ", and the thread was read afterwards: " + plural(found, "reply", "replies") + " found"
}

// remark is what has to be known to read the figures of a discussion.
func (r *report) remark(d *store.ReportDiscussion) string {
	var parts []string
	switch d.State {
	case bot.StateErased:
		parts = append(parts, "what people wrote is erased, its time is over")
	case bot.StateUnknown:
		parts = append(parts, "unknown: nobody knows whether it was posted")
	}
	if text := r.unheard(d); text != "" {
		parts = append(parts, "unknown: "+text)
	}
	if text := r.caughtUp(d); text != "" {
		parts = append(parts, text)
	}
	if d.Removed && d.State != bot.StateErased {
		parts = append(parts, "some messages were deleted, erased or not recorded, and whose is not known")
	}
	return strings.Join(parts, "; ")
}

// remark is what has to be known to read a line.
func (r *report) lineRemark(l reportLine) string {
	switch {
	case l.status == toldReplied && l.person.out:
		return "opted out since"
	case l.status == toldUnknown && l.discussion.State == bot.StateUnknown:
		return "nobody knows whether it was posted"
	case l.status == toldUnknown:
		return r.unheard(l.discussion)
	case l.status == toldNothing && !l.person.seen:
		return neverSeen
	}
	return ""
}

const neverSeen = "never seen: nothing of this id is stored"

// standing is what is to be known of a person in all discussions.
func (p reportPerson) standing() string {
	switch {
	case p.out:
		return "opted out"
	case !p.seen:
		return neverSeen
	}
	return ""
}

// questionNames are the questions that were answered, as people say them.
func (t tally) questionNames() []string {
	var out []string
	for _, n := range t.numbers() {
		if n > 0 {
			out = append(out, fmt.Sprintf("Q%d", n))
		}
	}
	if t.questions[0] > 0 {
		out = append(out, "whole")
	}
	return out
}

// numbers are the questions that were answered, in order.
func (t tally) numbers() []int {
	var out []int
	for n := range t.questions {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

func toNames(to []bot.Person) []string {
	var out []string
	for _, p := range to {
		out = append(out, inline(p.Name))
	}
	return out
}
