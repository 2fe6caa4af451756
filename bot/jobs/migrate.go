package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"colloquy/bot/store"
)

// Migrate makes River's tables in a database, or brings them up to date, as [New] does.
func Migrate(ctx context.Context, db *store.DB, log *slog.Logger) error {
	if db.Shared() {
		return migrate(ctx, db, riverpgxv5.New(db.Pool()), log)
	}
	return migrate(ctx, db, riversqlite.New(db.Conn()), log)
}

// Tables says which version River's tables have, 0 where there are none, and which
// one this program knows.
func Tables(ctx context.Context, db *store.DB, log *slog.Logger) (have, known int, err error) {
	if db.Shared() {
		return tables(ctx, riverpgxv5.New(db.Pool()), log)
	}
	return tables(ctx, riversqlite.New(db.Conn()), log)
}

func migrate[T any](ctx context.Context, db *store.DB, driver riverdriver.Driver[T], log *slog.Logger) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err == nil {
		err = db.Turn(ctx, func(ctx context.Context) error {
			_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("prepare jobs: %w", err)
	}
	return nil
}

func tables[T any](ctx context.Context, driver riverdriver.Driver[T], log *slog.Logger) (have, known int, err error) {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return 0, 0, fmt.Errorf("look at the tables of jobs: %w", err)
	}
	there, err := m.ExistingVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("look at the tables of jobs: %w", err)
	}
	for _, v := range there {
		have = max(have, v.Version)
	}
	for _, v := range m.AllVersions() {
		known = max(known, v.Version)
	}
	return have, known, nil
}
