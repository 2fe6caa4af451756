package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"colloquy/bot"
)

// A Copy is what is known of a backup before it is restored.
type Copy struct {
	At     time.Time // what it is the state of
	Schema int
	id     bot.ID // in the ledger; empty when it was not made by Backup
}

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	Clock bot.Clock
	// Plan is what becomes of schedules that were due; see [bot.Engine.PlanRestored].
	Plan func(bot.Schedule, time.Time) bot.Claim
	// WithoutLedger goes on where the ledger is missing, or does not reach back to the backup.
	WithoutLedger bool
	Audit         bot.Audit // who does it
}

// Restored says what restoring a backup did.
type Restored struct {
	Copy
	Replaced string // the file that the database which was there is now; empty if there was none
	Gap      string // why the ledger does not say all; empty if it does

	Replies       int // erased again, or kept from coming back
	People        int // whose replies that were, as far as they were erased as a whole
	OptOuts       int // or back in
	Discussions   int // whose retention had ended
	Withdrawn     int
	Installations int
	Openings      int // discussions that the backup does not know
	Missed        int // due times
	Requests      int // occurrences that had no outcome
	LookUps       int // posts of which nobody knows whether they are out
}

// Restore puts a backup in the place of the database at path, with what the
// ledger there knows brought into it. The caller sees to it that nothing runs
// on the database. What was there is kept beside it; after an error it is there
// as before. Errors are [bot.Problem]s.
func Restore(ctx context.Context, from, path string, o RestoreOptions) (did Restored, err error) {
	if IsPostgres(from) || IsPostgres(path) {
		return did, notAFile("restored with pg_restore")
	}
	if did.Copy, err = Inspect(ctx, from); err != nil {
		return did, err
	}
	real := RealPath(path)
	if same(from, real) {
		return did, bot.Problemf("same_file", "%s is the database itself: give a backup of it", from)
	}
	if err := inPlaceOf(ctx, real); err != nil {
		return did, err
	}
	kept := ledger{path: real + ".ledger"}
	if did.Gap, err = kept.gap(ctx, did.Copy); err != nil {
		return did, err
	}
	if did.Gap != "" && !o.WithoutLedger {
		return did, bot.Problemf("no_ledger", "%s, so what was erased or posted since the backup cannot be known: put the right one there, or go on with --without-ledger", did.Gap)
	}
	temp, err := copyBeside(ctx, from, real)
	if err != nil {
		return did, err
	}
	defer func() {
		if err != nil {
			for _, end := range append([]string{""}, companions...) {
				_ = os.Remove(temp + end)
			}
		}
	}()
	if err := prepare(ctx, temp, kept, o, &did); err != nil {
		return did, err
	}
	did.Replaced, err = swap(ctx, temp, real, o.Clock())
	return did, err
}

// Inspect looks whether a file is a backup that can be restored. It changes
// nothing.
func Inspect(ctx context.Context, path string) (c Copy, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, bot.Problemf("no_backup", "there is no file %s: give one that 'colloquy backup' wrote", path)
	case err != nil:
		return c, bot.Problemf("no_backup", "%s cannot be read (%v)", path, cause(err))
	case !info.Mode().IsRegular():
		return c, bot.Problemf("no_backup", "%s is no file: give one that 'colloquy backup' wrote", path)
	}
	r, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var tables int
	err = r.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('goose_db_version', 'settings', 'discussions')`).Scan(&tables)
	switch {
	case code(err) == sqlite3.SQLITE_NOTADB || err == nil && tables < 3:
		return c, bot.Problemf("no_backup", "%s is no backup of Colloquy: give a file that 'colloquy backup' wrote", path)
	case err == nil:
		err = check(ctx, r, path)
	}
	if err == nil {
		err = c.read(ctx, r)
	}
	if err != nil {
		return c, &bot.Problem{Code: "bad_backup", Err: err, Text: path + " is damaged, and nothing was restored: use another backup"}
	}
	if known := KnownSchema(); c.Schema > known {
		return c, bot.Problemf("db_newer", "%s was written by a newer Colloquy (schema %d, this one knows %d): restore it with that version", path, c.Schema, known)
	}
	return c, nil
}

// readDSN reads a file without changing anything beside it, unless some of it is
// in a -wal file.
func readDSN(path string) string {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return dsn(path, "&mode=ro")
	}
	return dsn(path, "&mode=ro&immutable=1")
}

// read finds out what a copy is the state of: what is written in it, or else the
// newest of what happened.
func (c *Copy) read(ctx context.Context, r querier) error {
	if err := r.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`).Scan(&c.Schema); err != nil {
		return err
	}
	var stamped, newest sql.NullString
	err := r.QueryRowContext(ctx, `SELECT COALESCE((SELECT value FROM settings WHERE name = '`+backupID+`'), ''), (SELECT value FROM settings WHERE name = '`+backupAt+`'), (SELECT MAX(at) FROM (
			SELECT MAX(alive_at) AS at FROM scopes UNION ALL SELECT MAX(created_at) FROM occurrences UNION ALL SELECT MAX(recorded_at) FROM replies
			UNION ALL SELECT MAX(attempted_at) FROM posts UNION ALL SELECT MAX(created_at) FROM audit UNION ALL SELECT MAX(polled_at) FROM feeds) AS signs)`).
		Scan(&c.id, &stamped, &newest)
	if !stamped.Valid {
		stamped = newest
	}
	if err != nil || !stamped.Valid {
		return err
	}
	at, err := strconv.ParseInt(stamped.String, 10, 64)
	c.At = time.UnixMilli(at).UTC()
	return err
}

// gap says why the ledger does not reach back to a backup; empty when it does.
func (l ledger) gap(ctx context.Context, c Copy) (string, error) {
	name := l.path
	if l.folder != "" {
		name = l.folder
	} else if _, err := os.Stat(l.path); errors.Is(err, fs.ErrNotExist) {
		return "there is no ledger " + l.path, nil
	}
	known := false
	err := l.each(ctx, func(e entry) error {
		known = known || c.id != "" && e.Backup == c.id || c.id == "" && !e.At.After(c.At)
		return nil
	})
	if err != nil || known {
		return "", err
	}
	return fmt.Sprintf("the ledger %s does not know this backup", name), nil
}

func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// copyBeside makes a durable copy of a backup in the folder of the database.
func copyBeside(ctx context.Context, from, real string) (temp string, err error) {
	dir, base := filepath.Dir(real), filepath.Base(real)
	old, _ := filepath.Glob(filepath.Join(dir, base+".restoring-*")) // of one that was cut off; the pattern is good
	for _, left := range old {
		if !same(left, from) {
			_ = os.Remove(left)
		}
	}
	f, err := os.CreateTemp(dir, base+".restoring-*")
	if err != nil {
		return "", bot.Problemf("output", "%s cannot be restored to: nothing can be written in its folder (%w)", real, cause(err))
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
			_ = os.Remove(f.Name() + "-journal")
			err = &bot.Problem{Code: "restore", Err: err, Text: "the backup could not be copied beside " + real + ", and nothing was changed: its folder must have room and be writable"}
		}
	}()
	if info, err := os.Stat(real); err == nil {
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return "", err
		}
	}
	r, err := sql.Open("sqlite", readDSN(from))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if _, err := r.ExecContext(ctx, `VACUUM INTO $1`, f.Name()); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}
