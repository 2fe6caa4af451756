package main

import (
	"bytes"
	"colloquy/bot"
	"colloquy/bot/store"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// long lets a test that runs the real program for minutes run beside others of its
// kind: all mostly wait. The race detector sees nothing of that program, which is a
// process of its own, and would only slow the rest down.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes minutes; run without -short")
	}
	if racing {
		t.Skip("the program that it runs is built without the race detector; run without -race")
	}
	t.Parallel()
}

// eachOnce compares the posts of discussions with those on a platform: how often
// each is there, by key, and the ids of all messages. It takes those that it knows
// out of byKey, and returns how many were sent, and which messages are stored as
// replies.
func (c *crash) eachOnce(db *store.DB, discussions []bot.Discussion, byKey map[string]int, there map[string]bool) (sent int, stored map[string]bool) {
	c.t.Helper()
	stored = map[string]bool{}
	for _, d := range discussions {
		posts, err := db.Posts(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, p := range posts {
			switch n := byKey[p.Key]; {
			case p.State != bot.PostSent && d.State == bot.StateFailed && n == 0: // given up before its deadline
			case p.State != bot.PostSent:
				c.t.Errorf("%s %s of a discussion that is %s ended as %s (%s), and is there %d times", p.Kind, p.Key, d.State, p.State, p.Reason, n)
			case n != 1 || !there[p.Ref.MessageID]:
				c.t.Errorf("%s %s is sent, and is there %d times", p.Kind, p.Key, n)
			default:
				sent++
			}
			delete(byKey, p.Key)
		}
		replies, err := db.Replies(c.t.Context(), d.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range replies {
			stored[r.Ref.MessageID] = true
		}
	}
	return sent, stored
}

// A program is the real program, in processes of its own, in a folder of its own.
type program struct {
	t        testing.TB
	dir, bin string
	env      []string
	site     *town
	log      growing
	process  *exec.Cmd
}

// newProgram builds it; config is its colloquy.yaml.
func newProgram(t testing.TB, config string, env ...string) *program {
	r := &program{t: t, bin: buildProgram(t), dir: t.TempDir(), env: append(env, "COLLOQUY_ALLOW_NETWORK=127.0.0.0/8"), site: newSite(t)}
	r.configure(config)
	t.Cleanup(r.kill)
	return r
}

// configure writes its configuration file.
func (r *program) configure(config string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "colloquy.yaml"), []byte(config), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *program) command(args ...string) *exec.Cmd {
	p := exec.Command(r.bin, args...)
	p.Dir, p.Env = r.dir, append(os.Environ(), r.env...)
	return p
}

// start runs serve.
func (r *program) start(args ...string) {
	r.t.Helper()
	r.process = r.command(append([]string{"serve"}, args...)...)
	r.process.Stderr = &r.log
	if err := r.process.Start(); err != nil {
		r.t.Fatal(err)
	}
}

// kill ends serve at once.
func (r *program) kill() {
	if r.process != nil {
		_ = r.process.Process.Kill()
		_ = r.process.Wait()
		r.process = nil
	}
}

// stop ends serve as a supervisor does.
func (r *program) stop() {
	r.t.Helper()
	_ = r.process.Process.Signal(syscall.SIGTERM)
	if err := r.process.Wait(); err != nil {
		r.t.Errorf("serve ended with %v\n%s", err, r.log.since(0))
	}
	r.process = nil
}

// ok runs another command beside serve.
func (r *program) ok(args ...string) string {
	r.t.Helper()
	p := r.command(args...)
	var errs bytes.Buffer
	p.Stderr = &errs
	out, err := p.Output()
	if err != nil {
		r.t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// until waits for what only another process can tell.
func (r *program) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("waited two minutes for %s\n%s\n%s", what, r.log.since(0), r.ok("discussion", "list", "--format", "json"))
		}
	}
}

type exportedReply struct {
	Type      string `json:"type"`
	MessageID string `json:"message_id"`
	Text      string `json:"text"`
	Deleted   bool   `json:"deleted"`
	Form      bool   `json:"form"`
	Reactions []struct {
		Key   string `json:"key"`
		Count int    `json:"count"`
	} `json:"reactions"`
	From      string `json:"from"`
	To        string `json:"to"`
	Recovered int    `json:"recovered"`
}

// export reads the export of the newest discussion, or of the newest in a
// channel: the replies that are there, by their message, and the gaps.
func (r *program) export(channel ...string) (replies map[string]exportedReply, gaps []exportedReply) {
	r.t.Helper()
	var list []struct {
		ID string `json:"id"`
	}
	args := []string{"discussion", "list", "--format", "json"}
	for _, ch := range channel {
		args = append(args, "--channel", ch)
	}
	if err := json.Unmarshal([]byte(r.ok(args...)), &list); err != nil || len(list) == 0 {
		r.t.Fatalf("discussions: %v, %v", list, err)
	}
	file := filepath.Join(r.t.TempDir(), "export.jsonl")
	r.ok("discussion", "export", list[0].ID, "--format", "jsonl", "--output", file)
	data, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	replies = map[string]exportedReply{}
	for line := range strings.Lines(string(data)) {
		var e exportedReply
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			r.t.Fatalf("%v in %s", err, line)
		}
		switch {
		case e.Type == "gap":
			gaps = append(gaps, e)
		case e.Type == "reply" && !e.Deleted:
			replies[e.MessageID] = e
		}
	}
	return replies, gaps
}
