package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"

	"colloquy/bot"
)

// A sum says what is in a table, whatever the order of its rows: how many there
// are, and the sum of the hashes of each. It is made from what the database itself
// says each value is as bytes, and not by what copied them.
type sum struct {
	rows    int64
	cleaned int64 // texts that had to be cleaned
	hash    [2]uint64
}

func (s sum) String() string { return fmt.Sprintf("%016x%016x", s.hash[0], s.hash[1]) }

func (s sum) equals(other sum) bool { return s.rows == other.rows && s.hash == other.hash }

// sum reads a whole table. With cleaning, texts count as [clean] makes them.
func (db *DB) sum(ctx context.Context, tx *sql.Tx, t table, cleaning bool, step func(rows int64)) (s sum, err error) {
	var columns []string
	for _, c := range t.columns {
		columns = append(columns, db.bytesOf(c))
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+t.name+` WHERE `+t.where)
	if err != nil {
		return s, err
	}
	defer func() { _ = rows.Close() }()
	raw := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range raw {
		into[i] = &raw[i]
	}
	var row []byte
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return s, err
		}
		row = row[:0]
		for _, value := range raw {
			if value == nil {
				row = append(row, '-')
				continue
			}
			if text := string(value); cleaning && clean(text) != text {
				s.cleaned++
				value = sql.RawBytes(clean(text))
			}
			row = binary.AppendUvarint(append(row, '+'), uint64(len(value)))
			row = append(row, value...)
		}
		h := sha256.Sum256(row)
		var carry uint64
		s.hash[1], carry = bits.Add64(s.hash[1], binary.BigEndian.Uint64(h[8:]), 0)
		s.hash[0], _ = bits.Add64(s.hash[0], binary.BigEndian.Uint64(h[:8]), carry)
		if s.rows++; s.rows%1000 == 0 {
			step(s.rows)
		}
	}
	return s, rows.Err()
}

// bytesOf is the expression for the bytes of a column, the same on every database;
// never empty, so that NULL is something else.
func (db *DB) bytesOf(c column) string {
	switch {
	case c.kind == "BOOLEAN":
		return `CASE WHEN ` + c.name + ` THEN '1' WHEN NOT ` + c.name + ` THEN '0' END`
	case c.kind == "BIGINT":
		return `CAST(` + c.name + ` AS TEXT)`
	case db.pool != nil:
		return `convert_to('=' || ` + c.name + `, 'UTF8')`
	}
	return `CAST('=' || ` + c.name + ` AS BLOB)`
}

// opensCredentials counts the credentials, and those that no key decrypts.
func (db *DB) opensCredentials(ctx context.Context) (all, closed int, err error) {
	rows, err := db.r.QueryContext(ctx, `SELECT platform, app, workspace, secret FROM credentials`)
	stored, err := collect(rows, err, func(s scanner) (c bot.Credential, err error) {
		return c, s.Scan(&c.Platform, &c.App, &c.Workspace, &c.Secret)
	})
	for _, c := range stored {
		if _, _, err := db.box.open(c.Secret, aboutCredential(c)); err != nil {
			closed++
		}
	}
	return len(stored), closed, err
}

// differs says for people which tables of two databases are not the same.
func differs(tables []string, to string) error {
	return bot.Problemf("copy_differs", "what arrived in %s is not what was there (%s): something else writes to it; make that database anew and copy again", to, strings.Join(tables, ", "))
}
