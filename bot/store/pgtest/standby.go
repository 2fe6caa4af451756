package pgtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Standby makes a second cluster that follows this one, and lets this one commit
// nothing any more that the other does not have. When this one is gone, the other
// takes its place with [Cluster.Promote].
func (c *Cluster) Standby(ctx context.Context) (*Cluster, error) {
	s := &Cluster{durable: c.durable, bin: c.bin, cred: c.cred}
	var err error
	if s.dir, err = os.MkdirTemp(place(s.durable), "colloquy-postgres-"); err != nil {
		return nil, err
	}
	if err := s.follow(ctx, c); err != nil {
		_ = os.RemoveAll(s.dir)
		return nil, err
	}
	return s, nil
}

func (c *Cluster) follow(ctx context.Context, first *Cluster) error {
	if c.cred != nil {
		if err := os.Chown(c.dir, int(c.cred.Uid), int(c.cred.Gid)); err != nil {
			return err
		}
	}
	var err error
	if c.Port, err = freePort(); err != nil {
		return err
	}
	backup := c.command("pg_basebackup", "-D", c.data(), "-h", "127.0.0.1", "-p", strconv.Itoa(first.Port), "-U", "colloquy", "-R", "-X", "stream", "-c", "fast")
	if out, err := backup.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w: %s", err, out)
	}
	if err := c.Begin(); err != nil {
		return err
	}
	if err := first.SQL(ctx, "postgres", `ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`); err != nil {
		return err
	}
	return first.until(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')`)
}

// Promote makes a standby take what is written.
func (c *Cluster) Promote(ctx context.Context) error {
	return c.SQL(ctx, "postgres", `SELECT pg_promote()`)
}

// until waits until a query gives TRUE.
func (c *Cluster) until(ctx context.Context, query string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var yes bool
		if err := conn.QueryRow(ctx, query).Scan(&yes); err != nil || yes {
			return err
		}
	}
	return fmt.Errorf("waited 30 s for %s", query)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
