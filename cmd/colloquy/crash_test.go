package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// kills is how often the crash test kills the program.
const kills = 50

// TestKilledAtAnyMoment runs the real program, kills it with SIGKILL at random
// moments while schedules fire every second, drafts are shown, people write and
// discussions are withdrawn, and then compares three things that do not know of
// one another: the files of the chat, what was printed as recorded, and the
// database.
func TestKilledAtAnyMoment(t *testing.T) {
	long(t)
	c := newCrash(t)
	c.configure(false)
	for i := range kills {
		_ = c.run(func(p *exec.Cmd) {
			time.Sleep(50*time.Millisecond + rand.N(900*time.Millisecond)) // the moment is the point
			if i%2 == 1 {
				c.awaitPost() // the worst moment: it is in the chat, and nobody wrote that down
			}
			_ = p.Process.Kill()
		})
	}
	// No more due times; whatever was begun is finished. Leases of the dead and
	// posts of unknown fate take their time.
	c.configure(true)
	c.quiet = true
	err := c.run(func(p *exec.Cmd) {
		c.waitUntilDone(4 * time.Minute)
		_ = p.Process.Signal(syscall.SIGTERM)
	})
	if err != nil {
		t.Errorf("the last run ended with %v\n%s", err, c.log.String())
	}
	c.compare()
}

type crash struct {
	t        *testing.T
	dir, bin string
	web      *httptest.Server
	log      bytes.Buffer
	started  time.Time
	quiet    bool // nobody writes any more

	mu       sync.Mutex
	recorded map[string]bool // what was printed as recorded
	written  int
}

func newCrash(t *testing.T) *crash {
	c := &crash{t: t, dir: t.TempDir(), recorded: map[string]bool{}, started: time.Now()}
	c.bin = buildProgram(t)
	c.web = httptest.NewServer(c)
	t.Cleanup(c.web.Close)
	return c
}

// buildProgram builds the program once for a test.
func buildProgram(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "colloquy")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// ServeHTTP is a feed that has a new item every half second, and its pages.
func (c *crash) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch name := strings.TrimPrefix(r.URL.Path, "/"); name {
	case "robots.txt":
		http.NotFound(w, r)
	case "feed.xml":
		w.Header().Set("Content-Type", "application/rss+xml")
		newest := int(time.Since(c.started) / (500 * time.Millisecond))
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Crash</title>`)
		for i := newest; i > max(0, newest-30); i-- {
			fmt.Fprintf(w, `<item><title>Story %[1]d</title><link>%[2]s/story%[1]d</link><guid>g%[1]d</guid></item>`, i, c.web.URL)
		}
		fmt.Fprint(w, `</channel></rss>`)
	default:
		n, _ := strconv.Atoi(strings.TrimPrefix(name, "story"))
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<html lang="en"><head><title>%[1]s</title></head><body><article><h1>%[1]s</h1>`, name)
		for para := range strings.SplitSeq(inventedArticle(n), "\n\n") {
			fmt.Fprintf(w, "<p>%s</p>", para)
		}
		fmt.Fprint(w, `</article></body></html>`)
	}
}

// inventedArticle is a text about something else for each n, so that there is
// something new to ask.
func inventedArticle(n int) string {
	pick := func(shift int, words ...string) string { return words[(n+shift*n/7+shift)%len(words)] }
	place := pick(1, "Vellmar", "Ostrava", "Kandy", "Tromso", "Leeds", "Cadiz", "Lahore", "Bergamo", "Quito", "Varna", "Nantes")
	thing := pick(2, "library", "harbour", "tram", "orchard", "hospital", "museum", "brewery", "airport", "stadium", "bakery", "theatre", "quarry", "ferry")
	group := pick(3, "teachers", "farmers", "nurses", "students", "fishermen", "drivers", "tenants", "bakers", "miners", "gardeners", "shopkeepers")
	other := pick(4, "bridge", "school", "market", "forest", "factory", "river", "prison", "castle", "garden", "station", "museum", "reservoir", "canal")
	return fmt.Sprintf(`The council of %[1]s should close the %[2]s, because it costs %[5]d million euros a year and the %[3]s pay for it.
The %[3]s say that the %[4]s is worth more than the %[2]s to the people of %[1]s.
By %[6]d the %[2]s will have lost half of its visitors, the mayor predicts, and the %[4]s will have won them.

Since the %[4]s was opened, %[7]d percent more %[3]s have come to %[1]s than before.
It is unfair that %[3]s have no vote on the %[2]s, and everybody in %[1]s knows it.
Opponents of the plan dispute the figures and argue that the %[4]s would never have been built without the %[2]s.`,
		place, thing, group, other, 3+n%40, 2031+n%9, 11+n%60)
}

