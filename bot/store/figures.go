package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"colloquy/bot"
)

// figures counts, as rows of what is counted, by what, and how many. It reads
// only; states have no index of their own, since nothing else asks for them all.
const figures = `SELECT 'discussions', state, COUNT(*) FROM discussions GROUP BY state
	UNION ALL SELECT 'posts', state, COUNT(*) FROM posts GROUP BY state
	UNION ALL SELECT 'schedules', CASE WHEN paused THEN 'paused' ELSE 'running' END, COUNT(*) FROM schedules WHERE removed_at IS NULL GROUP BY paused
	UNION ALL SELECT 'installations', platform, COUNT(*) FROM installations WHERE gone_at IS NULL GROUP BY platform
	UNION ALL SELECT 'troubles', cause, COUNT(*) FROM troubles WHERE over_at IS NULL GROUP BY cause
	UNION ALL SELECT 'gaps', CASE WHEN listed THEN 'listed' ELSE 'unlisted' END, COUNT(*) FROM gaps GROUP BY listed
	UNION ALL SELECT 'digests', writer, COUNT(*) FROM digests GROUP BY writer
	UNION ALL SELECT 'fallbacks', fallback, COUNT(*) FROM discussions WHERE fallback <> '' GROUP BY fallback
	UNION ALL SELECT 'replies', '', COUNT(*) FROM replies WHERE NOT deleted`

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

// Overdue counts what should have been done before a moment and was not, by kind.
// What there is none of is not in it.
func (db *DB) Overdue(ctx context.Context, before time.Time) (map[string]int, error) {
	var parts []string
	for _, o := range overdue {
		parts = append(parts, fmt.Sprintf(`SELECT '%s', COUNT(*) FROM %s WHERE %s < $1`, o.kind, o.table, o.column))
	}
	rows, err := db.r.QueryContext(ctx, strings.Join(parts, ` UNION ALL `), ms(before))
	counts := map[string]int{}
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var kind string
		var n int
		if err := s.Scan(&kind, &n); err != nil {
			return none, err
		}
		if n > 0 {
			counts[kind] = n
		}
		return none, nil
	})
	return counts, writeProblem(err)
}

// Figures counts what is stored.
func (db *DB) Figures(ctx context.Context, now time.Time) (bot.Figures, error) {
	f := bot.Figures{}
	var err error
	if f.Overdue, err = db.Overdue(ctx, now.Add(time.Millisecond-bot.OverdueAfter)); err != nil {
		return f, err
	}
	maps := map[string]*map[string]int{
		"discussions": &f.Discussions, "posts": &f.Posts, "schedules": &f.Schedules, "installations": &f.Installations,
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
