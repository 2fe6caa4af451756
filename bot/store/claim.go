package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"colloquy/bot"
)

// sweepAfter is when a row that was given to a worker is offered again. A
// worker that still has it holds the lease, and the second one ends at once.
const sweepAfter = time.Minute

// Enqueue turns claimed rows of one kind into jobs, in the transaction that claims them.
type Enqueue func(ctx context.Context, tx Tx, kind string, due []Due) error

// A Due is a row that was claimed, and the tenant that it is of; a feed is of none.
type Due struct {
	ID                  bot.ID
	Platform, Workspace string
}

func scanDue(s scanner) (d Due, err error) { return d, s.Scan(&d.ID, &d.Platform, &d.Workspace) }

// ClaimDue claims up to limit rows of each kind whose time has come, and has
// them enqueued. For a schedule, its occurrences, their jobs and its next time
// are one transaction. What is kept no longer is erased. It returns how many
// rows it claimed or erased, but for sweeps; when that is not 0 there may be more.
//
// Claims run beside one another, in this process and in others: each takes rows that
// no other has at this moment, and does not wait for those.
func (db *DB) ClaimDue(ctx context.Context, now time.Time, limit int, plan func(bot.Schedule, time.Time) bot.Claim, enqueue Enqueue) (int, error) {
	due, err := db.look(ctx, now)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	total := 0
	claim := func(what string, claim func(context.Context, Tx) (int, error)) {
		if err != nil || !due[what] {
			return
		}
		n := 0
		err = db.beside(ctx, func(t Tx) (err error) {
			n, err = claim(ctx, t)
			return err
		})
		if err != nil {
			err = fmt.Errorf("claim %s: %w", what, err)
			return
		}
		total += n
	}
	claim(dueSchedules, func(ctx context.Context, t Tx) (int, error) {
		return db.claimSchedules(ctx, t, now, "next_at", limit, plan, enqueue)
	})
	claim(dueResumed, func(ctx context.Context, t Tx) (int, error) {
		return db.claimSchedules(ctx, t, now, "resume_at", limit, plan, enqueue)
	})
	if err == nil && due[dueDrafts] {
		n := 0
		err = db.write(ctx, func(tx *sql.Tx) (err error) {
			n, err = claimDrafts(ctx, tx, now, limit)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("claim drafts: %w", err)
		}
		total += n
		due[bot.WorkOccurrence] = true // which write them
	}
	for _, w := range works {
		claim(w.kind, func(ctx context.Context, t Tx) (int, error) { return db.claimWork(ctx, t, now, w, limit, enqueue) })
	}
	claim(dueSweeps, func(ctx context.Context, t Tx) (int, error) { return 0, db.claimSweeps(ctx, t, now, enqueue) })
	if err != nil || !due[dueErasures] {
		return total, err
	}
	erased, err := db.EraseDue(ctx, now)
	if err != nil {
		return total, fmt.Errorf("erase what is kept no longer: %w", err)
	}
	return total + erased, nil
}

func scanID(s scanner) (id bot.ID, err error) { return id, s.Scan(&id) }

// works are the tables of rows that fall due by themselves, in the order in which
// they are claimed.
var works = []struct{ kind, table, tenant string }{
	{bot.WorkOccurrence, "occurrences", ofTenant}, {bot.WorkDiscussion, "discussions", ofTenant}, {bot.WorkPost, "posts", ofTenant},
	{bot.WorkNotice, "notices", ofTenant}, {bot.WorkFeed, "feeds", `'', ''`},
}

const ofTenant = `platform, workspace`

// claimed begins the statement that claims rows of a table by a column: those that
// another process claims at this moment are left to it. They are chosen once,
// whatever plan the database makes for the rest.
func (db *DB) claimed(table, column string, limit int) string {
	return `WITH due AS MATERIALIZED (SELECT id FROM ` + table + ` WHERE ` + column + ` <= $1 ORDER BY ` + column + ` LIMIT ` + strconv.Itoa(limit) + db.skipLocked() + `)
		UPDATE ` + table + ` SET ` + column + ` = $2 WHERE id IN (SELECT id FROM due) RETURNING id, `
}

func (db *DB) claimWork(ctx context.Context, t Tx, now time.Time, w struct{ kind, table, tenant string }, limit int, enqueue Enqueue) (int, error) {
	rows, err := t.tx.QueryContext(ctx, db.claimed(w.table, "work_at", limit)+w.tenant, ms(now), ms(now.Add(sweepAfter)))
	due, err := collect(rows, err, scanDue)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	return len(due), enqueue(ctx, t, w.kind, due)
}

// goneThere reports whether the bot was removed from where a schedule is.
const goneThere = `EXISTS (SELECT 1 FROM installations i WHERE i.platform = schedules.platform AND i.workspace = schedules.workspace AND i.gone_at IS NOT NULL)`

// alsoScan scans one more column than is asked for.
type alsoScan struct {
	scanner
	last any
}

func (s alsoScan) Scan(into ...any) error { return s.scanner.Scan(append(into, s.last)...) }

// claimSchedules claims schedules by the column of a time.
func (db *DB) claimSchedules(ctx context.Context, t Tx, now time.Time, column string, limit int, plan func(bot.Schedule, time.Time) bot.Claim, enqueue Enqueue) (int, error) {
	tx := t.tx
	rows, err := tx.QueryContext(ctx, `SELECT `+scheduleColumns+`, `+goneThere+` FROM schedules WHERE `+column+` <= $1
		ORDER BY `+column+` LIMIT `+strconv.Itoa(limit)+db.skipLocked(), ms(now))
	var gone []bot.ID
	due, err := collect(rows, err, func(s scanner) (v bot.Schedule, err error) {
		removed := false
		if v, err = scanSchedule(alsoScan{s, &removed}); removed {
			gone = append(gone, v.ID)
		}
		return v, err
	})
	if err != nil {
		return 0, err
	}
	// Where the bot was removed, nothing falls due, whoever set it going meanwhile.
	for _, id := range gone {
		if err := pauseGone(ctx, tx, `id = $2`, id); err != nil {
			return 0, err
		}
	}
	due = slices.DeleteFunc(due, func(s bot.Schedule) bool { return slices.Contains(gone, s.ID) })
	if len(due) == 0 {
		return 0, nil
	}
	run, err := storeClaims(ctx, tx, due, plan, now, missedReason)
	if err != nil || len(run) == 0 {
		return len(due), err
	}
	return len(due), enqueue(ctx, t, bot.WorkOccurrence, run)
}

// storeClaims stores what becomes of schedules and returns the occurrences that
// are to be carried out. reason is why the others were missed.
func storeClaims(ctx context.Context, tx *sql.Tx, due []bot.Schedule, plan func(bot.Schedule, time.Time) bot.Claim, now time.Time, reason string) ([]Due, error) {
	var run, missed, plain, next values
	var troubles []bot.Trouble
	for _, s := range due {
		c := plan(s, now)
		row := func(due time.Time) []any {
			return []any{bot.NewID(now), s.ID, s.Channel.Platform, s.Channel.Workspace, s.Channel.ID, ms(due), ms(due.Add(s.Deadline)), ms(now)}
		}
		if !c.Run.IsZero() {
			run.add(append(row(c.Run), ms(c.RunAt))...)
		}
		if c.Older > 0 {
			missed.add(append(row(c.OlderUntil), c.Older, bot.OutcomeMissed, reason)...)
		}
		for i, m := range c.Missed {
			why := reason
			if i == len(c.Missed)-1 && c.LatestWhy != "" {
				why = c.LatestWhy
			}
			missed.add(append(row(m), 1, bot.OutcomeMissed, why)...)
		}
		for _, m := range c.Skipped {
			missed.add(append(row(m), 1, bot.OutcomeSkipped, skippedReason)...)
		}
		s.NextAt = c.Next
		if draft := s.DraftAt(); draft.IsZero() && s.Skips == 0 && s.ResumeAt.IsZero() {
			plain.add(s.ID, ms(c.Next), c.Next.IsZero(), c.Reason)
		} else {
			next.add(s.ID, ms(c.Next), c.Next.IsZero(), c.Reason, c.SkipsLeft, ms(draft))
		}
		troubles = append(troubles, c.Troubles...)
	}
	// In one order, so that of two claims neither waits for the other while that waits for it.
	slices.SortStableFunc(troubles, func(a, b bot.Trouble) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Subject, b.Subject))
	})
	for _, t := range troubles {
		if err := noteTrouble(ctx, tx, t); err != nil {
			return nil, err
		}
	}
	if err := insertMissed(ctx, tx, missed); err != nil {
		return nil, err
	}
	if err := moveOn(ctx, tx, plain, next); err != nil {
		return nil, err
	}
	return insertRuns(ctx, tx, run, now)
}

