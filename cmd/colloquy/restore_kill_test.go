package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"colloquy/bot"
)

// A session is one run of the real program that is typed to.
type session struct {
	c     *crash
	p     *exec.Cmd
	in    io.WriteCloser
	lines chan string // what it prints
}

func (c *crash) begin() *session {
	c.t.Helper()
	s := &session{c: c, p: exec.Command(c.bin, "serve"), lines: make(chan string, 10_000)}
	s.p.Dir, s.p.Stderr = c.dir, &c.log
	in, err := s.p.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := s.p.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := s.p.Start(); err != nil {
		c.t.Fatal(err)
	}
	s.in = in
	go func() {
		defer close(s.lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			s.lines <- scan.Text()
		}
	}()
	return s
}

// expect waits for a line that begins like that, and gives the rest of it.
func (s *session) expect(begin string) string {
	s.c.t.Helper()
	end := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-s.lines:
			if rest, found := strings.CutPrefix(line, begin); found {
				return rest
			}
			if !ok {
				s.c.t.Fatalf("it ended before %q\n%s", begin, s.c.log.String())
			}
		case <-end:
			s.c.t.Fatalf("waited too long for %q\n%s", begin, s.c.log.String())
		}
	}
}

// say types a line in the channel and gives what is printed after begin.
func (s *session) say(line, begin string) string {
	s.c.t.Helper()
	if _, err := fmt.Fprintf(s.in, "#one %s\n", line); err != nil {
		s.c.t.Fatal(err)
	}
	return s.expect(begin)
}

func (s *session) end(how os.Signal) {
	s.c.t.Helper()
	if err := s.p.Process.Signal(how); err != nil {
		s.c.t.Fatal(err)
	}
	err := s.p.Wait()
	if _ = s.in.Close(); how == syscall.SIGTERM && err != nil {
		s.c.t.Errorf("it ended with %v\n%s", err, s.c.log.String())
	}
}

// command runs another command of the program beside.
func (c *crash) command(args ...string) string {
	c.t.Helper()
	p := exec.Command(c.bin, args...)
	p.Dir = c.dir
	out, err := p.CombinedOutput()
	if err != nil {
		c.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (c *crash) openDiscussions() (open []discussionJSON) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(c.command("discussion", "list", "--open", "--format", "json")), &open); err != nil || len(open) < 3 {
		c.t.Fatal(open, err)
	}
	return open
}

// rootsBeyond waits until the chat has more than n discussions and gives their number.
func (c *crash) rootsBeyond(n int) int {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if roots, _ := c.posted(); len(roots) > n {
			return len(roots)
		}
		if time.Now().After(end) {
			c.t.Fatalf("no more than %d discussions\n%s", n, c.log.String())
		}
	}
}

// posted counts the posts in the chat's file by their title: roots, and recaps.
func (c *crash) posted() (roots, recaps map[string]int) {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, "colloquy.db.console", "one.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		c.t.Fatal(err)
	}
	roots, recaps = map[string]int{}, map[string]int{}
	for text := range bytes.Lines(data) {
		var l struct {
			Kind, Thread string
			Message      bot.Message
		}
		if json.Unmarshal(text, &l) != nil || l.Kind != "post" {
			continue
		}
		if l.Thread == "" {
			roots[l.Message.Title]++
		} else if strings.HasPrefix(l.Message.Title, "Recap:") {
			recaps[l.Thread]++
		}
	}
	return roots, recaps
}

