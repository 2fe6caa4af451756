package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"colloquy/bot"
)

// A said is what people are told of an error of PostgreSQL: its code, and what
// stands behind "the database".
type said struct{ code, text string }

// Codes of errors that pass by themselves.
const (
	dbDown        = "db_down"        // it does not answer
	dbLost        = "db_lost"        // the connection ended
	dbStarting    = "db_starting"    // it takes no connections yet, or no more
	dbConnections = "db_connections" // it has too many already
	dbStandby     = "db_standby"     // it is a copy that follows another, for now
	dbSlow        = "db_slow"        // a time-out
	dbBusy        = "db_busy"        // others change the same rows
	dbLocked      = "db_locked"      // SQLite: another program has the file
	dbRoom        = "disk_full"
	dbTrouble     = "db_trouble" // its machine is out of memory, or fails
)

var passing = map[string]bool{
	dbDown: true, dbLost: true, dbStarting: true, dbConnections: true, dbStandby: true,
	dbSlow: true, dbBusy: true, dbLocked: true, dbRoom: true, dbTrouble: true,
}

// Passing reports whether an error of the database may pass without anybody
// changing something here: it is down, restarts, was cut off, is full, slow or,
// after another took over, only to be read. What failed may be tried again later;
// a write whose answer did not come may have been done. A wrong password, a
// database that is not there or tables of a newer version do not pass.
func Passing(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var p *bot.Problem
	if errors.As(err, &p) {
		return passing[p.Code]
	}
	if e, ok := explain(err); ok {
		return passing[e.code]
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// states explains SQLSTATEs, and their classes by the first two letters.
var states = map[string]said{
	"08":    {dbLost, "broke the connection: it is tried again; if that goes on, see the log of PostgreSQL"},
	"08P01": {"db_protocol", "is not spoken to as it expects: give the address of PostgreSQL itself, and not of a connection pooler"},
	"25006": {dbStandby, "can only be read: it is a standby, or set read-only; give the address of the primary, or wait until it is that"},
	"25P03": {dbSlow, "ended a transaction in which nothing was heard from here for too long: it is tried again"},
	"26000": {"db_protocol", "lost a statement that was prepared: a connection pooler between must work by session, not by transaction"},
	"42P05": {"db_protocol", "has a prepared statement of somebody else: a connection pooler between must work by session, not by transaction"},
	"28":    {"db_login", "refuses the user: check user and password, and what pg_hba.conf says of the address from which it is reached"},
	"28P01": {"db_login", "refuses the password: check user and password, PGPASSWORD or the password file"},
	"3D000": {"db_missing", "does not exist on that server: make it with 'createdb', or correct its name"},
	"40":    {dbBusy, "is busy with the same rows: try again"},
	"42501": {"db_rights", "does not allow that: make its user the owner of the database, or of its schema"},
	"42704": {"db_version", "does not know a setting of the connection: PostgreSQL 14 or newer is needed, without a connection pooler"},
	"42P01": {"db_damaged", "lacks a table: restore it from a backup, or give the right database"},
	"53":    {dbTrouble, "is out of resources: see the log of PostgreSQL"},
	"53100": {dbRoom, "is full: nothing was stored; make room on its disk and try again"},
	"53200": {dbTrouble, "is out of memory: see the log of PostgreSQL"},
	"53300": {dbConnections, "has too many connections: raise max_connections, or run fewer replicas"},
	"55P03": {dbSlow, "is held by another transaction: try again; if that goes on, see pg_stat_activity"},
	"57014": {dbSlow, "took too long and was stopped: try again"},
	"57P01": {dbStarting, "was stopped, or ended the connection: wait until it runs again"},
	"57P02": {dbStarting, "starts again after a crash: wait until it runs again"},
	"57P03": {dbStarting, "starts or stops: wait until it takes connections"},
	"57P04": {"db_missing", "was dropped"},
	"57P05": {dbLost, "ended a connection that was not used: it is tried again"},
	"58":    {dbTrouble, "cannot read or write its files: see the log of PostgreSQL"},
	"XX001": {"db_damaged", "is damaged: restore it from a backup"},
	"XX002": {"db_damaged", "has a damaged index: rebuild it with REINDEX, or restore a backup"},
}

// explain says what an error of PostgreSQL, or on the way to it, means; ok is
// false when it is none, or nothing that a person can act on.
func explain(err error) (said, bool) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		e, ok := states[pg.Code]
		if !ok && len(pg.Code) == 5 {
			e, ok = states[pg.Code[:2]]
		}
		return e, ok
	}
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var dns *net.DNSError
	var op *net.OpError
	var connect *pgconn.ConnectError
	switch {
	case errors.Is(err, context.Canceled):
		return said{}, false
	case errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verify):
		return said{"db_tls", "shows a certificate that is not trusted: check sslmode, sslrootcert and the name of the host"}, true
	case errors.As(err, &connect) && refusesTLS(connect):
		return said{"db_tls", "offers no TLS: switch it on there, or write sslmode=disable where nobody can listen"}, true
	case errors.As(err, &dns):
		return said{dbDown, "cannot be found, because the name of its host is not known: check that name, or wait for the name server"}, true
	case errors.As(err, &connect) && errors.Is(err, os.ErrPermission):
		return said{"db_login", "cannot be reached, because its socket may not be used: check its rights"}, true
	case errors.Is(err, errNoConnection):
		return said{dbSlow, "gave no connection in time: check that it runs, and that it can be reached from here"}, true
	case errors.As(err, &connect):
		return said{dbDown, "does not answer: check that it runs, and that it can be reached from here"}, true
	case errors.Is(err, errSilent):
		return said{dbDown, "stopped answering: check that it runs, and that it can be reached from here"}, true
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), pgconn.SafeToRetry(err):
		return said{dbLost, "was cut off: it is tried again"}, true
	}
	return said{}, false
}

// refusesTLS reports whether a server offers no encryption and, as nothing else was
// tried, none was to do without. pgx has no type for that.
func refusesTLS(err *pgconn.ConnectError) bool {
	tried, ok := err.Unwrap().(interface{ Unwrap() []error })
	return ok && !slices.ContainsFunc(tried.Unwrap(), func(e error) bool { return !strings.Contains(e.Error(), "server refused TLS connection") })
}

// lostBefore reports whether an error says that a connection had ended before it was
// used: the next one may be good.
func lostBefore(err error) bool {
	e, ok := explain(err)
	return ok && (e.code == dbLost || e.code == dbStarting) && !errors.As(err, new(*pgconn.ConnectError))
}

// uniqueViolation is the SQLSTATE of a unique index that refuses a row.
const uniqueViolation = "23505"
