package discord

import (
	"fmt"
	"sync"
	"testing"

	"colloquy/bot"
)

func TestWatch(t *testing.T) {
	w := newWatch()
	thread := bot.Channel{Platform: Platform, Workspace: "1", ID: "20", Thread: "30"}
	for _, ch := range []bot.Channel{thread, thread, {Platform: Platform, Workspace: "1", ID: "21"}, {Platform: Platform, Workspace: "2", ID: "22", Thread: "31"},
		{Platform: Platform, ID: "23"}, {Platform: Platform, Workspace: "1", Thread: "32"}, {Platform: Platform, Workspace: "1", ID: "x"}, {}} {
		w.add(ch)
	}
	if got, ok := w.channel("30"); !ok || got != thread {
		t.Errorf("the thread is %+v, %v", got, ok)
	}
	if got, ok := w.channel("21"); !ok || got != (bot.Channel{Platform: Platform, Workspace: "1", ID: "21"}) {
		t.Errorf("the channel is %+v, %v", got, ok)
	}
	for _, id := range []string{"20", "22", "23", "32", "", "0", "x", "030", "99999999999999999999999"} {
		if got, ok := w.channel(id); ok || got != (bot.Channel{}) {
			t.Errorf("%q is %+v", id, got)
		}
	}
	if !w.uses("20") || !w.uses("30") || w.uses("23") || w.uses("") {
		t.Error("what is used is wrong")
	}
	w.forget("20") // with the thread in it
	w.forget("99")
	if w.uses("20") || w.uses("30") || !w.uses("21") || !w.uses("31") {
		t.Error("forgetting a channel forgets too much or too little")
	}
	w.forgetGuild("2")
	if w.uses("31") || w.uses("22") || !w.uses("21") || len(w.threads) != 0 {
		t.Errorf("after its server was left: %+v", w)
	}
}

// More than may be watched makes room for itself: the oldest threads go, and no
// channel without a thread does.
func TestWatchIsBounded(t *testing.T) {
	w := newWatch()
	w.most = 100
	w.add(bot.Channel{Workspace: "1", ID: "2"})
	for i := range 1000 {
		w.add(bot.Channel{Workspace: "1", ID: "3", Thread: fmt.Sprint(1000 + i)})
		if len(w.places) > w.most || int(w.threads[3])+1 != len(w.places) {
			t.Fatalf("%d places, %d threads", len(w.places), w.threads[3])
		}
	}
	for _, id := range []string{"2", "1999", "1920"} {
		if _, ok := w.channel(id); !ok {
			t.Errorf("%s is forgotten", id)
		}
	}
	if _, ok := w.channel("1000"); ok {
		t.Error("the oldest is still there")
	}
}

func TestWatchAtTheSameTime(t *testing.T) {
	w := newWatch()
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 200 {
				w.add(bot.Channel{Workspace: fmt.Sprint(g + 1), ID: "3", Thread: fmt.Sprint(1000 + i%50)})
				w.channel("1001")
				w.uses("3")
				w.forget(fmt.Sprint(1000 + i%7))
				w.forgetGuild(fmt.Sprint(g))
			}
		})
	}
	all.Wait()
}
