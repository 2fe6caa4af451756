package bot_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

const (
	berlin   = "Europe/Berlin"       // on summer time from 28 March to 31 October 2027
	newYork  = "America/New_York"    // from 14 March to 7 November
	lordHowe = "Australia/Lord_Howe" // by half an hour, until 4 April and from 3 October
	karachi  = "Asia/Karachi"        // never
)

// due lists due times after from (RFC 3339) in the same form, with their notes.
func due(t *testing.T, times bot.Times, from string, n int) []string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for range n {
		m, err := times.Next(at)
		if err != nil {
			t.Fatalf("%s after %s: %v", times, at, err)
		}
		at = m.At
		lines = append(lines, strings.TrimSuffix(at.Format(time.RFC3339)+" | "+m.Note, " | "))
	}
	return lines
}

func TestPlainWordsOverClockChanges(t *testing.T) {
	for _, c := range []struct {
		spec, zone, from string
		want             []string
	}{
		{"weekdays 09:00", berlin, "2027-03-26T12:00:00+01:00", []string{"2027-03-29T09:00:00+02:00", "2027-03-30T09:00:00+02:00"}},
		{"daily 08:00", berlin, "2027-03-27T12:00:00+01:00", []string{"2027-03-28T08:00:00+02:00"}},
		{"daily 02:30", berlin, "2027-03-27T01:00:00+01:00", []string{"2027-03-27T02:30:00+01:00",
			"2027-03-28T03:00:00+02:00 | the clock skips 02:30 that day; moved to 03:00", "2027-03-29T02:30:00+02:00"}},
		{"daily 02:00,03:00", berlin, "2027-03-27T12:00:00+01:00", []string{
			"2027-03-28T03:00:00+02:00 | the clock skips 02:00 that day; 02:00 and 03:00 fall on one instant, 03:00; counted once", "2027-03-29T02:00:00+02:00"}},
		{"last sun 02:30", berlin, "2027-03-01T00:00:00+01:00", []string{
			"2027-03-28T03:00:00+02:00 | the clock skips 02:30 that day; moved to 03:00", "2027-04-25T02:30:00+02:00"}},
		{"weekends 10:00", berlin, "2027-03-27T09:00:00+01:00", []string{"2027-03-27T10:00:00+01:00", "2027-03-28T10:00:00+02:00", "2027-04-03T10:00:00+02:00"}},
		{"hourly", berlin, "2027-03-28T01:30:00+01:00", []string{"2027-03-28T03:00:00+02:00", "2027-03-28T04:00:00+02:00"}},
		{"every 2 weeks sun 02:30 from 2027-03-22", berlin, "2027-03-22T00:00:00+01:00", []string{
			"2027-03-28T03:00:00+02:00 | the clock skips 02:30 that day; moved to 03:00", "2027-04-11T02:30:00+02:00"}},
		{"every 2 weeks mon 09:00 from 2027-03-22", berlin, "2027-01-01T00:00:00+01:00", []string{"2027-03-22T09:00:00+01:00", "2027-04-05T09:00:00+02:00"}},
		{"every 2 weeks mon,thu 09:00 from 2027-03-24", berlin, "2027-03-20T00:00:00+01:00", []string{
			"2027-03-25T09:00:00+01:00", "2027-03-29T09:00:00+02:00", "2027-04-08T09:00:00+02:00"}},
		{"last weekday 17:00", berlin, "2027-03-26T12:00:00+01:00", []string{"2027-03-31T17:00:00+02:00", "2027-04-30T17:00:00+02:00"}},
		{"last day 02:30", berlin, "2027-10-01T00:00:00+02:00", []string{
			"2027-10-31T02:30:00+02:00 | 02:30 comes twice that day; the first is used", "2027-11-30T02:30:00+01:00"}},
		{"mon and thu 6:30pm", berlin, "2027-10-28T18:30:00+02:00", []string{"2027-11-01T18:30:00+01:00", "2027-11-04T18:30:00+01:00"}},
		{"first weekday 9:00", berlin, "2027-10-15T00:00:00+02:00", []string{"2027-11-01T09:00:00+01:00", "2027-12-01T09:00:00+01:00"}},

		{"second sun 02:30", newYork, "2027-03-10T00:00:00-05:00", []string{
			"2027-03-14T03:00:00-04:00 | the clock skips 02:30 that day; moved to 03:00", "2027-04-11T02:30:00-04:00"}},
		{"weekdays at 9am", newYork, "2027-03-12T10:00:00-05:00", []string{"2027-03-15T09:00:00-04:00", "2027-03-16T09:00:00-04:00"}},
		{"monthly 14 02:30", newYork, "2027-03-01T00:00:00-05:00", []string{
			"2027-03-14T03:00:00-04:00 | the clock skips 02:30 that day; moved to 03:00", "2027-04-14T02:30:00-04:00"}},
		{"daily noon", newYork, "2027-03-13T11:00:00-05:00", []string{"2027-03-13T12:00:00-05:00", "2027-03-14T12:00:00-04:00"}},
		{"first sun 01:30", newYork, "2027-11-01T00:00:00-04:00", []string{
			"2027-11-07T01:30:00-04:00 | 01:30 comes twice that day; the first is used", "2027-12-05T01:30:00-05:00"}},
		{"weekends 01:30", newYork, "2027-11-06T08:00:00-04:00", []string{
			"2027-11-07T01:30:00-04:00 | 01:30 comes twice that day; the first is used", "2027-11-13T01:30:00-05:00"}},
		{"every hour", newYork, "2027-11-07T00:30:00-04:00", []string{"2027-11-07T01:00:00-04:00", "2027-11-07T01:00:00-05:00", "2027-11-07T02:00:00-05:00"}},
		{"mon,thu 18:30", newYork, "2027-11-05T00:00:00-04:00", []string{"2027-11-08T18:30:00-05:00", "2027-11-11T18:30:00-05:00"}},
		{"every 2 weeks mon 09:00", newYork, "2027-03-10T00:00:00-05:00", []string{"2027-03-15T09:00:00-04:00", "2027-03-29T09:00:00-04:00"}}, // week 2984 since 1970-01-05
		{"last day 17:00", newYork, "2027-10-01T00:00:00-04:00", []string{"2027-10-31T17:00:00-04:00", "2027-11-30T17:00:00-05:00"}},
		{"mondays 09:00", newYork, "2027-11-01T09:00:00-04:00", []string{"2027-11-08T09:00:00-05:00"}},

		{"daily 02:15", lordHowe, "2027-10-02T12:00:00+10:30", []string{
			"2027-10-03T02:30:00+11:00 | the clock skips 02:15 that day; moved to 02:30", "2027-10-04T02:15:00+11:00"}},
		{"sunday 1:45", lordHowe, "2027-04-03T12:00:00+11:00", []string{
			"2027-04-04T01:45:00+11:00 | 01:45 comes twice that day; the first is used", "2027-04-11T01:45:00+10:30"}},
		{"first sun 02:00", lordHowe, "2027-10-01T00:00:00+10:30", []string{
			"2027-10-03T02:30:00+11:00 | the clock skips 02:00 that day; moved to 02:30", "2027-11-07T02:00:00+11:00"}},
		{"hourly", lordHowe, "2027-04-04T01:00:00+11:00", []string{"2027-04-04T02:00:00+10:30", "2027-04-04T03:00:00+10:30"}},
		{"monthly 3,4 02:10", lordHowe, "2027-10-01T00:00:00+10:30", []string{
			"2027-10-03T02:30:00+11:00 | the clock skips 02:10 that day; moved to 02:30", "2027-10-04T02:10:00+11:00", "2027-11-03T02:10:00+11:00"}},
		{"every 2 weeks wed,sun 02:15 from 2027-09-27", lordHowe, "2027-09-27T00:00:00+10:30", []string{"2027-09-29T02:15:00+10:30",
			"2027-10-03T02:30:00+11:00 | the clock skips 02:15 that day; moved to 02:30", "2027-10-13T02:15:00+11:00"}},
		{"last fri 17:00", lordHowe, "2027-03-27T00:00:00+11:00", []string{"2027-04-30T17:00:00+10:30"}},
		{"fri-mon 9am", lordHowe, "2027-04-02T09:00:00+11:00", []string{"2027-04-03T09:00:00+11:00", "2027-04-04T09:00:00+10:30", "2027-04-05T09:00:00+10:30", "2027-04-09T09:00:00+10:30"}},

		{"weekdays 09:00", karachi, "2027-03-26T12:00:00+05:00", []string{"2027-03-29T09:00:00+05:00"}},
		{"1st and 15th at noon", karachi, "2027-10-15T12:00:00+05:00", []string{"2027-11-01T12:00:00+05:00", "2027-11-15T12:00:00+05:00"}},
		{"monthly 31 09:00", karachi, "2027-03-31T09:00:00+05:00", []string{"2027-05-31T09:00:00+05:00"}},
		{"every other friday 13:30 from 2027-10-29", karachi, "2027-10-01T00:00:00+05:00", []string{"2027-10-29T13:30:00+05:00", "2027-11-12T13:30:00+05:00"}},
		{"daily 17:00,08:00", karachi, "2027-11-07T08:00:00+05:00", []string{"2027-11-07T17:00:00+05:00", "2027-11-08T08:00:00+05:00"}},
	} {
		got := due(t, mustTimes(t, c.spec, c.zone), c.from, len(c.want))
		for i := range c.want {
			if got[i] != c.want[i] {
				t.Errorf("%s in %s\n got %s\nwant %s", c.spec, c.zone, got[i], c.want[i])
			}
		}
	}
}

