package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"strings"
	"unicode/utf8"

	"modernc.org/sqlite"
)

// clean is a text as both databases keep it: PostgreSQL takes neither bytes
// that are no UTF-8 nor a zero byte. In their place stands U+FFFD, so that what was
// apart is not joined into a word.
func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 { // nearly always
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// cleanArg is an argument of a statement with its text as [clean] makes it. What
// is given as bytes is left as it is.
func cleanArg(v any) any {
	text, ok := v.(string)
	if r := reflect.ValueOf(v); !ok && r.Kind() == reflect.String {
		text = r.String()
	}
	if c := clean(text); c != text {
		return c
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

// cleanArgs does the same on PostgreSQL, where pgx shows every statement before its
// arguments are sent, also those of a batch and those of River.
func cleanArgs(args []any) {
	for i, v := range args {
		args[i] = cleanArg(v)
	}
}
