package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestBackupBesideServe(t *testing.T) {
	onFile(t)
	w := newTown(t)
	id := w.discussed("first")
	w.serve()
	contains(t, w.ok("backup", "copy.db"), "copy.db: ", "sound", "The chats of the console are files of their own, in colloquy.db.console.")
	if got := read[[]discussionJSON](w, "discussion", "list", "--db", "copy.db"); len(got) != 1 || string(got[0].ID) != id {
		t.Errorf("the copy holds %+v", got)
	}
	w.fails(exitFailed, "copy.db is there already", "backup", "copy.db")
	w.fails(exitFailed, "the backup to ", "backup", "no/copy.db")
	w.fails(exitUsage, "needs a FILE", "backup")
	if err := os.Symlink("nowhere", "link.db"); err != nil {
		t.Fatal(err)
	}
	w.fails(exitFailed, "is there already", "backup", "link.db")
	w.ok("backup", "file:odd?name.db") // no address
	if found, err := filepath.Glob("file:odd?name.db"); err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestByteCount(t *testing.T) {
	for n, want := range map[int64]string{12: "12 bytes", 20 << 10: "20 kB", 300 << 20: "300 MB", 40 << 30: "40 GB"} {
		if got := byteCount(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
