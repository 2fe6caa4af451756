package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestScheduleAdd(t *testing.T) {
	w := newTown(t, "Bridges")
	got := read[addedJSON](w, "schedule", "add", "--channel", "console:general", "--cron", "0 9 * * MON-FRI", "--tz", "Asia/Karachi",
		"--feed", w.feed, "--close-after", "2d", "--deadline", "1h", "--order", "oldest", "--questions", "3", "--sentences", "2", "--name", "morning")
	if got.ID == "" || len(got.Next) != 5 || got.Warnings == nil || len(got.Warnings) != 0 {
		t.Fatalf("added %+v", got)
	}
	var before time.Time
	for _, s := range got.Next {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil || !strings.HasSuffix(s, "T09:00:00+05:00") || !at.After(before) || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			t.Errorf("%s is no weekday at nine in Karachi, after %s", s, before)
		}
		before = at
	}
	list := read[[]scheduleJSON](w, "schedule", "list")
	if len(list) != 1 {
		t.Fatalf("list %+v", list)
	}
	s := list[0]
	want := scheduleJSON{ID: got.ID, Name: "morning", Channel: "console:general", Cron: "0 9 * * MON-FRI", Zone: "Asia/Karachi", Next: s.Next,
		Feeds: s.Feeds, CloseAfter: "2d", Deadline: "1h", Order: "oldest", Questions: 3, Sentences: 2, Options: s.Options}
	if fmt.Sprint(s) != fmt.Sprint(want) || len(s.Feeds) != 1 || *s.Next != got.Next[0] {
		t.Errorf("schedule %+v, want %+v", s, want)
	}
	contains(t, w.ok("schedule", "list", "--channel", "console:general"), "ID        NAME     CHANNEL", "morning  console:general  0 9 * * MON-FRI", "Asia/Karachi")
	if other := w.ok("schedule", "list", "--channel", "console:b"); !strings.Contains(other, "There are no schedules") {
		t.Errorf("another channel has %s", other)
	}
	r := w.run("schedule", "add", "--channel", "console:b", "--cron", "@every 90m", "--feed", w.feed)
	contains(t, r.stdout, "discusses an article in console:b, @every 90m (UTC). Its next times:\n  ", "+00:00 (UTC)\n", "while 'colloquy serve' runs")
}

func TestScheduleAddRefuses(t *testing.T) {
	w := newTown(t)
	for _, tt := range []struct{ args, want string }{ // the arguments are divided by |
		{"--cron|* * * * *", "--channel is missing"},
		{"--channel|console:a", "--at is missing"},
		{"--cron|@daily|--channel|nowhere", "is no channel"},
		{"--cron|@daily|--channel|slack:C2", "is no channel: no workspace"},
		{"--channel|console:a|--cron|9 o'clock", "9 o'clock"},
		{"--channel|console:a|--cron|0 0 30 2 *", "never come"},
		{"--channel|console:a|--cron|@every 1s", "come too often"},
		{"--channel|console:a|--cron|@daily|--tz|Mars/Olympus", `the zone "Mars/Olympus" is unknown`},
		{"--channel|console:a|--cron|@daily|--order|best", "--order"},
		{"--channel|console:a|--cron|@daily|--close-after|31d", "--close-after: 31d cannot be used here: give a time from 1m to 30d"},
		{"--channel|console:a|--cron|@daily|--close-after|soon", "is no length of time"},
		{"--channel|console:a|--cron|@daily|--deadline|0s", "--deadline: 0s cannot be used here"},
		{"--channel|console:a|--cron|@daily|--questions|11", `--questions: "11" cannot be used here`},
		{"--channel|console:a|--cron|@daily|--name|a/b", "is no name"},
	} {
		w.fails(exitUsage, tt.want, append([]string{"schedule", "add"}, strings.Split(tt.args, "|")...)...)
	}
	if exists("colloquy.db") {
		t.Error("wrong usage made a database")
	}
	w.fails(exitFailed, `no feed has the id "news"`, "schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", "news")
}

// A refused schedule leaves nothing behind, so that it can be tried again.
func TestRefusedScheduleTakesItsFeedsBack(t *testing.T) {
	w := newTown(t)
	w.fails(exitFailed, "--allow-network", "schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", w.feed, "--feed", "http://10.0.0.1/feed")
	if list := read[[]feedJSON](w, "feed", "list"); len(list) != 0 {
		t.Errorf("left behind: %+v", list)
	}
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--name", "x", "--feed", w.feed)
	w.fails(exitFailed, `named "x" already`, "schedule", "add", "--channel", "console:a", "--cron", "@daily", "--name", "x")
}

