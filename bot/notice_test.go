package bot_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var ops = bot.Channel{Platform: "test", Workspace: "W1", ID: "ops"}

// notices are the texts of the notices in a channel, oldest first.
func (p *platform) notices(in bot.Channel) []string {
	var out []string
	for _, m := range p.posts() {
		if m.ref.Channel == in {
			out = append(out, strings.Join(append(append([]string{}, m.post.Paragraphs...), m.post.Lines...), "\n"))
		}
	}
	return out
}

// prefer sets what the managers of the installation decided.
func (b *bench) prefer(p bot.Preferences) {
	b.t.Helper()
	err := b.db.ChangePreferences(b.t.Context(), channel.Platform, channel.Workspace, b.clock(), func(old *bot.Preferences) (bot.Audit, error) {
		*old, old.Zone = p, cmp.Or(p.Zone, "UTC")
		return bot.Audit{}, nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func noticesBench(t *testing.T, change ...func(*bot.Options)) *bench {
	b := newBench(t, change...)
	b.prefer(bot.Preferences{Notices: ops.String()})
	return b
}

// expect checks that there is one more notice in ops, with these parts.
func (b *bench) expect(n int, parts ...string) {
	b.t.Helper()
	all := b.platform.notices(ops)
	if len(all) != n {
		b.t.Fatalf("%d notices, want %d: %q", len(all), n, all)
	}
	for _, p := range parts {
		if !strings.Contains(all[n-1], p) {
			b.t.Errorf("the notice lacks %q: %s", p, all[n-1])
		}
	}
}

func TestFeedThatFailsIsToldOnceAndThatItIsBack(t *testing.T) {
	b := noticesBench(t)
	b.schedule()
	b.web.status = 500
	b.wait(15 * time.Minute)
	b.wait(16 * time.Minute)
	b.expect(0)
	b.wait(31 * time.Minute) // the third in a row
	b.wait(14 * time.Minute)
	b.expect(0)
	b.wait(2 * time.Minute)
	b.expect(1, "1 feed cannot be read.", "The Harbour Post (", "feed test ID")
	for range 5 * 24 {
		b.wait(time.Hour)
	}
	b.expect(1)
	b.web.status = 0
	b.wait(25 * time.Hour)
	b.expect(2, "Recovered: The Harbour Post (", "it is read again")
	if strings.Contains(b.platform.notices(ops)[1], "cannot be read") {
		t.Error(b.platform.notices(ops)[1])
	}
	for range 10 {
		b.wait(24 * time.Hour)
	}
	b.expect(2)
	if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) > 0 {
		t.Errorf("%+v, %v", open, err)
	}
	b.platform.onlyOnce()
}

func TestFeedThatFlapsIsToldOnceAnHourAtMost(t *testing.T) {
	b := noticesBench(t)
	s := b.schedule()
	var told []time.Time
	for n := range 12 * 60 {
		b.wait(time.Minute)
		b.web.status = 0
		if n%40 > 15 {
			b.web.status = 500
		}
		f, err := b.db.Feed(t.Context(), s.Feeds[0])
		if err != nil {
			t.Fatal(err)
		}
		f.NextAt, f.Failures = b.clock(), min(f.Failures, 5) // or it would be stopped
		if err := b.db.PutFeed(t.Context(), f, bot.Audit{}); err != nil {
			t.Fatal(err)
		}
		for range len(b.platform.notices(ops)) - len(told) {
			told = append(told, b.clock())
		}
	}
	if len(told) < 2 {
		t.Fatalf("told at %v", told)
	}
	for i := 1; i < len(told); i++ {
		if told[i].Sub(told[i-1]) < time.Hour-time.Minute {
			t.Errorf("told at %v and %v", told[i-1], told[i])
		}
	}
}

func TestAThousandFeedsFailAtOnce(t *testing.T) {
	b := noticesBench(t)
	b.web.status = 500
	const feeds = 1000
	for n := range feeds {
		f := bot.Feed{ID: bot.NewID(b.clock()), URL: fmt.Sprintf("%s/feed.xml?%d", b.web.URL, n), Title: fmt.Sprintf("Feed %d", n), State: bot.FeedFailing,
			Failures: 2, CreatedAt: b.clock(), NextAt: b.clock().Add(time.Minute)}
		if err := b.db.PutFeed(t.Context(), f, bot.Audit{}); err != nil {
			t.Fatal(err)
		}
		if err := b.db.LinkFeed(t.Context(), f.ID, channel, bot.Audit{}); err != nil {
			t.Fatal(err)
		}
	}
	b.wait(time.Minute)
	b.wait(20 * time.Minute)
	b.expect(1, "1000 feeds cannot be read.", "and 995 more")
	if m := b.platform.posts()[0].post; len(m.Lines) != 6 {
		t.Errorf("%d lines", len(m.Lines))
	}
}

func TestPostRefusedForGood(t *testing.T) {
	b := noticesBench(t)
	b.schedule()
	no := fault{err: bot.Permanent(bot.Problemf("no_rights", "Colloquy may not write there: give it the right to"))}
	b.platform.faults = []fault{no}
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	b.wait(2 * time.Minute)
	b.expect(1, "In 1 channel, a post was refused for good.", "test:W1/general: the discussion of “quay”: Colloquy may not write there", "give Colloquy the right")
	b.platform.faults = []fault{no}
	b.wait(23 * time.Hour) // it happens again, within a day
	b.expect(1)
	b.wait(2 * time.Hour)
	b.expect(2, "(2 times)")
	b.wait(22 * time.Hour)
	b.expect(3, "Recovered: test:W1/general — posting works again.")
}

func TestWhatWasMissedIsOneNotice(t *testing.T) {
	b := noticesBench(t)
	for _, id := range []string{"general", "b", "c"} {
		b.schedule(func(s *bot.Schedule) { s.Channel.ID = id })
	}
	b.web.publish("quay")
	b.web.at[0] = b.clock().Add(3 * 24 * time.Hour)
	b.wait(3*24*time.Hour + 2*time.Hour)
	b.wait(2 * time.Minute)
	b.expect(1, "In 3 channels, what was due was not posted in time.", "test:W1/b: 3 discussions were not posted, the last due Wed 3 Mar 2027 09:00 UTC", "; it works again")
	b.wait(23 * time.Hour)
	b.expect(1)
}

func TestPostOfUnknownFateIsTold(t *testing.T) {
	b := noticesBench(t)
	b.platform.faults = []fault{{}, {err: errCut, landed: true}}
	b.platform.unfound = errors.New("no history")
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 30 {
		b.wait(time.Hour)
	}
	b.platform.unfound = nil
	b.expect(1, "Nobody knows whether 1 post is out.", "question 1 of “quay” in test:W1/general", "look in the channel")
	for range 8 {
		b.wait(24 * time.Hour)
	}
	b.expect(1)
	if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) > 0 {
		t.Errorf("after a week: %+v, %v", open, err)
	}
}

func TestThreadThatDoesNotStartIsTold(t *testing.T) {
	b, p := newThreads(t)
	b.prefer(bot.Preferences{Notices: ops.String()})
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 9 {
		b.wait(time.Minute)
	}
	b.expect(0)
	for range 5 {
		b.wait(time.Minute)
	}
	b.expect(1, "In 1 channel, the thread of a discussion does not start.", "test:W1/general: that of “quay”")
	p.err = nil
	b.wait(time.Hour)
	b.wait(time.Minute)
	b.expect(2, "Recovered: test:W1/general — threads start again.")
}

func TestListingThatFailsForAnHourIsTold(t *testing.T) {
	b := noticesBench(t)
	b.platform.unlisted = errors.New("no history")
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 5 {
		b.wait(10 * time.Minute)
	}
	b.expect(0)
	for range 4 {
		b.wait(10 * time.Minute)
	}
	b.expect(1, "1 thread cannot be read: replies may be missing from it.", "“quay” in test:W1/general: since 1 Mar 08:00 UTC")
	b.platform.unlisted = nil
	for range 8 {
		b.wait(10 * time.Minute)
	}
	b.expect(2, "Recovered: “quay” in test:W1/general — it was read, and is complete.")
}

func TestRecapThatCannotBeWrittenIsTold(t *testing.T) {
	m := &mute{}
	b := noticesBench(t, func(o *bot.Options) { m.Writer, o.Writer = o.Writer, m })
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	for _, who := range []string{"Ada", "Ben", "Cy"} {
		b.platform.say(d, who, "A secret of "+who+" about deliveries.", true)
	}
	for range 27 {
		b.wait(time.Hour)
	}
	b.expect(1, "1 recap cannot be written.", "“quay” in test:W1/general")
	if strings.Contains(b.platform.notices(ops)[0], "secret") {
		t.Error("a notice repeats what people wrote")
	}
	for range 48 {
		b.wait(time.Hour)
	}
	if d := b.discussion(); d.State != bot.StateClosed {
		t.Fatal(d.State)
	}
}

func TestScheduleWhoseTimesDoNotComeAgainIsTold(t *testing.T) {
	b := noticesBench(t)
	s := b.schedule()
	s.Cron, s.NextAt = "0 0 30 2 *", b.clock().Add(time.Minute)
	if err := b.db.PutSchedule(t.Context(), s, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	b.wait(2 * time.Minute)
	b.expect(1, "1 schedule is paused, because its times do not come again.", "schedule "+s.ID.Short()+" in test:W1/general")
	s.Cron = "0 9 * * *"
	if _, err := b.engine.SetPaused(t.Context(), s, false, time.Time{}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Hour)
	b.expect(2, "Recovered: schedule "+s.ID.Short())
}

func TestNoticeThatCannotBeDeliveredCausesNone(t *testing.T) {
	b := noticesBench(t)
	b.schedule()
	gone := fault{err: bot.Permanent(bot.Problemf("no_channel", "there is no such channel: name another"))}
	b.platform.faults = []fault{gone, gone}
	b.web.publish("quay")
	for range 24 {
		b.wait(time.Hour)
	}
	b.expect(0)
	open, err := b.db.Troubles(t.Context(), "", "")
	if err != nil || len(open) != 2 || open[0].Cause != bot.CauseNotice || !strings.Contains(open[0].Text, "no such channel") {
		t.Fatalf("%+v, %v", open, err)
	}
	b.wait(3 * time.Hour) // quay is posted
	b.expect(1, "Recovered: test:W1/general")
	b.wait(time.Hour)
	if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) > 0 {
		t.Errorf("%+v, %v", open, err)
	}
}

func TestNoticeIsHostileSafeAndBounded(t *testing.T) {
	b := noticesBench(t)
	nasty := "@everyone \x1b[31m\u202e<script>\n\n" + strings.Repeat("x y ", 5000)
	for n := range 9 {
		f := bot.Feed{ID: bot.NewID(b.clock()), URL: fmt.Sprintf("%s/feed.xml?%d", b.web.URL, n), Title: nasty, State: bot.FeedFailing,
			Failures: 19, CreatedAt: b.clock(), NextAt: b.clock()}
		if err := b.db.PutFeed(t.Context(), f, bot.Audit{}); err != nil {
			t.Fatal(err)
		}
		if err := b.db.LinkFeed(t.Context(), f.ID, channel, bot.Audit{}); err != nil {
			t.Fatal(err)
		}
	}
	b.web.status = 404
	b.work()
	b.wait(16 * time.Minute)
	b.expect(1, "9 feeds cannot be read.", "stopped after 20 failures in a row", "and 4 more")
	text := b.platform.notices(ops)[0]
	if len(text) > 4000 || strings.ContainsAny(text, "\x1b\u202e") || b.platform.posts()[0].post.Ping != "" {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func TestStatusTellsManagersOfTrouble(t *testing.T) {
	b := noticesBench(t)
	b.schedule()
	b.fail()
	for manager, want := range map[bool]string{true: "1 trouble: In 1 channel, a post was refused for good. test:W1/general: the discussion of “quay”: ", false: ""} {
		a, err := b.engine.Command(t.Context(), bot.Command{Name: "status", Channel: channel, Actor: bot.Actor{Manager: manager}})
		got := strings.Join(a.Message.Lines, "\n")
		if err != nil || !strings.Contains(got, want) || !manager && strings.Contains(got, "trouble") {
			t.Errorf("manager %v: %s, %v", manager, got, err)
		}
	}
}

func TestDraftThatIsHeldIsTold(t *testing.T) {
	b := noticesBench(t)
	desk := bot.Channel{Platform: "test", Workspace: "W1", ID: "desk"}
	b.schedule(func(s *bot.Schedule) {
		s.Rules.Approve, s.Rules.ApproveBefore, s.Rules.Unattended = desk, 30*time.Minute, bot.UnattendedHold
	})
	b.web.publish("quay")
	b.wait(45 * time.Minute) // it is shown
	b.expect(0)
	b.wait(20 * time.Minute) // nobody answers
	b.wait(2 * time.Minute)
	b.expect(1, "In 1 channel, a draft is held: nobody answered it.", "test:W1/general: \"quay\" waits in test:W1/desk for a manager", "answer it where it was shown")
	b.wait(2 * time.Hour)
	said, _ := b.ask(desk, "draft post", "")
	b.wait(time.Second)
	b.expect(2, "Recovered: test:W1/general — posting goes on.")
	if d := b.discussion(); d.Title != "quay" || d.State != bot.StateOpen {
		t.Errorf("%s: %+v", said, d)
	}
}

func TestTroubleOfWhatIsNoMore(t *testing.T) {
	for name, remove := range map[string]func(*bench, bot.Schedule) error{
		"feed removed": func(b *bench, s bot.Schedule) error { return b.db.RemoveFeed(b.t.Context(), s.Feeds[0], bot.Audit{}) },
		"feed taken off": func(b *bench, s bot.Schedule) error {
			return b.db.UnlinkFeed(b.t.Context(), s.Feeds[0], channel, bot.Audit{})
		},
		"schedule removed": func(b *bench, s bot.Schedule) error { return b.engine.RemoveSchedule(b.t.Context(), s, bot.Operator) },
	} {
		b := noticesBench(t)
		s := b.schedule()
		b.web.status = 410 // gone for good
		if name == "schedule removed" {
			b.web.status = 0
			s.Cron, s.NextAt = "0 0 30 2 *", b.clock().Add(time.Minute)
			if err := b.db.PutSchedule(t.Context(), s, bot.Audit{}); err != nil {
				t.Fatal(err)
			}
		}
		b.wait(20 * time.Minute)
		b.wait(20 * time.Minute)
		b.expect(1)
		if err := remove(b, s); err != nil {
			t.Fatal(err)
		}
		if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) > 0 {
			t.Errorf("%s: %+v, %v", name, open, err)
		}
		b.wait(10 * 24 * time.Hour)
		b.expect(1)
	}
}
