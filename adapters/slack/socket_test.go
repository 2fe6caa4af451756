package slack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

const left = `{"type":"channel_left","channel":"C%d"}`

// Two connections; what comes is acknowledged once the engine has it, and the
// engine hears that nothing arrives when both are gone.
func TestSocketListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		first, second := x.accept(), x.accept()
		s.want("at the start", there, up)
		first.event("1", fmt.Sprintf(left, 1))
		second.event("2", fmt.Sprintf(left, 2))
		s.want("of both", "lost slack:T1/C1 no_access", "lost slack:T1/C2 no_access")
		if a, b := first.acked(), second.acked(); !slices.Equal(a, []string{"1"}) || !slices.Equal(b, []string{"2"}) {
			t.Errorf("acknowledged: %v, %v", a, b)
		}
		first.send(`{"type":"disconnect","reason":"refresh_requested"}`)
		<-first.gone
		s.want("while the other one stands")
		third := x.accept()
		second.send(`{"type":"disconnect","reason":"warning"}`)
		<-second.gone
		x.accept()
		s.want("after both were replaced")
		third.event("3", fmt.Sprintf(left, 3))
		s.want("of the new one", "lost slack:T1/C3 no_access")
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		<-third.gone
		s.want("at the end", "slack/one false")
		if strings.Contains(s.log.String(), "secret") {
			t.Errorf("the log holds a ticket:\n%s", s.log)
		}
	})
}

// When both are gone the engine hears so.
func TestSocketDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		first, second := x.accept(), x.accept()
		s.want("at the start", there, up)
		x.set(func() { x.down = true })
		first.ws.Close()
		synctest.Wait()
		s.want("with one left")
		second.ws.Close()
		s.want("with none", "slack/one false")
		opens := x.opened()
		time.Sleep(time.Hour)
		x.set(func() { x.down = false })
		back := time.Now()
		x.accept()
		if took := time.Since(back); took > longestWait {
			t.Errorf("it came back after %s", took)
		}
		s.want("when it is back", up)
		if n := x.opened() - opens; n > 2 {
			t.Errorf("%d connections were opened", n)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// A line on which nothing comes any more is given up within a minute, and the engine
// hears since when it was dead.
func TestSocketSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		c := <-x.lines // and no ping
		c.send(`{"type":"hello"}`)
		s.want("at the start", there, up)
		x.set(func() { x.down = true })
		began := time.Now()
		<-c.gone
		if took := time.Since(began); took > time.Minute {
			t.Errorf("noticed after %s", took)
		}
		synctest.Wait()
		if got := s.take(); !slices.Equal(got, []string{"slack/one silent since 30s"}) {
			t.Errorf("the engine heard %q", got)
		}
	})
}

// Two connections that began together are parted, so that Slack does not end
// both together.
func TestSocketParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		one, two := x.accept(), x.accept()
		began := time.Now()
		select {
		case <-one.gone:
		case <-two.gone:
		case <-time.After(24 * time.Hour):
		}
		if took := time.Since(began); took < 2*time.Hour || took > 3*time.Hour {
			t.Errorf("after %s", took)
		}
		x.accept()
		time.Sleep(2 * time.Hour)
		if n := x.opened(); n != 3 {
			t.Errorf("%d connections were opened", n)
		}
		s.want("throughout", there, up)
	})
}

// What slack-go cannot read is handled all the same; what nobody can read is
// acknowledged, logged, and has the threads listed.
func TestSocketOddPayloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		c := x.accept()
		s.want("at the start", there, up)
		for _, odd := range []struct{ payload, heard, acked string }{
			{`{"type":"events_api","envelope_id":"env-1","payload":` + callback("Ev1", "T1", `{"type":"no_such_event","channel":"C1"}`) + `}`, "", "1"},
			{`{"type":"events_api","envelope_id":"env-2","payload":` + callback("Ev2", "T1", `{"type":"channel_deleted","channel":"C1","blocks":7,"actor_id":[]}`) + `}`, "lost slack:T1/C1 channel_gone", "2"},
			{`{"type":"events_api","envelope_id":"env-3","payload":"text"}`, "missed slack:T1 since 1m0s", "3"},
			{`{"type":"events_api","envelope_id":"env-4","payload":` + callback("Ev4", "T1", `{"type":"channel_deleted"}`) + `}`, "missed slack:T1 since 1m0s", "4"},
			{`{"type":"something_new","envelope_id":"env-5","payload":{}}`, "missed slack:T1 since 1m0s", "5"},
			{`{"type":"events_api","envelope_id":"env-6","payload":` + callback("Ev6", "T9", `{"type":"channel_deleted","channel":"C1"}`) + `}`, "", "6"},
			{`{"type":"events_api","envelope_id":"env-7","payload":` + callback("Ev7", "", `{"type":"channel_deleted","channel":"C1"}`) + `}`, "missed slack:T1 since 1m0s", "7"},
			{`no json`, "missed slack:T1 since 1m0s", ""},
			{``, "", ""},
			{`[]`, "missed slack:T1 since 1m0s", ""},
		} {
			c.send(odd.payload)
			synctest.Wait()
			got, acked := strings.Join(s.take(), ";"), strings.Join(c.acked(), ",")
			if got != odd.heard || acked != odd.acked {
				t.Errorf("%s\nheard %q and not %q; acknowledged %q\n%s", odd.payload, got, odd.heard, acked, s.log)
			}
		}
		for _, id := range []string{"env-3", "Ev4", "something_new"} {
			if !strings.Contains(s.log.String(), id) {
				t.Errorf("%s is not logged:\n%s", id, s.log)
			}
		}
	})
}

