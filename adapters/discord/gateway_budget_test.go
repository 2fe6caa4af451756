package discord

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.limit.Remaining = 22 // 20 of 1000 are kept back
		began := time.Now()
		reset := time.Duration(d.limit.ResetAfter) * time.Millisecond
		r := start(t, d, Options{})
		for range 2 {
			c, id := d.begin("100")
			if id.At.Sub(began) > time.Minute {
				t.Errorf("identified at %s", id.At)
			}
			c.ws.Close()
		}
		d.mu.Lock()
		d.asks = errors.New("no answer") // so that our own count has to do
		d.mu.Unlock()
		_, id := d.begin("100")
		if id.At.Sub(began) < reset {
			t.Errorf("identified %s before the limit was reset", reset-id.At.Sub(began))
		}
		if !strings.Contains(r.log.String(), "limit of new connections") {
			t.Errorf("not said:\n%s", r.log)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// What waits for the budget keeps nobody from the others.
func TestBudgetForSome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.shards, d.limit.Remaining = 4, 21
		r := start(t, d, Options{})
		d.begin("100")
		time.Sleep(time.Minute)
		if got := r.take(); len(got) != 2 || !strings.HasSuffix(got[1], " true") {
			t.Errorf("the engine heard %q", got)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// Connections that do not hold come at growing intervals, and one that held for
// long is followed by another at once.
func TestBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, last := d.begin("100")
		for n := range 8 {
			time.Sleep(time.Second)
			c.ws.Close()
			var next identified
			c, next = d.begin("100")
			apart := next.At.Sub(last.At)
			if last = next; n == 7 && apart < longestWait/2 || apart > longestWait+5*time.Second {
				t.Errorf("connection %d came after %s", n, apart)
			}
		}
		time.Sleep(2 * stableAfter)
		lost := time.Now()
		c.ws.Close()
		if _, next := d.begin("100"); next.At.Sub(lost) > 5*time.Second {
			t.Errorf("it came back after %s", next.At.Sub(lost))
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// Discord is away for an hour: connecting again costs no identify, and not more
// than an attempt in half a minute; and it works a minute after the hour.
func TestOutageOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, _ := d.begin("100")
		time.Sleep(time.Hour)
		r.take()
		d.mu.Lock()
		d.down, d.dials, d.asks = true, 0, errors.New("no answer")
		d.mu.Unlock()
		c.ws.Close()
		time.Sleep(time.Hour)
		r.want("during the outage", "discord/0 false")
		d.mu.Lock()
		dials := d.dials
		d.down, d.asks = false, nil
		d.mu.Unlock()
		if dials < 60 || dials > 140 {
			t.Errorf("%d attempts in an hour", dials)
		}
		back := time.Now()
		_, id := d.begin("100")
		if id.At.Sub(back) > longestWait {
			t.Errorf("connected %s after the outage", id.At.Sub(back))
		}
		r.want("after it", "discord has 100 in discord/0", "discord/0 true")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}
