package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// RestoreDump makes a database of PostgreSQL that pg_restore, or recovery to a point
// in time, brought back what it should be now, as [Restore] does for a file: with
// what the ledger in a folder knows, in one transaction. Nothing may run on it.
// Errors are [bot.Problem]s, after which nothing has changed.
func RestoreDump(ctx context.Context, url, folder string, o RestoreOptions) (did Restored, err error) {
	ctx = patiently(ctx)
	if folder == "" && !o.WithoutLedger {
		return did, bot.Problemf("no_ledger", "no ledger is set, so what was erased or posted since cannot be known: give its folder with --ledger, or go on with --without-ledger")
	}
	db, err := Open(ctx, url, Options{Clock: o.Clock, copying: true})
	if err != nil {
		return did, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	home, err := db.home(ctx)
	if err != nil {
		return did, err
	}
	kept := ledger{folder: folder}
	err = db.write(ctx, func(tx *sql.Tx) error {
		did = Restored{}
		if err := db.patient(ctx, tx); err != nil {
			return err
		}
		if err := db.unattended(ctx, tx); err != nil {
			return err
		}
		if err := did.read(ctx, tx); err != nil {
			return err
		}
		if folder == "" {
			did.Gap = "no ledger was set"
		} else if did.Gap, err = kept.gap(ctx, did.Copy); err != nil {
			return err
		}
		if did.Gap != "" && !o.WithoutLedger {
			return bot.Problemf("no_ledger", "%s, so what was erased or posted since cannot be known: give the right folder with --ledger, or go on with --without-ledger", did.Gap)
		}
		kept.since = did.At.Add(-time.Hour) // what was done before is in the database
		if err := catchUp(ctx, tx, kept, o, db.Now(), &did); err != nil {
			return err
		}
		return exec(ctx, tx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, settingHome, home)
	})
	return did, err
}

// InspectDump says what a database of PostgreSQL is the state of: the newest of what
// happened in it. restored is true when it was brought back from a dump and nothing
// was done about that yet.
func InspectDump(ctx context.Context, url string, clock bot.Clock) (c Copy, restored bool, err error) {
	db, err := Open(ctx, url, Options{Clock: clock, copying: true})
	if err != nil {
		return c, false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := c.read(ctx, db.r); err != nil {
		return c, false, writeProblem(err)
	}
	err = db.atHome(ctx, false)
	restored = bot.ReasonCode(err) == "restored"
	if restored {
		err = nil
	}
	return c, restored, err
}

// home says which tables these are: the cluster and the number that it gave to one of
// them. A dump that is restored makes others; a restart, a fail-over to a standby and
// an upgrade of Colloquy do not.
func (db *DB) home(ctx context.Context) (string, error) {
	var table, cluster string
	if err := db.w.QueryRowContext(ctx, `SELECT CAST(CAST('settings' AS regclass) AS oid)::text`).Scan(&table); err != nil {
		return "", err
	}
	// Where that may not be asked, the table has to do.
	if db.w.QueryRowContext(ctx, `SELECT system_identifier::text FROM pg_control_system()`).Scan(&cluster) != nil {
		cluster = "?"
	}
	return cluster + "/" + table, nil
}

// atHome is a [bot.Problem] when the tables were brought back from a dump. What runs
// first on new ones notes which they are.
func (db *DB) atHome(ctx context.Context, note bool) error {
	is, err := db.home(ctx)
	if err != nil {
		return err
	}
	var was string
	err = db.w.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, settingHome).Scan(&was)
	switch {
	case errors.Is(err, sql.ErrNoRows) && note:
		return db.write(ctx, func(tx *sql.Tx) error {
			return exec(ctx, tx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, settingHome, is)
		})
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err == nil && was != is:
		return bot.Problemf("restored", "the database %s was restored from a dump, and does not know what was posted and erased since: run 'colloquy restore' on it first, with its ledger", db.Name())
	}
	return err
}
