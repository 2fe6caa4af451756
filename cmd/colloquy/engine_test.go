package main

import (
	"database/sql"
	"os"
	"testing"

	"colloquy/bot"
)

// A database is one, by whatever name it is opened.
func TestLinkToADatabaseThatIsServed(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "real.db", "")
	if err := os.Symlink("real.db", "link.db"); err != nil {
		t.Skip("no links here: ", err)
	}
	release, err := lock("real.db", "colloquy serve")
	if err != nil {
		t.Fatal(err)
	}
	if !locked("link.db") {
		t.Error("not seen by its other name")
	}
	if _, err := lock("link.db", "colloquy serve"); bot.ReasonCode(err) != "running" {
		t.Errorf("a second one runs on it: %v", err)
	}
	release()
	if locked("link.db") || locked("real.db") {
		t.Error("still served")
	}
}

func TestChatOfALinkedDatabase(t *testing.T) {
	w := newTown(t)
	if err := os.Symlink("colloquy.db", "link.db"); err != nil {
		t.Skip("no links here: ", err)
	}
	w.discussed("Buses are for everyone")
	if r := cli(t, nil, "Again\n", "demo", "--db", "link.db"); r.code != exitDone {
		t.Fatal(r.stderr)
	}
	if _, err := os.Stat("link.db.console"); err == nil {
		t.Error("one database has two chats")
	}
}

func TestClosingIsWrittenDownOnce(t *testing.T) {
	onFile(t)
	w := newTown(t)
	w.discussed("Buses are for everyone")
	db, err := sql.Open("sqlite", "colloquy.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	closings := func() (n int) {
		if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM audit WHERE action = 'close'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := closings()
	writeFile(t, "bus.txt", "The council of Lindhaven wants to close its old quay to cars from next spring, because exhaust fumes have damaged the warehouses that visitors come to see. "+
		"Shopkeepers argue that deliveries will take twice as long. The council will vote in June.")
	w.ok("digest", "bus.txt", "--post", "console:one")
	w.ok("discussion", "close", string(read[[]discussionJSON](w, "discussion", "list", "--open")[0].ID))
	if n := closings() - before; n != 1 {
		t.Errorf("written down %d times", n)
	}
}
