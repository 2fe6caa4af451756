package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func texts(list []bot.Reply) []string {
	var out []string
	for _, r := range list {
		if !r.Deleted {
			out = append(out, r.Text)
		}
	}
	return out
}

func TestRepliesInAnyOrder(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	p := b.platform
	r := p.say(d, "Ada", "first", true)
	second := p.edit(r, "second")
	third := p.edit(second, "third")
	p.tell(third)
	p.tell(second) // late
	p.tell(r)      // again
	if got := texts(b.replies(d)); !slices.Equal(got, []string{"third"}) {
		t.Errorf("after edits out of order: %q", got)
	}
	if got := b.replies(d)[0]; got.EditedAt.IsZero() {
		t.Errorf("edited, but no time of it: %+v", got)
	}
	never := p.say(d, "Ben", "never seen", false)
	for _, ref := range []bot.MessageRef{r.Ref, never.Ref} {
		if err := b.engine.ReplyRemoved(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
	third.Version += 1000
	if p.tell(third); len(texts(b.replies(d))) != 0 {
		t.Errorf("an edit brought a removed reply back: %q", texts(b.replies(d)))
	}
	if p.tell(never); len(texts(b.replies(d))) != 0 {
		t.Errorf("a removed message came late and was stored: %q", texts(b.replies(d)))
	}
	for _, r := range b.replies(d) {
		if r.Text != "" || r.Author.ID != "" || r.Author.Name != "" {
			t.Errorf("a tombstone keeps %+v", r)
		}
	}
}

func TestOnlyOursIsStored(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	other := d
	other.Channel.Thread = "another"
	r := b.platform.say(other, "Ada", "elsewhere", false)
	if b.platform.tell(r) {
		t.Error("a message outside our threads was recorded")
	}
	if err := b.engine.ReplyRemoved(t.Context(), r.Ref); err != nil {
		t.Error(err)
	}
	b.wait(24 * time.Hour)
	b.wait(7*24*time.Hour + time.Hour)
	if r := b.platform.say(d, "Ada", "much too late", false); b.platform.tell(r) {
		t.Error("a reply a week after closing was recorded")
	}
	if n := len(b.replies(d)); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestQuestionOfAReply(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	if len(d.Questions) < 2 {
		t.Fatalf("the test needs two questions: %+v", d.Questions)
	}
	second := b.platform.posts()[2].ref.MessageID
	for _, test := range []struct {
		text, replyTo string
		want          int
	}{
		{"@2 yes", "", 2}, {"@2: yes", "", 2}, {"2) yes", "", 2}, {"Q2: yes", "", 2}, {"q2. yes", "", 2}, {"  @1 yes", "", 1},
		{"yes", second, 2}, {"@1 yes", second, 1}, {"yes", "unknown", 0},
		{"2 of us agree", "", 0}, {"@20 yes", "", 0}, {"@2nd", "", 0}, {"@everyone", "", 0}, {"2027 was good", "", 0}, {"@99 no such question", "", 0},
	} {
		r := b.platform.say(d, "Ada", test.text, false)
		r.ReplyTo = test.replyTo
		b.platform.tell(r)
		for _, got := range b.replies(d) {
			if got.Ref == r.Ref && got.Question != test.want {
				t.Errorf("%q in answer to %q: question %d, want %d", test.text, test.replyTo, got.Question, test.want)
			}
		}
	}
}

func TestGapIsListedAndWrittenDown(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	if err := b.engine.Connected(ctx, "test", true); err != nil {
		t.Fatal(err)
	}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	p := b.platform
	kept, edited, gone := p.say(d, "Ada", "kept", true), p.say(d, "Ben", "before", true), p.say(d, "Cleo", "gone", true)
	if err := b.engine.Beat(ctx); err != nil {
		t.Fatal(err)
	}
	b.wait(10 * time.Minute) // the process is dead for most of that
	missed := p.say(d, "Dan", "missed", false)
	p.edit(edited, "after")
	p.remove(gone)
	b.wait(10 * time.Minute)
	p.unlisted = errors.New("the platform is down")
	if err := b.engine.Connected(ctx, "test", true); err != nil {
		t.Fatal(err)
	}
	b.work()
	if got := texts(b.replies(d)); len(got) != 3 {
		t.Fatalf("something was inferred from a listing that failed: %q", got)
	}
	p.unlisted = nil
	b.wait(time.Minute)
	got := texts(b.replies(d))
	slices.Sort(got)
	if !slices.Equal(got, []string{"after", "kept", "missed"}) {
		t.Errorf("after the listing: %q", got)
	}
	gaps, err := b.db.Gaps(ctx, d.ID)
	if err != nil || len(gaps) != 1 || gaps[0].Recovered != 1 || !gaps[0].Listed || gaps[0].To.Sub(gaps[0].From) != 20*time.Minute {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
	b.wait(24 * time.Hour)
	posts := p.posts()
	recap := strings.Join(posts[len(posts)-1].post.Paragraphs, "\n")
	if !strings.Contains(recap, "1 reply from that time was found afterwards") {
		t.Errorf("the recap does not name the gap: %s", recap)
	}
	_, _ = kept, missed
}

// An event is lost while the thread is being listed, in the same instant: the
// listing that is under way does not count for it.
func TestGapWhileListing(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	p := b.platform
	b.wait(time.Minute)
	p.listed = func() {
		p.listed = nil
		p.say(d, "Dan", "lost", false)
		if err := b.engine.Connected(ctx, "test", true); err != nil {
			t.Error(err)
		}
	}
	if err := b.engine.Connected(ctx, "test", true); err != nil {
		t.Fatal(err)
	}
	b.work()
	if got := texts(b.replies(d)); !slices.Equal(got, []string{"lost"}) {
		t.Errorf("after two listings: %q", got)
	}
}

func TestOptOutAndErasure(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	p := b.platform
	p.say(d, "Ada", "Mine, to be erased.", true)
	p.say(d, "Ben", "I disagree with that plan, it costs too much for a small town.", true)
	p.say(d, "Cleo", "The buses matter more than the cars, I think.", true)
	if got := b.command("my-data", nil); !strings.Contains(got, "1 reply") || !strings.Contains(got, "Mine, to be erased.") {
		t.Errorf("my-data: %s", got)
	}
	b.command("opt-out", nil)
	if r := p.say(d, "Ada", "not to be stored", false); p.tell(r) {
		t.Error("recorded although its author opted out")
	}
	if got := b.command("forget-me", nil); !strings.Contains(got, "1 reply") {
		t.Errorf("forget-me: %s", got)
	}
	// A listing brings the old messages again.
	if err := b.engine.Connected(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	if got := texts(b.replies(d)); len(got) != 2 {
		t.Errorf("came back: %q", got)
	}
	b.command("opt-in", nil)
	p.say(d, "Ada", "Back again.", true)
	b.wait(24 * time.Hour)
	posts := p.posts()
	for _, q := range posts[len(posts)-1].post.Quotation {
		if strings.Contains(q.Text, "erased") {
			t.Errorf("the recap quotes what was erased: %+v", q)
		}
	}
	if n := len(texts(b.replies(d))); n != 3 {
		t.Errorf("%d replies after opting in again", n)
	}
}

func TestRecapLosesErasedQuotations(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	for _, who := range []string{"Ada", "Ben", "Cleo"} {
		b.platform.say(d, who, who+" thinks that the quay should stay open, because the shops need it.", true)
	}
	b.wait(25 * time.Hour)
	d = b.discussion()
	m, found, err := b.engine.ShowRecap(t.Context(), d)
	if err != nil || !found || len(m.Quotation) == 0 {
		t.Fatalf("%+v, %v, %v", m, found, err)
	}
	who := strings.ToLower(strings.Fields(m.Quotation[0].Text)[0])
	if n, err := b.engine.Erase(t.Context(), bot.Person{Platform: "test", Workspace: "W1", ID: who}, bot.Operator); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	after, _, err := b.engine.ShowRecap(t.Context(), d)
	if err != nil || len(after.Quotation) >= len(m.Quotation) {
		t.Errorf("still quoted: %+v, %v", after.Quotation, err)
	}
}

func TestNoRecapForTooLittle(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	for range 5 {
		b.platform.say(d, "Ada", "Only Ada writes here, again and again.", true)
	}
	before := len(b.platform.posts())
	b.wait(25 * time.Hour)
	if d := b.discussion(); d.State != bot.StateClosed || len(b.platform.posts()) != before {
		t.Errorf("%s, %d posts more", d.State, len(b.platform.posts())-before)
	}
}

// flat is a platform without threads: a discussion is in its channel.
type flat struct{ *platform }

func (p flat) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	posted, err := p.platform.Post(ctx, ch, m, key)
	posted.Thread = bot.Channel{}
	return posted, err
}

// What stood in a channel before a discussion is none of its replies.
func TestOlderMessagesOfAChannelAreNoReplies(t *testing.T) {
	b := newBench(t, func(o *bot.Options) { o.Adapters = []bot.Adapter{flat{o.Adapters[0].(*platform)}} })
	here := bot.Discussion{Channel: channel}
	old := b.platform.say(here, "Ada", "long before", false)
	b.wait(time.Hour)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	if d.Channel.Thread != "" || d.OpenedAt.IsZero() {
		t.Fatalf("discussion %+v", d)
	}
	b.platform.say(d, "Ben", "an answer", true)
	old.Text, old.Version = "long before, and edited now", b.clock().UnixMicro()
	b.platform.tell(old)
	if got := texts(b.replies(d)); !slices.Equal(got, []string{"an answer"}) {
		t.Errorf("recorded %q", got)
	}
}

// blind is a platform that shows us only what is written in forms.
type blind struct{ *platform }

func (blind) FormsOnly() bool { return true }

// Where what people write is not shown to us, the root says how to answer.
func TestRootSaysThatOnlyFormsAreRecorded(t *testing.T) {
	for _, c := range []struct {
		wrap func(bot.Adapter) bot.Adapter
		want bool
	}{
		{func(a bot.Adapter) bot.Adapter { return a }, false},
		{func(a bot.Adapter) bot.Adapter { return blind{a.(*platform)} }, true},
	} {
		b := newBench(t, func(o *bot.Options) { o.Adapters = []bot.Adapter{c.wrap(o.Adapters[0])} })
		b.request(bot.Request{Ref: b.web.URL + "/quay"})
		footer := b.platform.in(channel)[0].Footer
		if strings.Contains(footer, "Only answers by the button “Answer” are recorded here.") != c.want || !strings.Contains(footer, "Replies are recorded until") {
			t.Errorf("only forms %v: %q", c.want, footer)
		}
	}
}

// A listing that brings no newer version may still say that a file is gone, or
// who the author is; what was read of the text before stays.
func TestListingOfTheSameVersion(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	r := b.platform.say(d, "", "ask @Ada", false)
	r.Files = []bot.File{{Name: "a.png", URL: "https://files.example/a"}, {Name: "b.png", URL: "https://files.example/b"}}
	b.platform.tell(r)
	listed := r
	listed.Text, listed.Author.Name = "ask @U123", "Ben"
	listed.Files, listed.Reactions = r.Files[1:], []bot.Reaction{{Key: "👍", Count: 1}}
	b.platform.tell(listed)
	got := b.replies(d)[0]
	if got.Text != "ask @Ada" || got.Author.Name != "Ben" || len(got.Files) != 1 || got.Files[0].Name != "b.png" || len(got.Reactions) != 1 {
		t.Errorf("%+v", got)
	}
	listed.Author.Name, listed.Files = "", r.Files // an older listing
	b.platform.tell(listed)
	if again := b.replies(d)[0]; again.Author.Name != "Ben" || len(again.Files) != 1 {
		t.Errorf("%+v", again)
	}
}