// occurrenceTypes are those of the columns of an occurrence in a VALUES list.
var occurrenceTypes = []string{"TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT"}

// insertRuns stores the occurrences that run and returns those that are new and
// not to be carried out later.
func insertRuns(ctx context.Context, tx *sql.Tx, run values, now time.Time) ([]Due, error) {
	var at []Due
	for _, part := range run.parts(append(slices.Clone(occurrenceTypes), "BIGINT")...) {
		rows, err := tx.QueryContext(ctx, `WITH v (id, schedule_id, platform, workspace, channel, due_at, deadline_at, created_at, run_at) AS (VALUES `+part.text+`)
			INSERT INTO occurrences (id, schedule_id, platform, workspace, channel, due_at, deadline_at, request, outcome, reason, count, work_at, created_at)
			SELECT id, schedule_id, platform, workspace, channel, due_at, deadline_at, '{}', '', '', 1, CASE WHEN run_at > created_at THEN run_at ELSE created_at + `+
			fmt.Sprint(sweepAfter.Milliseconds())+` END, created_at FROM v WHERE TRUE
			ON CONFLICT (schedule_id, platform, workspace, channel, due_at) DO NOTHING RETURNING id, platform, workspace, work_at - created_at = `+fmt.Sprint(sweepAfter.Milliseconds()), part.args...)
		_, err = collect(rows, err, func(s scanner) (d Due, err error) {
			atOnce := false
			if err = s.Scan(&d.ID, &d.Platform, &d.Workspace, &atOnce); atOnce {
				at = append(at, d)
			}
			return d, err
		})
		if err != nil {
			return nil, err
		}
	}
	return at, nil
}

