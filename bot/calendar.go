package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Calendar says which of a schedule's times are left out. Both parts are read
// on the clocks and calendars of the schedule's zone. Its text forms are those
// of [ParseDays] and [ParseWindows]; it can be stored as JSON.
type Calendar struct {
	Except     []Days   `json:"except,omitempty"`      // whole days
	NotBetween []Window `json:"not_between,omitempty"` // of each day
}

// Days are the days from one date to another, both included: midnights in wall
// time, in seconds.
type Days struct{ first, last int64 }

// A Window is the time of day from one minute until before another, past
// midnight where the second is the earlier one: wall times in seconds of the day.
type Window struct{ from, to int64 }

// Limits of what a schedule leaves out.
const (
	mostDaySpans = 1000
	mostWindows  = 12
)

// ParseDays reads dates and ranges of dates, such as 2026-12-24..2027-01-06 or
// 2026-12-24,2027-05-01. They come back in order; those that overlap or touch
// are one. An error is a [Problem] with the code "bad_days".
func ParseDays(s string) ([]Days, error) {
	var list []Days
	for part := range strings.SplitSeq(s, ",") {
		d, err := parseSpan(part)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	if list = MergeDays(list); len(list) > mostDaySpans {
		return nil, Problemf("bad_days", "%d ranges of days are left out, and there may be %d: give them as fewer, longer ones", len(list), mostDaySpans)
	}
	return list, nil
}

func parseSpan(s string) (Days, error) {
	s = strings.Join(strings.Fields(s), " ")
	firstText, lastText, ranged := strings.Cut(s, "..")
	if !ranged {
		firstText, lastText, ranged = strings.Cut(s, " to ")
	}
	if !ranged {
		firstText, lastText = twoDates(s)
	}
	first, err := parseDate(strings.TrimSpace(firstText))
	last, err2 := parseDate(strings.TrimSpace(lastText))
	if err == nil && err2 == nil && !last.Before(first) {
		return Days{first.Unix(), last.Unix()}, nil
	}
	if err == nil && err2 == nil {
		return Days{}, Problemf("bad_days", "the days %q end before they begin: did you mean \"%s\"?", shortText(s), Days{last.Unix(), first.Unix()})
	}
	near, ok := nearestDate(firstText, 0)
	nearLast, ok2 := nearestDate(lastText, near.Year())
	if !ok || !ok2 {
		return Days{}, Problemf("bad_days", "%q are no days: write a date or a range of them, such as \"2026-12-24\" or \"2026-12-24..2027-01-06\"", shortText(s))
	}
	if _, own := nearestDate(lastText, 0); !own && nearLast.Before(near) {
		nearLast = nearLast.AddDate(1, 0, 0) // 2026-12-24..01-06
	}
	if nearLast.Before(near) {
		near, nearLast = nearLast, near
	}
	return Days{}, Problemf("bad_days", "the days %q cannot be read: did you mean \"%s\"?", shortText(s), Days{near.Unix(), nearLast.Unix()})
}

// twoDates divides two dates between which stands something else than it should;
// of one date it makes two.
func twoDates(s string) (string, string) {
	numbers := 0
	for i := range len(s) {
		if isDigit(s[i]) && (i+1 == len(s) || !isDigit(s[i+1])) {
			if numbers++; numbers == 3 && i+1 < len(s) {
				return s[:i+1], s[i+1:]
			}
		}
	}
	return s, s
}

// MergeDays puts days in order and makes one of those that overlap or touch.
func MergeDays(list []Days) []Days {
	list = slices.SortedFunc(slices.Values(list), func(a, b Days) int { return cmp.Compare(a.first, b.first) })
	var merged []Days
	for _, d := range list {
		if n := len(merged); n > 0 && d.first <= merged[n-1].last+daySeconds {
			merged[n-1].last = max(merged[n-1].last, d.last)
		} else {
			merged = append(merged, d)
		}
	}
	return merged
}

// String is the form that [ParseDays] reads.
func (d Days) String() string {
	if d.first == d.last {
		return isoDate(d.first)
	}
	return isoDate(d.first) + ".." + isoDate(d.last)
}

func isoDate(wall int64) string { return time.Unix(wall, 0).UTC().Format(time.DateOnly) }

// MarshalText is String, for stored JSON.
func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads one range.
func (d *Days) UnmarshalText(text []byte) (err error) {
	*d, err = parseSpan(string(text))
	return err
}

// ParseWindows reads times of day between which nothing is posted, such as
// 22:00-07:00 or 22:00-07:00,12:00-13:00. An error is a [Problem] with the code
// "bad_window".
func ParseWindows(s string) ([]Window, error) {
	var list []Window
	for part := range strings.SplitSeq(s, ",") {
		w, err := parseWindow(part)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	if len(list) > mostWindows {
		return nil, Problemf("bad_window", "nothing is to be posted between %d pairs of times, and there may be %d", len(list), mostWindows)
	}
	return list, nil
}

func parseWindow(s string) (Window, error) {
	var ends []int64
	right, inside := true, 0
	for _, token := range plainTokens(s) {
		if token == "24:00" && len(ends) == 1 {
			token = "00:00"
		}
		second, why, meant := readClock(token)
		digits, rest := cutDigits(token)
		switch {
		case meant:
			ends = append(ends, second)
			right = right && why == ""
		case digits != "" && rest == "":
			ends = append(ends, int64(min(smallNumber(digits), 23))*3600)
			right = false
		case isDash(token), token == "and", token == "until":
			inside++
			right = right && len(ends) == 1
		default:
			right = right && (token == "between" || token == "from")
		}
	}
	switch {
	case len(ends) == 2 && ends[0] != ends[1] && right && inside == 1:
		return Window{ends[0], ends[1]}, nil
	case len(ends) == 2 && ends[0] != ends[1]:
		return Window{}, Problemf("bad_window", "the times of day %q cannot be read: did you mean \"%s\"?", shortText(s), Window{ends[0], ends[1]})
	case len(ends) == 2:
		return Window{}, Problemf("bad_window", "the times of day %q begin and end at the same time: write two that differ, such as \"22:00-07:00\"; whole days are left out by their dates", shortText(s))
	}
	return Window{}, Problemf("bad_window", "%q are no two times of day: write them such as \"22:00-07:00\"", shortText(s))
}

// String is the form that [ParseWindows] reads.
func (w Window) String() string { return clock(w.from) + "-" + clock(w.to) }

// MarshalText is String, for stored JSON.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads one pair of times.
func (w *Window) UnmarshalText(text []byte) (err error) {
	*w, err = parseWindow(string(text))
	return err
}

// at says why a wall time is left out and at which wall time that ends; an
// empty reason means that it is not.
func (c *Calendar) at(wall int64) (reason string, until int64) {
	for _, d := range c.Except {
		if wall >= d.first && wall < d.last+daySeconds {
			return strings.Replace(d.String(), "..", " to ", 1) + " is left out", d.last + daySeconds
		}
	}
	for _, w := range c.NotBetween {
		if until, inside := w.until(wall); inside {
			return fmt.Sprintf("between %s and %s nothing is posted", clock(w.from), clock(w.to)), until
		}
	}
	return "", 0
}

// until is the wall time at which the window around another ends.
func (w Window) until(wall int64) (until int64, inside bool) {
	second := modulo(wall, daySeconds)
	midnight := wall - second
	switch {
	case w.from < w.to:
		return midnight + w.to, second >= w.from && second < w.to
	case second >= w.from:
		return midnight + daySeconds + w.to, true
	}
	return midnight + w.to, second < w.to
}
