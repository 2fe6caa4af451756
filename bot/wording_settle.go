package bot

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// settle makes a wording of what was read. What does not go together is noted
// as wrong, and mended.
func (r *wordReader) settle() {
	r.settleNumbers()
	r.settleDays()
	r.settleWeeks()
	r.settleClocks()
	switch {
	case r.w.hourly:
		r.settleHourly()
	case r.months != 0, r.month != 0:
		r.instead = []string{r.cron()}
	case r.either != 0 && r.w.nth != 0:
		weeks, nth := r.w, r.w
		weeks.weeks, weeks.nth, weeks.grouped = r.either, 0, false
		r.instead = []string{weeks.String(), nth.String()}
	case len(r.instead) > 0 && r.w.days != 0 && r.named != 0: // every 3 days
		r.instead = append([]string{r.w.String()}, r.instead...)
	}
}

// settleNumbers takes a number alone for the hour that is missing, or for the
// day of the month.
func (r *wordReader) settleNumbers() {
	for _, digits := range r.loose {
		n := smallNumber(digits)
		noDay := r.named|r.nth|r.w.dates == 0 && !r.daily
		switch {
		case len(r.w.clocks) == 0:
			r.fail("%q is no time of day", firstWord(digits))
			r.w.clocks = append(r.w.clocks, int64(min(n, 23))*3600)
		case noDay && n >= 1 && n <= 31:
			r.fail("a day of the month is written after monthly")
			r.w.dates |= 1 << n
		default:
			r.fail("it is not clear what %q means", firstWord(digits))
		}
	}
}

func (r *wordReader) settleDays() {
	w := &r.w
	if r.daily && r.named != 0 {
		r.fail("they say every day, and name days as well")
	} else if r.daily {
		r.named = everyDay
	}
	if r.named&^r.without != 0 {
		r.named &^= r.without
	} else if r.without != 0 {
		r.named = everyDay &^ r.without
	}
	if r.nth != 0 && (r.ofMonth || r.named == 0) {
		if r.spelled && !r.ofMonth && !r.monthly {
			r.fail("first and last are said of a day")
		}
		w.dates |= r.nth
		r.nth = 0
	}
	switch {
	case w.dates != 0:
		if r.named != 0 || r.nth != 0 {
			r.fail("days of the month and of the week need a schedule each")
		}
	case r.nth != 0:
		r.settleNth()
	case r.monthly && r.named == 0:
		r.fail("they do not say on which day of the month")
		w.dates = 1 << 1
	case r.monthly && !r.daily:
		r.fail("they do not say which one of the month")
		w.nth, w.days = 1<<1, r.named
	case r.named != 0:
		w.days = r.named
	case r.w.hourly:
	default:
		r.fail("they do not say on which days")
		if w.days = everyDay; r.weekly {
			w.days = 1 << 1
		}
	}
}

// settleNth handles the first or last of some days of the week.
func (r *wordReader) settleNth() {
	w := &r.w
	w.days, w.grouped = r.named, r.group && r.named == mondayOn
	if r.group && !w.grouped {
		r.fail("the weekdays and other days need a schedule each")
	}
	if r.nth >= 1<<5 {
		r.fail("only the first four and the last of a day are in every month")
		if r.nth &= 1<<5 - 1; r.nth == 0 {
			r.nth = 1
		}
	}
	w.nth = r.nth
}

func (r *wordReader) settleWeeks() {
	w := &r.w
	switch {
	case r.weeks < 2:
		if w.from != 0 {
			r.fail("only every so many weeks can begin at a date")
		}
		if r.weekly && w.dates|w.nth != 0 {
			r.fail("weeks and months cannot be counted together")
		}
		w.from = 0
	case w.dates != 0, w.nth != 0:
		r.fail("weeks and months cannot be counted together")
		w.from = 0
	default:
		w.weeks = r.weeks
		if r.daily {
			r.fail("they do not say on which days of the week")
			w.days = 1 << 1
		}
	}
}

func (r *wordReader) settleClocks() {
	w := &r.w
	if w.hourly {
		return
	}
	if len(w.clocks) == 0 {
		r.fail("they have no time of day")
		w.clocks = []int64{9 * 3600}
	}
	slices.Sort(w.clocks)
	w.clocks = slices.Compact(w.clocks)
	if len(w.clocks) > mostClocks {
		r.fail("a day has %d times at most", mostClocks)
		w.clocks = w.clocks[:mostClocks]
	}
}

// settleHourly lets hourly stand alone; a cron spec can restrict its days.
func (r *wordReader) settleHourly() {
	if r.last != 0 || r.monthly || r.weekly || r.w.dates != 0 {
		r.fail("hourly stands alone")
	}
	r.w = wording{hourly: true, days: everyDay}
	for hour := range int64(24) {
		r.w.clocks = append(r.w.clocks, hour*3600)
	}
	if days := r.named; days != 0 && days != everyDay {
		r.instead = []string{"0 * * * " + strings.ToUpper(dayList(days))}
	}
}

// cron writes what was read as the fields of a cron spec.
func (r *wordReader) cron() string {
	days, weekdays := "1", "*"
	if set := r.w.dates &^ 1; set != 0 {
		days = numberList(set)
	} else if r.named != 0 && r.named != everyDay && r.months == 0 {
		days, weekdays = "*", strings.ToUpper(dayList(r.named))
	}
	months := fmt.Sprint(int(r.month))
	if r.months != 0 {
		months = fmt.Sprintf("*/%d", r.months)
	} else if longest := time.Date(2000, r.month+1, 0, 0, 0, 0, 0, time.UTC).Day(); bits.Len64(r.w.dates)-1 > longest && weekdays == "*" {
		days = fmt.Sprint(longest)
	}
	second := r.w.clocks[0]
	return fmt.Sprintf("%d %d %s %s %s", second/60%60, second/3600, days, months, weekdays)
}
