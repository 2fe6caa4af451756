package store

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// hurried are limits for tests, which have no time.
var hurried = limits{connect: time.Second, acquire: 500 * time.Millisecond, ping: 200 * time.Millisecond, silence: 500 * time.Millisecond, lock: time.Second}

// behindProxy is a database with a discussion, as a replica sees it from behind a proxy.
func behindProxy(t *testing.T, l limits) (db *DB, p *pgtest.Proxy) {
	t.Helper()
	pgtest.Require(t)
	at := place(t)
	discussion(t, open(t, at))
	p = pgtest.NewProxy(t, pgtest.Shared(t))
	db, err := Open(t.Context(), p.URL(at[strings.LastIndex(at, "/")+1:]), Options{Clock: func() time.Time { return start }, limits: l})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, p
}

// calls are some of each kind; their contexts never end.
func calls(db *DB) map[string]func() error {
	ctx := context.Background()
	return map[string]func() error{
		"record": func() error {
			_, err := db.RecordReply(ctx, bot.Reply{ID: bot.NewID(start), Ref: bot.MessageRef{Channel: bot.Channel{Platform: "console", ID: "c", Thread: "t"}, MessageID: "m"},
				Author: bot.Person{Platform: "console", ID: "ada"}, Text: "x", Version: 1, CreatedAt: start}, "who", start, time.Hour)
			return err
		},
		"write":  func() error { return db.Alive(ctx, []string{"console"}, start) },
		"read":   func() error { _, err := db.Discussion(ctx, "d"); return err },
		"list":   func() error { return db.EachReply(ctx, "d", func(bot.Reply) error { return nil }) },
		"report": func() error { _, err := db.ReportTotals(ctx, bot.Channel{}, bot.ReportRange{}); return err },
		"lease": func() error {
			_, err := db.AcquireLease(ctx, bot.Lease{Subject: "s", Token: "t"}, start, time.Minute)
			return err
		},
		"claim": func() error {
			_, err := db.ClaimDue(ctx, start, 10, func(bot.Schedule, time.Time) bot.Claim { return bot.Claim{} }, func(context.Context, Tx, string, []Due) error { return nil })
			return err
		},
	}
}

// callAll makes the calls at once, several times, and returns what failed.
func callAll(t *testing.T, db *DB, times int) (failed map[string]error) {
	t.Helper()
	failed = map[string]error{}
	var mu sync.Mutex
	var done sync.WaitGroup
	for name, call := range calls(db) {
		for range times {
			done.Go(func() {
				err := call()
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed[name] = err
				}
			})
		}
	}
	done.Wait()
	return failed
}

// recovers waits until everything works again, and says what failed until then.
func recovers(t *testing.T, db *DB) {
	t.Helper()
	for {
		failed := callAll(t, db, 1)
		for name, err := range failed {
			if !Passing(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(failed) == 0 || t.Failed() {
			return
		}
	}
}

// Behind a connection on which nothing is heard any more, every call ends, also
// where there are more of them than connections; and says that it is worth another try.
func TestNobodyWaitsBehindAFrozenConnection(t *testing.T) {
	db, p := behindProxy(t, hurried)
	for range 2 {
		recovers(t, db)
		p.Freeze()
		failed := callAll(t, db, 10)
		for name := range calls(db) {
			if !Passing(failed[name]) || strings.Contains(bot.Explain(failed[name]), "\n") {
				t.Errorf("%s: %v (%v)", name, failed[name], errors.Unwrap(failed[name]))
			}
		}
		p.Heal()
	}
	recovers(t, db)
}

func TestConnectionsThatWereCutAreReplaced(t *testing.T) {
	db, p := behindProxy(t, usualLimits)
	if failed := callAll(t, db, 3); len(failed) > 0 {
		t.Fatal(failed)
	}
	p.Cut()
	failed := callAll(t, db, 2)
	for name := range calls(db) {
		if !Passing(failed[name]) {
			t.Errorf("%s: %v", name, failed[name])
		}
	}
	p.Heal()
	recovers(t, db)
}

// A database that stops in good order, or crashes, is there again as soon as it runs.
// What writes finds that out by itself.
func TestTheDatabaseRestarts(t *testing.T) {
	pgtest.Require(t)
	at := place(t)
	db := open(t, at)
	discussion(t, db)
	cluster := pgtest.Shared(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if failed := callAll(t, db, 3); len(failed) > 0 {
			t.Fatal(failed)
		}
		if err := cluster.Stop(signal); err != nil {
			t.Fatal(err)
		}
		for name, err := range callAll(t, db, 1) {
			oneLine(t, err, bot.ReasonCode(err), true)
			if code := bot.ReasonCode(err); code != dbDown && code != dbLost && code != dbStarting {
				t.Errorf("%s: %s", name, code)
			}
		}
		if err := cluster.Begin(); err != nil {
			t.Fatal(err)
		}
		if err := calls(db)["write"](); err != nil {
			t.Errorf("after it began again: %v", err)
		}
		recovers(t, db)
	}
}

// Who ends a connection that was idle does not make the next write fail.
func TestWritesSurviveAConnectionThatEndedBefore(t *testing.T) {
	pgtest.Require(t)
	at := place(t)
	db := open(t, at)
	discussion(t, db)
	name := at[strings.LastIndex(at, "/")+1:]
	for range 3 {
		if err := calls(db)["write"](); err != nil {
			t.Fatal(err)
		}
		if err := pgtest.Shared(t).SQL(t.Context(), name, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`' AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		if err := calls(db)["write"](); err != nil {
			t.Error(err)
		}
	}
}

// Whoever waits for a row that another transaction holds is told so, and does not wait long.
func TestLocksAreWaitedForAWhile(t *testing.T) {
	short := usualLimits
	short.lock = 50 * time.Millisecond
	db, _ := behindProxy(t, short)
	tx, err := db.w.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`LOCK TABLE scopes`); err != nil {
		t.Fatal(err)
	}
	oneLine(t, calls(db)["write"](), dbSlow, true)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	recovers(t, db)
}

// A statement that is known to take long is waited for, and the next one is not.
func TestPatience(t *testing.T) {
	db, _ := behindProxy(t, hurried)
	ctx := t.Context()
	if _, err := db.w.ExecContext(patiently(ctx), `SELECT pg_sleep($1)`, 1); err != nil {
		t.Error(err)
	}
	_, err := db.w.ExecContext(ctx, `SELECT pg_sleep($1)`, 1)
	oneLine(t, writeProblem(err), dbDown, true)
}

// A bounded connection ends at the sooner of its own limit and a deadline of pgx, and
// tells them apart.
func TestBoundedConnections(t *testing.T) {
	here, there := net.Pipe()
	defer func() { _ = there.Close() }()
	c := &bounded{Conn: here, limit: 20 * time.Millisecond}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, errSilent) {
		t.Errorf("silent: %v", err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, errSilent) {
		t.Errorf("not taken: %v", err)
	}
	c.setLimit(time.Hour)
	if err := c.SetDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := c.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a deadline: %v", err)
	}
	if err := c.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil { // as pgx does when a context ends
		t.Fatal(err)
	}
	if err := <-ended; !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("called off: %v", err)
	}
}
