// Package pgtest runs PostgreSQL for tests: a cluster of its own in a temporary
// folder, by an unprivileged user, on a free port of this machine. It needs the
// programs of PostgreSQL 14 or newer, such as Debian's package postgresql.
//
// Nothing of it runs unless the variable COLLOQUY_TEST_POSTGRES is set, so that
// the tests need no server; then it must work, and a test fails where it cannot.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable says that tests run on PostgreSQL.
const Variable = "COLLOQUY_TEST_POSTGRES"

// Wanted reports whether it does.
func Wanted() bool { return os.Getenv(Variable) != "" }

// Require skips a test of PostgreSQL alone where none is wanted.
func Require(t testing.TB) {
	t.Helper()
	if !Wanted() {
		t.Skip("a test of PostgreSQL: set " + Variable + "=1, with its programs installed")
	}
}

// A Cluster is a PostgreSQL server. Its methods are for one goroutine.
type Cluster struct {
	Port int

	dir, bin string
	durable  bool
	cred     *syscall.Credential // nil: this process's own
	server   *exec.Cmd
	ended    chan error
}

// Start makes a cluster and starts it; stop it with [Cluster.Close]. One that is
// durable syncs what it commits, as one in earnest does; others are quicker.
func Start(durable bool) (*Cluster, error) {
	c := &Cluster{durable: durable}
	var err error
	if c.bin, err = programs(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp(place(durable), "colloquy-postgres-"); err != nil {
		return nil, err
	}
	if err := c.prepare(); err != nil {
		_ = os.RemoveAll(c.dir)
		return nil, err
	}
	if err := c.Begin(); err != nil {
		_ = os.RemoveAll(c.dir)
		return nil, err
	}
	return c, nil
}

// place is the folder for the files of a cluster: that of temporary files or, for
// one that need not be durable, memory, where there is enough of it. Making and
// dropping a database is mostly copying and removing files.
func place(durable bool) string {
	const memory, enough = "/dev/shm", 2 << 30
	var fs syscall.Statfs_t
	if durable || syscall.Statfs(memory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < enough {
		return ""
	}
	return memory
}

// programs finds the folder of PostgreSQL's programs, the newest on Debian.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("the programs of PostgreSQL are not installed: install Debian's package postgresql, or unset " + Variable)
	}
	return filepath.Dir(path), nil
}

func (c *Cluster) prepare() error {
	// PostgreSQL refuses to run as root.
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			if u, err = user.Lookup("nobody"); err != nil {
				return err
			}
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return err
		}
		if err := os.Chown(c.dir, uid, gid); err != nil {
			return err
		}
		c.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	var err error
	if c.Port, err = freePort(); err != nil {
		return err
	}
	init := c.command("initdb", "-D", c.data(), "-U", "colloquy", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	return cmd
}

// Begin starts the server and waits until it takes connections.
func (c *Cluster) Begin() error {
	args := []string{"-D", c.data(), "-p", strconv.Itoa(c.Port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"}
	if !c.durable {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	}
	c.server = c.command("postgres", args...)
	c.server.SysProcAttr.Pdeathsig = syscall.SIGQUIT // whatever becomes of the tests
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	c.server.Stdout, c.server.Stderr = log, log
	started := make(chan error)
	c.ended = make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal comes when the thread ends that started it
		err := c.server.Start()
		started <- err
		if err == nil {
			c.ended <- c.server.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	for range 600 {
		if c.command("pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.Port)).Run() == nil {
			return nil
		}
		select {
		case err := <-c.ended:
			c.ended <- err
			return fmt.Errorf("PostgreSQL ended at once: %w: %s", err, c.Log())
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("PostgreSQL does not answer: %s", c.Log())
}

// Log is what the server wrote to its log.
func (c *Cluster) Log() string {
	data, _ := os.ReadFile(filepath.Join(c.dir, "log"))
	return string(data)
}

// Stop ends the server with a signal and waits for it: SIGINT disconnects
// everybody, SIGQUIT is a crash.
func (c *Cluster) Stop(signal syscall.Signal) error {
	if err := c.server.Process.Signal(signal); err != nil {
		return err
	}
	err := <-c.ended
	c.server = nil
	if err != nil && signal != syscall.SIGQUIT {
		return fmt.Errorf("PostgreSQL ended with %w: %s", err, c.Log())
	}
	return nil
}

// Close ends the server and removes its folder.
func (c *Cluster) Close() error {
	var err error
	if c.server != nil {
		err = c.Stop(syscall.SIGQUIT)
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

func (c *Cluster) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)) }

// URL is where a database of the cluster is.
func (c *Cluster) URL(database string) string {
	return fmt.Sprintf("postgres://colloquy@127.0.0.1:%d/%s", c.Port, database)
}

// SQL runs statements in a database, each by itself.
func (c *Cluster) SQL(ctx context.Context, database string, statements ...string) error {
	conn, err := pgx.Connect(ctx, c.URL(database))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
