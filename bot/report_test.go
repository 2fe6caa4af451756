package bot

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestReportRange(t *testing.T) {
	zone := func(name string) *time.Location {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return loc
	}
	now := time.Date(2027, 3, 20, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		zone, from, to string
		now            time.Time
		first, until   string // in UTC
		text           string
		problem        string
	}{
		{zone: "UTC", first: "2027-03-01 00:00", until: "2027-03-21 00:00", text: "1 to 20 March 2027 (UTC)"},
		{zone: "Asia/Karachi", now: time.Date(2027, 3, 31, 20, 0, 0, 0, time.UTC), first: "2027-03-31 19:00", until: "2027-04-01 19:00", text: "1 April 2027 (Asia/Karachi)"},
		{zone: "Europe/Berlin", from: "2027-02-27", to: "2027-03-01", first: "2027-02-26 23:00", until: "2027-03-01 23:00", text: "27 February to 1 March 2027 (Europe/Berlin)"},
		{zone: "UTC", from: "2026-12-31", first: "2026-12-31 00:00", until: "2027-03-21 00:00", text: "31 December 2026 to 20 March 2027 (UTC)"},
		{zone: "UTC", to: "2027-02-10", first: "2027-02-01 00:00", until: "2027-02-11 00:00", text: "1 to 10 February 2027 (UTC)"},
		{zone: "UTC", from: "2027-03-19", to: "2099-12-31", first: "2027-03-19 00:00", until: "2027-03-21 00:00", text: "19 to 20 March 2027 (UTC)"},
		{zone: "UTC", to: "2027-05-31", first: "2027-03-01 00:00", until: "2027-03-21 00:00", text: "1 to 20 March 2027 (UTC)"},
		// The clock skips midnight in Cairo, shows it twice in Havana, and Apia had no 30 December.
		{zone: "Africa/Cairo", from: "2026-04-24", to: "2026-04-24", first: "2026-04-23 22:00", until: "2026-04-24 21:00", text: "24 April 2026 (Africa/Cairo)"},
		{zone: "America/Havana", from: "2026-11-01", to: "2026-11-01", first: "2026-11-01 04:00", until: "2026-11-02 05:00", text: "1 November 2026 (America/Havana)"},
		{zone: "America/Havana", from: "2026-03-08", to: "2026-03-08", first: "2026-03-08 05:00", until: "2026-03-09 04:00", text: "8 March 2026 (America/Havana)"},
		{zone: "Pacific/Apia", from: "2011-12-29", to: "2011-12-30", first: "2011-12-29 10:00", until: "2011-12-30 10:00", text: "29 December 2011 (Pacific/Apia)"},
		{zone: "UTC", from: "2027-03-20", to: "2027-03-01", problem: "2027-03-20 comes after 2027-03-01: give the earlier day as from and the later one as to"},
		{zone: "UTC", from: "2027-03-21", to: "2027-03-21", problem: "2027-03-21 is still to come, and there is nothing to report of it: give a day until today, which is 2027-03-20 in UTC"},
		{zone: "UTC", from: "2027-03-21", problem: "2027-03-21 is still to come, and there is nothing to report of it: give a day until today, which is 2027-03-20 in UTC"},
		{zone: "UTC", from: "2027-02-30", problem: `"2027-02-30" is no day: write it like 2027-03-01`},
		{zone: "UTC", to: "yesterday\n", problem: `"yesterday\n" is no day: write it like 2027-03-01`},
	} {
		at := now
		if !test.now.IsZero() {
			at = test.now
		}
		r, err := reportRange(test.from, test.to, at.In(zone(test.zone)))
		if test.problem != "" {
			if ReasonCode(err) != "bad_day" || Explain(err) != test.problem {
				t.Errorf("%s to %s: %v", test.from, test.to, err)
			}
			continue
		}
		const layout = "2006-01-02 15:04"
		if err != nil || r.From.UTC().Format(layout) != test.first || r.Until.UTC().Format(layout) != test.until || r.String() != test.text {
			t.Errorf("%s to %s in %s: from %s until %s, %q, %v", test.from, test.to, test.zone, r.From.UTC(), r.Until.UTC(), r, err)
		}
	}
}

func FuzzReportRange(f *testing.F) {
	for _, s := range []string{"", "2027-03-01", "2027-02-30", "0000-01-01", "9999-12-31", "2011-12-30", "yesterday\n", "2027-03-01T00:00:00Z"} {
		f.Add(s, "2027-03-20", "Pacific/Apia")
		f.Add("2027-03-01", s, "America/Havana")
	}
	f.Fuzz(func(t *testing.T, from, to, name string) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return
		}
		r, err := reportRange(from, to, time.Date(2027, 3, 20, 12, 0, 0, 0, zone))
		if err != nil {
			if ReasonCode(err) != "bad_day" || strings.Contains(Explain(err), "\n") {
				t.Errorf("%q to %q in %s: %v", from, to, zone, err)
			}
			return
		}
		if r.From.After(r.Until) || strings.Contains(r.String(), "\n") {
			t.Errorf("%q to %q in %s: %v to %v", from, to, zone, r.From, r.Until)
		}
	})
}
