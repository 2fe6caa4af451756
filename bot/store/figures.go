package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"colloquy/bot"
)

// figures counts, as rows of what is counted, by what, and how many. It reads
// only; states have no index of their own, since nothing else asks for them all.
const figures = `SELECT 'discussions', state, COUNT(*) FROM discussions GROUP BY state
	UNION ALL SELECT 'schedules', CASE WHEN paused THEN 'paused' ELSE 'running' END, COUNT(*) FROM schedules WHERE removed_at IS NULL GROUP BY paused
	UNION ALL SELECT 'installations', platform, COUNT(*) FROM installations WHERE gone_at IS NULL GROUP BY platform
	UNION ALL SELECT 'troubles', cause, COUNT(*) FROM troubles WHERE over_at IS NULL GROUP BY cause
	UNION ALL SELECT 'gaps', CASE WHEN listed THEN 'listed' ELSE 'unlisted' END, COUNT(*) FROM gaps GROUP BY listed
	UNION ALL SELECT 'digests', writer, COUNT(*) FROM digests GROUP BY writer
	UNION ALL SELECT 'fallbacks', fallback, COUNT(*) FROM discussions WHERE fallback <> '' GROUP BY fallback
	UNION ALL SELECT 'to_list', platform, COUNT(*) FROM discussions WHERE list_thread AND state IN ('posting', 'open', 'closing', 'closed') GROUP BY platform
	UNION ALL SELECT 'replies', '', COUNT(*) FROM replies WHERE NOT deleted`

// Two things at once: posts by state and platform, and River's jobs by state and queue.
const (
	postFigures = `SELECT state, platform, COUNT(*) FROM posts GROUP BY state, platform`
	jobFigures  = `SELECT CAST(state AS TEXT), queue, COUNT(*) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY state, queue`
)

// KindSchedule is what [DB.Overdue] calls schedules, beside the kinds of work.
const KindSchedule = "schedule"

// overdue are the columns that say when something of a kind is due. Sweeps may
// wait: they are spread over the day on purpose.
var overdue = []struct{ kind, table, column string }{
	{KindSchedule, "schedules", "next_at"},
	{bot.WorkOccurrence, "occurrences", "work_at"},
	{bot.WorkDiscussion, "discussions", "work_at"},
	{bot.WorkPost, "posts", "work_at"},
	{bot.WorkNotice, "notices", "work_at"},
	{bot.WorkFeed, "feeds", "work_at"},
}

// Overdue counts what should have been done before a moment and was not, by kind,
// and says since when the oldest should have been. What there is none of is not in them.
func (db *DB) Overdue(ctx context.Context, before time.Time) (counts map[string]int, since map[string]time.Time, err error) {
	var parts []string
	for _, o := range overdue {
		parts = append(parts, fmt.Sprintf(`SELECT '%s', COUNT(*), MIN(%s) FROM %s WHERE %s < $1`, o.kind, o.column, o.table, o.column))
	}
	rows, err := db.r.QueryContext(ctx, strings.Join(parts, ` UNION ALL `), ms(before))
	counts, since = map[string]int{}, map[string]time.Time{}
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var kind string
		var n int
		var first sql.NullInt64
		if err := s.Scan(&kind, &n, &first); err != nil {
			return none, err
		}
		if n > 0 {
			counts[kind], since[kind] = n, at(first)
		}
		return none, nil
	})
	return counts, since, writeProblem(err)
}

// Figures counts what is stored.
func (db *DB) Figures(ctx context.Context, now time.Time) (bot.Figures, error) {
	f := bot.Figures{Oldest: map[string]time.Duration{}}
	var err error
	var since map[string]time.Time
	if f.Overdue, since, err = db.Overdue(ctx, now.Add(time.Millisecond-bot.OverdueAfter)); err != nil {
		return f, err
	}
	for kind, t := range since {
		f.Oldest[kind] = now.Sub(t)
	}
	if f.Posts, err = db.countBy(ctx, postFigures); err != nil {
		return f, err
	}
	if f.Jobs, err = db.countBy(ctx, jobFigures); err != nil && !missingTable(err) { // nothing has served here yet
		return f, err
	}
	maps := map[string]*map[string]int{
		"discussions": &f.Discussions, "to_list": &f.ToList, "schedules": &f.Schedules, "installations": &f.Installations,
		"troubles": &f.Troubles, "gaps": &f.Gaps, "digests": &f.Digests, "fallbacks": &f.Fallbacks,
	}
	for _, m := range maps {
		*m = map[string]int{}
	}
	rows, err := db.r.QueryContext(ctx, figures)
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var what, by string
		var n int
		if err := s.Scan(&what, &by, &n); err != nil {
			return none, err
		}
		if m := maps[what]; m == nil {
			f.Replies = n
		} else if n > 0 {
			(*m)[by] = n
		}
		return none, nil
	})
	if err != nil {
		return f, err
	}
	f.Spent, err = db.spentBy(ctx)
	return f, err
}

// countBy counts by two labels.
func (db *DB) countBy(ctx context.Context, query string) (map[bot.Labels]int, error) {
	rows, err := db.r.QueryContext(ctx, query)
	out := map[bot.Labels]int{}
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var by bot.Labels
		var n int
		if err := s.Scan(&by[0], &by[1], &n); err != nil {
			return none, err
		}
		out[by] = n
		return none, nil
	})
	return out, err
}
