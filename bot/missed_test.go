package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func (b *bench) missed(where bot.Channel, ago time.Duration) {
	b.t.Helper()
	if err := b.engine.Missed(b.t.Context(), where, b.clock().Add(-ago)); err != nil {
		b.t.Fatal(err)
	}
}

// pass moves the clock and does nothing else.
func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func TestWhatAnAdapterMissedIsListed(t *testing.T) {
	b := newBench(t)
	b.scope("test", true)
	one, two := b.opened("W1"), b.opened("W2")
	b.pass(10 * time.Minute)
	b.platform.say(one, "Ada", "Nobody could read this.", false)
	everywhere := bot.Channel{Platform: "test", Workspace: "W1"}
	b.missed(everywhere, time.Minute)
	b.work()
	if got := texts(b.replies(one)); len(got) != 1 || b.gaps(one) != "9-10 found 1" || b.gaps(two) != "" {
		t.Errorf("%q, gaps %q and %q", got, b.gaps(one), b.gaps(two))
	}
	b.pass(10 * time.Minute)
	b.missed(bot.Channel{Platform: "test", Workspace: "W1", ID: "elsewhere"}, time.Minute)
	if got := b.gaps(one); got != "9-10 found 1" {
		t.Errorf("in another channel: %q", got)
	}
	b.missed(bot.Channel{Platform: "test", Workspace: "W1", ID: one.Channel.ID}, time.Minute)
	b.missed(bot.Channel{Platform: "test", Workspace: "W2"}, time.Hour) // not before it was opened
	b.missed(bot.Channel{Platform: "test", Workspace: "W3"}, time.Hour)
	b.work()
	if b.gaps(one) != "9-10 found 1, 19-20 found 0" || b.gaps(two) != "0-20 found 0" {
		t.Errorf("gaps %q and %q", b.gaps(one), b.gaps(two))
	}
	b.pass(time.Minute)
	b.missed(everywhere, -time.Hour) // by a clock that is an hour ahead
	b.platform.say(one, "Ben", "Nor this.", false)
	b.work()
	if got := texts(b.replies(one)); len(got) != 2 || b.gaps(one) != "9-10 found 1, 19-20 found 0, 21-21 found 1" {
		t.Errorf("%q, gaps %q", got, b.gaps(one))
	}
}

// A thousand events that cannot be read are one gap, whether it was listed
// meanwhile or not, and it keeps what was found.
func TestWhatIsMissedInARowIsOneGap(t *testing.T) {
	b := newBench(t)
	b.scope("test", true)
	d := b.opened("W1")
	where := d.Channel.Parent()
	b.pass(10 * time.Minute)
	for n := range 30 {
		if n%3 == 0 {
			b.platform.say(d, "Ada", fmt.Sprint("unheard ", n), false)
		}
		b.missed(where, time.Minute)
		if n%2 == 0 {
			b.work()
		}
		b.pass(30 * time.Second)
	}
	b.work()
	if got := b.gaps(d); got != "9-24 found 10" && got != "9-25 found 10" || len(b.replies(d)) != 10 {
		t.Errorf("%q with %d replies", got, len(b.replies(d)))
	}
	// One that listings never end, with more time in between.
	b.platform.unlisted = errors.New("the platform is down")
	for range 100 {
		b.pass(2 * time.Minute)
		b.missed(where, time.Minute)
		b.work()
	}
	list, err := b.db.Gaps(t.Context(), d.ID)
	if err != nil || len(list) > 50 || list[len(list)-1].To.Before(b.clock()) {
		t.Errorf("%d gaps, the last %+v, %v", len(list), list[len(list)-1], err)
	}
}

// What lies in a gap of the connection is a part of that.
func TestWhatIsMissedIsNoSecondGap(t *testing.T) {
	b := newBench(t)
	b.installations(there("W1", "test/0"))
	b.scope("test/0", true)
	d := b.opened("W1")
	b.pass(10 * time.Minute)
	b.scope("test/0", true) // it was last heard at the beginning
	b.pass(time.Minute)
	b.missed(d.Channel.Parent(), 5*time.Minute)
	if got := b.gaps(d); got != "0-10 found 0, 10-11 found 0" {
		t.Errorf("before a listing: %q", got)
	}
	b.work()
	b.missed(d.Channel.Parent(), 8*time.Minute)
	b.work()
	if got := b.gaps(d); got != "0-10 found 0, 10-11 found 0" {
		t.Errorf("after it: %q", got)
	}
}

// A listing that is under way when something is missed does not stand for it.
func TestMissedWhileItIsListed(t *testing.T) {
	b := newBench(t)
	b.scope("test", true)
	d := b.opened("W1")
	b.pass(10 * time.Minute)
	b.platform.listed = func() {
		b.platform.listed = nil
		b.platform.say(d, "Ada", "Written after it was read.", false)
		b.missed(d.Channel.Parent(), time.Minute)
	}
	b.missed(d.Channel.Parent(), time.Minute)
	b.work()
	if got := texts(b.replies(d)); strings.Join(got, "|") != "Written after it was read." {
		t.Errorf("%q, gaps %q", got, b.gaps(d))
	}
}
