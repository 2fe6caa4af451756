package store

import (
	"bytes"
	"context"
	"io/fs"
	"regexp"

	"github.com/pressly/goose/v3"

	"colloquy/bot"
)

// migratePostgres brings the tables up to date, or only looks whether they are. Of
// processes that begin together one does, and the others wait for it. Each
// migration is one transaction, so what was cut off is done by whoever begins next.
func (db *DB) migratePostgres(ctx context.Context, up bool) error {
	if there, err := db.upToDate(ctx); err != nil || there {
		return err
	}
	if !up {
		return bot.Problemf("db_older", "the tables of the database %s are of an older Colloquy, or there are none yet: run 'colloquy migrate up'", db.Name())
	}
	return db.Turn(ctx, func(ctx context.Context) error {
		if there, err := db.upToDate(ctx); err != nil || there { // another was faster
			return err
		}
		p, err := goose.NewProvider(goose.DialectPostgres, db.w, postgresFiles{}, goose.WithLogger(goose.NopLogger()))
		if err != nil {
			return err
		}
		_, err = p.Up(patiently(ctx))
		return err
	})
}

// upToDate reports whether the tables are those that this program knows. Newer
// ones are an error.
func (db *DB) upToDate(ctx context.Context) (bool, error) {
	list, err := applied(ctx, db.w)
	if err != nil {
		return false, err
	}
	have, want := 0, KnownSchema()
	for n := range list {
		have = max(have, n)
	}
	if have > want {
		return false, bot.Problemf("db_newer", "the database %s was written by a newer Colloquy (schema %d, this one knows %d): use that version", db.Name(), have, want)
	}
	return have == want, nil
}

// postgresFiles are the migrations as PostgreSQL gets them: texts are compared and
// sorted by their bytes, as SQLite does it, whatever the database was made with. So
// lists have one order everywhere, and an index does not depend on the words of an
// operating system's language, which an upgrade may change.
type postgresFiles struct{}

var textType = regexp.MustCompile(`\bTEXT\b`)

// Open implements [fs.FS].
func (postgresFiles) Open(name string) (fs.File, error) {
	f, err := migrationFiles().Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	defer func() { _ = f.Close() }()
	data, err := fs.ReadFile(migrationFiles(), name)
	if err != nil {
		return nil, err
	}
	return textFile{bytes.NewReader(textType.ReplaceAll(data, []byte(`TEXT COLLATE "C"`))), info}, nil
}

// A textFile is a file that was changed while it was read.
type textFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (textFile) Close() error                 { return nil }
