package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"colloquy/bot"
)

func mustTimes(t testing.TB, spec, zone string) bot.Times {
	t.Helper()
	times, err := bot.ParseTimes(spec, zone, 0)
	if err != nil {
		t.Fatalf("ParseTimes(%q, %q): %v", spec, zone, err)
	}
	return times
}

// upcoming lists n due times after from (RFC 3339), each with its note.
func upcoming(t *testing.T, times bot.Times, from string, n int) []string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for range n {
		m, err := times.Next(at)
		if err != nil {
			t.Fatalf("Next(%s): %v", at, err)
		}
		line := m.At.Format("Mon 2006-01-02 15:04 -0700")
		if m.Note != "" {
			line += " | " + m.Note
		}
		lines, at = append(lines, line), m.At
	}
	return lines
}

func TestNextAroundClockChanges(t *testing.T) {
	for _, c := range []struct {
		name, spec, zone, from string
		want                   []string
	}{
		{"New York skips 02:30", "30 2 * * *", "America/New_York", "2027-03-13T12:00:00Z", []string{
			"Sun 2027-03-14 03:00 -0400 | the clock skips 02:30 that day; moved to 03:00",
			"Mon 2027-03-15 02:30 -0400"}},
		{"New York has 01:30 twice", "30 1 * * *", "America/New_York", "2027-11-06T12:00:00Z", []string{
			"Sun 2027-11-07 01:30 -0400 | 01:30 comes twice that day; the first is used",
			"Mon 2027-11-08 01:30 -0500"}},
		{"asked between the two", "30 1 * * *", "America/New_York", "2027-11-07T06:10:00Z", []string{
			"Mon 2027-11-08 01:30 -0500"}},
		{"asked in the first hour, before it", "30 1 * * *", "America/New_York", "2027-11-07T05:10:00Z", []string{
			"Sun 2027-11-07 01:30 -0400 | 01:30 comes twice that day; the first is used"}},
		{"hourly runs in both hours", "0 * * * *", "America/New_York", "2027-11-07T04:30:00Z", []string{
			"Sun 2027-11-07 01:00 -0400", "Sun 2027-11-07 01:00 -0500", "Sun 2027-11-07 02:00 -0500"}},
		{"hourly over the gap", "0 * * * *", "America/New_York", "2027-03-14T05:30:00Z", []string{
			"Sun 2027-03-14 01:00 -0500", "Sun 2027-03-14 03:00 -0400", "Sun 2027-03-14 04:00 -0400"}},
		{"every other hour, elapsed", "0 */2 * * *", "Europe/Berlin", "2027-10-30T22:30:00Z", []string{
			"Sun 2027-10-31 02:00 +0200", "Sun 2027-10-31 02:00 +0100", "Sun 2027-10-31 04:00 +0100"}},
		{"every other hour loses the skipped one", "0 */2 * * *", "Europe/Berlin", "2027-03-27T22:30:00Z", []string{
			"Sun 2027-03-28 00:00 +0100", "Sun 2027-03-28 04:00 +0200"}},
		{"listed hours follow the wall clock", "0 1,2,3 * * *", "Europe/Berlin", "2027-10-30T22:30:00Z", []string{
			"Sun 2027-10-31 01:00 +0200",
			"Sun 2027-10-31 02:00 +0200 | 02:00 comes twice that day; the first is used",
			"Sun 2027-10-31 03:00 +0100"}},
		{"times on one instant", "0,30 2,3 * * *", "Europe/Berlin", "2027-03-27T22:30:00Z", []string{
			"Sun 2027-03-28 03:00 +0200 | the clock skips 02:00 that day; 02:00, 02:30 and 03:00 fall on one instant, 03:00; counted once",
			"Sun 2027-03-28 03:30 +0200"}},
		{"two times on one instant", "15,45 2 * * *", "Europe/Berlin", "2027-03-27T22:30:00Z", []string{
			"Sun 2027-03-28 03:00 +0200 | the clock skips 02:15 that day; 02:15 and 02:45 fall on one instant, 03:00; counted once",
			"Mon 2027-03-29 02:15 +0200"}},
		{"many times on one instant", "* 2 * * *", "Europe/Berlin", "2027-03-28T00:30:00Z", []string{
			"Sun 2027-03-28 03:00 +0200 | the clock skips 02:00 that day; all times from it to 03:00 fall on one instant; counted once",
			"Mon 2027-03-29 02:00 +0200"}},
		{"Cairo skips midnight", "0 0 * * *", "Africa/Cairo", "2027-04-29T12:00:00Z", []string{
			"Fri 2027-04-30 01:00 +0300 | the clock skips 00:00 that day; moved to 01:00",
			"Sat 2027-05-01 00:00 +0300"}},
		{"Cairo comes to midnight once", "0 0 * * *", "Africa/Cairo", "2027-10-28T12:00:00Z", []string{
			"Fri 2027-10-29 00:00 +0200", "Sat 2027-10-30 00:00 +0200"}},
		{"Cairo has 23:30 twice", "30 23 * * *", "Africa/Cairo", "2027-10-28T12:00:00Z", []string{
			"Thu 2027-10-28 23:30 +0300 | 23:30 comes twice that day; the first is used",
			"Fri 2027-10-29 23:30 +0200"}},
		{"Karachi has no changes", "0 9 * * MON-FRI", "Asia/Karachi", "2027-03-12T00:00:00Z", []string{
			"Fri 2027-03-12 09:00 +0500", "Mon 2027-03-15 09:00 +0500"}},
		{"Lord Howe moves by half an hour", "45 1 * * *", "Australia/Lord_Howe", "2027-10-02T00:00:00Z", []string{
			"Sun 2027-10-03 01:45 +1030", "Mon 2027-10-04 01:45 +1100"}},
		{"Lord Howe skips 02:15", "15 2 * * *", "Australia/Lord_Howe", "2027-10-02T00:00:00Z", []string{
			"Sun 2027-10-03 02:30 +1100 | the clock skips 02:15 that day; moved to 02:30",
			"Mon 2027-10-04 02:15 +1100"}},
		{"Lord Howe has 01:45 twice", "45 1 * * *", "Australia/Lord_Howe", "2027-04-03T00:00:00Z", []string{
			"Sun 2027-04-04 01:45 +1100 | 01:45 comes twice that day; the first is used",
			"Mon 2027-04-05 01:45 +1030"}},
		{"half past on Lord Howe", "30 * * * *", "Australia/Lord_Howe", "2027-10-02T14:45:00Z", []string{
			"Sun 2027-10-03 01:30 +1030", "Sun 2027-10-03 02:30 +1100", "Sun 2027-10-03 03:30 +1100"}},
		{"half past on Lord Howe, put back", "30 * * * *", "Australia/Lord_Howe", "2027-04-03T14:00:00Z", []string{
			"Sun 2027-04-04 01:30 +1100", "Sun 2027-04-04 01:30 +1030", "Sun 2027-04-04 02:30 +1030"}},
		{"Chatham, where the library stands still", "45 3 * * *", "Pacific/Chatham", "2027-04-02T15:00:00Z", []string{
			"Sun 2027-04-04 03:45 +1245", "Mon 2027-04-05 03:45 +1245"}},
		{"Chatham has 03:00 twice", "0 3 * * *", "Pacific/Chatham", "2027-04-02T15:00:00Z", []string{
			"Sun 2027-04-04 03:00 +1345 | 03:00 comes twice that day; the first is used",
			"Mon 2027-04-05 03:00 +1245"}},
		{"Chatham skips 03:00", "0 3 * * *", "Pacific/Chatham", "2027-09-25T00:00:00Z", []string{
			"Sun 2027-09-26 03:45 +1345 | the clock skips 03:00 that day; moved to 03:45",
			"Mon 2027-09-27 03:00 +1345"}},
		{"Samoa skipped a day", "0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", []string{
			"Thu 2011-12-29 09:00 -1000",
			"Sat 2011-12-31 00:00 +1400 | the clock skips 09:00 on 30 December; moved to 00:00 on 31 December",
			"Sat 2011-12-31 09:00 +1400"}},
		{"Kwajalein had a day twice", "0 9 * * *", "Pacific/Kwajalein", "1969-09-29T12:00:00Z", []string{
			"Tue 1969-09-30 09:00 +1100 | 09:00 comes twice that day; the first is used",
			"Wed 1969-10-01 09:00 -1200"}},
		{"leap day in a zone whose rule goes on for ever", "0 12 31 12 *", "America/New_York", "2048-12-30T00:00:00Z", []string{
			"Thu 2048-12-31 12:00 -0500", "Fri 2049-12-31 12:00 -0500"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := upcoming(t, mustTimes(t, c.spec, c.zone), c.from, len(c.want))
			for i := range c.want {
				if got[i] != c.want[i] {
					t.Errorf("time %d\n got %s\nwant %s", i+1, got[i], c.want[i])
				}
			}
		})
	}
}