// TestRestoreAfterAKill goes back to a backup that a hundred events followed, and
// a kill: nothing is posted twice, and nobody who was erased is back.
func TestRestoreAfterAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute; run without -short")
	}
	c := newCrash(t)
	configure := func(every string, paused bool) {
		text := fmt.Sprintf(`db: %[1]s/colloquy.db
allow_network: [127.0.0.0/8]
feed_interval: 1s
shortest_interval: 1s
recap: {min_replies: 1, min_people: 1}
schedules:
  - {name: one, channel: "console:one", cron: "@every %[3]s", feeds: ["%[2]s/feed.xml"], close_after: 1m, order: oldest, same_story: post, paused: %[4]v}
`, c.dir, c.web.URL, every, paused)
		if err := os.WriteFile(filepath.Join(c.dir, "colloquy.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	configure("2s", false)
	s := c.begin()
	c.rootsBeyond(2)
	for _, who := range []string{"Ana", "Ben", "Cleo"} {
		s.say("/as "+who, "you speak as")
		s.say(who+" before the backup", "recorded ")
	}
	taken := s.say("Cleo takes this back", "recorded ")
	open := c.openDiscussions()
	c.command("backup", "copy.db")

	events := 0
	for i := range 18 {
		for _, who := range []string{"Ana", "Ben", "Cleo"} {
			s.say("/as "+who, "you speak as")
			id := s.say(fmt.Sprintf("%s, number %d after the backup", who, i), "recorded ")
			switch events++; {
			case who == "Cleo" && i%3 == 0:
				s.say("/delete "+id, "removed ")
				events++
			case who == "Cleo":
				s.say("/edit "+id+" Cleo changed her mind", "recorded ")
				events++
			case who == "Ben":
				s.say("/react "+id+" 👍", "reacted ")
				events++
			}
		}
	}
	s.say("/delete "+taken, "removed ")
	s.say("/as Ana", "you speak as")
	s.say("/discuss forget-me", "Erased: ")
	s.say("/as Ben", "you speak as")
	s.say("/discuss opt-out", "From now on nothing")
	for i := range 10 {
		s.say(fmt.Sprintf("Ben while he is out, number %d", i), "not recorded")
	}
	for _, d := range open { // each gets its recap
		s.say("/discuss close "+string(d.ID), "Closing ")
	}
	before := c.rootsBeyond(5)
	_, withdrawn, _ := strings.Cut(s.say("/discuss withdraw", "Withdrawing "), `"`)
	withdrawn, _, _ = strings.Cut(withdrawn, `"`)
	c.rootsBeyond(before)
	if _, recaps := c.posted(); len(recaps) == 0 {
		t.Errorf("no recap followed the backup")
	}
	s.end(syscall.SIGKILL)
	if events += 13 + before; events < 100 {
		t.Errorf("only %d events", events)
	}
	before = c.rootsBeyond(0)
	out := c.command("restore", "copy.db", "--yes")
	t.Logf("%d events, with those of the schedule, and then: %s", events, out)

	for range 2 { // the second start lists everything again
		s = c.begin()
		before = c.rootsBeyond(before)
		s.end(syscall.SIGTERM)
	}
	configure("2s", true)
	s = c.begin()
	for _, d := range c.openDiscussions() {
		s.say("/discuss close "+string(d.ID), "Closing ")
	}
	c.waitUntilClosed() // what was on its way is looked up; what closes gets its recap
	s.end(syscall.SIGTERM)
	c.compareRestored(withdrawn)
}

func (c *crash) waitUntilClosed() {
	db := c.open()
	defer func() { _ = db.Close() }()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(time.Second) {
		open := c.unfinished(db)
		_, discussions := c.everything(db)
		for _, d := range discussions {
			if d.State == bot.StateOpen || d.Stale || d.Pending {
				open = append(open, "discussion "+string(d.ID)+" "+d.State)
			}
		}
		if len(open) == 0 {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("these are not finished: %v", open)
		}
	}
}

func (c *crash) compareRestored(withdrawn string) {
	c.t.Helper()
	roots, recaps := c.posted()
	for title, n := range roots {
		if n != 1 {
			c.t.Errorf("%s was posted %d times", title, n)
		}
	}
	for thread, n := range recaps {
		if n != 1 {
			c.t.Errorf("thread %s has %d recaps", thread, n)
		}
	}
	if roots[withdrawn] != 1 {
		c.t.Errorf("%q was withdrawn, and posted %d times", withdrawn, roots[withdrawn])
	}
	db := c.open()
	defer func() { _ = db.Close() }()
	_, discussions := c.everything(db)
	kept := map[string]int{}
	for _, d := range discussions {
		replies, err := db.Replies(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range replies {
			kept[r.Author.Name]++
			if r.Author.Name == "Ana" || strings.Contains(r.Text, "while he is out") || strings.Contains(r.Text, "takes this back") {
				c.t.Errorf("this was erased: %q", r.Text)
			}
		}
	}
	if kept["Ben"] == 0 || kept["Cleo"] == 0 || len(recaps) == 0 {
		c.t.Errorf("kept of each: %v, in %d discussions with %d recaps", kept, len(discussions), len(recaps))
	}
	c.t.Logf("%d discussions in the chat, each once; kept of each: %v", len(roots), kept)
}
