// Package store keeps everything Colloquy knows in an SQL database: SQLite, in
// one file, or PostgreSQL, which several processes share. It implements [bot.Store] for the engine, lists and exports for the
// command line, and the claims that bot/jobs turns into work.
//
// On SQLite there is one connection that writes and a pool that only reads; on
// PostgreSQL there is a pool for each. Every method is one transaction, and no
// other network request happens inside one. Where the two differ is in dialect.go
// and postgres.go.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"colloquy/bot"
)

// A DB is an open database. It is safe for use by many goroutines.
type DB struct {
	path string    // of the file, or the URL
	w    *sql.DB   // writes: on SQLite one connection
	r    *sql.DB   // reads only
	now  bot.Clock // Now

	pool, reading *pgxpool.Pool // what w and r are made on; nil on SQLite
	machine       bot.Clock     // of [Options]
	clock         dbClock
	sharing       sharing
	limits        limits // of these

	ledger  ledger
	replies replyQueue
	key     keyCache
	box     box // encrypts credentials
}

type keyCache struct {
	mu  sync.Mutex
	key []byte
}

var _ bot.Store = (*DB)(nil)

// Options changes how a database is opened.
type Options struct {
	Clock    bot.Clock // nil is the time of this machine; see [DB.Now]
	ReadOnly bool      // the file, or the tables, must exist already: looking never makes any
	// Keys of [KeySize] bytes encrypt credentials: the first does, and all
	// decrypt, so that a key can be changed. Without any, none can be stored.
	Keys [][]byte
	// Ledger is a folder on other storage than the database, in which stands what
	// restoring a dump must not undo; for PostgreSQL alone, as that of a file stands
	// beside it. Empty: none, which is refused where there was one; [NoLedger] gives it up.
	Ledger string

	ledger ledger // that of another file, while a backup is restored
	bare   bool   // no copy before the tables are changed: the file is one

	copying bool   // the database may be marked as moved, or as one that is copied into
	limits  limits // others than the usual ones
}

// Open opens the SQLite file at path, makes it if it is missing, and brings its
// tables up to date; before that, a copy is put beside it. A path that
// [IsPostgres] is the URL of a database of PostgreSQL, which must be there. Errors
// are [bot.Problem]s that name the file or the database.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.ReadOnly && !IsPostgres(path) {
		if _, err := os.Stat(path); err != nil {
			return nil, openProblem(path, err)
		}
	}
	db := &DB{path: path, machine: o.Clock, limits: cmp.Or(o.limits, usualLimits)}
	db.now = db.Now
	db.sharing = newSharing(string(bot.NewID(time.Now())))
	var err error
	if db.box, err = newBox(o.Keys); err != nil {
		return nil, err
	}
	if IsPostgres(path) {
		if err := openPostgres(ctx, db, !o.ReadOnly); err != nil {
			return nil, err
		}
		if o.Ledger != "" && o.Ledger != NoLedger {
			db.ledger = folderLedger(o.Ledger, db.Now())
		}
		return db.begun(ctx, o)
	}
	// What people wrote is for the operator's eyes only; SQLite gives the files
	// beside it the same rights. Whatever keeps it from being made, SQLite will say.
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		if err := f.Close(); err != nil {
			return nil, openProblem(path, err)
		}
	}
	if db.ledger = o.ledger; o.ledger.path == "" {
		db.ledger.path = RealPath(path) + ".ledger"
	}
	db.w = openSQLite(dsn(path, ""))
	db.w.SetMaxOpenConns(1)
	if err = db.migrate(ctx, !o.bare); err != nil {
		_ = db.w.Close()
		return nil, openProblem(path, err)
	}
	db.r = openSQLite(dsn(path, "&mode=ro&_pragma=query_only(1)"))
	db.r.SetMaxOpenConns(4)
	return db.begun(ctx, o)
}

// begun is a database that is open, unless nothing may run on it.
func (db *DB) begun(ctx context.Context, o Options) (*DB, error) {
	db.replies.start(db)
	if o.ReadOnly || o.bare || o.copying {
		return db, nil
	}
	if err := db.usable(ctx, o); err != nil {
		_ = db.Close()
		return nil, openProblem(db.Name(), err)
	}
	return db, nil
}

// dsn: WAL with synchronous=FULL so that a commit survives a power cut;
// secure_delete so that erased text is gone from the file; immediate
// transactions so that a writer waits instead of failing half-way.
func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	pragmas := "_pragma=busy_timeout(10000)"
	if more == "" {
		pragmas += "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_txlock=immediate"
	}
	return u.String() + "?" + pragmas + "&_pragma=foreign_keys(1)" + more
}

// Close waits for replies that are being stored and closes the database. It waits for
// PostgreSQL no longer than 1.5 s: what has no answer then ends by its own limits, and no
// reply was acknowledged that is not stored.
func (db *DB) Close() error {
	if db.pool != nil {
		return db.closePostgres()
	}
	db.replies.stop()
	return errors.Join(db.r.Close(), db.w.Close())
}

// Path is the file of the database, or its URL.
func (db *DB) Path() string { return db.path }

// Conn is the connection that writes, for bot/jobs alone: River keeps its jobs
// in the same file and shares it. On PostgreSQL it shares [DB.Pool].
func (db *DB) Conn() *sql.DB { return db.w }

