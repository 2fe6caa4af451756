package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"colloquy/bot"
)

var icsNow = time.Date(2026, 12, 2, 10, 0, 0, 0, time.UTC)

// calendarOf makes a file of events, each given by its lines.
func calendarOf(events ...string) string {
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Holidays//EN\r\n"
	for _, e := range events {
		text += "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Holiday\\, with: marks\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n"
	}
	return text + "END:VCALENDAR\r\n"
}

func TestParseICS(t *testing.T) {
	for _, c := range []struct{ name, zone, event, want string }{
		{"a day", berlin, "DTSTART;VALUE=DATE:20261225", "2026-12-25"},
		{"the end is not included", berlin, "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270107", "2026-12-24..2027-01-06"},
		{"an end that is the beginning", berlin, "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", "2026-12-25"},
		{"a duration in days", berlin, "DTSTART;VALUE=DATE:20261224\nDURATION:P2W", "2026-12-24..2027-01-06"},
		{"folded", berlin, "DTSTART;VALU\n E=DATE:2026\n\t1225", "2026-12-25"},
		{"an evening", berlin, "DTSTART:20261224T180000\nDTEND:20261224T220000", "2026-12-24"},
		{"until midnight", berlin, "DTSTART:20261224T180000\nDTEND:20261225T000000", "2026-12-24"},
		{"past midnight", berlin, "DTSTART:20261224T180000\nDTEND:20261225T000001", "2026-12-24..2026-12-25"},
		{"no length", berlin, "DTSTART:20261224T000000", "2026-12-24"},
		{"UTC in Karachi", karachi, "DTSTART:20261224T180000Z\nDTEND:20261224T200000Z", "2026-12-24..2026-12-25"},
		{"UTC until midnight in Karachi", karachi, "DTSTART:20261224T180000Z\nDURATION:PT1H", "2026-12-24"},
		{"a zone of its own", karachi, "DTSTART;TZID=America/New_York:20261224T180000\nDTEND;TZID=\"America/New_York\":20261224T190000", "2026-12-25"},
		{"a zone with a path", karachi, "DTSTART;TZID=/example.org/2020_1/America/New_York:20261224T180000", "2026-12-25"},
		{"a day of 25 hours", berlin, "DTSTART:20271031T000000\nDURATION:PT25H", "2027-10-31"},
		{"a day of 24 hours", berlin, "DTSTART:20271031T000000\nDURATION:P1D", "2027-10-31"},
		{"a day of 23 hours", berlin, "DTSTART:20270328T000000\nDURATION:PT23H", "2027-03-28"},
		{"and a second", berlin, "DTSTART:20270328T000000\nDURATION:PT23H0M1S", "2027-03-28..2027-03-29"},
		{"called off", berlin, "DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED", ""},
		{"long over", berlin, "DTSTART;VALUE=DATE:20241225", ""},
		{"an alarm has times of its own", berlin, "DTSTART;VALUE=DATE:20261225\nBEGIN:VALARM\nDURATION:P9D\nDTSTART:x\nEND:VALARM", "2026-12-25"},
		{"every year", berlin, "DTSTART;VALUE=DATE:20241225\nRRULE:FREQ=YEARLY", "2025-12-25 2026-12-25 2027-12-25 2028-12-25 2029-12-25 2030-12-25 2031-12-25 2032-12-25 2033-12-25"},
		{"every year, said twice", berlin, "DTSTART;VALUE=DATE:20241225\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20271225", "2025-12-25 2026-12-25 2027-12-25"},
		{"until the day before", berlin, "DTSTART;VALUE=DATE:20241225\nRRULE:FREQ=YEARLY;UNTIL=20271224T235959Z", "2025-12-25 2026-12-25 2027-12-25"},
		{"until two days before", berlin, "DTSTART;VALUE=DATE:20241225\nRRULE:FREQ=YEARLY;UNTIL=20271224", "2025-12-25 2026-12-25"},
		{"so many times", berlin, "DTSTART;VALUE=DATE:20241225\nRRULE:FREQ=YEARLY;COUNT=4", "2025-12-25 2026-12-25 2027-12-25"},
		{"every other year", berlin, "DTSTART;VALUE=DATE:20240101\nRRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20300101", "2026-01-01 2028-01-01 2030-01-01"},
		{"leap days", berlin, "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY", "2028-02-29 2032-02-29"},
		{"over the new year", berlin, "DTSTART;VALUE=DATE:20231231\nDTEND;VALUE=DATE:20240102\nRRULE:FREQ=YEARLY;UNTIL=20271231", "2025-12-31..2026-01-01 2026-12-31..2027-01-01 2027-12-31..2028-01-01"},
		{"but not in 2027", berlin, "DTSTART;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20271225", "2025-12-25 2026-12-25"},
	} {
		days, warning, err := bot.ParseICS(strings.NewReader(calendarOf(c.event)), c.zone, icsNow)
		got := strings.Trim(fmt.Sprint(days), "[]")
		if got != c.want || err != nil || (warning != "") != (c.want == "") {
			t.Errorf("%s: %s, %q, %v, want %s", c.name, got, warning, err, c.want)
		}
	}
}