func TestScheduleWarnings(t *testing.T) {
	w := newTown(t)
	w.down = true
	got := read[addedJSON](w, "schedule", "add", "--channel", "console:a", "--cron", "@daily", "--tz", "UTC", "--feed", w.feed)
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "could not be read now") {
		t.Errorf("warnings %q", got.Warnings)
	}
	r := w.run("schedule", "add", "--channel", "console:b", "--cron", "@daily", "--tz", "UTC")
	if r.code != exitDone || !strings.HasPrefix(r.stderr, "colloquy: warning: it has no feeds") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	r = w.run("schedule", "add", "--channel", "console:b", "--cron", "@daily") // nobody can be asked
	if r.code != exitDone || !strings.HasPrefix(r.stderr, "colloquy: warning: its times are in UTC, because no zone was given: ") || !strings.Contains(r.stdout, "(UTC)") {
		t.Errorf("%d, %q", r.code, r.stderr)
	}
	w.ok("settings", "--zone", "Asia/Karachi")
	r = w.run("schedule", "add", "--channel", "console:c", "--cron", "@daily")
	if strings.Contains(r.stderr, "zone") || !strings.Contains(r.stdout, "(Asia/Karachi)") {
		t.Errorf("%q, %q", r.stdout, r.stderr)
	}
}

func TestSchedulePausesResumesAndEnds(t *testing.T) {
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 * * *", "--name", "nine")
	contains(t, w.ok("schedule", "pause", "nine"), `Schedule "nine" (`, "is paused: nothing falls due")
	contains(t, w.ok("schedule", "pause", "nine"), "is paused already.")
	s := read[[]scheduleJSON](w, "schedule", "list")[0]
	if !s.Paused || s.Next != nil {
		t.Errorf("paused: %+v", s)
	}
	r := w.run("schedule", "next", "nine")
	contains(t, r.stderr, "is paused; nothing falls due")
	contains(t, w.ok("schedule", "resume", "nine"), "goes on: next ")
	contains(t, w.ok("schedule", "resume", "nine"), "is not paused: next ")
	contains(t, w.ok("schedule", "remove", "nine"), "is removed")
	w.fails(exitFailed, "no schedule", "schedule", "remove", "nine")
}

// Which times come next is for package bot to decide; here it is how they are asked for and shown.
func TestScheduleNext(t *testing.T) {
	w := newTown(t)
	for name, cron := range map[string]string{"gap": "30 2 * * *", "midnight": "0 0 * * *"} {
		w.ok("schedule", "add", "--channel", "console:a", "--cron", cron, "--tz", "America/New_York", "--name", name)
	}
	for _, tt := range []struct{ schedule, from, want string }{
		{"gap", "2027-03-13T12:00:00Z", "2027-03-14T03:00:00-04:00"},
		{"gap", "2027-03-14", "2027-03-14T03:00:00-04:00"},
		{"gap", "2027-03-12 02:30", "2027-03-13T02:30:00-05:00"},
		{"gap", "2027-03-12T02:29:59", "2027-03-12T02:30:00-05:00"},
		{"midnight", "2027-03-12", "2027-03-12T00:00:00-05:00"},
		{"midnight", "2027-03-12T00:00:00-05:00", "2027-03-13T00:00:00-05:00"},
	} {
		got := read[[]momentJSON](w, "schedule", "next", tt.schedule, "--from", tt.from, "--count", "2")
		if len(got) != 2 || got[0].At != tt.want {
			t.Errorf("%s from %s: %+v, want %s", tt.schedule, tt.from, got, tt.want)
		}
		if moved := strings.Contains(got[0].At, "T03:00"); moved != strings.Contains(got[0].Note, "the clock skips 02:30") {
			t.Errorf("%s from %s: note %q", tt.schedule, tt.from, got[0].Note)
		}
	}
	contains(t, w.ok("schedule", "next", "gap", "--from", "2027-03-14", "--count", "1"), "Sun 14 Mar 2027 03:00 -04:00 (EDT)  the clock skips 02:30")
	w.fails(exitUsage, `--from: "soon" is no moment: write it like 2027-03-14`, "schedule", "next", "gap", "--from", "soon")
	w.fails(exitUsage, "--count cannot be 0", "schedule", "next", "gap", "--count", "0")
}

// "@every" goes on from the time that is stored, not from when somebody asks.
func TestScheduleNextOfEvery(t *testing.T) {
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@every 90m", "--name", "often")
	first := *read[[]scheduleJSON](w, "schedule", "list")[0].Next
	if got := read[[]momentJSON](w, "schedule", "next", "often"); got[0].At != first {
		t.Errorf("next %s, stored %s", got[0].At, first)
	}
	at, _ := time.Parse(time.RFC3339, first)
	for ask, want := range map[time.Time]time.Time{
		at:                        at.Add(90 * time.Minute),
		at.Add(-time.Second):      at,
		at.Add(100 * time.Minute): at.Add(180 * time.Minute),
		at.Add(-10 * time.Hour):   at,
	} {
		got := read[[]momentJSON](w, "schedule", "next", "often", "--count", "1", "--from", ask.Format(time.RFC3339))
		if got[0].At != want.Format(time.RFC3339) {
			t.Errorf("from %s: %s, want %s", ask, got[0].At, want)
		}
	}
}

