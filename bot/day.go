package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// parseDate reads 2026-12-24 as midnight UTC, which stands for the day.
func parseDate(s string) (time.Time, error) {
	date, err := time.Parse(time.DateOnly, s)
	if err == nil && date.Year() < 1 {
		err = fmt.Errorf("year %d", date.Year())
	}
	return date, err
}

// nearestDate finds the date that was perhaps meant by a wrong one: its parts
// in another order, the name of a month, or a day that the month does not have.
// year is taken where s has none; 0 is no year.
func nearestDate(s string, year int) (time.Time, bool) {
	var numbers []int
	var month time.Month
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		digits, rest := cutDigits(word)
		if m, ok := namedMonth(strings.ToLower(word)); ok {
			month = m
		} else if len(digits) == 8 && rest == "" { // 20261224
			numbers = append(numbers, smallNumber(digits[:4]), smallNumber(digits[4:6]), smallNumber(digits[6:]))
		} else if digits != "" {
			numbers = append(numbers, smallNumber(digits))
		}
	}
	if month != 0 { // as if it stood between the others
		numbers = slices.Insert(numbers, min(1, len(numbers)), int(month))
	}
	american := month == 0 && (strings.Contains(s, "/") || len(numbers) == 2 && !strings.Contains(s, "."))
	if len(numbers) == 2 && year > 0 {
		numbers = append(numbers, year)
	}
	if len(numbers) != 3 {
		return time.Time{}, false
	}
	d, m, y := numbers[0], numbers[1], numbers[2]
	switch {
	case d > 31:
		d, y = y, d
	case month == 0 && (m > 12 || american && d <= 12):
		d, m = m, d
	}
	if y < 100 {
		y += 2000
	}
	y, m = min(y, 9999), min(max(m, 1), 12)
	longest := time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, time.Month(m), min(max(d, 1), longest), 0, 0, 0, 0, time.UTC), true
}

// A dayReader reads one moment; see [ParseDay].
type dayReader struct {
	now, today int64 // an instant, and the wall time at which its day began
	why        string
	what       string        // the day in its right form; empty if there is none
	day        int64         // its wall time at midnight
	weekday    bool          // it comes again after a week
	clock      int64         // -1 is not given
	wait       time.Duration // instead of a day, if waits
	waits      bool
}

// ParseDay reads a moment to come, in a zone: 2026-12-24, "2026-12-24 09:00",
// monday, "tomorrow 9am", "in 3 days", 3d, 12h, or RFC 3339. Without a time of
// day it is the beginning of that day. A weekday is the next one after now. An
// error is a [Problem] with the code "bad_day" or "bad_zone".
func ParseDay(s, zone string, now time.Time) (time.Time, error) {
	loc, err := parseZone(zone)
	if err != nil {
		return time.Time{}, err
	}
	t := Times{zone: loc}
	wall := now.Unix() + t.period(now.Unix()).offset
	r := dayReader{now: now.Unix(), today: wall - modulo(wall, daySeconds), clock: -1}
	at, err := time.Parse(time.RFC3339, strings.ToUpper(strings.TrimSpace(s)))
	if err != nil {
		r.read(dayTokens(s))
		at = r.moment(t)
	} else {
		shown := at.Unix() + t.period(at.Unix()).offset
		r.what, r.day = isoDate(shown), shown-modulo(shown, daySeconds)
	}
	if r.what != "" && !at.After(now) {
		r.fail("is not in the future")
		r.comeAgain()
	}
	switch {
	case r.what == "":
		return time.Time{}, Problemf("bad_day", "%q is no day: write such as \"%s\", \"%s 09:00\", \"monday\", \"tomorrow\" or \"in 3 days\"",
			shortText(s), isoDate(r.today+7*daySeconds), isoDate(r.today+7*daySeconds))
	case r.why != "" && r.clock >= 0:
		r.what += " " + clock(r.clock)
		fallthrough
	case r.why != "":
		return time.Time{}, Problemf("bad_day", "the day %q %s: did you mean \"%s\"?", shortText(s), r.why, r.what)
	}
	return at.In(loc), nil
}

// dayTokens also divides 2026-12-24T09:00.
func dayTokens(s string) []string {
	s = strings.TrimSpace(s)
	if len(s) > 11 && likeDate(s[:10]) && (s[10] == 'T' || s[10] == 't') {
		s = s[:10] + " " + s[11:]
	}
	return plainTokens(s)
}

func (r *dayReader) fail(format string, args ...any) {
	if r.why == "" {
		r.why = fmt.Sprintf(format, args...)
	}
}

func (r *dayReader) read(tokens []string) {
	if slices.ContainsFunc(tokens, func(s string) bool { _, ok := namedMonth(s); return ok }) {
		r.named(tokens)
		return
	}
	for len(tokens) > 0 {
		s := tokens[0]
		tokens = tokens[1:]
		digits, unit := cutDigits(s)
		switch {
		case slices.Contains([]string{"at", "on", "in", "the", "next", "until", "for"}, s):
		case digits != "" && !likeDate(s):
			if unit == "" && len(tokens) > 0 {
				unit, tokens = tokens[0], tokens[1:]
			}
			r.amount(digits, unit)
		default:
			r.word(s)
		}
	}
}

