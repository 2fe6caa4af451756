package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"colloquy/bot"
)

// swap puts temp in the place of the database, in one step, and returns the name
// of what was there.
func swap(ctx context.Context, temp, real string, now time.Time) (replaced string, err error) {
	defer func() {
		var p *bot.Problem
		if err != nil && !errors.As(err, &p) {
			err = &bot.Problem{Code: "restore", Err: err, Text: fmt.Sprintf("the restored database could not be put in the place of %s (%v): check the rights of its folder", real, cause(err))}
		}
	}()
	if there, err := os.Lstat(real); err == nil {
		if there.IsDir() {
			return "", bot.Problemf("output", "%s is a folder, and no database can take its place: give a file with --db", real)
		}
		replaced = freeName(real + ".replaced-" + now.UTC().Format("20060102-150405"))
		if err := oneFile(ctx, real); err != nil {
			return "", err
		}
		if err := setAside(real, replaced); err != nil {
			return "", errors.Join(err, setBack(real, replaced))
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.Rename(temp, real); err != nil {
		return "", errors.Join(err, setBack(real, replaced))
	}
	return replaced, syncFolder(filepath.Dir(real))
}

// setAside gives the database a second name and takes away what stands beside
// the first. One that is damaged keeps its companions.
func setAside(real, replaced string) error {
	for _, end := range companions {
		if err := os.Rename(real+end, replaced+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if os.Link(real, replaced) == nil {
		return nil
	}
	return os.Rename(real, replaced) // where a file has one name only
}

// companions are what SQLite puts beside a database.
var companions = []string{"-wal", "-shm", "-journal"}

// setBack undoes as much of setAside as was done.
func setBack(real, replaced string) error {
	if replaced == "" {
		return nil
	}
	var err error
	if same(real, replaced) {
		err = os.Remove(replaced)
	} else if _, serr := os.Lstat(replaced); serr == nil {
		err = os.Rename(replaced, real)
	}
	for _, end := range companions {
		if rerr := os.Rename(replaced+end, real+end); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}
	return err
}

// oneFile brings what is in the -wal file of a database into it. It fails while
// another program uses the database; one that cannot be read stays as it is.
func oneFile(ctx context.Context, path string) error {
	run := func(mode, query string) error {
		db, err := sql.Open("sqlite", dsn(path, "&mode="+mode))
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		db.SetMaxOpenConns(1)
		if _, err := db.ExecContext(ctx, `PRAGMA busy_timeout = 2000`); err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, query)
		return err
	}
	// SQLite would remove what stands beside a file that it cannot read.
	err := run("ro", `SELECT COUNT(*) FROM sqlite_schema`)
	if err == nil {
		err = run("rw", `PRAGMA journal_mode = DELETE`)
	}
	switch code(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return bot.Problemf("running", "another command uses %s: wait for it, and do it again", path)
	}
	return nil
}
