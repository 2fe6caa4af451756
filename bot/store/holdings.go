package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

// Holdings are how much is stored of an installation.
type Holdings struct {
	Schedules   int // without removed ones
	Paused      int // of these
	Feeds       int // of its channels
	Queued      int // articles put on lists by hand
	Occurrences int
	Discussions int
	Open        int // of these
	Replies     int // without deleted ones
	People      int // who wrote them
	Recaps      int
	Managers    int       // named by hand
	Latest      time.Time // when the latest discussion began
}

// Tenants lists every installation of which something is stored, also one that
// never said so, like the console.
func (db *DB) Tenants(ctx context.Context) ([]bot.Installation, error) {
	known, err := db.Installations(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, i := range known {
		listed[i.String()] = true
	}
	rows, err := db.r.QueryContext(ctx, `SELECT platform, workspace FROM schedules UNION SELECT platform, workspace FROM discussions
		UNION SELECT platform, workspace FROM occurrences UNION SELECT platform, workspace FROM channel_feeds UNION SELECT platform, workspace FROM added
		ORDER BY platform, workspace`)
	others, err := collect(rows, err, func(s scanner) (i bot.Installation, err error) { return i, s.Scan(&i.Platform, &i.Workspace) })
	for _, i := range others {
		if !listed[i.String()] {
			known = append(known, i)
		}
	}
	return known, err
}

// Holdings counts what is stored of an installation.
func (db *DB) Holdings(ctx context.Context, platform, workspace string) (h Holdings, err error) {
	const of = ` WHERE platform = $1 AND workspace = $2`
	var latest sql.NullInt64
	err = db.r.QueryRowContext(ctx, `SELECT
			(SELECT COUNT(*) FROM schedules`+of+` AND removed_at IS NULL), (SELECT COUNT(*) FROM schedules`+of+` AND removed_at IS NULL AND paused),
			(SELECT COUNT(DISTINCT feed_id) FROM channel_feeds`+of+`), (SELECT COUNT(*) FROM added`+of+` AND taken_at IS NULL AND removed_at IS NULL),
			(SELECT COUNT(*) FROM occurrences`+of+`), (SELECT COUNT(*) FROM discussions`+of+`),
			(SELECT COUNT(*) FROM discussions`+of+` AND state IN ('posting', 'open')),
			(SELECT COUNT(*) FROM replies`+of+` AND NOT deleted), (SELECT COUNT(DISTINCT author_id) FROM replies`+of+` AND NOT deleted),
			(SELECT COUNT(*) FROM recaps WHERE `+inDiscussions+`), (SELECT COUNT(*) FROM managers`+of+`), (SELECT MAX(created_at) FROM discussions`+of+`)`,
		platform, workspace).Scan(&h.Schedules, &h.Paused, &h.Feeds, &h.Queued, &h.Occurrences, &h.Discussions, &h.Open, &h.Replies, &h.People,
		&h.Recaps, &h.Managers, &latest)
	h.Latest = at(latest)
	return h, writeProblem(err)
}

// A Manager is a person or a role that was named as manager of an installation.
type Manager struct {
	Kind string `json:"kind"` // person, role
	ID   string `json:"id"`
}

// NamedManagers lists those of an installation.
func (db *DB) NamedManagers(ctx context.Context, platform, workspace string) ([]Manager, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT kind, id FROM managers WHERE platform = $1 AND workspace = $2 ORDER BY created_at, kind, id`, platform, workspace)
	return collect(rows, err, func(s scanner) (m Manager, err error) { return m, s.Scan(&m.Kind, &m.ID) })
}

// A Queued is an article that was put on the list of a channel by hand.
type Queued struct {
	ID      bot.ID
	Channel bot.Channel
	URL     string
}

// Queued lists those of an installation that were not taken yet, first in first.
func (db *DB) Queued(ctx context.Context, platform, workspace string) ([]Queued, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT id, platform, workspace, channel, url FROM added
		WHERE platform = $1 AND workspace = $2 AND taken_at IS NULL AND removed_at IS NULL ORDER BY channel, place, created_at, id`, platform, workspace)
	return collect(rows, err, func(s scanner) (q Queued, err error) {
		return q, s.Scan(&q.ID, &q.Channel.Platform, &q.Channel.Workspace, &q.Channel.ID, &q.URL)
	})
}

// OfInstallation gives the ids of the rows of an installation in one of
// schedules, feeds, occurrences and discussions, oldest first.
func (db *DB) OfInstallation(ctx context.Context, table, platform, workspace string) ([]bot.ID, error) {
	query := `SELECT id FROM ` + table + ` WHERE platform = $1 AND workspace = $2 ORDER BY created_at, id`
	if table == "feeds" {
		query = `SELECT DISTINCT f.id, f.created_at FROM feeds f JOIN channel_feeds c ON c.feed_id = f.id WHERE c.platform = $1 AND c.workspace = $2 ORDER BY f.created_at, f.id`
	}
	rows, err := db.r.QueryContext(ctx, query, platform, workspace)
	return collect(rows, err, func(s scanner) (id bot.ID, err error) {
		if table == "feeds" {
			var created int64
			return id, s.Scan(&id, &created)
		}
		return id, s.Scan(&id)
	})
}
