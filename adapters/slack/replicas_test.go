package slack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/adapters/slack/slacktest"
)

// However many processes come and go, the app has two connections, and what was
// answered as taken is with one of their engines.
func TestReplicasShareTheConnections(t *testing.T) {
	t.Parallel()
	p := newParty(t, true, slacktest.Options{})
	var all []*guest
	var said []string
	say := func() { said = append(said, p.says(fmt.Sprint("Number ", len(said)))) }
	for range 4 {
		all = append(all, p.join(nil))
		p.AwaitConnected(p.app.ID, connections)
		say()
	}
	for _, g := range all[:3] {
		say()
		p.leave(g)
		say()
		p.AwaitConnected(p.app.ID, connections)
	}
	p.AwaitDelivered()
	for n, line := range said {
		if !p.has(line, all...) {
			t.Errorf("number %d was heard by nobody", n)
		}
	}
	for _, d := range p.Deliveries() {
		if !d.Accepted {
			t.Errorf("%s %s was not taken: %+v", d.Type, d.TS, d.Attempts)
		}
	}
	if n := p.Counts().AtOnce; n > connections+1 { // the end of one may be noticed a moment after the next began
		t.Errorf("%d connections at once", n)
	}
}

// A part is free when what came over its connection is acknowledged there; and a
// process of which the part was taken away gives up at once.
func TestReplicasHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, shares := newExchange(t), &parts{}
		one := startWith(t, x, Options{Apps: []App{socketApp}, Sharer: shares})
		a, b := x.accept(), x.accept()
		one.want("at the start", there, up)
		hold := make(chan struct{})
		one.set(func() { one.hold = hold })
		for n, c := range []*trunk{a, b} {
			c.event(fmt.Sprint(n), fmt.Sprintf(left, n))
		}
		synctest.Wait()
		two := startWith(t, x, Options{Apps: []App{socketApp}, Sharer: shares})
		time.Sleep(2 * time.Second)
		if n := x.opened(); n != 2 {
			t.Errorf("%d connections were opened before what came was done", n)
		}
		one.set(func() { one.hold = nil })
		close(hold)
		third := x.accept()
		acked := append(a.acked(), b.acked()...)
		slices.Sort(acked)
		if !slices.Equal(acked, []string{"0", "1"}) {
			t.Errorf("acknowledged: %v", acked)
		}
		one.want("of the one", "lost slack:T1/C0 no_access", "lost slack:T1/C1 no_access")
		two.want("of the other", there, up)
		third.event("3", fmt.Sprintf(left, 3))
		two.want("of what comes there", "lost slack:T1/C3 no_access")

		// What is stored too late is not waited for: whoever has the part now gets it again.
		late := make(chan struct{})
		two.set(func() { two.hold = late })
		third.event("4", fmt.Sprintf(left, 4))
		synctest.Wait()
		began := time.Now()
		shares.lose("slack/one/sockets", 1)
		<-third.gone
		if took := time.Since(began); took > 0 {
			t.Errorf("what was lost is kept for %s", took)
		}
		x.accept()
		close(late)
		two.stop()
		one.stop()
	})
}

// Only who has a connection says that it hears, and until when.
func TestReplicasSayWhatTheyHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, shares := newExchange(t), &parts{}
		var all []*session
		for n := range 3 {
			all = append(all, startWith(t, x, Options{Apps: []App{socketApp}, Sharer: shares}))
			if n < 2 {
				x.accept()
			}
			if n == 0 {
				x.accept()
			}
		}
		synctest.Wait()
		for n, want := range [][]string{{there, up}, {there, up}, {there}} {
			all[n].want(fmt.Sprint("the process ", n), want...)
		}
		if err := all[0].stop(); err != nil {
			t.Error(err)
		}
		x.accept() // each of the two that are left has one
		x.accept()
		synctest.Wait()
		all[0].want("of the one that ends", "slack/one false")
		if got := all[2].take(); !slices.Contains(got, up) {
			t.Errorf("the third hears, and said %q", got)
		}
		for _, s := range all[1:] {
			s.take()
			if err := s.stop(); err != nil {
				t.Error(err)
			}
		}
	})
}