// An event that the engine does not take is tried again, and is not acknowledged
// before it has it. What it never takes is listed.
func TestSocketEngineRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		c := x.accept()
		s.want("at the start", there, up)
		s.set(func() { s.fail = errors.New("locked") })
		c.event("1", fmt.Sprintf(left, 1))
		time.Sleep(2 * time.Second)
		if a := c.acked(); a != nil {
			t.Errorf("acknowledged %v", a)
		}
		s.set(func() { s.fail = nil })
		time.Sleep(5 * time.Second)
		s.want("once it can", "lost slack:T1/C1 no_access")
		if a := c.acked(); !slices.Equal(a, []string{"1"}) {
			t.Errorf("acknowledged %v", a)
		}
		s.set(func() { s.fail = errors.New("locked") })
		c.event("2", fmt.Sprintf(left, 2))
		time.Sleep(time.Minute)
		s.set(func() { s.fail = nil })
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := s.take(); len(got) != 1 || !strings.HasPrefix(got[0], "missed slack:T1 since ") {
			t.Errorf("heard %q", got)
		}
		if a := c.acked(); a != nil {
			t.Errorf("what was lost is acknowledged: %v", a)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// What was received over a connection that is over cannot be acknowledged, and
// nothing waits for that.
func TestSocketEndsBeforeAcknowledgements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		c, other := x.accept(), x.accept()
		s.want("at the start", there, up)
		const many = 100
		hold := make(chan struct{})
		s.set(func() { s.hold = hold })
		for i := range many {
			c.event(fmt.Sprint(i), fmt.Sprintf(left, 1))
		}
		synctest.Wait()
		c.ws.Close()
		synctest.Wait()
		other.event("late", fmt.Sprintf(left, 1))
		began := time.Now()
		close(hold)
		for len(other.acked()) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("what came after waited %s", took)
		}
		if got := len(s.take()); got != many+1 {
			t.Errorf("the engine heard %d events", got)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// An engine that stands still does not keep the reader: other channels go on,
// those of one stay in order, and what finds no room is listed.
func TestSocketSlowEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		c := x.accept()
		s.want("at the start", there, up)
		hold := make(chan struct{})
		s.set(func() { s.hold = hold })
		const many = laneEvents + 100
		for n := range many {
			c.event(fmt.Sprint(n), fmt.Sprintf(`{"type":"channel_id_changed","old_channel_id":"C1","new_channel_id":"C%d"}`, n))
		}
		synctest.Wait()
		s.set(func() { s.hold = nil })
		close(hold)
		synctest.Wait()
		acked := c.acked()
		if len(acked) != laneEvents+1 {
			t.Errorf("%d were taken", len(acked))
		}
		for n, id := range acked {
			if id != fmt.Sprint(n) {
				t.Fatalf("number %d is %s", n, id)
			}
		}
		missed := 0
		for _, line := range s.take() {
			if strings.HasPrefix(line, "missed slack:T1 ") {
				missed++
			}
		}
		if missed == 0 {
			t.Error("what found no room is not told")
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// A token that Slack refuses ends Run where there is nothing else.
func TestSocketRefused(t *testing.T) {
	for code, want := range map[string]string{"invalid_auth": "bad_token", "token_revoked": "bad_token", "not_allowed_token_type": "bad_token", "missing_scope": "bad_token"} {
		synctest.Test(t, func(t *testing.T) {
			x := newExchange(t)
			x.refuse["xapp-1"] = code
			s := start(t, x, socketApp)
			if err := <-s.err; bot.ReasonCode(err) != want {
				t.Errorf("%s: %v", code, err)
			}
			s.want(code, there)
		})
	}
}

// The token is taken back while it listens.
func TestSocketTokenTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		first, second := x.accept(), x.accept()
		s.want("at the start", there, up)
		x.set(func() { x.refuse["xapp-1"] = "token_revoked" })
		first.send(`{"type":"disconnect","reason":"refresh_requested"}`)
		second.send(`{"type":"disconnect","reason":"refresh_requested"}`)
		if err := <-s.err; bot.ReasonCode(err) != "bad_token" {
			t.Error(err)
		}
	})
}
