package store

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// limits are how long PostgreSQL is waited for. A call waits for a connection, and
// then for each answer, once more for a connection where database/sql asks again: about
// 30 s in all when nothing answers. A database that takes two seconds each way is
// within them.
type limits struct {
	connect time.Duration // until a new connection can be used; it is made in the background
	acquire time.Duration // until one of a pool is free
	ping    time.Duration // until one that was not used for a second says that it is there
	silence time.Duration // of the server while it is to answer
	lock    time.Duration // for another transaction; the server counts
}

var usualLimits = limits{connect: 20 * time.Second, acquire: 10 * time.Second, ping: 5 * time.Second, silence: 15 * time.Second, lock: 10 * time.Second}

type patienceKey struct{}

// patiently is a context for statements that may take long, such as one that makes
// an index over millions of rows: the server may be silent for a quarter of an hour.
func patiently(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey{}, 15*time.Minute)
}

// apply puts the limits on what a pool is made with.
func (l limits) apply(c *pgxpool.Config) {
	keep := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
	c.ConnConfig.DialFunc = (&net.Dialer{KeepAliveConfig: keep}).DialContext
	if c.ConnConfig.ConnectTimeout == 0 { // else the URL says another
		c.ConnConfig.ConnectTimeout = l.connect
	}
	c.ConnConfig.AfterNetConnect = func(_ context.Context, _ *pgconn.Config, conn net.Conn) (net.Conn, error) {
		return &bounded{Conn: conn, limit: l.silence}, nil
	}
	c.ConnConfig.RuntimeParams["lock_timeout"] = l.lock.String()
	c.PingTimeout = l.ping
	c.ConnConfig.Tracer = tracer{l}
}

// A tracer is called by pgx before and after statements, and for connections of a pool.
type tracer struct{ limits }

// begin says how long an answer may take.
func (t tracer) begin(ctx context.Context, conn *pgx.Conn) context.Context {
	limit := t.silence
	if patience, ok := ctx.Value(patienceKey{}).(time.Duration); ok {
		limit = patience
	}
	if b, ok := conn.PgConn().Conn().(*bounded); ok {
		b.setLimit(limit)
	}
	return ctx
}

func (t tracer) TraceQueryStart(ctx context.Context, conn *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	cleanArgs(q.Args)
	return t.begin(ctx, conn)
}

func (t tracer) TraceBatchStart(ctx context.Context, conn *pgx.Conn, b pgx.TraceBatchStartData) context.Context {
	for _, q := range b.Batch.QueuedQueries {
		q.Arguments = slices.Clone(q.Arguments) // they are somebody's
		cleanArgs(q.Arguments)
	}
	return t.begin(ctx, conn)
}

func (t tracer) TraceQueryEnd(_ context.Context, conn *pgx.Conn, _ pgx.TraceQueryEndData) {
	t.end(conn)
}
func (t tracer) TraceBatchEnd(_ context.Context, conn *pgx.Conn, _ pgx.TraceBatchEndData) {
	t.end(conn)
}
func (tracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (t tracer) end(conn *pgx.Conn) {
	if b, ok := conn.PgConn().Conn().(*bounded); ok {
		b.setLimit(t.silence)
	}
}

// errNoConnection is that no connection of a pool was free in time, or could be made.
var errNoConnection = errors.New("no connection in time")

// An acquiring is a context with a limit of ours, which has an error of its own.
type acquiring struct {
	context.Context
	cancel context.CancelFunc
	given  context.Context
}

func (a acquiring) Err() error {
	if err := a.Context.Err(); err == nil || a.given.Err() != nil {
		return err
	}
	return errNoConnection
}

// TraceAcquireStart limits how long a free connection is waited for.
func (t tracer) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	limited, cancel := context.WithTimeout(ctx, t.acquire)
	return acquiring{limited, cancel, ctx}
}

// TraceAcquireEnd ends the limit.
func (tracer) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	ctx.(acquiring).cancel()
}

// errSilent is no time-out that pgx knows: the connection is of no use any more.
var errSilent = errors.New("the server said nothing for too long")

// A bounded is a connection on which nobody waits for ever: a server that says, or
// takes, nothing for so long counts as gone, also where no end of the connection
// was heard of. It is per read, so that who reads slowly what is sent is not stopped.
type bounded struct {
	net.Conn

	mu          sync.Mutex
	limit       time.Duration
	read, write time.Time // deadlines of pgx
}

func (c *bounded) setLimit(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = d
}

// SetDeadline implements [net.Conn], and so do the next two.
func (c *bounded) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read, c.write = t, t
	return c.Conn.SetDeadline(t)
}

func (c *bounded) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = t
	return c.Conn.SetReadDeadline(t)
}

func (c *bounded) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write = t
	return c.Conn.SetWriteDeadline(t)
}

func (c *bounded) Read(b []byte) (int, error) {
	return c.bound(&c.read, c.Conn.SetReadDeadline, func() (int, error) { return c.Conn.Read(b) })
}

func (c *bounded) Write(b []byte) (int, error) {
	return c.bound(&c.write, c.Conn.SetWriteDeadline, func() (int, error) { return c.Conn.Write(b) })
}

func (c *bounded) bound(given *time.Time, set func(time.Time) error, do func() (int, error)) (int, error) {
	c.mu.Lock()
	end := time.Now().Add(c.limit)
	sooner := !given.IsZero() && given.Before(end)
	var err error
	if !sooner {
		err = set(end)
	}
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := do()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if given.IsZero() || given.After(time.Now()) {
			return n, errSilent
		}
	}
	return n, err
}
