package bot

import (
	"math"
	"slices"
	"strings"
	"time"
)

// every reads what follows after "every": a unit, a number and a unit, or
// nothing that needs the word.
func (r *wordReader) every() {
	n, counted := 1, true
	other := r.peek(0) == "other"
	switch digits, rest := cutDigits(r.peek(0)); {
	case digits != "" && rest == "":
		n = smallNumber(digits)
	case other, r.peek(0) == "two":
		n = 2
	case r.peek(0) == "three":
		n = 3
	case r.peek(0) == "four":
		n = 4
	default:
		counted = false
	}
	if counted {
		r.take()
	} else if nth, _, ok := ordinal(r.peek(0)); ok && nth > 1 && !r.monthly {
		if _, ok := namedDay(r.peek(1)); ok && nth < 5 {
			r.fail("it can be understood in two ways")
			r.either = nth
			return
		}
		if !isUnit(r.peek(1)) {
			return
		}
		r.take()
		n = nth
	}
	unit := strings.TrimSuffix(r.peek(0), "s")
	if isUnit(unit) && !(unit == "week" && isDays(r.peek(1))) {
		r.take()
		r.everyUnit(n, unit)
	} else if counted {
		if _, ok := namedDay(r.peek(0)); !ok || !other {
			r.fail("every %d of what is not said", n)
		}
		r.setWeeks(n)
	}
}

func isUnit(s string) bool {
	return slices.Contains([]string{"week", "day", "hour", "hr", "minute", "min", "second", "sec", "month", "year"}, s)
}

func (r *wordReader) everyUnit(n int, unit string) {
	switch unit {
	case "week":
		r.setWeeks(n)
	case "day":
		r.everyDays(n)
	case "month":
		r.monthly = true
		if n != 1 {
			r.fail("only weeks can be counted")
			r.months = min(max(n, 1), 12)
		}
	case "year":
		r.yearly()
	case "hour", "hr":
		if r.w.hourly = n == 1; !r.w.hourly {
			r.everyTime(n, time.Hour)
		}
	case "minute", "min":
		r.everyTime(n, time.Minute)
	default:
		r.everyTime(n, time.Second)
	}
}

func (r *wordReader) setWeeks(n int) {
	if n < 1 || n > mostWeeks {
		r.fail("the number of weeks is 1 to %d", mostWeeks)
	}
	r.weekly, r.weeks = true, min(max(n, 1), mostWeeks)
}

// everyDays offers weekdays about as many days apart.
func (r *wordReader) everyDays(n int) {
	if n == 1 {
		r.allDays()
		return
	}
	r.fail("only weeks can be counted")
	if n == 0 {
		r.allDays()
		return
	}
	r.everyTime(n, oneDay)
	r.weeks = min((n+3)/7, mostWeeks)
	switch {
	case n == 2:
		r.named |= 1<<1 | 1<<3 | 1<<5
	case n < 5:
		r.named |= 1<<1 | 1<<4
	default:
		r.named |= 1 << 1
	}
}

// everyTime offers "@every" where no clock is kept.
func (r *wordReader) everyTime(n int, unit time.Duration) {
	r.fail("what comes again after some time begins with @every")
	d := time.Duration(math.Ceil(max(float64(n)*unit.Seconds(), r.shortest.Seconds()))) * time.Second
	r.instead = append(r.instead, "@every "+shortDuration(min(d, longestEvery)))
}

func (r *wordReader) yearly() {
	r.fail("only a cron spec comes once a year")
	if r.month == 0 {
		r.month = time.January
	}
}

// What a wrong word may have been meant to be.
var (
	plainVocabulary = []string{
		"every", "weekdays", "weekday", "weekends", "weekend", "daily", "weekly", "monthly", "hourly", "yearly",
		"first", "second", "third", "fourth", "last", "day", "from", "noon", "midnight",
	}
	weekdayNames = []string{
		"mon", "tue", "wed", "thu", "fri", "sat", "sun",
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays",
	}
)

// namedDay reads a day of the week: mon, monday or mondays.
func namedDay(s string) (int, bool) {
	switch s = strings.TrimSuffix(s, "s"); s {
	case "tue", "tues":
		return 2, true
	case "wed", "weds", "wedne":
		return 3, true
	case "thur", "thurs":
		return 4, true
	}
	for day := range 7 {
		if name := strings.ToLower(time.Weekday(day).String()); s == name || s == name[:3] {
			return day, true
		}
	}
	return 0, false
}

// foreignDay is the English name of a day in German, French or Spanish, or "".
// Where languages share a word, none is taken.
func foreignDay(s string) string {
	for i, names := range []string{
		"so sonntag sonntags dimanche domingo", "mo montag montags lundi lunes", "di dienstag dienstags mardi martes",
		"mi mittwoch mittwochs mercredi miércoles miercoles", "do donnerstag donnerstags jeudi jueves",
		"fr freitag freitags vendredi viernes", "sa samstag samstags samedi sábado sabado",
	} {
		for name := range strings.FieldsSeq(names) {
			if s == name {
				return strings.ToLower(time.Weekday(i).String())
			}
		}
	}
	return ""
}

// namedMonth reads jan or january.
func namedMonth(s string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); len(s) > 2 && strings.HasPrefix(name, s) || s == "sept" && m == time.September {
			return m, true
		}
	}
	return 0, false
}

// ordinal reads first, 1st to 31st and last, which is 0.
func ordinal(s string) (n int, spelled, ok bool) {
	for n, name := range nthNames {
		if s == name {
			return n, true, true
		}
	}
	if s == "fifth" {
		return 5, true, true
	}
	digits, suffix := cutDigits(s)
	n = smallNumber(digits)
	switch suffix {
	case "st", "nd", "rd", "th":
		return min(n, 31), n > 31 || n < 1, n >= 1 && digits != ""
	}
	return 0, false, false
}

func isDash(s string) bool { return s == "-" || s == "to" || s == "through" }
