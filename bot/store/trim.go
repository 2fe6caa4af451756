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
	"time"
)

// KeepLedger is how far back a ledger reaches at least: an older backup can only
// be restored without knowing all that happened since.
const KeepLedger = 400 * 24 * time.Hour

// TrimLedger drops what is older than [KeepLedger], once there is a month of it.
func (db *DB) TrimLedger(ctx context.Context) error {
	if db.ledger.path == "" {
		return nil
	}
	before := db.now().Add(-KeepLedger)
	if db.ledger.folder != "" {
		return db.ledger.trimFolder(before)
	}
	first := errors.New("the first entry is enough")
	old := false
	err := db.ledger.read(ctx, func(e entry) error {
		old = e.At.Before(before.Add(-30 * 24 * time.Hour))
		return first
	})
	switch {
	case !errors.Is(err, first): // there is none, or it cannot be read
		return err
	case !old:
		return nil
	}
	// Nobody else writes to the ledger while the database is held.
	return db.write(ctx, func(*sql.Tx) error { return db.ledger.problem(db.ledger.trim(before)) })
}

// trim writes the lines since a moment to a new file and puts that in the place
// of the ledger.
func (l ledger) trim(before time.Time) (err error) {
	in, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.CreateTemp(filepath.Dir(l.path), filepath.Base(l.path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(out.Name())
		}
	}()
	lines, w := bufio.NewReaderSize(in, 64<<10), bufio.NewWriterSize(out, 64<<10)
	for err == nil {
		var line []byte
		if line, err = lines.ReadBytes('\n'); err != nil {
			break // what stands behind the last line end was cut off
		}
		var e entry
		if bytes.HasSuffix(line, []byte(tornMark+"\n")) || json.Unmarshal(line, &e) == nil && e.At.Before(before) {
			continue
		}
		_, err = w.Write(line)
	}
	if !errors.Is(err, io.EOF) {
		return errors.Join(err, out.Close())
	}
	if err := errors.Join(w.Flush(), out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), l.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(l.path))
}

// CheckLedger reads the whole ledger, looks whether it can be written to, and
// returns its name, empty where none is kept, and how many entries it has.
func (db *DB) CheckLedger(ctx context.Context) (path string, entries int, err error) {
	if db.ledger.folder != "" {
		err = db.ledger.each(ctx, func(entry) error { entries++; return nil })
		return db.ledger.folder, entries, err
	}
	if db.ledger.path == "" {
		return "", 0, nil
	}
	f, err := os.OpenFile(db.ledger.path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return db.ledger.path, 0, db.ledger.problem(err)
	}
	err = db.ledger.read(ctx, func(entry) error { entries++; return nil })
	if err != nil {
		err = fmt.Errorf("read the ledger: %w", err)
	}
	return db.ledger.path, entries, err
}
