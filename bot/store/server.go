package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"colloquy/bot"
)

// OldestServer is the first version of PostgreSQL that is supported.
const OldestServer = 14

// A Server is what PostgreSQL says of itself, and how it is reached.
type Server struct {
	Version  string // "15.4"
	Major    int
	Size     int64 // of the database, in bytes
	ReadOnly bool  // nothing can be written
	Standby  bool  // because it follows another
	// Durable is false where a commit may be lost when the server crashes; Setting
	// names what is off then.
	Durable    bool
	Setting    string
	Used, Most int // connections to the whole server, of those that we may have
	// Bare: something between us and the server leaves out what we ask for when we
	// connect, such as that a process which is frozen holds nobody up.
	Bare      bool
	RoundTrip time.Duration // the shortest of a few
	Ahead     time.Duration // how far its clock is before the one of this machine
}

// Server asks a server of PostgreSQL about itself.
func (db *DB) Server(ctx context.Context) (s Server, err error) {
	err = db.reading.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		const facts = `SELECT current_setting('server_version'), CAST(current_setting('server_version_num') AS INTEGER) / 10000,
			pg_database_size(current_database()), pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on',
			CASE WHEN current_setting('fsync') = 'off' THEN 'fsync' WHEN current_setting('synchronous_commit') = 'off' THEN 'synchronous_commit' ELSE '' END,
			(SELECT CAST(SUM(numbackends) AS INTEGER) FROM pg_stat_database),
			CAST(current_setting('max_connections') AS INTEGER) - CAST(current_setting('superuser_reserved_connections') AS INTEGER),
			current_setting('application_name') <> $1 OR CAST(current_setting('idle_in_transaction_session_timeout') AS INTERVAL) <> $2 * INTERVAL '1 millisecond'`
		err := c.QueryRow(ctx, facts, applicationName, float64(idleInTransaction.Milliseconds())).Scan(&s.Version, &s.Major, &s.Size, &s.Standby, &s.ReadOnly, &s.Setting, &s.Used, &s.Most, &s.Bare)
		if err != nil {
			return err
		}
		s.ReadOnly, s.Durable = s.ReadOnly || s.Standby, s.Setting == ""
		return s.measure(ctx, c, db.machine)
	})
	if err != nil {
		return s, openProblem(db.Name(), err)
	}
	return s, nil
}

// CheckSession refuses a connection pooler that gives every transaction another
// session of the server, as PgBouncer does in transaction mode: statements are
// prepared, jobs announced and tables made in sessions of our own.
func (db *DB) CheckSession(ctx context.Context) error {
	if !db.Shared() {
		return nil
	}
	var pids [3]int // of a connection, of another in a transaction, and of the first meanwhile
	err := db.reading.AcquireFunc(ctx, func(one *pgxpool.Conn) error {
		if err := one.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&pids[0]); err != nil {
			return err
		}
		return db.reading.AcquireFunc(ctx, func(other *pgxpool.Conn) error {
			return pgx.BeginFunc(ctx, other, func(tx pgx.Tx) error {
				if err := tx.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&pids[1]); err != nil {
					return err
				}
				return one.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&pids[2])
			})
		})
	})
	switch {
	case err != nil:
		return openProblem(db.Name(), err)
	case pids[0] == pids[1] || pids[0] != pids[2]:
		return bot.Problemf("db_pooler", "a connection pooler before the database %s hands sessions around: connect to PostgreSQL itself, or have the pooler work by session (in PgBouncer pool_mode=session)", db.Name())
	}
	return nil
}

// measure asks a few times for the clock.
func (s *Server) measure(ctx context.Context, c *pgxpool.Conn, clock bot.Clock) error {
	const times = 5
	for i := range times {
		var ms int64
		asked := clock()
		if err := c.QueryRow(ctx, `SELECT `+databaseNow).Scan(&ms); err != nil {
			return err
		}
		took := clock().Sub(asked)
		if i == 0 {
			continue // the statement was prepared, which takes longer
		}
		if i == 1 || took < s.RoundTrip {
			s.RoundTrip, s.Ahead = took, time.UnixMilli(ms).Sub(asked.Add(took/2).Round(0))
		}
	}
	return nil
}
