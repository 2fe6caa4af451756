package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"colloquy/bot"
)

// A ledger is a file beside the database in which stands what restoring a
// backup must not undo: what was erased, and what was posted. It holds ids and
// hashes, never texts or names. It only grows at its end, one JSON object a
// line, and is made when it is first written to.
//
// A line is durable before the transaction that it is about commits, and is
// written while that holds the database, so that the lines of several processes
// stand in the order of their commits. One whose transaction was cut off after
// it says too much, which does no harm. A line that was itself cut off is none:
// the next writer marks it.
//
// On PostgreSQL it is a folder elsewhere, with a file for each process, if one is
// set; see ledger_folder.go.
type ledger struct {
	path   string // of the file that this process writes to; empty: none
	folder string // all files that are read; empty: the one alone
	since  time.Time
	turn   *sync.Mutex // of those in this process that write beside one another
}

// What an entry says, and which fields it has.
const (
	didReply        = "reply"        // replies were erased: Discussion, the place, Messages
	didPerson       = "person"       // a person was erased: Who
	didOptOut       = "opt_out"      // Who
	didOptIn        = "opt_in"       // Who
	didExclude      = "exclude"      // a reply is kept out of recaps: the place, Messages
	didInclude      = "include"      // or no longer so
	didDiscussion   = "discussion"   // the retention of a Discussion ended
	didInstallation = "installation" // everything of it was erased: Platform, Workspace
	didCredential   = "credential"   // what lets us in was erased: Platform, Workspace, and the App if only of that
	didOpen         = "open"         // a Discussion is about to be posted: the channel, URL, Hash, Added
	didFail         = "fail"         // and surely was not
	didWithdraw     = "withdraw"     // a Discussion
	didPost         = "post"         // a further post of a Discussion is about to go out: Kind, Key
	didBackup       = "backup"       // a copy was begun: Backup
)

// An entry is one line of a ledger.
type entry struct {
	At         time.Time `json:"at"`
	Did        string    `json:"did"`
	Discussion bot.ID    `json:"discussion,omitempty"`
	Platform   string    `json:"platform,omitempty"`
	Workspace  string    `json:"workspace,omitempty"`
	App        string    `json:"app,omitempty"`
	Channel    string    `json:"channel,omitempty"`
	Thread     string    `json:"thread,omitempty"`
	Messages   []string  `json:"messages,omitempty"`
	Who        string    `json:"who,omitempty"` // see [bot.PersonHash]
	URL        string    `json:"url,omitempty"` // hash of the article's url_key
	Hash       string    `json:"hash,omitempty"`
	Added      bot.ID    `json:"added,omitempty"`
	Kind       string    `json:"kind,omitempty"`
	Key        string    `json:"key,omitempty"`
	Backup     bot.ID    `json:"backup,omitempty"`
}

// A noted collects the entries of one transaction.
type noted struct {
	at    time.Time
	lines []entry
}

// note adds an entry. Erased replies of one discussion share a line.
func (n *noted) note(e entry) {
	const most = 500
	e.At = n.at.UTC().Truncate(time.Millisecond)
	if last := len(n.lines) - 1; e.Did == didReply && last >= 0 {
		l := &n.lines[last]
		if l.Did == e.Did && l.Discussion == e.Discussion && l.Thread == e.Thread && len(l.Messages) < most {
			l.Messages = append(l.Messages, e.Messages...)
			return
		}
	}
	n.lines = append(n.lines, e)
}

// keep is [DB.write] for what a restore must not undo: what f notes is durable
// before the transaction commits.
func (db *DB) keep(ctx context.Context, f func(*sql.Tx, *noted) error) error {
	return db.write(ctx, func(tx *sql.Tx) error { return db.keepIn(tx, f) })
}

func (db *DB) keepIn(tx *sql.Tx, f func(*sql.Tx, *noted) error) error {
	n := noted{at: db.now()}
	if err := f(tx, &n); err != nil {
		return err
	}
	return db.ledger.append(n.lines)
}

// heldKeep is keep while the lease is held.
func (db *DB) heldKeep(ctx context.Context, l bot.Lease, f func(*sql.Tx, *noted) error) error {
	return db.held(ctx, l, func(tx *sql.Tx) error { return db.keepIn(tx, f) })
}

// heldKeepBeside is heldKeep for what may run beside others. Their lines stand in
// no certain order, so they are about one discussion alone, and its lease is held.
func (db *DB) heldKeepBeside(ctx context.Context, l bot.Lease, f func(*sql.Tx, *noted) error) error {
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error { return db.keepIn(tx, f) })
}

// tornMark ends a line that was cut off, so that it is no JSON.
const tornMark = " torn"

// append adds lines in one write and syncs them. The caller holds the database.
// The file is opened each time: it may have been moved, or trimmed by another
// process, and that costs little beside the sync.
func (l ledger) append(lines []entry) (err error) {
	if len(lines) == 0 || l.path == "" {
		return nil
	}
	defer func() { err = l.problem(err) }()
	if l.turn != nil {
		l.turn.Lock()
		defer l.turn.Unlock()
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var data bytes.Buffer
	if info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, info.Size()-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			data.WriteString(tornMark + "\n")
		}
	}
	for _, line := range lines {
		data.WriteString(pack(line) + "\n")
	}
	if _, err := f.Write(data.Bytes()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil || info.Size() > 0 {
		return err
	}
	return syncFolder(filepath.Dir(l.path))
}

func (l ledger) problem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return &bot.Problem{Code: "disk_full", Text: "the disk is full: nothing was stored; make room and try again", Err: err}
	}
	return &bot.Problem{Code: "ledger", Err: err,
		Text: fmt.Sprintf("the ledger %s cannot be used (%v), so nothing was stored: check the rights of the file and of its folder", l.path, cause(err))}
}

// cause is what the system said, without the file's name.
func cause(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// read hands every entry to f, in order; of a folder those since a moment. A ledger
// that is not there has none. An error of f ends it and is returned.
func (l ledger) read(ctx context.Context, f func(entry) error) error {
	if l.folder != "" {
		return l.merge(ctx, f)
	}
	return l.readFile(ctx, f)
}

func (l ledger) readFile(ctx context.Context, f func(entry) error) error {
	file, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return l.problem(err)
	}
	defer func() { _ = file.Close() }()
	in := bufio.NewReaderSize(file, 64<<10)
	for number := 1; ; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // what stands behind the last line end was cut off
			return nil
		}
		if err != nil {
			return l.problem(err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 || bytes.HasSuffix(line, []byte(tornMark)) {
			continue
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return bot.Problemf("ledger_damaged", "line %d of the ledger %s is damaged: repair or remove the line, and do it again (%w)", number, l.path, err)
		}
		if err := f(e); err != nil {
			return err
		}
	}
}

// syncFolder makes the names in a folder durable, where a folder can be synced.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, os.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// RealPath is path without symbolic links, so that a database is one by all its
// names, and what belongs to it stands beside the file itself. One that is not
// there yet keeps its name.
func RealPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}
