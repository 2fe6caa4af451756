package bot_test

import (
	"fmt"
	"math/rand/v2"
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

// A randomSpec is a cron spec and, apart from any parser, what it means.
type randomSpec struct {
	text                              string
	minute, hour, dom, month, weekday [60]bool
	domStar, weekdayStar, elapsed     bool
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

func newRandomSpec(r *rand.Rand) randomSpec {
	var s randomSpec
	var f [5]string
	f[0], s.minute = randomField(r, 0, 59, 1)
	f[1], s.hour = randomField(r, 0, []int{23, 3}[r.IntN(2)], 2) // often in the hours in which clocks change
	f[2], s.dom = randomField(r, 1, 28, 8)
	f[3], s.month = randomField(r, 1, 12, 8)
	f[4], s.weekday = randomField(r, 0, 6, 6)
	if f[1] == "*" || strings.HasPrefix(f[1], "*/") { // the shorter range does not hold for a "*"
		step := 1
		_, _ = fmt.Sscanf(f[1], "*/%d", &step)
		for h := 0; h < 24; h++ {
			s.hour[h] = h%step == 0
		}
		s.elapsed = true
	}
	if strings.HasPrefix(f[2], "*") {
		step := 1
		_, _ = fmt.Sscanf(f[2], "*/%d", &step)
		for d := 1; d <= 31; d++ {
			s.dom[d] = (d-1)%step == 0
		}
	}
	s.domStar, s.weekdayStar = f[2] == "*", f[4] == "*"
	s.text = strings.Join(f[:], " ")
	return s
}

func (s randomSpec) dayAllowed(wallDay int) bool {
	date := time.Unix(int64(wallDay)*86400, 0).UTC()
	inMonth, inWeek := s.dom[date.Day()], s.weekday[int(date.Weekday())]
	if !s.month[int(date.Month())] {
		return false
	}
	if s.domStar || s.weekdayStar {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// expected walks every minute of real time and applies the rules to what the
// clock shows: walls[i] is the wall time, in minutes, at the i-th minute.
func (s randomSpec) expected(walls []int) []int {
	day, dayOK := -1, false
	matches := func(wall int) bool {
		if wall/1440 != day {
			day, dayOK = wall/1440, s.dayAllowed(wall/1440)
		}
		return dayOK && s.hour[wall/60%24] && s.minute[wall%60]
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
	specs, years := 6, 2
	if testing.Short() {
		specs, years = 3, 1
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
			}
		})
	}
}

func checkSpec(t *testing.T, s randomSpec, zone string, start time.Time, walls []int) {
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
