package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"colloquy/bot"
)

// MoveOptions say how a database is moved into another.
type MoveOptions struct {
	Clock bot.Clock
	Keys  [][]byte // with which credentials should open; see [Options]
	// Progress is told how many rows of a table were copied, or compared, of how many; may be nil.
	Progress func(table string, comparing bool, rows, of int64)

	chunk int // rows of a transaction; 0: as it is best
}

// Moved says what moving a database did.
type Moved struct {
	Tables  []CopiedTable
	Before  int64 // rows that an earlier copy, which was cut off, had brought
	Already bool  // all was done before: nothing was left to do

	Credentials, Closed int // how many there are, and how many no key opens
}

// A CopiedTable is one that was copied, and found to be the same in both.
type CopiedTable struct {
	Name    string
	Rows    int64
	Cleaned int64  // texts with bytes that PostgreSQL does not take, and now U+FFFD in their place
	Sum     string // of the rows, whatever their order; the same in both
}

// A copying is a copy under way.
type copying struct {
	MoveOptions
	from, to *DB
	read     *sql.Tx // a snapshot of from
	tables   []table
	of       map[string]int64 // rows of each
	mark     mark             // in the target
	text     string           // as it is stored there
	did      *Moved
}

// Move copies everything of a database into another, one of which is SQLite and the
// other PostgreSQL, and compares both. The caller sees to it that nothing runs on
// the file; nothing must run on either. From then on nothing runs on the first any
// more; see [Reopen]. A copy that was cut off goes on where it was. Errors are
// [bot.Problem]s.
func Move(ctx context.Context, from, to string, o MoveOptions) (did Moved, err error) {
	if IsPostgres(from) == IsPostgres(to) {
		return did, bot.Problemf("copy_kinds", "a copy goes from a file to PostgreSQL or back: between files use 'colloquy backup', between databases of PostgreSQL pg_dump and pg_restore")
	}
	if err := mustBeThere(from); err != nil {
		return did, err
	}
	ctx = patiently(ctx)
	c := &copying{MoveOptions: o, did: &did}
	if c.Progress == nil {
		c.Progress = func(string, bool, int64, int64) {}
	}
	if c.chunk == 0 {
		c.chunk = 2000
	}
	if err := c.open(ctx, from, to); err != nil {
		return did, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if did.Already {
		return did, c.finish(ctx)
	}
	if err := c.all(ctx); err != nil {
		return did, err
	}
	if err := c.compare(ctx); err != nil {
		return did, err
	}
	return did, c.finish(ctx)
}

// place is where people find a database, from wherever they are.
func (db *DB) place() string {
	if db.Shared() {
		return db.Name()
	}
	if full, err := filepath.Abs(RealPath(db.path)); err == nil {
		return full
	}
	return db.path
}

func mustBeThere(path string) error {
	if IsPostgres(path) {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return bot.Problemf("db_missing", "there is no database %s: give the right file with --from", path)
	}
	return nil
}

// open opens both, makes sure that this copy may be, and marks both.
func (c *copying) open(ctx context.Context, from, to string) (err error) {
	o := Options{Clock: c.Clock, Keys: c.Keys, copying: true}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if c.to, err = Open(ctx, to, o); err != nil {
		return err
	}
	if c.from, err = Open(ctx, from, o); err != nil {
		return err
	}
	if err := sameSchema(ctx, c.from, c.to); err != nil {
		return err
	}
	for _, db := range []*DB{c.from, c.to} {
		if db.Shared() {
			if err := db.atHome(ctx, false); err != nil {
				return err
			}
		}
	}
	target := c.to.place()
	moved, _, err := readMark(ctx, c.from.w, settingMoved)
	if err != nil {
		return err
	}
	into, _, err := readMark(ctx, c.to.w, settingCopied)
	if err != nil {
		return err
	}
	switch {
	case moved.ID != "" && into.ID == moved.ID && into.Done:
		c.did.Already, c.mark = true, into
		return nil
	case moved.ID != "" && moved.To != target:
		return moved.problem()
	case moved.ID != "" && moved.Done:
		return bot.Problemf("moved", "%s was copied to %s before, and what is there now is something else: see what became of it, or copy again after 'colloquy copy --from %s --reopen'", moved.From, moved.To, moved.From)
	}
	if err := c.to.mayTake(ctx, c.to.w, moved.ID); err != nil {
		return err
	}
	fresh := moved.ID == ""
	if fresh {
		// Made once, so that people are known by the same hash.
		if _, err := c.from.HashKey(ctx); err != nil {
			return err
		}
		if err := c.from.Close(); err != nil {
			return err
		}
		moved = mark{ID: bot.NewID(c.Clock()), From: c.from.place(), To: target, At: c.Clock()}
		c.from = nil
		if err := markSource(ctx, from, moved); err != nil {
			return err
		}
		if c.from, err = Open(ctx, from, o); err != nil {
			return err
		}
	}
	if err := c.markTarget(ctx, moved); err != nil {
		if fresh {
			err = errors.Join(err, c.from.write(ctx, func(tx *sql.Tx) error {
				return exec(ctx, tx, `DELETE FROM settings WHERE name = $1`, settingMoved)
			}))
		}
		return err
	}
	return c.snapshot(ctx)
}

// markTarget writes that a copy is under way, or reads how far it is.
func (c *copying) markTarget(ctx context.Context, moved mark) error {
	return c.to.write(ctx, func(tx *sql.Tx) error {
		if err := c.to.mayTake(ctx, tx, moved.ID); err != nil {
			return err
		}
		m, text, err := readMark(ctx, tx, settingCopied)
		if err != nil {
			return err
		}
		if m.ID != moved.ID {
			m = moved
			text, err = writeMark(ctx, tx, settingCopied, m, "")
		}
		if m.Rows == nil {
			m.Rows = map[string]int64{}
		}
		c.mark, c.text = m, text
		return err
	})
}

// snapshot looks at the source as it is now, until the end.
func (c *copying) snapshot(ctx context.Context) (err error) {
	o := sql.TxOptions{ReadOnly: true}
	if c.from.pool != nil {
		o.Isolation = sql.LevelRepeatableRead
	}
	if c.read, err = c.from.r.BeginTx(ctx, &o); err != nil {
		return err
	}
	if err := c.from.patient(ctx, c.read); err != nil {
		return err
	}
	schema := c.from
	if schema.pool != nil {
		schema = c.to
	}
	if c.tables, err = schema.tables(ctx); err != nil {
		return err
	}
	c.of = map[string]int64{}
	for _, t := range c.tables {
		var n int64
		if err := c.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name+` WHERE `+t.where).Scan(&n); err != nil {
			return err
		}
		c.of[t.name] = n
	}
	for _, n := range c.mark.Rows {
		c.did.Before += n
	}
	c.did.Credentials, c.did.Closed, err = c.from.opensCredentials(ctx)
	return err
}

