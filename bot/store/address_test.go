package store

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestNameShowsNothingThatIsSecret(t *testing.T) {
	for _, name := range []string{"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE"} {
		t.Setenv(name, "")
	}
	for _, tt := range []struct{ at, want string }{
		{"colloquy.db", "colloquy.db"},
		{"/data/my base.db", "/data/my base.db"},
		{"postgres://db.example.org/colloquy", "postgres://db.example.org/colloquy"},
		{"postgres://ana:s3cret@db.example.org:5433/colloquy?sslmode=disable", "postgres://db.example.org:5433/colloquy"},
		{"postgresql://ana:s3cret@db.example.org/colloquy?password=s3cret&sslmode=disable", "postgres://db.example.org/colloquy"},
		{"postgres://ana:s3%40cret@[::1]:5432/colloquy", "postgres://[::1]:5432/colloquy"},
		{"postgres://ana:s3cret@a.example.org:1,b.example.org/colloquy?target_session_attrs=read-write", "postgres://a.example.org:1,b.example.org/colloquy"},
		{"postgres://ana:s3cret@/colloquy?host=/var/run/postgresql", "postgres://%2Fvar%2Frun%2Fpostgresql/colloquy"},
		{"postgres://ana:s3cret@db.example.org", "postgres://db.example.org/ana"},
		{"postgres://ana:s3/cret@db.example.org/colloquy", "postgres://…"},
		{"postgres://ana:12?34@db.example.org/colloquy", "postgres://…"},
		{"postgres://ana:12#34@db.example.org/colloquy", "postgres://…"},
		{"postgres://ana:s3@cret@db.example.org/colloquy", "postgres://…"},
		{"postgres://ana:s3%zzcret@db.example.org/colloquy", "postgres://…"},
		{"postgres://db.example.org/colloquy?s3cret@x", "postgres://…"},
	} {
		if got := Name(tt.at); got != tt.want {
			t.Errorf("%s is shown as %s; want %s", tt.at, got, tt.want)
		}
	}
}

func TestNameIsWhatTheVariablesSay(t *testing.T) {
	t.Setenv("PGHOST", "db.example.org")
	t.Setenv("PGPORT", "5433")
	t.Setenv("PGDATABASE", "talk")
	if got := Name("postgres://"); got != "postgres://db.example.org:5433/talk" {
		t.Errorf("shown as %s", got)
	}
}

func TestAddressesThatAreRefusedAreNotRepeated(t *testing.T) {
	for at, good := range map[string]bool{
		"colloquy.db":                          true,
		"/data/host=a/x.db":                    true,
		"postgres://":                          true,
		"postgres://ana:s3%2Fcret@h/db":        true,
		"postgres://h1:1,h2:2/db":              true,
		"POSTGRES://ana:s3cret@h/db":           false,
		"mysql://ana:s3cret@h/db":              false,
		"postgresql+asyncpg://ana:s3cret@h/db": false,
		"host=h password=s3cret dbname=db":     false,
		" password = s3cret":                   false,
		"postgres://ana:s3cret@h:port/db":      false,
		"postgres://ana:s3/cret@h/db":          false,
		"postgres://ana:s3#cret@h/db":          false,
		"postgres://ana:s3cret@x@h/db":         false,
		"postgres://ana:s3cret%@h/db":          false,
		"postgres://ana:s3cret@h/db?sslmode=x": false,
	} {
		err := CheckAddress(at)
		if (err == nil) != good {
			t.Errorf("%s: %v", at, err)
		}
		if err != nil && (strings.Contains(err.Error(), "s3") || strings.Contains(err.Error(), "cret") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: the error tells of it: %v", at, err)
		}
	}
}

func TestPasswordInAnAddress(t *testing.T) {
	for at, has := range map[string]bool{
		"colloquy.db": false, "a:b@c.db": false,
		"postgres://": false, "postgres://ana@h/db": false, "postgres://h:5433/db": false, "postgres://ana:@h/db": false,
		"postgres://ana:s3cret@h/db": true, "postgres://h/db?password=s3cret": true, "postgres://h/db?pass%77ord=s3cret": true,
		"postgres://h/db?sslkey=k&sslpassword=s3cret": true, "postgres://h/db?a=1;password=s": true,
	} {
		if got := HasPassword(at); got != has {
			t.Errorf("%s: %t", at, got)
		}
	}
}

// Whatever is written around a password: what is shown of the address, and the
// error that refuses it, do not hold it.
func FuzzAddress(f *testing.F) {
	f.Add("postgres://ana:", "@h/db")
	f.Add("postgres://ana:12/", "@h/db")
	f.Add("postgres://h/db?password=", "&sslmode=disable")
	f.Add("postgres://:", "@[::1]:1,c:2/d?host=/x")
	f.Add("host=h password=", "")
	const secret = "Zq7secretZq7"
	f.Fuzz(func(t *testing.T, before, after string) {
		at := before + secret + after
		err := CheckAddress(at)
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", at, err)
		}
		if c, perr := pgconn.ParseConfig(at); IsPostgres(at) && perr == nil && c.Password == secret && strings.Contains(Name(at), secret) {
			t.Errorf("%q is shown as %q", at, Name(at))
		}
	})
}
