package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// Ears are processes that hear one scope, in which there is one discussion.
type ears struct {
	t  *testing.T
	d  bot.ID
	by map[string]*DB
}

func newEars(t *testing.T, names ...string) *ears {
	t.Helper()
	db, d, _ := withDiscussion(t)
	e := &ears{t: t, d: d.ID, by: map[string]*DB{}}
	for _, name := range names {
		other, err := Open(t.Context(), db.Path(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = other.Close() })
		e.by[name] = other
		e.lives(name, true)
	}
	return e
}

// lives makes a process one that renews what it has, or no longer.
func (e *ears) lives(name string, yes bool) {
	e.t.Helper()
	db, until := e.by[name], int64(0)
	if yes {
		until = time.Now().Add(time.Hour).UnixMilli()
	}
	if _, err := db.w.ExecContext(e.t.Context(), `INSERT INTO replicas (id, host, version, since_at, until_at) VALUES ($1, '', '', 0, $2)
		ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at`, db.sharing.id, until); err != nil {
		e.t.Fatal(err)
	}
}

// do carries out steps like "23 A beats", at a second.
func (e *ears) do(step string) {
	e.t.Helper()
	var at, since int
	var name, what string
	if n, err := fmt.Sscanf(step, "%d %s %s %d", &at, &name, &what, &since); n < 3 {
		e.t.Fatal(step, err)
	}
	ctx, db, now := e.t.Context(), e.by[name], when.Add(time.Duration(at)*time.Second)
	var err error
	switch what {
	case "up":
		_, err = db.WriteGaps(ctx, "console", now)
	case "beats":
		err = db.Alive(ctx, []string{"console"}, now)
	case "down":
		err = db.Silent(ctx, "console", now, now)
	case "silent":
		err = db.Silent(ctx, "console", when.Add(time.Duration(since)*time.Second), now)
	case "dies":
		e.lives(name, false)
	case "wakes":
		e.lives(name, true)
	default:
		e.t.Fatal(step)
	}
	if err != nil {
		e.t.Fatal(step, err)
	}
}

// gaps are those with something in them, in seconds.
func (e *ears) gaps() string {
	e.t.Helper()
	for _, db := range e.by {
		list, err := db.Gaps(e.t.Context(), e.d)
		if err != nil {
			e.t.Fatal(err)
		}
		var out []string
		for _, g := range list {
			if g.To.After(g.From) {
				out = append(out, fmt.Sprintf("%.0f-%.0f", g.From.Sub(when).Seconds(), g.To.Sub(when).Seconds()))
			}
		}
		return strings.Join(out, " ")
	}
	return ""
}

// What one process hears while another does not is no gap, and what none hears is.
func TestScopeIsHeardByAny(t *testing.T) {
	pgtest.Require(t)
	for name, c := range map[string]struct{ steps, gaps string }{
		"one restarts while the other hears": {"0 A up, 3 B up, 10 A beats, 12 B down, 13 B beats, 15 C up, 20 A beats, 25 C beats, 30 A beats", ""},
		"a clean hand-over, the old first":   {"0 A up, 10 A beats, 12 A down, 14 B up, 24 B beats", "12-14"},
		"a clean hand-over, the new first":   {"0 A up, 10 A beats, 12 B up, 14 A down, 24 B beats", ""},
		"one dies, and one heard all along":  {"0 A up, 3 B up, 10 A beats, 13 B beats, 14 A dies, 23 B beats, 33 B beats", ""},
		"one dies, and one came a moment before": {
			"0 A up, 10 A beats, 13 B up, 14 A dies, 23 B beats, 33 B beats", "10-13"},
		"one dies, and one comes after":    {"0 A up, 10 A beats, 14 A dies, 22 B up, 32 B beats", "10-22"},
		"one dies, and one takes over":     {"0 A up, 10 A beats, 14 A dies, 22 B up, 32 B beats, 40 C up, 42 B beats", "10-22"},
		"all die":                          {"0 A up, 0 B up, 10 A beats, 11 B beats, 14 A dies, 14 B dies, 60 C up", "11-60"},
		"a line was dead, and none other":  {"0 A up, 10 A beats, 20 A beats, 25 A silent 8, 26 A up", "8-26"},
		"a line was dead, and one heard":   {"0 A up, 0 B up, 10 A beats, 20 A beats, 20 B beats, 25 A silent 8, 26 A up, 30 B beats", ""},
		"a line was dead before one began": {"0 A up, 10 A beats, 15 B up, 20 A beats, 25 A silent 8, 35 B beats", "8-15"},
		"frozen, and the other heard":      {"0 A up, 0 B up, 10 A beats, 10 B beats, 12 A dies, 20 B beats, 30 B beats, 40 A wakes, 41 A beats, 45 B down, 51 A beats, 60 C up", ""},
		"frozen, and nobody heard":         {"0 A up, 10 A beats, 12 A dies, 60 A wakes, 61 A beats, 71 A beats", "10-61"},
		"frozen, and another ended since":  {"0 A up, 10 A beats, 12 A dies, 20 B up, 30 B down, 60 A wakes, 61 A beats", "10-20 30-61"},
		"the database was away for long":   {"0 A up, 0 B up, 10 A beats, 10 B beats, 70 A beats, 71 B beats, 80 A beats", "10-70"},
		"and for a moment":                 {"0 A up, 0 B up, 10 A beats, 10 B beats, 35 A beats, 35 B beats", ""},
		"lives, and says nothing":          {"0 A up, 10 A beats, 20 B up, 30 B beats, 41 B beats, 50 B beats", "10-20"},
		"up again without an end":          {"0 A up, 10 A beats, 15 A up, 25 A beats", "10-15"},
		"up again while another hears":     {"0 A up, 0 B up, 10 A beats, 15 A up, 25 A beats", ""},
		"the last ends":                    {"0 A up, 0 B up, 10 A beats, 10 B beats, 12 A down, 14 B down, 20 A up", "14-20"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEars(t, "A", "B", "C")
			for step := range strings.SplitSeq(c.steps, ", ") {
				e.do(step)
			}
			if got := e.gaps(); got != c.gaps {
				t.Errorf("gaps %q, and not %q", got, c.gaps)
			}
		})
	}
}

// On SQLite the process before is not there any more.
func TestScopeOfTheProcessBefore(t *testing.T) {
	if pgtest.Wanted() {
		t.Skip("it is about SQLite")
	}
	e := newEars(t, "A", "B")
	for step := range strings.SplitSeq("0 A up, 10 A beats, 14 B up, 24 B beats, 60 B beats, 61 B down, 70 B up", ", ") {
		e.do(step)
	}
	if got := e.gaps(); got != "10-14 24-60 61-70" {
		t.Errorf("gaps %q", got)
	}
}
