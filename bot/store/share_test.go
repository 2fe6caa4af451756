package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// hall is where the runs of several processes on one database meet.
type hall struct {
	t   *testing.T
	url string

	mu    sync.Mutex
	runs  map[int]string // who runs a part
	lost  int            // runs that ended because their part was lost
	ended int            // that ended at all
}

// newHall has an empty database with tables.
func newHall(t *testing.T) *hall {
	pgtest.Require(t)
	return &hall{t: t, url: place(t), runs: map[int]string{}}
}

// A member is a process that shares.
type member struct {
	*DB
	name  string
	leave func() // stops sharing and waits until that has ended
}

// open opens the database as another process would, at the given URL. Leases are
// short, and given up long before they lapse: no lateness of this machine counts.
func (h *hall) open(url string, o Options) *DB {
	h.t.Helper()
	db, err := Open(h.t.Context(), url, o)
	if err != nil {
		h.t.Fatal(err)
	}
	db.sharing.every, db.sharing.lease, db.sharing.spare = 50*time.Millisecond, 5*time.Second, 2*time.Second
	h.t.Cleanup(func() { _ = db.Close() })
	return db
}

func (h *hall) join(name, url string, n int) *member {
	h.t.Helper()
	return h.share(name, h.open(url, Options{}), n)
}

// share has a process take part. Its runs end at once when they are asked to.
func (h *hall) share(name string, db *DB, n int) *member {
	ctx, stop := context.WithCancel(h.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		db.Share(ctx, "it's/100 %", n, func(ctx context.Context, part int) { h.run(ctx, name, part) })
	}()
	m := &member{DB: db, name: name, leave: func() { stop(); <-done }}
	h.t.Cleanup(m.leave)
	return m
}

func (h *hall) run(ctx context.Context, name string, part int) {
	h.mu.Lock()
	if other := h.runs[part]; other != "" {
		h.t.Errorf("part %d is begun by %s while %s runs it", part, name, other)
	}
	h.runs[part] = name
	h.mu.Unlock()
	<-ctx.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.runs, part)
	h.ended++
	if errors.Is(context.Cause(ctx), bot.ErrLeaseLost) {
		h.lost++
	}
}

