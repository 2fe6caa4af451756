package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// declared is a file with one feed and one schedule.
func (b *bench) declared(change ...func(*bot.Declared)) bot.Declared {
	url := b.web.feedURL()
	d := bot.Declared{
		Feeds: []bot.Feed{{Name: "post", URL: url, DeclaredAt: "c.yaml:2"}},
		Schedules: []bot.DeclaredSchedule{{
			Schedule: bot.Schedule{Name: "daily", Channel: channel, Cron: "0 9 * * *", DeclaredAt: "c.yaml:5"}, FeedURLs: []string{url}}},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func (b *bench) named(name string) bot.Schedule {
	b.t.Helper()
	s, err := b.db.FindSchedule(b.t.Context(), name)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// declare applies a file. What was planned before is what is done, and planning
// changes nothing.
func (b *bench) declare(d bot.Declared) string {
	b.t.Helper()
	state := func() string {
		schedules, err := b.db.Schedules(b.t.Context(), bot.Channel{})
		feeds, err2 := b.db.Feeds(b.t.Context(), bot.Channel{})
		lines, err3 := b.db.Audits(b.t.Context(), bot.AuditFilter{Limit: 1000})
		if err != nil || err2 != nil || err3 != nil {
			b.t.Fatal(err, err2, err3)
		}
		return fmt.Sprint(schedules, feeds, lines)
	}
	text := func(changes []bot.DeclaredChange, err error) string {
		if err != nil {
			b.t.Fatal(err)
		}
		var out []string
		for _, c := range changes {
			out = append(out, c.String())
		}
		return strings.Join(out, "\n")
	}
	before := state()
	planned, _, err := b.engine.PlanDeclared(b.t.Context(), d)
	want := text(planned, err)
	if state() != before {
		b.t.Error("planning changed something")
	}
	done, _, err := b.engine.Declare(b.t.Context(), d)
	if got := text(done, err); got != want {
		b.t.Errorf("planned:\n%s\ndone:\n%s", want, got)
	}
	again, _, err := b.engine.Declare(b.t.Context(), d)
	if got := text(again, err); got != "" {
		b.t.Errorf("applied twice, it changes: %s", got)
	}
	return strings.ReplaceAll(want, b.web.feedURL(), "FEED")
}

func TestDeclare(t *testing.T) {
	b := newBench(t)
	expect := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("changes:\n%s\nwant:\n%s", got, want)
		}
	}
	expect(b.declare(b.declared()), "+ feed FEED: name: post\n+ schedule daily: test:W1/general; times: 0 9 * * *; tz: UTC; close-after: 1d; deadline: 6h; order: newest; feeds: FEED")
	first := b.named("daily")
	b.wait(0)
	expect(b.declare(b.declared()), "")
	expect(b.declare(b.declared(func(d *bot.Declared) {
		d.Schedules[0].Cron, d.Schedules[0].Questions, d.Schedules[0].Rules.Remind = "0 10 * * *", 3, time.Hour
		d.Feeds[0].Name = "harbour"
	})), "~ feed FEED: name: post → harbour\n~ schedule daily: times: 0 9 * * * → 0 10 * * *; questions: default → 3; remind: default → 1h")
	if s := b.named("daily"); s.ID != first.ID || s.NextAt.Hour() != 10 {
		t.Errorf("changed to %+v", s)
	}
	expect(b.declare(bot.Declared{}), "- schedule daily: removed from the configuration file\n- feed FEED: removed from the configuration file")
	if s := b.named("daily"); !s.Paused || !s.NextAt.IsZero() {
		t.Errorf("not paused: %+v", s)
	}
	expect(b.declare(b.declared()), "~ feed FEED: it is read again; name: harbour → post\n~ schedule daily: state: removed from the configuration file → runs; times: 0 10 * * * → 0 9 * * *; questions: 3 → default; remind: 1h → default")
	if s := b.named("daily"); s.Paused || s.NextAt.IsZero() {
		t.Errorf("still paused: %+v", s)
	}
	bad := b.declared(func(d *bot.Declared) { d.Schedules[0].Cron = "0 25 * * *" })
	if _, _, err := b.engine.Declare(t.Context(), bad); bot.ReasonCode(err) != "bad_cron" || !strings.HasPrefix(bot.Explain(err), `c.yaml:5: schedule "daily": `) {
		t.Errorf("%v", err)
	}
	weekly := b.declared(func(d *bot.Declared) {
		d.Schedules = append(d.Schedules, d.Schedules[0])
		d.Schedules[1].Name, d.Schedules[1].Paused = "weekly", true
	})
	b.declare(weekly)
	if s := b.named("weekly"); !s.Paused || s.Reason != bot.DeclaredPaused || !slices.Contains(s.Feeds, first.Feeds[0]) {
		t.Errorf("%+v", s)
	}
}

// One mistake in a file, and nothing of it is applied.
func TestDeclareAllOrNothing(t *testing.T) {
	b := newBench(t)
	d := b.declared(func(d *bot.Declared) {
		d.Schedules = append(d.Schedules, d.Schedules[0])
		d.Schedules[1].Name, d.Schedules[1].Cron = "second", "nonsense"
	})
	if _, _, err := b.engine.Declare(t.Context(), d); err == nil {
		t.Error("no error")
	}
	schedules, err := b.db.Schedules(t.Context(), bot.Channel{})
	feeds, err2 := b.db.Feeds(t.Context(), bot.Channel{})
	if len(schedules)+len(feeds) != 0 || err != nil || err2 != nil {
		t.Errorf("%v, %v", schedules, feeds)
	}
}

// The line moves when something is written above it: that is noted, and is no change.
func TestDeclaredLineIsKeptUpToDate(t *testing.T) {
	b := newBench(t)
	b.declare(b.declared())
	if got := b.declare(b.declared(func(d *bot.Declared) { d.Feeds[0].DeclaredAt, d.Schedules[0].DeclaredAt = "c.yaml:7", "c.yaml:10" })); got != "" {
		t.Errorf("told as a change: %s", got)
	}
	s := b.named("daily")
	f, err := b.db.Feed(t.Context(), s.Feeds[0])
	if err != nil || s.DeclaredAt != "c.yaml:10" || f.DeclaredAt != "c.yaml:7" {
		t.Errorf("%q, %q, %v", s.DeclaredAt, f.DeclaredAt, err)
	}
	if got := b.typed("/discuss schedule change daily --questions 3"); got != `Schedule "daily" is declared in the configuration file, at c.yaml:10: change it there.` {
		t.Error(got)
	}
	if got := b.typed("/discuss schedule remove daily"); !strings.HasPrefix(got, `Schedule "daily" is declared in the configuration file, at c.yaml:10: remove it there`) {
		t.Error(got)
	}
	if got := b.typed("/discuss feed remove post"); !strings.Contains(got, `is named by schedule "daily", which is declared in the configuration file, at c.yaml:10: take it off there`) {
		t.Error(got)
	}
	if s := b.named("daily"); s.Questions != 0 || len(s.Feeds) != 1 {
		t.Errorf("changed all the same: %+v", s)
	}
}

// What a person decided about the next times stays over a restart, and over a
// change in the file.
func TestDeclareKeepsWhatPeopleDecided(t *testing.T) {
	b := newBench(t)
	b.declare(b.declared())
	b.typed("/discuss schedule pause daily")
	if got := b.declare(b.declared()); got != "" || !b.named("daily").Paused {
		t.Errorf("a person's pause was undone: %s", got)
	}
	s := b.named("daily")
	s.ResumeAt, s.Skips = b.clock().Add(72*time.Hour), 2
	if err := b.db.PutSchedule(t.Context(), s, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	b.declare(b.declared(func(d *bot.Declared) { d.Schedules[0].Questions = 3 }))
	if got := b.named("daily"); !got.Paused || !got.NextAt.IsZero() || !got.ResumeAt.Equal(s.ResumeAt) || got.Skips != 2 || got.Questions != 3 {
		t.Errorf("%+v", got)
	}
	if got := b.typed("/discuss schedule resume daily"); !strings.Contains(got, "goes on: next") {
		t.Error(got)
	}
	if got := b.declare(b.declared(func(d *bot.Declared) { d.Schedules[0].Questions = 3 })); got != "" || b.named("daily").Paused {
		t.Errorf("a person's resume was undone: %s", got)
	}
}

// What the file pauses is resumed in the file.
func TestFilePausedIsResumedThere(t *testing.T) {
	b := newBench(t)
	paused := b.declared(func(d *bot.Declared) { d.Schedules[0].Paused = true })
	b.declare(paused)
	const want = `Schedule "daily" is paused in the configuration file, at c.yaml:5: change it there.`
	for _, verb := range []string{"resume", "pause"} { // also not turned into a person's pause
		if got := b.typed("/discuss schedule " + verb + " daily"); got != want {
			t.Errorf("%s: %s", verb, got)
		}
	}
	if s := b.named("daily"); !s.Paused || s.Reason != bot.DeclaredPaused {
		t.Errorf("%+v", s)
	}
	if got := b.declare(b.declared()); got != "~ schedule daily: state: paused in the configuration file → runs" {
		t.Error(got)
	}
	b.declare(bot.Declared{})
	if got := b.typed("/discuss schedule resume daily"); got != `Schedule "daily" is removed from the configuration file: declare it there again, or remove it for good.` {
		t.Error(got)
	}
	if got := b.typed("/discuss schedule remove daily"); !strings.Contains(got, "is removed. What it started goes on.") {
		t.Error(got)
	}
}

func TestDeclaredWithoutAZone(t *testing.T) {
	b := newBareBench(t)
	_, warnings, err := b.engine.Declare(t.Context(), b.declared())
	if err != nil || len(warnings) != 1 || !strings.HasPrefix(warnings[0], `c.yaml:5: schedule "daily" names no time zone, so its times are in UTC`) {
		t.Error(warnings, err)
	}
	b.typed("/discuss settings --zone Asia/Karachi")
	if got := b.declare(b.declared()); got != "~ schedule daily: tz: UTC → Asia/Karachi" {
		t.Error(got)
	}
	if s := b.named("daily"); s.NextAt.Hour() != 4 {
		t.Errorf("next at %s", s.NextAt)
	}
}

// A schedule that somebody added under that name is taken over, and the channel
// has the feeds that the file says, whatever became of the link.
func TestDeclareTakesOver(t *testing.T) {
	b := newBench(t)
	s := b.schedule(func(s *bot.Schedule) { s.Name = "daily" })
	if got := b.declare(b.declared()); got != "~ feed FEED: it was added by hand, and is declared now; name: none → post\n~ schedule daily: it was added by hand, and is declared now; same-story: post → default" {
		t.Error(got)
	}
	if got := b.named("daily"); got.ID != s.ID || !got.Declared {
		t.Errorf("%+v", got)
	}
	if err := b.db.UnlinkFeed(t.Context(), s.Feeds[0], channel, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	if got := b.declare(b.declared()); got != "~ schedule daily: feeds that test:W1/general has again: FEED" {
		t.Error(got)
	}
}
