package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/robfig/cron/v3"
)

const (
	longestSpec  = 200                  // characters; the parser itself takes any length
	longestEvery = 366 * 24 * time.Hour // of "@every"
	mostSteps    = 200_000              // that Between takes to count
)

// Times are the due times of a schedule: a cron spec or plain words, read in a
// time zone. Only the parsing of specs is robfig/cron's; the next time is found
// by our own rules, since the library skips and repeats times around clock changes:
//
//   - A spec whose hour field begins with "*" follows elapsed time: it is due at
//     every instant whose local time matches. An hour that comes twice is due
//     twice, one that the clock skips is not. "@every D" and "hourly" follow
//     elapsed time too.
//   - Every other spec follows the wall clock: a time that the clock skips is
//     due at the first instant after the gap, one that comes twice at the first
//     of the two, and times that fall on one instant are due once.
//
// Where both the day of the month and the weekday are restricted, a day that
// matches either of them counts; "*/2" counts as a restriction.
//
// Times come from [ParseTimes]. They are values and safe for concurrent use.
type Times struct {
	spec    string
	zone    *time.Location
	every   time.Duration // of "@every"; else 0, and fields holds the spec
	elapsed bool
	fields  cron.SpecSchedule // bit sets; its Next is never used
	words   *wording          // of plain words; else nil

	calendar *Calendar // what is left out; nil is nothing
}

// A Moment is one due time.
type Moment struct {
	At   time.Time // in the schedule's zone
	Note string    // in plain words how a clock change moved or merged it; else empty

	LeftOut string // from [Times.Agenda]: why it is left out; empty if it is due
	More    int    // and how many more after it are, for the same reason
}

// ParseTimes reads a spec of five fields (minute, hour, day of month, month,
// weekday; 0 and 7 are Sunday), "@hourly", "@daily", "@weekly", "@monthly",
// "@yearly" or "@every 90m"; or else plain words:
//
//	daily 08:00,17:00                     weekdays 09:00        weekends 10:00
//	mon,thu 18:30                         mon-sat 9am           hourly
//	first mon 09:00                       last fri 17:00        first weekday 09:00
//	monthly 1,15 09:00                    15th 09:00            last day 17:00
//	every 2 weeks mon 09:00 from 2026-11-30
//
// Every so many weeks is counted in runs of seven days that begin with the date
// after "from", before which nothing is due; without one, from Monday, 5 January
// 1970. [Times.Normal] adds the date. A day that a month does not have is left
// out in that month.
//
// zone is an IANA name; empty means UTC. shortest is
// the least that "@every" may take, 0 means a minute; below a minute, a sixth
// field in front of the others gives seconds. Errors are a [Problem] with the
// code "bad_cron" or "bad_zone".
func ParseTimes(spec, zone string, shortest time.Duration) (Times, error) {
	loc, err := parseZone(zone)
	if err != nil {
		return Times{}, err
	}
	if shortest <= 0 {
		shortest = time.Minute
	}
	spec = strings.TrimSpace(spec)
	t := Times{spec: spec, zone: loc}
	upper := strings.ToUpper(spec)
	switch n := utf8.RuneCountInString(spec); {
	case n == 0:
		return Times{}, badCron(nil, "the times are empty; write such as \"weekdays 09:00\", or five fields (minute hour day month weekday), such as 0 9 * * MON-FRI")
	case n > longestSpec:
		return Times{}, badCron(nil, "the times have %d characters and may have %d; use ranges and steps, or several schedules", n, longestSpec)
	case strings.HasPrefix(upper, "TZ="), strings.HasPrefix(upper, "CRON_TZ="):
		return Times{}, badCron(nil, "the times %q name a time zone; leave it out here and give it as the schedule's zone", spec)
	case strings.HasPrefix(upper, "@EVERY"):
		t.every, err = parseEvery(spec, shortest)
	case inFields(spec):
		t.fields, t.elapsed, err = parseFields(spec, shortest)
	default:
		if t.words, err = readWording(spec, shortest); err == nil {
			t.elapsed = t.words.hourly
		}
	}
	if err != nil {
		return Times{}, err
	}
	// 2000 begins a span of eight years that has every date of the calendar.
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix() - 1
	if t.words != nil {
		begin = max(begin, t.words.from-1)
	}
	if _, ok := t.nextWall(begin); t.every == 0 && !ok {
		return Times{}, badCron(nil, "the times %q never come: no month in them has that day; change the day or the month", spec)
	}
	return t, nil
}

// String is the spec and its zone, as people read them.
func (t Times) String() string {
	if t.zone == nil {
		return "never"
	}
	return t.spec + " (" + t.zone.String() + ")"
}

