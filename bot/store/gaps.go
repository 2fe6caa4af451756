package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// Gaps implements [bot.Store].
func (db *DB) Gaps(ctx context.Context, discussion bot.ID) ([]bot.Gap, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT id, discussion_id, scope, from_at, to_at, recovered, listed FROM gaps
		WHERE discussion_id = $1 ORDER BY from_at, id`, discussion)
	return collect(rows, err, scanGap)
}

func scanGap(s scanner) (g bot.Gap, err error) {
	var from, to sql.NullInt64
	err = s.Scan(&g.ID, &g.DiscussionID, &g.Scope, &from, &to, &g.Recovered, &g.Listed)
	g.From, g.To = at(from), at(to)
	return g, err
}

// recordFor is how long after its closing a discussion is listed after a gap;
// later, that is left to the daily sweep.
const recordFor = 7 * 24 * time.Hour

// aliveAt is until when a scope was heard; 0 if it never was.
func aliveAt(ctx context.Context, tx *sql.Tx, scope string) (int64, error) {
	var alive int64
	err := tx.QueryRowContext(ctx, `SELECT alive_at FROM scopes WHERE scope = $1`, scope).Scan(&alive)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return alive, err
}

// stillRecorded are the discussions whose replies are recorded. Those that are
// closed are looked up by themselves, so that the ones of long ago are not read.
const stillRecorded = ` AND d.state IN ('posting', 'open', 'closing', 'closed') AND d.opened_at IS NOT NULL AND d.lost_at IS NULL`

// A gapMaker says which gaps are written.
type gapMaker struct {
	scope string
	heard int64 // until when nothing was missed
	// join takes away the gaps of a discussion that one which begins then takes the
	// place of, and returns that one.
	join func(ctx context.Context, tx *sql.Tx, of gapMaker, discussion bot.ID, g gapRow) (gapRow, error)
}

// A gapRow is what of a gap depends on the discussion.
type gapRow struct {
	since     int64 // when the scope of its installation became what it is; 0: always
	from      int64
	recovered int64
}

// writeGaps writes a gap, from when they were last heard until now, into each
// discussion d of an installation i that records, and asks for their listing. It returns how
// many there are. A gap does not begin before the scope of the installation was
// another: what was missed before then is a gap already, and goes on in this
// one. The arguments of the condition are numbered from $2.
func writeGaps(ctx context.Context, tx *sql.Tx, of gapMaker, now time.Time, whose string, args ...any) (int, error) {
	const which = `SELECT d.id, d.opened_at, COALESCE(i.scope_at, 0) FROM discussions d LEFT JOIN installations i ON i.platform = d.platform AND i.workspace = d.workspace WHERE `
	rows, err := tx.QueryContext(ctx, which+`d.closed_at > $1 AND `+whose+stillRecorded+` UNION ALL `+which+`d.closed_at IS NULL AND `+whose+stillRecorded,
		append([]any{ms(now.Add(-recordFor))}, args...)...)
	type row struct {
		id            bot.ID
		opened, since int64
	}
	list, err := collect(rows, err, func(s scanner) (r row, err error) { return r, s.Scan(&r.id, &r.opened, &r.since) })
	if err != nil {
		return 0, err
	}
	var gaps, due values
	for _, r := range list {
		g, err := of.join(ctx, tx, of, r.id, gapRow{since: r.since, from: max(r.opened, of.heard, r.since)})
		if err != nil {
			return 0, err
		}
		if g.from <= now.UnixMilli() { // also an empty one: a listing that is under way ends only the gaps from before it
			gaps.add(bot.NewID(now), r.id, of.scope, g.from, ms(now), g.recovered, false)
		}
		due.add(r.id, ms(now))
	}
	for _, part := range gaps.parts("TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BOOLEAN") {
		if err := exec(ctx, tx, `WITH v (id, discussion_id, scope, from_at, to_at, recovered, no) AS (VALUES `+part.text+`)
			INSERT INTO gaps (id, discussion_id, scope, from_at, to_at, recovered, listed, ended)
			SELECT id, discussion_id, scope, from_at, to_at, recovered, no, no FROM v`, part.args...); err != nil {
			return 0, err
		}
	}
	for _, part := range due.parts("TEXT", "BIGINT") {
		if err := exec(ctx, tx, `WITH v (id, at) AS (VALUES `+part.text+`)
			UPDATE discussions SET list_thread = TRUE, work_at = v.at FROM v WHERE discussions.id = v.id`, part.args...); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// joinGap takes a gap away that ends when the scope changed and that no listing
// has looked into, so that one which begins then can take its place.
func joinGap(ctx context.Context, tx *sql.Tx, _ gapMaker, discussion bot.ID, g gapRow) (gapRow, error) {
	if g.from != g.since {
		return g, nil
	}
	rows, err := tx.QueryContext(ctx, `DELETE FROM gaps WHERE discussion_id = $1 AND to_at = $2 AND NOT ended RETURNING from_at`, discussion, g.from)
	begins, err := collect(rows, err, func(s scanner) (at int64, err error) { return at, s.Scan(&at) })
	for _, at := range begins {
		g.from = min(g.from, at)
	}
	return g, err
}
