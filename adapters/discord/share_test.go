package discord

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What was received before a hand-over is handled, the connection ends, and only
// then does another begin, in another process, as early as Discord allows.
func TestHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, table := newDesk(t), newTable()
		pa, pb := table.process("a"), table.process("b")
		table.give(shardsOf(1), 0, pa)
		a, b := start(t, d, Options{Sharer: pa}), start(t, d, Options{Sharer: pb})
		c, first := d.begin("100")
		a.want("of the first", "discord has 100 in discord/0", "discord/0 true")
		b.want("of the other")
		time.Sleep(time.Second)
		hold := make(chan struct{})
		a.mu.Lock()
		a.hold = hold
		a.mu.Unlock()
		c.update(1)
		c.update(2)
		synctest.Wait()
		table.give(shardsOf(1), 0, pb)
		if code := c.left(); code != 1000 {
			t.Errorf("it left with %d", code)
		}
		time.Sleep(2 * time.Second)
		b.want("while the first is not done")
		close(hold)
		a.want("handed over", "server 100 n1 owner= greet= gone=false in discord/0", "server 100 n2 owner= greet= gone=false in discord/0", "discord/0 false")
		_, second := d.begin("100")
		if apart := second.At.Sub(first.At); apart < identifyEvery || apart > identifyEvery+time.Second {
			t.Errorf("identified again after %s", apart)
		}
		a.want("afterwards")
		b.want("of the other", "discord has 100 in discord/0", "discord/0 true")
		time.Sleep(time.Hour)
		table.give(shardsOf(1), 0, pa)
		d.begin("100")
		b.want("handed back", "discord/0 false")
		a.want("handed back", "discord has 100 in discord/0", "discord/0 true")
		if n := d.dialled(); n != 3 {
			t.Errorf("%d connections", n)
		}
		stopAll(t, a, b)
	})
}

// A process that is stopped hands over at once; who comes back needs no restart.
func TestStoppedProcessHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, table := newDesk(t), newTable()
		d.shards = 2
		a, b := start(t, d, Options{Sharer: table.process("a")}), start(t, d, Options{Sharer: table.process("b")})
		d.begin("1")
		d.begin("2")
		time.Sleep(time.Minute)
		first, rest := a, b
		if table.owner(shardsOf(2), 0) == "b" {
			first, rest = b, a
		}
		held := len(first.take()) / 2
		rest.take()
		stopped := time.Now()
		if err := first.stop(); err != nil {
			t.Error(err)
		}
		for range held {
			_, id := d.begin("1")
			if after := id.At.Sub(stopped); after > time.Duration(held)*identifyEvery {
				t.Errorf("taken over after %s", after)
			}
		}
		if got := rest.take(); len(got) != 2*held || !strings.HasSuffix(got[1], " true") {
			t.Errorf("it heard %q", got)
		}
		if err := rest.stop(); err != nil {
			t.Error(err)
		}
	})
}

// A process that lost its shard, as it was frozen, does nothing more of what came
// before, and says until when it heard something.
func TestLostShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, table := newDesk(t), newTable()
		pa, pb := table.process("a"), table.process("b")
		table.give(shardsOf(1), 0, pa)
		a, b := start(t, d, Options{Sharer: pa}), start(t, d, Options{Sharer: pb})
		c, _ := d.begin("100")
		a.take()
		hold := make(chan struct{})
		a.mu.Lock()
		a.hold = hold
		a.mu.Unlock()
		for n := range 5 {
			c.update(n)
		}
		synctest.Wait()
		time.Sleep(20 * time.Second) // nothing more comes: a heartbeat would in 41 s
		table.take(shardsOf(1), 0, pb)
		c.left()
		d.begin("100")
		b.want("of the new one", "discord has 100 in discord/0", "discord/0 true")
		close(hold)
		time.Sleep(2 * time.Second)
		if got := a.take(); len(got) > 2 || got[len(got)-1] != "discord/0 false" {
			t.Errorf("the old one heard %q", got)
		}
		if ago := time.Since(a.silent); ago < 20*time.Second || ago > time.Minute {
			t.Errorf("it says that it was deaf for %s", ago)
		}
		stopAll(t, a, b)
	})
}

// Identifies of one bucket are 5 s apart in all processes together, and each
// shard has one.
func TestIdentifiesOfAllProcesses(t *testing.T) {
	for _, concurrency := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			d, table := newDesk(t), newTable()
			d.shards, d.limit.Concurrency = 6, concurrency
			var runs []*run
			for i := range 3 {
				p := table.process(fmt.Sprint(i))
				table.give(shardsOf(6), i, p)
				table.give(shardsOf(6), i+3, p)
				runs = append(runs, start(t, d, Options{Sharer: p}))
			}
			began, last := time.Now(), map[int]time.Time{}
			var shards []int
			for range 6 {
				_, id := d.begin()
				bucket := id.Shard[0] % concurrency
				if apart := id.At.Sub(last[bucket]); apart < identifyEvery {
					t.Errorf("shard %d identified %s after another", id.Shard[0], apart)
				}
				last[bucket] = id.At
				shards = append(shards, id.Shard[0])
			}
			if took := time.Since(began); took > time.Duration(6/concurrency)*(identifyEvery+time.Second) {
				t.Errorf("it took %s", took)
			}
			slices.Sort(shards)
			if fmt.Sprint(shards) != "[0 1 2 3 4 5]" {
				t.Errorf("%v identified", shards)
			}
			stopAll(t, runs...)
		})
	}
}

