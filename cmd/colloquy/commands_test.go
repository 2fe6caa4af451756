package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A town is a folder with a database and a site with a feed that can change.
type town struct {
	t     testing.TB
	feed  string // address
	mu    sync.Mutex
	items []string // titles, the newest first
	down  bool
}

func newTown(t testing.TB, items ...string) *town {
	t.Chdir(t.TempDir())
	return newSite(t, items...)
}

// newSite is its web site alone.
func newSite(t testing.TB, items ...string) *town {
	w := &town{t: t, items: items}
	site := httptest.NewServer(w)
	t.Cleanup(site.Close)
	w.feed = site.URL + "/feed.xml"
	return w
}

func (w *town) publish(title string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items = append([]string{title}, w.items...)
}

func (w *town) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	title := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case w.down:
		http.Error(out, "closed for today", http.StatusInternalServerError)
	case title == "feed.xml":
		fmt.Fprint(out, `<?xml version="1.0"?><rss version="2.0"><channel><title>Town News</title>`)
		for _, i := range w.items {
			fmt.Fprintf(out, `<item><title>%s</title><link>http://%s/%s</link><guid>%s</guid></item>`, i, r.Host, i, i)
		}
		fmt.Fprint(out, `</channel></rss>`)
	case strings.HasPrefix(title, "gone"):
		http.NotFound(out, r)
	case strings.HasPrefix(title, "Bus"): // with much to ask about
		_, text, err := bundledArticle("last-bus")
		if err != nil {
			w.t.Error(err)
		}
		fmt.Fprintf(out, "<html lang=en><head><title>%s</title></head><body><article><h1>%s</h1><p>%s</p></article></body></html>",
			title, title, strings.ReplaceAll(text, "\n\n", "</p><p>"))
	default:
		fmt.Fprintf(out, "<html><head><title>%s</title></head><body><article><h1>%s</h1><p>About %s. %s</p></article></body></html>",
			title, title, title, strings.ReplaceAll(strings.TrimSpace(story), "\n", "</p><p>"))
	}
}

// run runs the program, which may read the town's site.
func (w *town) run(args ...string) result {
	w.t.Helper()
	return cli(w.t, []string{"COLLOQUY_ALLOW_NETWORK=127.0.0.0/8"}, "", args...)
}

