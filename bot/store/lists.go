package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"colloquy/bot"
)

// Everything is a limit that leaves nothing out.
const Everything = 1<<31 - 1

// EachReply hands every reply of a discussion to f, oldest first, tombstones
// included, without holding them all. It sees the discussion as it was when it
// began. An error of f ends it and is returned.
func (db *DB) EachReply(ctx context.Context, discussion bot.ID, f func(bot.Reply) error) error {
	rows, err := db.r.QueryContext(ctx, selectReply+`WHERE discussion_id = $1 ORDER BY created_at, version, length(message_id), message_id`, discussion)
	if err != nil {
		return writeProblem(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r, err := scanReply(rows)
		if err != nil {
			return writeProblem(err)
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return writeProblem(rows.Err())
}

// SentTimes says when each post of a discussion went out, by its id. Those that
// did not are not in it.
func (db *DB) SentTimes(ctx context.Context, discussion bot.ID) (map[bot.ID]time.Time, error) {
	type sent struct {
		id bot.ID
		at sql.NullInt64
	}
	rows, err := db.r.QueryContext(ctx, `SELECT id, sent_at FROM posts WHERE discussion_id = $1 AND sent_at IS NOT NULL`, discussion)
	list, err := collect(rows, err, func(s scanner) (v sent, err error) { return v, s.Scan(&v.id, &v.at) })
	out := map[bot.ID]time.Time{}
	for _, v := range list {
		out[v.id] = at(v.at)
	}
	return out, err
}

// Refusals implements [bot.Store].
func (db *DB) Refusals(ctx context.Context, occurrence bot.ID) ([]bot.Refusal, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT occurrence_id, n, COALESCE(item_id, ''), COALESCE(added_id, ''), title, code, reason, final, created_at
		FROM refusals WHERE occurrence_id = $1 ORDER BY n`, occurrence)
	return collect(rows, err, func(s scanner) (r bot.Refusal, err error) {
		var created sql.NullInt64
		err = s.Scan(&r.Occurrence, &r.N, &r.Candidate.Item.ID, &r.Candidate.Added, &r.Candidate.Title, &r.Code, &r.Text, &r.Final, &created)
		r.At = at(created)
		return r, err
	})
}

// UnknownPosts lists posts tried since a moment of which nobody knows whether
// they are out, newest first.
func (db *DB) UnknownPosts(ctx context.Context, since time.Time, limit int) ([]bot.Post, error) {
	rows, err := db.r.QueryContext(ctx, selectPost+`WHERE p.state = 'unknown' AND p.attempted_at >= $1 ORDER BY p.attempted_at DESC, p.id LIMIT $2`, ms(since), limit)
	return collect(rows, err, scanPost)
}

// Check reads the whole database and says what is wrong with it; nil is good. On
// PostgreSQL it looks whether that can be written to.
func (db *DB) Check(ctx context.Context) error {
	if db.Shared() {
		return openProblem(db.Name(), db.checkPostgres(ctx))
	}
	return check(ctx, db.r, db.path)
}

// CheckFile reads a whole database file, without changing it or anything beside it.
func CheckFile(ctx context.Context, path string) (err error) {
	r, err := sql.Open("sqlite", dsn(path, "&mode=ro&immutable=1"))
	if err != nil {
		return openProblem(path, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return check(ctx, r, path)
}

func check(ctx context.Context, r *sql.DB, path string) error {
	rows, err := r.QueryContext(ctx, `PRAGMA quick_check(1)`)
	found, err := collect(rows, err, func(s scanner) (text string, err error) { return text, s.Scan(&text) })
	if err != nil {
		return openProblem(path, err)
	}
	if len(found) != 1 || found[0] != "ok" {
		return bot.Problemf("db_damaged", "the database %s is damaged (%s): restore it from a backup, or recover what can be read with the sqlite3 program", path, found)
	}
	return nil
}

// Schema is the number of the newest migration that the database has.
func (db *DB) Schema(ctx context.Context) (n int, err error) {
	err = db.r.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`).Scan(&n)
	return n, writeProblem(err)
}
