package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
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

// anyDue is one cheap look whether a tick has anything to do.
const anyDue = `SELECT EXISTS (SELECT 1 FROM schedules WHERE next_at <= $1)
	OR EXISTS (SELECT 1 FROM schedules WHERE resume_at <= $1)
	OR EXISTS (SELECT 1 FROM schedules WHERE draft_at <= $1)
	OR EXISTS (SELECT 1 FROM occurrences WHERE work_at <= $1)
	OR EXISTS (SELECT 1 FROM discussions WHERE work_at <= $1)
	OR EXISTS (SELECT 1 FROM discussions WHERE sweep_at <= $1)
	OR EXISTS (SELECT 1 FROM posts WHERE work_at <= $1)
	OR EXISTS (SELECT 1 FROM notices WHERE work_at <= $1)
	OR EXISTS (SELECT 1 FROM feeds WHERE work_at <= $1)
	OR EXISTS (SELECT 1 FROM articles WHERE erase_at <= $1)
	OR EXISTS (SELECT 1 FROM installations WHERE erase_at <= $1)
	OR EXISTS (SELECT 1 FROM items WHERE text <> '' AND found_at <= $2)
	OR EXISTS (SELECT 1 FROM occurrences WHERE ` + pasted + ` AND created_at <= $2)
	OR EXISTS (SELECT 1 FROM spent WHERE day < $3)`

// ClaimDue claims up to limit rows of each kind whose time has come, and has
// them enqueued. For a schedule, its occurrences, their jobs and its next time
// are one transaction. What is kept no longer is erased. It returns how many
// rows it claimed or erased, but for sweeps; when that is not 0 there may be more.
func (db *DB) ClaimDue(ctx context.Context, now time.Time, limit int, plan func(bot.Schedule, time.Time) bot.Claim, enqueue Enqueue) (int, error) {
	var due bool
	if err := db.r.QueryRowContext(ctx, anyDue, now.UnixMilli(), now.Add(-bot.KeepText).UnixMilli(), now.Add(-bot.KeepSpent).UnixMilli()).Scan(&due); err != nil || !due {
		return 0, err
	}
	n := 0
	err := db.beside(ctx, func(t Tx) error {
		claimed, err := db.claimSchedules(ctx, t, now, limit, plan, enqueue)
		n += claimed
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("claim schedules: %w", err)
	}
	err = db.write(ctx, func(tx *sql.Tx) error {
		claimed, err := claimDrafts(ctx, tx, now, limit)
		n += claimed
		return err
	})
	if err != nil {
		return n, fmt.Errorf("claim drafts: %w", err)
	}
	const ofTenant = `platform, workspace`
	for _, w := range []struct{ kind, table, of string }{
		{bot.WorkOccurrence, "occurrences", ofTenant}, {bot.WorkDiscussion, "discussions", ofTenant}, {bot.WorkPost, "posts", ofTenant},
		{bot.WorkNotice, "notices", ofTenant}, {bot.WorkFeed, "feeds", `'', ''`},
	} {
		err := db.beside(ctx, func(t Tx) error {
			rows, err := t.tx.QueryContext(ctx, `UPDATE `+w.table+` SET work_at = $1
				WHERE id IN (SELECT id FROM `+w.table+` WHERE work_at <= $2 ORDER BY work_at LIMIT $3`+db.skipLocked()+`) RETURNING id, `+w.of,
				ms(now.Add(sweepAfter)), now.UnixMilli(), limit)
			due, err := collect(rows, err, scanDue)
			n += len(due)
			if err != nil || len(due) == 0 {
				return err
			}
			return enqueue(ctx, t, w.kind, due)
		})
		if err != nil {
			return n, fmt.Errorf("claim %s: %w", w.table, err)
		}
	}
	if err := db.beside(ctx, func(t Tx) error { return db.claimSweeps(ctx, t, now, enqueue) }); err != nil {
		return n, fmt.Errorf("claim sweeps: %w", err)
	}
	erased, err := db.EraseDue(ctx, now)
	if err != nil {
		return n, fmt.Errorf("erase what is kept no longer: %w", err)
	}
	return n + erased, nil
}

func scanID(s scanner) (id bot.ID, err error) { return id, s.Scan(&id) }

func (db *DB) claimSchedules(ctx context.Context, t Tx, now time.Time, limit int, plan func(bot.Schedule, time.Time) bot.Claim, enqueue Enqueue) (int, error) {
	tx := t.tx
	// Where the bot was removed, nothing falls due, whoever set it going meanwhile.
	if err := pauseGone(ctx, tx, `next_at <= $2 OR resume_at <= $2`, now.UnixMilli()); err != nil {
		return 0, err
	}
	// Each part reads its index only as far as the limit, however many are due.
	rows, err := tx.QueryContext(ctx, `SELECT `+scheduleColumns+` FROM schedules WHERE id IN (
		SELECT id FROM (SELECT id FROM schedules WHERE next_at <= $1 ORDER BY next_at LIMIT $2`+db.skipLocked()+`) AS due
		UNION ALL SELECT id FROM (SELECT id FROM schedules WHERE resume_at <= $1 ORDER BY resume_at LIMIT $2`+db.skipLocked()+`) AS resumed)`, now.UnixMilli(), limit)
	due, err := collect(rows, err, scanSchedule)
	if err != nil || len(due) == 0 {
		return 0, err
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
		for _, t := range c.Troubles {
			if err := noteTrouble(ctx, tx, t); err != nil {
				return nil, err
			}
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

// values collects rows for a VALUES list.
type values struct{ args []any }

func (v *values) add(row ...any) { v.args = append(v.args, row...) }

type valuesPart struct {
	text string
	args []any
}

// parts divides the rows into lists of at most 500, with numbered marks. The
// first row of each says the types: PostgreSQL takes a mark alone for text.
func (v *values) parts(types ...string) []valuesPart {
	const most = 500
	columns := len(types)
	var out []valuesPart
	for rest := v.args; len(rest) > 0; {
		n := min(len(rest)/columns, most)
		var b strings.Builder
		for i := range n * columns {
			switch {
			case i%columns == 0 && i > 0:
				b.WriteString("), (")
			case i%columns == 0:
				b.WriteString("(")
			default:
				b.WriteString(", ")
			}
			if i < columns {
				fmt.Fprintf(&b, "CAST($%d AS %s)", i+1, types[i])
			} else {
				fmt.Fprintf(&b, "$%d", i+1)
			}
		}
		b.WriteString(")")
		out = append(out, valuesPart{b.String(), rest[:n*columns]})
		rest = rest[n*columns:]
	}
	return out
}
