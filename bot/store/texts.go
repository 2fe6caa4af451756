package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"modernc.org/sqlite"
)

// cleanText is a text as both databases keep it: PostgreSQL takes neither bytes
// that are no UTF-8 nor a zero byte. In their place stands U+FFFD, so that what was
// apart is not joined into a word.
func cleanText(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// cleanArg is an argument of a statement with its text as [cleanText] makes it. What
// is given as bytes is left as it is.
func cleanArg(v any) any {
	if s, ok := v.(string); ok {
		return cleanText(s)
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return cleanText(r.String())
	}
	return v
}

// openSQLite opens a file whose arguments are cleaned, whoever gives them.
func openSQLite(dsn string) *sql.DB { return sql.OpenDB(cleaning(dsn)) }

// cleaning makes connections to the SQLite file that it names.
type cleaning string

func (c cleaning) Driver() driver.Driver { return &sqlite.Driver{} }

func (c cleaning) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(string(c))
	if err != nil {
		return nil, err
	}
	return cleaningConn{conn.(sqliteConn)}, nil
}

// sqliteConn is what database/sql uses of a connection to SQLite.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type cleaningConn struct{ sqliteConn }

// CheckNamedValue is what database/sql hands each argument to.
func (cleaningConn) CheckNamedValue(v *driver.NamedValue) (err error) {
	v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value)
	v.Value = cleanArg(v.Value)
	return err
}

// cleaner does the same on PostgreSQL. pgx shows it every statement before its
// arguments are sent, also those of a batch and those of River.
type cleaner struct{}

func (cleaner) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	for i, v := range q.Args {
		q.Args[i] = cleanArg(v)
	}
	return ctx
}

func (cleaner) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (cleaner) TraceBatchStart(ctx context.Context, _ *pgx.Conn, b pgx.TraceBatchStartData) context.Context {
	for _, q := range b.Batch.QueuedQueries {
		for i, v := range q.Arguments {
			q.Arguments[i] = cleanArg(v)
		}
	}
	return ctx
}

func (cleaner) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (cleaner) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
