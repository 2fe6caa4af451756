package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"colloquy/bot"
)

const feedColumns = `id, name, url, found_url, title, declared, state, reason, etag, modified, failures, polled_at, ok_at, work_at, created_at, declared_at`

func scanFeed(s scanner) (bot.Feed, error) {
	var f bot.Feed
	var polled, ok, work, created sql.NullInt64
	err := s.Scan(&f.ID, &f.Name, &f.URL, &f.FoundURL, &f.Title, &f.Declared, &f.State, &f.Reason, &f.ETag, &f.Modified, &f.Failures,
		&polled, &ok, &work, &created, &f.DeclaredAt, &f.Items)
	f.PolledAt, f.OKAt, f.NextAt, f.CreatedAt = at(polled), at(ok), at(work), at(created)
	return f, err
}

const selectFeed = `SELECT ` + feedColumns + `, (SELECT COUNT(*) FROM items WHERE items.feed_id = feeds.id) FROM feeds `

// PutFeed implements [bot.Store].
func (db *DB) PutFeed(ctx context.Context, f bot.Feed, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := putFeed(ctx, tx, f); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

func putFeed(ctx context.Context, tx *sql.Tx, f bot.Feed) error {
	return exec(ctx, tx, `INSERT INTO feeds (`+feedColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, found_url = excluded.found_url, title = excluded.title, declared = excluded.declared,
			state = excluded.state, reason = excluded.reason, etag = excluded.etag, modified = excluded.modified,
			failures = excluded.failures, polled_at = excluded.polled_at, ok_at = excluded.ok_at, work_at = excluded.work_at,
			declared_at = excluded.declared_at`,
		f.ID, f.Name, f.URL, f.FoundURL, f.Title, f.Declared, f.State, f.Reason, f.ETag, f.Modified, f.Failures,
		ms(f.PolledAt), ms(f.OKAt), ms(f.NextAt), ms(f.CreatedAt), f.DeclaredAt)
}

// SetDeclaredAt implements [bot.Store].
func (db *DB) SetDeclaredAt(ctx context.Context, id bot.ID, place string) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"feeds", "schedules"} {
			if err := exec(ctx, tx, `UPDATE `+table+` SET declared_at = $1 WHERE id = $2`, place, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Feed implements [bot.Store].
func (db *DB) Feed(ctx context.Context, id bot.ID) (bot.Feed, error) {
	f, err := scanFeed(db.r.QueryRowContext(ctx, selectFeed+`WHERE id = $1`, id))
	return f, found(err, "feed", id)
}

// FeedByURL implements [bot.Store].
func (db *DB) FeedByURL(ctx context.Context, url string) (f bot.Feed, ok bool, err error) {
	rows, err := db.r.QueryContext(ctx, selectFeed+`WHERE url = $1`, url)
	list, err := collect(rows, err, scanFeed)
	if err != nil || len(list) == 0 {
		return f, false, err
	}
	return list[0], true, nil
}

// FindFeed takes a name, a URL, an id or a unique ending of one.
func (db *DB) FindFeed(ctx context.Context, ref string) (bot.Feed, error) {
	id, err := db.resolve(ctx, `feeds`, "feed", ` OR name = $1 OR url = $1`, ref)
	if err != nil {
		return bot.Feed{}, err
	}
	return db.Feed(ctx, id)
}

// RemoveFeed removes a feed and its items.
func (db *DB) RemoveFeed(ctx context.Context, id bot.ID, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `DELETE FROM feeds WHERE id = $1`, id); err != nil {
			return err
		}
		if err := dropTroubles(ctx, tx, id); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// LinkFeed implements [bot.Store]. A zero channel links nothing, and what is
// linked already is no line of the audit.
func (db *DB) LinkFeed(ctx context.Context, id bot.ID, ch bot.Channel, a bot.Audit) error {
	if ch.Platform == "" {
		return nil
	}
	return db.write(ctx, func(tx *sql.Tx) error {
		linked, err := changed(tx.ExecContext(ctx, `INSERT INTO channel_feeds (platform, workspace, channel, feed_id) VALUES ($1, $2, $3, $4)
			ON CONFLICT (platform, workspace, channel, feed_id) DO NOTHING`, ch.Platform, ch.Workspace, ch.ID, id))
		if err != nil || !linked {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// UnlinkFeed implements [bot.Store].
func (db *DB) UnlinkFeed(ctx context.Context, id bot.ID, ch bot.Channel, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `DELETE FROM channel_feeds WHERE platform = $1 AND workspace = $2 AND channel = $3 AND feed_id = $4`,
			ch.Platform, ch.Workspace, ch.ID, id); err != nil {
			return err
		}
		// Who has it no more need not hear how it is.
		if err := exec(ctx, tx, `DELETE FROM troubles WHERE subject = $1 AND platform = $2 AND workspace = $3
			AND NOT EXISTS (SELECT 1 FROM channel_feeds WHERE feed_id = $1 AND platform = $2 AND workspace = $3)`, id, ch.Platform, ch.Workspace); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// Feeds implements [bot.Store].
func (db *DB) Feeds(ctx context.Context, ch bot.Channel) ([]bot.Feed, error) {
	rows, err := db.r.QueryContext(ctx, selectFeed+`WHERE $1 = '' OR id IN (
			SELECT feed_id FROM channel_feeds WHERE platform = $1 AND workspace = $2 AND channel = $3)
		ORDER BY created_at, id`, ch.Platform, ch.Workspace, ch.ID)
	return collect(rows, err, scanFeed)
}

// ChannelFeeds implements [bot.Store].
func (db *DB) ChannelFeeds(ctx context.Context, ch bot.Channel) ([]bot.ID, error) {
	feeds, err := db.Feeds(ctx, ch.Parent())
	var ids []bot.ID
	for _, f := range feeds {
		ids = append(ids, f.ID)
	}
	return ids, err
}

// FeedPolled implements [bot.Store]. A feed that was removed while it was
// polled stays removed, and what a poll says nothing about is left as it is.
func (db *DB) FeedPolled(ctx context.Context, f bot.Feed, items []bot.Item, now time.Time) error {
	// Beside others: whoever polled the same feed waits for its row, and then sees
	// the items; what removes a feed runs alone.
	return db.beside(ctx, func(t Tx) error {
		tx := t.tx
		there, err := changed(tx.ExecContext(ctx, `UPDATE feeds SET found_url = $1, title = $2, state = $3, reason = $4, etag = $5, modified = $6,
			failures = $7, polled_at = $8, ok_at = $9, work_at = $10 WHERE id = $11`,
			f.FoundURL, f.Title, f.State, f.Reason, f.ETag, f.Modified, f.Failures, ms(f.PolledAt), ms(f.OKAt), ms(f.NextAt), f.ID))
		if err != nil || !there {
			return err
		}
		known, err := knownItems(ctx, tx, f.ID, items)
		if err != nil {
			return err
		}
		for place, it := range items {
			if err := known.put(ctx, tx, it, now, place); err != nil {
				return err
			}
		}
		return nil
	})
}

// known are items of a feed, by what they are known by: their guid, else their
// URL, else their content.
type known [3]map[string]bot.Item

// itemsAtOnce is how many items are looked up by one statement.
const itemsAtOnce = 500

// knownItems reads those of a feed that any of items may be.
func knownItems(ctx context.Context, tx *sql.Tx, feed bot.ID, items []bot.Item) (known, error) {
	k := known{{}, {}, {}}
	for some := range slices.Chunk(items, itemsAtOnce) {
		for by, column := range []string{"guid", "url", "hash"} {
			args, marks := []any{feed}, []string(nil)
			for _, it := range some {
				if value := knownBy(it)[by]; value != "" {
					args = append(args, value)
					marks = append(marks, "$"+strconv.Itoa(len(args)))
				}
			}
			if marks == nil {
				continue
			}
			rows, err := tx.QueryContext(ctx, `SELECT `+itemColumns+` FROM items WHERE feed_id = $1 AND `+column+` IN (`+strings.Join(marks, ", ")+`) ORDER BY found_at DESC, id`, args...)
			list, err := collect(rows, err, scanItem)
			if err != nil {
				return k, err
			}
			for _, it := range list {
				k.add(it)
			}
		}
	}
	return k, nil
}

func knownBy(it bot.Item) [3]string { return [3]string{it.GUID, it.URL, it.Hash} }

func (k known) add(it bot.Item) {
	for by, value := range knownBy(it) {
		k[by][value] = it
	}
}

// put stores an item unless the feed had it before. An item that is known keeps
// its row; its guid and URL are brought up to date, so that it is known the next
// time too.
func (k known) put(ctx context.Context, tx *sql.Tx, it bot.Item, now time.Time, place int) error {
	for by, value := range knownBy(it) {
		old, ok := k[by][value]
		if value == "" || !ok {
			continue
		}
		if knownBy(old) == knownBy(it) {
			return nil
		}
		for by, value := range knownBy(old) {
			delete(k[by], value)
		}
		old.GUID, old.URL, old.Hash = it.GUID, it.URL, it.Hash
		k.add(old)
		return exec(ctx, tx, `UPDATE items SET guid = $1, url = $2, hash = $3 WHERE id = $4`, it.GUID, it.URL, it.Hash, old.ID)
	}
	k.add(it)
	return exec(ctx, tx, `INSERT INTO items (`+itemColumns+`, found_at, place)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		it.ID, it.FeedID, it.GUID, it.URL, it.Hash, it.Title, it.Byline, it.Text, it.Seen, ms(it.Published), packList(it.Categories), ms(now), place)
}

const itemColumns = `id, feed_id, guid, url, hash, title, byline, text, seen, published_at, categories`

func scanItem(s scanner) (bot.Item, error) {
	var it bot.Item
	var published sql.NullInt64
	var categories string
	err := s.Scan(&it.ID, &it.FeedID, &it.GUID, &it.URL, &it.Hash, &it.Title, &it.Byline, &it.Text, &it.Seen, &published, &categories)
	if err != nil {
		return it, err
	}
	it.Published = at(published)
	return it, unpackList(categories, &it.Categories)
}

// newestFirst: by date, else by when it was found; in one poll as the feed has it.
const newestFirst = ` ORDER BY COALESCE(published_at, found_at) DESC, found_at DESC, place, id LIMIT `

// maxRefusals is how often an item is tried in a channel: what is wrong with it
// each time is not going to pass, and it would keep others from being tried.
const maxRefusals = "3"

// byRules are the codes of refusals that follow from the rules of a schedule,
// and say nothing about the item to others.
const byRules = `('too_old', 'too_short', 'skipped', 'not_chosen', 'sensitive', 'same_story')`

// FreshItems implements [bot.Store].
func (db *DB) FreshItems(ctx context.Context, ch bot.Channel, schedule bot.ID, feeds []bot.ID, order string, limit int) ([]bot.Item, error) {
	if len(feeds) == 0 {
		return nil, nil
	}
	list, args := idList(feeds, 5)
	sort := newestFirst
	if order == bot.Oldest {
		sort = ` ORDER BY COALESCE(published_at, found_at), found_at, place DESC, id LIMIT `
	}
	rows, err := db.r.QueryContext(ctx, `SELECT `+itemColumns+` FROM items
		WHERE NOT seen
			AND (SELECT COALESCE(SUM(CASE WHEN r.final THEN `+maxRefusals+` ELSE 1 END), 0) FROM refusals r
				WHERE r.item_id = items.id AND r.platform = $1 AND r.workspace = $2 AND r.channel = $3
					AND (r.code NOT IN `+byRules+` OR EXISTS (SELECT 1 FROM occurrences o WHERE o.id = r.occurrence_id AND COALESCE(o.schedule_id, '') = $4))) < `+maxRefusals+`
			AND NOT EXISTS (SELECT 1 FROM drafts f JOIN schedules s ON s.id = f.schedule_id
				WHERE f.item_id = items.id AND f.state = 'open' AND s.platform = $1 AND s.workspace = $2 AND s.channel = $3)
			AND feed_id IN (`+list+`)
			AND (items.url = '' OR items.url NOT IN (SELECT a.url FROM discussions d JOIN articles a ON a.id = d.article_id
				WHERE d.platform = $1 AND d.workspace = $2 AND d.channel = $3 AND d.state <> 'failed'
				UNION ALL SELECT url FROM added WHERE platform = $1 AND workspace = $2 AND channel = $3 AND (removed_at IS NOT NULL OR taken_at IS NULL)))`+
		sort+strconv.Itoa(limit), append([]any{ch.Platform, ch.Workspace, ch.ID, schedule}, args...)...)
	return collect(rows, err, scanItem)
}

// NewestItems implements [bot.Store].
func (db *DB) NewestItems(ctx context.Context, feeds []bot.ID, limit int) ([]bot.Item, error) {
	if len(feeds) == 0 {
		return nil, nil
	}
	list, args := idList(feeds, 1)
	rows, err := db.r.QueryContext(ctx, `SELECT `+itemColumns+` FROM items WHERE feed_id IN (`+list+`)`+newestFirst+strconv.Itoa(limit), args...)
	return collect(rows, err, scanItem)
}

// idList makes "$4, $5, …" and the arguments for it.
func idList(ids []bot.ID, from int) (string, []any) {
	marks, args := make([]string, len(ids)), make([]any, len(ids))
	for i, id := range ids {
		marks[i], args[i] = "$"+strconv.Itoa(from+i), string(id)
	}
	return strings.Join(marks, ", "), args
}