// spread is how many parts each runs, such as "a3 b2".
func (h *hall) spread() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	count := map[string]int{}
	for _, name := range h.runs {
		count[name]++
	}
	var out []string
	for name, n := range count {
		out = append(out, fmt.Sprint(name, n))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// until waits until the parts are spread as wanted.
func (h *hall) until(want ...string) {
	h.t.Helper()
	eventually(h.t, func() string { return h.spread() }, want...)
}

func eventually(t *testing.T, look func() string, want ...string) {
	t.Helper()
	got := ""
	for range 3000 {
		if got = look(); slices.Contains(want, got) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("got %q, never %q", got, want)
}

func TestPartsAreSpreadOverThoseThatShare(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	a := h.join("a", h.url, 8)
	h.until("a8")
	b := h.join("b", h.url, 8)
	h.until("a4 b4")
	c := h.join("c", h.url, 8)
	h.until("a3 b3 c2")
	a.leave()
	h.until("b4 c4")
	b.leave()
	c.leave()
	h.until("")
	if h.lost > 0 {
		t.Errorf("%d parts were lost, and not handed over", h.lost)
	}
	if n := rowsOf(t, h, `SELECT COUNT(*) FROM leases`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func rowsOf(t *testing.T, h *hall, query string) (n int) {
	t.Helper()
	db := h.open(h.url, Options{})
	if err := db.r.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPartsOfTheDeadAndTheFrozenAreTakenOver(t *testing.T) {
	for _, c := range []struct {
		what   string
		befall func(*pgtest.Proxy)
	}{{"dead", (*pgtest.Proxy).Cut}, {"frozen", (*pgtest.Proxy).Freeze}} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			proxy := pgtest.NewProxy(t, pgtest.Shared(t))
			h.join("a", h.url, 5)
			h.until("a5")
			h.join("b", proxy.URL(h.url[strings.LastIndexByte(h.url, '/')+1:]), 5)
			h.until("a3 b2")
			c.befall(proxy)
			h.until("a3")
			h.until("a5")
			if h.lost != 2 {
				t.Errorf("%d runs were told that they were lost", h.lost)
			}
			proxy.Heal()
			h.until("a3 b2")
		})
	}
}

func TestARestartOfTheDatabaseMovesNothing(t *testing.T) {
	h := newHall(t)
	var all []*DB
	for _, name := range []string{"a", "b", "c"} {
		db := h.open(h.url, Options{})
		db.sharing.lease = time.Minute
		db.sharing.spare = time.Second
		all = append(all, db)
		h.share(name, db, 3)
		h.until("a3", "a2 b1", "a1 b1 c1")
	}
	h.until("a1 b1 c1")
	ended := h.ended
	cluster := pgtest.Shared(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := cluster.Stop(signal); err != nil {
			t.Fatal(err)
		}
		if err := cluster.Begin(); err != nil {
			t.Fatal(err)
		}
		for _, db := range all { // each has renewed again
			k, since := db.sharing.keeper, time.Now()
			eventually(t, func() string {
				db.sharing.mu.Lock()
				defer db.sharing.mu.Unlock()
				return fmt.Sprint(k.last.After(since))
			}, "true")
		}
	}
	if h.ended != ended || h.spread() != "a1 b1 c1" {
		t.Errorf("%d runs ended, and now it is %s", h.ended-ended, h.spread())
	}
}

func TestClocksOfMachinesDoNotMatter(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	wrong := func(by time.Duration) Options {
		return Options{Clock: func() time.Time { return time.Now().Add(by) }}
	}
	early, late := h.open(h.url, wrong(-90*time.Second)), h.open(h.url, wrong(90*time.Second))
	for _, db := range []*DB{early, late} {
		if off := time.Since(db.Now()); off.Abs() > 30*time.Second {
			t.Errorf("the time is %v off", off)
		}
	}
	h.share("late", late, 4)
	h.until("late4")
	h.share("early", early, 4)
	h.until("early2 late2")
	beats := func() time.Time {
		early.sharing.mu.Lock()
		defer early.sharing.mu.Unlock()
		return early.sharing.keeper.last
	}
	for range 10 {
		last := beats()
		eventually(t, func() string { return fmt.Sprint(beats() != last) }, "true")
	}
	if h.lost > 0 || h.ended != 2 {
		t.Errorf("%d runs ended, %d because they were lost", h.ended, h.lost)
	}
}

func TestAClockThatStandsStillStaysAsItIs(t *testing.T) {
	still := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	db, err := Open(t.Context(), place(t), Options{Clock: func() time.Time { return still }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if now := db.Now(); !now.Equal(still) {
		t.Errorf("the time is %v", now)
	}
}

func TestTheMoreExactComparisonOfClocksCounts(t *testing.T) {
	db := &DB{machine: time.Now}
	at := time.Now()
	db.compared(at, at.Add(20*time.Millisecond), at.Add(time.Hour).UnixMilli())
	hour := func() time.Duration { return db.clock.set.Load().now(at).Sub(at).Round(time.Second) }
	if hour() != time.Hour {
		t.Errorf("the clock is ahead by %v", hour())
	}
	db.compared(at.Add(time.Second), at.Add(6*time.Second), at.Add(2*time.Hour).UnixMilli())
	if hour() != time.Hour {
		t.Errorf("a slow answer was taken for exact: ahead by %v", hour())
	}
	// After a day without one, it is worth more than what the clock may have gone astray.
	later := at.Add(24 * time.Hour)
	db.compared(later, later.Add(5*time.Second), later.Add(2*time.Hour).UnixMilli())
	if got := db.clock.set.Load().now(later).Sub(later).Round(10 * time.Second); got != 2*time.Hour {
		t.Errorf("the clock is ahead by %v", got)
	}
}

func TestARunThatReturnsBeginsAgain(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	db := h.open(h.url, Options{})
	begun := make(chan int)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		db.Share(ctx, "short", 1, func(_ context.Context, part int) { begun <- part })
	}()
	<-begun
	<-begun
	stop()
	go func() {
		for range begun { // one may have begun meanwhile
		}
	}()
	<-done
	close(begun)
}

func TestReplicasShowThemselves(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	looks := h.open(h.url, Options{})
	versions := func() string {
		list, err := looks.Replicas(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range list {
			if r.Host == "" || len(r.ID) != 36 || time.Since(r.Since).Abs() > time.Minute {
				t.Errorf("%+v", r)
			}
			out = append(out, r.Version)
		}
		return strings.Join(out, " ")
	}
	proxy := pgtest.NewProxy(t, pgtest.Shared(t))
	leave, err := h.open(h.url, Options{}).Join(t.Context(), "1.0")
	if err != nil {
		t.Fatal(err)
	}
	dies := h.open(proxy.URL(h.url[strings.LastIndexByte(h.url, '/')+1:]), Options{})
	leaveToo, err := dies.Join(t.Context(), "1.1")
	if err != nil {
		t.Fatal(err)
	}
	if got := versions(); got != "1.0 1.1" {
		t.Errorf("there are %q", got)
	}
	proxy.Cut()
	eventually(t, versions, "1.0")
	leaveToo()
	leave()
	if got := versions(); got != "" {
		t.Errorf("left are %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dies.Join(ctx, "1.1"); !errors.Is(err, context.Canceled) {
		t.Errorf("joined a database that is away: %v", err)
	}
}

func TestWorkOfTheDeadFallsDueAtOnce(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	proxy := pgtest.NewProxy(t, pgtest.Shared(t))
	lives, dies := h.open(h.url, Options{}), h.open(proxy.URL(h.url[strings.LastIndexByte(h.url, '/')+1:]), Options{})
	at := func(id string) string {
		var due bool
		if err := lives.r.QueryRowContext(t.Context(), `SELECT work_at < $1 FROM notices WHERE id = $2`, time.Now().Add(time.Minute).UnixMilli(), id).Scan(&due); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(id, " is due: ", due)
	}
	begin := func(db *DB, id string) bot.Lease {
		leave, err := db.Join(t.Context(), "1.0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(leave)
		_, err = db.w.ExecContext(t.Context(), `INSERT INTO notices (id, platform, workspace, cause, hook, hook_tries, work_at) VALUES ($1, '', '', $1, '', 0, $2)`, id, time.Now().Add(time.Hour).UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		l := bot.Lease{Subject: bot.WorkNotice + "/" + id, Token: id}
		if ok, err := db.AcquireLease(t.Context(), l, db.Now(), time.Hour); !ok || err != nil {
			t.Fatal(ok, err)
		}
		return l
	}
	lease, other := begin(dies, "n1"), begin(lives, "n2")
	proxy.Cut()
	eventually(t, func() string { return at("n1") }, "n1 is due: true")
	if got := at("n2"); got != "n2 is due: false" {
		t.Error(got)
	}
	proxy.Heal()
	for l, want := range map[bot.Lease]bool{lease: false, other: true} {
		if ok, err := lives.RenewLease(t.Context(), l, lives.Now(), time.Hour); ok != want || err != nil {
			t.Errorf("%s is held: %v, %v", l.Subject, ok, err)
		}
	}
}

func TestANewerSchemaIsSeen(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	db := h.open(h.url, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Outdated(ctx); err != nil {
		t.Errorf("outdated from the beginning: %v", err)
	}
	h.share("a", db, 1)
	if _, err := db.w.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, TRUE)`, KnownSchema()+1); err != nil {
		t.Fatal(err)
	}
	var p *bot.Problem
	if err := db.Outdated(t.Context()); !errors.As(err, &p) || p.Code != "db_newer" {
		t.Errorf("got %v", err)
	}
}

func TestStopEndsWhateverTheDatabaseDoes(t *testing.T) {
	for _, c := range []struct {
		what   string
		befall func(*pgtest.Proxy)
	}{{"away", (*pgtest.Proxy).Cut}, {"frozen", (*pgtest.Proxy).Freeze}} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			proxy := pgtest.NewProxy(t, pgtest.Shared(t))
			db := h.open(proxy.URL(h.url[strings.LastIndexByte(h.url, '/')+1:]), Options{})
			db.sharing.lease = time.Hour
			a := h.share("a", db, 3)
			h.until("a3")
			c.befall(proxy)
			a.leave() // which would hang
			if h.spread() != "" {
				t.Error(h.spread())
			}
			proxy.Heal()
		})
	}
}

func TestFairShares(t *testing.T) {
	for range 2000 {
		n, held := rand.IntN(20), map[string]int{}
		for i := range 1 + rand.IntN(6) {
			held[fmt.Sprint("r", i)] = rand.IntN(n + 1)
		}
		sum, least, most := 0, n, 0
		for id := range held {
			own := fair(n, id, held)
			sum, least, most = sum+own, min(least, own), max(most, own)
		}
		if sum != n || most-least > 1 {
			t.Fatalf("%d parts among %v: %d in all, from %d to %d", n, held, sum, least, most)
		}
	}
	if fair(1, "a", map[string]int{"a": 0, "b": 1}) != 0 {
		t.Error("what one has alone is taken away by who comes later")
	}
}
