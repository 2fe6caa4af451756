package bot_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

// made is a database file with its tables and nothing in them. Each bench begins
// with a copy: making the tables takes longer than most tests.
var made []byte

func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pgtest.Main(m)
}

func prepare() error {
	if pgtest.Wanted() {
		return nil
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "made.db")
	if err := makeTables(context.Background(), path); err != nil {
		return err
	}
	made, err = os.ReadFile(path)
	return err
}

func makeTables(ctx context.Context, at string) error {
	db, err := store.Open(ctx, at, store.Options{})
	if err != nil {
		return err
	}
	return db.Close()
}

// place is where a bench keeps its database, with the tables in it: a file or, as
// [pgtest.Place] says, a database of PostgreSQL.
func place(t testing.TB) string {
	t.Helper()
	at := pgtest.Place(t, makeTables)
	if !pgtest.Wanted() {
		if err := os.WriteFile(at, made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

// onFile skips a test about the files of SQLite, where tests run on PostgreSQL.
func onFile(t testing.TB) {
	t.Helper()
	if pgtest.Wanted() {
		t.Skip("a test about a file of SQLite: unset " + pgtest.Variable)
	}
}
