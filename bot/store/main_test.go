package store

import (
	"context"
	"testing"

	"colloquy/bot/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

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
