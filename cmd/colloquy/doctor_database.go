package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
	"colloquy/bot/store"
)

// folder looks whether the database can grow where it is.
func (e *examination) folder() {
	dir := filepath.Dir(e.set.db)
	f, err := os.CreateTemp(dir, ".colloquy-*")
	if err != nil {
		e.bad("folder", fmt.Sprintf("nothing can be written in the folder of the database: %v", err), "make it writable for this user, or give another file with --db")
		return
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	free, known := freeDisk(dir)
	switch {
	case !known:
		e.good("folder", "%s can be written to", dir)
	case free < leastDisk:
		e.bad("folder", fmt.Sprintf("the disk of %s has only %s left", dir, byteCount(free)), "make room: when it is full, nothing is posted and no reply is stored")
	default:
		e.good("folder", "%s can be written to and has %s left", dir, byteCount(free))
	}
}

func (e *examination) database(ctx context.Context, rt *running) {
	schema, err := rt.db.Schema(ctx)
	if err != nil {
		e.failed("database", err)
		return
	}
	if rt.db.Shared() {
		e.server(ctx, rt, schema)
		e.ledgerOf(ctx, rt)
		return
	}
	if err := rt.db.Check(ctx); err != nil {
		e.failed("database", err)
		return
	}
	size := int64(0)
	for _, file := range []string{rt.db.Path(), rt.db.Path() + "-wal"} {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	f, err := os.OpenFile(rt.db.Path(), os.O_RDWR, 0)
	if err != nil {
		e.bad("database", e.dbName()+" can be read and not be written to", "check the rights of the file")
		return
	}
	_ = f.Close()
	e.good("database", "%s is sound: %s, schema %d", e.dbName(), byteCount(size), schema)
	e.ledgerOf(ctx, rt)
}

// ledgerOf looks whether what a restored backup must not undo can be read.
func (e *examination) ledgerOf(ctx context.Context, rt *running) {
	ledger, entries, err := rt.db.CheckLedger(ctx)
	switch {
	case err != nil:
		e.failed("ledger", err)
	case ledger == "":
		e.note("ledger", "none is kept: after a dump is restored, what was erased since would be back, and what was posted be posted again", "set "+ledgerVariable+" to a folder on other storage than the database")
	case entries == 0:
		e.good("ledger", "nothing was erased or posted that a restored backup must not undo")
	default:
		e.good("ledger", "%s has %s", ledger, plural(entries, "entry", "entries"))
	}
}

const (
	clockOff  = 10 * time.Second       // between two machines, from which on it is worth a word
	slowTrip  = 100 * time.Millisecond // for an answer of the database
	fewestOne = 20                     // connections that one replica may need
)

// server looks at a database of PostgreSQL.
func (e *examination) server(ctx context.Context, rt *running, schema int) {
	err := rt.db.CheckSession(ctx)
	s := store.Server{}
	if err == nil {
		s, err = rt.db.Server(ctx)
	}
	if err != nil {
		e.failed("database", err)
		return
	}
	what := fmt.Sprintf("%s is PostgreSQL %s", e.dbName(), s.Version)
	switch {
	case s.Major < store.OldestServer:
		e.bad("database", what+", which is too old", fmt.Sprintf("use PostgreSQL %d or newer", store.OldestServer))
	case s.Standby:
		e.bad("database", what+" and follows another server, so nothing can be written", "give the address of the primary, or of several with target_session_attrs=read-write")
	case s.ReadOnly:
		e.bad("database", what+" and is read-only", "set default_transaction_read_only to off, for the database or its user")
	default:
		e.writes(ctx, rt, fmt.Sprintf("%s, can be written to, and answers in %s: %s, schema %d", what, inMillis(s.RoundTrip), byteCount(s.Size), schema))
	}
	if s.RoundTrip > slowTrip {
		e.note("database speed", "an answer takes "+inMillis(s.RoundTrip), "run 'colloquy serve' near the database: a post takes about twenty answers")
	}
	if !s.Durable {
		e.bad("database durability", s.Setting+" is off, so what was committed may be gone when the server crashes: replies would be lost, and posts appear twice", "set "+s.Setting+" to on in PostgreSQL")
	}
	if s.Bare {
		e.note("database pooler", "a connection pooler between leaves out what is set on connections, such as that a replica which hangs holds nobody up for more than 5 seconds", "connect to PostgreSQL itself")
	}
	switch free := s.Most - s.Used; {
	case free < fewestOne:
		e.bad("connections", fmt.Sprintf("%d of %d connections to the server are used", s.Used, s.Most), fmt.Sprintf("raise max_connections: each replica needs up to %d", fewestOne))
	default:
		e.good("connections", "%d of %d connections to the server are used; a replica needs up to %d", s.Used, s.Most, fewestOne)
	}
	if off := s.Ahead.Abs(); off > clockOff {
		word := map[bool]string{true: "behind", false: "ahead of"}[s.Ahead > 0]
		e.note("clock", fmt.Sprintf("the clock of this machine is %s %s that of the database, by which everything falls due", bot.FormatDuration(off.Round(time.Second)), word), "set it, for what the logs say")
	} else {
		e.good("clock", "this machine's and the database's differ by %s", inMillis(off))
	}
	e.replicas(ctx, rt)
}

// writes adds what is good about the database, if it can be written.
func (e *examination) writes(ctx context.Context, rt *running, good string) {
	p := probes{now: e.machine}
	if err := p.writable(ctx, rt.db); err != nil {
		e.failed("database", err)
		return
	}
	e.good("database", "%s", good)
}

// replicas lists those that run.
func (e *examination) replicas(ctx context.Context, rt *running) {
	list, err := rt.db.Replicas(ctx)
	if err != nil {
		e.failed("replicas", err)
		return
	}
	var names, versions []string
	for _, r := range list {
		names = append(names, fmt.Sprintf("%s on %s (%s, since %s)", r.ID, inline(r.Host), inline(r.Version), e.local(r.Since)))
		if !slices.Contains(versions, r.Version) {
			versions = append(versions, r.Version)
		}
	}
	switch {
	case len(list) == 0: // said with what is due
	case len(versions) > 1:
		e.note("replicas", fmt.Sprintf("%d run: %s", len(list), strings.Join(names, ", ")), "let them have one version, once the change is done")
	default:
		e.good("replicas", "%d run: %s", len(list), strings.Join(names, ", "))
	}
}

// inMillis writes a short time.
func inMillis(d time.Duration) string {
	if d >= time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return fmt.Sprintf("%.3g ms", float64(d.Microseconds())/1000)
}