// Why an occurrence did not run.
const (
	missedReason  = "nothing was running when it was due, or it was too late to post it before its deadline"
	skippedReason = "a manager skipped it"
)

func insertMissed(ctx context.Context, tx *sql.Tx, missed values) error {
	for _, part := range missed.parts(append(slices.Clone(occurrenceTypes), "BIGINT", "TEXT", "TEXT")...) {
		err := exec(ctx, tx, `WITH v (id, schedule_id, platform, workspace, channel, due_at, deadline_at, created_at, count, outcome, reason) AS (VALUES `+part.text+`)
			INSERT INTO occurrences (id, schedule_id, platform, workspace, channel, due_at, deadline_at, request, outcome, reason, count, created_at, done_at)
			SELECT id, schedule_id, platform, workspace, channel, due_at, deadline_at, '{}', outcome, reason, count, created_at, created_at
			FROM v WHERE TRUE ON CONFLICT (schedule_id, platform, workspace, channel, due_at) DO NOTHING`, part.args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// moveOn sets the next times; a schedule that has none is paused, with the
// reason. Most have no more than that; for the others, what is skipped, the time
// of the next draft and the end of a pause are brought up to date too.
func moveOn(ctx context.Context, tx *sql.Tx, plain, rest values) error {
	for _, part := range plain.parts("TEXT", "BIGINT", "BOOLEAN", "TEXT") {
		err := exec(ctx, tx, `WITH v (id, next_at, paused, reason) AS (VALUES `+part.text+`)
			UPDATE schedules SET next_at = v.next_at, paused = v.paused, reason = v.reason FROM v WHERE schedules.id = v.id`, part.args...)
		if err != nil {
			return err
		}
	}
	for _, part := range rest.parts("TEXT", "BIGINT", "BOOLEAN", "TEXT", "BIGINT", "BIGINT") {
		err := exec(ctx, tx, `WITH v (id, next_at, paused, reason, skips, draft_at) AS (VALUES `+part.text+`)
			UPDATE schedules SET next_at = v.next_at, paused = v.paused, reason = v.reason, skips = v.skips, draft_at = v.draft_at, resume_at = NULL
			FROM v WHERE schedules.id = v.id`, part.args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// claimDrafts makes an occurrence, due at once, that writes the draft of each
// schedule whose managers are to see it now.
func claimDrafts(ctx context.Context, tx *sql.Tx, now time.Time, limit int) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+scheduleColumns+` FROM schedules WHERE draft_at <= $1 ORDER BY draft_at LIMIT $2`, now.UnixMilli(), limit)
	due, err := collect(rows, err, scanSchedule)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	for _, s := range due {
		o := bot.Occurrence{ID: bot.NewID(now), ScheduleID: s.ID, Channel: s.Channel, DueAt: now, DeadlineAt: s.NextAt.Add(s.Deadline), CreatedAt: now,
			Request: bot.Request{Schedule: s.ID, Draft: true}}
		if _, err := addRequest(ctx, tx, o, ""); err != nil {
			return 0, err
		}
		if err := exec(ctx, tx, `UPDATE schedules SET draft_at = NULL WHERE id = $1`, s.ID); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}
