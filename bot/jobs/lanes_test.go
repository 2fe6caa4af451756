package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

// office is what several runners on one database work in.
type office struct {
	t     *testing.T
	lanes map[string]int
	hold  chan struct{} // nil: work takes no time; it lasts until this is closed

	mu    sync.Mutex
	busy  map[string]map[string]int // who works in a lane, with how many
	done  map[bot.ID]string         // by whom
	cause []error                   // why work was cancelled
	begun int
}

func newOffice(t *testing.T, lanes map[string]int) *office {
	return &office{t: t, lanes: lanes, busy: map[string]map[string]int{}, done: map[bot.ID]string{}}
}

// clerk is the engine of one runner.
type clerk struct {
	*office
	name string
}

func (c clerk) Beat(context.Context) error { return nil }
func (c clerk) Lanes() map[string]int      { return c.lanes }
func (c clerk) Settings() bot.Settings {
	return bot.Settings{FetchTimeout: time.Second, WriteTimeout: time.Second}
}
func (c clerk) Plan(_ bot.Schedule, now time.Time) bot.Claim {
	return bot.Claim{Next: now.Add(time.Hour)}
}

// Run works on a notice whose id is PLATFORM.WORKSPACE.NUMBER.
func (c clerk) Run(ctx context.Context, kind string, id bot.ID) error {
	name := strings.Split(string(id), ".")
	lane := fmt.Sprint(name[0], bot.Lane(name[1], c.lanes[name[0]]))
	c.mu.Lock()
	if c.busy[lane] == nil {
		c.busy[lane] = map[string]int{}
	}
	c.busy[lane][c.name]++
	for other, n := range c.busy[lane] {
		if other != c.name && n > 0 {
			c.t.Errorf("%s and %s both work in lane %s", c.name, other, lane)
		}
	}
	c.begun++
	hold := c.hold
	c.mu.Unlock()
	var err error
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[lane][c.name]--
	if err != nil {
		c.cause = append(c.cause, err)
		return err
	}
	c.done[id] = c.name
	return nil
}

// due makes notices that are due, as rows.
func due(t *testing.T, db *store.DB, platform string, workspaces, number int) {
	t.Helper()
	for w := range workspaces {
		_, err := db.Conn().ExecContext(t.Context(), `INSERT INTO notices (id, platform, workspace, cause, hook, hook_tries, work_at) VALUES ($1, $2, $3, $4, '', 0, 1)`,
			fmt.Sprintf("%s.w%d.%d", platform, w, number), platform, fmt.Sprint("w", w), fmt.Sprint(number))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// run runs a runner until the function that it returns is called, which waits for it.
func (o *office) run(name string, db *store.DB, grace time.Duration) (stop func()) {
	o.t.Helper()
	r, err := jobs.New(o.t.Context(), jobs.Options{DB: db, Engine: clerk{o, name}, Clock: db.Now, Log: silent, Tick: 10 * time.Millisecond})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, grace) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Errorf("%s: %v", name, err)
		}
	})
	o.t.Cleanup(stop)
	return stop
}

// until waits until something is so.
func (o *office) until(what string, so func() bool) {
	o.t.Helper()
	for range 6000 {
		o.mu.Lock()
		ok := so()
		o.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	o.t.Fatalf("never: %s", what)
}

func (o *office) didAll(n int) func() bool { return func() bool { return len(o.done) >= n } }

// whose are those who did something.
func (o *office) whose() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	by := map[string]bool{}
	for _, name := range o.done {
		by[name] = true
	}
	return fmt.Sprint(by)
}

func TestALaneIsOneRunnersAtATime(t *testing.T) {
	t.Parallel()
	pgtest.Require(t)
	at := place(t)
	a, b := openAt(t, at, time.Now), openAt(t, at, time.Now)
	o := newOffice(t, map[string]int{"slack": 8, "console": 1})
	due(t, a, "slack", 20, 0)
	due(t, a, "console", 1, 0)
	stop := o.run("a", a, time.Second)
	o.until("one does all", o.didAll(21))
	o.run("b", b, time.Second)
	number, rows := 0, 21
	more := func() {
		number++
		due(t, b, "slack", 20, number)
		rows += 20
		o.until("what is due is done", o.didAll(rows))
	}
	for strings.Count(o.whose(), "true") < 2 {
		more()
	}
	stop()
	o.mu.Lock()
	clear(o.done)
	rows = 0
	o.mu.Unlock()
	more()
	if got := o.whose(); got != "map[b:true]" {
		t.Errorf("after a stopped, it was done by %s", got)
	}
}