func TestScheduleRunsNowAndSaysWhy(t *testing.T) {
	w := newTown(t, "Old")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 1 1 *", "--feed", w.feed, "--name", "yearly")
	contains(t, w.ok("schedule", "run", "yearly"), "Nothing new for console:a", "colloquy digest URL --post console:a")
	w.publish("Rivers")
	w.publish("gone for good")
	w.ok("feed", "test", w.feed)
	out := w.ok("schedule", "run", "yearly")
	contains(t, out, "Rivers", "Posted in console:a as discussion ", ": Rivers\n")

	why := read[[]occurrenceJSON](w, "schedule", "why", "yearly")
	if len(why) != 2 {
		t.Fatalf("why %+v", why)
	}
	if o := why[0]; o.Outcome != bot.OutcomePosted || !o.ByHand || o.Discussion == "" || len(o.Refusals) != 1 || o.Refusals[0].Title != "gone for good" || o.Refusals[0].Code == "" {
		t.Errorf("posted %+v", o)
	}
	if o := why[1]; o.Outcome != bot.OutcomeNothingNew || o.Refusals == nil || o.DueAt == nil || o.DoneAt == nil {
		t.Errorf("nothing new %+v", o)
	}
	contains(t, w.ok("schedule", "why", "--count", "1"), "by hand  posted", `not "gone for good"`, "there is no such page (404)")
	w.fails(exitUsage, "--count cannot be 0", "schedule", "why", "--count", "0")
	if got := read[occurrenceJSON](w, "schedule", "run", "yearly"); got.Outcome != bot.OutcomeNothingNew {
		t.Errorf("run again: %+v", got)
	}
}

// While serve runs, it posts what is asked for, and the command waits.
func TestScheduleRunsNowBesideServe(t *testing.T) {
	w := newTown(t, "Old")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 1 1 *", "--feed", w.feed, "--name", "yearly")
	w.serve()
	w.publish("Rivers")
	w.ok("feed", "test", w.feed)
	contains(t, w.ok("schedule", "run", "yearly"), "Posted in console:a as discussion ")
}

// What the configuration file declares is changed there.
func TestDeclaredScheduleIsChangedInItsFile(t *testing.T) {
	w := newTown(t)
	writeFile(t, "colloquy.yaml", "feeds:\n  - {name: news, url: "+w.feed+"}\nschedules:\n  - {name: nine, channel: console:a, cron: 0 9 * * *, feeds: [news]}\n")
	w.ok("schedule", "add", "--channel", "console:b", "--cron", "@daily")
	r := w.run("schedule", "list")
	contains(t, r.stderr, "colloquy.yaml declares 1 schedule that 'colloquy serve' has not read yet")
	a := &app{getenv: os.Getenv, now: time.Now, stderr: &strings.Builder{}}
	a.set.db = home(t)
	data, err := os.ReadFile("colloquy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if a.config, err = ParseConfig("colloquy.yaml", data); err != nil {
		t.Fatal(err)
	}
	rt, err := a.open(t.Context(), place{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.db.Close() })
	if err := a.applyConfig(t.Context(), rt); err != nil {
		t.Fatal(err)
	}
	w.fails(exitFailed, `schedule "nine" is declared in the configuration file, at colloquy.yaml:4: remove it there`, "schedule", "remove", "nine")
	w.fails(exitFailed, `schedule "nine" is declared in the configuration file, at colloquy.yaml:4: change it there`, "schedule", "change", "nine", "--questions", "3")
	w.fails(exitFailed, "the feed news is declared in the configuration file, at colloquy.yaml:2: remove it there", "feed", "remove", "news")
	w.fails(exitFailed, "at colloquy.yaml:2: change its name there", "feed", "add", w.feed, "--name", "other")
	w.ok("schedule", "pause", "nine")
	w.ok("schedule", "resume", "nine")

	a.config.Schedules, a.config.Feeds = nil, nil
	if err := a.applyConfig(t.Context(), rt); err != nil {
		t.Fatal(err)
	}
	w.fails(exitFailed, "removed from the configuration file: declare it there again", "schedule", "resume", "nine")
	w.ok("schedule", "remove", "nine")
	w.ok("feed", "remove", "news")
}
