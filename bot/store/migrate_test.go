package store

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// numbers are the migrations that were applied, and those to come.
func numbers(list []Migration) (done, left []int) {
	for _, m := range list {
		if m.Applied.IsZero() {
			left = append(left, m.Number)
		} else {
			done = append(done, m.Number)
		}
	}
	return done, left
}

// mostMigrations is how many there are.
func mostMigrations(t *testing.T) int {
	t.Helper()
	names, err := fs.Glob(migrationFiles(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// upTo makes the tables of an older version.
func upTo(t *testing.T, at string, version int64) {
	t.Helper()
	on, done, err := openToLook(t.Context(), at)
	dialect, files := goose.DialectPostgres, fs.FS(postgresFiles{})
	if !IsPostgres(at) {
		on, done, err = openSQLite(dsn(at, "")), func() {}, nil
		dialect, files = goose.DialectSQLite3, migrationFiles()
		defer func() { _ = on.Close() }()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	p, err := goose.NewProvider(dialect, on, files, goose.WithLogger(goose.NopLogger()))
	if err == nil {
		_, err = p.UpTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What is there and what is to come can be seen, and is done once.
func TestMigrate(t *testing.T) {
	at := pgtest.Place(t, nil)
	if !IsPostgres(at) {
		if _, err := MigrationStatus(t.Context(), at); bot.ReasonCode(err) != "db_missing" {
			t.Errorf("no file: %v", err)
		}
	}
	upTo(t, at, 5)
	list, err := MigrationStatus(t.Context(), at)
	done, left := numbers(list)
	if err != nil || len(done) != 5 || len(left) != len(list)-5 || left[len(left)-1] != KnownSchema() || list[0].Name != "start" || list[0].Number != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if since := time.Since(list[0].Applied); since < -time.Minute || since > time.Hour {
		t.Errorf("applied at %v", list[0].Applied)
	}
	if _, err := Open(t.Context(), at, Options{ReadOnly: true}); IsPostgres(at) && bot.ReasonCode(err) != "db_older" || Passing(err) {
		t.Errorf("looking changes the tables: %v", err)
	} else if !IsPostgres(at) && err != nil {
		t.Error(err)
	}
	did, err := Migrate(t.Context(), at)
	if done, left := numbers(did); err != nil || len(left) != 0 || IsPostgres(at) && (len(done) != len(list)-5 || done[0] != 6) {
		t.Errorf("did %+v, %v", did, err)
	}
	if did, err := Migrate(t.Context(), at); err != nil || len(did) != 0 {
		t.Errorf("again: %+v, %v", did, err)
	}
	db := open(t, at)
	if _, err := db.w.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	list, err = MigrationStatus(t.Context(), at)
	if last := list[len(list)-1]; err != nil || last.Number != 999 || last.Name != "" || last.Applied.IsZero() {
		t.Errorf("of a newer program: %+v, %v", list, err)
	}
	if _, err := Migrate(t.Context(), at); bot.ReasonCode(err) != "db_newer" || Passing(err) || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("newer: %v", err)
	}
}

// Replicas that begin together on a database without tables make them once.
func TestManyMigrateAtOnce(t *testing.T) {
	pgtest.Require(t)
	at := pgtest.Place(t, nil)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			db, err := Open(t.Context(), at, Options{})
			if err != nil {
				t.Errorf("%v: %v", err, bot.ReasonCode(err))
				return
			}
			_ = db.Close()
		})
	}
	all.Wait()
	db := open(t, at)
	var rows, distinct int
	if err := db.r.QueryRow(`SELECT COUNT(*), COUNT(DISTINCT version_id) FROM goose_db_version`).Scan(&rows, &distinct); err != nil || rows != distinct || rows != mostMigrations(t)+1 {
		t.Errorf("%d rows of %d versions, %v", rows, distinct, err)
	}
}

// Whoever dies in the middle leaves what the next one can go on with.
func TestMigrationThatIsCutOff(t *testing.T) {
	pgtest.Require(t)
	at := pgtest.Place(t, nil)
	p := pgtest.NewProxy(t, pgtest.Shared(t))
	behind := p.URL(at[strings.LastIndex(at, "/")+1:])
	cut, before := 0, 0
	for tries := 0; ; tries++ {
		ended := make(chan error)
		go func() {
			db, err := Open(t.Context(), behind, Options{})
			if err == nil {
				_ = db.Close()
			}
			ended <- err
		}()
		// Some more of them are done each time, and then it is cut off.
		list, err := MigrationStatus(t.Context(), at)
		for done, _ := numbers(list); err == nil && len(done) <= before && len(done) < mostMigrations(t); done, _ = numbers(list) {
			list, err = MigrationStatus(t.Context(), at)
		}
		if err != nil {
			t.Fatal(err)
		}
		done, _ := numbers(list)
		if before = len(done); before < mostMigrations(t) {
			p.Cut()
		}
		if err := <-ended; err == nil {
			break
		} else if !Passing(err) || tries > 100 {
			t.Fatal(err)
		}
		cut++
		p.Heal()
	}
	t.Logf("cut off %d times", cut)
	if cut == 0 {
		t.Error("it was never cut off")
	}
	whole := open(t, place(t))
	if a, b := schemaOf(t, open(t, at)), schemaOf(t, whole); a != b {
		t.Errorf("the tables are not those of others:\n%s\n%s", a, b)
	}
}

// schemaOf describes the columns and indexes of a database.
func schemaOf(t *testing.T, db *DB) string {
	t.Helper()
	rows, err := db.r.Query(`SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || COALESCE(collation_name, '') FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`)
	list, err := collect(rows, err, func(s scanner) (line string, err error) { return line, s.Scan(&line) })
	if err != nil || len(list) < 100 {
		t.Fatal(list, err)
	}
	return strings.Join(list, "\n")
}

// Whoever is at it keeps the others waiting, and they go on when it has died.
func TestTheNextHasItsTurnWhenOneDies(t *testing.T) {
	pgtest.Require(t)
	at := place(t)
	db, other := open(t, at), open(t, at)
	tx, err := other.w.Begin() // as the one that has died
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`SELECT pg_advisory_xact_lock($1)`, int64(preparing)); err != nil {
		t.Fatal(err)
	}
	var mine bool
	if err := db.w.QueryRow(`SELECT pg_try_advisory_xact_lock($1)`, int64(preparing)).Scan(&mine); err != nil || mine {
		t.Fatalf("two have the turn: %v", err)
	}
	had := make(chan error)
	go func() {
		had <- db.Turn(t.Context(), func(ctx context.Context) error {
			var one int
			return db.w.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
		})
	}()
	select {
	case err := <-had:
		t.Errorf("it did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	_ = tx.Rollback()
	if err := <-had; err != nil {
		t.Error(err)
	}
}

// Texts have one order in both databases, whatever language PostgreSQL was set up in.
func TestTextsAreSortedByTheirBytes(t *testing.T) {
	db := openEmpty(t)
	if db.Shared() {
		var others int
		if err := db.r.QueryRow(`SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`).Scan(&others); err != nil || others > 0 {
			t.Errorf("%d columns are sorted by a language, %v", others, err)
		}
	}
	for _, w := range []string{"b", "B", "a", "Ä", "_", "a b", "ab"} {
		if err := db.AddSpent(t.Context(), bot.Spending{Day: when, Platform: "console", Workspace: w, Spent: bot.Spent{Calls: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := db.Spendings(t.Context(), "", "", when)
	var got []string
	for _, s := range list {
		got = append(got, s.Workspace)
	}
	if err != nil || strings.Join(got, "|") != "B|_|a|a b|ab|b|Ä" {
		t.Errorf("%q, %v", got, err)
	}
}

// What stands in a migration is what PostgreSQL runs, but for the order of texts.
func TestMigrationsForPostgres(t *testing.T) {
	if err := fstest.TestFS(postgresFiles{}, "00001_start.sql"); err != nil {
		t.Error(err)
	}
	names, err := fs.Glob(postgresFiles{}, "*.sql")
	if err != nil || len(names) != mostMigrations(t) {
		t.Fatal(names, err)
	}
	for _, name := range names {
		a, err := fs.ReadFile(postgresFiles{}, name)
		b, berr := fs.ReadFile(migrationFiles(), filepath.ToSlash(name))
		if err != nil || berr != nil || strings.ReplaceAll(string(a), ` COLLATE "C"`, "") != string(b) {
			t.Errorf("%s: %v, %v", name, err, berr)
		}
	}
}