func (c *crash) configure(paused bool) {
	text := fmt.Sprintf(`db: %[1]s/colloquy.db
allow_network: [127.0.0.0/8]
feed_interval: 1s
shortest_interval: 1s
recap: {min_replies: 1, min_people: 1}
schedules:
  - {name: one, channel: "console:one", cron: "@every 1s", feeds: ["%[2]s/feed.xml"], close_after: 1m, same_story: post, paused: %[3]v}
  - {name: two, channel: "console:two", cron: "@every 1s", feeds: ["%[2]s/feed.xml"], close_after: 1m, same_story: post, paused: %[3]v}
  - {name: three, channel: "console:three", cron: "@every 1s", feeds: ["%[2]s/feed.xml"], close_after: 1m, same_story: post, paused: %[3]v, approve: "console:desk"}
`, c.dir, c.web.URL, paused)
	if err := os.WriteFile(filepath.Join(c.dir, "colloquy.yaml"), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// run starts the program, writes replies to it, and lets during end it.
func (c *crash) run(during func(*exec.Cmd)) error {
	c.t.Helper()
	p := exec.Command(c.bin, "serve")
	p.Dir, p.Stderr = c.dir, &c.log
	in, err := p.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		c.t.Fatal(err)
	}
	var both sync.WaitGroup
	stop := make(chan struct{})
	both.Go(func() { c.write(in, stop) })
	both.Go(func() { c.read(out) })
	during(p)
	close(stop)
	_ = in.Close()
	both.Wait()
	return p.Wait()
}

// awaitPost returns right after a post of ours appeared in the chat.
func (c *crash) awaitPost() {
	name := filepath.Join(c.dir, "colloquy.db.console", "one.jsonl")
	at, err := os.Stat(name)
	if err != nil {
		return // none yet
	}
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
		if now, err := os.Stat(name); err != nil || now.Size() == at.Size() {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return
		}
		if bytes.Contains(data[at.Size():], []byte(`"kind":"post"`)) {
			return
		}
	}
}

func (c *crash) write(in io.Writer, stop <-chan struct{}) {
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			if c.quiet {
				continue
			}
			c.written++
			if c.written%30 == 0 {
				if _, err := fmt.Fprintln(in, "#two /discuss withdraw"); err != nil {
					return
				}
			}
			if _, err := fmt.Fprintf(in, "#%s reply %d, in my own words\n", []string{"one", "two"}[c.written%2], c.written); err != nil {
				return
			}
		}
	}
}

func (c *crash) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "recorded "); ok {
			c.mu.Lock()
			c.recorded[id] = true
			c.mu.Unlock()
		}
	}
	_, _ = io.Copy(io.Discard, out)
}

func (c *crash) open() *store.DB {
	c.t.Helper()
	db, err := store.Open(c.t.Context(), filepath.Join(c.dir, "colloquy.db"), store.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	return db
}

func (c *crash) waitUntilDone(most time.Duration) {
	db := c.open()
	defer func() { _ = db.Close() }()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(time.Second) {
		if len(c.unfinished(db)) == 0 {
			return
		}
	}
	c.t.Errorf("after %s these are not finished: %v", most, c.unfinished(db))
}

func (c *crash) unfinished(db *store.DB) []string {
	var out []string
	occurrences, discussions := c.everything(db)
	for _, o := range occurrences {
		if o.Outcome == "" {
			out = append(out, "occurrence "+string(o.ID))
		}
	}
	for _, d := range discussions {
		if d.State == bot.StatePosting || d.State == bot.StateClosing || d.State == bot.StateWithdrawing || d.List && d.State != bot.StateWithdrawn {
			out = append(out, "discussion "+string(d.ID)+" "+d.State)
		}
	}
	return out
}

func (c *crash) everything(db *store.DB) ([]bot.Occurrence, []bot.Discussion) {
	c.t.Helper()
	occurrences, err := db.Occurrences(c.t.Context(), bot.Channel{}, "", 1_000_000)
	if err != nil {
		c.t.Fatal(err)
	}
	discussions, err := db.Discussions(c.t.Context(), bot.Channel{}, false, 1_000_000)
	if err != nil {
		c.t.Fatal(err)
	}
	return occurrences, discussions
}

// line is what the test reads of a line of the chat's file.
type line struct {
	ID, Kind, Thread, Key, Ref string
}

// chat reads the files of the chat.
func (c *crash) chat() []line {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, "colloquy.db.console", "*.jsonl"))
	if err != nil || len(files) != 4 {
		c.t.Fatal(files, err)
	}
	var out []line
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			c.t.Fatal(err)
		}
		for text := range strings.Lines(string(data)) {
			var l line
			if json.Unmarshal([]byte(text), &l) == nil { // a torn line is none
				out = append(out, l)
			}
		}
	}
	return out
}

