package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRestore(t *testing.T) {
	onFile(t)
	w := newTown(t)
	w.discussed("Buses are for everyone", "/as Ana", "No, they are not")
	w.ok("backup", "copy.db")
	w.ok("person", "erase", "console:Ana", "--yes")
	w.discussed("A second time")
	w.fails(exitUsage, "needs a FILE", "restore")
	w.fails(exitUsage, "this would replace colloquy.db by what it was on ", "restore", "copy.db")
	w.fails(exitFailed, "there is no file nothing.db", "restore", "nothing.db", "--yes")
	w.fails(exitFailed, "colloquy.db is the database itself", "restore", "colloquy.db", "--yes")
	out := w.ok("restore", "copy.db", "--yes")
	contains(t, out, "colloquy.db is what it was on ", "and what was there is kept as ", "colloquy.db.replaced-", "1 reply that was erased since stays erased",
		"1 discussion that was posted since is not in the backup", "Start 'colloquy serve'")
	contains(t, w.ok("person", "show", "console:Ana"), "Nothing is stored of console:Ana.")
	if got := read[[]discussionJSON](w, "discussion", "list"); len(got) != 1 || got[0].Replies != 1 {
		t.Errorf("%+v", got)
	}

	w.fails(exitFailed, "there is no ledger elsewhere.db.ledger, so what was erased or posted since the backup cannot be known", "restore", "copy.db", "--db", "elsewhere.db")
	if r := w.run("restore", "copy.db", "--db", "elsewhere.db", "--without-ledger"); r.code != exitDone || !strings.Contains(r.stderr, "warning: there is no ledger elsewhere.db.ledger") {
		t.Errorf("%+v", r)
	}
	contains(t, w.ok("person", "show", "console:Ana", "--db", "elsewhere.db"), "1 reply")

	w.serve()
	w.fails(exitFailed, "already runs on colloquy.db", "restore", "copy.db", "--yes")
}

// Where the disk is full in the middle of a copy, one line says so, and all is
// as it was before.
func TestBackupAndRestoreOnAFullDisk(t *testing.T) {
	onFile(t)
	if testing.Short() {
		t.Skip("builds the program; run without -short")
	}
	bin := buildProgram(t)
	w := newTown(t)
	w.discussed("Buses are for everyone")
	w.ok("backup", "copy.db")
	w.discussed("A second time")
	names := func() string {
		list, err := os.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range list {
			if f.Name() != "colloquy.db-wal" && f.Name() != "colloquy.db-shm" {
				out = append(out, f.Name())
			}
		}
		return strings.Join(out, " ")
	}
	before := names()
	for _, args := range []string{"backup full.db", "restore copy.db --yes"} {
		// No file may grow beyond 100 or 200 kB, as the shell counts it.
		out, err := exec.Command("sh", "-c", "ulimit -f 200; exec "+bin+" "+args).CombinedOutput()
		if err == nil || strings.Count(string(out), "\n") != 1 || !strings.HasPrefix(string(out), "colloquy: the backup ") || !strings.Contains(string(out), "must have room") {
			t.Errorf("%s: %v, %q", args, err, out)
		}
	}
	if after := names(); after != before {
		t.Errorf("files %s, and then %s", before, after)
	}
	if got := read[[]discussionJSON](w, "discussion", "list"); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	w.ok("restore", "copy.db", "--yes")
}

func TestInstallation(t *testing.T) {
	onFile(t)
	w := newTown(t)
	w.discussed("Buses are for everyone", "/as Ana", "No, they are not")
	w.ok("feed", "add", w.feed, "--channel", "discord:7/news")
	w.ok("feed", "add", w.feed+"?own", "--channel", "console:news")
	w.ok("schedule", "add", "--channel", "console:news", "--cron", "0 9 * * *", "--questions", "3")
	list := read[[]installationJSON](w, "installation", "list")
	if len(list) != 2 || list[0].ID != "console" || list[0].Replies != 2 || list[0].People != 2 || list[0].Discussions != 1 || list[0].Schedules != 1 || list[0].Feeds != 1 || list[1].ID != "discord:7" {
		t.Errorf("%+v", list)
	}
	contains(t, w.ok("installation", "list"), "console ", "discord:7 ", "active")
	contains(t, w.ok("installation", "show", "console"), "schedules", "1, of them 0 paused", "2 by 2 people")
	if got := read[installationJSON](w, "installation", "show", "discord:7"); got.Feeds != 1 || got.State != "active" {
		t.Errorf("%+v", got)
	}
	w.fails(exitUsage, `"nowhere" is no installation`, "installation", "show", "nowhere")
	w.fails(exitFailed, "nothing is stored of slack:T1", "installation", "erase", "slack:T1", "--yes")

	kinds := map[string]int{}
	for _, l := range exported(t, w.ok("installation", "export", "console")) {
		kinds[l["type"].(string)]++
		if l["type"] == "reply" && l["discussion"] == "" {
			t.Errorf("%v", l)
		}
	}
	if kinds["installation"] != 1 || kinds["schedule"] != 1 || kinds["feed"] != 1 || kinds["occurrence"] != 1 || kinds["discussion"] != 1 || kinds["reply"] != 2 || kinds["recap"] == 0 {
		t.Errorf("exported %v", kinds)
	}

	w.fails(exitUsage, "1 schedule, 1 discussion and 2 replies of console would be erased for good", "installation", "erase", "console")
	contains(t, w.ok("installation", "erase", "console", "--yes"), "Erased 1 schedule, 1 discussion and 2 replies of console.",
		"The chats of the console are files of their own, in colloquy.db.console, and stay.")
	if list := read[[]installationJSON](w, "installation", "list"); len(list) != 1 || list[0].ID != "discord:7" {
		t.Errorf("%+v", list)
	}
	if feeds := read[[]feedJSON](w, "feed", "list"); len(feeds) != 1 || feeds[0].URL != w.feed {
		t.Errorf("%+v", feeds)
	}
	if found, err := filepath.Glob("colloquy.db.console/demo.jsonl"); err != nil || len(found) != 1 {
		t.Errorf("the chat is gone: %v, %v", found, err)
	}
	contains(t, w.ok("discussion", "list"), "There are no discussions")
	w.discussed("And again")
}
