package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/adapters/adaptertest"
)

func TestShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.shards = 3
		r := start(t, d, Options{})
		c, first := d.begin("100")
		name := scopeOf(first.Shard[0], 3)
		r.want("while the others are not there", "discord has 100 in "+name, name+" true")
		_, second := d.begin("200")
		r.want("of the second", "discord has 200 in "+scopeOf(second.Shard[0], 3), scopeOf(second.Shard[0], 3)+" true")
		c.event("GUILD_CREATE", whole("100", "Early"))
		r.want("of the first", "server 100 Early owner=5 greet=1001 gone=false in "+name)
		_, third := d.begin()
		r.want("of the third", "discord has ", scopeOf(third.Shard[0], 3)+" true")
		if first.Shard[1] != 3 || second.At.Sub(first.At) < identifyEvery || third.At.Sub(second.At) < identifyEvery {
			t.Errorf("identified as %v at %s, %s, %s", first.Shard, first.At, second.At, third.At)
		}
		c.close(4000)
		r.want("of one alone", name+" false")
		d.begin("100", "101")
		r.want("again", "discord has 100 in "+name+", 101 in "+name, name+" true")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if got := r.take(); len(got) != 3 {
			t.Errorf("at the end: %q", got)
		}
	})
}

// Shards of different buckets may identify at the same time.
func TestShardsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.shards, d.limit.Concurrency = 32, 16
		r := start(t, d, Options{})
		at := map[int][]int{}
		began := time.Now()
		for range 32 {
			_, id := d.begin()
			at[id.Shard[0]%16] = append(at[id.Shard[0]%16], int(id.At.Sub(began)/time.Second))
		}
		for bucket, seconds := range at {
			if fmt.Sprint(seconds) != "[0 5]" {
				t.Errorf("bucket %d identified at seconds %v", bucket, seconds)
			}
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// One shard that Discord does not let in keeps nobody from the others, which say
// nothing of its servers.
func TestShardThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.shards = 2
		r := start(t, d, Options{})
		d.begin("100")
		d.accept().ws.Close()
		got := r.take()
		if len(got) != 2 || !strings.HasPrefix(got[0], "discord has 100 in") || !strings.HasSuffix(got[1], " true") {
			t.Errorf("the engine heard %q", got)
		}
		d.begin("200")
		if got := r.take(); len(got) != 2 || !strings.HasPrefix(got[0], "discord has 200 in") || !strings.HasSuffix(got[1], " true") {
			t.Errorf("the engine heard %q", got)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestReshards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, _ := d.begin("1", "2")
		c.event("GUILD_CREATE", whole("1", "One"))
		c.event("GUILD_CREATE", whole("2", "Two"))
		r.take()
		d.mu.Lock()
		d.shards = 2
		d.mu.Unlock()
		c.close(4011)
		for range 2 { // the second one serves server 2
			l := d.accept()
			l.hello()
			id := l.identified()
			if id.Shard[1] != 2 {
				t.Errorf("identified as %v", id.Shard)
			}
			of := strconv.Itoa(id.Shard[0] + 1)
			l.ready(of)
			l.event("GUILD_CREATE", whole(of, map[string]string{"1": "One", "2": "Two"}[of]))
		}
		got := strings.Join(r.take(), "\n")
		for _, want := range []string{"discord/0 false\n", "discord has 1 in discord/0/2", "discord has 2 in discord/1/2", "discord/0/2 true", "discord/1/2 true",
			"server 2 Two owner=5 greet=21 gone=false in discord/1/2"} {
			if !strings.Contains(got, want) {
				t.Errorf("it lacks %q:\n%s", want, got)
			}
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// update is an event that the engine hears of each time.
func (c *line) update(n int) {
	c.event("GUILD_UPDATE", fmt.Sprintf(`{"id":"100","name":"n%d"}`, n))
}

func TestEventsComeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, _ := d.begin("100")
		r.take()
		var want []string
		for n := range 1000 {
			c.update(n)
			want = append(want, fmt.Sprintf("server 100 n%d owner= greet= gone=false in discord/0", n))
		}
		r.want("as they came", want...)
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// The store fails for a moment: nothing is lost. It fails for long: that is
// written down as a gap, and all is well after it.
func TestHandlerFails(t *testing.T) {
	for name, c := range map[string]struct {
		fails time.Duration
		want  []string
	}{
		"for a moment": {2 * time.Second, []string{"server 100 n1 owner= greet= gone=false in discord/0", "server 100 n2 owner= greet= gone=false in discord/0"}},
		"for a minute": {time.Minute, []string{"server 100 n1 owner= greet= gone=false in discord/0", "server 100 n2 owner= greet= gone=false in discord/0"}},
		"for long":     {time.Hour, []string{"discord/0 false", "discord has 100 in discord/0", "discord/0 true", "server 100 n2 owner= greet= gone=false in discord/0"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				r := start(t, d, Options{})
				l, _ := d.begin("100")
				r.take()
				r.set(errors.New("the disk is full"))
				l.update(1)
				l.update(2)
				time.Sleep(c.fails)
				r.set(nil)
				time.Sleep(2 * time.Minute)
				r.want("in the end", c.want...)
				if lost := strings.Contains(r.log.String(), "event lost"); lost != (c.fails > time.Minute) {
					t.Errorf("log:\n%s", r.log)
				}
				if err := r.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// The engine hangs: what has no room is dropped, the connection lives on, and
// the gap is told.
func TestQueueOverflows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, _ := d.begin("100")
		r.take()
		hold := make(chan struct{})
		r.mu.Lock()
		r.hold = hold
		r.mu.Unlock()
		for n := range queueEvents + 100 {
			c.update(n)
		}
		time.Sleep(10 * time.Minute) // heartbeats go on
		r.mu.Lock()
		r.hold = nil
		r.mu.Unlock()
		close(hold)
		got := r.take()
		if len(got) != queueEvents+1+3 || got[3] != "discord/0 true" {
			t.Errorf("it heard %d things, first %q", len(got), got[:min(4, len(got))])
		}
		c.update(1_000_000)
		r.want("afterwards", "server 100 n1000000 owner= greet= gone=false in discord/0")
		if n := strings.Count(r.log.String(), "too many wait"); n != 99 {
			t.Errorf("%d lost events are in the log", n)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// What was received when Run is stopped is still handled, but not for ever.
func TestStopsWithEventsInHand(t *testing.T) {
	for name, release := range map[string]bool{"that are handled": true, "that hang": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				r := start(t, d, Options{})
				c, _ := d.begin("100")
				r.take()
				hold := make(chan struct{})
				r.mu.Lock()
				r.hold = hold
				r.mu.Unlock()
				c.update(1)
				c.update(2)
				synctest.Wait()
				stopped := time.Now()
				r.end()
				time.Sleep(2 * time.Second)
				if release {
					close(hold)
				}
				if err := <-r.err; err != nil {
					t.Error(err)
				}
				if took := time.Since(stopped); took > shutdownLimit+2*farewellLimit {
					t.Errorf("it took %s", took)
				}
				if release {
					r.want("in the end", "server 100 n1 owner= greet= gone=false in discord/0", "server 100 n2 owner= greet= gone=false in discord/0", "discord/0 false")
				}
			})
		})
	}
}

// What cannot be read is a gap, and the next event is not.
func TestEventsThatCannotBeRead(t *testing.T) {
	for _, payload := range []string{
		`{"t":"GUILD_CREATE","s":2,"op":0,"d":null}`,
		`{"t":"GUILD_CREATE","s":2,"op":0,"d":[]}`,
		`{"t":"GUILD_DELETE","s":2,"op":0,"d":"x"}`,
		`{"t":"MESSAGE_CREATE","s":2,"op":0,"d":null}`,
		`{"t":"MESSAGE_CREATE","s":2,"op":0}`,
		`{"t":"MESSAGE_UPDATE","s":2,"op":0,"d":{"id":5}}`,
		`{"t":7,"s":2,"op":0,"d":{}}`, `null`, `[]`, `{`, `{}`, ``, `"op"`,
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t)
			r := start(t, d, Options{})
			c, _ := d.begin("100")
			r.take()
			c.send(payload)
			synctest.Wait()
			c.update(1)
			r.want(payload, "discord/0 false", "discord has 100 in discord/0", "discord/0 true", "server 100 n1 owner= greet= gone=false in discord/0")
			if err := r.stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is odd and does no harm.
func TestOddities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		c, _ := d.begin("100")
		r.take()
		for _, payload := range []string{
			`{"op":1}`, `{"op":1,"d":5}`, `{"op":3}`, `{"op":99,"d":{}}`, `{"op":11}`, `{"op":10,"d":{"heartbeat_interval":41250}}`,
			`{"t":"SOMETHING_NEW","s":3,"op":0,"d":{"id":1}}`, `{"t":"","s":3,"op":0,"d":1}`, `{"t":"VOICE_STATE_UPDATE","s":3,"op":0,"d":null}`,
			`{"t":"GUILD_CREATE","s":3,"op":0,"d":{"id":"100","name":"n","channels":[null],"members":[null,{"user":null}],"threads":null,"roles":[null]}}`,
			`{"t":"RESUMED","s":3,"op":0,"d":null}`,
			`{"t":"INTERACTION_CREATE","s":3,"op":0,"d":null}`,
		} {
			c.send(payload)
		}
		r.want("nothing but the server", "server 100 n owner= greet= gone=false in discord/0")
		time.Sleep(10 * time.Minute)
		r.want("later")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestPanicsStayInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		d.begin("100")
		r.take()
		r.a.gate.mu.Lock()
		s := newShard(t.Context(), &gateway{a: r.a, h: r.ear, shards: 6}, 5)
		r.a.gate.mu.Unlock()
		s.handle(t.Context(), event{name: "X", at: time.Now(), do: func(context.Context) error { panic("boom") }})
		if s.queue.gap().IsZero() {
			t.Error("a panic is no gap")
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// The engine is told which servers there are as soon as it can take it, and
// before the events of theirs.
func TestFirstListIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		r := start(t, d, Options{})
		r.set(errors.New("the disk is full"))
		d.begin("100")
		time.Sleep(time.Hour)
		r.set(nil)
		time.Sleep(time.Minute)
		r.want("in the end", "discord has 100 in discord/0", "discord/0 true")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestInteractionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, hold := &adaptertest.Log{}, make(chan struct{})
		var done atomic.Int64
		f := newForms(t.Context(), slog.New(slog.NewTextHandler(log, nil)), make(chan struct{}, formsAtOnce), func(context.Context, json.RawMessage) {
			<-hold
			if done.Add(1) == 1 {
				panic("boom")
			}
		})
		for range formsAtOnce + 6 {
			f.take([]byte(`{"id":"9"}`))
		}
		time.Sleep(formPatience / 2)
		f.take([]byte(`{"id":"10"}`))
		time.Sleep(formPatience/2 + time.Second/2)
		close(hold)
		f.wait()
		if done.Load() != formsAtOnce+1 || strings.Count(log.String(), "dropped") != 6 || strings.Count(log.String(), "panic=boom") != 1 {
			t.Errorf("%d were carried out\n%s", done.Load(), log)
		}
	})
}
