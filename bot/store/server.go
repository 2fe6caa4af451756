package store

import (
	"context"
	"time"

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
	// Pooled: something between us and the server hands its connections around, or
	// leaves out what we ask for when we connect.
	Pooled    bool
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
		err := c.QueryRow(ctx, facts, applicationName, float64(idleInTransaction.Milliseconds())).Scan(&s.Version, &s.Major, &s.Size, &s.Standby, &s.ReadOnly, &s.Setting, &s.Used, &s.Most, &s.Pooled)
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

// measure asks a few times for the clock and for the process that answers.
func (s *Server) measure(ctx context.Context, c *pgxpool.Conn, clock bot.Clock) error {
	const times = 5
	first := 0
	for i := range times {
		var ms int64
		pid := 0
		asked := clock()
		if err := c.QueryRow(ctx, `SELECT `+databaseNow+`, pg_backend_pid()`).Scan(&ms, &pid); err != nil {
			return err
		}
		took := clock().Sub(asked)
		if i == 0 {
			first = pid // and the statement was prepared, which takes longer
			continue
		}
		s.Pooled = s.Pooled || pid != first
		if i == 1 || took < s.RoundTrip {
			s.RoundTrip, s.Ahead = took, time.UnixMilli(ms).Sub(asked.Add(took/2).Round(0))
		}
	}
	return nil
}
