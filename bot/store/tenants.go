package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"colloquy/bot"
)

// beingErased stands in the place of the time at which an installation is
// erased, once that has begun: then it goes on, whatever happens meanwhile.
const beingErased = "0"

// eraseGone erases some rows of one installation whose time has come, and
// returns how many steps that were; when that is not 0 there may be more.
func (db *DB) eraseGone(ctx context.Context, now time.Time) (int, error) {
	rows, err := db.r.QueryContext(ctx, selectInstallation+`WHERE erase_at <= $1 ORDER BY erase_at, platform, workspace LIMIT 1`, ms(now))
	due, err := collect(rows, err, scanInstallation)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	_, err = db.EraseInstallation(ctx, due[0].Platform, due[0].Workspace, now, bot.Audit{Actor: "retention"})
	return 1, err
}

// EraseInstallation erases some of what is stored of an installation and reports
// whether that was the last of it. Called first, it writes into ledger and
// audit that everything of it is erased; by is who wants it. Once begun, the
// tick goes on with it.
func (db *DB) EraseInstallation(ctx context.Context, platform, workspace string, now time.Time, by bot.Audit) (done bool, err error) {
	i := bot.Installation{Platform: platform, Workspace: workspace}
	err = db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		begun, err := changed(tx.ExecContext(ctx, `INSERT INTO installations (platform, workspace, name, created_at, erase_at) VALUES ($1, $2, '', $3, `+beingErased+`)
			ON CONFLICT (platform, workspace) DO UPDATE SET erase_at = `+beingErased+` WHERE installations.erase_at IS NULL OR installations.erase_at <> `+beingErased,
			platform, workspace, ms(now)))
		if err != nil {
			return err
		}
		if begun {
			n.note(entry{Did: didInstallation, Platform: platform, Workspace: workspace})
			by.ID, by.At, by.Action, by.Target = bot.NewID(now), now, "installation_erase", i.String()
			if err := writeAudit(ctx, tx, by); err != nil {
				return err
			}
			if _, err := eraseCredentials(ctx, tx, n, platform, workspace); err != nil {
				return err
			}
			return linkFeeds(ctx, tx, platform, workspace)
		}
		left, err := eraseRows(ctx, tx, platform, workspace, now)
		if err != nil || left {
			return err
		}
		done = true
		return exec(ctx, tx, `DELETE FROM installations WHERE platform = $1 AND workspace = $2`, platform, workspace)
	})
	return done, err
}

