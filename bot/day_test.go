package bot_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestParseDay(t *testing.T) {
	for _, c := range []struct{ text, zone, now, want string }{
		{"2026-12-24", berlin, "2026-12-02T11:00:00+01:00", "2026-12-24T00:00:00+01:00"},
		{"2026-12-24 09:00", berlin, "2026-12-02T11:00:00+01:00", "2026-12-24T09:00:00+01:00"},
		{"2026-12-24T09:00", berlin, "2026-12-02T11:00:00+01:00", "2026-12-24T09:00:00+01:00"},
		{"2026-12-24T09:00:00Z", berlin, "2026-12-02T11:00:00+01:00", "2026-12-24T10:00:00+01:00"},
		{"2026-12-24 at 9 p.m.", berlin, "2026-12-02T11:00:00+01:00", "2026-12-24T21:00:00+01:00"},
		{"monday", berlin, "2026-12-02T11:00:00+01:00", "2026-12-07T00:00:00+01:00"}, // on a Wednesday
		{"next Mon", berlin, "2026-12-02T11:00:00+01:00", "2026-12-07T00:00:00+01:00"},
		{"Wednesday", berlin, "2026-12-02T11:00:00+01:00", "2026-12-09T00:00:00+01:00"},
		{"wed 12:00", berlin, "2026-12-02T11:00:00+01:00", "2026-12-02T12:00:00+01:00"},
		{"wed 11:00", berlin, "2026-12-02T11:00:00+01:00", "2026-12-09T11:00:00+01:00"},
		{"SAT", berlin, "2026-12-02T11:00:00+01:00", "2026-12-05T00:00:00+01:00"},
		{"tomorrow", berlin, "2026-12-02T11:00:00+01:00", "2026-12-03T00:00:00+01:00"},
		{"9am tomorrow", berlin, "2026-12-02T11:00:00+01:00", "2026-12-03T09:00:00+01:00"},
		{"today 18:00", berlin, "2026-12-02T11:00:00+01:00", "2026-12-02T18:00:00+01:00"},
		{"in 3 days", berlin, "2026-12-02T11:00:00+01:00", "2026-12-05T00:00:00+01:00"},
		{"3d", berlin, "2026-12-02T11:00:00+01:00", "2026-12-05T00:00:00+01:00"},
		{"2w noon", berlin, "2026-12-02T11:00:00+01:00", "2026-12-16T12:00:00+01:00"},
		{"in 1 week", berlin, "2026-12-02T11:00:00+01:00", "2026-12-09T00:00:00+01:00"},
		{"12h", berlin, "2026-12-02T11:00:00+01:00", "2026-12-02T23:00:00+01:00"},
		{"in 90 minutes", berlin, "2026-12-02T11:00:00+01:00", "2026-12-02T12:30:00+01:00"},
		{"1d12h", berlin, "2026-12-02T11:00:00+01:00", "2026-12-03T23:00:00+01:00"},
		// The day is that of the zone, and its clock may have been changed.
		{"tomorrow", karachi, "2026-12-02T20:00:00Z", "2026-12-04T00:00:00+05:00"},
		{"tomorrow", newYork, "2026-12-02T02:00:00Z", "2026-12-02T00:00:00-05:00"},
		{"3d", berlin, "2027-03-26T11:00:00+01:00", "2027-03-29T00:00:00+02:00"},
		{"24h", berlin, "2027-03-27T12:00:00+01:00", "2027-03-28T13:00:00+02:00"},
		{"2027-03-28 02:30", berlin, "2027-03-01T00:00:00Z", "2027-03-28T03:00:00+02:00"},
		{"2027-10-31 02:30", berlin, "2027-03-01T00:00:00Z", "2027-10-31T02:30:00+02:00"},
		{"2027-04-30", "Africa/Cairo", "2027-03-01T00:00:00Z", "2027-04-30T01:00:00+03:00"}, // it has no midnight
		{"tomorrow 02:15", lordHowe, "2027-10-02T12:00:00+10:30", "2027-10-03T02:30:00+11:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		at, err := bot.ParseDay(c.text, c.zone, now)
		if got := at.Format(time.RFC3339); got != c.want || err != nil {
			t.Errorf("%q in %s: %s, %v, want %s", c.text, c.zone, got, err, c.want)
		}
	}
}

func TestParseDayRefuses(t *testing.T) {
	now := time.Date(2026, 12, 2, 10, 0, 0, 0, time.UTC)
	const some = "2026-12-09 or 2026-12-09 09:00 or monday or tomorrow or in 3 days"
	for text, want := range map[string]string{
		"24.12.2026":           "2026-12-24",
		"24.12.":               "2026-12-24",
		"24.12.2026 9:00":      "2026-12-24 09:00",
		"12/24/2026":           "2026-12-24",
		"24 dec":               "2026-12-24",
		"Dec 24, 2027 9am":     "2027-12-24 09:00",
		"1 december":           "2027-12-01",
		"2026-02-30":           "2027-02-28",
		"2025-12-24":           "2026-12-24",
		"2026-12-02":           "2027-12-02",
		"2026-12-02T09:00:00Z": "2027-12-02",
		"today":                "tomorrow",
		"today 9am":            "tomorrow 09:00",
		"in 0 days":            "tomorrow",
		"0h":                   "1h",
		"tomorow":              "tomorrow",
		"mondy":                "monday",
		"montag":               "monday",
		"monday 25:00":         "monday 23:00",
		"monday 9":             "monday 09:00",
		"tomorrow 9.30":        "tomorrow 09:30",
		"tomorrow 9:00 10:00":  "tomorrow 10:00",
		"fri mon":              "friday",
		"tomorrow in 3h":       "tomorrow",
		"9:00":                 "tomorrow 09:00",
		"3":                    "in 3 days",
		"99999d":               "in 3660 days",
		"3h 9:00":              "3h",
		"until further notice": some,
		"":                     some,
		"\x1b[31m\n":           some,
	} {
		_, err := bot.ParseDay(text, berlin, now)
		if bot.ReasonCode(err) != "bad_day" || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := strings.Join(forms(err.Error()), " or "); got != want {
			t.Errorf("%q is offered %q, want %q: %v", text, got, want, err)
		}
	}
	if _, err := bot.ParseDay("tomorrow", "Europe/Nowhere", now); bot.ReasonCode(err) != "bad_zone" {
		t.Error(err)
	}
}

func TestDaySoup(t *testing.T) {
	words := strings.Fields("in 3 days day 3d 2w 12h monday fri mondy today tomorrow tomorow 2026-12-24 24.12.2026 24.12 dec january 24 2027 9:00 9am 25:00 9 at next - 29.2. feb 29 0 1d12h weeks until x , 2026-12-24T09:00")
	r := rand.New(rand.NewPCG(5, 6))
	read := 0
	for range 3_000 {
		var text []string
		for range 1 + r.IntN(5) {
			text = append(text, words[r.IntN(len(words))])
		}
		if checkDay(t, strings.Join(text, " "), time.Unix(1800000000+r.Int64N(1<<28), 0)) {
			read++
		}
	}
	if read < 150 {
		t.Errorf("only %d of them were read", read)
	}
}

// checkDay checks that what is read is to come, and that what is offered can be read.
func checkDay(t *testing.T, text string, now time.Time) (read bool) {
	t.Helper()
	at, err := bot.ParseDay(text, "Pacific/Chatham", now)
	if err == nil {
		if !at.After(now) {
			t.Fatalf("%q at %s: %s", text, now, at)
		}
		return true
	}
	if bot.ReasonCode(err) != "bad_day" || strings.ContainsAny(err.Error(), "\r\n\t\x1b") {
		t.Fatalf("%q: %v", text, err)
	}
	offered := forms(err.Error())
	if len(offered) == 0 {
		t.Fatalf("%q at %s is offered nothing: %v", text, now, err)
	}
	for _, form := range offered {
		if _, err := bot.ParseDay(form, "Pacific/Chatham", now); err != nil {
			t.Fatalf("%q at %s is offered %q: %v", text, now, form, err)
		}
	}
	return false
}

func FuzzParseDay(f *testing.F) {
	for _, text := range []string{"2026-12-24 09:00", "in 3 days at noon", "24 dec, 9 pm", "mo 1d12h", "29.2.", "99999999999w", "2026-02-30T24:00", "12.5h today"} {
		f.Add(text, int64(1806800000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		checkDay(t, text, time.Unix(946684800+(unix&(1<<32-1)), 0))
	})
}
