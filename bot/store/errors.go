package store

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"colloquy/bot"
)

// code is the primary result code of an SQLite error, or 0.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// openProblem says in one line why a database cannot be opened.
func openProblem(path string, err error) error {
	var p *bot.Problem
	if err == nil || errors.As(err, &p) {
		return err
	}
	say := func(c, text string) error {
		return &bot.Problem{Code: c, Text: "the database " + path + " " + text, Err: err}
	}
	if e, ok := explain(err); ok {
		return say(e.code, e.text)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return say(dbDown, "did not answer in time: check that it runs, and that it can be reached from here")
	}
	switch code(err) {
	case sqlite3.SQLITE_NOTADB:
		return say("db_damaged", "is not a database: give another file with --db")
	case sqlite3.SQLITE_CORRUPT:
		return say("db_damaged", "is damaged: restore it from a backup, or recover what can be read with the sqlite3 program")
	case sqlite3.SQLITE_READONLY:
		return say("db_readonly", "cannot be written to: check the rights of the file and of its folder")
	case sqlite3.SQLITE_CANTOPEN:
		return say("db_open", "cannot be opened: check that its folder exists and may be written to")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return say(dbLocked, "is locked by another program: try again when that is done")
	case sqlite3.SQLITE_FULL:
		return say(dbRoom, "cannot grow: the disk is full")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return say("db_missing", "does not exist: give the right file with --db, or post something first")
	}
	return say("db_open", "cannot be opened")
}

// writeProblem says in one line why a write failed, where a person can mend it.
func writeProblem(err error) error {
	var p *bot.Problem
	if err == nil || errors.As(err, &p) {
		return err
	}
	if e, ok := explain(err); ok {
		return &bot.Problem{Code: e.code, Text: "the database " + e.text, Err: err}
	}
	switch code(err) {
	case sqlite3.SQLITE_FULL:
		return &bot.Problem{Code: dbRoom, Text: "the disk is full: nothing was stored; make room and try again", Err: err}
	case sqlite3.SQLITE_READONLY:
		return &bot.Problem{Code: "db_readonly", Text: "the database cannot be written to: check the rights of the file and of its folder", Err: err}
	case sqlite3.SQLITE_BUSY:
		return &bot.Problem{Code: dbLocked, Text: "the database is locked by another program: try again when that is done", Err: err}
	case sqlite3.SQLITE_CORRUPT:
		return &bot.Problem{Code: "db_damaged", Text: "the database is damaged: restore it from a backup", Err: err}
	}
	return err
}

// isUnique reports whether err is a unique index refusing a row.
func isUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == uniqueViolation
	}
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// missingTable reports whether a table is not there.
func missingTable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42P01" || code(err) == sqlite3.SQLITE_ERROR && strings.Contains(err.Error(), "no such table")
}
