package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// jittered has a draft that managers see, and whose time has come: it is to be
// posted a little later.
func jittered(t *testing.T) (*bench, bot.Schedule) {
	t.Helper()
	b := newBench(t)
	s := b.schedule(withApproval(bot.UnattendedPost), set(t, "jitter", "1h"), func(s *bot.Schedule) { s.ID = "01a40088-5900-7f22-9210-d5c173ca7ee3" })
	b.web.publish("mole", "quay")
	b.wait(31 * time.Minute)
	due := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	if late := bot.Jitter(s.ID, due, time.Hour); late < 2*time.Second {
		t.Fatalf("this schedule is on the dot: %s", late)
	}
	b.wait(29*time.Minute + time.Second)
	if len(b.platform.in(channel)) != 0 {
		t.Fatal("posted before its time")
	}
	return b, s
}

// roots are the titles of the discussions that people see, oldest first.
func (b *bench) roots() string {
	var out []string
	for _, m := range b.platform.in(channel) {
		if m.Title != "" {
			out = append(out, m.Title)
		}
	}
	return strings.Join(out, " ")
}

// The same with a draft that nobody was shown.
func TestPreviewPostedWhileItsTimeIsWaitedFor(t *testing.T) {
	b := newBench(t)
	b.schedule(set(t, "jitter", "1h"), func(s *bot.Schedule) { s.ID = "01a40088-5900-7f22-9210-d5c173ca7ee3" })
	b.web.publish("mole", "quay")
	b.wait(50 * time.Minute)
	b.typed("/discuss preview")
	b.wait(10*time.Minute + time.Second)
	if b.roots() != "" {
		t.Fatal("posted before its time")
	}
	b.typed("/discuss draft post")
	b.wait(2 * time.Hour)
	if got := b.roots(); got != "quay" {
		t.Errorf("posted %q", got)
	}
	b.wait(23 * time.Hour) // the next time is not skipped
	if got := b.roots(); got != "quay mole" {
		t.Errorf("a day later %q were posted", got)
	}
}

func TestPostedByHandWhileItsTimeIsWaitedFor(t *testing.T) {
	b, _ := jittered(t)
	b.press(button(t, b.platform.in(managers)[0], "Post now"))
	b.wait(2 * time.Hour)
	if got := b.roots(); got != "quay" {
		t.Errorf("posted %q", got)
	}
	if got := strings.Join(b.outcomes(), " "); got != "drafted skipped posted" {
		t.Errorf("outcomes %s", got)
	}
	b.wait(23 * time.Hour) // the next time is not skipped
	if got := b.roots(); got != "quay mole" {
		t.Errorf("a day later %q were posted", got)
	}
}

func TestNothingIsPostedForAScheduleThatEndedMeanwhile(t *testing.T) {
	for name, end := range map[string]func(*bench, bot.Schedule) error{
		"paused": func(b *bench, s bot.Schedule) error {
			_, err := b.engine.SetPaused(b.t.Context(), s, true, time.Time{}, bot.Operator)
			return err
		},
		"removed": func(b *bench, s bot.Schedule) error { return b.engine.RemoveSchedule(b.t.Context(), s, bot.Operator) },
	} {
		t.Run(name, func(t *testing.T) {
			b, s := jittered(t)
			if err := end(b, s); err != nil {
				t.Fatal(err)
			}
			b.wait(2 * time.Hour)
			if why := b.typed("/discuss why"); b.roots() != "" || !strings.Contains(why, "its schedule was "+name) {
				t.Errorf("posted %q: %s", b.roots(), why)
			}
		})
	}
}

// A manager has a draft posted in the moment in which its time opens it.
func TestPostedByHandInTheMomentOfItsTime(t *testing.T) {
	m := &opener{}
	b := newBench(t, func(o *bot.Options) { m.Store, o.Store = o.Store, m })
	b.schedule(withApproval(bot.UnattendedPost))
	b.web.publish("mole", "quay")
	b.wait(31 * time.Minute)
	pressed := button(t, b.platform.in(managers)[0], "Post now")
	m.before = func() {
		m.before = nil
		b.answer(bot.Command{Name: pressed.Command, Args: pressed.Args, Channel: managers, Actor: bot.Actor{Person: ada, Manager: true}})
	}
	b.wait(30 * time.Minute)
	b.wait(2 * time.Minute)
	if got := b.roots(); m.before != nil || got != "quay" {
		t.Errorf("posted %q", got)
	}
	b.platform.onlyOnce()
}

