package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

// replicas are processes of the real program on one database of PostgreSQL, each
// in a folder of its own and behind a proxy of its own.
type replicas struct {
	t        testing.TB
	cluster  *pgtest.Cluster
	bin      string
	database string // its name
	all      []*replica
}

// newReplicas makes a durable cluster with an empty database, and n replicas that
// are not started.
func newReplicas(t testing.TB, n int, config string, env ...string) *replicas {
	t.Helper()
	pgtest.Require(t)
	c, err := pgtest.Start(true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &replicas{t: t, cluster: c, bin: buildProgram(t), database: "colloquy"}
	if err := c.SQL(t.Context(), "postgres", `CREATE DATABASE `+r.database); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		p := &replica{t: t, name: fmt.Sprint("replica ", i+1), bin: r.bin, dir: t.TempDir(), listen: freeAddress(t), proxy: pgtest.NewProxy(t, c)}
		p.env = append(slices.Clone(env), "COLLOQUY_ALLOW_NETWORK=127.0.0.0/8", "COLLOQUY_DB="+p.proxy.URL(r.database), "COLLOQUY_LISTEN="+p.listen)
		r.all = append(r.all, p)
		t.Cleanup(p.kill)
	}
	r.configure(config)
	return r
}

// configure writes the configuration file of each.
func (r *replicas) configure(config string) {
	r.t.Helper()
	for _, p := range r.all {
		if err := os.WriteFile(filepath.Join(p.dir, "colloquy.yaml"), []byte(config), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
}

// open opens the database beside the replicas, past the proxies.
func (r *replicas) open() *store.DB {
	r.t.Helper()
	db, err := store.Open(r.t.Context(), r.cluster.URL(r.database), store.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	return db
}

// restart ends the database with a signal, lets it be away for a while, and
// starts it again.
func (r *replicas) restart(signal syscall.Signal, away time.Duration) {
	r.t.Helper()
	if err := r.cluster.Stop(signal); err != nil {
		r.t.Fatal(err)
	}
	time.Sleep(away)
	if err := r.cluster.Begin(); err != nil {
		r.t.Fatal(err)
	}
}

// serveAll starts each and waits until all are ready.
func (r *replicas) serveAll() {
	r.t.Helper()
	for _, p := range r.all {
		p.start()
	}
	for _, p := range r.all {
		p.awaitReady()
	}
}

// stopAll ends each as a supervisor does.
func (r *replicas) stopAll() {
	r.t.Helper()
	for _, p := range r.all {
		if p.process != nil {
			_ = p.process.Process.Signal(syscall.SIGTERM)
		}
	}
	for _, p := range r.all {
		p.awaitEnd()
	}
}

var logged = regexp.MustCompile(`level=(?:WARN|ERROR) msg=(?:"[^"]*"|\S+)`)

// complaints counts the lines of the logs that warn, by what they say, and has
// the first of each in full.
func (r *replicas) complaints() (counts map[string]int, first string) {
	counts = map[string]int{}
	for _, p := range r.all {
		for line := range strings.Lines(p.log.since(0)) {
			if said := logged.FindString(line); said != "" {
				if counts[said]++; counts[said] == 1 {
					first += p.name + ": " + line
				}
			}
		}
	}
	return counts, first
}

// A replica is one of them.
type replica struct {
	t           testing.TB
	name, bin   string
	dir, listen string
	env         []string
	proxy       *pgtest.Proxy
	log         growing
	process     *exec.Cmd
	ended       chan error // how process ended
	frozen      bool
}

func (p *replica) command(args ...string) *exec.Cmd {
	c := exec.Command(p.bin, args...)
	c.Dir, c.Env = p.dir, append(os.Environ(), p.env...)
	return c
}

// start runs serve.
func (p *replica) start(args ...string) {
	p.t.Helper()
	process, ended := p.command(append([]string{"serve"}, args...)...), make(chan error, 1)
	process.Stderr = &p.log
	if err := process.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() { ended <- process.Wait() }()
	p.process, p.ended = process, ended
}

// kill ends it at once, whatever it does.
func (p *replica) kill() {
	if p.process == nil {
		return
	}
	select {
	case err := <-p.ended:
		p.t.Errorf("%s ended by itself: %v\n%s", p.name, err, tail(p.log.since(0)))
	default:
		_ = p.process.Process.Kill()
		<-p.ended
	}
	p.process, p.frozen = nil, false
}

// freeze stops it in the middle of whatever it does, until thaw.
func (p *replica) freeze() {
	p.frozen = true
	_ = p.process.Process.Signal(syscall.SIGSTOP)
}

func (p *replica) thaw() {
	p.frozen = false
	_ = p.process.Process.Signal(syscall.SIGCONT)
}

// awaitEnd waits for it to end after SIGTERM, which it does within the time that
// a supervisor gives.
func (p *replica) awaitEnd() {
	p.t.Helper()
	if p.process == nil {
		return
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("%s ended with %v:\n%s", p.name, err, tail(p.log.since(0)))
		}
	case <-time.After(30 * time.Second):
		p.t.Errorf("%s did not end within 30 s of SIGTERM:\n%s", p.name, tail(p.log.since(0)))
		_ = p.process.Process.Kill()
		<-p.ended
	}
	p.process = nil
}

func tail(s string) string { return s[max(0, len(s)-5000):] }

// ready asks it whether it is ready: what it answered, and whether that means yes.
func (p *replica) ready() (said string, ok bool) { return p.ask("/readyz") }

// alive asks it whether it lives.
func (p *replica) alive() (said string, ok bool) { return p.ask("/healthz") }

func (p *replica) ask(path string) (said string, ok bool) {
	c := http.Client{Timeout: 10 * time.Second}
	res, err := c.Get("http://" + p.listen + path)
	if err != nil {
		return "no answer", false
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
	return strings.TrimSpace(string(body)), res.StatusCode == http.StatusOK
}

// await waits for what only another process can tell.
func (p *replica) await(what string, most time.Duration, ok func() bool) time.Duration {
	p.t.Helper()
	begun := time.Now()
	for !ok() {
		if time.Since(begun) > most {
			p.t.Fatalf("%s: waited %s for %s\n%s", p.name, most, what, tail(p.log.since(0)))
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begun)
}

func (p *replica) awaitReady() {
	p.t.Helper()
	p.await("readiness", 3*time.Minute, func() bool { _, ok := p.ready(); return ok })
}

// runs gives what another command prints, on both streams, and how it ended.
func (p *replica) runs(args ...string) (string, error) {
	c := p.command(args...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}
