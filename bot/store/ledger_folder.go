package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"colloquy/bot"
)

// NoLedger is what [Options] say in place of a folder to give up keeping a ledger.
const NoLedger = "none"

// Settings of a database of PostgreSQL: which tables these are, and that a ledger is kept.
const (
	settingHome   = "home"
	settingLedger = "ledger"
)

// folderLedger is the ledger of a database of PostgreSQL: a folder, on other storage
// than the database, in which every process has a file of its own. Several write at
// the same moment, so what stands in the files is brought into one order by its
// time, which is that of the database. What runs alone in the database has the time
// at which it had it; what runs beside others is about one discussion alone.
func folderLedger(folder string, now time.Time) ledger {
	name := now.UTC().Format("20060102-150405-") + string(bot.NewID(now))[28:] + ".ledger"
	return ledger{path: filepath.Join(folder, name), folder: folder, turn: &sync.Mutex{}}
}

// files are those of a folder, the oldest first.
func (l ledger) files() ([]string, error) {
	info, err := os.Stat(l.folder)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	if err != nil {
		return nil, &bot.Problem{Code: "ledger", Err: err, Text: "the ledger " + l.folder + " cannot be used (" + cause(err).Error() + "): make the folder, on other storage than the database, or name the right one"}
	}
	return filepath.Glob(filepath.Join(l.folder, "*.ledger"))
}

// each hands every entry of every file to f, whatever their order.
func (l ledger) each(ctx context.Context, f func(entry) error) error {
	if l.folder == "" {
		return l.readFile(ctx, f)
	}
	files, err := l.files()
	for _, name := range files {
		if err == nil {
			err = ledger{path: name}.readFile(ctx, f)
		}
	}
	return err
}

// merge hands the entries since a moment to f, in the order of their times.
func (l ledger) merge(ctx context.Context, f func(entry) error) error {
	var all []entry
	err := l.each(ctx, func(e entry) error {
		if !e.At.Before(l.since) {
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.At.Compare(b.At) })
	for _, e := range all {
		if err := errors.Join(ctx.Err(), f(e)); err != nil {
			return err
		}
	}
	return nil
}

// trimFolder removes files to which nothing was written since a moment.
func (l ledger) trimFolder(before time.Time) error {
	files, err := l.files()
	if err != nil {
		return err
	}
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && info.ModTime().Before(before) && name != l.path {
			if err := os.Remove(name); err != nil {
				return l.problem(err)
			}
		}
	}
	return nil
}

// keepsLedger sees to it that what is opened keeps the ledger that others keep: one
// that lacks what some process did says too little.
func (db *DB) keepsLedger(ctx context.Context, o Options) error {
	var one string
	err := db.w.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, settingLedger).Scan(&one)
	kept := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch {
	case o.Ledger == "" && kept:
		return bot.Problemf("no_ledger", "%s keeps a ledger, and none is set here, so what is done now would not be in it: set COLLOQUY_LEDGER to its folder, or to %s to give it up", db.Name(), NoLedger)
	case o.Ledger == NoLedger && kept:
		return db.write(ctx, func(tx *sql.Tx) error { return exec(ctx, tx, `DELETE FROM settings WHERE name = $1`, settingLedger) })
	case db.ledger.folder == "":
		return nil
	}
	files, err := db.ledger.files()
	if err != nil || kept && len(files) > 0 {
		return err
	}
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		n.note(entry{Did: didBackup}) // from here on it says all
		return exec(ctx, tx, `INSERT INTO settings (name, value) VALUES ($1, 'kept') ON CONFLICT (name) DO NOTHING`, settingLedger)
	})
}
