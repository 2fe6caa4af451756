package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"colloquy/bot"
)

// querier is a transaction, or a pool.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// markShared is [markSource] for PostgreSQL.
func markShared(ctx context.Context, url string, m mark) (err error) {
	db, err := Open(ctx, url, Options{copying: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := db.unattended(ctx, tx); err != nil {
			return err
		}
		_, err := writeMark(ctx, tx, settingMoved, m, "")
		return err
	})
}

// unattended is a [bot.Problem] while a replica runs on a database. On SQLite a lock
// file says so.
func (db *DB) unattended(ctx context.Context, q querier) error {
	if db.pool == nil {
		return nil
	}
	var running int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM replicas WHERE until_at > `+databaseNow).Scan(&running)
	if err == nil && running > 0 {
		err = bot.Problemf("running", "'colloquy serve' runs on %s: stop every replica first", db.Name())
	}
	return err
}

// patient lets a transaction that reads take as long as it takes.
func (db *DB) patient(ctx context.Context, tx *sql.Tx) error {
	if db.pool == nil {
		return nil
	}
	for _, q := range []string{`SET LOCAL idle_in_transaction_session_timeout = 0`, `SET LOCAL statement_timeout = 0`} {
		if err := exec(ctx, tx, q); err != nil {
			return err
		}
	}
	return nil
}

// analyze tells the database what is in its tables now, so that it plans well at once.
func (db *DB) analyze(ctx context.Context) error {
	if db.pool == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, analyzeTime)
	defer cancel()
	_, err := db.w.ExecContext(patiently(ctx), `ANALYZE `+strings.Join(copied, ", "))
	return err
}

// sameSchema is a [bot.Problem] unless the tables of both are of one version.
func sameSchema(ctx context.Context, a, b *DB) error {
	var have [2]int
	for i, db := range []*DB{a, b} {
		if err := db.r.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`).Scan(&have[i]); err != nil {
			return openProblem(db.Name(), err)
		}
	}
	if have[0] != have[1] {
		return bot.Problemf("copy_schema", "the tables of %s are of version %d, and those of %s of version %d: bring both up to date with 'colloquy migrate up', and copy again", a.Name(), have[0], b.Name(), have[1])
	}
	for _, db := range []*DB{a, b} {
		if db.pool == nil {
			continue
		}
		var encoding string
		if err := db.r.QueryRowContext(ctx, `SHOW server_encoding`).Scan(&encoding); err != nil {
			return err
		}
		if encoding != "UTF8" {
			return bot.Problemf("db_encoding", "the database %s has the encoding %s: make one with UTF8, as 'createdb --encoding UTF8 --template template0' does", db.Name(), encoding)
		}
	}
	return nil
}
