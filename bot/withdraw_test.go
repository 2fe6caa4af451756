package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// shown are the posts that people see, oldest first.
func (p *platform) shown() []bot.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []bot.Message
	for _, m := range p.msgs {
		if m.key != "" && !m.gone {
			out = append(out, m.post)
		}
	}
	return out
}

func TestWithdrawTakesEverythingBack(t *testing.T) {
	b := newBench(t)
	b.schedule()
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	d := b.discussion()
	b.platform.say(d, "Ada", "It would bring people back.", true)
	if got := b.typed("/discuss withdraw"); !strings.Contains(got, `Withdrawing "quay"`) {
		t.Fatal(got)
	}
	if left := b.platform.shown(); len(left) != 0 {
		t.Errorf("still there: %+v", left)
	}
	b.wait(24 * time.Hour) // past its closing, and one more time of the schedule
	d = b.discussion()
	if d.State != bot.StateWithdrawn || len(b.platform.shown()) != 0 {
		t.Errorf("state %s, shown %+v", d.State, b.platform.shown())
	}
	if r := b.replies(d); len(r) != 1 || r[0].Deleted || r[0].Text == "" {
		t.Errorf("replies %+v", r)
	}
	if got := strings.Join(b.outcomes(), " "); got != "withdrawn nothing_new" {
		t.Errorf("outcomes: %s", got)
	}
	if why := b.typed("/discuss why"); !strings.Contains(why, "withdrawn — withdrawn by a manager: quay") {
		t.Errorf("why: %s", why)
	}
	if o := b.request(bot.Request{Ref: b.web.URL + "/quay"}); o.Outcome != bot.OutcomeFailed || !strings.Contains(o.Reason, "withdrawn in this channel") {
		t.Errorf("by hand: %+v", o)
	}
	if got := b.typed("/discuss withdraw " + d.ID.Short()); !strings.Contains(got, "withdrawn already") {
		t.Error(got)
	}
	b.wait(180 * 24 * time.Hour)
	if d = b.discussion(); d.State != bot.StateErased || !b.replies(d)[0].Deleted {
		t.Errorf("past its retention: %s, %+v", d.State, b.replies(d))
	}
}

func TestWithdrawDuringPosting(t *testing.T) {
	for name, test := range map[string]struct {
		faults []fault
		shown  int // before it is withdrawn
	}{
		"a question waits":    {[]fault{{}, {}, {err: bot.RetryAfter(time.Hour, errCut)}}, 2},
		"a question is lost":  {[]fault{{}, {}, {err: errCut}}, 2},
		"a question landed":   {[]fault{{}, {}, {err: errCut, landed: true}}, 3},
		"the root waits":      {[]fault{{err: bot.RetryAfter(time.Hour, errCut)}}, 0},
		"the root has landed": {[]fault{{err: errCut, landed: true}}, 1},
		"the root is lost":    {[]fault{{err: errCut}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.platform.faults = test.faults
			b.request(bot.Request{Ref: b.web.URL + "/quay"})
			if n := len(b.platform.shown()); n != test.shown {
				t.Fatalf("%d posts before", n)
			}
			b.typed("/discuss withdraw")
			b.wait(time.Minute)
			b.wait(2 * time.Hour)
			if d := b.discussion(); d.State != bot.StateWithdrawn || len(b.platform.shown()) != 0 {
				t.Errorf("state %s (%s), shown %+v", d.State, d.Reason, b.platform.shown())
			}
			b.over(b.discussion())
			if got := b.outcomes(); len(got) != 1 || got[0] != bot.OutcomeWithdrawn {
				t.Errorf("outcomes %v", got)
			}
			b.platform.onlyOnce()
		})
	}
}