func TestParseICSOfSeveralEvents(t *testing.T) {
	text := "\ufeffBegin:vCalendar\n\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:x\nRRULE:FREQ=YEARLY\nEND:STANDARD\nEND:VTIMEZONE\n" +
		"BEGIN:VEVENT\nDTSTART:20261226\nEND:VEVENT\nBEGIN:vevent\ndtstart;value=date:20261225\nend:VEVENT\nEND:VCALENDAR"
	days, warning, err := bot.ParseICS(strings.NewReader(text), "", icsNow)
	if got := fmt.Sprint(days); got != "[2026-12-25..2026-12-26]" || warning != "" || err != nil {
		t.Errorf("%s, %q, %v", got, warning, err)
	}
	days, warning, err = bot.ParseICS(strings.NewReader(calendarOf(
		"DTSTART;VALUE=DATE:20261207\nRRULE:FREQ=WEEKLY;BYDAY=MO",
		"DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYDAY=4TH;BYMONTH=11",
		"DTSTART;VALUE=DATE:20261224\nRDATE;VALUE=DATE:20261231",
		"DTSTART;TZID=W. Europe Standard Time:20261201T090000",
	)), karachi, icsNow)
	if got := fmt.Sprint(days); got != "[2026-11-26 2026-12-01 2026-12-07 2026-12-24]" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	want := `of 3 events that come again only the first time is left out, since only what comes every year on one date is read (line 8: FREQ=WEEKLY;BYDAY=MO); ` +
		`1 times name a zone that is not known, and are read in the schedule's zone (line 25: "W. Europe Standard Time")`
	if warning != want {
		t.Errorf("%s", warning)
	}
}

func TestParseICSRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "no events"},
		{"white space", "\n\n", "no events"},
		{"a web page", "<!doctype html>\n<html>", `line 1 of the calendar: "<!doctype html>" is no line`},
		{"another file", "\nName: x\n", "line 2 of the calendar: it does not begin with BEGIN:VCALENDAR"},
		{"no event", calendarOf(), "no events"},
		{"cut off", strings.TrimSuffix(calendarOf("DTSTART:20261224"), "END:VEVENT\r\nEND:VCALENDAR\r\n"), "line 4 of the calendar: VEVENT begins here and does not end"},
		{"crossed", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "line 3 of the calendar: VCALENDAR ends inside VEVENT, which began on line 2"},
		{"after the end", "BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", "line 3"},
		{"rubbish in an event", calendarOf("DTSTART:20261224\nrubbish"), `line 8 of the calendar: "rubbish" is no line`},
		{"no start", calendarOf("DTEND:20261224"), "line 4 of the calendar: the event has no DTSTART"},
		{"a wrong start", calendarOf("DTSTART:24.12.2026"), `line 7 of the calendar: "24.12.2026" is no date and no time`},
		{"a day that is none", calendarOf("DTSTART:20260230"), "line 7"},
		{"a wrong end", calendarOf("DTSTART:20261224\nDTEND:20261224T99"), "line 8"},
		{"a wrong exception", calendarOf("DTSTART:20261224\nEXDATE:20261224,x"), `line 8 of the calendar: "x"`},
		{"a negative duration", calendarOf("DTSTART:20261224\nDURATION:-P1D"), `line 8 of the calendar: "-P1D" is no duration`},
		{"a duration without a unit", calendarOf("DTSTART:20261224\nDURATION:P1"), "no duration"},
		{"an endless duration", calendarOf("DTSTART:20261224\nDURATION:P999999W"), "no duration"},
		{"a duration first", calendarOf("DURATION:P1D\nDTSTART:20261224"), "line 7"},
		{"an end before the beginning", calendarOf("DTSTART:20261224\nDTEND:20261220"), "line 4 of the calendar: the event ends before it begins"},
		{"control characters", "\x1b[31m\n", `"[31m" is no line`},
		{"too large", strings.Repeat(" ", 1<<20+1), "larger than 1 MiB"},
		{"too many events", "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\nDTSTART:20261224\nEND:VEVENT\n", 5001), "line 15002 of the calendar: there are more than 5000 events"},
		{"too many days", calendarOf(manyDays(1001)...), "1001 days"},
	} {
		days, _, err := bot.ParseICS(strings.NewReader(c.text), berlin, icsNow)
		if bot.ReasonCode(err) != "bad_ics" || !strings.Contains(err.Error(), c.says) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%s: %v, %v", c.name, days, err)
		}
	}
	broken := errors.New("broken")
	if _, _, err := bot.ParseICS(iotest.ErrReader(broken), berlin, icsNow); !errors.Is(err, broken) || bot.ReasonCode(err) != "bad_ics" {
		t.Errorf("%v", err)
	}
	if _, _, err := bot.ParseICS(strings.NewReader(""), "Europe/Nowhere", icsNow); bot.ReasonCode(err) != "bad_zone" {
		t.Errorf("%v", err)
	}
}

func manyDays(n int) (events []string) {
	for i := range n {
		events = append(events, "DTSTART:"+icsNow.AddDate(0, 0, 2*i).Format("20060102"))
	}
	return events
}

func FuzzParseICS(f *testing.F) {
	f.Add(calendarOf("DTSTART;VALUE=DATE:20241225\nDTEND;VALUE=DATE:20241227\nRRULE:FREQ=YEARLY;COUNT=9;INTERVAL=2\nEXDATE:20261225"))
	f.Add(calendarOf("DTSTART;TZID=\"America/New_York\":20261224T180000\nDURATION:P1DT2H3M4S", "DTSTART:20261224T180000Z\nSTATUS:CANCELLED"))
	f.Add("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:00010101\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR")
	f.Add("BEGIN:VCALENDAR\nBEGIN:0\r0")
	f.Add(calendarOf("DTSTART:99991231T235959Z\nDURATION:P9D\nRRULE:FREQ=YEARLY;UNTIL=00010101"))
	f.Fuzz(func(t *testing.T, text string) {
		days, warning, err := bot.ParseICS(strings.NewReader(text), "Pacific/Chatham", icsNow)
		if err != nil {
			if bot.ReasonCode(err) != "bad_ics" || strings.ContainsAny(err.Error(), "\r\n\x1b") {
				t.Fatal(err)
			}
			return
		}
		if strings.ContainsAny(warning, "\r\n\x1b") {
			t.Errorf("a warning of several lines: %q", warning)
		}
		if merged := bot.MergeDays(days); fmt.Sprint(merged) != fmt.Sprint(days) {
			t.Errorf("not merged: %v", days)
		}
	})
}