// ok runs the program, which must succeed, and gives what it printed.
func (w *town) ok(args ...string) string {
	w.t.Helper()
	r := w.run(args...)
	if r.code != exitDone {
		w.t.Fatalf("%s: exit code %d, %s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r.stdout
}

// fails runs the program, which must fail with this exit code and one line that
// has want in it.
func (w *town) fails(code int, want string, args ...string) {
	w.t.Helper()
	r := w.run(args...)
	if r.code != code || strings.Count(r.stderr, "\n") != 1 || !strings.HasPrefix(r.stderr, "colloquy: ") || !strings.Contains(r.stderr, want) {
		w.t.Errorf("%s: exit code %d and %q; want %d and one line with %q", strings.Join(args, " "), r.code, r.stderr, code, want)
	}
}

// read runs the program with --format json and reads what it prints.
func read[T any](w *town, args ...string) (v T) {
	w.t.Helper()
	out := w.ok(append(args, "--format", "json")...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		w.t.Fatalf("%s: %v in %s", strings.Join(args, " "), err, out)
	}
	return v
}

// contains checks that text has each of the parts.
func contains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}

// discussed holds a discussion in the demonstration and gives its id.
func (w *town) discussed(lines ...string) string {
	w.t.Helper()
	if r := cli(w.t, nil, strings.Join(lines, "\n")+"\n", "demo"); r.code != exitDone {
		w.t.Fatal(r.stderr)
	}
	return string(read[[]discussionJSON](w, "discussion", "list")[0].ID)
}

// serve runs serve until the test ends. What is written to the result is typed there.
func (w *town) serve() (typed io.Writer) {
	ctx, stop := context.WithCancel(w.t.Context())
	env := placed(w.t, nil, nil)
	in, typing := io.Pipe()
	ended := make(chan struct{})
	var out, errs strings.Builder
	go func() {
		defer close(ended)
		if code := run(ctx, []string{"serve", "--allow-network", "127.0.0.0/8"}, in, &out, &errs, getenv(env)); code != exitDone {
			w.t.Errorf("serve ended with %d: %s", code, errs.String())
		}
	}()
	w.t.Cleanup(func() {
		stop()
		_ = typing.Close()
		<-ended
	})
	w.until("serve runs", func() bool { return serves(w.t) })
	return typing
}

// until waits until something is so.
func (w *town) until(what string, so func() bool) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); {
		if time.Now().After(end) {
			w.t.Fatalf("waited too long until %s", what)
		}
		if err := pause(w.t.Context(), 20*time.Millisecond); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Commands that show or change what is there make no database.
func TestNoDatabaseIsMadeByLooking(t *testing.T) {
	onFile(t)
	w := newTown(t)
	for _, args := range []string{
		"feed list", "feed remove x", "feed test x", "schedule list", "schedule next x", "schedule pause x", "schedule resume x",
		"schedule remove x", "schedule run x", "schedule why", "discussion list", "discussion show x", "discussion close x",
		"installation list", "installation show console", "installation export console", "installation erase console --yes",
		"discussion export x", "recap x", "person show console:x", "person export console:x", "person erase console:x --yes", "backup b.db",
		"audit", "settings", "managers", "managers remove x",
	} {
		w.fails(exitFailed, "there is no database colloquy.db yet: give another file with --db", strings.Fields(args)...)
	}
	if exists("colloquy.db") || exists("b.db") {
		t.Error("a database was made")
	}
}

func TestRefsThatFitNothingOrTooMuch(t *testing.T) {
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 * * *", "--name", "nine")
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 8 * * *", "--name", "eight")
	w.fails(exitFailed, `no schedule has the id "zzz"`, "schedule", "next", "zzz")
	w.fails(exitFailed, `the id of a schedule is missing`, "schedule", "pause", "")
	w.fails(exitFailed, `no discussion has the id "zzz"`, "discussion", "export", "zzz")
	w.fails(exitFailed, `no feed has the id "zzz"`, "feed", "remove", "zzz")
	w.fails(exitUsage, "write PLATFORM:WORKSPACE/ID", "person", "show", "nobody")
	w.fails(exitUsage, "needs an ID", "recap")
	list := read[[]scheduleJSON](w, "schedule", "list")
	id := string(list[0].ID)
	for n := 1; ; n++ { // the shortest ending that both have, if there is one
		if ending := id[len(id)-n:]; !strings.HasSuffix(string(list[1].ID), ending) {
			w.ok("schedule", "next", ending)
			break
		} else {
			w.fails(exitFailed, "give more of the id", "schedule", "next", ending)
		}
	}
}

// In the shell, ids complete from the database that the settings name.
func TestIDsComplete(t *testing.T) {
	w := newTown(t)
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "0 9 * * *", "--name", "nine", "--db", "x.db")
	id := read[[]scheduleJSON](w, "schedule", "list", "--db", "x.db")[0].ID.Short()
	r := cli(t, []string{"COLLOQUY_DB=x.db"}, "", "__complete", "schedule", "next", "")
	contains(t, r.stdout, id+"\tnine console:a 0 9 * * *\n")
	if r := cli(t, nil, "", "__complete", "schedule", "next", ""); strings.Contains(r.stdout, id) || exists("colloquy.db") {
		t.Errorf("without a database: %q", r.stdout)
	}
}

// A growing is what a program writes, read while it runs.
type growing struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.buf.Write(p)
}

// since is what was written after the first n bytes.
func (g *growing) since(n int) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.buf.String()[n:]
}
