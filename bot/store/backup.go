package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"colloquy/bot"
)

// Settings that only a copy has: which it is, in the ledger, and of when.
const (
	backupID = "backup_id"
	backupAt = "backup_at"
)

// Backup writes a consistent and durable copy of the database to a new file,
// which only its owner may read. It can run while others write. After an error
// there is no such file.
func (db *DB) Backup(ctx context.Context, path string) (err error) {
	if db.Shared() {
		return notAFile("backed up with pg_dump")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return backupProblem(path, err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(path)
			_ = os.Remove(path + "-journal")
			err = backupProblem(path, err)
		}
	}()
	now, id := db.now(), bot.NewID(db.now())
	// So that people are known by the same hash in the copy and in what is
	// written later; a database that cannot be written to has to do without.
	_, _ = db.HashKey(ctx)
	if db.keep(ctx, func(_ *sql.Tx, n *noted) error {
		n.note(entry{Did: didBackup, Backup: id})
		return nil
	}) != nil {
		id = "" // a full disk is a reason to make a copy elsewhere
	}
	if _, err := db.w.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return err
	}
	if err := stamp(ctx, path, id, now); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// notAFile refuses for PostgreSQL what is done with files.
func notAFile(instead string) error {
	return bot.Problemf("db_kind", "this is for databases in a file: one of PostgreSQL is %s; see docs/operating.md", instead)
}

// stamp writes into a copy which it is and of when.
func stamp(ctx context.Context, path string, id bot.ID, now time.Time) (err error) {
	copied, err := sql.Open("sqlite", dsn(path, "&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	_, err = copied.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2), ($3, $4)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, backupID, id, backupAt, strconv.FormatInt(now.UnixMilli(), 10))
	return err
}

func backupProblem(path string, err error) error {
	var p *bot.Problem
	if errors.As(err, &p) {
		return err
	}
	return &bot.Problem{Code: "backup", Text: "the backup to " + path + " failed: the file must not exist yet, and its folder must have room and be writable", Err: err}
}

// freeName is name, or name with a number when there is such a file.
func freeName(name string) string {
	for n, try := 2, name; ; n++ {
		if _, err := os.Lstat(try); err != nil { // there is none, or making it will say why not
			return try
		}
		try = fmt.Sprintf("%s.%d", name, n)
	}
}
