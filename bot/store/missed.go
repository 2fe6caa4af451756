package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

// mostMissed is how many gaps of one discussion that were missed while somebody
// listened are kept apart; further ones go on from the last.
const mostMissed = 50

// WriteMissed implements [bot.Store]. What touches a gap that was written in the
// same way goes on in that, so that a thousand events which cannot be read are
// one gap.
func (db *DB) WriteMissed(ctx context.Context, where bot.Channel, from, now time.Time) (n int, err error) {
	of := gapMaker{
		scope: bot.Installation{Platform: where.Platform, Workspace: where.Workspace}.String(),
		heard: min(from.UnixMilli(), now.UnixMilli()), // the clock of a platform may be ahead
		join:  joinMissed,
	}
	err = db.write(ctx, func(tx *sql.Tx) error {
		n, err = writeGaps(ctx, tx, of, now, `d.platform = $2 AND d.workspace = $3 AND ($4 = '' OR d.channel = $4)`, where.Platform, where.Workspace, where.ID)
		return err
	})
	return n, err
}

// joinMissed begins a gap where one of another scope ends that it lies in: what
// happened before then is missed, or was listed, by that. It takes the gaps of its
// own scope away that it touches, and goes on from them.
func joinMissed(ctx context.Context, tx *sql.Tx, of gapMaker, discussion bot.ID, g gapRow) (gapRow, error) {
	type row struct {
		id, scope           string
		from, to, recovered int64
	}
	rows, err := tx.QueryContext(ctx, `SELECT id, scope, from_at, to_at, recovered FROM gaps WHERE discussion_id = $1 ORDER BY from_at, to_at`, discussion)
	list, err := collect(rows, err, func(s scanner) (r row, err error) { return r, s.Scan(&r.id, &r.scope, &r.from, &r.to, &r.recovered) })
	if err != nil {
		return g, err
	}
	var own []row
	for _, r := range list {
		switch {
		case r.scope == of.scope:
			own = append(own, r)
		case r.from <= g.from && g.from < r.to:
			g.from = r.to
		}
	}
	for i, r := range own {
		if r.to < g.from && (i < len(own)-1 || len(own) < mostMissed) {
			continue
		}
		if err := exec(ctx, tx, `DELETE FROM gaps WHERE id = $1`, r.id); err != nil {
			return g, err
		}
		g.from, g.recovered = min(g.from, r.from), g.recovered+r.recovered
	}
	return g, nil
}
