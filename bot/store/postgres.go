package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"colloquy/bot"
)

const (
	writers         = 12         // connections that write, which River shares
	readers         = 6          // connections that only read
	applicationName = "colloquy" // which the server shows
	// A transaction whose client is silent for so long is ended by the server: a
	// replica that is frozen holds nobody up.
	idleInTransaction = 5 * time.Second
	oldest            = 14_00_00 // version of the server
)

// openPostgres opens a database of PostgreSQL and brings its tables up to date, if
// that is wanted; else they must be.
func openPostgres(ctx context.Context, db *DB, up bool) error {
	var err error
	if db.pool, err = newPool(ctx, db.path, writers, db.limits); err != nil {
		return openProblem(db.Name(), err)
	}
	reading, err := newPool(ctx, db.path, readers, db.limits)
	if err != nil {
		db.pool.Close()
		return openProblem(db.Name(), err)
	}
	db.reading = reading
	db.w, db.r = stdlib.OpenDBFromPool(db.pool), stdlib.OpenDBFromPool(reading)
	if err := db.migratePostgres(ctx, up); err != nil {
		_ = db.closePools()
		return openProblem(db.Name(), err)
	}
	if err := db.followClock(ctx); err != nil {
		_ = db.closePools()
		return openProblem(db.Name(), err)
	}
	return nil
}

func newPool(ctx context.Context, at string, most int32, l limits) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(at)
	if err != nil {
		// The error of pgx quotes the URL.
		return nil, bot.Problemf("db_url", "the address of the database cannot be read: write it like postgres://USER@HOST/DATABASE")
	}
	if !strings.Contains(at, "pool_max_conns") {
		c.MaxConns = most
	}
	c.ConnConfig.RuntimeParams["application_name"] = applicationName
	c.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = idleInTransaction.String()
	c.ConnConfig.RuntimeParams["timezone"] = "UTC"
	l.apply(c)
	return pgxpool.NewWithConfig(ctx, c)
}

// checkPostgres looks at what goes wrong later if it is not as it should be.
func (db *DB) checkPostgres(ctx context.Context) error {
	var encoding, version string
	var number int
	var readOnly bool
	err := db.w.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_setting('server_version'), CAST(current_setting('server_version_num') AS BIGINT),
		pg_is_in_recovery() OR CAST(current_setting('transaction_read_only') AS BOOLEAN)`).Scan(&encoding, &version, &number, &readOnly)
	switch {
	case err != nil:
		return err
	case number < oldest:
		return bot.Problemf("db_version", "the database %s is PostgreSQL %s: %d or newer is needed", db.Name(), version, oldest/10_000)
	case encoding != "UTF8":
		return bot.Problemf("db_encoding", "the database %s keeps texts as %s, which has no place for most languages: make one with 'createdb --encoding=UTF8 --template=template0'", db.Name(), encoding)
	case readOnly:
		return &bot.Problem{Code: dbStandby, Text: "the database " + db.Name() + " " + states["25006"].text}
	}
	return nil
}

// closeLimit is how long [DB.Close] waits for a server that does not answer.
const closeLimit = 1500 * time.Millisecond

func (db *DB) closePostgres() error {
	closed := make(chan error, 1)
	go func() {
		db.replies.stop()
		db.unfollowClock()
		closed <- db.closePools()
	}()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeLimit):
		return nil
	}
}

// closePools waits for who uses a connection, and for the server to hear of its end.
func (db *DB) closePools() error {
	err := errors.Join(db.w.Close(), db.r.Close())
	var both sync.WaitGroup
	both.Go(db.reading.Close)
	both.Go(db.pool.Close)
	both.Wait()
	return err
}

// Kind is "sqlite" or "postgresql".
func (db *DB) Kind() string {
	if db.Shared() {
		return "postgresql"
	}
	return "sqlite"
}

// Name is what people are shown of the database; see [Name].
func (db *DB) Name() string { return Name(db.path) }

// Pool is what bot/jobs gives to River on PostgreSQL; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Shared reports whether several processes may run everything in this database.
func (db *DB) Shared() bool { return db.pool != nil }

// PG calls f with a transaction of PostgreSQL as pgx knows it, for bot/jobs
// alone. f must be done with it when it returns.
func (t Tx) PG(f func(pgx.Tx) error) error {
	return t.conn.Raw(func(driver any) error {
		return f(within{c: driver.(*stdlib.Conn).Conn()})
	})
}

// within is a connection in a transaction that somebody else began and ends. It
// has what River needs of a transaction.
type within struct {
	pgx.Tx // none: what is not below is not there
	c      *pgx.Conn
}

func (w within) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	return w.c.Exec(ctx, query, args...)
}

func (w within) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return w.c.Query(ctx, query, args...)
}

func (w within) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	return w.c.QueryRow(ctx, query, args...)
}

func (w within) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return w.c.SendBatch(ctx, b)
}

func (w within) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return w.c.CopyFrom(ctx, table, columns, rows)
}

func (w within) Conn() *pgx.Conn { return w.c }
