package store

import (
	"context"
	"database/sql"
	"time"

	"colloquy/bot"
)

const occurrenceColumns = `id, COALESCE(schedule_id, ''), platform, workspace, channel, due_at, deadline_at, request,
	COALESCE(discussion_id, ''), outcome, reason, count, created_at, done_at`

func scanOccurrence(s scanner) (bot.Occurrence, error) {
	var o bot.Occurrence
	var due, deadline, created, done sql.NullInt64
	var request string
	err := s.Scan(&o.ID, &o.ScheduleID, &o.Channel.Platform, &o.Channel.Workspace, &o.Channel.ID, &due, &deadline, &request,
		&o.DiscussionID, &o.Outcome, &o.Reason, &o.Count, &created, &done)
	if err != nil {
		return o, err
	}
	o.DueAt, o.DeadlineAt, o.CreatedAt, o.DoneAt = at(due), at(deadline), at(created), at(done)
	return o, unpack(request, &o.Request)
}

const insertOccurrence = `INSERT INTO occurrences (id, schedule_id, platform, workspace, channel, due_at, deadline_at, request,
	command_id, outcome, reason, count, work_at, created_at, done_at) VALUES `

// AddRequest implements [bot.Store].
func (db *DB) AddRequest(ctx context.Context, o bot.Occurrence, commandID string, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		command := ""
		if commandID != "" {
			command = o.Channel.Platform + ":" + commandID
		}
		if fresh, err := addRequest(ctx, tx, o, command); err != nil || !fresh {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// addRequest stores an occurrence that is due at its time, unless the command
// that asks for it is known. Of several for one schedule, each has a millisecond
// of its own.
func addRequest(ctx context.Context, tx *sql.Tx, o bot.Occurrence, command string) (fresh bool, err error) {
	for taken := o.ScheduleID != ""; taken; {
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM occurrences WHERE schedule_id = $1 AND platform = $2 AND workspace = $3 AND channel = $4 AND due_at = $5)`,
			o.ScheduleID, o.Channel.Platform, o.Channel.Workspace, o.Channel.ID, ms(o.DueAt)).Scan(&taken)
		if err != nil {
			return false, err
		}
		if taken {
			o.DueAt = o.DueAt.Add(time.Millisecond)
		}
	}
	return changed(tx.ExecContext(ctx, insertOccurrence+`($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 1, $10, $11, NULL)
		ON CONFLICT (command_id) DO NOTHING`,
		o.ID, null(o.ScheduleID), o.Channel.Platform, o.Channel.Workspace, o.Channel.ID, ms(o.DueAt), ms(o.DeadlineAt), pack(o.Request),
		null(command), ms(o.CreatedAt), ms(o.CreatedAt)))
}

// Occurrence implements [bot.Store].
func (db *DB) Occurrence(ctx context.Context, id bot.ID) (bot.Occurrence, error) {
	o, err := scanOccurrence(db.r.QueryRowContext(ctx, `SELECT `+occurrenceColumns+` FROM occurrences WHERE id = $1`, id))
	return o, found(err, "occurrence", id)
}

// EndOccurrence implements [bot.Store].
func (db *DB) EndOccurrence(ctx context.Context, l bot.Lease, id bot.ID, outcome, reason string, now time.Time) error {
	// Beside others: one row, by what stands in it.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error { return endOccurrence(ctx, tx, id, outcome, reason, now) })
}

// endOccurrence gives an occurrence its outcome, once.
func endOccurrence(ctx context.Context, tx *sql.Tx, id bot.ID, outcome, reason string, now time.Time) error {
	return exec(ctx, tx, `UPDATE occurrences SET outcome = $1, reason = $2, done_at = $3, work_at = NULL WHERE id = $4 AND outcome = ''`,
		outcome, reason, ms(now), id)
}

// endWaiting skips those occurrences of a schedule for which no article was
// chosen yet, but not what somebody asked for, and reports whether there were
// any. The arguments of the condition are numbered from $6.
func endWaiting(ctx context.Context, tx *sql.Tx, schedule bot.ID, reason string, now time.Time, where string, args ...any) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE occurrences SET outcome = $1, reason = $2, done_at = $3, work_at = NULL
		WHERE schedule_id = $4 AND request = $5 AND outcome = '' AND discussion_id IS NULL AND `+where,
		append([]any{bot.OutcomeSkipped, reason, ms(now), schedule, pack(bot.Request{})}, args...)...))
}

// Occurrences implements [bot.Store].
func (db *DB) Occurrences(ctx context.Context, ch bot.Channel, schedule bot.ID, limit int) ([]bot.Occurrence, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT `+occurrenceColumns+` FROM occurrences
		WHERE ($1 = '' OR platform = $1 AND workspace = $2 AND channel = $3) AND ($4 = '' OR schedule_id = $4)
		ORDER BY due_at DESC, id DESC LIMIT $5`, ch.Platform, ch.Workspace, ch.ID, schedule, limit)
	return collect(rows, err, scanOccurrence)
}

// AddRefusal implements [bot.Store].
func (db *DB) AddRefusal(ctx context.Context, l bot.Lease, ch bot.Channel, r bot.Refusal) error {
	// Beside others: one row, of an occurrence that nobody else works on.
	return db.heldBeside(ctx, l, func(tx *sql.Tx) error { return addRefusal(ctx, tx, ch, r) })
}

func addRefusal(ctx context.Context, tx *sql.Tx, ch bot.Channel, r bot.Refusal) error {
	return exec(ctx, tx, `INSERT INTO refusals (occurrence_id, n, platform, workspace, channel, item_id, added_id, title, code, reason, final, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (occurrence_id, n) DO UPDATE SET item_id = excluded.item_id, added_id = excluded.added_id, title = excluded.title,
			code = excluded.code, reason = excluded.reason, final = excluded.final, created_at = excluded.created_at`,
		r.Occurrence, r.N, ch.Platform, ch.Workspace, ch.ID, null(r.Candidate.Item.ID), null(r.Candidate.Added), r.Candidate.Title,
		r.Code, r.Text, r.Final, ms(r.At))
}
