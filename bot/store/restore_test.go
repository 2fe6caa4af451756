package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"colloquy/bot"
)

func restoring() RestoreOptions {
	return RestoreOptions{
		Clock: func() time.Time { return start.Add(time.Hour) }, Audit: bot.Audit{Actor: "cli"},
		Plan: func(bot.Schedule, time.Time) bot.Claim { return bot.Claim{} },
	}
}

// files are the names in a folder, with what is in each.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = string(data)
	}
	return out
}

func TestWhatCannotBeRestoredChangesNothing(t *testing.T) {
	onFile(t)
	dir, copies := t.TempDir(), t.TempDir()
	path, good := filepath.Join(dir, "x.db"), filepath.Join(copies, "good.db")
	db := open(t, path)
	discussion(t, db)
	if err := db.Backup(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	newer := open(t, filepath.Join(copies, "newer.db"))
	if _, err := newer.w.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", filepath.Join(copies, "other.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(`CREATE TABLE settings (x)`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []interface{ Close() error }{db, newer, other} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(data)
	copy(damaged[4096:], bytes.Repeat([]byte{0xaa}, 3*4096))
	for name, content := range map[string][]byte{"text.db": []byte(strings.Repeat("A letter. ", 1000)), "empty.db": nil, "damaged.db": damaged, "cut.db": data[:len(data)/2]} {
		if err := os.WriteFile(filepath.Join(copies, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, dir)
	for name, want := range map[string]string{
		"missing.db": "no_backup", ".": "no_backup", "text.db": "no_backup", "empty.db": "no_backup", "other.db": "no_backup",
		"damaged.db": "bad_backup", "cut.db": "bad_backup", "newer.db": "db_newer", path: "same_file",
	} {
		from := name
		if name != path {
			from = filepath.Join(copies, name)
		}
		_, err := Restore(t.Context(), from, path, restoring())
		if bot.ReasonCode(err) != want || strings.Contains(bot.Explain(err), "\n") {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := Restore(t.Context(), good, filepath.Join(dir, "no", "x.db"), RestoreOptions{WithoutLedger: true}); bot.ReasonCode(err) != "output" {
		t.Errorf("a folder that is not there: %v", err)
	}
	if _, err := Restore(t.Context(), good, dir, RestoreOptions{WithoutLedger: true, Clock: restoring().Clock}); bot.ReasonCode(err) != "output" {
		t.Errorf("a folder: %v", err)
	}
	after := files(t, dir)
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s is not what it was", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("files %d and then %d", len(before), len(after))
	}
}

func TestRestoreKeepsWhatWasThere(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "x.db"), filepath.Join(t.TempDir(), "copy.db")
	db := open(t, path)
	discussion(t, db)
	recorded(t, db, "m1", "ada", "In the copy.")
	if err := db.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	recorded(t, db, "m2", "ada", "Not in the copy.")
	if _, err := Restore(t.Context(), copied, path, restoring()); bot.ReasonCode(err) != "running" {
		t.Errorf("while it is open: %v", err)
	}
	if list, err := db.Replies(t.Context(), "d"); err != nil || len(list) != 2 {
		t.Errorf("%d replies, %v", len(list), err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink("x.db", link); err != nil {
		t.Skip("no links here: ", err)
	}
	did, err := Restore(t.Context(), copied, link, restoring())
	if err != nil || did.Replaced != path+".replaced-20270301-090000" {
		t.Fatalf("%+v, %v", did, err)
	}
	for name, want := range map[string]int{path: 1, link: 1, did.Replaced: 2} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		back := open(t, name)
		if list, err := back.Replies(t.Context(), "d"); err != nil || len(list) != want {
			t.Errorf("%s: %d replies, %v", name, len(list), err)
		}
		if err := back.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link is %v, %v", info, err)
	}
	// What was set aside is a backup as well, though no ledger names it.
	did, err = Restore(t.Context(), did.Replaced, path, restoring())
	if err != nil || !did.At.Equal(start) || did.Replaced != path+".replaced-20270301-090000.2" {
		t.Errorf("%+v, %v", did, err)
	}
	back := open(t, path)
	if list, err := back.Replies(t.Context(), "d"); err != nil || len(list) != 2 {
		t.Errorf("%d replies, %v", len(list), err)
	}
	var audits, stamps int
	if err := back.r.QueryRow(`SELECT (SELECT COUNT(*) FROM audit WHERE action = 'restore' AND actor = 'cli' AND target = '2027-03-01T08:00:00Z'), (SELECT COUNT(*) FROM settings WHERE name LIKE 'backup%')`).
		Scan(&audits, &stamps); err != nil || audits != 1 || stamps != 0 {
		t.Errorf("%d lines of audit, %d stamps, %v", audits, stamps, err)
	}
}

// A database that is damaged is what a backup is for.
func TestRestoreInThePlaceOfADamagedDatabase(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "x.db"), filepath.Join(t.TempDir(), "copy.db")
	db := open(t, path)
	discussion(t, db)
	if err := db.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{path: "rust", path + "-wal": "more rust"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	did, err := Restore(t.Context(), copied, path, restoring())
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(did.Replaced); err != nil || string(data) != "rust" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("what belonged to the damaged one is beside the restored one")
	}
	if _, err := open(t, path).Discussion(t.Context(), "d"); err != nil {
		t.Error(err)
	}
}

func TestRestoreOfAnOlderSchema(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	old, path := filepath.Join(dir, "old.db"), filepath.Join(dir, "x.db")
	w, err := sql.Open("sqlite", old)
	if err != nil {
		t.Fatal(err)
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, w, sub, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	o := restoring()
	o.WithoutLedger = true
	did, err := Restore(t.Context(), old, path, o)
	if err != nil || did.Schema != 1 {
		t.Fatalf("%+v, %v", did, err)
	}
	if n, err := open(t, path).Schema(t.Context()); err != nil || n != KnownSchema() {
		t.Errorf("schema %d, %v", n, err)
	}
	// The file is a copy already; opening it makes one, which nobody else may read.
	if copies, err := filepath.Glob(filepath.Join(dir, "*.before-*")); err != nil || len(copies) > 0 {
		t.Errorf("copies of the copy: %v, %v", copies, err)
	}
	name := fmt.Sprintf("%s.before-%d", old, KnownSchema())
	if err := os.WriteFile(name, []byte("of an attempt that failed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, old).Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name + ".2"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if c, err := Inspect(t.Context(), name+".2"); err != nil || c.Schema != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// A copy of that name may be there from an attempt that failed.
func TestCopyBeforeAChangeOfTheTablesHasAFreeName(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	for i, want := range []string{"x", "x.2", "x.3"} {
		if got := freeName(filepath.Join(dir, "x")); got != filepath.Join(dir, want) {
			t.Fatalf("%d: %s", i, got)
		}
		if err := os.WriteFile(filepath.Join(dir, want), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A backup that fails leaves nothing behind, and one can be made when the ledger
// cannot be written.
func TestBackupThatFails(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "x.db"))
	discussion(t, db)
	if err := os.Mkdir(db.path+".ledger", 0o700); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), copied); err != nil {
		t.Errorf("without a ledger: %v", err)
	}
	if c, err := Inspect(t.Context(), copied); err != nil || c.id != "" || !c.At.Equal(start) {
		t.Errorf("%+v, %v", c, err)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := db.w.Exec(`DROP TABLE settings`); err != nil { // so that the last step fails
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again.db")
	if err := db.Backup(t.Context(), again); bot.ReasonCode(err) != "backup" {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(again)); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// Every table that says where its rows belong is known to what erases an installation.
func TestErasureKnowsEveryTable(t *testing.T) {
	onFile(t)
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	known := map[string]bool{"schedules": true, "channel_feeds": true, "installations": true, "credentials": true} // the last before all others
	for _, e := range erasures {
		known[e.table] = true
	}
	rows, err := db.r.Query(`SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name IN ('workspace', 'discussion_id', 'schedule_id', 'occurrence_id', 'draft_id')`)
	tables, err := collect(rows, err, func(s scanner) (name string, err error) { return name, s.Scan(&name) })
	if err != nil || len(tables) < 10 {
		t.Fatal(tables, err)
	}
	for _, name := range tables {
		if !known[name] {
			t.Errorf("the rows of %s are not erased with their installation", name)
		}
	}
}

// When the restored database cannot take its place, what was there is there as before.
func TestSwapThatFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	for name, content := range map[string]string{path: "rust", path + "-wal": "more rust"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	same := func() {
		t.Helper()
		got := files(t, dir)
		delete(got, "x.db-shm") // made by looking
		if len(got) != 2 || got["x.db"] != "rust" || got["x.db-wal"] != "more rust" {
			t.Errorf("%d files, %.10q and %.10q", len(got), got["x.db"], got["x.db-wal"])
		}
	}
	if _, err := swap(t.Context(), filepath.Join(dir, "missing"), path, start); bot.ReasonCode(err) != "restore" {
		t.Errorf("%v", err)
	}
	same()
	if err := setAside(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil { // as where a file has one name only
		t.Fatal(err)
	}
	if err := setBack(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	same()
}
