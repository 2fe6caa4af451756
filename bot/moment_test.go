package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// between does something in the moment between putting a post into words and
// the attempt to send it.
type between struct {
	bot.Store
	then func(bot.Post)
}

func (s *between) BeginSend(ctx context.Context, l bot.Lease, id bot.ID, now time.Time, d time.Duration) (bool, error) {
	if p, err := s.Post(ctx, id); err == nil && s.then != nil {
		s.then(p)
	}
	return s.Store.BeginSend(ctx, l, id, now, d)
}

// A process that is frozen after the attempt was noted, and wakes when its lease is
// another's, must not have all its time left then.
func TestTimeToSendBeginsBeforeTheAttemptIsNoted(t *testing.T) {
	s := &between{}
	b := newBench(t, func(o *bot.Options) { s.Store, o.Store = o.Store, s })
	var noted time.Time
	s.then = func(bot.Post) { noted = time.Now() }
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	limit := noted.Add(b.engine.Settings().SendTimeout)
	if got := b.platform.until; noted.IsZero() || got.IsZero() || got.After(limit) {
		t.Errorf("to be sent by %v, which is after %v", got, limit)
	}
}

func TestReplyErasedBetweenWritingAndSendingOfItsRecap(t *testing.T) {
	s := &between{}
	b := newBench(t, func(o *bot.Options) { s.Store, o.Store = o.Store, s })
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	ada := b.platform.say(d, "Ada", "The quay would bring people back to the shops, as it did in Lindhaven.", true)
	b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Cleo", "People would come back to the shops on the quay, I am sure of that.", true)
	erased := false
	s.then = func(p bot.Post) {
		if p.Kind == bot.PostRecap && !erased {
			erased = true
			b.unsay(ada)
		}
	}
	b.wait(25 * time.Hour)
	if text := b.recap(); !erased || text == "" || strings.Contains(text, "Lindhaven") {
		t.Errorf("erased %v; the recap says: %s", erased, text)
	}
	if d := b.discussion(); d.State != bot.StateClosed || d.Stale {
		t.Errorf("state %s, stale %v", d.State, d.Stale)
	}
	b.platform.onlyOnce()
}

// The same with what shows the recap to managers while it waits.
func TestReplyErasedBetweenWritingAndSendingOfAPreview(t *testing.T) {
	s := &between{}
	var b *bench
	s.then = func(p bot.Post) {
		if p.Kind == bot.PostPreview {
			s.then = nil
			for _, r := range b.replies(bot.Discussion{ID: p.About}) {
				b.unsay(r)
			}
		}
	}
	b = newBench(t, func(o *bot.Options) { s.Store, o.Store = o.Store, s })
	b.prefer(bot.Preferences{Notices: ops.String()})
	b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapPreview })
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	for _, who := range []string{"Ada", "Ben", "Cleo"} {
		b.platform.say(b.discussion(), who, "The shops of the harbour will gain from it, because people come on foot.", true)
	}
	b.wait(25 * time.Hour)
	b.wait(time.Second)
	if text, m := b.platform.reads(ops); s.then != nil || strings.Contains(text, "harbour") || len(m.post.Quotation) > 0 {
		t.Errorf("managers see %q, %+v", text, m.post.Quotation)
	}
}

func TestReopenedWhileItsRecapWaitsForThePlatform(t *testing.T) {
	b, d, _ := heldBench(t)
	b.platform.faults = []fault{{err: bot.RetryAfter(time.Minute, errCut), after: func() {
		if _, err := b.engine.Reopen(t.Context(), d, bot.Operator); err != nil {
			t.Error(err)
		}
	}}}
	if answer, _ := b.ask(ops, "recap post", d.ID.Short()); !strings.Contains(answer, "is being posted") {
		t.Fatal(answer)
	}
	for range 30 {
		b.wait(time.Hour)
	}
	if d = b.discussionOf(d.ID); d.State != bot.StateClosed || !d.Held {
		t.Errorf("it is %s, a new recap waits: %v", d.State, d.Held)
	}
	if text, _ := b.platform.reads(channel); strings.Contains(text, "Recap") {
		t.Errorf("posted: %s", text)
	}
}

func TestReminderThatCouldNotBePostedBeforeTheEnd(t *testing.T) {
	b, d := remindBench(t)
	b.platform.faults = []fault{{err: bot.RetryAfter(3*time.Hour, errCut)}}
	for range 27 {
		b.wait(time.Hour)
	}
	d = b.discussionOf(d.ID)
	if got := b.reminders(); len(got) != 0 || d.State != bot.StateClosed {
		t.Errorf("reminded after the end with %q; %s", got, d.State)
	}
	if want := time.Date(2027, 3, 2, 9, 0, 0, 0, time.UTC); !d.ClosedAt.Equal(want) {
		t.Errorf("closed %s, not %s", d.ClosedAt, want)
	}
}

// stubborn is a platform on which one kind of post cannot be removed.
type stubborn struct {
	*platform
	keeps func(bot.Message) bool
}

func (p *stubborn) Delete(ctx context.Context, ref bot.MessageRef) error {
	for _, m := range p.posts() {
		if m.ref == ref && p.keeps(m.post) {
			return bot.Permanent(errors.New("too old"))
		}
	}
	return p.platform.Delete(ctx, ref)
}

func TestWithdrawWhereOnePostCannotBeRemoved(t *testing.T) {
	p := &stubborn{keeps: func(m bot.Message) bool { return m.Number == 1 }}
	b := newBench(t, func(o *bot.Options) {
		p.platform = o.Adapters[0].(*platform)
		o.Adapters = []bot.Adapter{p}
	})
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.typed("/discuss withdraw")
	b.wait(time.Hour)
	left := b.platform.shown()
	if d := b.discussion(); d.State != bot.StateWithdrawn || len(left) != 2 || left[0].Number != 1 || len(left[1].Paragraphs) != 1 || !strings.Contains(left[1].Paragraphs[0], "was withdrawn") {
		t.Errorf("state %s, shown %+v", d.State, left)
	}
	b.platform.onlyOnce()
}

// A recap that can neither be removed nor changed keeps no worker busy.
func TestWithdrawnRecapThatCannotBeChangedIsLeftAlone(t *testing.T) {
	b := newBench(t)
	d, r := recapped(t, b)
	b.platform.unchangeable = bot.Permanent(errors.New("too old"))
	b.typed("/discuss withdraw")
	b.unsay(r)
	b.wait(time.Minute)
	runs, err := b.db.ClaimDue(t.Context(), b.clock().Add(10*time.Minute), 10, b.engine.Plan, enqueueFirst(bot.WorkDiscussion, new(bot.ID)))
	if err != nil || runs != 0 {
		t.Errorf("%d rows are due all the time (%s, %v)", runs, b.discussionOf(d.ID).State, err)
	}
}