func TestWhatIsOfAPlatformThatNobodyHasIsWorkedOn(t *testing.T) {
	db := open(t, time.Now)
	o := newOffice(t, map[string]int{"console": 1})
	due(t, db, "discord", 3, 0)
	o.run("a", db, time.Second)
	o.until("it is worked on", o.didAll(3))
}

func TestALaneIsHandedOverWhenItsWorkHasEnded(t *testing.T) {
	t.Parallel()
	pgtest.Require(t)
	at := place(t)
	a, b := openAt(t, at, time.Now), openAt(t, at, time.Now)
	o := newOffice(t, map[string]int{"console": 1})
	o.hold = make(chan struct{})
	due(t, a, "console", 1, 0)
	stop := o.run("a", a, time.Minute)
	o.until("a works", func() bool { return o.begun == 1 })
	o.run("b", b, time.Second)
	due(t, b, "console", 1, 1)
	o.until("both are at work", func() bool { return o.begun == 2 })
	go func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		close(o.hold)
		o.hold = nil
	}()
	stop()
	due(t, b, "console", 1, 2)
	o.until("b does the rest", o.didAll(3))
	if len(o.cause) > 0 {
		t.Errorf("work was cancelled: %v", o.cause)
	}
}

func TestWorkOfALostLaneIsCancelled(t *testing.T) {
	t.Parallel()
	pgtest.Require(t)
	at := place(t)
	proxy := pgtest.NewProxy(t, pgtest.Shared(t))
	a := openAt(t, proxy.URL(at[strings.LastIndexByte(at, '/')+1:]), time.Now)
	b := openAt(t, at, time.Now)
	o := newOffice(t, map[string]int{"console": 1})
	o.hold = make(chan struct{})
	due(t, a, "console", 1, 0)
	o.run("a", a, time.Second)
	o.until("a works", func() bool { return o.begun == 1 })
	o.run("b", b, time.Second)
	proxy.Freeze()
	o.until("a is told", func() bool { return len(o.cause) == 1 })
	if !errors.Is(o.cause[0], bot.ErrLeaseLost) {
		t.Errorf("a was told %v", o.cause[0])
	}
	close(o.hold)
	due(t, b, "console", 1, 1)
	o.until("b has the lane", o.didAll(1))
	proxy.Heal()
}

func TestTheDatabaseMayBeAway(t *testing.T) {
	pgtest.Require(t)
	db := open(t, time.Now)
	o := newOffice(t, map[string]int{"slack": 2, "console": 1})
	due(t, db, "slack", 5, 0)
	stop := o.run("a", db, time.Second)
	o.until("all is done", o.didAll(5))
	cluster := pgtest.Shared(t)
	for i, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := cluster.Stop(signal); err != nil {
			t.Fatal(err)
		}
		if err := cluster.Begin(); err != nil {
			t.Fatal(err)
		}
		for db.Conn().PingContext(t.Context()) != nil {
		}
		due(t, db, "slack", 5, i+1)
		o.until("all is done again", o.didAll(5*(i+2)))
	}
	if err := cluster.Stop(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	stop() // and ends, also without it
	if err := cluster.Begin(); err != nil {
		t.Fatal(err)
	}
}

func TestStopEndsBehindAFrozenDatabase(t *testing.T) {
	t.Parallel()
	pgtest.Require(t)
	at := place(t)
	proxy := pgtest.NewProxy(t, pgtest.Shared(t))
	db := openAt(t, proxy.URL(at[strings.LastIndexByte(at, '/')+1:]), time.Now)
	o := newOffice(t, map[string]int{"console": 1})
	due(t, db, "console", 1, 0)
	stop := o.run("a", db, time.Minute)
	o.until("it works", o.didAll(1))
	proxy.Freeze()
	stop()
	proxy.Heal()
}
