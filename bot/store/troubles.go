package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

const selectTrouble = `SELECT platform, workspace, cause, subject, name, text, fix, count, since_at, last_at, told_at, over_at FROM troubles `

func scanTrouble(s scanner) (t bot.Trouble, err error) {
	var since, last, told, over sql.NullInt64
	err = s.Scan(&t.Platform, &t.Workspace, &t.Cause, &t.Subject, &t.Name, &t.Text, &t.Fix, &t.Count, &since, &last, &told, &over)
	t.Since, t.Last, t.Told, t.Over = at(since), at(last), at(told), at(over)
	return t, err
}

// NoteTrouble implements [bot.Store].
func (db *DB) NoteTrouble(ctx context.Context, t bot.Trouble) error {
	return db.write(ctx, func(tx *sql.Tx) error { return noteTrouble(ctx, tx, t) })
}

func noteTrouble(ctx context.Context, tx *sql.Tx, t bot.Trouble) error {
	err := exec(ctx, tx, `INSERT INTO troubles (platform, workspace, cause, subject, name, text, fix, count, since_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9)
		ON CONFLICT (platform, workspace, cause, subject) DO UPDATE SET name = excluded.name, text = excluded.text, fix = excluded.fix,
			count = troubles.count + 1, last_at = excluded.last_at, over_at = NULL`,
		t.Platform, t.Workspace, t.Cause, t.Subject, t.Name, t.Text, t.Fix, ms(t.Since), ms(t.Last))
	due := t.Due()
	if err != nil || due.IsZero() {
		return err
	}
	return exec(ctx, tx, `INSERT INTO notices (id, platform, workspace, cause, hook, hook_tries, work_at) VALUES ($1, $2, $3, $4, '', 0, $5)
		ON CONFLICT (platform, workspace, cause) DO UPDATE SET work_at = excluded.work_at
		WHERE notices.work_at IS NULL OR notices.work_at > excluded.work_at`,
		bot.NewID(due), t.Platform, t.Workspace, t.Cause, ms(due))
}

// EndTrouble implements [bot.Store].
func (db *DB) EndTrouble(ctx context.Context, t bot.Trouble, fades bool, now time.Time) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if fades {
			gone, err := changed(tx.ExecContext(ctx, `DELETE FROM troubles WHERE platform = $1 AND workspace = $2 AND cause = $3 AND subject = $4 AND told_at IS NULL`,
				t.Platform, t.Workspace, t.Cause, t.Subject))
			if err != nil || gone {
				return err
			}
		}
		over, err := changed(tx.ExecContext(ctx, `UPDATE troubles SET over_at = $1 WHERE platform = $2 AND workspace = $3 AND cause = $4 AND subject = $5 AND over_at IS NULL`,
			ms(now), t.Platform, t.Workspace, t.Cause, t.Subject))
		if err != nil || !over {
			return err
		}
		return exec(ctx, tx, `UPDATE notices SET work_at = $1 WHERE platform = $2 AND workspace = $3 AND cause = $4 AND (work_at IS NULL OR work_at > $1)`,
			ms(now), t.Platform, t.Workspace, t.Cause)
	})
}

// dropTroubles forgets what was wrong with a row that is no more.
func dropTroubles(ctx context.Context, tx *sql.Tx, subject bot.ID) error {
	return exec(ctx, tx, `DELETE FROM troubles WHERE subject = $1`, subject)
}

// TroublesOf implements [bot.Store].
func (db *DB) TroublesOf(ctx context.Context, subject string) ([]bot.Trouble, error) {
	rows, err := db.r.QueryContext(ctx, selectTrouble+`WHERE subject = $1 AND over_at IS NULL`, subject)
	return collect(rows, err, scanTrouble)
}

// Troubles implements [bot.Store].
func (db *DB) Troubles(ctx context.Context, platform, workspace string) ([]bot.Trouble, error) {
	rows, err := db.r.QueryContext(ctx, selectTrouble+`WHERE ($1 = '' OR platform = $1 AND workspace = $2) AND over_at IS NULL
		ORDER BY last_at DESC, cause, subject`, platform, workspace)
	return collect(rows, err, scanTrouble)
}