func TestParseTimesAccepts(t *testing.T) {
	for _, c := range []struct{ spec, from, want string }{
		{"0 9 * * 7", "2027-03-10T00:00:00Z", "Sun 2027-03-14 09:00 +0000"},
		{"0 9 * * 5-7", "2027-03-13T12:00:00Z", "Sun 2027-03-14 09:00 +0000"},
		{"0 9 * * FRI-SUN", "2027-03-13T12:00:00Z", "Sun 2027-03-14 09:00 +0000"},
		{"0 9 * * 1-7/3", "2027-03-11T12:00:00Z", "Sun 2027-03-14 09:00 +0000"},
		{"0 9 * * 1-7/9223372036854775807", "2027-03-09T12:00:00Z", "Mon 2027-03-15 09:00 +0000"},
		{"0 9 * * 0-7", "2027-03-13T12:00:00Z", "Sun 2027-03-14 09:00 +0000"},
		{"0 9 * * tue,7", "2027-03-13T12:00:00Z", "Sun 2027-03-14 09:00 +0000"},
		{"0 9 ? * sat", "2027-03-13T12:00:00Z", "Sat 2027-03-20 09:00 +0000"},
		{"  5   4  1 JAN *  ", "2027-03-13T12:00:00Z", "Sat 2028-01-01 04:05 +0000"},
		{"0 0 13 * FRI", "2027-08-07T00:00:00Z", "Fri 2027-08-13 00:00 +0000"}, // either of them
		{"0 0 14 * FRI", "2027-08-13T00:00:00Z", "Sat 2027-08-14 00:00 +0000"},
		{"0 0 29 2 *", "2096-03-01T00:00:00Z", "Fri 2104-02-29 00:00 +0000"},
		{"59 23 31 12 *", "2027-12-31T23:58:59.5Z", "Fri 2027-12-31 23:59 +0000"},
		{"20/15 8 * * *", "2027-12-31T08:20:00Z", "Fri 2027-12-31 08:35 +0000"},
		{"@hourly", "2027-12-31T08:20:00Z", "Fri 2027-12-31 09:00 +0000"},
		{"@Daily", "2027-12-31T08:20:00Z", "Sat 2028-01-01 00:00 +0000"},
		{"@midnight", "2027-12-31T08:20:00Z", "Sat 2028-01-01 00:00 +0000"},
		{"@weekly", "2027-12-31T08:20:00Z", "Sun 2028-01-02 00:00 +0000"},
		{"@monthly", "2027-12-31T08:20:00Z", "Sat 2028-01-01 00:00 +0000"},
		{"@yearly", "2027-12-31T08:20:00Z", "Sat 2028-01-01 00:00 +0000"},
		{"@annually", "2028-01-01T00:00:00Z", "Mon 2029-01-01 00:00 +0000"},
		{"@every 90m", "2027-12-31T23:00:00Z", "Sat 2028-01-01 00:30 +0000"},
		{"@every 1h 30m", "2027-12-31T23:00:00.750Z", "Sat 2028-01-01 00:30 +0000"},
	} {
		if got := upcoming(t, mustTimes(t, c.spec, ""), c.from, 1)[0]; got != c.want {
			t.Errorf("%q after %s: got %s, want %s", c.spec, c.from, got, c.want)
		}
	}
}

