package bot

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// A wording is what times in plain words say: on which days, and when on them.
type wording struct {
	days    uint64  // of the week, Sunday is bit 0; none where dates are given
	nth     uint64  // which of them in a month: bits 1 to 4, bit 0 is the last; 0 is all
	grouped bool    // nth counts them together: the first day from Monday to Friday
	dates   uint64  // days of the month: bits 1 to 31, bit 0 is the last
	weeks   int     // only in every so many weeks; 0 and 1 are all
	from    int64   // the wall time at which these weeks begin; 0 is not given
	hourly  bool    // every full hour of elapsed time; clocks has them all
	clocks  []int64 // seconds of the day, in order
}

const (
	everyDay   = uint64(1)<<7 - 1
	mondayOn   = uint64(1)<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 // Monday to Friday
	weekend    = uint64(1)<<6 | 1
	mostWeeks  = 52
	mostClocks = 12
	// Weeks that no date anchors are counted from Monday, 5 January 1970.
	firstMonday = 4 * daySeconds
)

var nthNames = [5]string{"last", "first", "second", "third", "fourth"}

func (w *wording) onDay(date time.Time) bool {
	day := date.Day()
	left := time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() - day
	if w.dates != 0 {
		return w.dates>>day&1 == 1 || w.dates&1 == 1 && left == 0
	}
	if w.days>>int(date.Weekday())&1 == 0 {
		return false
	}
	switch {
	case w.nth != 0 && w.grouped:
		last := w.nth&1 == 1 && w.within(date, 1, left) == 0
		return last || w.nth>>(1+w.within(date, -1, day-1))&1 == 1
	case w.nth != 0:
		return w.nth&1 == 1 && left < 7 || w.nth>>((day-1)/7+1)&1 == 1
	case w.weeks > 1:
		since := date.Unix() - firstMonday
		if w.from != 0 {
			since = date.Unix() - w.from
		}
		return (since >= 0 || w.from == 0) && modulo(since, int64(w.weeks)*7*daySeconds) < 7*daySeconds
	}
	return true
}

// within counts how many of the next (step 1) or earlier (step -1) days of a
// month are among those of the wording.
func (w *wording) within(date time.Time, step, days int) (count int) {
	for i := 1; i <= days; i++ {
		weekday := (int(date.Weekday()) + step*i + 35) % 7
		count += int(w.days >> weekday & 1)
	}
	return count
}

func (w *wording) nextInDay(from int64) (int64, bool) {
	for _, second := range w.clocks {
		if second >= from {
			return second, true
		}
	}
	return 0, false
}

// String is the wording as it is stored: the same words for the same times.
func (w *wording) String() string {
	if w.hourly {
		return "hourly"
	}
	var clocks []string
	for _, second := range w.clocks {
		clocks = append(clocks, clock(second))
	}
	text := w.dayText() + " " + strings.Join(clocks, ",")
	if w.weeks > 1 {
		text = fmt.Sprintf("every %d weeks %s", w.weeks, text)
	}
	if w.weeks > 1 && w.from != 0 {
		text += " from " + time.Unix(w.from, 0).UTC().Format(time.DateOnly)
	}
	return text
}

func (w *wording) dayText() string {
	switch {
	case w.dates == 1:
		return "last day"
	case w.dates != 0:
		return "monthly " + numberList(w.dates)
	case w.nth != 0 && w.grouped:
		return nthList(w.nth) + " weekday"
	case w.nth != 0:
		return nthList(w.nth) + " " + dayList(w.days)
	case w.days == everyDay && w.weeks < 2:
		return "daily"
	case w.days == mondayOn:
		return "weekdays"
	case w.days == weekend:
		return "weekends"
	}
	return dayList(w.days)
}

func nthList(nth uint64) string {
	var list []string
	for i := range 5 {
		if n := (i + 1) % 5; nth>>n&1 == 1 { // the last one comes last
			list = append(list, nthNames[n])
		}
	}
	return strings.Join(list, ",")
}

// numberList writes the days of a month.
func numberList(dates uint64) string {
	var list []string
	for set := dates &^ 1; set != 0; set &= set - 1 {
		list = append(list, strconv.Itoa(bits.TrailingZeros64(set)))
	}
	if dates&1 == 1 {
		list = append(list, "last")
	}
	return strings.Join(list, ",")
}

// dayList writes days of the week, from Monday on; three in a row are a range.
func dayList(days uint64) string {
	name := func(i int) string { return strings.ToLower(time.Weekday(i % 7).String()[:3]) }
	var list []string
	for i := 1; i <= 7; i++ {
		end := i
		for end <= 7 && days>>(end%7)&1 == 1 {
			end++
		}
		switch {
		case end-i >= 3:
			list = append(list, name(i)+"-"+name(end-1))
			i = end
		case end > i:
			list = append(list, name(i))
		}
	}
	return strings.Join(list, ",")
}
