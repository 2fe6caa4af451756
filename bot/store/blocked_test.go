package store

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"colloquy/bot"
	"colloquy/bot/store/pgtest"
)

// meanwhile runs inside in a transaction of the first replica, beside others, and
// then, before that commits, other in the second. It waits until other is held up by
// what the first did, and commits then; that other is not is an error.
func meanwhile(t *testing.T, dbs []*DB, inside func(ctx context.Context, tx Tx) error, other func(ctx context.Context) error) {
	t.Helper()
	done := make(chan error, 1)
	err := dbs[0].beside(t.Context(), func(tx Tx) error {
		if err := inside(t.Context(), tx); err != nil {
			return err
		}
		go func() { done <- other(t.Context()) }()
		for held := 0; held == 0; {
			select {
			case err := <-done:
				t.Errorf("it did not wait: %v", err)
				done <- nil
				return nil
			default:
			}
			if err := dbs[0].r.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&held); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A discussion does not go to rest over a recap that became stale at this moment.
func TestAnEditWakesADiscussionThatGoesToRest(t *testing.T) {
	pgtest.Require(t)
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	l := bot.Lease{Subject: "discussion/d", Token: "token"}
	for _, q := range []string{
		`INSERT INTO leases (subject, token, until_at) VALUES ('discussion/d', 'token', 0)`,
		`UPDATE discussions SET closes_at = 9000000000000`,
		`INSERT INTO posts (id, discussion_id, seq, kind, question, key, state, attempts, platform, workspace, channel, thread, message_id, reason, body, stale, shown)
			VALUES ('recap', 'd', 1, 'recap', 0, 'k', 'sent', 0, 'console', '', 'c', 't', 'm', '', '', 0, '')`,
	} {
		if _, err := dbs[0].w.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	ref := recorded(t, dbs[0], "m1", "ana", "text")
	meanwhile(t, dbs, func(ctx context.Context, tx Tx) error {
		j := &replyJob{args: replyArgs(inThreadT(ref.MessageID, 2), "who", start, time.Hour)}
		edited := edits{}
		if err := tx.PG(func(tx pgx.Tx) error { return recordAll(ctx, tx, []*replyJob{j}, edited) }); err != nil {
			return err
		}
		return edited.stale(ctx, tx.tx)
	}, func(ctx context.Context) error { return dbs[1].Rest(ctx, l, "d") })
	if at := count(t, dbs[0], `SELECT work_at FROM discussions`); int64(at) != start.UnixMilli() {
		t.Errorf("the recap is stale, and nobody comes before %d", at)
	}
}

// Nobody takes a lease over in the midst of a step.
func TestALeaseIsNotTakenOverInTheMidstOfAStep(t *testing.T) {
	pgtest.Require(t)
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	old, taker := bot.Lease{Subject: "discussion/d", Token: "old"}, bot.Lease{Subject: "discussion/d", Token: "new"}
	if ok, err := dbs[0].AcquireLease(t.Context(), old, start, time.Minute); !ok || err != nil {
		t.Fatal(ok, err)
	}
	later := start.Add(time.Hour)
	meanwhile(t, dbs, func(ctx context.Context, tx Tx) error {
		return dbs[0].isHeld(ctx, tx.tx, old)
	}, func(ctx context.Context) error {
		if ok, err := dbs[1].AcquireLease(ctx, taker, later, time.Minute); !ok || err != nil {
			t.Error(ok, err)
		}
		return dbs[1].SetWork(ctx, taker, "d", later)
	})
	if err := dbs[0].SetWork(t.Context(), old, "d", start); err == nil {
		t.Error("written after the lease was lost")
	}
}

// A removal waits for the reply that is being stored, and removes it.
func TestARemovalWaitsForItsReply(t *testing.T) {
	pgtest.Require(t)
	dbs := replicas(t, 2)
	discussion(t, dbs[0])
	r := inThreadT("m1", 1)
	meanwhile(t, dbs, func(ctx context.Context, tx Tx) error {
		j := &replyJob{args: replyArgs(r, "who", start, time.Hour)}
		return tx.PG(func(tx pgx.Tx) error { return recordAll(ctx, tx, []*replyJob{j}, edits{}) })
	}, func(ctx context.Context) error { return dbs[1].RemoveReply(ctx, r.Ref, start) })
	list, err := dbs[0].Replies(t.Context(), "d")
	if err != nil || len(list) != 1 || !list[0].Deleted || list[0].Text != "" {
		t.Errorf("%+v, %v", list, err)
	}
}

// Two transactions that wait for one another are both done in the end.
func TestTransactionsThatWaitForEachOther(t *testing.T) {
	pgtest.Require(t)
	dbs := replicas(t, 2)
	if _, err := dbs[0].w.Exec(`INSERT INTO scopes (scope, alive_at) VALUES ('a', 0), ('b', 0)`); err != nil {
		t.Fatal(err)
	}
	var both, met sync.WaitGroup
	met.Add(2)
	for i, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			first := true
			err := dbs[i].beside(t.Context(), func(tx Tx) error {
				for n, scope := range order {
					if err := exec(t.Context(), tx.tx, `UPDATE scopes SET alive_at = alive_at + 1 WHERE scope = $1`, scope); err != nil {
						return fmt.Errorf("row %d: %w", n, err)
					}
					if first {
						first = false
						met.Done()
						met.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if sum := count(t, dbs[0], `SELECT SUM(alive_at) FROM scopes`); sum != 4 {
		t.Errorf("the rows were changed %d times", sum)
	}
}
