package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"colloquy/bot"
	"colloquy/bot/store"
)

// lock takes the right to run everything in the file of a database, which one
// process has at a time. Release it with the function returned. On PostgreSQL
// replicas run side by side; see [alone].
func lock(path, what string) (release func(), err error) {
	if store.IsPostgres(path) {
		return func() {}, nil
	}
	name := store.RealPath(path) + ".lock"
	l := flock.New(name)
	// A command that only asks who holds the lock takes it for a moment.
	short, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	ok, err := l.TryLockContext(short, 20*time.Millisecond)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("the lock file %s cannot be made, check the rights of its folder: %w", name, err)
	}
	if !ok {
		return nil, bot.Problemf("running", "%s already runs on %s: stop it first, or give another file with --db", owner(name), path)
	}
	if err := os.WriteFile(name, []byte(fmt.Sprintf("%s (process %d)\n", what, os.Getpid())), 0o644); err != nil {
		_ = l.Unlock()
		return nil, fmt.Errorf("the lock file cannot be written: %w", err)
	}
	return func() {
		_ = os.Truncate(name, 0)
		_ = l.Unlock()
	}, nil
}

// owner names the process that holds a lock file.
func owner(name string) string {
	data, err := os.ReadFile(name)
	if text := strings.TrimSpace(string(data)); err == nil && text != "" {
		return text
	}
	return "another colloquy"
}

// served reports whether another process runs everything in this database: then
// it carries out what is stored, and this one only waits.
func served(ctx context.Context, db *store.DB) bool {
	if !db.Shared() {
		return locked(db.Path())
	}
	list, err := db.Replicas(ctx)
	return err == nil && len(list) > 0
}

// locked reports whether another process holds the lock of a database file.
func locked(path string) bool {
	name := store.RealPath(path) + ".lock"
	l := flock.New(name)
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return false
	}
	ok, err := l.TryLock()
	if ok {
		_ = l.Unlock()
	}
	return err == nil && !ok
}

// maybeServed is [served] as far as it can be known before the database is open.
func maybeServed(path string) bool { return store.IsPostgres(path) || locked(path) }

// alone refuses to go on where replicas run on the database of PostgreSQL; on a
// file [lock] does that.
func alone(ctx context.Context, db *store.DB) error {
	list, err := db.Replicas(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	return bot.Problemf("running", "%s on %s: stop %s first, or give another database with --db",
		plural(len(list), "replica of colloquy serve runs", "replicas of colloquy serve run"), db.Name(), map[bool]string{true: "it", false: "them"}[len(list) == 1])
}
