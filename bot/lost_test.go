package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func refusal(code string) error {
	return bot.Permanent(bot.Problemf(code, "Colloquy is not let into #general: let it in"))
}

func (b *bench) channelLost(ch bot.Channel, code string) {
	b.t.Helper()
	if err := b.engine.ChannelLost(b.t.Context(), ch, refusal(code)); err != nil {
		b.t.Fatal(err)
	}
	b.work()
}

// talk has three people write in a discussion.
func (b *bench) talk(d bot.Discussion) {
	for _, said := range [][2]string{
		{"Ada", "The quay belongs to people on foot, and the shops will gain."},
		{"Ben", "I do not agree: the shops will lose their deliveries."},
		{"Cy", "Build the car park first, then close the quay."},
	} {
		b.platform.say(d, said[0], said[1], true)
		b.mu.Lock()
		b.now = b.now.Add(time.Millisecond)
		b.mu.Unlock()
	}
}

// lost checks that a discussion ended without a recap, and what is kept of it.
func (b *bench) lost(d bot.Discussion, replies int) {
	b.t.Helper()
	b.wait(2 * time.Minute)
	d = b.discussionOf(d.ID)
	if d.State != bot.StateClosed || d.Reason != "Colloquy is not let into #general: let it in" || d.LostAt.IsZero() || d.Pending || d.Held || d.List {
		b.t.Fatalf("%+v", d)
	}
	if got := b.recap(); got != "" {
		b.t.Errorf("a recap: %s", got)
	}
	if got := b.replies(d); len(got) != replies || d.Replies != replies {
		b.t.Errorf("%d replies are kept", len(got))
	}
	if o, err := b.db.Occurrence(b.t.Context(), d.OccurrenceID); err != nil || o.Outcome != bot.OutcomePosted {
		b.t.Errorf("%+v, %v", o, err)
	}
	b.days(2)
	if d := b.discussionOf(d.ID); d.State != bot.StateClosed || d.Replies != replies {
		b.t.Errorf("two days later: %+v", d)
	}
}

func TestLostThreadEndsItsDiscussion(t *testing.T) {
	for _, code := range []string{"channel_gone", "no_access", "guild_gone"} {
		for name, happens := range map[string]func(*bench, bot.Discussion){
			"said by the platform": func(b *bench, d bot.Discussion) { b.channelLost(d.Channel, code) },
			"found by a listing":   func(b *bench, _ bot.Discussion) { b.platform.unlisted = refusal(code); b.connect() },
			"found when it closes": func(b *bench, _ bot.Discussion) { b.platform.unlisted = refusal(code); b.days(1) },
		} {
			t.Run(code+" "+name, func(t *testing.T) {
				b := noticesBench(t)
				s := b.schedule()
				b.request(bot.Request{Ref: b.web.URL + "/quay"})
				d := b.discussion()
				b.talk(d)
				happens(b, d)
				b.channelLost(d.Channel, code) // said again, it is nothing new
				b.lost(d, 3)
				if name == "found when it closes" { // nobody knows since when
					want := map[string]string{"no_access": "0-1440 found 0"}[code]
					if got := b.gaps(d); got != want {
						t.Errorf("gaps: %q, want %q", got, want)
					}
				}
				b.expect(1, "1 discussion ended, because Colloquy has no access to it any more.", "“quay”", "let it in", "/discuss reopen ID")
				if s = b.scheduleNow(s); s.Paused {
					t.Errorf("only a thread is lost, and %+v", s)
				}
				if why := b.typed("/discuss why"); !strings.Contains(why, "ended: Colloquy is not let into #general: let it in. /discuss reopen "+d.ID.Short()) {
					t.Errorf("why: %s", why)
				}
			})
		}
	}
}

func TestLostWhileItsPostsGoOut(t *testing.T) {
	b := noticesBench(t)
	b.platform.faults = []fault{{}, {err: refusal("channel_gone")}}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.lost(d, 0)
	if got := b.platform.posts(); len(got) != 2 { // with the notice
		t.Errorf("%d posts", len(got))
	}
	b.expect(1, "1 discussion ended")
	posts, err := b.db.Posts(t.Context(), d.ID)
	for _, p := range posts[1:] {
		if p.State != bot.PostDropped || err != nil {
			t.Errorf("%+v, %v", p, err)
		}
	}
}

