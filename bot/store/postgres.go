package store

import (
	"context"
	"strings"
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
)

// openPostgres opens a database of PostgreSQL and brings its tables up to date.
func openPostgres(ctx context.Context, db *DB) error {
	var err error
	if db.pool, err = newPool(ctx, db.path, writers); err != nil {
		return openProblem(db.Name(), err)
	}
	reading, err := newPool(ctx, db.path, readers)
	if err != nil {
		db.pool.Close()
		return openProblem(db.Name(), err)
	}
	db.reading = reading
	db.w, db.r = stdlib.OpenDBFromPool(db.pool), stdlib.OpenDBFromPool(reading)
	if err := db.migratePostgres(ctx, true); err != nil {
		_ = db.closePools()
		return openProblem(db.Name(), err)
	}
	if err := db.followClock(ctx); err != nil {
		_ = db.closePools()
		return openProblem(db.Name(), err)
	}
	return nil
}

func newPool(ctx context.Context, at string, most int32) (*pgxpool.Pool, error) {
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
	return pgxpool.NewWithConfig(ctx, c)
}

func (db *DB) closePools() error {
	err := db.w.Close()
	db.pool.Close()
	_ = db.r.Close()
	db.reading.Close()
	return err
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

func (w within) Conn() *pgx.Conn { return w.c }