func TestNormal(t *testing.T) {
	now := time.Date(2026, 12, 2, 10, 0, 0, 0, time.UTC) // a Wednesday
	for spec, want := range map[string]string{
		"  Weekdays   AT 9 AM ":                   "weekdays 09:00",
		"every day 8:00":                          "daily 08:00",
		"every week day 9:00":                     "weekdays 09:00",
		"working days 9:00":                       "weekdays 09:00",
		"every weekday 9:00":                      "weekdays 09:00",
		"mon – fri 9:00":                          "weekdays 09:00",
		"mon to thu 9:00":                         "mon-thu 09:00",
		"sat, sun 10:00":                          "weekends 10:00",
		"thu;mon 18:30":                           "mon,thu 18:30",
		"9am every monday & wednesday":            "mon,wed 09:00",
		"sundays 12 p.m.":                         "sun 12:00",
		"daily 17:00, 08:00, 8:00":                "daily 08:00,17:00",
		"daily midnight":                          "daily 00:00",
		"2nd tue 19:00":                           "second tue 19:00",
		"last and first tue 19:00":                "first,last tue 19:00",
		"every last fri 17:00":                    "last fri 17:00",
		"first mon of the month 09:00":            "first mon 09:00",
		"first workday 9:00":                      "first weekday 09:00",
		"first mon-fri 09:00":                     "first mon-fri 09:00", // each of them
		"15th 09:00":                              "monthly 15 09:00",
		"on the 15th of each month at noon":       "monthly 15 12:00",
		"monthly 5-7,last 09:00":                  "monthly 5,6,7,last 09:00",
		"last day of the month 17:00":             "last day 17:00",
		"every hour":                              "hourly",
		"weekly mon 9:00":                         "mon 09:00",
		"every 1 week mon 9:00":                   "mon 09:00",
		"every 2 weeks mon 09:00":                 "every 2 weeks mon 09:00 from 2026-12-07",
		"every 2 weeks mon,wed 09:00":             "every 2 weeks mon,wed 09:00 from 2026-12-07",
		"every 2 weeks wed 18:00":                 "every 2 weeks wed 18:00 from 2026-11-30", // today
		"every two weeks thu,mon 09:00":           "every 2 weeks mon,thu 09:00 from 2026-11-30",
		"every other tue 09:00":                   "every 2 weeks tue 09:00 from 2026-12-07",
		"mon 09:00 every second week":             "every 2 weeks mon 09:00 from 2026-12-07",
		"every 2 weeks mon 09:00 from 2027-02-10": "every 2 weeks mon 09:00 from 2027-02-10",
		"every 3 weeks weekdays 09:00":            "every 3 weeks weekdays 09:00 from 2026-11-30",
		"  0 9 * *  MON-FRI ":                     "0 9 * *  MON-FRI", // a cron spec stays as it is
		"@Daily":                                  "@Daily",
	} {
		times := mustTimes(t, spec, berlin)
		got := times.Normal(now)
		if got != want {
			t.Errorf("%q is stored as %q, want %q", spec, got, want)
			continue
		}
		again := mustTimes(t, got, berlin)
		if later := again.Normal(now.AddDate(1, 0, 10)); later != want {
			t.Errorf("%q changes to %q", want, later)
		}
	}
}

