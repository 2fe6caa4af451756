package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
)

// schedulesDue adds n schedules that are due at start, and a table of jobs.
func schedulesDue(t *testing.T, db *DB, n int) {
	t.Helper()
	for _, q := range []string{
		`CREATE TABLE jobs (kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id))`,
		fmt.Sprintf(`WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < %d)
			INSERT INTO schedules (id, name, platform, workspace, channel, cron, zone, close_after, deadline, item_order,
				questions, sentences, feeds, declared, paused, reason, next_at, created_at)
			SELECT 's' || i, '', 'console', 'w' || (i %% 7), 'c' || i, '0 9 * * *', 'UTC', 0, 21600000, 'newest', 0, 0, '[]', FALSE, FALSE, '', %d, 0 FROM s`, n, start.UnixMilli()),
	} {
		if _, err := db.w.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

// enqueueRows is an [Enqueue] whose jobs are rows, which nobody enqueues twice.
func enqueueRows(ctx context.Context, tx Tx, kind string, due []Due) error {
	for _, d := range due {
		if err := exec(ctx, tx.SQL(), `INSERT INTO jobs (kind, id) VALUES ($1, $2)`, kind, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// hourly runs a schedule now and next in an hour; some are in trouble besides.
func hourly(s bot.Schedule, now time.Time) bot.Claim {
	c := bot.Claim{Run: s.NextAt, Next: now.Add(time.Hour)}
	if s.ID[len(s.ID)-1] == '3' {
		c.Troubles = []bot.Trouble{{Platform: s.Channel.Platform, Workspace: s.Channel.Workspace, Cause: bot.CausePaused, Subject: string(s.ID), Since: now, Last: now}}
	}
	return c
}

// claimAll ticks in several replicas at once until nothing is due in any, and says
// how many rows each claimed. Errors of which fails is true end nothing.
func claimAll(t *testing.T, dbs []*DB, now time.Time, enqueue Enqueue, fails func(error) bool) []int {
	t.Helper()
	claimed := make([]int, len(dbs))
	var all sync.WaitGroup
	for i, db := range dbs {
		all.Go(func() {
			for {
				n, err := db.ClaimDue(t.Context(), now, 20, hourly, enqueue)
				if err != nil && !fails(err) {
					t.Error(err)
					return
				}
				claimed[i] += n
				due, lerr := db.look(t.Context(), now)
				if lerr != nil || len(due) == 0 {
					if lerr != nil {
						t.Error(lerr)
					}
					return
				}
			}
		})
	}
	all.Wait()
	return claimed
}

func count(t *testing.T, db *DB, query string) (n int) {
	t.Helper()
	if err := db.w.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Three replicas tick at once: each schedule is claimed by one, with its occurrence,
// its job and its next time, and whatever a tick could not finish by another.
func TestReplicasClaimEachScheduleOnce(t *testing.T) {
	dbs := replicas(t, 3)
	const n = 400
	schedulesDue(t, dbs[0], n)
	broken := errors.New("this tick ends here")
	var ticks atomic.Int64
	claimed := claimAll(t, dbs, start, func(ctx context.Context, tx Tx, kind string, due []Due) error {
		if err := enqueueRows(ctx, tx, kind, due); err != nil {
			return err
		}
		if ticks.Add(1)%5 == 0 {
			return broken
		}
		return nil
	}, func(err error) bool { return errors.Is(err, broken) })
	for what, query := range map[string]string{
		"occurrences": `SELECT COUNT(*) FROM occurrences WHERE outcome = ''`,
		"jobs":        `SELECT COUNT(*) FROM jobs j JOIN occurrences o ON o.id = j.id WHERE j.kind = 'occurrence'`,
		"next times":  fmt.Sprintf(`SELECT COUNT(*) FROM schedules WHERE next_at = %d`, start.Add(time.Hour).UnixMilli()),
	} {
		if got := count(t, dbs[0], query); got != n {
			t.Errorf("%d %s, want %d", got, what, n)
		}
	}
	if got := count(t, dbs[0], `SELECT SUM(count) FROM troubles`); got != n/10 {
		t.Errorf("%d troubles", got)
	}
	if got := claimed[0] + claimed[1] + claimed[2]; got != n {
		t.Errorf("claimed %v", claimed)
	}
	// What was claimed is offered again, once.
	if _, err := dbs[0].w.ExecContext(t.Context(), `DELETE FROM jobs`); err != nil {
		t.Fatal(err)
	}
	claimAll(t, dbs, start.Add(sweepAfter), enqueueRows, func(error) bool { return false })
	if got := count(t, dbs[0], `SELECT COUNT(*) FROM jobs WHERE kind = 'occurrence'`); got != n {
		t.Errorf("%d occurrences were offered again, want %d", got, n)
	}
}

// A replica that does not finish its claim keeps nobody from claiming the rest.
func TestAClaimWaitsForNobody(t *testing.T) {
	dbs := replicas(t, 2)
	if !dbs[0].Shared() {
		t.Skip("one process claims on SQLite")
	}
	schedulesDue(t, dbs[0], 30)
	ids := map[bot.ID]bool{}
	n, err := dbs[0].ClaimDue(t.Context(), start, 20, hourly, func(ctx context.Context, tx Tx, kind string, due []Due) error {
		if kind != bot.WorkOccurrence || len(ids) > 0 {
			return enqueueRows(ctx, tx, kind, due)
		}
		for _, d := range due {
			ids[d.ID] = true
		}
		// The other ticks while these are claimed, and this has not committed.
		other, err := dbs[1].ClaimDue(ctx, start, 20, hourly, enqueueRows)
		if other != 10 && err == nil {
			t.Errorf("the other claimed %d", other)
		}
		return errors.Join(err, enqueueRows(ctx, tx, kind, due))
	})
	if err != nil || n < 20 || len(ids) != 20 {
		t.Errorf("claimed %d, %d; %v", n, len(ids), err)
	}
	if got := count(t, dbs[0], `SELECT COUNT(*) FROM occurrences`); got != 30 {
		t.Errorf("%d occurrences", got)
	}
}

// Where the bot was removed, a schedule that is due is paused, and the others run.
func TestWhatIsDueWhereTheBotWasRemoved(t *testing.T) {
	db := replicas(t, 1)[0]
	schedulesDue(t, db, 14)
	if _, err := db.w.ExecContext(t.Context(), `INSERT INTO installations (platform, workspace, name, created_at, gone_at) VALUES ('console', 'w1', '', 0, 1)`); err != nil {
		t.Fatal(err)
	}
	claimAll(t, []*DB{db}, start, enqueueRows, func(error) bool { return false })
	if ran, paused := count(t, db, `SELECT COUNT(*) FROM occurrences`), count(t, db, `SELECT COUNT(*) FROM schedules WHERE paused AND next_at IS NULL AND workspace = 'w1'`); ran != 12 || paused != 2 {
		t.Errorf("%d ran, %d paused", ran, paused)
	}
}

// A tick reads the beginnings of indexes, however many rows there are.
func TestALookReadsIndexesAlone(t *testing.T) {
	db := replicas(t, 1)[0]
	explain := `EXPLAIN QUERY PLAN `
	if db.Shared() {
		explain = `EXPLAIN `
		schedulesDue(t, db, 20_000) // without statistics
	}
	rows, err := db.r.QueryContext(t.Context(), explain+lookQuery())
	plan, err := collect(rows, err, func(s scanner) (line string, err error) {
		if db.Shared() {
			return line, s.Scan(&line)
		}
		return line, s.Scan(new(int), new(int), new(int), &line)
	})
	if err != nil {
		t.Fatal(err)
	}
	wanted := 0
	for _, line := range plan {
		if db.Shared() && hasAny(line, "Seq Scan", "Sort") || !db.Shared() && hasAny(line, "B-TREE") {
			t.Error(line)
		}
		if hasAny(line, "schedules_next") {
			wanted++
		}
	}
	if wanted != 1 {
		t.Errorf("%q", plan)
	}
}

func hasAny(line string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}
