package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"colloquy/bot"
)

// What falls due beside the kinds of work.
const (
	dueSchedules = "schedules"
	dueResumed   = "resumed schedules"
	dueDrafts    = "drafts"
	dueSweeps    = "sweeps"
	dueErasures  = "erasures"
)

// firsts are the earliest times at which something falls due, each read from the
// beginning of an index. It is not asked whether there are rows before a moment:
// PostgreSQL plans once for all moments, takes a third of the rows to lie before any,
// and would find none by reading them all.
var firsts = []struct {
	what, column, from string
	kept               time.Duration // for how long it is kept after that
}{
	{dueSchedules, "next_at", `schedules WHERE next_at IS NOT NULL`, 0},
	{dueResumed, "resume_at", `schedules WHERE resume_at IS NOT NULL`, 0},
	{dueDrafts, "draft_at", `schedules WHERE draft_at IS NOT NULL`, 0},
	{bot.WorkOccurrence, "work_at", `occurrences WHERE work_at IS NOT NULL`, 0},
	{bot.WorkDiscussion, "work_at", `discussions WHERE work_at IS NOT NULL`, 0},
	{bot.WorkPost, "work_at", `posts WHERE work_at IS NOT NULL`, 0},
	{bot.WorkNotice, "work_at", `notices WHERE work_at IS NOT NULL`, 0},
	{bot.WorkFeed, "work_at", `feeds WHERE work_at IS NOT NULL`, 0},
	{dueSweeps, "sweep_at", `discussions WHERE sweep_at IS NOT NULL`, 0},
	{dueErasures, "erase_at", `articles WHERE erase_at IS NOT NULL`, 0},
	{dueErasures, "erase_at", `installations WHERE erase_at IS NOT NULL`, 0},
	{dueErasures, "found_at", `items WHERE text <> ''`, bot.KeepText},
	{dueErasures, "created_at", `occurrences WHERE ` + pasted, bot.KeepText},
	{dueErasures, "day", `spent`, bot.KeepSpent},
}

// lookQuery asks for all of them at once.
func lookQuery() string {
	parts := make([]string, len(firsts))
	for i, f := range firsts {
		parts[i] = `(SELECT ` + f.column + ` FROM ` + f.from + ` ORDER BY ` + f.column + ` LIMIT 1)`
	}
	return `SELECT ` + strings.Join(parts, ", ")
}

// look is one cheap look at what a tick has to do. It sees what nobody else is
// claiming at this moment as well, so less may be left.
func (db *DB) look(ctx context.Context, now time.Time) (map[string]bool, error) {
	first, into := make([]sql.NullInt64, len(firsts)), make([]any, len(firsts))
	for i := range first {
		into[i] = &first[i]
	}
	if err := db.r.QueryRowContext(ctx, lookQuery()).Scan(into...); err != nil {
		return nil, writeProblem(err)
	}
	due := map[string]bool{}
	for i, f := range firsts {
		if first[i].Valid && first[i].Int64 <= now.Add(-f.kept).UnixMilli() {
			due[f.what] = true
		}
	}
	return due, nil
}
