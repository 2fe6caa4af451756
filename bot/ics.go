package bot

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// Limits of a calendar file.
const (
	mostCalendar = 1 << 20 // bytes
	mostEvents   = 5000
)

// ParseICS reads an iCalendar file (RFC 5545) and gives the days that its events
// touch in a zone, merged and in order. An event with times leaves out every day
// on which a part of it lies. What comes every year on one date is read until
// eight years after now; what was over a year before now is passed over. warning is one line, or empty: it says which events come again in
// other ways, of which only the first time is left out, and which name a zone
// that is not known. A file above 1 MiB or 5,000 events is refused; an error is
// a [Problem] with the code "bad_ics" and names the line.
func ParseICS(r io.Reader, zone string, now time.Time) (days []Days, warning string, err error) {
	loc, err := parseZone(zone)
	if err != nil {
		return nil, "", err
	}
	data, err := io.ReadAll(io.LimitReader(r, mostCalendar+1))
	if err != nil {
		return nil, "", Problemf("bad_ics", "the calendar cannot be read to its end (%w): give a local .ics file", err)
	}
	if len(data) > mostCalendar {
		return nil, "", Problemf("bad_ics", "the calendar is larger than 1 MiB: give one with fewer events")
	}
	wall := now.Unix() + Times{zone: loc}.period(now.Unix()).offset
	c := icsReader{loc: loc, now: wall, until: wall + searchYears*366*daySeconds, zones: map[string]*time.Location{}}
	for _, line := range unfold(data) {
		if err := c.line(line); err != nil {
			return nil, "", err
		}
	}
	switch {
	case len(c.open) > 0:
		return nil, "", icsError(c.began, "%s begins here and does not end", c.open[len(c.open)-1])
	case c.events == 0:
		return nil, "", Problemf("bad_ics", "the calendar has no events, so it leaves nothing out: give another .ics file")
	}
	if days = MergeDays(c.days); len(days) > mostDaySpans {
		return nil, "", Problemf("bad_ics", "the calendar has %d days and ranges of days, and %d can be left out: give one with fewer events", len(days), mostDaySpans)
	}
	return days, c.warning(), nil
}

func icsError(line int, format string, args ...any) error {
	return Problemf("bad_ics", "line %d of the calendar: %s; give a file as calendar programs export it (.ics)", line, fmt.Sprintf(format, args...))
}

// An icsLine is an unfolded line: a name, its parameters and its value.
type icsLine struct {
	number int // of its first line in the file
	text   string
}

// shownInCalendar drops control characters, line ends among them: a calendar
// has none but tabs in its lines, and what is said of one is a single line.
func shownInCalendar(r rune) rune {
	if unicode.IsControl(r) && r != '\t' {
		return -1
	}
	return r
}

// unfold joins lines that go on in the next one, which begins with white space.
func unfold(data []byte) []icsLine {
	var lines []icsLine
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	number := 0
	var parts []string
	flush := func() {
		if len(parts) > 0 {
			lines = append(lines, icsLine{number - len(parts), strings.Join(parts, "")})
		}
		parts = parts[:0]
	}
	for raw := range bytes.Lines(data) {
		number++
		text := strings.Map(shownInCalendar, string(raw))
		if len(parts) > 0 && (strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t")) {
			parts = append(parts, text[1:])
			continue
		}
		flush()
		parts = append(parts, text)
	}
	number++
	flush()
	return lines
}

// split divides a line into its name, its parameters and its value. A colon in
// quotes divides nothing.
func (l icsLine) split() (name string, params map[string]string, value string, ok bool) {
	quoted := false
	end := strings.IndexFunc(l.text, func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == ':' && !quoted
	})
	if end < 1 {
		return "", nil, "", false
	}
	parts := strings.Split(l.text[:end], ";")
	params = map[string]string{}
	for _, part := range parts[1:] {
		key, v, _ := strings.Cut(part, "=")
		params[strings.ToUpper(key)] = strings.Trim(v, `"`)
	}
	return strings.ToUpper(parts[0]), params, strings.TrimSpace(l.text[end+1:]), true
}

// An icsReader collects the days of the events.
type icsReader struct {
	loc   *time.Location
	now   int64 // wall time
	until int64 // wall time up to which yearly events are read
	zones map[string]*time.Location

	open   []string // components that have begun
	began  int      // the line of the last of them
	events int
	event  icsEvent
	days   []Days

	again, unzoned note
}

// A note counts what a warning speaks of, and has the line of the first.
type note struct {
	count, line int
	text        string
}

func (n *note) add(line int, text string) {
	if n.count == 0 {
		n.line, n.text = line, text
	}
	n.count++
}

func (c *icsReader) line(l icsLine) error {
	if strings.TrimSpace(l.text) == "" {
		return nil
	}
	name, params, value, ok := l.split()
	switch {
	case !ok:
		return icsError(l.number, "%q is no line of an iCalendar file", shortText(l.text))
	case len(c.open) == 0 && (name != "BEGIN" || !strings.EqualFold(value, "VCALENDAR")):
		return icsError(l.number, "it does not begin with BEGIN:VCALENDAR")
	case name == "BEGIN":
		c.open, c.began = append(c.open, strings.ToUpper(value)), l.number
		if c.open[len(c.open)-1] == "VEVENT" {
			c.event = icsEvent{line: l.number}
			c.events++
		}
		if c.events > mostEvents {
			return icsError(l.number, "there are more than %d events", mostEvents)
		}
	case name == "END":
		component := c.open[len(c.open)-1]
		if !strings.EqualFold(component, value) {
			return icsError(l.number, "%s ends inside %s, which began on line %d", shortText(value), shortText(component), c.began)
		}
		if c.open = c.open[:len(c.open)-1]; component == "VEVENT" {
			return c.close()
		}
	case c.open[len(c.open)-1] == "VEVENT":
		return c.property(l.number, name, params, value)
	}
	return nil
}

func (c *icsReader) warning() string {
	var list []string
	if c.again.count > 0 {
		list = append(list, fmt.Sprintf("of %d events that come again only the first time is left out, since only what comes every year on one date is read (line %d: %s)", c.again.count, c.again.line, shortText(c.again.text)))
	}
	if c.unzoned.count > 0 {
		list = append(list, fmt.Sprintf("%d times name a zone that is not known, and are read in the schedule's zone (line %d: %q)", c.unzoned.count, c.unzoned.line, shortText(c.unzoned.text)))
	}
	if len(c.days) == 0 {
		list = append(list, "its events are over or called off, so it leaves nothing out")
	}
	return strings.Join(list, "; ")
}
