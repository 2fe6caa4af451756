package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestFilesThatAreNoDatabase(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	db, err := Open(t.Context(), good, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(data)
	copy(damaged[4096:], bytes.Repeat([]byte{0xaa}, 3*4096))
	for name, test := range map[string]struct {
		content []byte
		code    string
	}{
		"text.db":      {[]byte(strings.Repeat("This is a letter, not a database.\n", 100)), "db_damaged"},
		"damaged.db":   {damaged, "db_damaged"},
		"truncated.db": {data[:4096*2], "db_damaged"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, test.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), path, Options{})
		if bot.ReasonCode(err) != test.code || !strings.Contains(bot.Explain(err), name) || strings.Contains(bot.Explain(err), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, test.content) {
			t.Errorf("%s was written to", name)
		}
	}
	for name, code := range map[string]string{"no/such/folder.db": "db_open", ".": "db_open"} {
		if _, err := Open(t.Context(), filepath.Join(dir, name), Options{}); bot.ReasonCode(err) != code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "missing.db"), Options{ReadOnly: true}); bot.ReasonCode(err) != "db_missing" {
		t.Errorf("missing: %v", err)
	}
}

func TestNamesWithSigns(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "a b?c#d%20é.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has another name or everybody may read it: %v, %v", info, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := place(t)
	db := open(t, path)
	if _, err := db.w.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); bot.ReasonCode(err) != "db_newer" {
		t.Errorf("opened all the same: %v", err)
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	onFile(t)
	db := open(t, filepath.Join(t.TempDir(), "full.db"))
	discussion(t, db)
	var pages int
	if err := db.w.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := db.w.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20)); err != nil {
		t.Fatal(err)
	}
	stored := map[string]bool{}
	var full error
	for i := 0; full == nil && i < 10_000; i++ {
		id := fmt.Sprint("m", i)
		res, err := db.RecordReply(t.Context(), bot.Reply{
			ID: bot.NewID(start), Ref: bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: id},
			Author: bot.Person{Platform: "console", ID: "ada"}, Text: strings.Repeat("words ", 100), Version: 1, CreatedAt: start,
		}, "who", start, 0)
		if err == nil && res.Stored {
			stored[id] = true
		}
		full = err
	}
	if bot.ReasonCode(full) != "disk_full" {
		t.Fatalf("after %d replies: %v", len(stored), full)
	}
	if _, err := db.w.Exec(`PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	list, err := db.Replies(t.Context(), "d")
	if err != nil || len(list) != len(stored) || len(stored) == 0 {
		t.Errorf("%d acknowledged, %d stored, %v", len(stored), len(list), err)
	}
}

func TestBackupWhileWriting(t *testing.T) {
	onFile(t)
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	discussion(t, db)
	stop, ended := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				ended <- n
				return
			default:
			}
			n++
			_, err := db.RecordReply(t.Context(), bot.Reply{
				ID: bot.NewID(start), Ref: bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: fmt.Sprint(n)},
				Author: bot.Person{Platform: "console", ID: "ada"}, Text: "x", Version: 1, CreatedAt: start,
			}, "who", start, 0)
			if err != nil {
				t.Error(err)
			}
		}
	}()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	close(stop)
	<-ended
	copied := open(t, path)
	var check string
	if err := copied.w.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		t.Errorf("%s, %v", check, err)
	}
	if err := db.Backup(t.Context(), path); bot.ReasonCode(err) != "backup" {
		t.Errorf("a file that exists was overwritten: %v", err)
	}
}

func TestClosedDatabase(t *testing.T) {
	db := open(t, place(t))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.RecordReply(t.Context(), bot.Reply{ID: "x"}, "who", start, 0); !errors.Is(err, errClosed) {
		t.Errorf("%v", err)
	}
}
