package console

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"colloquy/bot"
)

// Kinds of records.
const (
	kindPost   = "post"   // ours: Message and Key
	kindReply  = "reply"  // a person's: Author and Text
	kindEdit   = "edit"   // Text, or Message where it is ours, replaces that of Ref
	kindDelete = "delete" // Ref is gone
	kindReact  = "react"  // Author set the emoji Text on Ref
)

// A record is one line of a channel's file.
type record struct {
	ID      string       `json:"id"`
	At      time.Time    `json:"at"`
	Kind    string       `json:"kind"`
	Thread  string       `json:"thread,omitempty"` // id of the root; empty for a root
	Key     string       `json:"key,omitempty"`
	Author  string       `json:"author,omitempty"`
	Text    string       `json:"text,omitempty"`
	Message *bot.Message `json:"message,omitempty"`
	Ref     string       `json:"ref,omitempty"`
	Version int64        `json:"version,omitempty"` // of a reply, in µs
}

// tornMark ends a line that a crash cut off: no JSON, even if only its line
// end was missing, so that a reader's "not there" stays true.
const tornMark = " torn"

// files are the channels of a folder.
type files struct{ dir string }

// append adds a line and syncs it. After an error, unwritten says that the line
// is surely not in the file and never will be.
func (f *files) append(ctx context.Context, name string, rec record) (unwritten bool, err error) {
	line, err := json.Marshal(rec)
	if err != nil {
		return true, err
	}
	path, err := f.path(name)
	if err != nil {
		return true, err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return true, unwritable(err)
	}
	// The lock is a file of its own: where locks are not only advisory, a lock on
	// the channel's file would shut its readers out. No channel begins with a dot.
	lock := flock.New(filepath.Join(f.dir, "."+name+".lock"))
	defer func() { _ = lock.Close() }()
	if _, err := lock.TryLockContext(ctx, 2*time.Millisecond); err != nil {
		return true, unwritable(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return true, unwritable(err)
	}
	unwritten, err = appendLine(file, line)
	if cerr := file.Close(); err == nil && cerr != nil {
		err = cerr
	}
	return unwritten, unwritable(err)
}

// appendLine writes one line to a locked file, after closing off a torn one.
func appendLine(file *os.File, line []byte) (unwritten bool, err error) {
	info, err := file.Stat()
	if err != nil {
		return true, err
	}
	data := append(line, '\n')
	if size := info.Size(); size > 0 {
		last := make([]byte, 1)
		if _, err := file.ReadAt(last, size-1); err != nil {
			return true, err
		}
		if last[0] != '\n' {
			data = append([]byte(tornMark+"\n"), data...)
		}
	}
	if n, err := file.Write(data); err != nil {
		// A part of it is a torn line, which nobody reads and the next writer marks.
		return n < len(data), err
	}
	if err := file.Sync(); err != nil {
		return false, err
	}
	if info.Size() == 0 {
		return false, syncFolder(filepath.Dir(file.Name()))
	}
	return false, nil
}

// syncFolder makes a new file's name durable, where a folder can be synced.
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

func unwritable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &bot.Problem{Code: "console_file", Err: err,
		Text: fmt.Sprintf("the channel's file cannot be written (%v); make room, or make its folder writable", err)}
}

// read yields the complete lines of a channel's file, none if there is no file.
// The first error ends it: then the file was not read completely.
func (f *files) read(ctx context.Context, name string) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		path, err := f.path(name)
		if err != nil {
			yield(record{}, err)
			return
		}
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(record{}, err)
			return
		}
		defer func() { _ = file.Close() }()
		in := bufio.NewReaderSize(file, 64<<10)
		for number := 1; ; number++ {
			if err := ctx.Err(); err != nil {
				yield(record{}, err)
				return
			}
			line, err := in.ReadBytes('\n')
			if errors.Is(err, io.EOF) { // a torn last line is ignored
				return
			}
			if err != nil {
				yield(record{}, err)
				return
			}
			rec, ok, err := parseLine(line)
			if err != nil {
				err = bot.Problemf("console_file", "line %d of %s is damaged (%w); repair or remove it", number, path, err)
			}
			if (ok || err != nil) && !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// parseLine reads a line; ok is false for one that was torn.
func parseLine(line []byte) (rec record, ok bool, err error) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || bytes.HasSuffix(line, []byte(tornMark)) {
		return rec, false, nil
	}
	if err := json.Unmarshal(line, &rec); err != nil {
		return rec, false, err
	}
	return rec, true, nil
}

func hashedID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "p-" + hex.EncodeToString(sum[:6])
}
