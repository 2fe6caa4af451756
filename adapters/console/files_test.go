package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"colloquy/bot"
)

func lines(t *testing.T, f files, name string) []record {
	t.Helper()
	var list []record
	for rec, err := range f.read(t.Context(), name) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec)
	}
	return list
}

func mustPost(t *testing.T, c *Console, ch bot.Channel, m bot.Message, key string) bot.Posted {
	t.Helper()
	p, err := c.Post(t.Context(), ch, m, key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMain lets the test binary be the second process of TestTwoProcesses.
func TestMain(m *testing.M) {
	if dir := os.Getenv("COLLOQUY_TEST_APPEND"); dir != "" {
		if err := appendMany(dir, fmt.Sprint(os.Getpid())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const perWriter = 100

func appendMany(dir, who string) error {
	f := files{dir: dir}
	for n := range perWriter {
		rec := record{ID: fmt.Sprintf("%s-%d", who, n), Kind: kindReply, Author: who, Text: strings.Repeat(who, n*20)}
		if _, err := f.append(context.Background(), "general", rec); err != nil {
			return err
		}
	}
	return nil
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "COLLOQUY_TEST_APPEND="+dir)
		group.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	for _, who := range []string{"a", "b"} { // and two writers in this one
		group.Go(func() {
			if err := appendMany(dir, who); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	next := map[string]int{}
	for _, rec := range lines(t, files{dir: dir}, "general") {
		if want := fmt.Sprintf("%s-%d", rec.Author, next[rec.Author]); rec.ID != want || rec.Text != strings.Repeat(rec.Author, next[rec.Author]*20) {
			t.Fatalf("line %s, want %s", rec.ID, want)
		}
		next[rec.Author]++
	}
	if len(next) != 4 || next["a"] != perWriter || next["b"] != perWriter {
		t.Errorf("lines of each writer: %v", next)
	}
}

func TestTornLastLine(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	ch := channel("general")
	mustPost(t, c, ch, root, "first")
	path := filepath.Join(c.o.Dir, "general.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// A post may be cut anywhere, even only before its line end.
	line := strings.ReplaceAll(string(whole), `"key":"first"`, `"key":"torn"`)
	for _, cut := range []int{1, len(line) / 2, len(line) - 1} {
		torn := line[:cut]
		if err := os.WriteFile(path, []byte(string(whole)+torn), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, found, err := c.FindPost(t.Context(), ch, "torn", time.Time{}); err != nil || found {
			t.Errorf("cut at %d: found %v, %v", cut, found, err)
		}
		mustPost(t, c, ch, root, "next")
		for key, want := range map[string]bool{"first": true, "torn": false, "next": true} {
			if _, found, err := c.FindPost(t.Context(), ch, key, time.Time{}); err != nil || found != want {
				t.Errorf("cut at %d, after the next post: %s found %v, %v", cut, key, found, err)
			}
		}
	}
}

func TestDamagedLineIsNotTakenForAbsence(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	ch := channel("general")
	p := mustPost(t, c, ch, root, "first")
	path := filepath.Join(c.o.Dir, "general.jsonl")
	if err := os.WriteFile(path, []byte("{\"id\":\"\x00\x00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, found, err := c.FindPost(t.Context(), ch, "first", time.Time{}); err == nil || found || !strings.Contains(bot.Explain(err), "line 1") {
		t.Errorf("found %v, %v", found, err)
	}
	for change, err := range c.Reconcile(t.Context(), p.Thread, []bot.MessageRef{p.Ref}) {
		if err == nil {
			t.Errorf("inferred from a damaged file: %+v", change)
		}
	}
	if findings := c.Check(t.Context(), ch); len(findings) != 2 || !findings[0].OK || findings[1].OK || findings[1].Fix == "" {
		t.Errorf("doctor: %+v", findings)
	}
}

func TestRemovedFile(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	ch := channel("general")
	p := mustPost(t, c, ch, root, "first")
	if err := os.Remove(filepath.Join(c.o.Dir, "general.jsonl")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := c.FindPost(t.Context(), ch, "first", time.Time{}); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
	known := []bot.MessageRef{{Channel: p.Thread, MessageID: "known"}}
	for range 2 { // first without the file, then with another one
		errs := 0
		for change, err := range c.Reconcile(t.Context(), p.Thread, known) {
			if err == nil {
				t.Errorf("inferred from a file that is gone: %+v", change)
			}
			errs++
		}
		if errs != 1 {
			t.Errorf("%d errors", errs)
		}
		mustPost(t, c, ch, root, "second")
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	c := New(Options{Dir: dir})
	_, err := c.Post(t.Context(), channel("general"), root, "k")
	if _, retry := bot.RetryDelay(err); !retry || bot.ReasonCode(err) != "console_file" {
		t.Errorf("Post: %v", err)
	}
	if findings := c.Check(t.Context(), channel("general")); findings[0].OK || findings[0].Fix == "" {
		t.Errorf("doctor: %+v", findings)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write to a read-only folder")
	}
	c = New(Options{Dir: t.TempDir()})
	if err := os.Chmod(c.o.Dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), channel("general"), root, "k"); err == nil {
		t.Error("posted in a read-only folder")
	}
}

func TestBadChannelNames(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	for _, name := range []string{"", "..", ".hidden", "../up", "a/b", "a\x00b", strings.Repeat("x", 65), "C:\\x"} {
		if _, err := c.Post(t.Context(), channel(name), root, "k"); !bot.IsPermanent(err) || bot.ReasonCode(err) != "bad_channel" {
			t.Errorf("post to %q: %v", name, err)
		}
		if _, _, err := c.FindPost(t.Context(), channel(name), "k", time.Time{}); err == nil {
			t.Errorf("%q was read", name)
		}
	}
	if entries, err := os.ReadDir(c.o.Dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestPartOfALineIsSurelyNotPosted(t *testing.T) {
	r, w, err := os.Pipe() // writes to the wrong end fail, as a full disk's do
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(r.Close(), w.Close()) }()
	if unwritten, err := appendLine(r, []byte("{}")); err == nil || !unwritten {
		t.Errorf("unwritten %v, %v", unwritten, err)
	}
}

func TestAppendWaitsForTheLock(t *testing.T) {
	f := files{dir: t.TempDir()}
	other := flock.New(filepath.Join(f.dir, ".general.lock"))
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if unwritten, err := f.append(ctx, "general", record{ID: "1"}); err == nil || !unwritten {
		t.Errorf("while another process holds the lock: unwritten %v, %v", unwritten, err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.append(t.Context(), "general", record{ID: "2"}); err != nil || len(lines(t, f, "general")) != 1 {
		t.Errorf("after that: %v", err)
	}
}

func TestPostWithoutAKeyIsNotFound(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	mustPost(t, c, channel("general"), root, "")
	if _, found, err := c.FindPost(t.Context(), channel("general"), "", time.Time{}); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestTenThousandMessages(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	ch := channel("general")
	p := mustPost(t, c, ch, root, "first")
	file, err := os.OpenFile(filepath.Join(c.o.Dir, "general.jsonl"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	enc := json.NewEncoder(file)
	for n := range 10_000 {
		if err := enc.Encode(record{ID: fmt.Sprint(n), At: time.Now(), Kind: kindReply, Thread: p.Thread.Thread, Author: "ada", Text: "one of many replies", Version: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	last := mustPost(t, c, p.Thread, bot.Message{Paragraphs: []string{"the last"}}, "last")
	if got, found, err := c.FindPost(t.Context(), ch, "last", time.Time{}); err != nil || !found || got != last {
		t.Errorf("FindPost: %+v, %v, %v", got, found, err)
	}
	count := 0
	for change, err := range c.Reconcile(t.Context(), p.Thread, nil) {
		if err != nil || change.Reply.Ref.MessageID != fmt.Sprint(count) {
			t.Fatalf("reply %d: %+v, %v", count, change.Reply.Ref, err)
		}
		count++
	}
	if count != 10_000 {
		t.Errorf("%d replies", count)
	}
}

func BenchmarkAppend(b *testing.B) {
	f := files{dir: b.TempDir()}
	for b.Loop() {
		if _, err := f.append(b.Context(), "general", record{ID: "x", Kind: kindReply, Text: "one of many replies"}); err != nil {
			b.Fatal(err)
		}
	}
}