func (c *copying) close() error {
	if c.read != nil {
		_ = c.read.Rollback()
	}
	var err error
	for _, db := range []*DB{c.from, c.to} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	c.from, c.to, c.read = nil, nil, nil
	return err
}

// mayTake is a [bot.Problem] unless a copy may go into a database: it is empty, or
// holds what that copy brought and nothing else.
func (db *DB) mayTake(ctx context.Context, q querier, id bot.ID) error {
	if err := db.unattended(ctx, q); err != nil {
		return err
	}
	m, _, err := readMark(ctx, q, settingCopied)
	if err != nil {
		return err
	}
	var other []string
	for _, name := range copied {
		var n int64
		where := "TRUE"
		if name == "settings" {
			where = "NOT (" + theirOwn + ")"
		}
		if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+name+` WHERE `+where).Scan(&n); err != nil {
			return err
		}
		if n != m.Rows[name] {
			other = append(other, name)
		}
	}
	switch {
	case m.ID != "" && m.ID != id:
		return bot.Problemf("not_empty", "%s holds a copy of %s that was begun on %s: give an empty database, such as a new one", db.Name(), m.From, date(m.At))
	case m.ID != "" && len(other) > 0:
		return bot.Problemf("not_empty", "%s was written to since the copy was cut off (%s): make that database anew, and copy again", db.Name(), strings.Join(other, ", "))
	case len(other) > 0:
		return bot.Problemf("not_empty", "%s holds something already (%s), which a copy would be mixed with: give an empty database, such as a new one", db.Name(), strings.Join(other, ", "))
	}
	return nil
}
