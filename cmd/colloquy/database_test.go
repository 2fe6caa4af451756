package main

import (
	"database/sql"
	"strings"
	"testing"
)

// A command that is suggested finds the database that this one had, and holds no
// more than what was typed.
func TestSuggestedCommandsFindTheDatabase(t *testing.T) {
	for _, tt := range []struct{ from, db, want string }{
		{"", defaultDB, ""},
		{"--db", "other.db", " --db other.db"},
		{"--db", "my base's.db", ` --db 'my base'\''s.db'`},
		{"--db", "postgres://ana@h/db?sslmode=disable", " --db 'postgres://ana@h/db?sslmode=disable'"},
		{"COLLOQUY_DB", "postgres://ana:s3cret@h/db", ""},
		{"colloquy.yaml:1", "postgres://ana:s3cret@h/db", ""},
	} {
		a := &app{set: settings{db: tt.db}, said: map[string]string{"db": tt.from}}
		if got := a.dbFlag(); got != tt.want {
			t.Errorf("%s of %s: %q; want %q", tt.db, tt.from, got, tt.want)
		}
	}
}

func TestFolderOfTheConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "colloquy.yaml", "console: said\n")
	for _, tt := range []struct {
		env  []string
		want string
	}{{nil, "said"}, {[]string{consoleVariable + "=elsewhere"}, "elsewhere"}} {
		env := placed(t, tt.env, nil)
		if tt.env == nil {
			env = append([]string{consoleVariable + "="}, env...)
		}
		if r := cli(t, env, "I think so\n", "demo"); r.code != exitDone || !strings.Contains(r.stdout, tt.want+"/demo.jsonl") || !exists(tt.want+"/demo.jsonl") {
			t.Errorf("%v: %d, %s%s", tt.env, r.code, r.stdout, r.stderr)
		}
	}
}

// Tables can be looked at before they are changed.
func TestMigrate(t *testing.T) {
	onFile(t)
	w := newTown(t)
	w.noDatabase("migrate", "status")
	contains(t, w.ok("migrate", "up"), "1     applied  ", "jobs  applied")
	contains(t, w.ok("migrate", "up"), "The tables of colloquy.db are up to date.")
	for _, c := range read[[]tablesJSON](w, "migrate", "status") {
		if c.State != tableApplied || c.ID != "jobs" && c.AppliedAt == nil {
			t.Errorf("%+v", c)
		}
	}
	db, err := sql.Open("sqlite", defaultDB)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r := w.run("migrate", "status")
	if r.code != exitFailed || !strings.Contains(r.stdout, "pending") || r.stderr != "colloquy: 1 change of the tables is to come: 'colloquy migrate up' makes them, and so does 'colloquy serve' when it starts\n" {
		t.Errorf("%+v", r)
	}
}