// A Tx is a transaction of this database. bot/jobs enqueues in it.
type Tx struct {
	tx   *sql.Tx
	conn *sql.Conn // that it is on; nil on SQLite
}

// SQL shows the transaction to bot/jobs.
func (t Tx) SQL() *sql.Tx { return t.tx }

// write runs f in one transaction, while no other process and no other goroutine
// writes: what f read is still so when it writes.
func (db *DB) write(ctx context.Context, f func(*sql.Tx) error) error {
	return db.transact(ctx, alone, func(t Tx) error { return f(t.tx) })
}

// beside runs f in one transaction. On PostgreSQL others that are run by beside
// may write at the same moment, but none that is run by write: f is safe with
// these because of what it says where it calls this.
func (db *DB) beside(ctx context.Context, f func(Tx) error) error {
	return db.transact(ctx, shared, f)
}

// transact runs f in a transaction, and again where only the moment was to blame.
func (db *DB) transact(ctx context.Context, how locking, f func(Tx) error) error {
	for try := 1; ; try++ {
		if err := db.transactOnce(ctx, how, f); try == deadlockTries || !worthAnother(err) {
			return err
		}
	}
}

func (db *DB) transactOnce(ctx context.Context, how locking, f func(Tx) error) error {
	var t Tx
	var err error
	if db.pool == nil {
		t.tx, err = db.w.BeginTx(ctx, nil)
	} else {
		asked := time.Now()
		t, err = db.begin(ctx, how)
		if lostBefore(err) && time.Since(asked) < time.Second { // nothing was done on it, and others are likely to be lost too
			db.pool.Reset()
			t, err = db.begin(ctx, how)
		}
	}
	if err != nil {
		return writeProblem(err)
	}
	defer t.end()
	if err := f(t); err != nil {
		return writeProblem(err)
	}
	return writeProblem(t.tx.Commit())
}

// snapshot begins a transaction that only reads, and sees all as it was at its
// first statement.
func (db *DB) snapshot(ctx context.Context) (*sql.Tx, error) {
	o := &sql.TxOptions{ReadOnly: true}
	if db.Shared() { // SQLite knows no other
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.r.BeginTx(ctx, o)
	return tx, writeProblem(err)
}

// end gives up what was not committed.
func (t Tx) end() {
	_ = t.tx.Rollback()
	if t.conn != nil {
		_ = t.conn.Close()
	}
}

// held runs f in one transaction in which the lease is held.
func (db *DB) held(ctx context.Context, l bot.Lease, f func(*sql.Tx) error) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := db.isHeld(ctx, tx, l); err != nil {
			return err
		}
		return f(tx)
	})
}

// heldBeside is held for what may run beside others; see [DB.beside]. Nobody
// takes the lease over, renews it or gives it back before the transaction ends.
func (db *DB) heldBeside(ctx context.Context, l bot.Lease, f func(*sql.Tx) error) error {
	return db.beside(ctx, func(t Tx) error {
		if err := db.isHeld(ctx, t.tx, l); err != nil {
			return err
		}
		return f(t.tx)
	})
}

// isHeld is [bot.ErrLeaseLost] unless the lease is held. It is until the
// transaction ends.
func (db *DB) isHeld(ctx context.Context, tx *sql.Tx, l bot.Lease) error {
	var one int
	err := tx.QueryRowContext(ctx, `SELECT 1 FROM leases WHERE subject = $1 AND token = $2`+db.forUpdate(), l.Subject, l.Token).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.ErrLeaseLost
	}
	return err
}

// exec runs one statement in tx.
func exec(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}

// heldExec runs one statement while the lease is held, beside others. It changes
// one row by what stands in that row alone: if another changes the row at this
// moment, the statement waits and looks at it again.
func (db *DB) heldExec(ctx context.Context, l bot.Lease, query string, args ...any) error {
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error { return exec(ctx, tx, query, args...) })
}

// ms is a time as it is stored; the zero time is NULL.
func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// at is a stored time.
func at(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMilli(v.Int64).UTC()
}

// null is s, or NULL when it is empty.
func null[S ~string](s S) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// scanner is a row, or rows.
type scanner interface{ Scan(...any) error }

// collect reads all rows with scan.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, writeProblem(err)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, writeProblem(err)
		}
		out = append(out, v)
	}
	return out, writeProblem(rows.Err())
}

// found turns the absence of a row into [bot.ErrNotFound].
func found(err error, what string, id any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s %v: %w", what, id, bot.ErrNotFound)
	}
	return writeProblem(err)
}

// resolve finds the one id in a table that ends in ref.
func (db *DB) resolve(ctx context.Context, table, kind, where, ref string) (bot.ID, error) {
	if ref == "" {
		return "", bot.Problemf("bad_id", "the id of a %s is missing", kind)
	}
	rows, err := db.r.QueryContext(ctx, `SELECT id FROM `+table+` WHERE (id = $1 OR substr(id, length(id) - length($1) + 1) = $1`+where+`) LIMIT 2`, ref)
	ids, err := collect(rows, err, func(s scanner) (id bot.ID, err error) { return id, s.Scan(&id) })
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", &bot.Problem{Code: "not_found", Text: fmt.Sprintf("no %s has the id %q", kind, ref), Err: bot.ErrNotFound}
	case len(ids) > 1:
		return "", bot.Problemf("ambiguous", "several %ss end in %q; give more of the id", kind, ref)
	}
	return ids[0], nil
}
