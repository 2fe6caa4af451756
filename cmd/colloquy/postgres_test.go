package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"colloquy/bot/store/pgtest"
)

// A serving is one serve of a test, in this process.
type serving struct {
	w      *town
	listen string
	typing *io.PipeWriter
	log    growing
	out    growing
	code   chan int
	stop   context.CancelFunc
}

// serveAt runs serve on a database, listening, until it is stopped or the test ends.
func (w *town) serveAt(at string, args ...string) *serving {
	w.t.Helper()
	s := &serving{w: w, listen: freeAddress(w.t), code: make(chan int, 1)}
	ctx, stop := context.WithCancel(w.t.Context())
	in, typing := io.Pipe()
	s.typing, s.stop = typing, stop
	env := getenv([]string{"COLLOQUY_DB=" + at, "COLLOQUY_ALLOW_NETWORK=127.0.0.0/8", consoleVariable + "=colloquy.db.console"})
	go func() {
		s.code <- run(ctx, append([]string{"serve", "--listen", s.listen}, args...), in, &s.out, &s.log, env)
	}()
	w.t.Cleanup(func() {
		stop()
		_ = typing.Close()
		s.code <- <-s.code
	})
	return s
}

// ends stops it, which must work.
func (s *serving) ends() {
	s.w.t.Helper()
	s.stop()
	code := <-s.code
	s.code <- code
	if code != exitDone {
		s.w.t.Errorf("serve ended with %d\n%s", code, s.log.since(0))
	}
}

// get asks it for one of its own pages.
func (s *serving) get(path string) string {
	res, err := http.Get("http://" + s.listen + path)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", res.StatusCode, strings.TrimSpace(string(body)))
}

// answers waits until a page says want.
func (s *serving) answers(path, want string) {
	s.w.t.Helper()
	last := ""
	s.w.until(path+" says "+want, func() bool {
		if got := s.get(path); got != last {
			last = got
			s.w.t.Logf("%s: %s", path, got)
		}
		return last == want
	})
}

const (
	isReady = "200 ready"
	away    = "503 not ready: database"
)

// A database that is down at the start is waited for, and one that goes away later
// too: the process lives, and is not ready.
func TestServeWaitsForItsDatabase(t *testing.T) {
	pgtest.Require(t)
	c, err := pgtest.Start(false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.SQL(t.Context(), "postgres", `CREATE DATABASE talk`))
	must(c.Stop(syscall.SIGINT))
	w := newTown(t)
	s := w.serveAt(c.URL("talk"))
	s.answers("/readyz", away)
	if got := s.get("/healthz"); got != "200 ok" {
		t.Errorf("/healthz while the database is down: %s", got)
	}
	if got := s.get("/slack/colloquy/events"); !strings.HasPrefix(got, "503 ") {
		t.Errorf("a platform is told %s", got)
	}
	must(c.Begin())
	s.answers("/readyz", isReady)
	if got := s.get("/slack/colloquy/events"); !strings.HasPrefix(got, "404 ") {
		t.Errorf("afterwards a platform is told %s", got)
	}
	must(c.Stop(syscall.SIGINT))
	s.answers("/readyz", away)
	if got := s.get("/healthz"); got != "200 ok" {
		t.Errorf("/healthz after the database was stopped: %s", got)
	}
	must(c.Begin())
	s.answers("/readyz", isReady)
	s.ends()
	log := s.log.since(0)
	contains(t, log, `msg="waiting for the database"`, "code=db_down", `msg=serving`, "kind=postgresql", "replica=", "msg=stopped")
	if n := strings.Count(log, "waiting for the database"); n != 1 {
		t.Errorf("the log says %d times that it waits:\n%s", n, log)
	}
}

// What waiting does not mend ends serve at once, on one line.
func TestServeDoesNotWaitInVain(t *testing.T) {
	pgtest.Require(t)
	t.Chdir(t.TempDir())
	c := pgtest.Shared(t)
	for at, want := range map[string]string{
		c.URL("nowhere"):      "does not exist on that server: make it with 'createdb', or correct its name",
		"postgres://h:port/x": "COLLOQUY_DB: the URL of the database cannot be read",
	} {
		r := cli(t, []string{"COLLOQUY_DB=" + at}, "", "serve")
		if r.code == exitDone || strings.Count(r.stderr, "colloquy: ") != 1 || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: %d, %q; want %q", at, r.code, r.stderr, want)
		}
	}
}

