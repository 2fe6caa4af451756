package bot_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"colloquy/bot"
)

// threads is a platform where a thread has to be started, which can fail.
type threads struct {
	*platform
	err   error
	tries int
	names []string // of the threads
}

func (p *threads) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	posted, err := p.platform.Post(ctx, ch, m, key)
	posted.Thread = bot.Channel{}
	return posted, err
}

func (p *threads) FindPost(ctx context.Context, ch bot.Channel, key string, since time.Time) (bot.Posted, bool, error) {
	posted, found, err := p.platform.FindPost(ctx, ch, key, since)
	posted.Thread = bot.Channel{}
	return posted, found, err
}

func (p *threads) StartThread(_ context.Context, root bot.MessageRef, name, _ string) (bot.Channel, error) {
	p.names = append(p.names, name)
	if p.tries++; p.tries > 500 {
		return bot.Channel{}, bot.Permanent(errors.New("the test has seen enough"))
	}
	thread := root.Channel
	thread.Thread = root.MessageID
	return thread, p.err
}

func newThreads(t *testing.T) (*bench, *threads) {
	var p *threads
	b := newBench(t, func(o *bot.Options) {
		p = &threads{platform: o.Adapters[0].(*platform), err: errCut}
		o.Adapters = []bot.Adapter{p}
	})
	return b, p
}

