package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

// discussed makes a database with one discussion, in a folder of its own, and
// records n replies in it. It gives the id of the discussion.
func discussed(t *testing.T, path string, n int) (id string) {
	t.Helper()
	if r := cli(t, nil, "I think so\n@2 Not at all\n", "demo", "--db", path); r.code != exitDone {
		t.Fatal(r.stderr)
	}
	db, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	list, err := db.Discussions(t.Context(), bot.Channel{}, false, 2)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	d := list[0]
	var all sync.WaitGroup
	for worker := range 64 {
		all.Go(func() {
			for i := worker; i < n; i += 64 {
				r := bot.Reply{ID: bot.NewID(time.Now()), DiscussionID: d.ID, Ref: bot.MessageRef{Channel: d.Channel, MessageID: fmt.Sprint("m", i)},
					Author: bot.Person{Platform: "console", ID: fmt.Sprint("u", i%50), Name: "Somebody"}, Text: fmt.Sprint("Said as number ", i, " 😀"), Version: 1, CreatedAt: d.OpenedAt}
				if res, err := db.RecordReply(t.Context(), r, "who", time.Now(), time.Hour); err != nil || !res.Stored {
					t.Error(res, err)
					return
				}
			}
		})
	}
	all.Wait()
	return string(d.ID)
}

// The real program is killed again and again while it copies. In the end everything
// is there once, the file is out of use, and what ran the copy first is refused
// where somebody else wrote.
func TestCopyThatIsKilled(t *testing.T) {
	pgtest.Require(t)
	const replies = 20_000
	p := newProgram(t, "")
	file := filepath.Join(p.dir, "colloquy.db")
	id := discussed(t, file, replies)
	cluster, err := pgtest.Start(false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	to := cluster.URL("postgres")
	export := func(of string) {
		for _, format := range []string{"csv", "jsonl"} {
			p.ok("discussion", "export", id, "--db", of, "--format", format, "--output", filepath.Join(p.dir, fmt.Sprint(store.IsPostgres(of), ".", format)))
		}
	}
	export(file)
	kills := 0
	for ; kills < 8; kills++ {
		c := p.command("copy", "--from", file, "--to", to)
		var errs strings.Builder
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		moment := time.AfterFunc(time.Duration(50+rand.IntN(400))*time.Millisecond, func() { _ = c.Process.Kill() })
		err := c.Wait()
		moment.Stop()
		if err == nil {
			break
		}
		if errs.Len() > 0 {
			t.Fatalf("after %d kills: %s", kills, errs.String())
		}
	}
	out := p.ok("copy", "--from", file, "--to", to, "--format", "json")
	t.Logf("killed %d times; %d letters at last", kills, len(out))
	export(to)
	for _, format := range []string{".csv", ".jsonl"} {
		was, err := os.ReadFile(filepath.Join(p.dir, "false"+format))
		if err != nil {
			t.Fatal(err)
		}
		is, err := os.ReadFile(filepath.Join(p.dir, "true"+format))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(was, is) || bytes.Count(was, []byte("\n")) < replies {
			t.Errorf("%s: %d letters in the file, %d in PostgreSQL", format, len(was), len(is))
		}
	}
	if r := cli(t, nil, "", "serve", "--db", file); r.code != exitFailed || !strings.Contains(r.stderr, "was moved to postgres://127.0.0.1") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("serve on what was moved: %d, %s", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "copy", "--from", file, "--to", to); r.code != exitDone || !strings.Contains(r.stdout, "nothing was left to do") {
		t.Errorf("again: %d, %s%s", r.code, r.stdout, r.stderr)
	}
	if r := cli(t, nil, "", "copy", "--from", file, "--reopen", "--yes"); r.code != exitDone {
		t.Errorf("reopen: %d, %s", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "copy", "--from", file, "--to", to); r.code != exitFailed || !strings.Contains(r.stderr, "give an empty database") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("to what is in use: %d, %s", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "schedule", "add", "--db", file, "--channel", "console:x", "--at", "daily 09:00"); r.code != exitDone {
		t.Errorf("a copy that was refused left the file out of use: %s", r.stderr)
	}
}

func TestCopyRefusesWhatItCannotDo(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	discussed(t, "a.db", 1)
	release, err := lock("a.db", "colloquy serve")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want string
		code int
		args []string
	}{
		{"needs --from", exitUsage, nil},
		{"needs --to", exitUsage, []string{"--from", "a.db"}},
		{"takes no --to", exitUsage, []string{"--from", "a.db", "--to", "b.db", "--reopen"}},
		{"there is no database none.db", exitFailed, []string{"--from", "none.db", "--to", "postgres://127.0.0.1:1/x"}},
		{"colloquy serve (process", exitFailed, []string{"--from", "a.db", "--to", "postgres://127.0.0.1:1/x"}},
		{"use 'colloquy backup'", exitFailed, []string{"--from", "b.db", "--to", "c.db"}},
		{"pg_dump", exitFailed, []string{"--from", "postgres://127.0.0.1:1/x", "--to", "postgres://127.0.0.1:1/y"}},
	} {
		writeFile(t, "b.db", "")
		r := cli(t, nil, "", append([]string{"copy"}, tt.args...)...)
		if r.code != tt.code || !strings.Contains(r.stderr, tt.want) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%v: %d, %q; want %q", tt.args, r.code, r.stderr, tt.want)
		}
	}
	release()
	if r := cli(t, nil, "", "copy", "--from", "a.db", "--to", "postgres://somebody:hush@127.0.0.1:1/x"); r.code != exitUsage || strings.Contains(r.stderr, "hush") || !strings.Contains(r.stderr, "PGPASSWORD") {
		t.Errorf("a password: %d, %q", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "copy", "--from", "a.db", "--to", "postgres://somebody@127.0.0.1:1/x"); r.code != exitFailed || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("no server: %d, %q", r.code, r.stderr)
	}
	if r := cli(t, nil, "", "copy", "--from", "a.db", "--reopen"); r.code != exitDone || !strings.Contains(r.stdout, "was not moved") {
		t.Errorf("what was not moved: %d, %q %q", r.code, r.stdout, r.stderr)
	}
}
