package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// Nobody can forget to copy a table, nor to copy it after those that it refers to.
func TestEveryTableIsCopied(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	rows, err := db.r.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' AND name NOT LIKE 'river_%'`)
	there, err := collect(rows, err, func(s scanner) (name string, err error) { return name, s.Scan(&name) })
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Concat(copied, notCopied)
	for _, name := range there {
		if !slices.Contains(known, name) {
			t.Errorf("the table %s is not copied: add it to copied or notCopied in copy_tables.go", name)
		}
	}
	for i, name := range known {
		if !slices.Contains(there, name) {
			t.Errorf("there is no table %s", name)
		}
		rows, err := db.r.Query(`SELECT "table" FROM pragma_foreign_key_list($1)`, name)
		refers, err := collect(rows, err, func(s scanner) (to string, err error) { return to, s.Scan(&to) })
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range refers {
			if at := slices.Index(copied, to); at < 0 || at > i {
				t.Errorf("%s is copied before %s, to which it refers", name, to)
			}
		}
	}
	tables, err := db.tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for _, c := range table.columns {
			if !slices.Contains([]string{"TEXT", "BIGINT", "BOOLEAN"}, c.kind) {
				t.Errorf("%s.%s is %s, which a copy does not know", table.name, c.name, c.kind)
			}
		}
	}
}

