package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestNothingIsPostedTwice(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	s := b.schedule()
	b.web.publish("first")
	b.wait(2 * time.Hour) // due at 9:00
	d := b.discussion()
	b.platform.say(d, "Ada", "It would bring people back.", true)
	b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Ada", "Then they should run until ten.", true)
	b.wait(time.Hour)
	copied := b.backup()
	b.web.publish("second")
	b.wait(24 * time.Hour) // the first closes, the second is posted
	b.web.publish("third")
	b.wait(24 * time.Hour)
	b.command("withdraw", nil)
	b.work()
	if n := b.platform.count("Recap: first"); n != 1 || b.platform.count("second") != 1 || b.platform.count("third") != 0 {
		t.Fatalf("%d recaps", n)
	}
	before := len(b.platform.posts())
	did := b.restore(copied)
	b.wait(2 * time.Minute)
	if n := len(b.platform.posts()); n != before {
		t.Errorf("%d posts more", n-before)
	}
	b.wait(22 * time.Hour) // its next time
	b.wait(24 * time.Hour)
	for title, want := range map[string]int{"first": 1, "second": 1, "third": 0, "Recap: first": 1} {
		if n := b.platform.count(title); n != want {
			t.Errorf("%s is there %d times", title, n)
		}
	}
	b.platform.onlyOnce()
	if did.Openings != 2 || did.Missed != 2 {
		t.Errorf("%+v", did)
	}
	if got := strings.Join(b.outcomes(), " "); got != "posted missed missed nothing_new nothing_new" {
		t.Errorf("outcomes: %s", got)
	}
	list, err := b.db.Occurrences(t.Context(), channel, s.ID, 10)
	if err != nil || !strings.HasPrefix(list[2].Reason, "restored from a backup of 1 Mar 2027 11:00 UTC") {
		t.Errorf("%+v, %v", list, err)
	}
	if o := b.request(bot.Request{Ref: b.web.URL + "/third"}); o.Outcome != bot.OutcomeFailed || !strings.Contains(o.Reason, "withdrawn") {
		t.Errorf("what was withdrawn, by hand: %+v", o)
	}
	if o := b.request(bot.Request{Ref: b.web.URL + "/second"}); o.Outcome != bot.OutcomePosted {
		t.Errorf("what was posted, by hand: %+v", o)
	}
}

// A discussion that was being posted when the copy was made is found on the
// platform, at whatever post it was.
func TestPostsUnderWayAreFound(t *testing.T) {
	onFile(t)
	for sent := range 4 {
		b := newBench(t)
		b.connect()
		var copied string
		for range sent {
			b.platform.faults = append(b.platform.faults, fault{})
		}
		b.platform.faults = append(b.platform.faults, fault{after: func() { copied = b.backup() }}) // it is out, and nobody wrote that down
		b.request(bot.Request{Ref: b.web.URL + "/quay"})
		d, before := b.discussion(), len(b.platform.posts())
		b.platform.say(d, "Ada", "Said before it was restored.", true)
		b.wait(time.Hour)
		did := b.restore(copied)
		b.wait(time.Minute)
		if d = b.discussion(); d.State != bot.StateOpen || len(b.platform.posts()) != before || did.LookUps != before-sent {
			t.Errorf("cut off after %d posts: %s, %d posts and then %d, %+v", sent, d.State, before, len(b.platform.posts()), did)
		}
		b.platform.onlyOnce()
		if got := b.saidBy(d, "Ada"); len(got) != 1 {
			t.Errorf("after %d posts: %q", sent, got)
		}
		if gaps, err := b.db.Gaps(t.Context(), d.ID); err != nil || len(gaps) != 1 || !gaps[0].Listed || gaps[0].Recovered != 1 {
			t.Errorf("after %d posts: gaps %+v, %v", sent, gaps, err)
		}
		if root := b.platform.posts()[0].post; sent == 0 && !strings.Contains(root.Footer, "until "+d.ClosesAt.Format("2 Jan 15:04")) {
			t.Errorf("it closes %s, and the root says %q", d.ClosesAt, root.Footer)
		}
	}
}

// What surely is not out is posted, unless its deadline is over.
func TestPostsThatNeverWentOut(t *testing.T) {
	onFile(t)
	for wait, want := range map[time.Duration]string{10 * time.Minute: bot.OutcomePosted, 2 * time.Hour: bot.OutcomeMissed} {
		b := newBench(t)
		var copied string
		b.platform.faults = []fault{{err: errCut, after: func() { copied = b.backup() }}}
		b.request(bot.Request{Ref: b.web.URL + "/quay"}) // is to be out within an hour
		b.wait(wait)
		b.platform.msgs = nil // as if the platform had lost it
		b.restore(copied)
		b.wait(time.Minute)
		if got := b.outcomes(); got[0] != want || (len(b.platform.posts()) > 0) != (want == bot.OutcomePosted) {
			t.Errorf("after %s: %v, %d posts", wait, got, len(b.platform.posts()))
		}
	}
}

// A platform that cannot be asked at first is asked again, however old the copy is.
func TestOldCopyIsLookedUpPatiently(t *testing.T) {
	onFile(t)
	b := newBench(t)
	var copied string
	b.platform.faults = []fault{{after: func() { copied = b.backup() }}}
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	before := len(b.platform.posts())
	b.wait(9 * 24 * time.Hour)
	b.platform.unfound = errCut
	b.restore(copied)
	b.wait(time.Hour)
	b.platform.unfound = nil
	b.wait(time.Hour)
	if d := b.discussion(); d.State != bot.StateOpen || len(b.platform.posts()) != before {
		t.Errorf("%s, %d posts of %d", d.State, len(b.platform.posts()), before)
	}
}

