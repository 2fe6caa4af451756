package bot

import (
	"context"
	"fmt"
	"time"
)

// A ReportRange is the days that a report is about, on the clock of a zone. A
// discussion is in it when it was opened on one of them, with all its replies.
type ReportRange struct {
	From, Until time.Time // from the first instant of the first day until before the first one of the day after the last
	Zone        string
}

// Last is an instant of the last day.
func (r ReportRange) Last() time.Time { return r.Until.Add(-1) }

// String is the days and the zone in words, as "1 to 31 March 2027 (Europe/Berlin)".
func (r ReportRange) String() string {
	first, last := r.From, r.Last()
	text := last.Format("2 January 2006")
	switch {
	case first.Year() != last.Year():
		text = first.Format("2 January 2006") + " to " + text
	case first.Month() != last.Month():
		text = first.Format("2 January") + " to " + text
	case first.Day() != last.Day():
		text = first.Format("2") + " to " + text
	}
	return text + " (" + r.Zone + ")"
}

// ReportRange reads the days of a report on a channel, both included, each as
// 2027-03-01, on the clock of its installation. Without a first day it is from
// the beginning of the month on, and without a last one until today; a last day
// that is still to come is today. The error is a [Problem].
func (e *Engine) ReportRange(ctx context.Context, ch Channel, from, to string) (ReportRange, error) {
	i, err := e.store.Installation(ctx, ch.Platform, ch.Workspace)
	if err != nil {
		return ReportRange{}, err
	}
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		zone = time.UTC
	}
	return reportRange(from, to, e.now().In(zone))
}

func reportRange(from, to string, now time.Time) (ReportRange, error) {
	today := dayOf(now)
	last, err := reportDay(to, today)
	if err != nil {
		return ReportRange{}, err
	}
	if last.After(today) {
		last = today
	}
	first, err := reportDay(from, time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC))
	switch {
	case err != nil:
		return ReportRange{}, err
	case first.After(today):
		return ReportRange{}, Problemf("bad_day", "%s is still to come, and there is nothing to report of it: give a day until today, which is %s in %s",
			first.Format(time.DateOnly), today.Format(time.DateOnly), now.Location())
	case first.After(last):
		return ReportRange{}, Problemf("bad_day", "%s comes after %s: give the earlier day as from and the later one as to", first.Format(time.DateOnly), last.Format(time.DateOnly))
	}
	return ReportRange{From: firstInstant(first, now.Location()), Until: firstInstant(last.AddDate(0, 0, 1), now.Location()), Zone: now.Location().String()}, nil
}

// dayOf is the date that a clock shows, as midnight in UTC.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func reportDay(text string, missing time.Time) (time.Time, error) {
	if text == "" {
		return missing, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, Problemf("bad_day", "%q is no day: write it like 2027-03-01", firstWord(text))
	}
	return day, nil
}

// firstInstant is when a date begins in a zone: where the clock skips midnight,
// the first instant after the gap, and where it shows midnight twice, the first.
func firstInstant(day time.Time, zone *time.Location) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if dayOf(t).Before(day) {
		if _, end := t.ZoneBounds(); !end.IsZero() {
			return end
		}
	}
	if start, _ := t.ZoneBounds(); dayOf(t) == day && !start.IsZero() {
		if before := start.Add(-1); dayOf(before) == day {
			return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.FixedZone("", offsetOf(before))).In(zone)
		}
	}
	return t
}

func offsetOf(t time.Time) int {
	_, offset := t.Zone()
	return offset
}

// ReportTotals are the sums of a report: how much was said, and nobody's name.
type ReportTotals struct {
	Discussions, Withdrawn, Erased int // the latter two are among the first
	Replies, Late, People          int
	Questions                      []int // replies to each question; at 0, to discussions as a whole
	Gaps, Unread                   int   // discussions in which nobody listened for a time, and those not read completely afterwards
}

func reportCommands() []CommandSpec {
	return []CommandSpec{{Name: "report", Help: "how much was said here, in sums without names; this month if no days are given", Manage: true, answer: (*Engine).answerReport,
		Params: []Param{
			{Name: "from", Help: "the first day, as 2027-03-01", Flag: true},
			{Name: "to", Help: "the last day", Flag: true},
		}}}
}

func (e *Engine) answerReport(ctx context.Context, c Command) (Answer, error) {
	days, err := e.ReportRange(ctx, c.Channel, c.Args["from"], c.Args["to"])
	if err != nil {
		return Answer{}, err
	}
	t, err := e.store.ReportTotals(ctx, c.Channel, days)
	if err != nil {
		return Answer{}, err
	}
	if t.Discussions == 0 {
		return say("No discussion was opened here %s.", days), nil
	}
	lines := []string{fmt.Sprintf("Opened here %s: %s%s.", days, plural(t.Discussions, "discussion", "discussions"), t.gone())}
	lines = append(lines, fmt.Sprintf("%s by %s, %s.", plural(t.Replies, "reply", "replies"), plural(t.People, "person", "people"), t.lateShare()))
	for n, count := range t.Questions {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("To question %d: %d", n, count))
		}
	}
	if len(t.Questions) > 0 {
		lines = append(lines, fmt.Sprintf("To discussions as a whole: %d", t.Questions[0]))
	}
	if t.Gaps > 0 {
		lines = append(lines, fmt.Sprintf("For a time nobody listened in %s. %s", plural(t.Gaps, "discussion", "discussions"), t.unread()))
	}
	return list(append(lines, "What was deleted or erased, and what people wrote while they had opted out, is not in these sums.")...), nil
}

func (t ReportTotals) gone() string {
	text := ""
	if t.Withdrawn > 0 {
		text += fmt.Sprintf(", %d withdrawn", t.Withdrawn)
	}
	if t.Erased > 0 {
		text += fmt.Sprintf(", %d erased at the end of the retention", t.Erased)
	}
	return text
}

func (t ReportTotals) lateShare() string {
	if t.Replies == 0 || t.Late == 0 {
		return "none of them late"
	}
	return fmt.Sprintf("%d of them late (%d %%)", t.Late, (t.Late*100+t.Replies/2)/t.Replies)
}

func (t ReportTotals) unread() string {
	if t.Unread == 0 {
		return "All of it was read afterwards."
	}
	return fmt.Sprintf("%s could not be read completely afterwards: what was written there then may be missing.", plural(t.Unread, "thread", "threads"))
}