// fill stores n rows in every table that is copied, with something in each column.
func fill(t testing.TB, db *DB, n int) {
	t.Helper()
	tables, err := db.tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		refers := map[string]string{}
		rows, err := db.r.Query(`SELECT "from", "table" FROM pragma_foreign_key_list($1)`, table.name)
		_, err = collect(rows, err, func(s scanner) (to string, err error) {
			var from string
			err = s.Scan(&from, &to)
			refers[from] = to
			return to, err
		})
		if err != nil {
			t.Fatal(err)
		}
		optional := map[string]bool{}
		rows, err = db.r.Query(`SELECT name FROM pragma_table_info($1) WHERE "notnull" = 0 AND pk = 0`, table.name)
		if _, err = collect(rows, err, func(s scanner) (name string, err error) {
			err = s.Scan(&name)
			optional[name] = true
			return name, err
		}); err != nil {
			t.Fatal(err)
		}
		err = db.write(t.Context(), func(tx *sql.Tx) error {
			for i := range n {
				row := make([]any, len(table.columns))
				for at, c := range table.columns {
					switch {
					case optional[c.name] && i%3 == 1:
					case refers[c.name] != "":
						row[at] = fmt.Sprintf("%s-id-%d", refers[c.name], i)
					case c.kind == "BIGINT":
						row[at] = int64(i)<<40 - int64(i%2)
					case c.kind == "BOOLEAN":
						row[at] = i%2 == 0
					case i%5 == 4:
						row[at] = fmt.Sprintf("%s-%s-%d", table.name, c.name, i)
					case c.name == "id":
						row[at] = fmt.Sprintf("%s-%s-%d", table.name, c.name, i)
					default:
						row[at] = fmt.Sprintf("%s\n\t'\\ %s 😀 ü %d", table.name, c.name, i)
					}
				}
				if err := (&DB{}).insert(t.Context(), Tx{tx: tx}, table, [][]any{row}); err != nil {
					return fmt.Errorf("%s: %w", table.name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// filled is a file with something in every table.
func filled(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "from.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, db, n)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// empty is a new database of PostgreSQL.
func empty(t testing.TB) string {
	t.Helper()
	pgtest.Require(t)
	return pgtest.Database(t, nil)
}

var moving = MoveOptions{Clock: atStart}

func atStart() time.Time { return start }

func TestMoveThereAndBack(t *testing.T) {
	from, to := filled(t, 50), empty(t)
	o := moving
	o.chunk = 7
	did, err := Move(t.Context(), from, to, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(did.Tables) != len(copied) || did.Already || did.Before != 0 {
		t.Errorf("%+v", did)
	}
	for _, table := range did.Tables {
		if want := int64(50); table.Rows != want && (table.Name != "settings" || table.Rows != want+1) || table.Cleaned != 0 {
			t.Errorf("%+v", table)
		}
	}
	if _, err := Open(t.Context(), from, Options{}); bot.ReasonCode(err) != "moved" || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("the source opens: %v", err)
	}
	if again, err := Move(t.Context(), from, to, o); err != nil || !again.Already {
		t.Errorf("again: %+v, %v", again, err)
	}
	db := open(t, to)
	var n int
	if err := db.r.QueryRow(`SELECT COUNT(*) FROM replies WHERE deleted`).Scan(&n); err != nil || n != 25 {
		t.Errorf("%d, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	back, err := Move(t.Context(), to, filepath.Join(t.TempDir(), "back.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.Tables, did.Tables) {
		t.Errorf("%+v\n%+v", back.Tables, did.Tables)
	}
	if _, err := Open(t.Context(), to, Options{}); bot.ReasonCode(err) != "moved" {
		t.Errorf("the source opens: %v", err)
	}
}

// A copy is cut off after each of its transactions in turn, and goes on.
func TestMoveThatIsCutOff(t *testing.T) {
	from, to := filled(t, 3), empty(t)
	steps := 0
	for ; ; steps++ {
		ctx, cancel := context.WithCancel(t.Context())
		o := moving
		o.chunk = 2
		left := steps%4 + 1
		o.Progress = func(string, bool, int64, int64) {
			if left--; left == 0 {
				cancel()
			}
		}
		did, err := Move(ctx, from, to, o)
		cutOff := ctx.Err() != nil
		cancel()
		if err == nil {
			if did.Before < 3 {
				t.Errorf("%d rows were there", did.Before)
			}
			break
		}
		if !cutOff {
			t.Fatal(err)
		}
		for at, code := range map[string]string{from: "moving", to: "copying"} {
			if _, err := Open(t.Context(), at, Options{}); bot.ReasonCode(err) != code {
				t.Fatalf("%s opens: %v", Name(at), err)
			}
		}
	}
	if want := len(copied) / 2; steps < want {
		t.Errorf("it was cut off %d times", steps)
	}
}

func TestMoveCleansTexts(t *testing.T) {
	from, to := filled(t, 3), empty(t)
	db := open(t, from)
	for _, q := range []string{
		`UPDATE replies SET text = CAST(x'61FF62' AS TEXT) WHERE id = 'replies-id-0'`,
		`UPDATE replies SET text = CAST(x'610062' AS TEXT), author = CAST(x'00' AS TEXT) WHERE id = 'replies-id-1'`,
		`UPDATE items SET text = x'C3BC' WHERE id = 'items-id-0'`, // a blob
	} {
		if _, err := db.w.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	did, err := Move(t.Context(), from, to, moving)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range did.Tables {
		if want := map[string]int64{"replies": 3}[table.Name]; table.Cleaned != want {
			t.Errorf("%+v", table)
		}
	}
	db = open(t, to)
	var a, b, c string
	if err := db.r.QueryRow(`SELECT (SELECT text FROM replies WHERE id = 'replies-id-0'), (SELECT text || author FROM replies WHERE id = 'replies-id-1'), (SELECT text FROM items WHERE id = 'items-id-0')`).Scan(&a, &b, &c); err != nil || a != "a\uFFFDb" || b != "a\uFFFDb\uFFFD" || c != "ü" {
		t.Errorf("%q %q %q %v", a, b, c, err)
	}
}

func TestMoveIntoWhatSomebodyElseChanges(t *testing.T) {
	from, to := filled(t, 3), empty(t)
	sql := func(q string) {
		if err := pgtest.Shared(t).SQL(t.Context(), to[strings.LastIndex(to, "/")+1:], q); err != nil {
			t.Error(err)
		}
	}
	o := moving
	o.Progress = func(table string, comparing bool, _, _ int64) {
		if table == "ledger_exclusions" && !comparing { // the last one
			sql(`UPDATE replies SET text = 'something else' WHERE id = 'replies-id-1'`)
		}
	}
	if _, err := Move(t.Context(), from, to, o); bot.ReasonCode(err) != "copy_differs" || !strings.Contains(bot.Explain(err), "(replies)") || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("what differs: %v", err)
	}
	for at, code := range map[string]string{from: "moving", to: "copying"} {
		if _, err := Open(t.Context(), at, Options{}); bot.ReasonCode(err) != code {
			t.Errorf("%s opens: %v", Name(at), err)
		}
	}
	sql(`DELETE FROM gaps WHERE id = 'gaps-id-1'`)
	if _, err := Move(t.Context(), from, to, moving); bot.ReasonCode(err) != "not_empty" || !strings.Contains(bot.Explain(err), "written to since the copy was cut off (gaps)") {
		t.Errorf("what was written to: %v", err)
	}
	if _, err := Move(t.Context(), from, empty(t), moving); bot.ReasonCode(err) != "moving" {
		t.Errorf("to another: %v", err)
	}
	if err := Reopen(t.Context(), from, Options{}, bot.Audit{ID: "reopened"}); err != nil {
		t.Fatal(err)
	}
	if _, err := Move(t.Context(), from, to, moving); bot.ReasonCode(err) != "not_empty" {
		t.Errorf("into what another copy left: %v", err)
	}
	other := empty(t)
	db := open(t, other)
	leave, err := db.Join(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Move(t.Context(), from, other, moving); bot.ReasonCode(err) != "running" {
		t.Errorf("into what a replica runs on: %v", err)
	}
	leave()
	if _, err := db.w.Exec(`DELETE FROM replicas`); err != nil {
		t.Fatal(err)
	}
	open(t, from) // in use, though by nothing that holds the lock file
	if _, err := Move(t.Context(), from, other, moving); bot.ReasonCode(err) != "running" {
		t.Errorf("from what is in use: %v", err)
	}
}