// Normal is how the spec is stored when it is entered at the given moment.
// Plain words come in one form for the same times, and "every 2 weeks" with the
// Monday of the week in which it is due first: "every 2 weeks mon 09:00 from
// 2026-11-30". A cron spec stays as it is.
func (t Times) Normal(now time.Time) string {
	if t.words == nil {
		return t.spec
	}
	w := *t.words
	if w.weeks > 1 && w.from == 0 {
		weekly := t
		weekly.words = &wording{days: w.days, clocks: w.clocks}
		at := now.Unix()
		if wall, ok := weekly.nextWall(weekly.reached(at, weekly.period(at))); ok && validFrom(time.Unix(wall, 0).UTC()) {
			w.from = wall - modulo(wall-firstMonday, 7*daySeconds)
		}
	}
	return w.String()
}

// Next is the first due time strictly after the given one. "@every" counts
// from after, which is therefore the last due time, or the start. An error
// means that there is none within eight years or in the years 1 to 9999, or
// that time would not advance; the schedule must then be stopped, not retried.
// The code is "all_left_out" where the calendar of [Times.Without] leaves none.
func (t Times) Next(after time.Time) (Moment, error) {
	if t.calendar != nil {
		return t.nextKept(after)
	}
	return t.next(after)
}

// next is Next without a calendar.
func (t Times) next(after time.Time) (Moment, error) {
	if t.zone == nil {
		return Moment{}, errors.New("next due time of times that were never parsed")
	}
	if y := after.UTC().Year(); y < 1 || y > 9999 {
		return Moment{}, badCron(nil, "the times %q cannot be counted from the year %d; use a year from 1 to 9999", t.spec, y)
	}
	var at int64
	var note string
	ok := true
	switch {
	case t.every > 0:
		at = after.Unix() + int64(t.every/time.Second)
	case t.elapsed:
		at, ok = t.nextElapsed(after.Unix())
	default:
		at, note, ok = t.nextOnWall(after.Unix())
	}
	m := Moment{At: time.Unix(at, 0).In(t.zone), Note: note}
	if !ok || m.At.Year() > 9999 {
		return Moment{}, badCron(nil, "the times %q do not come again within eight years; change the day or the month", t.spec)
	}
	if !m.At.After(after) {
		return Moment{}, fmt.Errorf("next due time of %q does not advance: %s after %s", t, m.At, after)
	}
	return m, nil
}

// Between finds the due times in (after, until]: the newest of them in order,
// at most keep, and how many older ones there were. Its work is bounded: above
// 200,000 older ones, and of "@every" before two million that a calendar leaves
// out, older is a lower bound.
func (t Times) Between(after, until time.Time, keep int) (due []time.Time, older int) {
	keep = max(keep, 0)
	if t.every > 0 {
		return t.everyBetween(after, until, keep)
	}
	from := after
	if keep > 0 {
		if due = t.collect(after, until, keep); len(due) < keep {
			return due, 0
		}
		// A cron spec does not depend on where counting began, so halving finds
		// where the newest begin.
		for low, high := after.Unix(), until.Unix(); high-low > 1; {
			middle := time.Unix(low+(high-low)/2, 0)
			if later := t.collect(middle, until, keep); len(later) == keep {
				low, due = middle.Unix(), later
			} else {
				high = middle.Unix()
			}
		}
		until = due[0].Add(-1)
	}
	for older < mostSteps {
		m, err := t.Next(from)
		if err != nil || m.At.After(until) {
			break
		}
		from, older = m.At, older+1
	}
	return due, older
}

// collect lists the first due times in (after, until], at most limit.
func (t Times) collect(after, until time.Time, limit int) []time.Time {
	var due []time.Time
	for len(due) < limit {
		m, err := t.Next(after)
		if err != nil || m.At.After(until) {
			break
		}
		after = m.At
		due = append(due, after)
	}
	return due
}

// everyBetween counts back from the newest, since "@every" cannot be asked from
// a moment between two due times.
func (t Times) everyBetween(after, until time.Time, keep int) (due []time.Time, older int) {
	start, step := after.Unix(), int64(t.every/time.Second)
	count := max(0, (until.Unix()-start)/step)
	for i := count; i > 0 && older < mostSteps && count-i < 10*mostSteps; i-- {
		if t.calendar == nil && len(due) == keep {
			older = int(i)
			break
		}
		at := time.Unix(start+i*step, 0).In(t.zone)
		switch {
		case t.LeftOut(at) != "":
		case len(due) < keep:
			due = append(due, at)
		default:
			older++
		}
	}
	slices.Reverse(due)
	return due, older
}
