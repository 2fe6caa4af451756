package bot

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/robfig/cron/v3"
)

// Here a wall time is what a clock in the zone shows, counted as if it were UTC
// in seconds since 1970, and an instant is real time in the same seconds.
const (
	daySeconds  = 24 * 60 * 60
	searchYears = 8               // 29 February is that far apart around 2100
	farthest    = 36 * 60 * 60    // no zone was ever put back by more than a day
	forever     = int64(1) << 56  // beyond every year we count in
	starBit     = uint64(1) << 63 // robfig/cron sets it in a field that has "*"
)

// A period is a stretch of instants, from start until before end, in which a
// zone has one offset. Neighbours may have the same offset.
type period struct{ offset, start, end int64 }

func (t Times) period(at int64) period {
	local := time.Unix(at, 0).In(t.zone)
	_, offset := local.Zone()
	p := period{int64(offset), -forever, forever}
	start, end := local.ZoneBounds()
	if !start.IsZero() {
		p.start = start.Unix()
	}
	if !end.IsZero() {
		p.end = end.Unix()
	}
	if p.end <= at {
		// In years that a zone's closing rule covers, the time package lets the
		// last period end after 365 days, which is a day early in a leap year.
		p.end = at - modulo(at, daySeconds) + daySeconds
	}
	return p
}

// nextElapsed finds the first instant after the given one whose wall time matches.
func (t Times) nextElapsed(after int64) (at int64, ok bool) {
	p := t.period(after)
	for wall := after + p.offset; ; {
		wall, ok = t.nextWall(wall)
		if !ok {
			return 0, false
		}
		if at = wall - p.offset; at < p.end {
			return at, true
		}
		change := p.end
		if change-after > (searchYears+1)*366*daySeconds {
			return 0, false
		}
		p = t.period(change)
		wall = change + p.offset - 1
	}
}

// nextOnWall finds the first wall time that matches and that the clock had not
// yet shown or skipped at the given instant, and the instant at which the clock
// first shows or skips it.
func (t Times) nextOnWall(after int64) (at int64, note string, ok bool) {
	p := t.period(after)
	wall, ok := t.nextWall(t.reached(after, p))
	if !ok {
		return 0, "", false
	}
	at, p, skipped := t.shown(wall, p)
	if skipped {
		return at, t.skipNote(wall, at+p.offset), true
	}
	if p.end-at <= farthest {
		if q := t.period(p.end); wall-q.offset >= p.end && wall-q.offset < q.end {
			note = fmt.Sprintf("%s comes twice that day; the first is used", clock(wall))
		}
	}
	return at, note, true
}

// shown finds the instant at which the clock first shows a wall time or skips
// it, counting from a period before which it did neither. It returns the period
// of that instant too.
func (t Times) shown(wall int64, from period) (at int64, p period, skipped bool) {
	p = from
	change := p.start
	for wall-p.offset >= p.end {
		change = p.end
		p = t.period(change)
	}
	if at = wall - p.offset; at < change {
		return change, p, true
	}
	return at, p, false
}

// reached is the latest wall time that the clock had shown at an instant of
// the period p: more than it shows then, when it was put back shortly before.
func (t Times) reached(at int64, p period) int64 {
	wall := at + p.offset
	for p.start > at-farthest {
		before := p.start - 1
		p = t.period(before)
		wall = max(wall, before+p.offset)
	}
	return wall
}

