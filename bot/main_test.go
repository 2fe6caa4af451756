package bot_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"colloquy/bot/store"
)

// made is a database file with its tables and nothing in them. Each bench begins
// with a copy: making the tables takes longer than most tests.
var made []byte

func TestMain(m *testing.M) {
	code, err := prepared(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func prepared(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "made.db")
	db, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		return 0, err
	}
	if err := db.Close(); err != nil {
		return 0, err
	}
	if made, err = os.ReadFile(path); err != nil {
		return 0, err
	}
	return m.Run(), nil
}
