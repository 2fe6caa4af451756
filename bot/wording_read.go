package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A wordReader reads times in plain words. What is wrong it notes and mends,
// so that an error can offer the nearest right form.
type wordReader struct {
	tokens   []string
	shortest time.Duration // of "@every"
	w        wording

	why     string   // what is wrong first; empty if all is right
	instead []string // right forms, where the mended wording is none
	known   bool     // something was understood

	last, turns int // of days and clocks; see turn
	stop        bool

	named, without uint64 // weekdays
	group, daily   bool   // "weekdays" and "daily" were said
	nth            uint64 // bits 1 to 31, bit 0 is the last
	spelled        bool   // as "first", not "1st"
	ofMonth        bool   // nth are days of the month: "first day"
	monthly        bool   // a month was mentioned
	weekly         bool
	weeks          int
	either         int      // "every second mon": of a month, or every so many weeks?
	loose          []string // numbers alone
	month          time.Month
	months         int // "every 3 months"
}

const (
	aDay   = 1
	aClock = 2
)

// readWording reads times in plain words. An error is a [Problem] whose text
// ends with right forms in quotes.
func readWording(spec string, shortest time.Duration) (*wording, error) {
	r := wordReader{tokens: plainTokens(spec), shortest: shortest}
	r.monthly = slices.ContainsFunc(r.tokens, func(s string) bool { return s == "month" || s == "monthly" })
	for len(r.tokens) > 0 && !r.stop {
		r.read(r.take())
	}
	r.settle()
	if r.why == "" {
		return &r.w, nil
	}
	if !r.known {
		return nil, badCron(nil, "the times %q cannot be read: write such as \"weekdays 09:00\", \"mon,thu 18:30\", \"first mon 09:00\", or the five fields of a cron spec, such as \"0 9 * * MON-FRI\"", shortText(spec))
	}
	forms := r.instead
	if len(forms) == 0 {
		forms = []string{r.w.String()}
	}
	return nil, badCron(nil, "the times %q cannot be read: %s: did you mean \"%s\"?", shortText(spec), r.why, strings.Join(forms, `" or "`))
}