// forms are the right forms that an error offers.
func forms(text string) []string {
	_, offer, found := strings.Cut(text, "did you mean ")
	if !found {
		_, offer, _ = strings.Cut(text, "write such as ")
	}
	var list []string
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(offer, -1) {
		list = append(list, m[1])
	}
	return list
}

func TestWrongWordsAreOfferedTheNearestRightForm(t *testing.T) {
	for spec, want := range map[string]string{
		"weekday 9":                         "weekdays 09:00",
		"mon 25:00":                         "mon 23:00",
		"evry 2 weeks mon 09:00":            "every 2 weeks mon 09:00",
		"mo,do 18:30":                       "mon,thu 18:30",
		"lunes y jueves 18:30":              "mon,thu 18:30",
		"every 3 days 09:00":                "mon,thu 09:00 or @every 72h",
		"every second day 09:00":            "mon,wed,fri 09:00 or @every 48h",
		"every 14 days 09:00":               "every 2 weeks mon 09:00 or @every 336h",
		"daily":                             "daily 09:00",
		"9:00":                              "daily 09:00",
		"9":                                 "daily 09:00",
		"first mon":                         "first mon 09:00",
		"daily 8:60":                        "daily 09:00",
		"daily 24:00":                       "daily 23:59",
		"daily 13pm":                        "daily 13:00",
		"daily 0am":                         "daily 00:00",
		"daily 9:5":                         "daily 09:05",
		"daily 09:00:30":                    "daily 09:00",
		"weekdays 18.30":                    "weekdays 18:30",
		"weekdays 18h30":                    "weekdays 18:30",
		"weekdays 1830":                     "weekdays 18:30",
		"tuesday wednesday 9":               "tue,wed 09:00",
		"tusday 9:00":                       "tue 09:00",
		"every 2 weeks":                     "every 2 weeks mon 09:00",
		"every 2 weeks 10:00":               "every 2 weeks mon 10:00",
		"every 2 weeks fri":                 "every 2 weeks fri 09:00",
		"every 2 mon 09:00":                 "every 2 weeks mon 09:00",
		"2 weeks mon 09:00":                 "every 2 weeks mon 09:00",
		"biweekly mon 09:00":                "every 2 weeks mon 09:00",
		"quarterly 09:00":                   "0 9 1 */3 *",
		"first mon of the week 09:00":       "first mon 09:00",
		"every 0 weeks mon 09:00":           "mon 09:00",
		"every 99999999999 weeks mon 09:00": "every 52 weeks mon 09:00",
		"every 2 weeks first mon 09:00":     "first mon 09:00",
		"every 2 weeks mon 09:00 from 2026-11-31": "every 2 weeks mon 09:00 from 2026-11-30",
		"every 2 weeks mon 09:00 from 30.11.2026": "every 2 weeks mon 09:00 from 2026-11-30",
		"every 2 weeks mon 09:00 from 1926-11-30": "every 2 weeks mon 09:00",
		"every 2 weeks mon 09:00 from tomorrow":   "every 2 weeks mon 09:00",
		"mon 09:00 from 2026-11-30":               "mon 09:00",
		"every second mon 9:00":                   "every 2 weeks mon 09:00 or second mon 09:00",
		"every 90 minutes":                        "@every 1h30m",
		"every 5 seconds":                         "@every 1m",
		"every 99999 hours":                       "@every 8784h",
		"every 3 months 09:00":                    "0 9 1 */3 *",
		"every year":                              "0 9 1 1 *",
		"24 dec 18:00":                            "0 18 24 12 *",
		"30 february 18:00":                       "0 18 29 2 *",
		"mon 9:00 in june":                        "0 9 * 6 MON",
		"hourly on weekdays":                      "0 * * * MON-FRI",
		"mon 09:00 thu 18:00":                     "mon 09:00",
		"first mon and third thu 09:00":           "first mon 09:00",
		"first mon and 15th 09:00":                "first mon 09:00",
		"first weekday and sat 09:00":             "first mon-sat 09:00",
		"first weekend 10:00":                     "first sat 10:00",
		"fifth mon 09:00":                         "last mon 09:00",
		"31st mon 09:00":                          "last mon 09:00",
		"first 09:00":                             "monthly 1 09:00",
		"last 17:00":                              "last day 17:00",
		"15 09:00":                                "monthly 15 09:00",
		"monthly 09:00":                           "monthly 1 09:00",
		"monthly 0,40 09:00":                      "monthly 1,31 09:00",
		"monthly mon 09:00":                       "first mon 09:00",
		"monthly 15 mon 09:00":                    "monthly 15 09:00",
		"working mon 09:00":                       "mon 09:00",
		"weekly 09:00":                            "mon 09:00",
		"daily mon 09:00":                         "mon 09:00",
		"weekdays except wed 09:00":               "mon,tue,thu,fri 09:00",
		"weekdays 9-17":                           "weekdays 09:00",
		"weekdays 09:00 Europe/Berlin":            "weekdays 09:00",
		"weekdays 09:00 CET":                      "weekdays 09:00",
		"please post every friday at 9:00":        "fri 09:00",
		"daily 1am 2am 3am 4am 5am 6am 7am 8am 9am 10am 11am noon 1pm": "daily 01:00,02:00,03:00,04:00,05:00,06:00,07:00,08:00,09:00,10:00,11:00,12:00",
		"nonsense": "weekdays 09:00 or mon,thu 18:30 or first mon 09:00 or 0 9 * * MON-FRI",
	} {
		_, err := bot.ParseTimes(spec, berlin, 0)
		if bot.ReasonCode(err) != "bad_cron" {
			t.Errorf("%q: %v", spec, err)
			continue
		}
		if got := strings.Join(forms(err.Error()), " or "); got != want {
			t.Errorf("%q is offered %q, want %q: %v", spec, got, want, err)
		}
		for _, form := range forms(err.Error()) {
			mustTimes(t, form, berlin)
		}
	}
}