func TestParseTimesRefuses(t *testing.T) {
	for _, c := range []struct{ spec, zone, code, says string }{
		{"", "", "bad_cron", "0 9 * * MON-FRI"},
		{" \t ", "", "bad_cron", "are empty"},
		{"0 9 * *", "", "bad_cron", "not five fields"},
		{"0 9 * * * * *", "", "bad_cron", "not five fields"},
		{"* * * * * *", "", "bad_cron", "seconds cannot be given"},
		{"60 9 * * *", "", "bad_cron", `at "60": the minute is 0 to 59`},
		{"0 24 * * *", "", "bad_cron", `at "24": the hour is 0 to 23`},
		{"0 9 0 * *", "", "bad_cron", `at "0": the day of the month is 1 to 31`},
		{"0 9 * 13 *", "", "bad_cron", "month is 1 to 12 or JAN to DEC"},
		{"0 9 * * 8", "", "bad_cron", "weekday is 0 to 7 or SUN to SAT"},
		{"0 9 * * 5-8", "", "bad_cron", `at "5-8": the weekday`},
		{"0 9 * * MON-0", "", "bad_cron", "a range from low to high"},
		{"0 9 * * FOO-SUN", "", "bad_cron", "weekday"},
		{"0 22-2 * * *", "", "bad_cron", "a range from low to high"},
		{"0 9 * FEBRUARY *", "", "bad_cron", `at "FEBRUARY"`},
		{", 9 * * *", "", "bad_cron", `at ","`},
		{"1,,2 9 * * *", "", "bad_cron", "minute"},
		{"*-5 9 * * *", "", "bad_cron", "minute"},
		{"+5 9 * * *", "", "bad_cron", "minute"},
		{"*/0 9 * * *", "", "bad_cron", "minute"},
		{"*/2/3 9 * * *", "", "bad_cron", "minute"},
		{"-1 9 * * *", "", "bad_cron", "minute"},
		{"MON 9 * * *", "", "bad_cron", `at "MON": the minute is 0 to 59`},
		{"99999999999999999999 9 * * *", "", "bad_cron", "minute"},
		{"0 0 31 2 *", "", "bad_cron", "never come"},
		{"0 0 31 4,6,9,11 *", "", "bad_cron", "never come"},
		{"TZ=", "", "bad_cron", "name a time zone"},
		{"TZ=UTC", "", "bad_cron", "name a time zone"},
		{"CRON_TZ=Asia/Karachi 0 9 * * *", "", "bad_cron", "name a time zone"},
		{"cron_tz=UTC 0 9 * * *", "", "bad_cron", "name a time zone"},
		{"@reboot", "", "bad_cron", "not known"},
		{"@every", "", "bad_cron", "no duration"},
		{"@everything 5m", "", "bad_cron", "no duration"},
		{"@every 1d", "", "bad_cron", "no duration"},
		{"@every 59s", "", "bad_cron", "write @every 1m or more"},
		{"@every -5m", "", "bad_cron", "too often"},
		{"@every 90.5s", "", "bad_cron", "whole seconds"},
		{"@every 99999h", "", "bad_cron", "more than a year"},
		{strings.Repeat("0,", 100) + "0 9 * * *", "", "bad_cron", "may have 200"},
		{"0 9 * * *", "Local", "bad_zone", "machine"},
		{"0 9 * * *", "localtime", "bad_zone", "machine"},
		{"0 9 * * *", "Asia/Lahore", "bad_zone", "unknown"},
		{"0 9 * * *", "../etc/passwd", "bad_zone", "unknown"},
		{"0 9 * * *", "right/UTC", "bad_zone", "write a name such as"},
		{"0 9 * * *", strings.Repeat("x", 300), "bad_zone", "write a name such as"},
		{"0 9 * * MON\n\x1b[31m", "", "bad_cron", "weekday"},
	} {
		_, err := bot.ParseTimes(c.spec, c.zone, 0)
		var problem *bot.Problem
		if !errors.As(err, &problem) || problem.Code != c.code || !strings.Contains(problem.Text, c.says) {
			t.Errorf("ParseTimes(%.40q, %.20q) = %v, want code %s and %q", c.spec, c.zone, err, c.code, c.says)
			continue
		}
		if strings.ContainsFunc(problem.Text, func(r rune) bool { return r < ' ' }) || len(problem.Text) > 500 {
			t.Errorf("ParseTimes(%.40q): not one short line: %q", c.spec, problem.Text)
		}
	}
}

