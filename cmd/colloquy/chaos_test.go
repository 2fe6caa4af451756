package main

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

const (
	// chaosVariable is how long the chaos lasts, such as 20m; without it a minute or so.
	chaosVariable = "COLLOQUY_TEST_CHAOS"
	// chaosLag is how much later than it falls due something may be claimed where
	// all is well: what falls due so shortly before a schedule is paused may not be.
	chaosLag = 2 * time.Second
)

// A chaos is three replicas and what happens to them, on any platform.
type chaos struct {
	*crash    // its feed
	*replicas // embedded too: t is the same
	t         *testing.T
	length    time.Duration
	every     time.Duration // between due times of a schedule
	configure func(paused bool)
	busiest   func() *replica // the one to freeze; nil: any

	first    map[bot.ID]time.Time // the first due time of each schedule
	paused   [2]time.Time         // between which moments the schedules were paused
	kills    int
	networks int
	freeze   time.Duration // how long one is frozen
	frozen   [2]time.Time  // between which moments

	mu     sync.Mutex
	killed []time.Time
}

func newChaos(t *testing.T, env ...string) *chaos {
	c := &chaos{t: t, crash: &crash{t: t, started: time.Now()}, length: 70 * time.Second, every: 5 * time.Second, freeze: 30 * time.Second}
	if text := os.Getenv(chaosVariable); text != "" {
		var err error
		if c.length, err = time.ParseDuration(text); err != nil || c.length < time.Minute {
			t.Fatalf("%s is %q: give a time of at least 1m", chaosVariable, text)
		}
	}
	c.replicas = newReplicas(t, 3, "", env...)
	c.web = httptest.NewServer(c.crash)
	t.Cleanup(c.web.Close)
	return c
}

// begin starts the replicas, one before the others, which makes the schedules.
func (c *chaos) begin() {
	if c.all[0].process == nil {
		c.configure(false)
		c.all[0].start()
	}
	c.all[0].awaitReady()
	db := c.replicas.open()
	defer func() { _ = db.Close() }()
	c.first = map[bot.ID]time.Time{}
	for _, s := range c.schedules(db) {
		c.first[s.ID] = s.CreatedAt.Add(c.every).Truncate(time.Second)
	}
	for _, p := range c.all[1:] {
		p.start()
	}
	for _, p := range c.all {
		p.awaitReady()
	}
}