func TestThreadThatDoesNotStartIsTriedWithPauses(t *testing.T) {
	b, p := newThreads(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 10 {
		b.wait(time.Minute)
	}
	if p.tries < 3 || p.tries > 20 {
		t.Errorf("%d tries in ten minutes", p.tries)
	}
	p.err = nil
	b.wait(time.Minute)
	if d := b.discussion(); d.State != bot.StateOpen || d.Channel.Thread == "" || len(p.posts()) != 1+len(d.Questions) {
		t.Errorf("%+v with %d posts", d, len(p.posts()))
	}
	b.platform.onlyOnce()
}

func TestThreadThatNeverStarts(t *testing.T) {
	b, p := newThreads(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 26 {
		b.wait(time.Hour)
	}
	if d := b.discussion(); d.State != bot.StateOpen || d.Channel.Thread != "" || len(p.posts()) != 1+len(d.Questions) {
		t.Errorf("the questions are not in the channel: %+v with %d posts", d, len(p.posts()))
	}
}

// poster starts threads but cannot look a post up.
type poster struct{ *threads }

func (poster) FindPost() {}

func TestThreadThatDoesNotStartWhereNothingCanBeLookedUp(t *testing.T) {
	var p *threads
	b := newBench(t, func(o *bot.Options) {
		p = &threads{platform: o.Adapters[0].(*platform), err: errCut}
		o.Adapters = []bot.Adapter{poster{p}}
	})
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.wait(2 * time.Minute)
	if d := b.discussion(); d.State != bot.StateOpen || len(p.posts()) != 1+len(d.Questions) {
		t.Errorf("the root is out, but its discussion is %s with %d posts", d.State, len(p.posts()))
	}
}

func TestDiscussionEndsThoughItsThreadCannotBeListed(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	b.platform.say(d, "Ada", "The quay belongs to people on foot, and the shops will gain.", true)
	b.platform.say(d, "Ben", "I do not agree: the shops will lose their deliveries.", true)
	b.platform.say(d, "Cy", "Build the car park first, then close the quay.", true)
	b.platform.unlisted = errors.New("the channel is gone")
	b.wait(time.Minute)
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	for range 26 {
		b.wait(time.Hour)
	}
	if d := b.discussion(); d.State != bot.StateClosing {
		t.Errorf("due for closing, and %s", d.State)
	}
	for range 26 {
		b.wait(time.Hour)
	}
	if d := b.discussion(); d.State != bot.StateClosed || len(b.platform.posts()) != 2+len(d.Questions) {
		t.Errorf("after a day without a listing: %s with %d posts", d.State, len(b.platform.posts()))
	}
	if gaps, err := b.db.Gaps(t.Context(), d.ID); err != nil || len(gaps) != 1 || gaps[0].Listed {
		t.Errorf("%+v, %v", gaps, err)
	}
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	b.wait(181 * 24 * time.Hour)
	b.wait(time.Minute)
	if d := b.discussion(); d.State != bot.StateErased || d.Replies != 0 {
		t.Errorf("past its retention: %s with %d replies", d.State, d.Replies)
	}
}

// gone is a platform whose threads cannot be listed.
type gone struct {
	*platform
	tries int
}

func (p *gone) Reconcile(context.Context, bot.Channel, []bot.MessageRef) iter.Seq2[bot.Change, error] {
	return func(yield func(bot.Change, error) bool) {
		p.tries++
		yield(bot.Change{}, errCut)
	}
}

func TestListingThatFailsIsTriedLessAndLess(t *testing.T) {
	var p *gone
	b := newBench(t, func(o *bot.Options) {
		p = &gone{platform: o.Adapters[0].(*platform)}
		o.Adapters = []bot.Adapter{p}
	})
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 23 * 60 {
		b.wait(time.Minute)
	}
	if p.tries < 24 || p.tries > 100 {
		t.Errorf("%d tries in a day", p.tries)
	}
	b.wait(time.Hour)
	b.wait(25 * time.Hour)
	if d := b.discussion(); d.State != bot.StateClosed {
		t.Fatal(d.State)
	}
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		b.wait(24 * time.Hour)
	}
	p.tries = 0
	for range 10 {
		b.wait(24 * time.Hour)
	}
	if p.tries > 0 {
		t.Errorf("%d tries after replies were no longer recorded", p.tries)
	}
}

func TestGapThatBeginsDuringAListingIsListedToo(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	first := true
	b.platform.listed = func() {
		if !first {
			return
		}
		first = false
		// While the listing is under way the connection is lost, somebody
		// writes, and the connection is back.
		b.platform.say(d, "Ada", "Nobody heard this, and the listing had passed it.", false)
		b.mu.Lock()
		b.now = b.now.Add(time.Second)
		b.mu.Unlock()
		if err := b.engine.Connected(t.Context(), "test", true); err != nil {
			t.Error(err)
		}
	}
	b.mu.Lock()
	b.now = b.now.Add(time.Minute)
	b.mu.Unlock()
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	b.work()
	b.wait(2 * time.Minute)
	if got := b.replies(d); len(got) != 1 {
		t.Errorf("%d replies", len(got))
	}
	gaps, err := b.db.Gaps(t.Context(), d.ID)
	if err != nil || len(gaps) != 2 || !gaps[0].Listed || !gaps[1].Listed || gaps[1].Recovered != 1 {
		t.Errorf("%+v, %v", gaps, err)
	}
}

func TestQuestionThatNeverArrivesIsGivenUp(t *testing.T) {
	b := newBench(t)
	b.platform.faults = []fault{{}}
	for range 10000 {
		b.platform.faults = append(b.platform.faults, fault{err: errCut})
	}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	for range 30 * 60 {
		b.wait(time.Minute)
	}
	d := b.discussion()
	if d.State != bot.StateClosed || d.Reason == "" || len(b.platform.posts()) != 1 {
		t.Errorf("after 30 hours: %s (%s) with %d posts", d.State, d.Reason, len(b.platform.posts()))
	}
}

// mute is a writer that never writes a recap.
type mute struct {
	bot.Writer
	tries int
}

func (m *mute) Recap(context.Context, bot.RecapInput) (bot.Recap, error) {
	m.tries++
	return bot.Recap{}, errors.New("no words today")
}

func TestRecapThatCannotBeWrittenKeepsNoDiscussionOpen(t *testing.T) {
	m := &mute{}
	b := newBench(t, func(o *bot.Options) { m.Writer, o.Writer = o.Writer, m })
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	for _, who := range []string{"Ada", "Ben", "Cy"} {
		b.platform.say(d, who, "The shops will lose their deliveries, says "+who+".", true)
	}
	for range 26 {
		b.wait(time.Hour)
	}
	if d := b.discussion(); d.State != bot.StateClosing || m.tries < 2 {
		t.Errorf("%s after %d tries", d.State, m.tries)
	}
	for range 48 {
		b.wait(time.Hour)
	}
	if d := b.discussion(); d.State != bot.StateClosed || d.EraseAt.IsZero() {
		t.Errorf("%s, erased at %s", d.State, d.EraseAt)
	}
}

// slow is a platform whose first request takes long.
type slow struct {
	*platform
	during func()
}

func (p *slow) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	if f := p.during; f != nil {
		p.during = nil
		f()
	}
	return p.platform.Post(ctx, ch, m, key)
}

