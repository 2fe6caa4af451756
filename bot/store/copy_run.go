package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"colloquy/bot"
)

// all copies what is not there yet.
func (c *copying) all(ctx context.Context) error {
	from := max(0, slices.IndexFunc(c.tables, func(t table) bool { return t.name == c.mark.Table }))
	for _, t := range c.tables[from:] {
		after := c.mark.After
		if t.name != c.mark.Table {
			after = nil
		}
		if err := c.table(ctx, t, after); err != nil {
			return copyProblem(t, err)
		}
	}
	return nil
}

func copyProblem(t table, err error) error {
	if p := (*bot.Problem)(nil); errors.As(err, &p) {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	return &bot.Problem{Code: "copy", Err: err, Text: fmt.Sprintf("the table %s could not be copied (%v): once that is mended, the same command goes on where it was", t.name, err)}
}

// mostBytes is how much text goes into one transaction, about.
const mostBytes = 4 << 20

// table copies the rows of one table whose key comes after one.
func (c *copying) table(ctx context.Context, t table, after []string) error {
	rows, err := t.rows(ctx, c.read, after)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var chunk [][]any
	var last []string
	bytes := 0
	for rows.Next() {
		row, key, size, err := c.row(t, rows)
		if err != nil {
			return err
		}
		chunk, last, bytes = append(chunk, row), key, bytes+size
		if len(chunk) >= c.chunk || bytes >= mostBytes {
			if err := c.store(ctx, t, chunk, last); err != nil {
				return err
			}
			chunk, bytes = nil, 0
		}
	}
	if err := rows.Err(); err != nil || len(chunk) == 0 {
		return err
	}
	return c.store(ctx, t, chunk, last)
}

// row reads one row: what is stored of it, its key and its size.
func (c *copying) row(t table, rows *sql.Rows) (row []any, key []string, size int, err error) {
	row = make([]any, len(t.columns))
	into := make([]any, len(row))
	for i := range row {
		into[i] = &row[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, nil, 0, err
	}
	for i, column := range t.columns {
		if row[i], err = column.value(row[i]); err != nil {
			return nil, nil, 0, err
		}
	}
	key = t.position(row)
	for i := range row {
		if text, ok := row[i].(string); ok {
			if size += len(text); c.to.pool != nil {
				row[i] = clean(text)
			}
		}
	}
	return row, key, size, nil
}

// store stores some rows, and how far the copy is now, in one transaction.
func (c *copying) store(ctx context.Context, t table, rows [][]any, last []string) error {
	next := c.mark
	next.Table, next.After, next.Rows = t.name, last, maps.Clone(c.mark.Rows)
	next.Rows[t.name] += int64(len(rows))
	var text string
	err := c.to.beside(ctx, func(tx Tx) (err error) {
		if text, err = writeMark(ctx, tx.tx, settingCopied, next, c.text); err != nil {
			return err
		}
		return c.to.insert(ctx, tx, t, rows)
	})
	if err != nil {
		return err
	}
	c.mark, c.text = next, text
	c.Progress(t.name, false, next.Rows[t.name], c.of[t.name])
	return ctx.Err()
}

// compare looks whether both hold the same.
func (c *copying) compare(ctx context.Context) error {
	tx, err := c.to.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := c.to.patient(ctx, tx); err != nil {
		return err
	}
	var other []string
	for _, t := range c.tables {
		of := c.of[t.name]
		was, err := c.from.sum(ctx, c.read, t, c.to.pool != nil, func(n int64) { c.Progress(t.name, true, n, 2*of) })
		if err != nil {
			return copyProblem(t, err)
		}
		is, err := c.to.sum(ctx, tx, t, false, func(n int64) { c.Progress(t.name, true, of+n, 2*of) })
		if err != nil {
			return copyProblem(t, err)
		}
		if !is.equals(was) {
			other = append(other, t.name)
		}
		c.did.Tables = append(c.did.Tables, CopiedTable{t.name, is.rows, was.cleaned, is.String()})
	}
	if len(other) > 0 {
		return differs(other, c.to.Name())
	}
	return nil
}

// finish has everything run on the target, and nothing on the source.
func (c *copying) finish(ctx context.Context) error {
	if !c.did.Already {
		if err := c.to.analyze(ctx); err != nil {
			return err
		}
		err := c.to.write(ctx, func(tx *sql.Tx) error {
			done := c.mark
			done.Done, done.At, done.Rows, done.Table, done.After = true, c.Clock(), nil, "", nil
			_, err := writeMark(ctx, tx, settingCopied, done, c.text)
			c.mark = done
			return err
		})
		if err != nil {
			return err
		}
	}
	if c.read != nil {
		if err := c.read.Rollback(); err != nil {
			return err
		}
		c.read = nil
	}
	return c.from.write(ctx, func(tx *sql.Tx) error {
		m, before, err := readMark(ctx, tx, settingMoved)
		if err != nil || m.Done {
			return err
		}
		m.Done, m.At = true, c.mark.At
		_, err = writeMark(ctx, tx, settingMoved, m, before)
		return err
	})
}

// analyzeTime bounds what a fresh database is told about itself at the end.
const analyzeTime = 5 * time.Minute
