package bot_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var changingZones = []string{
	"America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Havana", "America/Santiago",
	"America/Nuuk", "Atlantic/Azores", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Chisinau",
	"Africa/Cairo", "Africa/Casablanca", "Asia/Tehran", "Asia/Karachi", "Asia/Beirut", "Asia/Gaza",
	"Asia/Kathmandu", "Asia/Pyongyang", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham",
	"Pacific/Apia", "Pacific/Easter", "Pacific/Norfolk", "Antarctica/Troll", "UTC",
}

// A randomTimes is a spec and, apart from any parser, what it means.
type randomTimes struct {
	text    string
	elapsed bool
	day     func(date time.Time) bool
	clock   func(hour, minute int) bool
}

// randomField writes a field and lists what it allows.
func randomField(r *rand.Rand, low, high, starOdds int) (text string, allowed [60]bool) {
	fill := func(from, to, step int) {
		for i := from; i <= to; i += step {
			allowed[i] = true
		}
	}
	switch kind := r.IntN(starOdds + 4); kind {
	case 0: // a list
		var parts []string
		for range 2 + r.IntN(3) {
			n := low + r.IntN(high-low+1)
			parts, allowed[n] = append(parts, fmt.Sprint(n)), true
		}
		return strings.Join(parts, ","), allowed
	case 1: // a range, perhaps with a step
		from := low + r.IntN(high-low+1)
		to := from + r.IntN(high-from+1)
		step := 1 + r.IntN(4)
		fill(from, to, step)
		return fmt.Sprintf("%d-%d/%d", from, to, step), allowed
	case 2: // every so many
		step := 2 + r.IntN(5)
		fill(low, high, step)
		return fmt.Sprintf("*/%d", step), allowed
	case 3:
		n := low + r.IntN(high-low+1)
		fill(n, n, 1)
		return fmt.Sprint(n), allowed
	}
	fill(low, high, 1)
	return "*", allowed
}

func newRandomSpec(r *rand.Rand) randomTimes {
	var f [5]string
	var minutes, hours, doms, months, weekdays [60]bool
	f[0], minutes = randomField(r, 0, 59, 1)
	f[1], hours = randomField(r, 0, []int{23, 3}[r.IntN(2)], 2) // often in the hours in which clocks change
	f[2], doms = randomField(r, 1, 28, 8)
	f[3], months = randomField(r, 1, 12, 8)
	f[4], weekdays = randomField(r, 0, 6, 6)
	elapsed := strings.HasPrefix(f[1], "*")
	if elapsed { // the shorter range does not hold for a "*"
		step := 1
		_, _ = fmt.Sscanf(f[1], "*/%d", &step)
		for h := 0; h < 24; h++ {
			hours[h] = h%step == 0
		}
	}
	if strings.HasPrefix(f[2], "*") {
		step := 1
		_, _ = fmt.Sscanf(f[2], "*/%d", &step)
		for d := 1; d <= 31; d++ {
			doms[d] = (d-1)%step == 0
		}
	}
	return randomTimes{
		text: strings.Join(f[:], " "), elapsed: elapsed,
		clock: func(hour, minute int) bool { return hours[hour] && minutes[minute] },
		day: func(date time.Time) bool {
			inMonth, inWeek := doms[date.Day()], weekdays[int(date.Weekday())]
			if !months[int(date.Month())] {
				return false
			}
			if f[2] == "*" || f[4] == "*" {
				return inMonth && inWeek
			}
			return inMonth || inWeek
		},
	}
}