func TestDocumentedWordsAreRead(t *testing.T) {
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "### Times of a schedule")
	section, _, _ = strings.Cut(section, "\n## ")
	count := 0
	for line := range strings.Lines(section) {
		if words, found := strings.CutPrefix(line, "| `"); found {
			words, _, _ = strings.Cut(words, " |")
			for _, spec := range regexp.MustCompile("[^`]{3,}").FindAllString(words, -1) {
				mustTimes(t, spec, berlin)
				count++
			}
		}
	}
	if count < 15 {
		t.Errorf("%d times are documented", count)
	}
}

func FuzzPlainWords(f *testing.F) {
	for _, spec := range []string{"every 2 weeks mon,thu 09:00 from 2026-11-30", "first,third weekday 9am", "monthly 1-5,last noon",
		"weekdays – 18.30", "every other second 3rd day of the month 24:00", "every 90 min", "mo,do 1830", "15th-20th jan except sun", "each 7 days utc",
		"hourly on fri-mon", "last day", "9 o'clock p.m.", "99999999999999999999th 99:99pm", "every second second sec"} {
		f.Add(spec, int64(1806800000))
	}
	f.Fuzz(func(t *testing.T, spec string, unix int64) { checkWords(t, spec, time.Unix(unix%(1<<33), 0)) })
}

