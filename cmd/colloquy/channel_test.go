package main

import (
	"os"
	"strings"
	"testing"
)

// A channel from preview to withdrawal, as its operator runs it.
func TestRunningAChannel(t *testing.T) {
	w := newTown(t, "Backlog")
	writeFile(t, "colloquy.yaml", "feed_interval: 1s\n")
	w.ok("schedule", "add", "--channel", "console:general", "--cron", "0 9 * * *", "--feed", w.feed, "--name", "morning")
	w.fails(exitFailed, "no item that was not posted", "schedule", "preview", "morning")
	w.ok("feed", "test", w.feed)
	w.publish("Bus9")
	w.ok("feed", "test", w.feed)
	contains(t, w.ok("schedule", "preview", "morning"), "Draft: Bus9", "1. ", "This is what is posted in console:general")
	d := read[draftJSON](w, "schedule", "preview", "morning")
	if d.State != "open" || d.Title != "Bus9" || len(d.Questions) == 0 || d.Spares == nil {
		t.Fatalf("draft %+v", d)
	}
	contains(t, w.ok("question", "replace", "morning", "1", "Who should pay for the soil?"), "1. Who should pay for the soil?")
	contains(t, w.ok("queue", "list", "--channel", "console:general"), "draft  Bus9")
	contains(t, w.ok("schedule", "skip", "morning"), "skips 1 time and goes on ")
	contains(t, w.ok("schedule", "next", "morning", "--count", "1"), "skipped")
	contains(t, w.ok("schedule", "skip", "morning", "--count", "0"), "skips nothing: next ")
	contains(t, w.ok("schedule", "post", "morning"), "1  Who should pay for the soil?", `posts "Bus9" now.`)
	list := read[[]discussionJSON](w, "discussion", "list")
	if len(list) != 1 || list[0].State != "open" {
		t.Fatalf("discussions %+v", list)
	}
	id := list[0].ID.Short()
	contains(t, w.ok("discussion", "extend", id, "--by", "2d"), "closes ")
	contains(t, w.ok("discussion", "withdraw", id), "is withdrawn")
	if list = read[[]discussionJSON](w, "discussion", "list"); list[0].State != "withdrawn" {
		t.Errorf("then it is %s", list[0].State)
	}
	contains(t, w.ok("schedule", "why"), "withdrawn", "withdrawn by the operator: Bus9", "drafted", "nothing new")
	for command, want := range map[string]string{
		"discussion withdraw " + id:                        "is withdrawn already",
		"discussion extend " + id:                          "is not open: it is withdrawn",
		"discussion reopen " + id:                          "is not closed: it is withdrawn",
		"discussion exclude zzz --channel console:general": `no reply in console:general has the id "zzz"`,
		"schedule approve morning":                         "has no draft",
		"queue remove zzz --channel console:general":       `has the id "zzz"`,
		"schedule skip morning --count 101":                "or pause the schedule",
		"schedule change morning --approve discord:1/2":    "give a channel of the same workspace",
		"digest dikes.txt --post console:general --title Bus9 --url " + strings.TrimSuffix(w.feed, "feed.xml") + "Bus9": "is not posted there again",
	} {
		writeFile(t, "dikes.txt", story)
		code := exitFailed
		if strings.Contains(command, "--approve") {
			code = exitUsage
		}
		w.fails(code, want, strings.Fields(command)...)
	}
	for command, want := range map[string]string{
		"queue list":                         "--channel is missing",
		"question drop morning x":            "is no number of a question",
		"queue move a 0 --channel console:a": "is no place",
		"discussion include x":               "--channel is missing",
	} {
		w.fails(exitUsage, want, strings.Fields(command)...)
	}
	if data, err := os.ReadFile("colloquy.db.console/general.jsonl"); err != nil || !strings.Contains(string(data), `"kind":"delete"`) {
		t.Errorf("nothing was removed from the chat: %v", err)
	}
}

func TestScheduleChange(t *testing.T) {
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 * * *", "--name", "nine", "--questions", "3")
	contains(t, w.ok("schedule", "change", "nine", "--cron", "0 8 * * *", "--questions", "default", "--remind", "2h", "--tz", "Asia/Karachi"),
		"is changed: ", "questions: 3 → default", "remind: default → 2h", "times: 0 9 * * * → 0 8 * * *", "08:00 +05:00")
	contains(t, w.ok("schedule", "change", "nine", "--remind", "2h"), "is like that already")
	if s := read[[]scheduleJSON](w, "schedule", "list")[0]; s.Cron != "0 8 * * *" || s.Questions != 0 || s.Options["remind"] != "2h" || !strings.Contains(*s.Next, "T08:00:00+05:00") {
		t.Errorf("schedule %+v", s)
	}
	w.fails(exitUsage, "--remind: 1s cannot be used here", "schedule", "change", "nine", "--remind", "1s")
	w.fails(exitUsage, "bad", "schedule", "change", "nine", "--cron", "bad")
}