func TestLostChannelEndsItsDiscussionsAndPausesItsSchedules(t *testing.T) {
	b := noticesBench(t)
	s, byHand := b.schedule(), b.schedule()
	if _, err := b.engine.SetPaused(t.Context(), byHand, true, time.Time{}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	one := b.discussion()
	b.talk(one)
	b.request(bot.Request{Ref: b.web.URL + "/pier"})
	two := b.discussion()
	other := b.opened("W2")
	b.channelLost(channel, "no_access")
	b.channelLost(one.Channel, "no_access")
	b.channelLost(channel, "no_access")
	if d := b.discussionOf(other.ID); d.State != bot.StateOpen {
		t.Errorf("elsewhere: %+v", d)
	}
	if d := b.discussionOf(two.ID); d.State != bot.StateClosed || d.LostAt.IsZero() {
		t.Errorf("%+v", d)
	}
	b.lost(one, 3)
	b.expect(1, "1 channel is gone, or closed to Colloquy.", "let it in", "/discuss schedule resume ID")
	const why = "its channel cannot be used: Colloquy is not let into #general: let it in"
	if s = b.scheduleNow(s); !s.Paused || s.Reason != why || !s.NextAt.IsZero() {
		t.Errorf("%+v", s)
	}
	if s := b.scheduleNow(byHand); !s.Paused || s.Reason != "" {
		t.Errorf("what a person paused: %+v", s)
	}
	for _, line := range []string{"/discuss why", "/discuss status", "/discuss schedule list"} {
		if got := b.typed(line); !strings.Contains(got, "paused: "+why) {
			t.Errorf("%s: %s", line, got)
		}
	}
	if lines, err := b.audits("channel_lost"); err != nil || len(lines) != 1 || lines[0] != "platform test:W1/general" {
		t.Errorf("audit: %q, %v", lines, err)
	}
	// Somebody mends it and says so.
	b.typed("/discuss schedule resume " + s.ID.Short())
	b.web.publish("mole")
	b.days(1)
	if b.platform.count("mole") != 1 {
		t.Errorf("outcomes %v", b.outcomes())
	}
	b.wait(2 * time.Minute)
	b.expect(2, "Recovered: test:W1/general — posting works again.")
}

func TestRootThatIsRefusedPausesTheChannel(t *testing.T) {
	for _, code := range []string{"no_permission", "no_access", "channel_gone"} {
		b := noticesBench(t)
		b.request(bot.Request{Ref: b.web.URL + "/quay"})
		d := b.discussion()
		b.talk(d)
		s := b.schedule()
		b.web.publish("pier")
		tries := 0
		for range 100 {
			b.platform.faults = append(b.platform.faults, fault{err: refusal(code), after: func() { tries++ }})
		}
		b.wait(2 * time.Hour)
		b.platform.faults = b.platform.faults[:0]
		for range 3 {
			b.wait(24 * time.Hour)
		}
		if s = b.scheduleNow(s); tries != 1 || !s.Paused || !strings.HasPrefix(s.Reason, bot.LostChannel) {
			t.Errorf("%s: %d tries, %+v", code, tries, s)
		}
		if got := b.outcomes(); len(got) != 2 || got[1] != bot.OutcomeFailed {
			t.Errorf("%s: %v", code, got)
		}
		b.expect(1, "1 channel is gone, or closed to Colloquy.", "let it in")
		d = b.discussionOf(d.ID)
		if lost := !d.LostAt.IsZero(); lost != (code != "no_permission") || lost == (b.recap() != "") {
			t.Errorf("%s: the other discussion is lost: %v, its recap: %q", code, lost, b.recap())
		}
	}
}

func TestWriteThatIsRefusedEndsNoRecording(t *testing.T) {
	b := noticesBench(t)
	b.platform.faults = []fault{{}, {err: refusal("no_permission")}}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	if d.State != bot.StateOpen || len(b.platform.posts()) != len(d.Questions) {
		t.Fatalf("%s with %d posts", d.State, len(b.platform.posts()))
	}
	b.platform.unlisted = refusal("no_permission")
	b.connect()
	b.channelLost(d.Channel, "no_permission")
	b.talk(d)
	b.wait(time.Hour)
	if d = b.discussionOf(d.ID); d.State != bot.StateOpen || d.Replies != 3 {
		t.Errorf("%+v", d)
	}
	if all := strings.Join(b.platform.notices(ops), "\n"); !strings.Contains(all, "1 thread cannot be read") || !strings.Contains(all, "a post was refused") {
		t.Errorf("notices: %s", all)
	}
}

// The fate of a post is unknown, and then its place is gone.
func TestPlaceThatGoesWhileAPostIsSent(t *testing.T) {
	for _, root := range []bool{true, false} {
		b := noticesBench(t)
		b.platform.faults = []fault{{}, {err: errCut}}
		if root {
			b.platform.faults = b.platform.faults[1:]
		}
		b.platform.unfound = refusal("channel_gone")
		s := b.schedule()
		b.request(bot.Request{Ref: b.web.URL + "/quay"})
		b.wait(time.Minute)
		b.wait(2 * time.Minute)
		d, s := b.discussion(), b.scheduleNow(s)
		switch {
		case root && (d.State != bot.StateUnknown || !s.Paused):
			t.Errorf("the root: %+v, %+v", d, s)
		case !root && (d.State != bot.StateClosed || d.LostAt.IsZero() || d.Pending || s.Paused):
			t.Errorf("a question: %+v, %+v", d, s)
		}
		if got := b.platform.notices(ops); len(got) != 1 {
			t.Errorf("notices: %q", got)
		}
	}
}

func TestReopenedOnceItCanBeReadAgain(t *testing.T) {
	b := noticesBench(t)
	b.connect()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.talk(d)
	b.wait(8 * time.Minute)
	b.platform.unlisted = refusal("no_access")
	b.wait(2 * time.Minute)
	b.connect()
	b.wait(2 * time.Minute)
	b.expect(1, "1 discussion ended")
	b.platform.unlisted = nil
	b.platform.say(d, "Dan", "Nobody hears this.", false)
	listings := 0
	b.platform.listed = func() { listings++ }
	b.wait(28 * time.Minute)
	b.connect() // it is not listed before somebody says so
	if listings != 0 || b.gaps(d) != "0-10 found 0" {
		t.Errorf("%d listings, gaps %q", listings, b.gaps(d))
	}
	b.typed("/discuss reopen " + d.ID.Short())
	b.work()
	d = b.discussionOf(d.ID)
	if d.State != bot.StateOpen || d.Reason != "" || !d.LostAt.IsZero() || !d.EraseAt.IsZero() || d.Replies != 4 {
		t.Errorf("%+v", d)
	}
	if got := b.gaps(d); got != "0-10 found 0, 10-40 found 1" {
		t.Errorf("gaps: %q", got)
	}
	b.wait(time.Hour)
	b.expect(2, "Recovered:", "it can be read again")
	b.wait(24 * time.Hour)
	if b.recap() == "" {
		t.Error("no recap")
	}
}

// What people delete where we have no access any more is deleted here once we
// have it again.
func TestLostDiscussionIsSweptOnceAWeek(t *testing.T) {
	for code, again := range map[string]int{"no_access": 1, "channel_gone": 0} {
		b := newBench(t)
		b.request(bot.Request{Ref: b.web.URL + "/quay"})
		d := b.discussion()
		b.talk(d)
		b.channelLost(d.Channel, code)
		b.platform.remove(b.replies(d)[0])
		listings := 0
		b.platform.listed = func() { listings++ }
		b.days(6)
		if listings != 0 {
			t.Errorf("%s: %d listings in six days", code, listings)
		}
		b.days(1)
		b.wait(time.Hour)
		if got := b.replies(d); listings != again || got[0].Deleted != (again > 0) {
			t.Errorf("%s: %d listings after a week, deleted: %v", code, listings, got[0].Deleted)
		}
	}
}

// Notices go to the channel that is lost: then its owner hears in person.
func TestNoticesWhoseChannelIsLost(t *testing.T) {
	b, p := directBench(t)
	b.prefer(bot.Preferences{Notices: channel.String()})
	// The platform says who the owner is, and no more.
	i := bot.Installation{Platform: "test", Workspace: "W1", Owner: bot.Person{ID: "owner"}}
	if err := b.engine.InstallationChanged(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	b.web.publish("quay")
	b.platform.faults = []fault{{err: refusal("channel_gone")}, {err: refusal("channel_gone")}}
	b.wait(2 * time.Hour)
	for range 30 {
		b.wait(2 * time.Hour)
	}
	got := b.platform.notices(bot.Channel{Platform: "test", Workspace: "W1", ID: "dm-owner"})
	if len(got) != 1 || !strings.Contains(got[0], "1 channel is gone") || len(b.platform.posts()) != 1 || p.asked != 1 {
		t.Errorf("%q of %d posts", got, len(b.platform.posts()))
	}
	open, err := b.db.Troubles(t.Context(), "", "")
	if err != nil || len(open) != 2 {
		t.Errorf("%+v, %v", open, err)
	}
}

// The recap is being written when the channel goes.
func TestLostWhileItsRecapIsWritten(t *testing.T) {
	w := &late{}
	b := newBench(t, func(o *bot.Options) { w.Writer, o.Writer = o.Writer, w })
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.talk(d)
	w.during = func() {
		if err := b.engine.ChannelLost(t.Context(), channel, refusal("channel_gone")); err != nil {
			t.Error(err)
		}
	}
	b.wait(24 * time.Hour)
	b.lost(d, 3)
	if _, found, err := b.db.Recap(t.Context(), d.ID); found || err != nil {
		t.Errorf("there is a recap, %v", err)
	}
}

// late is a writer during whose recap something happens.
type late struct {
	bot.Writer
	during func()
}

func (w *late) Recap(ctx context.Context, in bot.RecapInput) (bot.Recap, error) {
	w.during()
	return w.Writer.Recap(ctx, in)
}

func TestDeclaredScheduleOfALostChannel(t *testing.T) {
	b := newBench(t)
	b.declare(b.declared())
	b.channelLost(channel, "no_permission")
	if changes := b.declare(b.declared()); changes != "" {
		t.Errorf("read again: %s", changes)
	}
	s := b.named("daily")
	if !s.Paused || !strings.HasPrefix(s.Reason, bot.LostChannel) {
		t.Fatalf("%+v", s)
	}
	if _, err := b.engine.SetPaused(t.Context(), s, false, time.Time{}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.declare(b.declared())
	if s = b.named("daily"); s.Paused || s.NextAt.IsZero() {
		t.Errorf("by hand: %+v", s)
	}
}
