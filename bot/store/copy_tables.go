package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"colloquy/bot"
)

// copied are the tables that [Move] copies, each after those that it refers to.
var copied = []string{
	"settings", "scopes", "installations", "managers", "credentials", "once", "optouts", "spent",
	"feeds", "channel_feeds", "items", "schedules", "occurrences", "refusals", "added",
	"articles", "digests", "drafts", "discussions", "replies", "posts", "gaps", "recaps",
	"troubles", "notices", "audit", "ledger_openings", "ledger_posts", "ledger_exclusions",
}

// notCopied is what says who works at this moment: nobody does.
var notCopied = []string{"leases", "replicas", "hearers"}

// theirOwn is true of the settings that belong to a database and not to what is in it.
const theirOwn = `name IN ('` + settingMoved + `', '` + settingCopied + `', '` + settingHome + `', '` + settingLedger + `', '` + backupID + `', '` + backupAt + `')`

// A table is one that is copied.
type table struct {
	name    string
	columns []column
	key     []column // of the primary key, in its order
	where   string   // which rows are copied
}

type column struct{ name, kind string } // kind: TEXT, BIGINT or BOOLEAN

// tables reads from an SQLite database what the tables are like.
func (db *DB) tables(ctx context.Context) ([]table, error) {
	var out []table
	for _, name := range copied {
		t := table{name: name, where: "TRUE"}
		if name == "settings" {
			t.where = "NOT (" + theirOwn + ")"
		}
		rows, err := db.r.QueryContext(ctx, `SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid`, name)
		byPlace := map[int]column{}
		t.columns, err = collect(rows, err, func(s scanner) (c column, err error) {
			var place int
			if err = s.Scan(&c.name, &c.kind, &place); place > 0 {
				byPlace[place] = c
			}
			return c, err
		})
		if err != nil {
			return nil, err
		}
		for place := 1; place <= len(byPlace); place++ {
			t.key = append(t.key, byPlace[place])
		}
		if len(t.key) == 0 {
			return nil, fmt.Errorf("table %s has no primary key", name)
		}
		out = append(out, t)
	}
	return out, nil
}

func names(columns []column) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.name)
	}
	return out
}

// rows reads the rows whose key comes after one, in the order of their keys; nil is
// before all.
func (t table) rows(ctx context.Context, tx *sql.Tx, after []string) (*sql.Rows, error) {
	key := strings.Join(names(t.key), ", ")
	query, args := `SELECT `+strings.Join(names(t.columns), ", ")+` FROM `+t.name+` WHERE `+t.where, []any(nil)
	if after != nil {
		var marks []string
		for i, c := range t.key {
			v, err := c.parse(after[i])
			if err != nil {
				return nil, err
			}
			args, marks = append(args, v), append(marks, fmt.Sprintf("$%d", i+1))
		}
		query += ` AND (` + key + `) > (` + strings.Join(marks, ", ") + `)`
	}
	return tx.QueryContext(ctx, query+` ORDER BY `+key, args...)
}

// position is the key of a row as it is kept: parse reads it.
func (t table) position(row []any) []string {
	var out []string
	for _, k := range t.key {
		for i, c := range t.columns {
			if c == k {
				out = append(out, hex.EncodeToString(fmt.Append(nil, row[i])))
			}
		}
	}
	return out
}

func (c column) parse(text string) (any, error) {
	data, err := hex.DecodeString(text)
	if err != nil {
		return nil, err
	}
	if c.kind == "BIGINT" {
		return strconv.ParseInt(string(data), 10, 64)
	}
	return string(data), nil
}

// value is what a driver read, as every database takes it.
func (c column) value(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case int64:
		switch c.kind {
		case "BIGINT":
			return v, nil
		case "BOOLEAN":
			return v != 0, nil
		}
	case bool:
		if c.kind == "BOOLEAN" {
			return v, nil
		}
	case string:
		if c.kind == "TEXT" {
			return v, nil
		}
	case []byte:
		if c.kind == "TEXT" {
			return string(v), nil
		}
	}
	return nil, bot.Problemf("copy_value", "the column %s holds something that is no %s: mend the row with the sqlite3 program, and do it again", c.name, c.kind)
}

// insert stores rows in a transaction of the target.
func (db *DB) insert(ctx context.Context, tx Tx, t table, rows [][]any) error {
	columns := names(t.columns)
	if db.pool != nil {
		return tx.conn.Raw(func(driver any) error {
			_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.name}, columns, pgx.CopyFromRows(rows))
			return err
		})
	}
	marks := strings.Repeat(", ?", len(columns))[2:]
	stmt, err := tx.tx.PrepareContext(ctx, `INSERT INTO `+t.name+` (`+strings.Join(columns, ", ")+`) VALUES (`+marks+`)`)
	if err != nil {
		return err
	}
	defer func() { _ = stmt.Close() }()
	for _, row := range rows {
		if _, err := stmt.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return nil
}