// linkFeeds links the feeds that schedules name to their channels, if they are
// not: then the links alone say which feeds an installation uses.
func linkFeeds(ctx context.Context, tx *sql.Tx, platform, workspace string) error {
	rows, err := tx.QueryContext(ctx, `SELECT `+scheduleColumns+` FROM schedules WHERE platform = $1 AND workspace = $2`, platform, workspace)
	schedules, err := collect(rows, err, scanSchedule)
	if err != nil {
		return err
	}
	for _, s := range schedules {
		for _, f := range s.Feeds {
			if err := exec(ctx, tx, `INSERT INTO channel_feeds (platform, workspace, channel, feed_id) SELECT $1, $2, $3, id FROM feeds WHERE id = $4
				ON CONFLICT (platform, workspace, channel, feed_id) DO NOTHING`, platform, workspace, s.Channel.ID, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// inDiscussions are the rows of a table that belong to discussions of an installation.
const inDiscussions = `discussion_id IN (SELECT id FROM discussions WHERE platform = $1 AND workspace = $2)`

// erasures remove the rows of an installation, in the order that references
// among them allow. Each takes some rows at once.
var erasures = []struct{ table, where string }{
	{"gaps", inDiscussions},
	{"recaps", inDiscussions},
	{"ledger_posts", inDiscussions},
	{"posts", `platform = $1 AND workspace = $2 OR draft_id IN (SELECT f.id FROM drafts f JOIN schedules s ON s.id = f.schedule_id WHERE s.platform = $1 AND s.workspace = $2)`},
	{"replies", `platform = $1 AND workspace = $2`},
	{"discussions", `platform = $1 AND workspace = $2`},
	{"drafts", `schedule_id IN (SELECT id FROM schedules WHERE platform = $1 AND workspace = $2)`},
	{"refusals", `platform = $1 AND workspace = $2`},
	{"occurrences", `platform = $1 AND workspace = $2`},
	{"added", `platform = $1 AND workspace = $2`},
	{"managers", `platform = $1 AND workspace = $2`},
	{"troubles", `platform = $1 AND workspace = $2`},
	{"notices", `platform = $1 AND workspace = $2`},
	{"audit", `platform = $1 AND workspace = $2`},
	{"spent", `platform = $1 AND workspace = $2`},
	{"ledger_openings", `platform = $1 AND workspace = $2`},
	{"ledger_exclusions", `platform = $1 AND workspace = $2`},
}

// eraseRows erases some rows of an installation; left is false when there were none.
func eraseRows(ctx context.Context, tx *sql.Tx, platform, workspace string, now time.Time) (left bool, err error) {
	for _, e := range erasures {
		n, err := eraseFrom(ctx, tx, e.table, e.where, platform, workspace, now)
		if err != nil {
			return false, fmt.Errorf("%s: %w", e.table, err)
		}
		if n > 0 {
			return true, nil
		}
	}
	if left, err = eraseFeed(ctx, tx, platform, workspace); err != nil || left {
		return left, err
	}
	scope := bot.Installation{Platform: platform, Workspace: workspace}.String()
	for _, q := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM schedules WHERE platform = $1 AND workspace = $2`, []any{platform, workspace}},
		{`DELETE FROM scopes WHERE scope = $1 AND $2 <> ''`, []any{scope, workspace}},
		{`DELETE FROM hearers WHERE scope = $1 AND $2 <> ''`, []any{scope, workspace}},
	} {
		if err := exec(ctx, tx, q.text, q.args...); err != nil {
			return false, err
		}
	}
	return false, nil
}

// eraseFrom erases some rows of one table. Articles that were discussed there
// and nowhere else are due to be erased as well.
func eraseFrom(ctx context.Context, tx *sql.Tx, table, where, platform, workspace string, now time.Time) (int, error) {
	key, article := "id", "''"
	switch table {
	case "refusals":
		key = "occurrence_id"
	case "ledger_posts":
		key = "key"
	case "managers", "troubles", "spent", "ledger_exclusions": // few, and without a key of one column
		key = "platform"
	case "ledger_openings":
		key = "discussion_id"
	case "discussions", "drafts":
		article = "article_id"
	}
	rows, err := tx.QueryContext(ctx, `DELETE FROM `+table+` WHERE (`+where+`) AND `+key+` IN (SELECT `+key+` FROM `+table+` WHERE `+where+` LIMIT 200) RETURNING `+article,
		platform, workspace)
	gone, err := collect(rows, err, scanID)
	if err != nil || article == "''" {
		return len(gone), err
	}
	for _, id := range gone {
		if err := exec(ctx, tx, `UPDATE articles SET erase_at = $1 WHERE id = $2
			AND NOT EXISTS (SELECT 1 FROM discussions WHERE article_id = articles.id) AND NOT EXISTS (SELECT 1 FROM drafts WHERE article_id = articles.id)`, ms(now), id); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// eraseFeed takes one feed off an installation. One that nobody else uses, and
// that is not declared, goes with its items, some at a time.
func eraseFeed(ctx context.Context, tx *sql.Tx, platform, workspace string) (bool, error) {
	var id bot.ID
	var kept bool
	err := tx.QueryRowContext(ctx, `SELECT f.id, f.declared
			OR EXISTS (SELECT 1 FROM channel_feeds o WHERE o.feed_id = f.id AND NOT (o.platform = $1 AND o.workspace = $2))
			OR EXISTS (SELECT 1 FROM schedules s WHERE s.removed_at IS NULL AND NOT (s.platform = $1 AND s.workspace = $2) AND s.feeds LIKE '%"' || f.id || '"%')
		FROM channel_feeds c JOIN feeds f ON f.id = c.feed_id WHERE c.platform = $1 AND c.workspace = $2 LIMIT 1`, platform, workspace).Scan(&id, &kept)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if kept {
		return true, exec(ctx, tx, `DELETE FROM channel_feeds WHERE platform = $1 AND workspace = $2 AND feed_id = $3`, platform, workspace, id)
	}
	more, err := changed(tx.ExecContext(ctx, `DELETE FROM items WHERE id IN (SELECT id FROM items WHERE feed_id = $1 LIMIT 200)`, id))
	if err != nil || more {
		return true, err
	}
	return true, exec(ctx, tx, `DELETE FROM feeds WHERE id = $1`, id)
}