// Words in any order are as hard as bytes.
func TestWordSoup(t *testing.T) {
	words := strings.Fields("every each 2 3 15 99 1st 2nd 15th first second last fifth mon thu sunday weekdays weekend daily day days week weeks month monthly " +
		"hourly hours minutes other from 2026-11-30 2026-02-30 24.12.2026 , - to and at of 9 09:00 9am 25:00 18.30 1830 noon except jan utc mo xyz year weekly biweekly working")
	r := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 8_000 {
		var spec []string
		for range 1 + r.IntN(7) {
			spec = append(spec, words[r.IntN(len(words))])
		}
		if checkWords(t, strings.Join(spec, " "), time.Unix(1800000000+r.Int64N(1<<27), 0)) {
			read++
		}
	}
	if read < 40 {
		t.Errorf("only %d of them were read", read)
	}
}

// checkWords checks what must hold for every text: a right one has a form that
// stays and means the same, and a wrong one is offered only right ones.
func checkWords(t *testing.T, spec string, now time.Time) (read bool) {
	t.Helper()
	const zone = "Pacific/Chatham"
	times, err := bot.ParseTimes(spec, zone, 0)
	if err != nil {
		var p *bot.Problem
		if !errors.As(err, &p) || strings.ContainsAny(p.Text, "\r\n\t\x1b") {
			t.Fatalf("%q: %v", spec, err)
		}
		for _, form := range forms(p.Text) {
			if _, err := bot.ParseTimes(form, zone, 0); err != nil {
				t.Fatalf("%q is offered %q: %v", spec, form, err)
			}
		}
		return false
	}
	normal := times.Normal(now)
	again, err := bot.ParseTimes(normal, zone, 0)
	if err != nil || again.Normal(now.AddDate(1, 0, 0)) != normal {
		t.Fatalf("%q becomes %q: %v", spec, normal, err)
	}
	if _, date, anchored := strings.Cut(normal, " from "); anchored && !strings.Contains(spec, date) {
		return true // the date is new
	}
	for range 5 {
		a, err1 := times.Next(now)
		b, err2 := again.Next(now)
		if !a.At.Equal(b.At) || a.Note != b.Note || (err1 == nil) != (err2 == nil) {
			t.Fatalf("%q and %q: %v and %v, %v and %v", spec, normal, a, b, err1, err2)
		}
		if err1 != nil {
			break
		}
		now = a.At
	}
	return true
}
