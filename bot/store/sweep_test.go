package store

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"colloquy/bot"
)

// Discussions that close together are swept all over the day.
func TestSweepsAreSpreadOverTheDay(t *testing.T) {
	var quarters [4]int
	for range 1000 {
		at := time.UnixMilli(firstSweep(bot.NewID(when), when).(int64))
		if at.Before(when) || !at.Before(when.Add(bot.SweepEvery)) {
			t.Fatal(at)
		}
		quarters[4*at.Sub(when)/bot.SweepEvery]++
	}
	for n, count := range quarters {
		if count < 150 {
			t.Errorf("%d of 1000 in quarter %d of the day", count, n+1)
		}
	}
}

// A claim takes one, however many are due, and does not say that there are more:
// the next tick takes the next. One whose worker died comes again.
func TestSweepsComeLittleByLittle(t *testing.T) {
	db, d, l := withDiscussion(t)
	ctx := t.Context()
	if err := db.SetState(ctx, l, d.ID, bot.StatePosting, bot.StateOpen); err != nil {
		t.Fatal(err)
	}
	if err := db.BeginClosing(ctx, l, d.ID, when); err != nil {
		t.Fatal(err)
	}
	if err := db.EndClosing(ctx, l, d.ID, when.Add(180*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var at int64
	if err := db.r.QueryRow(`SELECT sweep_at FROM discussions WHERE id = $1`, d.ID).Scan(&at); err != nil || at <= db.now().UnixMilli() {
		t.Errorf("swept first at %d, %v", at, err)
	}
	err := db.write(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{`UPDATE discussions SET work_at = NULL`,
			`INSERT INTO occurrences SELECT 'o' || n, NULL, platform, workspace, channel, due_at, deadline_at, request, NULL, NULL, outcome, reason, count, NULL, created_at, done_at
				FROM occurrences, (SELECT 1 AS n UNION ALL SELECT 2) AS more WHERE id = 'occurrence'`,
			`INSERT INTO discussions (id, occurrence_id, platform, workspace, channel, thread, article_id, digest_id, url_key, hash, repeated, questions, question_count, state, reason, close_after, deadline_at, list_thread, created_at)
				SELECT 'd' || n, 'o' || n, platform, workspace, channel, 't' || n, article_id, digest_id, url_key, hash, TRUE, questions, question_count, state, reason, close_after, deadline_at, list_thread, created_at
				FROM discussions, (SELECT 1 AS n UNION ALL SELECT 2) AS more WHERE id = 'd'`} {
			if err := exec(ctx, tx, q); err != nil {
				return err
			}
		}
		return exec(ctx, tx, `UPDATE discussions SET sweep_at = $1`, ms(when.Add(-48*time.Hour)))
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[bot.ID]int{}
	tick := func(now time.Time) (claimed int) {
		t.Helper()
		n, err := db.ClaimDue(ctx, now, 100, nil, func(_ context.Context, _ Tx, kind string, due []Due) error {
			if kind == bot.WorkSweep {
				claimed += len(due)
				for _, d := range due {
					seen[d.ID]++
				}
			}
			return nil
		})
		if n != 0 || err != nil {
			t.Fatal(n, err)
		}
		return claimed
	}
	for n, want := range []int{1, 1, 1, 0, 0} {
		if got := tick(when); got != want {
			t.Errorf("tick %d claims %d sweeps", n+1, got)
		}
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
	if tick(when.Add(sweepAgain-time.Minute)) != 0 || tick(when.Add(sweepAgain)) != 1 {
		t.Error("one that did not end comes again too early, or never")
	}
}