// Two replicas on one database share the work. Commands leave it to them, and do it
// themselves when none is left.
func TestReplicasBesideOneAnother(t *testing.T) {
	pgtest.Require(t)
	w := newTown(t, "Bridges", "Buses")
	at := home(t)
	a, b := w.serveAt(at), w.serveAt(at)
	a.answers("/readyz", isReady)
	b.answers("/readyz", isReady)
	contains(t, strings.Join(strings.Fields(w.run("doctor").stdout), " "), "ok replicas: 2 run: ", "ok serve: 2 replicas run, and nothing is overdue", "connections to the server are used", "ok clock: ")
	w.fails(exitFailed, "2 replicas of colloquy serve run on postgres://127.0.0.1", "demo")
	w.ok("feed", "add", w.feed, "--channel", "console:a")
	contains(t, w.ok("digest", "--post", "console:a", w.feed[:strings.LastIndex(w.feed, "/")]+"/Buses"), "Posted in console:a as discussion ")
	posts := func() int {
		data, err := os.ReadFile(filepath.Join("colloquy.db.console", "a.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(data), `"kind":"post"`)
	}
	w.until("all is posted", func() bool { return posts() >= 3 })
	for _, s := range []*serving{a, b} { // what is typed at either is recorded
		if _, err := io.WriteString(s.typing, "#a I think so\n"); err != nil {
			t.Fatal(err)
		}
		w.until("it is recorded", func() bool { return strings.Contains(s.out.since(0), "recorded ") })
	}
	id := read[[]discussionJSON](w, "discussion", "list")[0].ID.Short()
	if d := read[[]discussionJSON](w, "discussion", "list")[0]; d.Replies != 2 {
		t.Errorf("%d replies are recorded", d.Replies)
	}
	n := posts()
	a.ends()
	contains(t, w.ok("discussion", "close", id), "is closed")
	b.ends()
	contains(t, w.ok("digest", "--post", "console:a", w.feed[:strings.LastIndex(w.feed, "/")]+"/Bridges"), "Posted in console:a as discussion ")
	if posts() == n {
		t.Errorf("%d posts, and %d before", posts(), n)
	}
	if gaps := w.ok("discussion", "export", id, "--format", "jsonl"); strings.Contains(gaps, `"type":"gap"`) {
		t.Errorf("somebody was always listening, and yet:\n%s", gaps)
	}
}

// A replica that finds tables of a newer version ends, with one line, and does not
// begin again.
func TestReplicaOfAnOlderVersionEnds(t *testing.T) {
	pgtest.Require(t)
	w := newTown(t)
	at := home(t)
	s := w.serveAt(at)
	s.answers("/readyz", isReady)
	database := at[strings.LastIndex(at, "/")+1:]
	if err := pgtest.Shared(t).SQL(t.Context(), database, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	if code := <-s.code; code != exitFailed {
		t.Errorf("exit code %d", code)
	} else {
		s.code <- code
	}
	contains(t, s.log.since(0), "colloquy: the database postgres://127.0.0.1", "was brought up to date by a newer Colloquy (schema 999")
	w.fails(exitFailed, "was written by a newer Colloquy (schema 999", "serve")
	if r := w.run("migrate", "status"); r.code != exitFailed || !strings.Contains(r.stdout, "999  newer") || !strings.Contains(r.stderr, "by a newer Colloquy: use that version") {
		t.Errorf("migrate status: %+v", r)
	}
}

// Whatever goes wrong: no password is in what is printed or logged.
func TestNoPasswordIsShown(t *testing.T) {
	pgtest.Require(t)
	const password = "Zq7secretZq7"
	w := newTown(t)
	good := strings.Replace(home(t), "colloquy@", "colloquy:"+password+"@", 1)
	env := func(at string) []string {
		return []string{"COLLOQUY_DB=" + at, "COLLOQUY_LOG_LEVEL=debug"}
	}
	check := func(what string, code int, r result) {
		t.Helper()
		if all := r.stdout + r.stderr; strings.Contains(all, password) || strings.Contains(all, password[:5]) {
			t.Errorf("%s shows the password: %s", what, all)
		}
		if r.code != code {
			t.Errorf("%s: exit code %d, %s", what, r.code, r.stderr)
		}
	}
	for _, args := range []string{"demo", "discussion list", "migrate up", "migrate status", "schedule add --channel console:a --at monthly,1,09:00"} {
		check(args, exitDone, cli(t, env(good), "I think so\n", strings.Fields(args)...))
	}
	check("doctor", exitFailed, cli(t, env(good), "", "doctor")) // this server syncs nothing
	check("backup", exitFailed, cli(t, env(good), "", "backup", "x.db"))
	check("restore", exitUsage, cli(t, env(good), "", "restore", "x.db", "--yes"))
	for _, bad := range []string{
		strings.Replace(good, "colloquy:", "nobody:", 1), good + "x", strings.Replace(good, "127.0.0.1", "127.0.0.1.invalid", 1),
		"postgres://a:" + password + "@127.0.0.1:1/x", good + "?sslmode=verify-full", good + "?search_path=x%00", good + "?sslrootcert=/nix",
	} {
		for _, args := range []string{"discussion list", "doctor --quick", "migrate up", "migrate status", "demo"} {
			r := cli(t, env(bad), "", strings.Fields(args)...)
			check(bad+" "+args, max(r.code, exitFailed), r)
			if strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("%s %s: %q is not one line", bad, args, r.stderr)
			}
		}
	}
	for _, bad := range []string{"postgres://a:" + password + "/@h/x", "mysql://a:" + password + "@h/x", "host=h password=" + password} {
		check(bad, exitUsage, cli(t, env(bad), "", "discussion", "list"))
		writeFile(t, "c.yaml", "db: '"+bad+"'\n")
		check("the file with "+bad, exitUsage, cli(t, nil, "", "config", "check", "c.yaml"))
	}
	check("the flag", exitUsage, cli(t, nil, "", "discussion", "list", "--db", good))
	writeFile(t, "secret", good+"\n")
	check("a file of its own", exitDone, cli(t, []string{"COLLOQUY_DB_FILE=secret"}, "", "discussion", "list"))
	check("both", exitUsage, cli(t, []string{"COLLOQUY_DB_FILE=secret", "COLLOQUY_DB=" + good}, "", "discussion", "list"))

	ctx, stop := context.WithCancel(t.Context())
	log := &growing{}
	code := make(chan int)
	go func() { code <- run(ctx, []string{"serve"}, strings.NewReader(""), io.Discard, log, getenv(env(good))) }()
	w.until("serve runs", func() bool { return strings.Contains(log.since(0), "msg=serving") })
	stop()
	check("serve", exitDone, result{<-code, "", log.since(0)})
}

// What doctor says of a server that may lose what it committed, and of one that can
// only be read.
func TestDoctorOnPostgreSQL(t *testing.T) {
	pgtest.Require(t)
	w := newTown(t)
	home(t)
	doctor := func(code int, want ...string) {
		t.Helper()
		r := w.run("doctor")
		if r.code != code {
			t.Errorf("exit code %d", r.code)
		}
		contains(t, strings.Join(strings.Fields(r.stdout), " "), want...)
	}
	doctor(exitFailed, "ok database: postgres://127.0.0.1", " is PostgreSQL ", "can be written to, and answers in ", " ms: ",
		"WRONG database durability: fsync is off, so what was committed may be gone when the server crashes: replies would be lost, and posts appear twice → set fsync to on in PostgreSQL",
		"connections to the server are used; a replica needs up to", "ok clock: this machine's and the database's differ by ", "ok serve: it does not run, and nothing is scheduled")
	database := home(t)[strings.LastIndex(home(t), "/")+1:]
	if err := pgtest.Shared(t).SQL(t.Context(), database, `ALTER DATABASE `+database+` SET default_transaction_read_only = on`); err != nil {
		t.Fatal(err)
	}
	doctor(exitFailed, "WRONG database: ", "and is read-only → set default_transaction_read_only to off, for the database or its user")
	if err := pgtest.Shared(t).SQL(t.Context(), "postgres", `ALTER DATABASE `+database+` RESET default_transaction_read_only`); err != nil {
		t.Fatal(err)
	}
}
