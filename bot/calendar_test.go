package bot_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func mustCalendar(t testing.TB, except, notBetween string) (c bot.Calendar) {
	t.Helper()
	var err error
	if except != "" {
		if c.Except, err = bot.ParseDays(except); err != nil {
			t.Fatal(err)
		}
	}
	if notBetween != "" {
		if c.NotBetween, err = bot.ParseWindows(notBetween); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestParseDays(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-24":                         "2026-12-24",
		" 2026-12-24 .. 2027-01-06 ":         "2026-12-24..2027-01-06",
		"2026-12-24 to 2027-01-06":           "2026-12-24..2027-01-06",
		"2027-05-01,2026-12-24,2026-12-26":   "2026-12-24 2026-12-26 2027-05-01",
		"2026-12-24..2026-12-31,2027-01-01":  "2026-12-24..2027-01-01", // they touch
		"2026-12-24..2027-01-06,2026-12-30":  "2026-12-24..2027-01-06", // one has the other
		"1999-01-01..1999-02-01,2026-12-24":  "1999-01-01..1999-02-01 2026-12-24",
		"2026-12-30..2027-01-06,2026-12-20,": "",
		"2026-12-24..2026-12-24":             "2026-12-24",
	} {
		days, err := bot.ParseDays(text)
		if got := strings.Trim(fmt.Sprint(days), "[]"); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"2027-01-06..2026-12-24":  "2026-12-24..2027-01-06",
		"24.12.2026":              "2026-12-24",
		"24.12.2026..6.1.2027":    "2026-12-24..2027-01-06",
		"24.12.2026 - 6.1.2027":   "2026-12-24..2027-01-06",
		"2026-12-24–2027-01-06":   "2026-12-24..2027-01-06",
		"2026-12-24-2027-01-06":   "2026-12-24..2027-01-06",
		"2026-12-24..01-06":       "2026-12-24..2027-01-06",
		"2026-12-24..12-26":       "2026-12-24..2026-12-26",
		"12/24/2026":              "2026-12-24",
		"24/12/2026":              "2026-12-24",
		"2026/12/24":              "2026-12-24",
		"24 Dec 2026..6 Jan 2027": "2026-12-24..2027-01-06",
		"December 24, 2026":       "2026-12-24 or 2026-12-24..2027-01-06", // the comma divides
		"20261224":                "2026-12-24",
		"24.12.26":                "2026-12-24",
		"2026-1-5":                "2026-01-05",
		"2026-02-29":              "2026-02-28",
		"2026-13-40":              "2026-12-31",
		"0000-01-01":              "2001-01-01",
		"christmas":               "2026-12-24 or 2026-12-24..2027-01-06",
		"":                        "2026-12-24 or 2026-12-24..2027-01-06",
		"..":                      "2026-12-24 or 2026-12-24..2027-01-06",
		"99999999999999-1-1":      "9999-01-01",
	} {
		_, err := bot.ParseDays(text)
		if bot.ReasonCode(err) != "bad_days" {
			t.Errorf("%q: %v", text, err)
			continue
		}
		offered := forms(strings.Replace(err.Error(), "write a date or a range of them, such as", "write such as", 1))
		if got := strings.Join(offered, " or "); got != want {
			t.Errorf("%q is offered %q, want %q: %v", text, got, want, err)
		}
		for _, form := range offered {
			if _, err := bot.ParseDays(form); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestParseWindows(t *testing.T) {
	for text, want := range map[string]string{
		"22:00-07:00":               "22:00-07:00",
		" 22:00 – 7:00 ":            "22:00-07:00",
		"22:00-07:00,12:00-13:00":   "22:00-07:00 12:00-13:00",
		"10pm to 7am":               "22:00-07:00",
		"between 22:00 and 07:00":   "22:00-07:00",
		"22:00-24:00,00:00-midday":  "",
		"22:00-24:00":               "22:00-00:00",
		"noon-1pm":                  "12:00-13:00",
		strings.Repeat("1-2,", 200): "",
		strings.TrimSuffix(strings.Repeat("01:00-02:00,", 13), ","): "",
	} {
		windows, err := bot.ParseWindows(text)
		if got := strings.Trim(fmt.Sprint(windows), "[]"); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"22-7":                    "22:00-07:00",
		"22:00-25:00":             "22:00-23:00",
		"22:00 07:00":             "22:00-07:00",
		"22.00-07.00":             "22:00-07:00",
		"22:00-22:00":             "22:00-07:00",
		"00:00-24:00":             "22:00-07:00",
		"22:00":                   "22:00-07:00",
		"night":                   "22:00-07:00",
		"":                        "22:00-07:00",
		"weekdays 22:00-07:00":    "22:00-07:00",
		"22:00-07:00-09:00":       "22:00-07:00",
		"22:00-07:00,12:00-12:00": "22:00-07:00",
	} {
		_, err := bot.ParseWindows(text)
		if bot.ReasonCode(err) != "bad_window" {
			t.Errorf("%q: %v", text, err)
			continue
		}
		_, offer, found := strings.Cut(err.Error(), ": ")
		if form := strings.Split(offer, `"`); !found || len(form) != 3 || form[1] != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCalendarAsJSON(t *testing.T) {
	c := mustCalendar(t, "2026-12-24..2027-01-06,2027-05-01", "22:00-07:00")
	text, err := json.Marshal(c)
	if want := `{"except":["2026-12-24..2027-01-06","2027-05-01"],"not_between":["22:00-07:00"]}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	var again bot.Calendar
	if err := json.Unmarshal(text, &again); err != nil || fmt.Sprint(again) != fmt.Sprint(c) {
		t.Errorf("%v, %v", again, err)
	}
	for _, wrong := range []string{`{"except":["x"]}`, `{"not_between":["22:00-22:00"]}`} {
		if err := json.Unmarshal([]byte(wrong), &again); err == nil {
			t.Errorf("%s is read", wrong)
		}
	}
}

// leftOutHours counts the full hours, from noon to noon, at which the window is shut.
func leftOutHours(t *testing.T, times bot.Times, noon time.Time) (count int) {
	t.Helper()
	for at := noon; at.Before(noon.AddDate(0, 0, 1)); at = at.Add(time.Hour) {
		if times.LeftOut(at) != "" {
			count++
		}
	}
	return count
}

func TestWindowsOnTheNightOfAClockChange(t *testing.T) {
	zone, err := time.LoadLocation(berlin)
	if err != nil {
		t.Fatal(err)
	}
	nights := mustTimes(t, "hourly", berlin).Without(mustCalendar(t, "", "22:00-07:00"))
	for day, want := range map[string]int{"2027-03-26": 9, "2027-03-27": 8, "2027-10-30": 10, "2027-10-31": 9} {
		noon, _ := time.ParseInLocation("2006-01-02 15", day+" 12", zone)
		if got := leftOutHours(t, nights, noon); got != want {
			t.Errorf("the night after %s has %d hours in it, want %d", day, got, want)
		}
	}
	for _, c := range []struct{ spec, zone, window, from, want string }{
		// 02:30 is left out, but where it is skipped, the clock shows 03:00.
		{"daily 02:30", berlin, "02:15-02:45", "2027-03-20T00:00:00+01:00", "2027-03-28T03:00:00+02:00"},
		{"daily 02:30", berlin, "03:00-03:30", "2027-03-27T12:00:00+01:00", "2027-03-29T02:30:00+02:00"},
		// Both hours with one name are inside.
		{"30 * * * *", berlin, "02:00-03:00", "2027-10-31T01:30:00+02:00", "2027-10-31T03:30:00+01:00"},
		{"*/15 * * * *", lordHowe, "01:30-02:00", "2027-04-04T01:15:00+11:00", "2027-04-04T02:00:00+10:30"},
		{"@every 1h", newYork, "01:00-02:00", "2027-11-07T00:30:00-04:00", "2027-11-07T02:30:00-05:00"},
		{"hourly", newYork, "23:00-03:00", "2027-03-13T22:30:00-05:00", "2027-03-14T03:00:00-04:00"},
		// The end of a window is outside of it, and so is the minute before it.
		{"daily 07:00", karachi, "22:00-07:00", "2027-03-14T00:00:00+05:00", "2027-03-14T07:00:00+05:00"},
		{"daily 21:59,22:00", karachi, "22:00-07:00", "2027-03-14T21:59:00+05:00", "2027-03-15T21:59:00+05:00"},
	} {
		times := mustTimes(t, c.spec, c.zone).Without(mustCalendar(t, "", c.window))
		if got := due(t, times, c.from, 1)[0]; !strings.HasPrefix(got, c.want) {
			t.Errorf("%s without %s after %s: %s, want %s", c.spec, c.window, c.from, got, c.want)
		}
	}
}

func TestAgendaSaysWhatIsLeftOut(t *testing.T) {
	times := mustTimes(t, "weekdays 09:00,23:00", berlin).Without(mustCalendar(t, "2026-12-24,2026-12-25..2027-01-06", "22:00-07:00"))
	agenda, err := times.Agenda(time.Date(2026, 12, 23, 12, 0, 0, 0, time.UTC), 3)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range agenda {
		got = append(got, fmt.Sprintf("%s %s %d", m.At.Format("01-02 15:04"), m.LeftOut, m.More))
	}
	want := []string{
		"12-23 23:00 between 22:00 and 07:00 nothing is posted 0",
		"12-24 09:00 2026-12-24 to 2027-01-06 is left out 19",
		"01-07 09:00  0",
		"01-07 23:00 between 22:00 and 07:00 nothing is posted 0",
		"01-08 09:00  0",
		"01-08 23:00 between 22:00 and 07:00 nothing is posted 0",
		"01-11 09:00  0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	one := mustTimes(t, "daily 09:00", "").Without(mustCalendar(t, "2027-05-01", ""))
	if reason := one.LeftOut(time.Date(2027, 5, 1, 23, 59, 59, 0, time.UTC)); reason != "2027-05-01 is left out" {
		t.Error(reason)
	}
	if reason := one.Without(bot.Calendar{}).LeftOut(time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)); reason != "" {
		t.Error(reason)
	}
}

func TestNothingIsLeft(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ spec, except, window, says string }{
		{"daily 06:00", "", "22:00-07:00", "between 22:00 and 07:00"},
		{"* * * * *", "", "22:00-10:00,10:00-22:00", "nothing is posted"},
		{"@every 1m", "2026-01-01..2099-12-31", "", "2026-01-01 to 2099-12-31"},
		{"daily 09:00", "2026-01-01..2035-12-31", "", "2026-01-01 to 2035-12-31"}, // more than eight years
		{"every 2 weeks mon 09:00", "2026-01-01..2099-12-31", "", "2026-01-01 to 2099-12-31"},
	} {
		times := mustTimes(t, c.spec, berlin).Without(mustCalendar(t, c.except, c.window))
		_, err := times.Next(now)
		if bot.ReasonCode(err) != "all_left_out" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.spec, err)
		}
		if list, err := times.Agenda(now, 3); err == nil {
			t.Errorf("%s: %v", c.spec, list)
		}
	}
}

func TestBetweenWithoutWhatIsLeftOut(t *testing.T) {
	begin := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		spec, except, window string
		days, keep           int
		due                  string
		older                int
	}{
		{"daily 09:00", "2027-03-02..2027-03-05", "", 7, 10, "1 09:00, 6 09:00, 7 09:00", 0},
		{"daily 09:00", "2027-03-02..2027-03-05", "", 7, 2, "6 09:00, 7 09:00", 1},
		{"daily 09:00", "2027-03-06..2027-03-20", "", 14, 2, "4 09:00, 5 09:00", 3},
		{"hourly", "", "22:00-07:00", 1, 2, "1 20:00, 1 21:00", 13},
		{"@every 7h", "", "22:00-07:00", 3, 2, "3 08:00, 3 15:00", 5},
		{"@every 7h", "2027-03-03", "", 3, 9, "1 07:00, 1 14:00, 1 21:00, 2 04:00, 2 11:00, 2 18:00", 0},
		{"daily 06:00", "", "22:00-07:00", 7, 2, "", 0},
		{"@every 1m", "2027-03-02..2028-03-01", "", 367, 1, "2 00:00", 1439},
	} {
		times := mustTimes(t, c.spec, "").Without(mustCalendar(t, c.except, c.window))
		list, older := times.Between(begin, begin.AddDate(0, 0, c.days), c.keep)
		var got []string
		for _, at := range list {
			got = append(got, at.Format("2 15:04"))
		}
		if text := strings.Join(got, ", "); text != c.due || older != c.older {
			t.Errorf("%s: %q and %d older, want %q and %d", c.spec, text, older, c.due, c.older)
		}
	}
}

// What is left after a calendar is what is due and, as people would look it up
// on the clock and the calendar on the wall, not left out.
func TestWithoutAgreesWithLookingItUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 80 {
		zone := changingZones[r.IntN(len(changingZones))]
		start := time.Date(1996+r.IntN(60), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
		spec := []string{newRandomSpec(r).text, newRandomWords(r, start.Year()).text, fmt.Sprintf("@every %dm", 1+r.IntN(3000))}[r.IntN(3)]
		bare, err := bot.ParseTimes(spec, zone, 0)
		if err != nil {
			continue
		}
		var days, windows [][2]string
		for range r.IntN(4) {
			first := start.AddDate(0, 0, r.IntN(300))
			days = append(days, [2]string{first.Format(time.DateOnly), first.AddDate(0, 0, r.IntN(60)).Format(time.DateOnly)})
		}
		for range r.IntN(3) {
			from, to := fmt.Sprintf("%02d:%02d", r.IntN(24), 15*r.IntN(4)), fmt.Sprintf("%02d:%02d", r.IntN(24), 15*r.IntN(4))
			if from != to {
				windows = append(windows, [2]string{from, to})
			}
		}
		out := func(at time.Time) bool {
			date, clock := at.Format(time.DateOnly), at.Format("15:04")
			return slices.ContainsFunc(days, func(d [2]string) bool { return date >= d[0] && date <= d[1] }) ||
				slices.ContainsFunc(windows, func(w [2]string) bool {
					if w[0] < w[1] {
						return clock >= w[0] && clock < w[1]
					}
					return clock >= w[0] || clock < w[1]
				})
		}
		kept := bare.Without(mustCalendar(t, joinPairs(days, ".."), joinPairs(windows, "-")))
		var want []time.Time
		at := start
		for range 3000 {
			m, err := bare.Next(at)
			if err != nil {
				break
			}
			if at = m.At; !out(at) {
				want = append(want, at)
			}
			if (kept.LeftOut(at) != "") != out(at) {
				t.Fatalf("%s without %v and %v at %s: %q", bare, days, windows, at, kept.LeftOut(at))
			}
		}
		until, at := at, start
		if len(want) == 0 || slices.ContainsFunc(want, func(due time.Time) bool { return due.After(start.AddDate(8, 0, 0)) }) {
			continue // nothing is looked for beyond eight years
		}
		for i, due := range want {
			m, err := kept.Next(at)
			if err != nil || !m.At.Equal(due) {
				t.Fatalf("%s without %v and %v after %s: %s, %v, want the %dth, %s", bare, days, windows, at.In(due.Location()), m.At, err, i, due)
			}
			at = due
		}
		list, older := kept.Between(start, until, 20)
		if n := len(want); len(list)+older != n || len(list) > 0 && !slices.EqualFunc(list, want[n-len(list):], time.Time.Equal) {
			t.Fatalf("%s without %v and %v from %s until %s: %d and %d older, want %d", bare, days, windows, start, until, len(list), older, n)
		}
	}
}

func joinPairs(list [][2]string, between string) string {
	var parts []string
	for _, p := range list {
		parts = append(parts, p[0]+between+p[1])
	}
	return strings.Join(parts, ",")
}

func TestJitter(t *testing.T) {
	due := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	seen := map[time.Duration]int{}
	for i := range 1000 {
		d := bot.Jitter(bot.ID(fmt.Sprint("schedule ", i)), due, 10*time.Minute)
		if d < 0 || d >= 10*time.Minute || d%time.Second != 0 {
			t.Fatalf("%s", d)
		}
		seen[d/time.Minute]++
	}
	if len(seen) != 10 {
		t.Errorf("they fall on %d of ten minutes", len(seen))
	}
	zone, err := time.LoadLocation(karachi)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := bot.Jitter("a", due, time.Hour), bot.Jitter("a", due.In(zone), time.Hour); a != b || a != 16*time.Minute+29*time.Second {
		t.Errorf("the same moment has %s and %s", a, b)
	}
	if bot.Jitter("a", due, time.Hour) == bot.Jitter("a", due.AddDate(0, 0, 1), time.Hour) {
		t.Error("every day has the same")
	}
	if d := bot.Jitter("a", due, 999*time.Millisecond) + bot.Jitter("a", due, -time.Hour); d != 0 {
		t.Errorf("%s of nothing", d)
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add("2026-12-24..2027-01-06,24.12.2026", "22:00-07:00")
	f.Add("24 dec – 6 jan 2027", "10 pm to 7 a.m.")
	f.Add("2026-12-24..01-06", "24:00-25:00, 9-17")
	f.Fuzz(func(t *testing.T, days, windows string) {
		var c bot.Calendar
		var err error
		if c.Except, err = bot.ParseDays(days); err != nil && (bot.ReasonCode(err) != "bad_days" || strings.ContainsAny(err.Error(), "\r\n\x1b")) {
			t.Fatal(err)
		}
		if c.NotBetween, err = bot.ParseWindows(windows); err != nil && (bot.ReasonCode(err) != "bad_window" || strings.ContainsAny(err.Error(), "\r\n\x1b")) {
			t.Fatal(err)
		}
		text, err := json.Marshal(c)
		var again bot.Calendar
		if err == nil {
			err = json.Unmarshal(text, &again)
		}
		if err != nil || fmt.Sprint(again) != fmt.Sprint(c) {
			t.Fatalf("%s: %v, %v", text, again, err)
		}
	})
}