// What one process identifies is missing to the others: nobody goes below what is
// kept back.
func TestDayLimitOfAllProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, table := newDesk(t), newTable()
		d.shards, d.limit.Remaining = 6, 23 // 20 of 1000 are kept back
		var runs []*run
		for i := range 3 {
			p := table.process(fmt.Sprint(i))
			table.give(shardsOf(6), i, p)
			table.give(shardsOf(6), i+3, p)
			runs = append(runs, start(t, d, Options{Sharer: p}))
		}
		for range 3 {
			d.begin()
			d.mu.Lock()
			d.used++
			d.mu.Unlock()
		}
		time.Sleep(time.Hour)
		if n := d.dialled(); n != 3 {
			t.Errorf("%d connections", n)
		}
		stopAll(t, runs...)
	})
}

// A crowd are the connections of a desk that stand.
type crowd struct {
	mu   sync.Mutex
	live map[*line]string
}

// dialled is how often somebody connected.
func (d *desk) dialled() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dials
}

// serveAll takes all connections from now on.
func (d *desk) serveAll(ctx context.Context) *crowd {
	c := &crowd{live: map[*line]string{}}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case l := <-d.lines:
				go c.serve(l)
			}
		}
	}()
	return c
}

func (c *crowd) serve(l *line) {
	l.hello()
	select {
	case id := <-l.said:
		l.ready("100")
		c.mu.Lock()
		c.live[l] = fmt.Sprint(id.Shard)
		c.mu.Unlock()
	case code := <-l.gone:
		l.gone <- code
	}
	<-l.gone
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.live, l)
}

// shards are those that are connected.
func (c *crowd) shards() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Values(c.live)), " ")
}

// Discord wants more shards, and later fewer: every process finds out for itself,
// and in the end each shard is connected once. Fewer are had only when it has said so
// for a day.
func TestFollowsTheNumberOfShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		d, table := newDesk(t), newTable()
		crowd := d.serveAll(ctx)
		runs := []*run{start(t, d, Options{Sharer: table.process("a")})}
		time.Sleep(time.Minute) // so that they do not ask at the same moments
		runs = append(runs, start(t, d, Options{Sharer: table.process("b")}))
		say := func(shards int, during time.Duration) {
			d.mu.Lock()
			d.shards = shards
			d.mu.Unlock()
			time.Sleep(during)
		}
		expect := func(what, want string) {
			t.Helper()
			if got := crowd.shards(); got != want {
				t.Errorf("%s: %s", what, got)
			}
		}
		say(1, time.Minute)
		expect("at first", "[0 1]")
		say(2, 2*askAgain)
		expect("more", "[0 2] [1 2]")
		dials := d.dialled()
		for range 30 { // about where the number changes
			say(1, time.Hour)
			say(2, time.Hour)
		}
		expect("at the edge", "[0 2] [1 2]")
		if n := d.dialled(); n != dials {
			t.Errorf("%d more connections at the edge", n-dials)
		}
		say(1, shrinkAfter-time.Minute)
		expect("fewer, for less than a day", "[0 2] [1 2]")
		say(1, 3*askAgain)
		expect("fewer", "[0 1]")
		stopAll(t, runs...)
		expect("at the end", "")
	})
}

// The commands are made known by who has the first shard, each time that it gets it.
func TestCommandsAreOneProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, table := newDesk(t), newTable()
		d.shards = 2
		var mu sync.Mutex
		var by []string
		processes, runs := map[string]*process{}, []*run{}
		for _, name := range []string{"a", "b"} {
			processes[name] = table.process(name)
			table.give(shardsOf(2), len(runs), processes[name])
			o := Options{Sharer: processes[name]}
			r := startWith(t, d, o, func(a *Adapter) {
				fails := 2
				a.gate.register = func(context.Context) error {
					mu.Lock()
					defer mu.Unlock()
					if fails--; fails >= 0 {
						return errors.New("no answer")
					}
					by = append(by, name)
					return nil
				}
			})
			runs = append(runs, r)
		}
		d.begin("1")
		d.begin("2")
		time.Sleep(time.Hour)
		for _, name := range []string{"b", "a"} {
			table.give(shardsOf(2), 0, processes[name])
			d.begin("1")
			time.Sleep(time.Hour)
		}
		mu.Lock()
		if fmt.Sprint(by) != "[a b a]" {
			t.Errorf("registered by %v", by)
		}
		mu.Unlock()
		stopAll(t, runs...)
	})
}

// What a process remembers of refusals it remembers shortly where it does not hear
// that rights change.
func TestDoorsOfWhoDoesNotHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, table := newDesk(t), newTable()
		pa, pb := table.process("a"), table.process("b")
		table.give(shardsOf(1), 0, pa)
		a, b := start(t, d, Options{Sharer: pa}), start(t, d, Options{Sharer: pb})
		d.begin("100")
		time.Sleep(time.Minute) // all that beginning brings is over
		no := errors.New("no")
		for _, r := range []*run{a, b} {
			r.a.rest.doors.shutFor("5", "", no)
		}
		time.Sleep(closedDeaf)
		if a.a.rest.doors.closed("5", "") == nil || b.a.rest.doors.closed("5", "") != nil {
			t.Error("it is open where it is heard, or closed where it is not")
		}
		stopAll(t, a, b)
	})
}