// newRandomWords writes times in plain words. What they mean is told by walking
// the calendar day by day.
func newRandomWords(r *rand.Rand, year int) randomTimes {
	if r.IntN(12) == 0 {
		return randomTimes{"Hourly", true, func(time.Time) bool { return true }, func(_, minute int) bool { return minute == 0 }}
	}
	clocks := map[string]bool{}
	for range 1 + r.IntN(3) { // often in the hours in which clocks change
		clocks[fmt.Sprintf("%02d:%02d", r.IntN([]int{24, 4}[r.IntN(2)]), 5*r.IntN(12))] = true
	}
	weekdays := map[string]bool{}
	var listed []string
	for range 1 + r.IntN(3) {
		name := time.Weekday(r.IntN(7)).String()
		weekdays[name] = true
		listed = append(listed, name[:2+r.IntN(2)*(len(name)-3)+1])
	}
	text, day := strings.Join(listed, " and "), func(date time.Time) bool { return weekdays[date.Weekday().String()] }
	working := func(date time.Time) bool { return date.Weekday() != time.Saturday && date.Weekday() != time.Sunday }
	switch kind := r.IntN(8); kind {
	case 0:
		text, day = "every day", func(time.Time) bool { return true }
	case 1:
		text, day = "Weekdays", working
	case 2, 3, 4: // some of them in a month
		among, nth := day, r.IntN(5)
		if text = []string{"last ", "1st ", "second ", "3rd ", "fourth "}[nth] + text; kind == 2 {
			text, among = strings.Fields(text)[0]+" weekday", working
		}
		day = func(date time.Time) bool {
			step, count := -1, 0
			if nth == 0 {
				step = 1
			}
			for d := date; d.Month() == date.Month(); d = d.AddDate(0, 0, step) {
				if among(d) && (kind == 2 || d.Weekday() == date.Weekday()) {
					count++
				}
			}
			return among(date) && count == max(nth, 1)
		}
	case 5:
		n := 1 + r.IntN(31)
		text, day = fmt.Sprintf("monthly %d and last", n), func(date time.Time) bool {
			return date.Day() == n || date.AddDate(0, 0, 1).Day() == 1
		}
	case 6: // every so many weeks, from a date or from the beginning
		n, named := 2+r.IntN(4), day
		text, day = fmt.Sprintf("every %d weeks on %s", n, text), func(date time.Time) bool {
			return named(date) && weeksSince("1970-01-05", date)%n == 0
		}
	case 7:
		n, named, from := 2+r.IntN(4), day, fmt.Sprintf("%d-%02d-%02d", max(2000, year-3+r.IntN(6)), 1+r.IntN(12), 1+r.IntN(28))
		text, day = fmt.Sprintf("every %d weeks on %s from %s", n, text, from), func(date time.Time) bool {
			return named(date) && date.Format(time.DateOnly) >= from && weeksSince(from, date)%n == 0
		}
	}
	return randomTimes{
		text: text + " at " + strings.Join(slices.Collect(maps.Keys(clocks)), ", "), day: day,
		clock: func(hour, minute int) bool { return clocks[fmt.Sprintf("%02d:%02d", hour, minute)] },
	}
}

func weeksSince(from string, date time.Time) int {
	begin, err := time.Parse(time.DateOnly, from)
	if err != nil {
		panic(err)
	}
	return int(date.Sub(begin).Hours()) / 24 / 7
}

// expected walks every minute of real time and applies the rules to what the
// clock shows: walls[i] is the wall time, in minutes, at the i-th minute.
func (s randomTimes) expected(walls []int) []int {
	day, dayOK := -1, false
	matches := func(wall int) bool {
		if wall/1440 != day {
			day = wall / 1440
			dayOK = s.day(time.Unix(int64(day)*86400, 0).UTC())
		}
		return dayOK && s.clock(wall/60%24, wall%60)
	}
	var due []int
	reached := walls[0]
	for i, wall := range walls[1:] {
		fires := false
		if s.elapsed {
			fires = matches(wall)
		} else {
			for ; reached < wall; reached++ { // one step, but for a gap
				fires = matches(reached+1) || fires
			}
		}
		if fires {
			due = append(due, i+1)
		}
	}
	return due
}

func TestNextAgreesWithWalkingTheMinutes(t *testing.T) {
	specs, years := 4, 2
	if testing.Short() || racing { // nothing in it runs beside anything else
		specs, years = 2, 1
	}
	walls := make([]int, years*366*1440+90*1440)
	for i, zone := range changingZones {
		t.Run(zone, func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(i), 7))
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Date(1996+r.IntN(60), time.Month(1+r.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
			for i := range walls {
				at := start.Add(time.Duration(i) * time.Minute)
				_, offset := at.In(loc).Zone()
				walls[i] = int(at.Unix()+int64(offset)) / 60
			}
			for range specs {
				checkSpec(t, newRandomSpec(r), zone, start, walls)
				checkSpec(t, newRandomWords(r, start.Year()), zone, start, walls)
			}
		})
	}
}

func checkSpec(t *testing.T, s randomTimes, zone string, start time.Time, walls []int) {
	t.Helper()
	// The walk knows only the clock since its first minute; a day later nothing
	// before it matters.
	begin, end := 1440, len(walls)-1
	var want []time.Time
	for _, i := range s.expected(walls) {
		if i > begin {
			want = append(want, start.Add(time.Duration(i)*time.Minute))
		}
	}
	times, err := bot.ParseTimes(s.text, zone, 0)
	if err != nil {
		if len(want) > 0 {
			t.Errorf("%s refused, and is due at %s: %v", s.text, want[0], err)
		}
		return
	}
	at, until := start.Add(time.Duration(begin)*time.Minute), start.Add(time.Duration(end)*time.Minute)
	for i := 0; ; i++ {
		m, err := times.Next(at)
		if err != nil {
			t.Fatalf("%s after %s: %v", times, at, err)
		}
		if m.At.After(until) {
			if i < len(want) {
				t.Errorf("%s after %s: missed %s", times, at.In(m.At.Location()), want[i].In(m.At.Location()))
			}
			return
		}
		if i >= len(want) || !m.At.Equal(want[i]) {
			t.Fatalf("%s after %s: got %s, want one of %v", times, at.In(m.At.Location()), m.At, want[max(0, i-1):min(len(want), i+2)])
		}
		at = m.At
	}
}