// Processes that were started at once do not have their connections end at once,
// after the five hours that Slack gives them.
func TestReplicasPartTheirConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, shares := newExchange(t), &parts{}
		var all []*session
		for n := range 2 {
			all = append(all, startWith(t, x, Options{Apps: []App{socketApp}, Sharer: shares}))
			for range 2 - n { // the second takes one of the first's two
				x.accept()
			}
		}
		began, opened := time.Now(), x.opened()
		x.accept()
		if took := time.Since(began); took < 2*time.Hour || took > 3*time.Hour {
			t.Errorf("one was replaced after %s", took)
		}
		time.Sleep(4 * time.Hour)
		if n := x.opened() - opened; n != 1 {
			t.Errorf("%d connections were opened", n)
		}
		for _, s := range all {
			if err := s.stop(); err != nil {
				t.Error(err)
			}
		}
	})
}

// Over HTTP any process takes any delivery, and the next attempt at it.
func TestReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	p := newParty(t, false, slacktest.Options{})
	one, two := p.join(nil), p.join(nil)
	var said []string
	for n := range 10 {
		said = append(said, p.says(fmt.Sprint("Number ", n)))
	}
	p.AwaitDelivered()
	one.hearer.set(func() { one.fail = errors.New("the database is away") })
	for n := range 4 { // half of these come to the one that cannot store them
		said = append(said, p.says(fmt.Sprint("Late ", n)))
		p.AwaitDelivered()
	}
	for n, line := range said {
		if !p.has(line, one, two) {
			t.Errorf("number %d was heard by nobody", n)
		}
	}
	if !strings.Contains(one.log.String(), "event not taken, Slack sends it again") {
		t.Error("nothing was refused")
	}
	if !p.has("reply ", one) || !p.has("reply ", two) {
		t.Error("one of them heard nothing")
	}
	// Neither can store anything, for longer than Slack tries: it is told as missed.
	two.hearer.set(func() { two.fail = errors.New("the database is away") })
	gone := p.says("Too late")
	p.AwaitDelivered()
	for _, g := range []*guest{one, two} {
		g.hearer.set(func() { g.fail = nil })
	}
	p.Await("it is told as missed", func() bool { return p.has("missed slack:"+p.team, one, two) })
	if p.has(gone, one, two) {
		t.Error("it came all the same")
	}
	all := p.Deliveries()
	if d := all[len(all)-1]; d.Accepted || len(d.Attempts) != 4 {
		t.Errorf("%+v", d.Attempts)
	}
	p.leave(one)
	if n := len(p.Deliveries()); n == 0 || !p.has("slack/readers false", one) || p.has("slack/readers false", two) {
		t.Error("one process ends as both do, or is not told")
	}
}

// What stays of a minute in which the database is away, over Socket Mode: nothing is
// acknowledged, Slack sends it again, and what is given up is listed.
func TestReplicasWithoutTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := startWith(t, x, Options{Apps: []App{socketApp}, Sharer: &parts{}})
		c := x.accept()
		x.accept()
		s.want("at the start", there, up)
		s.set(func() { s.fail = errors.New("the database is away") })
		for n := range 3 * laneEvents {
			c.event(fmt.Sprint(n), fmt.Sprintf(left, n))
		}
		time.Sleep(50 * time.Second)
		c.event("late", fmt.Sprintf(left, 9999))
		time.Sleep(10 * time.Second)
		if a := c.acked(); len(a) > 0 {
			t.Errorf("%d are acknowledged", len(a))
		}
		s.set(func() { s.fail = nil })
		time.Sleep(time.Minute)
		heard := s.take()
		missed := 0
		for _, line := range heard {
			if strings.HasPrefix(line, "missed slack:T1 since ") {
				missed++
			}
		}
		acked := c.acked()
		if missed == 0 || !slices.Contains(acked, "late") || len(acked)+missed > len(heard) {
			t.Errorf("%d heard, %d missed, %d acknowledged", len(heard), missed, len(acked))
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}