func (c *crash) compare() {
	db := c.open()
	defer func() { _ = db.Close() }()
	occurrences, discussions := c.everything(db)
	counts := c.compareOccurrences(occurrences)
	inFile := map[string]int{}
	roots, removed := map[string]bool{}, map[string]bool{}
	chat := c.chat()
	for _, l := range chat {
		if l.Kind == "delete" {
			removed[l.Ref] = true
		}
		if l.Key != "" {
			inFile[l.Key]++
			roots[l.ID] = true
		}
	}
	withdrawn, drafts := 0, c.compareDrafts(inFile)
	sent, stored := 0, map[string]bool{}
	for _, d := range discussions {
		posts, err := db.Posts(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		if d.State == bot.StateWithdrawn {
			withdrawn++
			delete(roots, d.Channel.Thread) // what is written there is recorded no more
		}
		for _, p := range posts {
			switch {
			case p.State == bot.PostRemoved:
				if inFile[p.Key] != 1 || !removed[p.Ref.MessageID] {
					c.t.Errorf("post %s was taken back, and is %d times in the chat", p.Key, inFile[p.Key])
				}
			case p.State == bot.PostSent:
				sent++
				if inFile[p.Key] != 1 {
					c.t.Errorf("post %s is sent, and %d times in the chat", p.Key, inFile[p.Key])
				}
				if d.State == bot.StateWithdrawn {
					c.t.Errorf("post %s of a discussion that was withdrawn is still there", p.Key)
				}
			case d.State == bot.StateWithdrawn && inFile[p.Key] == 0:
			case d.State != bot.StateFailed:
				c.t.Errorf("post %s of a discussion that is %s ended as %s", p.Key, d.State, p.State)
			}
			if p.State != bot.PostSent {
				delete(inFile, p.Key)
			}
		}
		replies, err := db.Replies(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range replies {
			stored[r.Ref.MessageID] = true
		}
	}
	if len(inFile) != sent {
		c.t.Errorf("%d posts in the chat, %d in the database", len(inFile), sent)
	}
	lost := 0
	for id := range c.recorded {
		if !stored[id] {
			lost++
		}
	}
	unseen := 0
	for _, l := range chat {
		if l.Kind == "reply" && roots[l.Thread] && !stored[l.ID] {
			unseen++
		}
	}
	if lost > 0 || unseen > 0 {
		c.t.Errorf("%d acknowledged replies are missing, and %d others that are in a thread", lost, unseen)
	}
	if c.t.Failed() {
		return
	}
	c.t.Logf("%d kills; occurrences %v; %d discussions, %d posts, each once; %d of them withdrawn; %d drafts shown, each once; %d replies typed, %d printed as recorded, %d stored, none missing",
		kills, counts, len(discussions), sent, withdrawn, drafts, c.written, len(c.recorded), len(stored))
}

// compareOccurrences checks that the due times follow one another without a
// hole, each with one outcome.
func (c *crash) compareOccurrences(all []bot.Occurrence) map[string]int {
	counts := map[string]int{}
	due := map[bot.ID][]bot.Occurrence{}
	for _, o := range all {
		counts[o.Outcome] += o.Count
		if o.Outcome == "" {
			c.t.Errorf("occurrence %s has no outcome", o.ID)
		}
		if !o.Request.Draft {
			due[o.ScheduleID] = append(due[o.ScheduleID], o)
		}
	}
	if len(due) != 3 {
		c.t.Errorf("occurrences of %d schedules, want 3", len(due))
	}
	for id, list := range due { // newest first
		for i := 1; i < len(list); i++ {
			if step := list[i-1].DueAt.Sub(list[i].DueAt); step != time.Duration(list[i].Count)*time.Second {
				c.t.Errorf("schedule %s: %s between two due times, the first standing for %d", id.Short(), step, list[i].Count)
			}
		}
	}
	return counts
}

// compareDrafts checks that no draft was shown twice, and takes them out of the
// posts in the chat.
func (c *crash) compareDrafts(inFile map[string]int) (shown int) {
	data, err := os.ReadFile(filepath.Join(c.dir, "colloquy.db.console", "desk.jsonl"))
	if err != nil {
		c.t.Fatal(err)
	}
	for text := range strings.Lines(string(data)) {
		var l line
		if json.Unmarshal([]byte(text), &l) != nil || l.Key == "" {
			continue
		}
		if shown++; inFile[l.Key] != 1 {
			c.t.Errorf("a draft was shown %d times", inFile[l.Key])
		}
		delete(inFile, l.Key)
	}
	return shown
}
