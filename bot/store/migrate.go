package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"colloquy/bot"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. Before it changes a database that holds
// something, it puts a copy beside it.
func (db *DB) migrate(ctx context.Context) error {
	if err := db.readable(ctx); err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db.w, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return bot.Problemf("db_newer", "the database %s was written by a newer Colloquy (schema %d, this one knows %d): use that version", db.path, have, want)
	}
	if have == want {
		return nil
	}
	if have > 0 {
		if err := db.Backup(ctx, fmt.Sprintf("%s.before-%d", db.path, want)); err != nil {
			return fmt.Errorf("copy before migration: %w", err)
		}
	}
	for {
		_, err = p.Up(ctx)
		if err == nil {
			return nil
		}
		// Each migration is a transaction: one that failed because another
		// process made the same tables a moment before changed nothing, and
		// what that one left is tried again.
		before := have
		var verr error
		if have, want, verr = p.GetVersions(ctx); verr != nil || have == before {
			return err
		}
		if have == want {
			return nil
		}
	}
}

// migrateWithOthers is migrate where other processes may do the same at this
// moment: their steps and ours come between one another, and what fails for that
// is tried again for up to a second.
func (db *DB) migrateWithOthers(ctx context.Context) error {
	first := db.migrate(ctx)
	for err, tries := first, 0; err != nil; tries++ {
		others := code(err) == sqlite3.SQLITE_BUSY || code(err) == sqlite3.SQLITE_ERROR || bot.ReasonCode(err) == "backup"
		if !others || tries == 40 {
			return first
		}
		select {
		case <-ctx.Done():
			return first
		case <-time.After(25 * time.Millisecond):
		}
		err = db.migrate(ctx)
	}
	return nil
}

// readable reads what goose would read first: on a damaged file goose takes the
// failure for a missing table and tries for seconds to make it.
func (db *DB) readable(ctx context.Context) error {
	var n int
	err := db.w.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_schema WHERE name = 'goose_db_version'`).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return db.w.QueryRowContext(ctx, `SELECT COUNT(*) FROM goose_db_version`).Scan(&n)
}

// Backup writes a consistent copy of the database to a new file. It can run
// while others write.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := db.w.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return &bot.Problem{Code: "backup", Text: "the backup to " + path + " failed: the file must not exist yet, and its folder must have room and be writable", Err: err}
	}
	return nil
}
