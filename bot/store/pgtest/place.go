package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// shared is the cluster of a test program, which its tests share.
var shared struct {
	mu      sync.Mutex
	cluster *Cluster
	made    int    // databases
	ready   string // the template with tables; empty: not made yet
}

// Main runs the tests of a package that uses [Place], and ends the cluster.
func Main(m *testing.M) {
	code := m.Run()
	if shared.cluster != nil {
		if err := shared.cluster.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// Place is where a test may keep a database that is not there yet: a file in a
// folder of its own or, when PostgreSQL is [Wanted], a database in the cluster of
// this test program. prepare makes the tables, once for all of them; nil: there
// are none.
func Place(t testing.TB, prepare func(ctx context.Context, url string) error) string {
	t.Helper()
	if !Wanted() {
		return filepath.Join(t.TempDir(), "colloquy.db")
	}
	return Database(t, prepare)
}

// Database is [Place] on PostgreSQL, whatever is wanted.
func Database(t testing.TB, prepare func(ctx context.Context, url string) error) string {
	t.Helper()
	c := Shared(t)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	ctx := context.Background()
	from := "template0"
	if prepare != nil {
		if shared.ready == "" {
			must(t, c.SQL(ctx, "postgres", `CREATE DATABASE prepared`))
			must(t, prepare(ctx, c.URL("prepared")))
			shared.ready = "prepared"
		}
		from = shared.ready
	}
	shared.made++
	name := fmt.Sprintf("test%d", shared.made)
	must(t, c.SQL(ctx, "postgres", fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy`, name, from)))
	t.Cleanup(func() {
		if err := c.SQL(ctx, "postgres", `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil && !strings.Contains(err.Error(), "refused") {
			t.Error(err)
		}
	})
	return c.URL(name)
}

// Shared is the cluster of this test program. Those who stop it start it again.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.cluster == nil {
		c, err := Start(false)
		must(t, err)
		shared.cluster = c
	}
	return shared.cluster
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