// skipNote says that the wall time was skipped by a clock that went on to show
// the other, and which more of the spec's times fall on that instant.
func (t Times) skipNote(wall, shown int64) string {
	walls := []int64{wall}
	for len(walls) < 4 {
		next, ok := t.nextWall(walls[len(walls)-1])
		if !ok || next > shown {
			break
		}
		walls = append(walls, next)
	}
	day, when := "that day", clock(shown)
	if date := dateOf(wall); date != dateOf(shown) {
		day, when = "on "+date, when+" on "+dateOf(shown)
	}
	skips := fmt.Sprintf("the clock skips %s %s; ", clock(wall), day)
	switch len(walls) {
	case 1:
		return skips + "moved to " + when
	case 2:
		return skips + fmt.Sprintf("%s and %s fall on one instant, %s; counted once", clock(wall), clock(walls[1]), when)
	case 3:
		return skips + fmt.Sprintf("%s, %s and %s fall on one instant, %s; counted once", clock(wall), clock(walls[1]), clock(walls[2]), when)
	}
	return skips + fmt.Sprintf("all times from it to %s fall on one instant; counted once", when)
}

func clock(wall int64) string {
	if modulo(wall, 60) != 0 {
		return time.Unix(wall, 0).UTC().Format("15:04:05")
	}
	return time.Unix(wall, 0).UTC().Format("15:04")
}

func dateOf(wall int64) string { return time.Unix(wall, 0).UTC().Format("2 January") }

// nextWall finds the first wall time after the given one that matches; false
// when there is none in the searchYears that follow.
func (t *Times) nextWall(after int64) (int64, bool) {
	wall := after + 1
	second := modulo(wall, daySeconds)
	midnight := wall - second
	date := time.Unix(midnight, 0).UTC()
	if t.onDay(date) {
		if next, ok := t.nextInDay(second); ok {
			return midnight + next, true
		}
	}
	first, ok := t.nextInDay(0)
	for lastYear := date.Year() + searchYears; ok; {
		if t.words == nil && t.fields.Month>>uint(date.Month())&1 == 0 {
			date = time.Date(date.Year(), date.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		} else {
			date = date.Add(daySeconds * time.Second)
		}
		if date.Year() > lastYear {
			break
		}
		if t.onDay(date) {
			return date.Unix() + first, true
		}
	}
	return 0, false
}

// onDay reports whether anything may be due on a date.
func (t *Times) onDay(date time.Time) bool {
	if t.words != nil {
		return t.words.onDay(date)
	}
	return dayMatches(&t.fields, date)
}

// nextInDay finds the first second of a day that matches, from the given one on.
func (t *Times) nextInDay(from int64) (int64, bool) {
	if t.words != nil {
		return t.words.nextInDay(from)
	}
	return nextInFields(&t.fields, from)
}

func dayMatches(s *cron.SpecSchedule, date time.Time) bool {
	_, month, day := date.Date()
	if s.Month>>uint(month)&1 == 0 {
		return false
	}
	inMonth := s.Dom>>uint(day)&1 == 1
	inWeek := s.Dow>>uint(date.Weekday())&1 == 1
	if (s.Dom|s.Dow)&starBit != 0 {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// nextInFields finds the first matching second of a day from the given one on.
func nextInFields(s *cron.SpecSchedule, from int64) (int64, bool) {
	fromHour, fromMinute := from/3600, from/60%60
	hour := nextBit(s.Hour, fromHour)
	if hour == fromHour {
		minute := nextBit(s.Minute, fromMinute)
		if minute == fromMinute {
			if second := nextBit(s.Second, from%60); second < 60 {
				return hour*3600 + minute*60 + second, true
			}
			minute = nextBit(s.Minute, fromMinute+1)
		}
		if minute < 60 {
			return hour*3600 + minute*60 + nextBit(s.Second, 0), true
		}
		hour = nextBit(s.Hour, fromHour+1)
	}
	if hour > 23 {
		return 0, false
	}
	return hour*3600 + nextBit(s.Minute, 0)*60 + nextBit(s.Second, 0), true
}

// nextBit is the lowest bit of a set from the given one on. Where there is none
// it is at least 60: robfig's mark for a "*" is bit 63.
func nextBit(set uint64, from int64) int64 {
	return int64(bits.TrailingZeros64(set >> from << from))
}

func modulo(a, b int64) int64 { return (a%b + b) % b }
