package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"colloquy/bot"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationFiles are the files of them.
func migrationFiles() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // it is embedded above
	}
	return files
}

// migrate brings the tables up to date. Before it changes a database that holds
// something, it puts a copy beside it, if that is wanted.
func (db *DB) migrate(ctx context.Context, copyFirst bool) error {
	// Who else begins at this moment may hold the file, and SQLite does not always wait.
	err := db.readable(ctx)
	for tries := 0; code(err) == sqlite3.SQLITE_BUSY && tries < mostTries && pause(ctx, 25*time.Millisecond); tries++ {
		err = db.readable(ctx)
	}
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db.w, migrationFiles(), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	for tries := 0; code(err) == sqlite3.SQLITE_BUSY && tries < mostTries && pause(ctx, 25*time.Millisecond); tries++ {
		have, want, err = p.GetVersions(ctx)
	}
	if err != nil {
		return err
	}
	if have > want {
		return bot.Problemf("db_newer", "the database %s was written by a newer Colloquy (schema %d, this one knows %d): use that version", db.path, have, want)
	}
	if have == want {
		return nil
	}
	if have > 0 && copyFirst {
		err := db.Backup(ctx, freeName(fmt.Sprintf("%s.before-%d", db.path, want)))
		for errors.Is(err, fs.ErrExist) { // another process was faster
			err = db.Backup(ctx, freeName(fmt.Sprintf("%s.before-%d", db.path, want)))
		}
		if err != nil {
			return fmt.Errorf("copy before migration: %w", err)
		}
	}
	for tries := 0; ; tries++ {
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		// Each migration is a transaction: one that failed because another
		// process made the same tables at this moment changed nothing, and what
		// that one has not done yet is tried again, for ten seconds without progress.
		now, want, verr := p.GetVersions(ctx)
		switch {
		case verr == nil && now == want:
			return nil
		case verr == nil && now > have:
			have, tries = now, 0
		}
		others := code(err) == sqlite3.SQLITE_BUSY || code(err) == sqlite3.SQLITE_ERROR
		if !others || tries == mostTries || !pause(ctx, 25*time.Millisecond) {
			return err
		}
	}
}

// mostTries, 25 ms apart, are ten seconds: as long as SQLite itself waits.
const mostTries = 400

// pause waits; it returns false when ctx is done before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
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

// KnownSchema is the number of the newest migration of this program.
func KnownSchema() int {
	names, err := fs.Glob(migrationFiles(), "*.sql")
	if err != nil || len(names) == 0 {
		return 0
	}
	n, err := strconv.Atoi(names[len(names)-1][:5])
	if err != nil {
		return 0
	}
	return n
}
