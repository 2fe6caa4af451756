package main

import (
	"slices"
	"strings"
	"testing"
)

func TestAudit(t *testing.T) {
	w := newTown(t, "Bridges")
	w.noDatabase("audit")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 * * *", "--tz", "Asia/Karachi", "--name", "nine", "--feed", w.feed)
	w.ok("schedule", "change", "nine", "--questions", "3")
	w.ok("schedule", "add", "--channel", "console:b", "--cron", "0 9 * * *", "--tz", "UTC")
	w.ok("feed", "add", w.feed, "--name", "town")
	s := read[[]scheduleJSON](w, "schedule", "list")[0]
	contains(t, w.ok("audit"), "WHEN", "operator  command line  schedule change  "+s.ID.Short()+"  questions: default → 3", "name: - → town")
	for args, want := range map[string]string{
		"--target " + s.ID.Short():                  "schedule_change schedule_add",
		"--target " + s.ID.Short() + " --count 1":   "schedule_change",
		"--channel console:b":                       "schedule_add",
		"--installation console --since 2020-01-01": "schedule_add schedule_change schedule_add feed_add",
		"--count 0":               "feed_name schedule_add schedule_change schedule_add feed_add",
		"--since 2999-01-01":      "",
		"--installation slack:T1": "",
		"--target zzz --channel console:a --format csv": "?",
	} {
		if want == "?" {
			w.fails(exitUsage, "--format", append([]string{"audit"}, strings.Fields(args)...)...)
			continue
		}
		var got []string
		for _, l := range read[[]auditJSON](w, append([]string{"audit"}, strings.Fields(args)...)...) {
			if got = append(got, l.Action); l.Who != "cli" || l.From != "command line" || l.At == nil || l.ID == "" || l.Target == "" || l.Detail == "" {
				t.Errorf("%s: %+v", args, l)
			}
		}
		wanted := strings.Fields(want)
		slices.Sort(got) // what happened in one millisecond has no order
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("audit %s: %q, want %q", args, got, want)
		}
	}
	if got := w.ok("audit", "--since", "2999-01-01"); got != "There is no such line.\n" {
		t.Error(got)
	}
	for args, want := range map[string]string{
		"--since|yesterday":                          `--since: "yesterday" is no moment`,
		"--installation|discord":                     `"discord" is no installation: write it as console, discord:GUILD or slack:TEAM`,
		"--installation|slack:a/b":                   "is no installation",
		"--channel|console:a|--installation|console": "cannot both be given",
		"--count|-1":                                 "--count cannot be -1",
		"--channel|general":                          "is no channel",
	} {
		w.fails(exitUsage, want, append([]string{"audit"}, strings.Split(args, "|")...)...)
	}
}
