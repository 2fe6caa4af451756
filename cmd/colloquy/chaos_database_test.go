package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestChaosOfTheDatabase lets everything happen to the database of three replicas
// that can, one of which is frozen all the time and woken afterwards. It looks at
// what they print and whether they call themselves ready, and compares at the end as
// TestChaosOnDiscord does. Then a newer version brings the tables up to date while
// two older ones run.
func TestChaosOfTheDatabase(t *testing.T) {
	long(t)
	c := &databaseChaos{newDiscordChaos(t, 3, 20)}
	defer c.tell()
	c.downAtStart()
	c.begin()
	writing := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() { c.write(writing) })
	time.Sleep(6 * time.Second) // until something was posted
	cold := c.all[2]
	cold.freeze()
	c.frozen[0] = time.Now()
	c.trouble("the database stopped and started", 10*time.Second, func() { c.stop(syscall.SIGINT) }, c.start)
	c.trouble("the database read-only", 8*time.Second, func() { c.readOnly("SET default_transaction_read_only = on") }, func() { c.readOnly("RESET default_transaction_read_only") })
	c.trouble("the disk of the database full, by triggers that fail as it would", 8*time.Second, c.fill, c.empty)
	c.slow(15 * time.Second)
	c.failOver()
	cold.thaw()
	c.frozen[1] = time.Now()
	t.Logf("a replica was frozen for %s and woken", c.frozen[1].Sub(c.frozen[0]).Round(time.Second))
	cold.awaitReady()
	close(writing)
	writer.Wait()
	c.pause()
	c.finish()
	c.stopAll()
	c.compare()
	c.twoVersions()
}

type databaseChaos struct{ *discordChaos }

func (c *databaseChaos) sql(database string, statements ...string) {
	c.t.Helper()
	if err := c.cluster.SQL(c.t.Context(), database, statements...); err != nil {
		c.t.Fatal(err)
	}
}

func (c *databaseChaos) stop(s syscall.Signal) {
	c.t.Helper()
	if err := c.cluster.Stop(s); err != nil {
		c.t.Fatal(err)
	}
}

func (c *databaseChaos) start() {
	c.t.Helper()
	if err := c.cluster.Begin(); err != nil {
		c.t.Fatal(err)
	}
}

// downAtStart starts one while there is no database: it waits for it.
func (c *databaseChaos) downAtStart() {
	c.t.Helper()
	c.chaos.configure(false)
	c.stop(syscall.SIGINT)
	p := c.all[0]
	p.start()
	said := ""
	p.await("an answer", 20*time.Second, func() bool { said, _ = p.ready(); return strings.HasPrefix(said, "not ready: database") })
	if alive, ok := p.alive(); !ok {
		c.t.Errorf("while it waits for the database it is not alive: %s", alive)
	}
	c.t.Logf("the database down at the start: %s; logged: %s", said, strings.TrimSpace(p.log.since(0)))
	c.start()
}

// awake are the replicas that are not frozen.
func (c *databaseChaos) awake() []*replica {
	return slices.DeleteFunc(slices.Clone(c.all), func(p *replica) bool { return p.frozen })
}

// trouble lets something happen for a while: the replicas live, are not ready, do
// not fill their logs, and are ready again afterwards.
func (c *databaseChaos) trouble(what string, length time.Duration, do, undo func()) {
	c.t.Helper()
	before := map[*replica]int{}
	for _, p := range c.awake() {
		before[p] = len(p.log.since(0))
	}
	do()
	said := map[string]bool{}
	for end := time.Now().Add(length); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for _, p := range c.awake() {
			answer, _ := p.ready()
			said[answer] = true
			if alive, ok := p.alive(); !ok {
				c.t.Fatalf("%s: %s does not live: %s", what, p.name, alive)
			}
		}
	}
	undo()
	undone := time.Now()
	for _, p := range c.awake() {
		p.awaitReady()
	}
	took := time.Since(undone).Round(100 * time.Millisecond)
	if !said["not ready: database"] {
		c.t.Errorf("%s: nobody said that the database is missed", what)
	}
	c.t.Logf("%s for %s: asked whether they are ready, the replicas said %q; ready again after %s", what, length, slices.Sorted(maps.Keys(said)), took)
	for _, p := range c.awake() {
		lines := logged.FindAllString(p.log.since(before[p]), -1)
		counts := map[string]int{}
		for _, l := range lines {
			counts[l]++
		}
		c.t.Logf("  %s logged %d lines: %v", p.name, len(lines), counts)
	}
}