// shortText cuts what is repeated in a message.
func shortText(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func (r *wordReader) take() string {
	s := r.tokens[0]
	r.tokens = r.tokens[1:]
	return s
}

// peek is the i-th of the tokens that follow, or "".
func (r *wordReader) peek(i int) string {
	if i < len(r.tokens) {
		return r.tokens[i]
	}
	return ""
}

func (r *wordReader) fail(format string, args ...any) {
	if r.why == "" {
		r.why = fmt.Sprintf(format, args...)
	}
}

// turn notes that a day or a clock comes next, and reports whether it may: all
// days stand together, and so do all clocks.
func (r *wordReader) turn(kind int) bool {
	if r.last != 0 && r.last != kind {
		r.turns++
	}
	r.last = kind
	if r.turns > 1 {
		r.fail("days with a time of their own need a schedule of their own")
		r.stop = true
	}
	return !r.stop
}

func (r *wordReader) read(s string) {
	if slices.Contains([]string{"at", "on", "and", "the", "of", "in", "a"}, s) {
		return
	}
	known := true
	if second, why, meant := readClock(s); meant {
		r.clock(second, why)
	} else if day, ok := namedDay(s); ok {
		r.weekday(day)
	} else if n, spelled, ok := ordinal(s); ok {
		r.ordinal(n, spelled)
	} else if digits, rest := cutDigits(s); digits != "" && rest == "" {
		r.number(digits)
	} else if !r.noun(s) {
		known = r.unknown(s)
	}
	r.known = r.known || known
}

func (r *wordReader) clock(second int64, why string) {
	if !r.turn(aClock) {
		return
	}
	if why != "" {
		r.fail("%s", why)
	}
	r.w.clocks = append(r.w.clocks, second)
}

func (r *wordReader) weekday(day int) {
	if !r.turn(aDay) {
		return
	}
	set := uint64(1) << day
	if end, ok := namedDay(r.peek(1)); ok && isDash(r.peek(0)) {
		for r.tokens = r.tokens[2:]; day != end; set |= 1 << day {
			day = (day + 1) % 7
		}
	}
	r.addDays(set)
}

func (r *wordReader) addDays(set uint64) {
	if r.without != 0 {
		r.without |= set
	} else {
		r.named |= set
	}
}

func (r *wordReader) ordinal(n int, spelled bool) {
	if r.named != 0 || r.daily {
		r.fail("first, second, third, fourth and last stand before their days")
		r.stop = true
		return
	}
	if r.turn(aDay) {
		r.nth |= 1 << n
		r.spelled = r.spelled || spelled
	}
}

// number takes a number: a day of the month where a month was mentioned.
func (r *wordReader) number(digits string) {
	if r.peek(0) == "weeks" {
		r.take()
		r.fail("every is missing before the number of weeks")
		r.setWeeks(smallNumber(digits))
		return
	}
	if !r.monthly {
		r.loose = append(r.loose, digits)
		return
	}
	if !r.turn(aDay) {
		return
	}
	first := smallNumber(digits)
	last := first
	if end, rest := cutDigits(r.peek(1)); end != "" && rest == "" && isDash(r.peek(0)) {
		last, r.tokens = smallNumber(end), r.tokens[2:]
	}
	if first < 1 || last > 31 || first > last {
		r.fail("a month has the days 1 to 31")
		first = min(max(first, 1), 31)
		last = min(max(first, last), 31)
	}
	for ; first <= last; first++ {
		r.w.dates |= 1 << first
	}
}

// noun reads the other words, and reports whether it is one.
func (r *wordReader) noun(s string) bool {
	switch s {
	case "every", "each":
		r.every()
	case "daily", "everyday":
		r.allDays()
	case "day", "days":
		if r.nth != 0 {
			r.ofMonth = true
		} else if !r.monthly {
			r.allDays()
		}
	case "weekday", "weekdays", "workday", "workdays":
		if r.turn(aDay) {
			r.group = true
			r.addDays(mondayOn)
		}
	case "weekend", "weekends":
		if r.turn(aDay) {
			if r.nth != 0 {
				r.fail("a weekend has two days")
				r.addDays(1 << 6)
			} else {
				r.addDays(weekend)
			}
		}
	case "week", "weeks", "working", "business":
		if isDays(r.peek(0)) {
			r.take()
			return r.noun("weekdays") // week days, working days
		}
		r.weekly = true
		return strings.HasPrefix(s, "week")
	case "weekly":
		r.weekly = true
	case "biweekly", "fortnightly":
		r.fail("the word %q is not known", s)
		r.setWeeks(2)
	case "quarterly":
		r.everyUnit(3, "month")
	case "monthly", "month":
	case "hourly":
		r.w.hourly = true
	case "yearly", "annually":
		r.yearly()
	case "from", "starting":
		r.from()
	case "except", "but", "not":
		r.fail("days are not taken away, they are named")
		r.without |= 1 << 7
	case "-", "to", "through", "until", "till":
		r.fail("a range is one of days of the week, as mon-fri")
	default:
		return false
	}
	return true
}

func isDays(s string) bool { return s == "day" || s == "days" }

func (r *wordReader) allDays() {
	if r.nth != 0 {
		r.fail("every day and some days of a month need a schedule each")
	} else if r.turn(aDay) {
		r.daily = true
	}
}

// unknown says what is wrong with a word, and reads the one that was perhaps
// meant. It reports whether there is one.
func (r *wordReader) unknown(s string) bool {
	if month, ok := namedMonth(s); ok {
		r.month = month
		r.fail("only a cron spec can name a month")
		return true
	}
	switch {
	case likeDate(s):
		r.fail("a date comes only once")
		return false
	case strings.Contains(s, "/"), slices.Contains([]string{"utc", "gmt", "cet", "est", "pst"}, s):
		r.fail("a time zone is given as the schedule's zone")
		return false
	}
	r.fail("the word %q is not known", firstWord(s))
	near := foreignDay(s)
	if near == "" {
		near = Nearest(s, slices.Concat(plainVocabulary, weekdayNames))
	}
	if near != "" {
		r.read(near)
	}
	return near != ""
}

// from reads the date with which "every 2 weeks" begins.
func (r *wordReader) from() {
	if !likeDate(r.peek(0)) {
		r.fail("a date follows after from, as 2026-11-30")
		return
	}
	text := r.take()
	date, err := parseDate(text)
	if near, ok := nearestDate(text, 0); err != nil && ok {
		date = near
	}
	if err != nil {
		r.fail("%q is no date such as 2026-11-30", firstWord(text))
	}
	if !validFrom(date) {
		r.fail("the date after from has a year from 2000 to 2199")
	}
	if validFrom(date) {
		r.w.from = date.Unix()
	}
}

// validFrom bounds the dates of from, so that 0 is none of them.
func validFrom(date time.Time) bool { return date.Year() >= 2000 && date.Year() <= 2199 }
