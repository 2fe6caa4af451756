package bot

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// Without gives the same times less those that a calendar leaves out: Next and
// Between pass over them.
func (t Times) Without(c Calendar) Times {
	t.calendar = nil
	if len(c.Except)+len(c.NotBetween) > 0 {
		t.calendar = &Calendar{Except: MergeDays(c.Except), NotBetween: c.NotBetween}
	}
	return t
}

// LeftOut says in plain words why nothing is posted at an instant, whether or
// not it is a due time. What a clock in the zone shows then decides, so that
// both of two hours with the same name are inside, or neither. An empty reason
// means that the calendar leaves nothing out then.
func (t Times) LeftOut(at time.Time) (reason string) {
	if t.calendar == nil {
		return ""
	}
	reason, _ = t.calendar.at(at.Unix() + t.period(at.Unix()).offset)
	return reason
}

// nextKept is Next where a calendar leaves times out.
func (t Times) nextKept(after time.Time) (Moment, error) {
	latest := after.AddDate(searchYears, 0, 0)
	for {
		m, err := t.next(after)
		if err != nil {
			return m, err
		}
		at := m.At.Unix()
		p := t.period(at)
		reason, until := t.calendar.at(at + p.offset)
		if reason == "" {
			return m, nil
		}
		if m.At.After(latest) {
			return Moment{}, Problemf("all_left_out", "all times %q are left out for eight years (%s): change the times or what is left out", shortText(t.spec), reason)
		}
		// Until the clock is changed all of them are left out.
		end := max(at, min(until-p.offset, p.end)-1)
		if step := int64(t.every / time.Second); step > 0 {
			end = at + (end-at)/step*step
		}
		after = time.Unix(end, 0)
	}
}

// Agenda lists what comes after a moment: the next n due times, and with a
// reason in LeftOut those between them that the calendar leaves out. Of times
// in a row that are left out for one reason it has the first, with the number
// of the others in More.
func (t Times) Agenda(after time.Time, n int) ([]Moment, error) {
	bare := t
	bare.calendar = nil
	var list []Moment
	for range n {
		next, err := t.Next(after)
		if err != nil && len(list) == 0 {
			return nil, err
		}
		if err != nil {
			break
		}
		for range mostSteps {
			m, err := bare.next(after)
			if err != nil || !m.At.Before(next.At) {
				break
			}
			after, m.LeftOut = m.At, t.LeftOut(m.At)
			if last := len(list) - 1; last >= 0 && list[last].LeftOut == m.LeftOut {
				list[last].More++
			} else {
				list = append(list, m)
			}
		}
		list = append(list, next)
		after = next.At
	}
	return list, nil
}

// Describe says what is special about a due time, or why it is left out.
func (m Moment) Describe() string {
	switch {
	case m.LeftOut == "":
		return m.Note
	case m.More > 0:
		return fmt.Sprintf("not posted, nor %d more after it: %s", m.More, m.LeftOut)
	}
	return "not posted: " + m.LeftOut
}

// Jitter is how much later than its due time something is done, so that not
// everything happens at once: whole seconds from 0 to less than most. It
// depends on nothing but the id and the due time, so every replica and every
// restart finds the same.
func Jitter(id ID, due time.Time, most time.Duration) time.Duration {
	seconds := uint64(max(most, 0) / time.Second)
	if seconds == 0 {
		return 0
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", id, due.Unix()))
	return time.Duration(binary.BigEndian.Uint64(sum[:8])%seconds) * time.Second
}