// opener does something before a discussion is stored.
type opener struct {
	bot.Store
	before func()
}

func (s *opener) OpenDiscussion(ctx context.Context, l bot.Lease, d bot.Discussion, posts []bot.Post, taken bot.Taken, now time.Time) error {
	if s.before != nil {
		s.before()
	}
	return s.Store.OpenDiscussion(ctx, l, d, posts, taken, now)
}

// A draft whose article was posted meanwhile is not made up for by another one.
func TestDraftThatCannotBePostedAnyMore(t *testing.T) {
	b := newBench(t)
	b.schedule(withApproval(bot.UnattendedHold))
	b.web.publish("mole", "quay")
	b.wait(31 * time.Minute)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.press(button(t, b.platform.in(managers)[0], "Post now"))
	b.wait(time.Minute)
	if got := b.roots(); got != "quay" {
		t.Errorf("posted %q", got)
	}
	if why := b.typed("/discuss why"); !strings.Contains(why, "its draft was posted already, or cannot be used any more") {
		t.Error(why)
	}
}

// What was due after a pause had ended, while nothing ran, is on record.
func TestPauseThatEndedWhileNothingRan(t *testing.T) {
	b := newBench(t)
	s := b.schedule(set(t, "max-age", "any"))
	b.web.publish("quay")
	until := time.Date(2027, 3, 3, 9, 0, 0, 0, time.UTC) // a due time
	if _, err := b.engine.SetPaused(t.Context(), s, true, until, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(4*24*time.Hour + 2*time.Hour) // Friday, 10:00
	if got := strings.Join(b.outcomes(), " "); got != "missed missed posted" {
		t.Errorf("outcomes %s", got)
	}
}

// What was cut off in the evening is not taken up again at night.
func TestNothingIsTakenUpAgainAtNight(t *testing.T) {
	b := newBench(t)
	b.schedule(set(t, "not-between", "22:00-07:00", "max-age", "any"), func(s *bot.Schedule) { s.Cron = "daily 21:58" })
	b.web.publish("quay")
	b.mu.Lock()
	b.now = time.Date(2027, 3, 1, 21, 58, 0, 0, time.UTC)
	b.mu.Unlock()
	var id bot.ID // it is claimed, and the process dies
	if _, err := b.db.ClaimDue(t.Context(), b.clock(), 10, b.engine.Plan, enqueueFirst(bot.WorkOccurrence, &id)); err != nil || id == "" {
		t.Fatal(id, err)
	}
	b.start()
	b.wait(time.Hour)
	if why := b.typed("/discuss why"); strings.Join(b.outcomes(), " ") != "missed" || !strings.Contains(why, "between 22:00 and 07:00 nothing is posted") {
		t.Errorf("outcomes %v: %s", b.outcomes(), why)
	}
}

// A worker closes the discussion, or a manager reopens it, in the moment in
// which another manager changes it.
func TestWhatIsChangedTooLateIsRefused(t *testing.T) {
	b := newBench(t)
	d, _ := recapped(t, b)
	open := d
	open.State, open.ClosesAt = bot.StateOpen, b.clock()
	if _, err := b.engine.Extend(t.Context(), open, time.Hour, bot.Operator); bot.ReasonCode(err) != "not_open" || !strings.Contains(bot.Explain(err), "it is closed") {
		t.Errorf("extended: %v", err)
	}
	d = b.discussion()
	for i, want := range []string{"", "not_closed"} {
		if _, err := b.engine.Reopen(t.Context(), d, bot.Operator); bot.ReasonCode(err) != want && !(err == nil && want == "") {
			t.Errorf("reopened, %d: %v", i, err)
		}
	}
	lines, err := b.db.Audits(t.Context(), bot.AuditFilter{In: channel, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, a := range lines {
		seen[a.Action]++
	}
	if seen["extend"] != 0 || seen["reopen"] != 1 {
		t.Errorf("audit: %v", seen)
	}
}
