package store

import (
	"context"
	"testing"

	"colloquy/bot/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// onFile skips a test about the files of SQLite, where tests run on PostgreSQL.
func onFile(t testing.TB) {
	t.Helper()
	if pgtest.Wanted() {
		t.Skip("a test about a file of SQLite: unset " + pgtest.Variable)
	}
}

// place is where a test keeps its database, on SQLite or PostgreSQL as
// [pgtest.Place] says, with tables in it on the latter.
func place(t testing.TB) string {
	t.Helper()
	return pgtest.Place(t, func(ctx context.Context, url string) error {
		db, err := Open(ctx, url, Options{})
		if err != nil {
			return err
		}
		return db.Close()
	})
}
