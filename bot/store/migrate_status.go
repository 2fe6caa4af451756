package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// A Migration is one change of the tables.
type Migration struct {
	Number  int
	Name    string    // empty: it is of a newer program
	Applied time.Time // zero: it is to come
}

// Migrate brings the tables of a database up to date, as every command does that
// begins to work on it, and lists what it applied. An SQLite file that is missing is
// made; before tables that hold something change, a copy is put beside their file.
func Migrate(ctx context.Context, at string) ([]Migration, error) {
	before, err := MigrationStatus(ctx, at)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	db, err := Open(ctx, at, Options{})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, openProblem(Name(at), err)
	}
	after, err := MigrationStatus(ctx, at)
	return slices.DeleteFunc(after, func(m Migration) bool {
		return m.Applied.IsZero() || slices.ContainsFunc(before, func(old Migration) bool { return old.Number == m.Number && !old.Applied.IsZero() })
	}), err
}

// MigrationStatus lists the changes of the tables by their number: those that a
// database has, and those to come. It changes nothing.
func MigrationStatus(ctx context.Context, at string) (list []Migration, err error) {
	on, done, err := openToLook(ctx, at)
	if err != nil {
		return nil, openProblem(Name(at), err)
	}
	defer done()
	have, err := applied(ctx, on)
	if err != nil {
		return nil, openProblem(Name(at), err)
	}
	files, err := fs.Glob(migrationFiles(), "*.sql")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		number, name, _ := strings.Cut(strings.TrimSuffix(path.Base(f), ".sql"), "_")
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", f, err)
		}
		list = append(list, Migration{n, name, have[n]})
		delete(have, n)
	}
	for _, n := range slices.Sorted(maps.Keys(have)) {
		list = append(list, Migration{Number: n, Applied: have[n]})
	}
	return list, nil
}

// openToLook opens a database to look at it and not to change anything.
func openToLook(ctx context.Context, at string) (on *sql.DB, done func(), err error) {
	if IsPostgres(at) {
		pool, err := newPool(ctx, at, 1, usualLimits)
		if err != nil {
			return nil, nil, err
		}
		on = stdlib.OpenDBFromPool(pool)
		return on, func() { _ = on.Close(); pool.Close() }, nil
	}
	if _, err := os.Stat(at); err != nil {
		return nil, nil, err
	}
	on = openSQLite(dsn(at, "&mode=ro&_pragma=query_only(1)"))
	return on, func() { _ = on.Close() }, nil
}

// applied are the migrations that a database has, and since when.
func applied(ctx context.Context, on *sql.DB) (map[int]time.Time, error) {
	type row struct {
		number int
		at     sql.NullTime
	}
	out := map[int]time.Time{}
	rows, err := on.QueryContext(ctx, `SELECT version_id, tstamp FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY id`)
	list, err := collect(rows, err, func(s scanner) (r row, err error) { return r, s.Scan(&r.number, &r.at) })
	if missingTable(err) {
		return out, nil
	}
	for _, r := range list {
		out[r.number] = r.at.Time.UTC()
	}
	return out, err
}