// named reads a date with the name of its month, to offer it in figures.
func (r *dayReader) named(tokens []string) {
	var rest []string
	for _, s := range tokens {
		if second, why, meant := readClock(s); meant && len(s) != 4 { // a year
			r.setClock(second, why)
		} else {
			rest = append(rest, s)
		}
	}
	year := time.Unix(r.today, 0).UTC().Year()
	if date, ok := nearestDate(strings.Join(rest, " "), year); ok {
		if date.Unix() <= r.today {
			date = date.AddDate(1, 0, 0)
		}
		r.fail("is not written as year, month and day")
		r.setDay(date.Format(time.DateOnly), date.Unix())
	}
}

// amount reads a clock, or how long from now on.
func (r *dayReader) amount(digits, unit string) {
	n := smallNumber(digits)
	if n > mostDays {
		r.fail("is more than ten years away")
		n = mostDays
	}
	switch strings.TrimSuffix(unit, "s") {
	case "d", "day":
		r.setDay(fmt.Sprintf("in %d days", n), r.today+int64(n)*daySeconds)
	case "w", "week":
		n = min(n, mostDays/7)
		r.setDay(fmt.Sprintf("in %d weeks", n), r.today+int64(n)*7*daySeconds)
	case "h", "hour", "hr":
		r.setWait(time.Duration(n) * time.Hour)
	case "m", "min", "minute":
		r.setWait(time.Duration(n) * time.Minute)
	default:
		if d, err := ParseDuration(digits + unit); err == nil { // 1d12h
			r.setWait(d)
		} else if date, ok := r.dotted(digits + unit); ok {
			r.fail("is not written as year, month and day")
			r.setDay(date.Format(time.DateOnly), date.Unix())
		} else if second, why, meant := readClock(digits + unit); meant {
			r.setClock(second, why)
		} else {
			r.fail("has a number, %d, and not what it counts", n)
			if r.what == "" {
				r.amount(digits, "days")
			} else if r.clock < 0 {
				r.clock = int64(min(n, 23)) * 3600
			}
		}
	}
}

// dotted takes 24.12 for a date where there is none yet.
func (r *dayReader) dotted(s string) (time.Time, bool) {
	if !strings.Contains(s, ".") || r.what != "" {
		return time.Time{}, false
	}
	return nearestDate(s, time.Unix(r.today, 0).UTC().Year())
}

func (r *dayReader) word(s string) {
	if second, why, meant := readClock(s); meant {
		r.setClock(second, why)
	} else if day, ok := namedDay(s); ok {
		ahead := (day - int(time.Unix(r.today, 0).UTC().Weekday()) + 7) % 7
		r.weekday = r.weekday || r.what == ""
		r.setDay(strings.ToLower(time.Weekday(day).String()), r.today+int64(ahead)*daySeconds)
	} else if likeDate(s) {
		date, err := parseDate(s)
		if err != nil {
			r.fail("is not written as year, month and day")
			date, _ = nearestDate(s, 0)
		}
		r.setDay(date.Format(time.DateOnly), date.Unix())
	} else if s == "today" || s == "tomorrow" {
		day := r.today
		if s == "tomorrow" {
			day += daySeconds
		}
		r.setDay(s, day)
	} else {
		r.fail("has a word that is not known, %q", firstWord(s))
		near := foreignDay(s)
		if near == "" {
			near = Nearest(s, append([]string{"today", "tomorrow"}, weekdayNames...))
		}
		if near != "" {
			r.word(near)
		}
	}
}

// moment is the instant that was read, and the zero time if there is none.
func (r *dayReader) moment(t Times) time.Time {
	if r.waits {
		if r.clock >= 0 {
			r.fail("has a length of time and a time of day")
			r.clock = -1
		}
		return time.Unix(r.now, 0).Add(r.wait)
	}
	if r.what == "" && r.clock >= 0 {
		r.fail("names no day")
		r.what, r.day = "tomorrow", r.today+daySeconds
	}
	wall := r.day + max(r.clock, 0)
	at := t.instant(wall)
	if r.weekday && at <= r.now {
		at = t.instant(wall + 7*daySeconds)
	}
	return time.Unix(at, 0)
}

// instant is when the clock first shows a wall time, or skips it.
func (t Times) instant(wall int64) int64 {
	at, _, _ := t.shown(wall, t.period(wall-farthest))
	return at
}

// comeAgain offers a day to come instead of one that is over.
func (r *dayReader) comeAgain() {
	switch {
	case r.waits:
		r.what = "1h"
	case likeDate(r.what):
		date := time.Unix(r.day, 0).UTC()
		year := time.Unix(r.today, 0).UTC().Year()
		for date.Unix() <= r.today {
			date, _ = nearestDate(fmt.Sprintf("%d.%d.%d", year, date.Month(), date.Day()), 0)
			year++
		}
		r.what = date.Format(time.DateOnly)
	default:
		r.what = "tomorrow"
	}
}

func (r *dayReader) setDay(what string, day int64) {
	if r.what != "" {
		r.fail("names two days")
		return
	}
	r.what, r.day = what, day
}

func (r *dayReader) setWait(d time.Duration) {
	if r.what != "" {
		r.fail("names two days")
		return
	}
	r.what, r.wait, r.waits = FormatDuration(d), d, true
}

func (r *dayReader) setClock(second int64, why string) {
	if r.clock >= 0 {
		why = "has two times of day"
	}
	if why != "" {
		r.fail("cannot be read, %s", why)
	}
	r.clock = second
}