func TestShortestInterval(t *testing.T) {
	if _, err := bot.ParseTimes("@every 10m", "", time.Hour); err == nil || !strings.Contains(err.Error(), "@every 1h or more") {
		t.Errorf("ten minutes where an hour is the shortest: %v", err)
	}
	if _, err := bot.ParseTimes("@every 1s", "", time.Second); err != nil {
		t.Errorf("a second where that is the shortest: %v", err)
	}
	times, err := bot.ParseTimes("*/20 * 9 * * *", "", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	got := times.String()
	at := time.Date(2027, 3, 1, 9, 59, 30, 0, time.UTC)
	for range 3 {
		m, err := times.Next(at)
		if err != nil {
			t.Fatal(err)
		}
		at, got = m.At, got+m.At.Format(" 2 15:04:05")
	}
	if want := "*/20 * 9 * * * (UTC) 1 09:59:40 2 09:00:00 2 09:00:20"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNextErrors(t *testing.T) {
	if _, err := (bot.Times{}).Next(time.Now()); err == nil {
		t.Error("the zero value has a next time")
	}
	if s := (bot.Times{}).String(); s != "never" {
		t.Errorf("the zero value reads %q", s)
	}
	times := mustTimes(t, "0 9 * * *", "Asia/Karachi")
	for _, year := range []int{-5, 0, 10000, 9999} {
		if m, err := times.Next(time.Date(year, 12, 31, 23, 0, 0, 0, time.UTC)); err == nil {
			t.Errorf("the year %d has the next time %s", year, m.At)
		}
	}
}

func TestBetween(t *testing.T) {
	day := time.Date(2027, 3, 14, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, spec, zone string
		span             time.Duration
		keep             int
		due              string
		older            int
	}{
		{"none", "0 9 * * *", "UTC", 9*time.Hour - 1, 3, "", 0},
		{"the end counts", "0 9 * * *", "UTC", 9 * time.Hour, 3, "14 09:00", 0},
		{"the beginning does not", "0 0 * * *", "UTC", 9 * time.Hour, 3, "", 0},
		{"exactly as many as kept", "0 */3 * * *", "UTC", 9 * time.Hour, 3, "14 03:00, 14 06:00, 14 09:00", 0},
		{"older ones", "0 */3 * * *", "UTC", 100 * time.Hour, 2, "18 00:00, 18 03:00", 31},
		{"keep none", "0 */3 * * *", "UTC", 100 * time.Hour, 0, "", 33},
		{"a skipped time", "30 2 * * *", "America/New_York", 24 * time.Hour, 5, "14 03:00", 0},
		{"every", "@every 7h", "UTC", 100 * time.Hour, 2, "17 19:00, 18 02:00", 12},
		{"every, keep none", "@every 7h", "UTC", 100 * time.Hour, 0, "", 14},
		{"every, too early", "@every 7h", "UTC", 6 * time.Hour, 2, "", 0},
		{"an end before the beginning", "0 9 * * *", "UTC", -100 * time.Hour, 2, "", 0},
		{"every, an end before the beginning", "@every 7h", "UTC", -100 * time.Hour, 2, "", 0},
		{"a count too long to take", "* * * * *", "UTC", 365 * 24 * time.Hour, 2, "12 23:59, 13 00:00", 200_000},
		{"every needs no counting", "@every 1m", "UTC", 365 * 24 * time.Hour, 2, "12 23:59, 13 00:00", 365*24*60 - 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			due, older := mustTimes(t, c.spec, c.zone).Between(day, day.Add(c.span), c.keep)
			var got []string
			for _, at := range due {
				got = append(got, at.Format("2 15:04"))
			}
			if list := strings.Join(got, ", "); list != c.due || older != c.older {
				t.Errorf("got %q and %d older, want %q and %d", list, older, c.due, c.older)
			}
		})
	}
}

func FuzzNext(f *testing.F) {
	for _, spec := range []string{"0 9 * * MON-FRI", "@every 1h30m", "TZ= ", "CRON_TZ=UTC 1 1 1 1 1", "0 0 31 2 *",
		"*/7 */5 29 2 *", "45 3 * * 5-7/2", "@weekly", "1-59/9223372036854775807 ? * * ?", ",,,", "* * * * * *"} {
		f.Add(spec, "Pacific/Chatham", int64(1806800000))
	}
	f.Add("0 12 31 12 *", "America/New_York", int64(2493000000))
	f.Add("0 0 * * *", "Africa/Casablanca", int64(-1<<62))
	f.Fuzz(func(t *testing.T, spec, zone string, unix int64) {
		times, err := bot.ParseTimes(spec, zone, time.Second)
		if err != nil {
			var problem *bot.Problem
			if !errors.As(err, &problem) {
				t.Fatalf("not a Problem: %v", err)
			}
			return
		}
		at := time.Unix(unix, 0)
		for range 20 {
			m, err := times.Next(at)
			if err != nil {
				var problem *bot.Problem
				if !errors.As(err, &problem) {
					t.Fatalf("%s does not advance: %v", times, err)
				}
				return
			}
			if !m.At.After(at) || m.At.Sub(at) > 9*366*24*time.Hour {
				t.Fatalf("%s: %s after %s", times, m.At, at)
			}
			at = m.At
		}
	})
}

func BenchmarkNext(b *testing.B) {
	for _, spec := range []string{"0 9 * * MON-FRI", "*/5 * * * *", "@monthly", "0 0 29 2 *"} {
		b.Run(spec, func(b *testing.B) {
			times := mustTimes(b, spec, "America/New_York")
			at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
			for range b.N {
				m, err := times.Next(at)
				if err != nil {
					b.Fatal(err)
				}
				if at = m.At; at.Year() > 2100 {
					at = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
				}
			}
		})
	}
	b.Run("parse", func(b *testing.B) {
		for range b.N {
			mustTimes(b, "0 9 * * MON-FRI", "America/New_York")
		}
	})
}
