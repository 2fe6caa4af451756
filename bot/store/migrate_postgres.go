package store

import (
	"context"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"colloquy/bot"
)

// migratePostgres brings the tables up to date, or only looks whether they are.
// Of processes that begin together one does, and the others wait for it.
func (db *DB) migratePostgres(ctx context.Context, up bool) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	turn, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db.w, files, goose.WithLogger(goose.NopLogger()), goose.WithSessionLocker(turn))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return bot.Problemf("db_newer", "the database %s was written by a newer Colloquy (schema %d, this one knows %d): use that version", db.Name(), have, want)
	}
	if have == want || !up {
		return nil
	}
	_, err = p.Up(ctx)
	return err
}
