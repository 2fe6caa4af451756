package bot

import (
	"strconv"
	"strings"
	"time"
)

// An icsEvent is what an event says of its time. Times are wall times of the
// schedule's zone, in seconds.
type icsEvent struct {
	line       int
	start, end int64
	started    bool
	ended      bool
	dated      bool // its start is a date
	cancelled  bool
	rule       string // how it comes again
	ruleLine   int
	except     map[int64]bool // midnights of days on which it does not
}

func (c *icsReader) property(line int, name string, params map[string]string, value string) (err error) {
	e := &c.event
	switch name {
	case "DTSTART":
		e.started = true
		e.start, e.dated, err = c.time(line, params, value)
	case "DTEND":
		e.ended = true
		e.end, _, err = c.time(line, params, value)
	case "DURATION":
		if !e.started {
			return icsError(line, "the event has a DURATION before its DTSTART")
		}
		days, seconds, ok := icsDuration(value)
		if !ok {
			return icsError(line, "%q is no duration", shortText(value))
		}
		zone := Times{zone: c.loc}
		at := zone.instant(e.start+days*daySeconds) + seconds
		e.ended, e.end = true, at+zone.period(at).offset
	case "STATUS":
		e.cancelled = strings.EqualFold(value, "CANCELLED")
	case "RRULE", "RDATE":
		if e.rule != "" {
			name = "RDATE" // two rules are more than is read
		}
		if e.rule, e.ruleLine = value, line; name == "RDATE" {
			e.rule = "RDATE"
		}
	case "EXDATE":
		for one := range strings.SplitSeq(value, ",") {
			at, _, err := c.time(line, params, one)
			if err != nil {
				return err
			}
			if e.except == nil {
				e.except = map[int64]bool{}
			}
			e.except[at-modulo(at, daySeconds)] = true
		}
	}
	return err
}

// time reads 20261224, 20261224T180000, or that with a Z or with a TZID.
func (c *icsReader) time(line int, params map[string]string, value string) (wall int64, dated bool, err error) {
	if t, err := time.Parse("20060102", value); err == nil && t.Year() > 0 {
		return t.Unix(), true, nil
	}
	local, utc := strings.CutSuffix(strings.ToUpper(value), "Z")
	t, err := time.Parse("20060102T150405", local)
	if err != nil || t.Year() < 1 {
		return 0, false, icsError(line, "%q is no date and no time", shortText(value))
	}
	at := t.Unix()
	switch id := params["TZID"]; {
	case utc:
	case id == "":
		return at, false, nil
	default:
		loc := c.location(id)
		if loc == nil {
			c.unzoned.add(line, id)
			return at, false, nil
		}
		at = Times{zone: loc}.instant(at)
	}
	return at + Times{zone: c.loc}.period(at).offset, false, nil
}

// location finds a zone by its name, before which some programs put a path; nil
// is unknown.
func (c *icsReader) location(id string) *time.Location {
	if loc, ok := c.zones[id]; ok {
		return loc
	}
	parts := strings.Split(id, "/")
	for _, n := range []int{len(parts), 3, 2} {
		if n <= len(parts) {
			if loc, err := parseZone(strings.Join(parts[len(parts)-n:], "/")); err == nil && id != "" {
				c.zones[id] = loc
				break
			}
		}
	}
	return c.zones[id]
}

// icsDuration reads a duration that is not negative, such as P1D, P2W or PT1H30M.
func icsDuration(s string) (days, seconds int64, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(strings.ToUpper(s), "+"), "P")
	if !ok || rest == "" {
		return 0, 0, false
	}
	units, clock := map[byte]int64{'W': 7, 'D': 1}, false
	for rest != "" {
		if rest[0] == 'T' && !clock {
			units, clock, rest = map[byte]int64{'H': 3600, 'M': 60, 'S': 1}, true, rest[1:]
		}
		digits, after := cutDigits(rest)
		if digits == "" || after == "" || len(digits) > 6 || units[after[0]] == 0 {
			return 0, 0, false
		}
		n, _ := strconv.ParseInt(digits, 10, 64)
		if n *= units[after[0]]; clock {
			seconds += n
		} else {
			days += n
		}
		rest = after[1:]
	}
	return days, seconds, days <= mostDays && seconds <= mostDays*daySeconds
}

// close adds the days of an event that is complete.
func (c *icsReader) close() error {
	e := &c.event
	if e.cancelled {
		return nil
	}
	if !e.started {
		return icsError(e.line, "the event has no DTSTART")
	}
	last := e.start
	if e.ended {
		last = max(e.end-1, e.start)
	}
	d := Days{e.start - modulo(e.start, daySeconds), last - modulo(last, daySeconds)}
	if e.ended && e.end-modulo(e.end, daySeconds) < d.first {
		return icsError(e.line, "the event ends before it begins")
	}
	interval, count, until, ok := e.yearly(c)
	if !ok {
		c.again.add(e.ruleLine, e.rule)
	}
	if !ok || e.rule == "" {
		c.add(d)
		return nil
	}
	begin := time.Unix(d.first, 0).UTC()
	for year := begin.Year(); count > 0 && year <= 9999; year += interval {
		date := time.Date(year, begin.Month(), begin.Day(), 0, 0, 0, 0, time.UTC)
		if first := date.Unix(); first > min(until, c.until) {
			break
		} else if date.Day() == begin.Day() { // 29 February
			count--
			if !e.except[first] {
				c.add(Days{first, first + d.last - d.first})
			}
		}
	}
	return nil
}

// add keeps days that are not long over.
func (c *icsReader) add(d Days) {
	if d.last >= c.now-366*daySeconds {
		c.days = append(c.days, d)
	}
}

// yearly reads a rule for an event that comes on one date every year, or every
// so many years. ok is false for every other rule.
func (e *icsEvent) yearly(c *icsReader) (interval, count int, until int64, ok bool) {
	interval, count, until = 1, 1<<30, forever
	if e.rule == "" {
		return interval, count, until, true
	}
	date := time.Unix(e.start, 0).UTC()
	yearly := false
	for part := range strings.SplitSeq(strings.ToUpper(e.rule), ";") {
		key, value, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(value)
		right := err == nil
		switch key {
		case "FREQ":
			yearly, right = value == "YEARLY", true
		case "INTERVAL":
			interval, right = n, right && n > 0 && n < 10000
		case "COUNT":
			count, right = n, right && n > 0
		case "UNTIL":
			until, _, err = c.time(e.ruleLine, nil, value)
			right = err == nil
		case "WKST", "":
			right = true
		case "BYMONTH":
			right = right && n == int(date.Month())
		case "BYMONTHDAY":
			right = right && n == date.Day()
		default:
			right = false
		}
		if !right {
			return interval, count, until, false
		}
	}
	return interval, count, until, yearly
}