func (c *chaos) schedules(db *store.DB) []bot.Schedule {
	c.t.Helper()
	list, err := db.Schedules(c.t.Context(), bot.Channel{})
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// A blow is something that happens to the replicas or the database.
type blow struct {
	at time.Duration
	do func() string
}

// blows are all of them: a random replica is killed every 10 s, one is frozen for
// 30 s, the database is restarted and crashes, and every 20 s the connections of
// a random replica are slowed, cut or frozen.
func (c *chaos) blows() []blow {
	var all []blow
	for at := 10 * time.Second; at < c.length; at += 10 * time.Second {
		all = append(all, blow{at, c.killOne})
	}
	var cold *replica
	begin := c.length / 5
	all = append(all, blow{begin, func() string {
		if cold = c.random(); c.busiest != nil {
			cold = c.busiest()
		}
		c.frozen[0] = time.Now()
		cold.freeze()
		return cold.name + " frozen"
	}}, blow{begin + c.freeze, func() string {
		cold.thaw()
		c.frozen[1] = time.Now()
		return cold.name + " woken"
	}})
	all = append(all, blow{c.length * 55 / 100, func() string {
		c.restart(syscall.SIGINT, time.Second)
		return "database restarted"
	}}, blow{c.length * 8 / 10, func() string {
		c.restart(syscall.SIGQUIT, time.Second)
		return "database crashed and started"
	}})
	kind := 0
	for at := 6 * time.Second; at < c.length-10*time.Second; at += 20 * time.Second {
		all = append(all, c.disturbance(at, kind)...)
		kind++
	}
	slices.SortStableFunc(all, func(a, b blow) int { return int(a.at - b.at) })
	return all
}

// disturbance is what happens to the connections of one replica, and its end.
func (c *chaos) disturbance(at time.Duration, kind int) []blow {
	var p *replica
	how := []struct {
		name   string
		length time.Duration
		do     func()
	}{
		{"delayed by 2 s", 5 * time.Second, func() { p.proxy.Delay(2 * time.Second) }},
		{"cut", 3 * time.Second, func() { p.proxy.Cut() }},
		{"frozen", 8 * time.Second, func() { p.proxy.Freeze() }},
	}[kind%3]
	return []blow{{at, func() string {
		c.networks++
		p = c.random()
		how.do()
		return "connections of " + p.name + " " + how.name
	}}, {at + how.length, func() string {
		p.proxy.Heal()
		return "connections of " + p.name + " healed"
	}}}
}

// random is a replica that is not frozen.
func (c *chaos) random() *replica {
	for {
		if p := c.all[rand.N(len(c.all))]; !p.frozen {
			return p
		}
	}
}

func (c *chaos) killOne() string {
	p := c.random()
	c.mu.Lock()
	c.killed = append(c.killed, time.Now())
	c.mu.Unlock()
	p.kill()
	c.kills++
	p.start()
	return p.name + " killed and started"
}

// run lets everything happen to them, and returns when all is well again.
func (c *chaos) run() {
	begun := time.Now()
	for _, b := range c.blows() {
		time.Sleep(time.Until(begun.Add(b.at)))
		c.t.Logf("%5.1f s: %s", time.Since(begun).Seconds(), b.do())
	}
	time.Sleep(time.Until(begun.Add(c.length)))
	for _, p := range c.all {
		p.proxy.Heal()
	}
	for _, p := range c.all {
		p.awaitReady()
	}
}

// pause lets no schedule fall due any more, after what is due was claimed.
func (c *chaos) pause() {
	db := c.replicas.open()
	defer func() { _ = db.Close() }()
	p := c.all[0]
	p.await("that everything due is claimed", 40*time.Second, func() bool {
		return !slices.ContainsFunc(c.schedules(db), func(s bot.Schedule) bool { return s.NextAt.Before(time.Now()) })
	})
	c.configure(true)
	c.paused[0] = time.Now()
	_ = p.process.Process.Signal(syscall.SIGHUP)
	p.await("that every schedule is paused", time.Minute, func() bool {
		return !slices.ContainsFunc(c.schedules(db), func(s bot.Schedule) bool { return !s.Paused })
	})
	c.paused[1] = time.Now()
}

// finish waits until whatever was begun is finished, every discussion is closed
// and every thread listed.
func (c *chaos) finish() {
	db := c.replicas.open()
	defer func() { _ = db.Close() }()
	var left []string
	for end := time.Now().Add(c.length + 5*time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		if left = c.unfinished(db); len(left) > 0 {
			continue
		}
		open, err := db.Discussions(c.t.Context(), bot.Channel{}, true, 1)
		if err != nil {
			c.t.Fatal(err)
		}
		if len(open) == 0 {
			return
		}
	}
	c.t.Errorf("%d are not finished: %.2000s", len(left), fmt.Sprint(left))
}

// compareDue holds the occurrences against the due times that follow from the
// schedules: none is missing, none is there twice, and each has one outcome.
func (c *chaos) compareDue(all []bot.Occurrence) (expected int, outcomes map[string]int) {
	c.t.Helper()
	outcomes = map[string]int{}
	due := map[bot.ID][]bot.Occurrence{}
	for _, o := range all { // newest first
		outcomes[o.Outcome] += o.Count
		due[o.ScheduleID] = append(due[o.ScheduleID], o)
		if o.Outcome == "" {
			c.t.Errorf("occurrence %s has no outcome", o.ID)
		}
	}
	for id, first := range c.first {
		next, n := first, 0
		for _, o := range slices.Backward(due[id]) {
			// A row that stands for several is that of the last of them.
			next = next.Add(time.Duration(o.Count-1) * c.every)
			if !o.DueAt.Equal(next) {
				c.t.Errorf("schedule %s: due %s is recorded, want %s", id.Short(), o.DueAt, next)
			}
			next = o.DueAt.Add(c.every)
			n += o.Count
		}
		least, most := int((c.paused[0].Sub(first)-chaosLag)/c.every)+1, int(c.paused[1].Sub(first)/c.every)+1
		if n < least || n > most {
			c.t.Errorf("schedule %s: %d due times are recorded, want %d to %d", id.Short(), n, least, most)
		}
		expected += min(max(n, least), most)
	}
	return expected, outcomes
}

// tell says what the replicas complained of, at length when the test failed.
func (c *chaos) tell() {
	counts, first := c.complaints()
	c.t.Logf("the logs complain of: %v", counts)
	if c.t.Failed() {
		c.t.Log(first)
	}
}

// sum says what happened, and what became of the due times.
func (c *chaos) sum(expected int, occurrences []bot.Occurrence, outcomes map[string]int) {
	c.t.Logf("%s of chaos: %d kills, one replica frozen for %s, the database restarted and crashed, connections disturbed %d times",
		c.length, c.kills, c.frozen[1].Sub(c.frozen[0]).Round(time.Second), c.networks)
	n, others := 0, map[string]int{}
	for _, o := range occurrences {
		n += o.Count
		if o.Outcome != bot.OutcomePosted {
			others[o.Outcome+": "+o.Reason]++
		}
	}
	c.t.Logf("occurrences: %d expected, %d recorded: %v; %v", expected, n, outcomes, others)
}

// spread says how a list of times is spread.
func spread(list []time.Duration) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	at := func(percent int) time.Duration {
		return list[min(len(list)*percent/100, len(list)-1)].Round(time.Millisecond)
	}
	return fmt.Sprintf("%d: median %s, 99th percentile %s, max %s", len(list), at(50), at(99), at(100))
}

// dueAt is when each occurrence was due.
func dueAt(occurrences []bot.Occurrence) map[bot.ID]time.Time {
	due := map[bot.ID]time.Time{}
	for _, o := range occurrences {
		due[o.ID] = o.DueAt
	}
	return due
}