// A recap that waits for a manager is still there to be let go, and one that was
// let go since is found.
func TestHeldRecap(t *testing.T) {
	onFile(t)
	for _, out := range []bool{false, true} {
		b := newBench(t)
		b.connect()
		b.schedule(func(s *bot.Schedule) { s.Rules.Recap = bot.RecapPreview })
		b.web.publish("quay")
		b.wait(2 * time.Hour)
		d := b.discussion()
		b.platform.say(d, "Ada", "It would bring people back.", true)
		b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
		b.platform.say(d, "Ada", "Then they should run until ten.", true)
		b.wait(24 * time.Hour)
		posts, err := b.db.Posts(t.Context(), d.ID)
		last := posts[len(posts)-1]
		if err != nil || last.State != bot.PostHeld {
			t.Fatalf("%+v, %v", posts, err)
		}
		copied, want := b.backup(), bot.PostHeld
		if out {
			if _, err := b.platform.Post(t.Context(), d.Channel, bot.Message{Title: "Recap: quay"}, last.Key); err != nil {
				t.Fatal(err)
			}
			want = bot.PostSent
		}
		b.wait(time.Hour)
		b.restore(copied)
		b.wait(2 * time.Minute)
		posts, err = b.db.Posts(t.Context(), d.ID)
		if got := posts[len(posts)-1]; err != nil || got.State != want || got.Reason != "" {
			t.Errorf("out: %v: %+v, %v", out, got, err)
		}
		if n := b.platform.count("Recap"); n > 1 || (n == 1) != out {
			t.Errorf("out: %v: %d recaps", out, n)
		}
	}
}

func TestRequestsOfABackupAreNotCarriedOutLate(t *testing.T) {
	onFile(t)
	b := newBench(t)
	if _, err := b.engine.Request(t.Context(), channel, bot.Request{Ref: b.web.URL + "/quay"}, "", bot.Operator); err != nil {
		t.Fatal(err)
	}
	copied := b.backup()
	did := b.restore(copied)
	b.wait(time.Minute)
	if got := b.outcomes(); len(got) != 1 || got[0] != bot.OutcomeMissed || did.Requests != 1 || len(b.platform.posts()) != 0 {
		t.Errorf("%v, %+v", got, did)
	}
}

func TestWithdrawnStaysWithdrawn(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	b.schedule()
	b.web.publish("quay")
	var copied string
	b.platform.faults = []fault{{}, {after: func() { copied = b.backup() }}} // its second post is out, the others are not
	b.wait(2 * time.Hour)
	b.wait(time.Hour)
	b.command("withdraw", nil)
	b.wait(time.Minute)
	if left := b.platform.shown(); len(left) != 0 {
		t.Fatalf("still there: %+v", left)
	}
	before := len(b.platform.posts())
	did := b.restore(copied)
	b.wait(25 * time.Hour)
	if d := b.discussion(); d.State != bot.StateWithdrawn || len(b.platform.shown()) != 0 || len(b.platform.posts()) != before || did.Withdrawn != 1 {
		t.Errorf("%s, %d posts, of them there: %+v; %+v", d.State, len(b.platform.posts()), b.platform.shown(), did)
	}
	if got := strings.Join(b.outcomes(), " "); got != "withdrawn nothing_new" {
		t.Errorf("outcomes: %s", got)
	}
}

// A reminder that was sent since is not sent again, and a recap that was taken
// away by reopening is written anew, once.
func TestFurtherPostsOfAThread(t *testing.T) {
	onFile(t)
	b := newBench(t)
	b.connect()
	b.schedule(func(s *bot.Schedule) { s.Rules.Remind = 2 * time.Hour })
	b.web.publish("quay")
	b.wait(2 * time.Hour)
	d := b.discussion()
	b.platform.say(d, "Ada", "It would bring people back.", true)
	b.platform.say(d, "Ben", "I disagree, the buses stop at eight.", true)
	b.platform.say(d, "Ada", "Then they should run until ten.", true)
	copied := b.backup()
	b.wait(23 * time.Hour) // reminded
	before := len(b.platform.posts())
	b.restore(copied)
	b.wait(2 * time.Minute)
	if n := len(b.platform.posts()) - before; n != 0 {
		t.Errorf("reminded %d times more", n)
	}
	b.wait(2 * time.Hour) // closed
	b.command("reopen", nil)
	b.wait(23 * time.Hour)
	b.wait(2 * time.Hour) // reminded and closed again
	before = len(b.platform.posts())
	if b.platform.count("Recap") != 1 {
		t.Fatalf("%+v", b.platform.shown())
	}
	b.restore(copied)
	b.wait(time.Hour)
	b.wait(23 * time.Hour)
	if n := len(b.platform.posts()) - before; n != 0 || b.platform.count("Recap") != 1 {
		t.Errorf("%d posts more, %d recaps", n, b.platform.count("Recap"))
	}
	if d = b.discussion(); d.State != bot.StateClosed {
		t.Errorf("it is %s", d.State)
	}
	// The recap that is there follows what is taken back from now on.
	if _, err := b.engine.Erase(t.Context(), bot.Person{Platform: "test", Workspace: "W1", ID: "ben"}, bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.work()
	for _, m := range b.platform.shown() {
		for _, q := range m.Quotation {
			if strings.HasPrefix(q.By, "Ben") {
				t.Errorf("still quoted: %+v", q)
			}
		}
	}
	b.command("reopen", nil)
	b.platform.say(d, "Cleo", "Both have a point about the parking.", true)
	b.wait(25 * time.Hour)
	if n := len(b.platform.posts()) - before; n != 1 || b.platform.count("Recap") != 1 || b.discussion().State != bot.StateClosed {
		t.Errorf("opened and closed again: %d posts more, %d recaps, %s", n, b.platform.count("Recap"), b.discussion().State)
	}
}