// FeedTenants implements [bot.Store].
func (db *DB) FeedTenants(ctx context.Context, feed bot.ID) ([]bot.Channel, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT DISTINCT platform, workspace FROM channel_feeds WHERE feed_id = $1`, feed)
	return collect(rows, err, func(s scanner) (c bot.Channel, err error) { return c, s.Scan(&c.Platform, &c.Workspace) })
}

const selectNotice = `SELECT id, platform, workspace, cause, told_at, hook, hook_at, hook_tries FROM notices `

func scanNotice(s scanner) (n bot.Notice, err error) {
	var told, hook sql.NullInt64
	err = s.Scan(&n.ID, &n.Platform, &n.Workspace, &n.Cause, &told, &n.Hook, &hook, &n.HookTries)
	n.ToldAt, n.HookAt = at(told), at(hook)
	return n, err
}

// Notice implements [bot.Store].
func (db *DB) Notice(ctx context.Context, id bot.ID) (bot.Notice, error) {
	n, err := scanNotice(db.r.QueryRowContext(ctx, selectNotice+`WHERE id = $1`, id))
	return n, found(err, "notice", id)
}

// Tell implements [bot.Store].
func (db *DB) Tell(ctx context.Context, l bot.Lease, id bot.ID, now time.Time, say func(bot.Notice, []bot.Trouble) bot.Telling) error {
	return db.held(ctx, l, func(tx *sql.Tx) error {
		n, err := scanNotice(tx.QueryRowContext(ctx, selectNotice+`WHERE id = $1`, id))
		if err != nil {
			return found(err, "notice", id)
		}
		rows, err := tx.QueryContext(ctx, selectTrouble+`WHERE platform = $1 AND workspace = $2 AND cause = $3 ORDER BY since_at, subject`, n.Platform, n.Workspace, n.Cause)
		all, err := collect(rows, err, scanTrouble)
		if err != nil {
			return err
		}
		t := say(n, all)
		for _, subject := range t.Told {
			if err := exec(ctx, tx, `UPDATE troubles SET told_at = $1 WHERE platform = $2 AND workspace = $3 AND cause = $4 AND subject = $5`,
				ms(now), n.Platform, n.Workspace, n.Cause, subject); err != nil {
				return err
			}
		}
		for _, subject := range t.Forget {
			if err := exec(ctx, tx, `DELETE FROM troubles WHERE platform = $1 AND workspace = $2 AND cause = $3 AND subject = $4`,
				n.Platform, n.Workspace, n.Cause, subject); err != nil {
				return err
			}
		}
		// Nobody is told that notices do not arrive, so nothing else ends that.
		if err := exec(ctx, tx, `DELETE FROM troubles WHERE cause = $1 AND last_at < $2`, bot.CauseNotice, ms(now.Add(-bot.ForgetAfter))); err != nil {
			return err
		}
		for _, p := range t.Posts {
			if err := insertPost(ctx, tx, p, now); err != nil {
				return err
			}
		}
		if t.Said {
			n.ToldAt, n.Hook, n.HookTries = now, t.Hook, 0
		}
		return exec(ctx, tx, `UPDATE notices SET told_at = $1, hook = $2, hook_tries = $3, work_at = $4 WHERE id = $5`,
			ms(n.ToldAt), n.Hook, n.HookTries, ms(t.Next), id)
	})
}

// BeginHook implements [bot.Store].
func (db *DB) BeginHook(ctx context.Context, l bot.Lease, id bot.ID, now time.Time) error {
	return db.heldExec(ctx, l, `UPDATE notices SET hook_at = $1, hook_tries = hook_tries + 1 WHERE id = $2`, ms(now), id)
}

// EndHook implements [bot.Store].
func (db *DB) EndHook(ctx context.Context, l bot.Lease, id bot.ID, again time.Time) error {
	if again.IsZero() {
		return db.heldExec(ctx, l, `UPDATE notices SET hook = '' WHERE id = $1`, id)
	}
	return db.heldExec(ctx, l, `UPDATE notices SET work_at = $1 WHERE id = $2 AND (work_at IS NULL OR work_at > $1)`, ms(again), id)
}