// A machine that slept, or had its clock set, while a request was under way.
func TestClockThatJumpsWhileAPostIsUnderWay(t *testing.T) {
	p := &slow{}
	b := newBench(t, func(o *bot.Options) {
		p.platform = o.Adapters[0].(*platform)
		o.Adapters = []bot.Adapter{p}
	})
	p.during = func() { b.wait(time.Hour - time.Minute) }
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.wait(2 * time.Minute)
	if d := b.discussion(); d.State != bot.StateOpen || len(p.posts()) != 1+len(d.Questions) {
		t.Errorf("%s with %d posts", d.State, len(p.posts()))
	}
	b.platform.onlyOnce()
}

// meddler does something right after a discussion was read.
type meddler struct {
	bot.Store
	after func(bot.Discussion)
}

func (m *meddler) Discussion(ctx context.Context, id bot.ID) (bot.Discussion, error) {
	d, err := m.Store.Discussion(ctx, id)
	if m.after != nil && err == nil {
		m.after(d)
	}
	return d, err
}

func TestWhatIsAskedForWhileAWorkerLooksIsDone(t *testing.T) {
	for name, ask := range map[string]func(*bench, bot.Discussion) error{
		"close":  func(b *bench, d bot.Discussion) error { return b.engine.Close(b.t.Context(), d, bot.Operator) },
		"listed": func(b *bench, _ bot.Discussion) error { return b.engine.Connected(b.t.Context(), "test", true) },
	} {
		m := &meddler{}
		b := newBench(t, func(o *bot.Options) { m.Store, o.Store = o.Store, m })
		m.after = func(d bot.Discussion) {
			if d.State == bot.StateOpen && !d.List {
				m.after = nil
				if err := ask(b, d); err != nil {
					t.Error(name, err)
				}
			}
		}
		b.request(bot.Request{Ref: b.web.URL + "/quay"})
		if m.after != nil {
			t.Fatal("nothing was asked")
		}
		b.wait(2 * time.Minute)
		if d := b.discussion(); d.List || name == "close" && d.State != bot.StateClosed {
			t.Errorf("%s: two minutes later it is %s, to be listed: %v", name, d.State, d.List)
		}
	}
}

// What a worker left behind that was killed goes on as soon as its lease ran out.
func TestLeaseOfTheDead(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	if ok, err := b.db.AcquireLease(t.Context(), bot.Lease{Subject: "discussion/" + string(d.ID), Token: "dead"}, b.clock(), 30*time.Second); err != nil || !ok {
		t.Fatal(ok, err)
	}
	b.platform.say(d, "Ada", "while nobody listened", false)
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Second)
	if got := texts(b.replies(d)); len(got) != 0 {
		t.Fatalf("listed under the lease of another: %q", got)
	}
	b.wait(30 * time.Second)
	if got := texts(b.replies(d)); len(got) != 1 {
		t.Errorf("31 s after a crash %q is listed", got)
	}
}