// readOnly changes how sessions of the database begin, and ends those that there are.
func (c *databaseChaos) readOnly(how string) {
	c.sql("postgres", `ALTER DATABASE colloquy `+how, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'colloquy'`)
}

// fill makes every row that is added fail as it does on a full disk.
func (c *databaseChaos) fill() {
	c.sql("colloquy", `CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		RAISE EXCEPTION 'could not extend file "base/1/1": No space left on device' USING ERRCODE = '53100'; END $$`,
		`DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE format('CREATE TRIGGER no_space BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION no_space()', t); END LOOP; END $$`)
}

func (c *databaseChaos) empty() { c.sql("colloquy", `DROP FUNCTION no_space() CASCADE`) }

// slow makes every answer of the database come two seconds later: it goes on.
func (c *databaseChaos) slow(length time.Duration) {
	c.t.Helper()
	posts := c.posted()
	for _, p := range c.awake() {
		p.proxy.Delay(time.Second)
	}
	time.Sleep(length)
	said := map[string]bool{}
	for _, p := range c.awake() {
		answer, _ := p.ready()
		said[answer] = true
		p.proxy.Heal()
	}
	c.t.Logf("the database slow by 2 s for %s: %d posts meanwhile; asked whether they are ready, the replicas said %q", length, c.posted()-posts, slices.Sorted(maps.Keys(said)))
	for _, p := range c.awake() {
		p.awaitReady()
	}
}

func (c *databaseChaos) posted() int { return len(c.thereNow().posts) }

// failOver lets a second cluster take the place of the first, which dies.
func (c *databaseChaos) failOver() {
	c.t.Helper()
	second, err := c.cluster.Standby(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = second.Close() })
	c.trouble("the database failed over", 5*time.Second, func() { c.stop(syscall.SIGQUIT) }, func() {
		if err := second.Promote(c.t.Context()); err != nil {
			c.t.Fatal(err)
		}
		c.cluster = second
		for _, p := range c.all {
			p.proxy.Point(second)
		}
	})
}

// twoVersions starts a newer version while older ones run. These end, say so, and
// do not start again.
func (c *databaseChaos) twoVersions() {
	c.t.Helper()
	newer := c.newer()
	for _, p := range c.all[1:] {
		p.start()
		p.awaitReady()
	}
	c.all[0].bin = newer
	c.all[0].start()
	begun := time.Now()
	for _, p := range c.all[1:] {
		select {
		case err := <-p.ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
				c.t.Errorf("%s of the older version ended with %v", p.name, err)
			}
		case <-time.After(40 * time.Second):
			c.t.Fatalf("%s of the older version goes on:\n%s", p.name, tail(p.log.since(0)))
		}
		lines := strings.Split(strings.TrimSpace(p.log.since(0)), "\n")
		c.t.Logf("a newer version migrated: %s ended after %s: %s", p.name, time.Since(begun).Round(100*time.Millisecond), lines[len(lines)-1])
		p.process = nil
	}
	out, err := c.all[1].runs("serve")
	if err == nil || strings.Count(out, "colloquy: ") != 1 || !strings.Contains(out, "newer Colloquy") {
		c.t.Errorf("the older version starts again: %v", err)
	}
	c.t.Logf("the older version started again: %s", strings.TrimSpace(out))
	for _, p := range c.all[1:] {
		p.bin = newer
		p.start()
	}
	for _, p := range c.all {
		p.awaitReady()
	}
	c.stopAll()
}

// newer builds the program with one more change of the tables.
func (c *databaseChaos) newer() string {
	c.t.Helper()
	dir := c.t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		c.t.Fatal(err)
	}
	change, overlay, bin := filepath.Join(dir, "later.sql"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "colloquy")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "bot/store/migrations/00999_later.sql"): change}})
	if err != nil {
		c.t.Fatal(err)
	}
	for name, data := range map[string][]byte{change: []byte("-- +goose Up\nCREATE TABLE later (id TEXT PRIMARY KEY);\n"), overlay: replace} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", bin, ".").CombinedOutput(); err != nil {
		c.t.Fatal(fmt.Errorf("go build: %w\n%s", err, out))
	}
	return bin
}
