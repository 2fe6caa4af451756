package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// oneLine checks what people are told of an error.
func oneLine(t *testing.T, err error, code string, passes bool) {
	t.Helper()
	text := bot.Explain(err)
	if bot.ReasonCode(err) != code || Passing(err) != passes {
		t.Errorf("code %s, passing %v, want %s: %v (%v)", bot.ReasonCode(err), Passing(err), code, err, errors.Unwrap(err))
	}
	if strings.Contains(text, "\n") || strings.Contains(text, "hunter2") || !strings.Contains(text, ": ") {
		t.Errorf("told: %s", text)
	}
}

func TestErrorsOfPostgresAreExplained(t *testing.T) {
	for err, want := range map[error]struct {
		code   string
		passes bool
	}{
		&pgconn.PgError{Code: "57P03"}: {dbStarting, true},
		&pgconn.PgError{Code: "57P01"}: {dbStarting, true},
		&pgconn.PgError{Code: "53300"}: {dbConnections, true},
		&pgconn.PgError{Code: "53100"}: {dbRoom, true},
		&pgconn.PgError{Code: "25006"}: {dbStandby, true},
		&pgconn.PgError{Code: "55P03"}: {dbSlow, true},
		&pgconn.PgError{Code: "40P01"}: {dbBusy, true},
		&pgconn.PgError{Code: "08006"}: {dbLost, true},
		&pgconn.PgError{Code: "58030"}: {dbTrouble, true},
		&pgconn.PgError{Code: "08P01"}: {"db_protocol", false},
		&pgconn.PgError{Code: "28P01"}: {"db_login", false},
		&pgconn.PgError{Code: "28000"}: {"db_login", false},
		&pgconn.PgError{Code: "3D000"}: {"db_missing", false},
		&pgconn.PgError{Code: "42501"}: {"db_rights", false},
		&pgconn.PgError{Code: "XX001"}: {"db_damaged", false},
		io.ErrUnexpectedEOF:            {dbLost, true},
		sql.ErrConnDone:                {dbLost, true},
		errSilent:                      {dbDown, true},
		errNoConnection:                {dbSlow, true},
		&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}: {dbLost, true},
		&net.DNSError{Err: "no such host", Name: "db.example"}:                        {dbDown, true},
	} {
		wrapped := fmt.Errorf("in between: %w", err)
		if !Passing(wrapped) == want.passes {
			t.Errorf("%v by itself", err)
		}
		oneLine(t, writeProblem(wrapped), want.code, want.passes)
		oneLine(t, openProblem("postgres://db.example/colloquy", wrapped), want.code, want.passes)
	}
	for _, err := range []error{nil, context.Canceled, sql.ErrNoRows, bot.ErrLeaseLost, errors.New("x"), &pgconn.PgError{Code: "23505"}, &pgconn.PgError{Code: "42601"}} {
		if Passing(err) || Passing(writeProblem(err)) {
			t.Errorf("%v passes", err)
		}
	}
	if !isUnique(fmt.Errorf("x: %w", &pgconn.PgError{Code: "23505"})) || isUnique(&pgconn.PgError{Code: "23503"}) {
		t.Error("a unique index is not told from a reference")
	}
}

func TestPostgresThatCannotBeOpened(t *testing.T) {
	pgtest.Require(t)
	at := place(t)
	change := func(f func(*url.URL)) string {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword("colloquy", "hunter2")
		f(u)
		return u.String()
	}
	refuses, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hangsUp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hangsUp.Close() }()
	go func() {
		for c, err := hangsUp.Accept(); err == nil; c, err = hangsUp.Accept() {
			_ = c.Close()
		}
	}()
	_ = refuses.Close()
	for name, test := range map[string]struct {
		at, code string
		passes   bool
	}{
		"refused":     {change(func(u *url.URL) { u.Host = refuses.Addr().String() }), dbDown, true},
		"hangs up":    {change(func(u *url.URL) { u.Host = hangsUp.Addr().String() }), dbDown, true},
		"no database": {change(func(u *url.URL) { u.Path = "/nowhere" }), "db_missing", false},
		"no user":     {change(func(u *url.URL) { u.User = url.UserPassword("nobody", "hunter2") }), "db_login", false},
		"no setting":  {change(func(u *url.URL) { u.RawQuery = "no_such_setting=1" }), "db_version", false},
		"no TLS":      {change(func(u *url.URL) { u.RawQuery = "sslmode=require" }), "db_tls", false},
		"no host":     {change(func(u *url.URL) { u.Host = "db.invalid" }), dbDown, true},
		"no URL":      {"postgres://colloquy:hunter2@[/x", "db_url", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), test.at, Options{})
			oneLine(t, err, test.code, test.passes)
			_, err = MigrationStatus(t.Context(), test.at)
			oneLine(t, err, test.code, test.passes)
		})
	}
}

// A statement that fails says why, and when that is over goes on working.
func TestPostgresThatRefusesToWrite(t *testing.T) {
	pgtest.Require(t)
	at := place(t)
	db := open(t, at)
	discussion(t, db)
	name := at[strings.LastIndex(at, "/")+1:]
	cluster := pgtest.Shared(t)
	do := func(statements ...string) {
		t.Helper()
		if err := cluster.SQL(t.Context(), name, statements...); err != nil {
			t.Fatal(err)
		}
	}
	hangUp := `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + name + `' AND pid <> pg_backend_pid()`
	record := func(id string) error {
		_, err := db.RecordReply(t.Context(), bot.Reply{ID: bot.NewID(start), Ref: bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: id},
			Author: bot.Person{Platform: "console", ID: "ada"}, Text: "hunter2", Version: 1, CreatedAt: start}, "who", start, time.Hour)
		return err
	}
	do(`ALTER DATABASE `+name+` SET default_transaction_read_only = on`, hangUp)
	oneLine(t, record("a"), dbStandby, true)
	oneLine(t, db.Check(t.Context()), dbStandby, true)
	do(`SET default_transaction_read_only = off`, `ALTER DATABASE `+name+` RESET default_transaction_read_only`, hangUp)
	if err := record("a"); err != nil {
		t.Errorf("when it is over: %v", err)
	}
	do(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
		`CREATE TRIGGER full_disk BEFORE INSERT ON replies FOR EACH ROW EXECUTE FUNCTION full_disk()`)
	oneLine(t, record("b"), dbRoom, true)
	do(`DROP TRIGGER full_disk ON replies`)
	if err := record("b"); err != nil {
		t.Errorf("when there is room: %v", err)
	}
	if list, err := db.Replies(t.Context(), "d"); err != nil || len(list) != 2 {
		t.Errorf("%d replies, %v", len(list), err)
	}
}

func TestPostgresHasTooManyConnections(t *testing.T) {
	pgtest.Require(t)
	at := place(t)
	name := at[strings.LastIndex(at, "/")+1:]
	if err := pgtest.Shared(t).SQL(t.Context(), name, `CREATE ROLE few LOGIN CONNECTION LIMIT 0`); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), strings.Replace(at, "colloquy@", "few:hunter2@", 1), Options{})
	oneLine(t, err, dbConnections, true)
}
