package main

import (
	"strings"
	"testing"

	"colloquy/bot"
)

const nineDaily = "schedules:\n  - name: daily\n    channel: console:a\n    cron: 0 9 * * *\n    tz: UTC\n"

func TestConfigCheck(t *testing.T) {
	w := newTown(t)
	w.fails(exitUsage, "there is no colloquy.yaml here: give the FILE", "config", "check")
	w.fails(exitUsage, "cannot read the configuration: open nowhere.yaml", "config", "check", "nowhere.yaml")
	writeFile(t, "good.yaml", "feeds:\n  - {name: a, url: 'https://a.example'}\n  - {name: b, url: 'https://b.example'}\n"+nineDaily)
	writeFile(t, "bad.yaml", nineDaily+"    questions: 11\n    order: random\n")
	if got := w.ok("config", "check", "good.yaml"); got != "good.yaml is good: 2 feeds, 1 schedule.\n" {
		t.Error(got)
	}
	w.fails(exitUsage, `colloquy: bad.yaml:6: "11" cannot be used here`, "config", "check", "bad.yaml") // the first of the two
	writeFile(t, "colloquy.yaml", "wrong\n")
	if got := w.ok("config", "check", "good.yaml"); !strings.HasPrefix(got, "good.yaml is good") {
		t.Errorf("another file was read: %s", got)
	}
	w.fails(exitUsage, "colloquy.yaml:1: ", "config", "check")
	w.fails(exitUsage, "needs one of its commands: check, diff", "config", "--config", "good.yaml")
	w.fails(exitUsage, "does not take", "config", "check", "good.yaml", "bad.yaml")
	if exists("colloquy.db") {
		t.Error("checking made a database")
	}
}

func TestConfigDiff(t *testing.T) {
	w := newTown(t)
	writeFile(t, "colloquy.yaml", nineDaily)
	if got := w.ok("config", "diff"); got != "+ schedule daily: console:a; times: 0 9 * * *; tz: UTC; close-after: 1d; deadline: 6h; order: newest\n" {
		t.Error(got)
	}
	if exists("colloquy.db") {
		t.Error("looking made a database")
	}
	w.ok("schedule", "add", "--channel", "console:b", "--cron", "@daily", "--tz", "UTC", "--name", "hand")
	w.serve()
	w.until("the file is applied", func() bool { return len(read[[]scheduleJSON](w, "schedule", "list")) == 2 })
	if got := w.ok("config", "diff"); got != "colloquy.yaml changes nothing.\n" {
		t.Error(got)
	}
	writeFile(t, "new.yaml", "feeds:\n  - {name: news, url: "+w.feed+"}\nschedules:\n  - {name: weekly, channel: console:a, cron: '@weekly', feeds: [news]}\n")
	before := w.ok("schedule", "list", "--format", "json") + w.ok("audit", "--format", "json")
	got := w.run("config", "diff", "new.yaml")
	contains(t, got.stdout, "+ feed "+w.feed+": name: news\n", "+ schedule weekly: console:a; times: @weekly; tz: UTC; ", "- schedule daily: would be paused: it is no longer declared\n")
	contains(t, got.stderr, `warning: new.yaml:4: schedule "weekly" names no time zone`)
	list := read[[]changeJSON](w, "config", "diff", "new.yaml")
	if len(list) != 3 || list[0].Kind != "feed" || list[0].ID != w.feed || list[0].At != "new.yaml:2" || list[1].Change != bot.ChangeAdd || list[2].Change != bot.ChangePause || list[2].At != "" || list[2].Details == nil {
		t.Errorf("%+v", list)
	}
	writeFile(t, "colloquy.yaml", nineDaily+"    questions: 3\n")
	if got := w.ok("config", "diff"); got != "~ schedule daily: questions: default → 3\n" {
		t.Error(got)
	}
	if after := w.ok("schedule", "list", "--format", "json") + w.ok("audit", "--format", "json"); after != before {
		t.Errorf("looking changed something:\n%s\n%s", before, after)
	}
	writeFile(t, "bad.yaml", nineDaily+"    questions: 11\n")
	w.fails(exitUsage, "bad.yaml:6: ", "config", "diff", "bad.yaml")
}