// over reports a post that still waits for something.
func (b *bench) over(d bot.Discussion) {
	b.t.Helper()
	posts, err := b.db.Posts(b.t.Context(), d.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, p := range posts {
		if p.State != bot.PostRemoved && p.State != bot.PostDropped {
			b.t.Errorf("the post %d of a discussion that was withdrawn is %s", p.Seq, p.State)
		}
	}
}

// Somebody asks for it in the moment in which a post goes out.
func TestWithdrawInTheMiddleOfAPost(t *testing.T) {
	b := newBench(t)
	b.platform.faults = []fault{{}, {after: func() {
		if err := b.engine.Withdraw(t.Context(), b.discussion(), bot.Operator); err != nil {
			t.Error(err)
		}
	}}}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.wait(time.Minute)
	if d := b.discussion(); d.State != bot.StateWithdrawn || len(b.platform.shown()) != 0 {
		t.Errorf("state %s, shown %+v", d.State, b.platform.shown())
	}
}

func TestRootDeletedOnThePlatform(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	root := b.platform.posts()[0].ref
	for range 2 {
		if err := b.engine.ReplyRemoved(t.Context(), root); err != nil {
			t.Fatal(err)
		}
		b.work()
	}
	d := b.discussion()
	if d.State != bot.StateWithdrawn || len(b.platform.shown()) != 0 || len(b.replies(d)) != 0 {
		t.Errorf("state %s, shown %+v, %+v", d.State, b.platform.shown(), b.replies(d))
	}
	if why := b.typed("/discuss why"); !strings.Contains(why, "withdrawn by whoever deleted its post: quay") {
		t.Error(why)
	}
}

func TestWithdrawWherePostsCannotBeRemoved(t *testing.T) {
	b := newBench(t)
	b.platform.unchangeable = bot.Permanent(errors.New("too old"))
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	before := len(b.platform.shown())
	b.typed("/discuss withdraw")
	b.wait(time.Hour)
	left := b.platform.shown()
	if d := b.discussion(); d.State != bot.StateWithdrawn || len(left) != before+1 || !strings.Contains(left[before].Paragraphs[0], "was withdrawn") {
		t.Errorf("state %s, shown %+v", d.State, left)
	}
	b.platform.onlyOnce()
}

func TestRemovalIsTriedAgain(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.platform.unchangeable = errCut
	b.typed("/discuss withdraw")
	if len(b.platform.shown()) == 0 {
		t.Fatal("removed")
	}
	b.platform.unchangeable = nil
	b.wait(time.Minute)
	if d := b.discussion(); d.State != bot.StateWithdrawn || len(b.platform.shown()) != 0 {
		t.Errorf("state %s, shown %+v", d.State, b.platform.shown())
	}
}

func TestExtend(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	b.wait(23 * time.Hour)
	if got := b.typed("/discuss extend --by 2d"); !strings.Contains(got, "closes 4 Mar 08:00 UTC now") {
		t.Fatal(got)
	}
	if root := b.platform.shown()[0]; !strings.Contains(root.Footer, "until 4 Mar 08:00 UTC") {
		t.Errorf("the root says %q", root.Footer)
	}
	b.wait(47 * time.Hour)
	if d := b.discussion(); d.State != bot.StateOpen {
		t.Errorf("closed too early: %s", d.State)
	}
	b.wait(2 * time.Hour)
	if d := b.discussion(); d.State != bot.StateClosed {
		t.Errorf("not closed: %s", d.State)
	}
	for line, want := range map[string]string{
		"/discuss extend":                                  "no discussion here is open",
		"/discuss extend --by soon":                        "no length of time",
		"/discuss recap show " + b.discussion().ID.Short(): "has no recap: a recap needs",
		"/discuss extend " + b.discussion().ID.Short():     "not open: it is closed",
	} {
		if got := b.typed(line); !strings.Contains(strings.ToLower(got), want) {
			t.Errorf("%s: %s", line, got)
		}
	}
}

func TestReopen(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	for _, who := range []string{"Ada", "Ben", "Cleo"} {
		b.platform.say(d, who, "I think that it is worth it, because of the shops.", true)
	}
	b.wait(25 * time.Hour)
	recap := b.platform.shown()[len(b.platform.shown())-1]
	if got := b.typed("/discuss reopen"); !strings.Contains(got, "is open again until") {
		t.Fatal(got)
	}
	if left := b.platform.shown(); left[len(left)-1].Title == recap.Title || b.discussion().State != bot.StateOpen {
		t.Errorf("the old recap is still there, state %s", b.discussion().State)
	}
	b.platform.say(d, "Dan", "I disagree: the buses stop at eight.", true)
	b.wait(25 * time.Hour)
	left := b.platform.shown()
	if last := left[len(left)-1]; !strings.HasPrefix(last.Title, "Recap") || !strings.Contains(last.Paragraphs[0], "4 people wrote 4 replies") {
		t.Errorf("the new recap: %+v", last)
	}
	if r := b.replies(d); len(r) != 4 || r[3].Late {
		t.Errorf("replies %+v", r)
	}
}
