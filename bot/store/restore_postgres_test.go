package store

import (
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// pgTool runs one of PostgreSQL's programs.
func pgTool(t testing.TB, name string, args ...string) {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err == nil && len(found) > 0 {
		name = found[len(found)-1]
	}
	if out, err := osexec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}

// A dump is restored of before something was erased and posted: nothing runs on it
// until the ledger of all processes was brought in, and then nothing is back.
func TestRestoreOfADump(t *testing.T) {
	pgtest.Require(t)
	ctx, dir := t.Context(), t.TempDir()
	url, folder, dump := pgtest.Database(t, nil), filepath.Join(dir, "ledger"), filepath.Join(dir, "dump")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	now := start
	opened := func(url, folder string) (*DB, error) {
		db, err := Open(ctx, url, Options{Clock: func() time.Time { return now }, Ledger: folder})
		if err == nil {
			t.Cleanup(func() { _ = db.Close() })
		}
		return db, err
	}
	a, err := opened(url, folder)
	if err != nil {
		t.Fatal(err)
	}
	discussion(t, a)
	ref := recorded(t, a, "m1", "ada", "Gone later.")
	recorded(t, a, "m2", "ben", "By somebody who is erased later.")
	recorded(t, a, "m3", "cleo", "Stays.")
	ben := bot.Person{Platform: "console", ID: "ben"}
	key, err := a.HashKey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	who := bot.PersonHash(key, ben)
	now = now.Add(10 * time.Minute)
	pgTool(t, "pg_dump", "--format", "custom", "--file", dump, url)

	now = now.Add(10 * time.Minute)
	b, err := opened(url, folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { return a.RemoveReply(ctx, ref, now) },
		func() error { _, err := b.ErasePerson(ctx, ben, who, now, bot.Audit{}); return err },
		func() error { return b.SetOptOut(ctx, ben, who, true, now) },
		func() error { return a.SetOptOut(ctx, ben, who, false, now) }, // the last word, though in a file that began before
		func() error {
			return b.RemoveReply(ctx, bot.MessageRef{Channel: ref.Channel, MessageID: "written and removed since"}, now)
		},
	} {
		now = now.Add(time.Second)
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	// And one of each other kind.
	at, open := now, func(id string) entry {
		return entry{Did: didOpen, Discussion: bot.ID(id), Platform: "console", Channel: "c", URL: "u" + id, Hash: "h" + id, Added: "x"}
	}
	lines := []entry{open("new"), open("failed"), {Did: didFail, Discussion: "failed"}, {Did: didPost, Discussion: "d", Kind: bot.PostRecap, Key: "k"},
		{Did: didExclude, Platform: "console", Channel: "c", Messages: []string{"m3", "not here"}}, {Did: didInclude, Platform: "console", Channel: "c", Messages: []string{"other"}},
		{Did: didCredential, Platform: "slack", Workspace: "T", App: "A"}, {Did: didCredential, Platform: "slack", Workspace: "T"},
		{Did: didInstallation, Platform: "slack", Workspace: "T"}, {Did: didDiscussion, Discussion: "none"}, {Did: didWithdraw, Discussion: "d"}}
	for i := range lines {
		lines[i].At = at
	}
	if err := a.ledger.append(lines); err != nil {
		t.Fatal(err)
	}
	if files, err := filepath.Glob(filepath.Join(folder, "*.ledger")); err != nil || len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
	if _, err := opened(url, ""); bot.ReasonCode(err) != "no_ledger" || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("without the ledger: %v", err)
	}
	if _, err := opened(url, filepath.Join(dir, "none")); bot.ReasonCode(err) != "ledger" || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("with a folder that is not there: %v", err)
	}
	for _, clean := range []bool{false, true} { // into a new database, and into the old one
		at := url
		if clean {
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			pgTool(t, "pg_restore", "--clean", "--if-exists", "--dbname", url, dump)
		} else {
			at = pgtest.Database(t, nil)
			pgTool(t, "pg_restore", "--dbname", at, dump)
		}
		now = now.Add(time.Hour)
		if _, err := opened(at, folder); bot.ReasonCode(err) != "restored" || strings.Contains(bot.Explain(err), "\n") {
			t.Errorf("it runs at once: %v", err)
		}
		o := restoring()
		o.Clock = func() time.Time { return now }
		if _, err := RestoreDump(ctx, at, t.TempDir(), o); bot.ReasonCode(err) != "no_ledger" {
			t.Errorf("an empty ledger: %v", err)
		}
		if c, restored, err := InspectDump(ctx, at, o.Clock); err != nil || !restored || !c.At.Equal(start) {
			t.Errorf("%+v, %v, %v", c, restored, err)
		}
		did, err := RestoreDump(ctx, at, folder, o)
		if err != nil || did.Replies != 3 || did.People != 1 || did.Openings != 1 || did.Withdrawn != 1 || did.Gap != "" {
			t.Errorf("%+v, %v", did, err)
		}
		c, err := opened(at, folder)
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.Replies(ctx, "d")
		said := ""
		for _, r := range list {
			said += fmt.Sprint(r.Ref.MessageID, " ", r.Deleted, " ", r.Text, ";")
		}
		if err != nil || !strings.Contains(said, "m1 true ;") || !strings.Contains(said, "m2 true ;") || !strings.Contains(said, "m3 false Stays.") || !strings.Contains(said, "since true ") {
			t.Errorf("%s, %v", said, err)
		}
		var out, excluded, posts int
		if err := c.r.QueryRow(`SELECT (SELECT COUNT(*) FROM optouts), (SELECT COUNT(*) FROM replies WHERE excluded), (SELECT COUNT(*) FROM ledger_posts)`).Scan(&out, &excluded, &posts); err != nil || out != 0 || excluded != 1 || posts != 1 {
			t.Errorf("%d opted out, %d kept out of recaps, %d posts, %v", out, excluded, posts, err)
		}
	}
}
