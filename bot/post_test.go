package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestEveryPostOnceWhateverFails(t *testing.T) {
	for name, f := range map[string]fault{
		"answer lost":     {err: errCut, landed: true},
		"request lost":    {err: errCut},
		"come back later": {err: bot.RetryAfter(5*time.Second, errors.New("429"))},
	} {
		for at := range 3 { // the root, and questions
			b := newBench(t)
			for range at {
				b.platform.faults = append(b.platform.faults, fault{})
			}
			b.platform.faults = append(b.platform.faults, f)
			b.request(bot.Request{Ref: b.web.URL + "/quay"})
			b.wait(2 * time.Minute)
			d := b.discussion()
			if d.State != bot.StateOpen || len(b.platform.posts()) != 1+len(d.Questions) {
				t.Errorf("%s at %d: %s with %d posts", name, at, d.State, len(b.platform.posts()))
			}
			b.platform.onlyOnce()
		}
	}
}

func TestNothingIsSentAgainBeforeItWasLookedUp(t *testing.T) {
	b := newBench(t)
	b.platform.faults = []fault{{err: errCut, landed: true}}
	b.platform.unfound = errors.New("no history now")
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.wait(30 * time.Minute)
	if n := len(b.platform.posts()); n != 1 {
		t.Fatalf("%d posts while the look-up fails", n)
	}
	b.platform.unfound = nil
	b.wait(time.Minute)
	if d := b.discussion(); d.State != bot.StateOpen {
		t.Errorf("state %s", d.State)
	}
	b.platform.onlyOnce()
}

func TestUnknownFate(t *testing.T) {
	b := newBench(t)
	b.platform.faults = []fault{{err: errCut, landed: true}}
	b.platform.unfound = errors.New("no history")
	o := b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 30 {
		b.wait(time.Hour)
	}
	o, err := b.db.Occurrence(t.Context(), o.ID)
	if err != nil || o.Outcome != bot.OutcomeFailed || !strings.Contains(o.Reason, "cut off") {
		t.Errorf("%+v, %v", o, err)
	}
	if d := b.discussion(); d.State != bot.StateUnknown || len(b.platform.posts()) != 1 {
		t.Errorf("%s with %d posts", d.State, len(b.platform.posts()))
	}
}

// dumb is a platform that can only post.
type dumb struct{ p *platform }

func (d dumb) Platform() string                             { return "test" }
func (d dumb) Run(ctx context.Context, h bot.Handler) error { return d.p.Run(ctx, h) }
func (d dumb) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	p, err := d.p.Post(ctx, ch, m, key)
	p.Thread = bot.Channel{}
	return p, err
}

func TestPlatformThatCanOnlyPost(t *testing.T) {
	var p *platform
	b := newBench(t, func(o *bot.Options) {
		p = o.Adapters[0].(*platform)
		o.Adapters = []bot.Adapter{dumb{p}}
	})
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	if d.State != bot.StateOpen || d.Channel.Thread != "" || len(p.posts()) != 1+len(d.Questions) {
		t.Fatalf("%+v with %d posts", d, len(p.posts()))
	}
	if r := p.say(d, "Ada", "In the channel, as there is no thread.", true); len(b.replies(d)) != 1 {
		t.Errorf("not recorded: %+v", r)
	}
	b.wait(time.Hour)
	p.faults = []fault{{err: errCut}}
	b.request(bot.Request{Ref: b.web.URL + "/mole"})
	b.wait(2 * time.Minute)
	if d := b.discussion(); d.State != bot.StateUnknown {
		t.Errorf("a post that cannot be looked up: %s", d.State)
	}
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Second)
	if gaps, err := b.db.Gaps(t.Context(), d.ID); err != nil || len(gaps) != 1 || gaps[0].Listed {
		t.Errorf("gap that cannot be listed: %+v, %v", gaps, err)
	}
}

