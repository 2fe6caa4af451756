package jobs

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"colloquy/bot/store"
)

// A client is River on either database.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Queues() *river.QueueBundle
	insert(ctx context.Context, tx store.Tx, params []river.InsertManyParams) error
}

// connect makes River's tables and a client.
func connect(ctx context.Context, o Options, c *river.Config) (client, error) {
	if o.DB.Shared() {
		return newClient(ctx, o.DB, riverpgxv5.New(o.DB.Pool()), c, func(tx store.Tx, f func(pgx.Tx) error) error { return tx.PG(f) })
	}
	return newClient(ctx, o.DB, riversqlite.New(o.DB.Conn()), c, func(tx store.Tx, f func(*sql.Tx) error) error { return f(tx.SQL()) })
}

// A clientOf is River on the database whose transactions are of type T.
type clientOf[T any] struct {
	*river.Client[T]
	in func(store.Tx, func(T) error) error // shows a transaction
}

func newClient[T any](ctx context.Context, db *store.DB, driver riverdriver.Driver[T], c *river.Config, in func(store.Tx, func(T) error) error) (client, error) {
	if err := migrate(ctx, db, driver, c.Logger); err != nil {
		return nil, err
	}
	r, err := river.NewClient(driver, c)
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return clientOf[T]{r, in}, nil
}

func (c clientOf[T]) insert(ctx context.Context, tx store.Tx, params []river.InsertManyParams) error {
	return c.in(tx, func(t T) error {
		_, err := c.InsertManyFastTx(ctx, t, params)
		return err
	})
}
