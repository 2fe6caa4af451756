package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

const sumsSpent = `calls, input, cache_read, cache_write, output, cost`

// AddSpent implements [bot.Store].
func (db *DB) AddSpent(ctx context.Context, s bot.Spending) error {
	return db.beside(ctx, func(t Tx) error { // one row, to which each adds in its turn
		return exec(ctx, t.tx, `INSERT INTO spent (day, platform, workspace, kind, writer, model, `+sumsSpent+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (day, platform, workspace, kind, writer, model) DO UPDATE SET calls = spent.calls + excluded.calls,
				input = spent.input + excluded.input, cache_read = spent.cache_read + excluded.cache_read,
				cache_write = spent.cache_write + excluded.cache_write, output = spent.output + excluded.output, cost = spent.cost + excluded.cost`,
			ms(bot.SpentDay(s.Day)), s.Platform, s.Workspace, s.Kind, s.Writer, s.Model,
			s.Calls, s.Input, s.CacheRead, s.CacheWrite, s.Output, s.Cost)
	})
}

// SpentOn implements [bot.Store].
func (db *DB) SpentOn(ctx context.Context, platform, workspace string, day time.Time) (bot.Spent, error) {
	var s bot.Spent
	err := db.r.QueryRowContext(ctx, `SELECT COALESCE(SUM(calls), 0), COALESCE(SUM(input), 0), COALESCE(SUM(cache_read), 0),
			COALESCE(SUM(cache_write), 0), COALESCE(SUM(output), 0), COALESCE(SUM(cost), 0)
		FROM spent WHERE day = $1 AND platform = $2 AND workspace = $3`, ms(bot.SpentDay(day)), platform, workspace).
		Scan(&s.Calls, &s.Input, &s.CacheRead, &s.CacheWrite, &s.Output, &s.Cost)
	return s, writeProblem(err)
}

// Spendings implements [bot.Store].
func (db *DB) Spendings(ctx context.Context, platform, workspace string, since time.Time) ([]bot.Spending, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT day, platform, workspace, kind, writer, model, `+sumsSpent+` FROM spent
		WHERE day >= $1 AND ($2 = '' OR platform = $2 AND workspace = $3) ORDER BY day, platform, workspace, kind, writer, model`,
		bot.SpentDay(since).UnixMilli(), platform, workspace)
	return collect(rows, err, func(s scanner) (v bot.Spending, err error) {
		var day sql.NullInt64
		err = s.Scan(&day, &v.Platform, &v.Workspace, &v.Kind, &v.Writer, &v.Model,
			&v.Calls, &v.Input, &v.CacheRead, &v.CacheWrite, &v.Output, &v.Cost)
		v.Day = at(day)
		return v, err
	})
}

// spentBy sums up all that is known to be spent, by writer and kind.
func (db *DB) spentBy(ctx context.Context) ([]bot.Spending, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT writer, kind, SUM(calls), SUM(input), SUM(cache_read), SUM(cache_write), SUM(output), SUM(cost)
		FROM spent GROUP BY writer, kind ORDER BY writer, kind`)
	return collect(rows, err, func(s scanner) (v bot.Spending, err error) {
		return v, s.Scan(&v.Writer, &v.Kind, &v.Calls, &v.Input, &v.CacheRead, &v.CacheWrite, &v.Output, &v.Cost)
	})
}

// eraseSpent erases what was spent on days that are kept no longer.
func eraseSpent(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM spent WHERE day IN (SELECT day FROM spent WHERE day < $1 ORDER BY day LIMIT 1)`, ms(now.Add(-bot.KeepSpent)))
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
