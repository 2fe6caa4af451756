package discord

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The queue has room by number and by bytes; one event always fits, and READY
// does in any case.
func TestQueueHasBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		big := event{name: "BIG", raw: []byte(strings.Repeat("x", queueBytes+1))}
		if !q.put(t.Context(), big) {
			t.Error("an event that is larger than all room does not fit into an empty queue")
		}
		began := time.Now()
		for range 3 {
			if q.put(t.Context(), event{name: "SMALL", at: time.Now()}) {
				t.Error("it has more room than it should")
			}
		}
		if took := time.Since(began); took != queueWait {
			t.Errorf("three events waited %s for room", took)
		}
		if !q.put(t.Context(), event{name: "READY", must: true}) {
			t.Error("READY has no room")
		}
		if q.gap().IsZero() || !q.gap().IsZero() {
			t.Error("the loss is not told, or twice")
		}
		var names []string
		q.close()
		for e, ok, more := q.next(); more || ok; e, ok, more = q.next() {
			if ok {
				names = append(names, e.name)
			}
		}
		if strings.Join(names, " ") != "BIG READY" || q.held != 0 {
			t.Errorf("it held %s, and holds %d bytes", names, q.held)
		}
	})
}

// Who waits for room gets it as soon as there is some.
func TestQueueWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		q.events = 1
		q.put(t.Context(), event{name: "1"})
		began := time.Now()
		go func() {
			time.Sleep(time.Second)
			q.next()
		}()
		if !q.put(t.Context(), event{name: "2"}) || time.Since(began) != time.Second {
			t.Errorf("it waited %s", time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if q.put(ctx, event{name: "3"}) || time.Since(began) != 2*time.Second {
			t.Error("it waits for longer than the connection lasts")
		}
	})
}

// While the engine does not say that it has heard of a connection, one that is
// lost meanwhile is not told at all.
func TestStateThatIsNoLongerSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		r.set(errors.New("the disk is full"))
		c, _ := d.begin("100")
		time.Sleep(time.Minute)
		d.mu.Lock()
		d.down = true
		d.mu.Unlock()
		c.ws.Close()
		time.Sleep(time.Minute)
		r.set(nil)
		time.Sleep(10 * time.Minute)
		r.want("in the end")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// A new session is a gap even if the engine never heard that the old one ended,
// and is none of its business before its servers are known.
func TestNewSessionIsAGap(t *testing.T) {
	a, h := New(Options{Token: "token"}), &ear{}
	g := &gateway{a: a, h: h, shards: 1}
	s := newShard(t.Context(), g, 0)
	for n := range 2 {
		if err := s.take(t.Context(), "READY", []byte(`{"user":{"id":"7"},"guilds":[{"id":"100"}]}`)); err != nil {
			t.Fatal(err)
		}
		if s.up() {
			t.Errorf("session %d is up before its servers are known", n)
		}
		e, _, _ := s.queue.pop()
		if err := e.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.settle(t.Context())
	}
	want := "discord has 100 in discord/0, discord/0 true, discord/0 false, discord has 100 in discord/0, discord/0 true"
	if got := strings.Join(h.heard, ", "); got != want {
		t.Errorf("the engine heard %s", got)
	}
}