func TestRefusedForGood(t *testing.T) {
	b := newBench(t)
	no := fault{err: bot.Permanent(bot.Problemf("no_rights", "Colloquy may not write there: give it the right to"))}
	b.platform.faults = []fault{no}
	o := b.request(bot.Request{Ref: b.web.URL + "/quay"})
	if o.Outcome != bot.OutcomeFailed || !strings.Contains(o.Reason, "may not write") || b.discussion().State != bot.StateFailed {
		t.Errorf("%+v, %s", o, b.discussion().State)
	}
	b.platform.faults = []fault{{}, no}
	o = b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	if o.Outcome != bot.OutcomePosted || d.State != bot.StateOpen || len(b.platform.posts()) != len(d.Questions) || !strings.Contains(d.Reason, "may not write") {
		t.Errorf("one question refused: %+v, %+v, %d posts", o, d, len(b.platform.posts()))
	}
}

func TestDeadline(t *testing.T) {
	b := newBench(t)
	s := b.schedule()
	b.web.publish("quay")
	for range 200 {
		b.platform.faults = append(b.platform.faults, fault{err: bot.RetryAfter(time.Hour, errors.New("429"))})
	}
	b.wait(2 * time.Hour)
	for range 10 {
		b.wait(time.Hour)
	}
	if got := b.outcomes(); len(got) != 1 || got[0] != bot.OutcomeMissed {
		t.Fatalf("outcomes %v", got)
	}
	b.platform.faults = nil
	b.wait(14 * time.Hour) // the next morning
	if d := b.discussion(); d.State != bot.StateOpen || d.Title != "quay" {
		t.Errorf("the article was not tried again: %+v", d)
	}
	_ = s
}

func TestCrashBetweenSendingAndKnowing(t *testing.T) {
	b := newBench(t)
	o, err := b.engine.Request(t.Context(), channel, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator)
	if err != nil {
		t.Fatal(err)
	}
	// The process dies right after its request landed: the database is gone
	// from under it, and nothing of the answer is written.
	b.platform.faults = []fault{{after: func() { _ = b.db.Close() }}}
	if err := b.engine.RunOccurrence(t.Context(), o.ID); err == nil {
		t.Fatal("no error although the database was closed")
	}
	b.start()
	b.work()
	if n := len(b.platform.posts()); n != 1 {
		t.Fatalf("%d posts while the lease of the dead process runs", n)
	}
	b.wait(2 * time.Minute)
	if d := b.discussion(); d.State != bot.StateOpen || len(b.platform.posts()) != 1+len(d.Questions) {
		t.Errorf("%s with %d posts", d.State, len(b.platform.posts()))
	}
	b.platform.onlyOnce()
}

func TestLostLeaseWritesNothing(t *testing.T) {
	b := newBench(t)
	o, err := b.engine.Request(t.Context(), channel, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator)
	if err != nil {
		t.Fatal(err)
	}
	// While the root is being sent, this worker sleeps so long that another
	// one takes the discussion over.
	b.platform.faults = []fault{{after: func() {
		b.mu.Lock()
		b.now = b.now.Add(time.Hour)
		b.mu.Unlock()
		d := b.discussion()
		if ok, err := b.db.AcquireLease(t.Context(), bot.Lease{Subject: "discussion/" + string(d.ID), Token: "other"}, b.clock(), time.Minute); !ok || err != nil {
			t.Errorf("not taken over: %v, %v", ok, err)
		}
	}}}
	if err := b.engine.RunOccurrence(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	d := b.discussion()
	if posts, err := b.db.Posts(t.Context(), d.ID); err != nil || posts[0].State != bot.PostSending || len(b.platform.posts()) != 1 {
		t.Errorf("the sleeper went on: %+v, %v", posts, err)
	}
	b.wait(2 * time.Minute)
	if d := b.discussion(); d.State != bot.StateOpen {
		t.Errorf("nobody finished it: %s", d.State)
	}
	b.platform.onlyOnce()
}
