package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// entries reads the ledger of a database.
func entries(t testing.TB, db *DB) []entry {
	t.Helper()
	var out []entry
	if err := db.ledger.read(t.Context(), func(e entry) error { out = append(out, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// recorded records a reply in the discussion that [discussion] makes.
func recorded(t testing.TB, db *DB, id, author, text string) bot.MessageRef {
	t.Helper()
	ref := bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: id}
	res, err := db.RecordReply(t.Context(), bot.Reply{ID: bot.NewID(start), Ref: ref, Author: bot.Person{Platform: "console", ID: author, Name: author},
		Text: text, Version: 1, CreatedAt: start}, "who", start, time.Hour)
	if err != nil || !res.Stored {
		t.Fatal(res, err)
	}
	return ref
}

func TestLedgerHoldsIDsAndHashesOnly(t *testing.T) {
	onFile(t)
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	discussion(t, db)
	ref := recorded(t, db, "m1", "Adalbert", "Something confidential.")
	recorded(t, db, "m2", "Adalbert", "Something else.")
	recorded(t, db, "m3", "Adalbert", "A third thing.")
	who := bot.Person{Platform: "console", ID: "Adalbert"}
	d, err := db.Discussion(t.Context(), "d")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{
		db.RemoveReply(t.Context(), ref, start),
		db.RemoveReply(t.Context(), ref, start), // twice
		db.RemoveReply(t.Context(), bot.MessageRef{Channel: ref.Channel, MessageID: "never seen"}, start),
		db.RemoveReply(t.Context(), bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "none of ours"}, MessageID: "m9"}, start),
		db.SetOptOut(t.Context(), who, "0123", true, start),
		db.Withdraw(t.Context(), d, "a reason", start, bot.Audit{}),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if n, err := db.ErasePerson(t.Context(), who, "0123", start, bot.Audit{}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	var said []string
	for _, e := range entries(t, db) {
		said = append(said, e.Did+" "+strings.Join(e.Messages, ","))
	}
	if got := strings.Join(said, "; "); got != "reply m1; reply never seen; opt_out ; withdraw ; person ; reply m2,m3" {
		t.Errorf("the ledger says %s", got)
	}
	data, err := os.ReadFile(db.path + ".ledger")
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Adalbert", "confidential", "Something", "a reason"} {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the ledger holds %q", secret)
		}
	}
	if info, err := os.Stat(db.path + ".ledger"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// What cannot be written down is not done.
func TestNothingIsErasedWithoutTheLedger(t *testing.T) {
	onFile(t)
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	discussion(t, db)
	ref := recorded(t, db, "m1", "ada", "Still here.")
	if err := os.Symlink("/dev/full", db.path+".ledger"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	if err := db.RemoveReply(t.Context(), ref, start); bot.ReasonCode(err) != "disk_full" {
		t.Errorf("a full disk: %v", err)
	}
	if err := os.Remove(db.path + ".ledger"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(db.path+".ledger", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveReply(t.Context(), ref, start); bot.ReasonCode(err) != "ledger" || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("no file: %v", err)
	}
	if list, err := db.Replies(t.Context(), "d"); err != nil || len(list) != 1 || list[0].Deleted {
		t.Errorf("%+v, %v", list, err)
	}
	if err := os.Remove(db.path + ".ledger"); err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveReply(t.Context(), ref, start); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestLineThatWasCutOff(t *testing.T) {
	onFile(t)
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	discussion(t, db)
	for i, torn := range []string{`{"at":"2027-03-01T08:00:00Z","did":"person","wh`, `{"at":"2027-03-01T08:00:00Z","did":"person","who":"x"}`} {
		if err := db.RemoveReply(t.Context(), bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint("m", i)}, start); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(db.ledger.path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(torn); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got := entries(t, db); len(got) != i+1 || got[i].Did != didReply {
			t.Errorf("with a torn end: %+v", got)
		}
	}
	if err := db.RemoveReply(t.Context(), bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: "m2"}, start); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, db); len(got) != 3 {
		t.Errorf("%+v", got)
	}
	f, err := os.OpenFile(db.ledger.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("rust\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.CheckLedger(t.Context()); bot.ReasonCode(err) != "ledger_damaged" || !strings.Contains(bot.Explain(err), "line 6 of") {
		t.Errorf("a damaged line: %v", err)
	}
}

// Several processes write to one ledger, by whatever name they know the database.
func TestOneLedgerForADatabase(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	a := open(t, filepath.Join(dir, "x.db"))
	discussion(t, a)
	if err := os.Symlink("x.db", filepath.Join(dir, "link.db")); err != nil {
		t.Skip("no links here: ", err)
	}
	b := open(t, filepath.Join(dir, "link.db"))
	var all sync.WaitGroup
	for i, db := range []*DB{a, b} {
		for j := range 50 {
			all.Go(func() {
				ref := bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint(i, "-", j)}
				if err := db.RemoveReply(t.Context(), ref, start); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	gone := 0
	for _, e := range entries(t, a) {
		gone += len(e.Messages)
	}
	if gone != 100 {
		t.Errorf("%d of 100 are in the ledger", gone)
	}
	if _, err := os.Stat(filepath.Join(dir, "link.db.ledger")); err == nil {
		t.Error("one database has two ledgers")
	}
}

func TestLedgerForgetsWhatIsTooOld(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "x.db")
	now := start
	db, err := Open(t.Context(), path, Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	discussion(t, db)
	remove := func(id string) {
		t.Helper()
		if err := db.RemoveReply(t.Context(), bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: id}, now); err != nil {
			t.Fatal(err)
		}
		if err := db.TrimLedger(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const day = 24 * time.Hour
	for range 44 {
		remove(fmt.Sprint(int(now.Sub(start) / day)))
		now = now.Add(10 * day)
	}
	// The last was on day 430: nothing was dropped so far.
	if got := entries(t, db); len(got) != 44 {
		t.Errorf("%d entries", len(got))
	}
	remove("last")
	if got := entries(t, db); len(got) != 41 || got[0].Messages[0] != "40" || got[40].Messages[0] != "last" {
		t.Errorf("%d entries, from %+v", len(got), got[0])
	}
	if info, err := os.Stat(db.ledger.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, err := filepath.Glob(path + ".ledger.*"); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// Whatever stands in the file, reading it ends, and what is added is found.
func FuzzLedger(f *testing.F) {
	f.Add([]byte(`{"at":"2027-03-01T08:00:00Z","did":"reply","discussion":"d","messages":["m"]}` + "\n"))
	f.Add([]byte(`{"at":"2027-03-01T08:00:00Z","did":"person"` + tornMark + "\n\n{}\n"))
	f.Add([]byte("\x00\xff\n{\"did\":[]}\nnot ended"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := ledger{path: filepath.Join(t.TempDir(), "ledger")}
		if err := os.WriteFile(l.path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		count := func() (n int, err error) {
			err = l.read(t.Context(), func(e entry) error {
				if _, err := json.Marshal(e); err != nil {
					t.Errorf("%+v: %v", e, err)
				}
				n++
				return nil
			})
			return n, err
		}
		before, err := count()
		if err != nil {
			if bot.ReasonCode(err) != "ledger_damaged" {
				t.Fatal(err)
			}
			return
		}
		if err := l.append([]entry{{At: start, Did: didBackup, Backup: "b"}}); err != nil {
			t.Fatal(err)
		}
		if after, err := count(); err != nil || after != before+1 {
			t.Errorf("%d entries and then %d, %v", before, after, err)
		}
		if err := l.trim(start); err != nil {
			t.Fatal(err)
		}
		if _, err := count(); err != nil {
			t.Error(err)
		}
	})
}
