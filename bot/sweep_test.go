package bot_test

import (
	"testing"
	"time"

	"colloquy/bot"
)

// closed is a discussion that closed, with three replies, and how often threads
// were listed since.
func closedBench(t *testing.T, change ...func(*bot.Options)) (*bench, bot.Discussion, []bot.Reply, *int) {
	b := newBench(t, change...)
	listings := 0
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.talk(d)
	b.wait(24 * time.Hour)
	b.platform.listed = func() { listings++ }
	return b, b.discussionOf(d.ID), b.replies(d), &listings
}

// days lets days pass, with a look every hour.
func (b *bench) days(n int) {
	for range n * 24 {
		b.wait(time.Hour)
	}
}

func TestClosedThreadsAreListedOnceADayUntilTheirRetentionEnds(t *testing.T) {
	b, d, replies, listings := closedBench(t)
	b.days(12)
	if *listings < 11 || *listings > 13 {
		t.Errorf("%d listings in twelve days", *listings)
	}
	// Nobody hears any of this, long after late replies are recorded.
	b.platform.remove(replies[0])
	b.platform.edit(replies[1], "I agree after all.")
	b.platform.say(d, "Dan", "I am far too late.", false)
	b.days(1)
	got := b.replies(d)
	if len(got) != 3 || !got[0].Deleted || got[0].Text != "" || got[1].Text != "I agree after all." || got[2].Deleted {
		t.Errorf("%+v", got)
	}
	if gaps := b.gaps(d); gaps != "" {
		t.Errorf("a sweep is no gap: %s", gaps)
	}
	b.wait(180 * 24 * time.Hour)
	*listings = 0
	b.days(3)
	if d = b.discussionOf(d.ID); d.State != bot.StateErased || *listings != 0 {
		t.Errorf("%s, and %d listings after its retention", d.State, *listings)
	}
}

func TestLateReplyThatNobodyHeardIsFoundInADay(t *testing.T) {
	b, d, _, _ := closedBench(t)
	b.wait(time.Minute)
	b.platform.say(d, "Dan", "I am late, and nobody hears it.", false)
	b.days(1)
	if got := b.replies(d); len(got) != 4 || !got[3].Late {
		t.Errorf("%+v", got)
	}
}

func TestWithdrawnThreadsAreSweptForDeletionsAlone(t *testing.T) {
	b, d, replies, _ := closedBench(t)
	b.typed("/discuss withdraw " + d.ID.Short())
	b.work()
	b.platform.remove(replies[0])
	b.platform.edit(replies[1], "I agree after all.")
	b.platform.say(d, "Dan", "Is it over?", false)
	b.days(1)
	got := b.replies(d)
	if len(got) != 3 || !got[0].Deleted || got[1].Text == "I agree after all." || b.discussionOf(d.ID).State != bot.StateWithdrawn {
		t.Errorf("%+v", got)
	}
}

func TestOpenAndEmptyThreadsAreNotSwept(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay", CloseAfter: 29 * 24 * time.Hour})
	listings := 0
	b.platform.listed = func() { listings++ }
	b.talk(b.discussion())
	b.request(bot.Request{Ref: b.web.URL + "/pier", CloseAfter: time.Hour}) // nobody replies
	b.days(5)
	if listings != 2 { // once the thread is open, and before the recap
		t.Errorf("%d listings", listings)
	}
}

func TestSweepThatFails(t *testing.T) {
	b, d, replies, listings := closedBench(t)
	b.platform.remove(replies[0])
	b.platform.unlisted = errCut
	b.days(9)
	if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) != 0 {
		t.Errorf("trouble: %+v, %v", open, err)
	}
	b.platform.unlisted = nil
	b.wait(time.Hour + time.Minute)
	if got := b.replies(d); *listings != 1 || !got[0].Deleted {
		t.Errorf("%d listings, %+v", *listings, got[0])
	}
	// No right to read: somebody may mend that. Gone is gone.
	b.platform.unlisted = refusal("no_access")
	b.days(2)
	b.platform.unlisted = nil
	*listings = 0
	b.days(3)
	if *listings != 0 {
		t.Error("what is closed to us is listed every day")
	}
	b.days(5)
	if *listings == 0 {
		t.Error("what was closed to us is never listed again")
	}
	b.platform.unlisted = refusal("channel_gone")
	b.days(2)
	b.platform.unlisted = nil
	*listings = 0
	b.days(20)
	if *listings != 0 {
		t.Errorf("what is gone is listed %d times", *listings)
	}
	if open, err := b.db.Troubles(t.Context(), "", ""); err != nil || len(open) != 0 {
		t.Errorf("trouble: %+v, %v", open, err)
	}
}

// A closed discussion of long ago is not listed at once after a gap.
func TestGapsLeaveOldDiscussionsToTheSweep(t *testing.T) {
	b, d, replies, listings := closedBench(t)
	b.connect()
	b.days(8)
	b.platform.remove(replies[0])
	*listings = 0
	b.connect()
	if *listings != 0 || b.gaps(d) == "" {
		t.Errorf("%d listings at once, gaps %q", *listings, b.gaps(d))
	}
	b.days(1)
	if got := b.replies(d); !got[0].Deleted {
		t.Errorf("%+v", got[0])
	}
}

// unreadable is a platform that cannot list.
type unreadable struct{ *platform }

func (unreadable) Reconcile() {}

func TestNothingIsSweptWhereNothingCanBeListed(t *testing.T) {
	b, d, _, listings := closedBench(t, func(o *bot.Options) { o.Adapters = []bot.Adapter{unreadable{o.Adapters[0].(*platform)}} })
	b.days(3)
	if got := b.replies(d); len(got) != 3 || *listings != 0 {
		t.Errorf("%+v", got)
	}
}
