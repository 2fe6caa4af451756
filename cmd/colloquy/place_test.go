package main

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"colloquy/bot/jobs"
	"colloquy/bot/store"
	"colloquy/bot/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// homes are the databases of PostgreSQL that stand for those of folders.
var homes sync.Map

// home is the database of the folder in which a test runs: the file colloquy.db
// there or, when PostgreSQL is wanted, a database of its own in the cluster of this
// test program.
func home(t testing.TB) string {
	t.Helper()
	if !pgtest.Wanted() {
		return defaultDB
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := homes.Load(dir); ok {
		return at.(string)
	}
	at := pgtest.Place(t, makeTables)
	homes.Store(dir, at)
	return at
}

func makeTables(ctx context.Context, at string) error {
	db, err := store.Open(ctx, at, store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return jobs.Migrate(ctx, db, slog.New(slog.DiscardHandler))
}

// placed adds the database to variables, unless they or the arguments name one.
func placed(t testing.TB, env, args []string) []string {
	t.Helper()
	named := slices.Contains(args, "--db") || slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "COLLOQUY_DB") })
	if !pgtest.Wanted() || named {
		return env
	}
	return append(slices.Clone(env), "COLLOQUY_DB="+home(t), consoleVariable+"="+defaultDB+".console")
}

// onFile skips a test about the files of SQLite, where tests run on PostgreSQL.
func onFile(t testing.TB) {
	t.Helper()
	if pgtest.Wanted() {
		t.Skip("a test about a file of SQLite: unset " + pgtest.Variable)
	}
}

// noDatabase runs the program where there is no file of a database yet.
func (w *town) noDatabase(args ...string) {
	w.t.Helper()
	if !pgtest.Wanted() {
		w.fails(exitFailed, "there is no database", args...)
	}
}

// serves reports whether serve runs on the database of a test.
func serves(t testing.TB) bool {
	t.Helper()
	if !pgtest.Wanted() {
		return locked(defaultDB)
	}
	db, err := store.Open(t.Context(), home(t), store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	return served(t.Context(), db)
}
