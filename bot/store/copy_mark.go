package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"colloquy/bot"
)

// Settings that say where a database was copied to, and from where it came.
const (
	settingMoved  = "moved"
	settingCopied = "copied"
)

// A mark is the value of one of these. Nothing runs on a database that is marked as
// moved, nor on one into which a copy is not done.
type mark struct {
	ID   bot.ID           `json:"id"` // of the copy, in both databases
	From string           `json:"from"`
	To   string           `json:"to"`
	At   time.Time        `json:"at"` // when it began or, once it is done, ended
	Done bool             `json:"done"`
	Rows map[string]int64 `json:"rows,omitempty"` // that arrived, by table; in the target alone

	Table string   `json:"table,omitempty"` // the last row that arrived
	After []string `json:"after,omitempty"`
}

// readMark reads one, and how it is stored; its ID is empty where there is none.
func readMark(ctx context.Context, q querier, name string) (m mark, text string, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return m, "", nil
	}
	if err == nil {
		err = unpack(text, &m)
	}
	return m, text, err
}

// writeMark puts a mark in the place of what was read, and fails when that changed.
func writeMark(ctx context.Context, tx *sql.Tx, name string, m mark, before string) (text string, err error) {
	text = pack(m)
	var ok bool
	if before == "" {
		ok, err = changed(tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, text))
	} else {
		ok, err = changed(tx.ExecContext(ctx, `UPDATE settings SET value = $1 WHERE name = $2 AND value = $3`, text, name, before))
	}
	if err == nil && !ok {
		err = bot.Problemf("running", "another copy is under way: wait for it, and do it again")
	}
	return text, err
}

// usable is a [bot.Problem] where nothing may run on a database, because what was
// in it is in another now, or is not here yet.
func (db *DB) usable(ctx context.Context, o Options) error {
	if db.Shared() {
		if err := db.atHome(ctx, true); err != nil {
			return err
		}
	}
	moved, _, err := readMark(ctx, db.w, settingMoved)
	if err != nil {
		return err
	}
	if moved.ID != "" {
		return moved.problem()
	}
	into, _, err := readMark(ctx, db.w, settingCopied)
	if err == nil && into.ID != "" && !into.Done {
		err = bot.Problemf("copying", "the copy of %s into %s, begun on %s, is not done: go on with 'colloquy copy --from %s --to %s'", into.From, into.To, date(into.At), into.From, into.To)
	}
	if err == nil && db.Shared() {
		err = db.keepsLedger(ctx, o)
	}
	return err
}

// inPlaceOf is a [bot.Problem] where a file must not be replaced by a backup of it,
// because it was moved: its ledger does not know what was posted since.
func inPlaceOf(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	r, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	if m, _, err := readMark(ctx, r, settingMoved); err == nil && m.ID != "" {
		return m.problem()
	}
	return nil // one that cannot be read may be replaced
}

// problem says why a database that was moved is not to be used.
func (m mark) problem() error {
	if !m.Done {
		return bot.Problemf("moving", "%s is being copied to %s since %s: go on with 'colloquy copy --from %s --to %s', or give that up with 'colloquy copy --from %s --reopen'", m.From, m.To, date(m.At), m.From, m.To, m.From)
	}
	return bot.Problemf("moved", "%s was moved to %s on %s, and what runs here as well would post everything twice: give that with --db, or go on here on purpose after 'colloquy copy --from %s --reopen'", m.From, m.To, date(m.At), m.From)
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 MST") }

// MovedTo says to where a database was moved, or is being moved; empty when it is
// in use.
func (db *DB) MovedTo(ctx context.Context) (to string, done bool, err error) {
	m, _, err := readMark(ctx, db.r, settingMoved)
	return m.To, m.Done, err
}

// Reopen takes off what [Move] marked a database with: it is used again, and what
// happened in the other since is not known here.
func Reopen(ctx context.Context, path string, o Options, a bot.Audit) error {
	o.copying = true
	db, err := Open(ctx, path, o)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.write(ctx, func(tx *sql.Tx) error {
		m, _, err := readMark(ctx, tx, settingMoved)
		if err != nil || m.ID == "" {
			return err
		}
		if err := exec(ctx, tx, `DELETE FROM settings WHERE name = $1`, settingMoved); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// markSource writes where a database is moved to, while nobody else uses it: who
// opens it later reads the mark first.
func markSource(ctx context.Context, path string, m mark) error {
	if IsPostgres(path) {
		return markShared(ctx, path, m)
	}
	db, err := sql.Open("sqlite", dsn(path, "&mode=rw&_pragma=synchronous(FULL)"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	var mode string
	for _, q := range []string{`PRAGMA busy_timeout = 2000`, `PRAGMA journal_mode = DELETE`, `BEGIN EXCLUSIVE`} {
		if err == nil {
			_, err = db.ExecContext(ctx, q)
		}
	}
	if err == nil {
		err = db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode)
	}
	if c := code(err); c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_LOCKED || mode == "wal" {
		return bot.Problemf("running", "another command uses %s: wait for it, and do it again", path)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, settingMoved, pack(m))
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `COMMIT`)
	}
	return writeProblem(err)
}
