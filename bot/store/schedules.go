package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"colloquy/bot"
)

const scheduleColumns = `id, name, platform, workspace, channel, cron, zone, close_after, deadline,
	item_order, questions, sentences, feeds, declared, paused, reason, next_at, created_at,
	rules, declared_at, skips, resume_at`

// draftAt is a column that is only looked for by [DB.ClaimDue]: it is set when
// the time that it precedes, or what it depends on, changes.
const draftAt = `draft_at = CASE WHEN schedules.next_at IS NOT DISTINCT FROM excluded.next_at AND schedules.rules = excluded.rules
	THEN schedules.draft_at ELSE excluded.draft_at END`

func scanSchedule(s scanner) (bot.Schedule, error) {
	var v bot.Schedule
	var feeds, rules string
	var closeAfter, deadline int64
	var next, created, resume sql.NullInt64
	err := s.Scan(&v.ID, &v.Name, &v.Channel.Platform, &v.Channel.Workspace, &v.Channel.ID, &v.Cron, &v.Zone, &closeAfter, &deadline,
		&v.Order, &v.Questions, &v.Sentences, &feeds, &v.Declared, &v.Paused, &v.Reason, &next, &created, &rules, &v.DeclaredAt, &v.Skips, &resume)
	if err != nil {
		return v, err
	}
	v.CloseAfter, v.Deadline = time.Duration(closeAfter)*time.Millisecond, time.Duration(deadline)*time.Millisecond
	v.NextAt, v.CreatedAt, v.ResumeAt = at(next), at(created), at(resume)
	return v, errors.Join(unpack(feeds, &v.Feeds), unpack(rules, &v.Rules))
}

// unpack reads a column that holds JSON.
func unpack(text string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("a stored JSON value cannot be read: %w", err)
	}
	return nil
}

// pack makes the JSON of a column. What is stored always has one.
func pack(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: %T has no JSON: %v", v, err))
	}
	return string(b)
}

// PutSchedule implements [bot.Store].
func (db *DB) PutSchedule(ctx context.Context, s bot.Schedule, a bot.Audit) error {
	if s.Feeds == nil {
		s.Feeds = []bot.ID{}
	}
	err := db.write(ctx, func(tx *sql.Tx) error {
		// What other rules refused may be taken now; that it was refused stays on record.
		err := exec(ctx, tx, `UPDATE refusals SET item_id = NULL WHERE code IN `+byRules+`
			AND occurrence_id IN (SELECT o.id FROM occurrences o JOIN schedules s ON s.id = o.schedule_id WHERE s.id = $1 AND s.rules <> $2)`, s.ID, pack(s.Rules))
		if err != nil {
			return err
		}
		err = exec(ctx, tx, `INSERT INTO schedules (`+scheduleColumns+`, draft_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, platform = excluded.platform, workspace = excluded.workspace,
				channel = excluded.channel, cron = excluded.cron, zone = excluded.zone, close_after = excluded.close_after,
				deadline = excluded.deadline, item_order = excluded.item_order, questions = excluded.questions,
				sentences = excluded.sentences, feeds = excluded.feeds, declared = excluded.declared,
				paused = excluded.paused, reason = excluded.reason, rules = excluded.rules, declared_at = excluded.declared_at,
				skips = excluded.skips, resume_at = excluded.resume_at, `+draftAt+`,
				next_at = CASE WHEN schedules.removed_at IS NULL THEN excluded.next_at END`,
			s.ID, s.Name, s.Channel.Platform, s.Channel.Workspace, s.Channel.ID, s.Cron, s.Zone, s.CloseAfter.Milliseconds(), s.Deadline.Milliseconds(),
			s.Order, s.Questions, s.Sentences, pack(s.Feeds), s.Declared, s.Paused, s.Reason, ms(s.NextAt), ms(s.CreatedAt),
			pack(s.Rules), s.DeclaredAt, s.Skips, ms(s.ResumeAt), ms(s.DraftAt()))
		if err != nil {
			return err
		}
		if err := draftsStale(ctx, tx, db.now(), `SELECT id FROM drafts WHERE schedule_id = $2 AND state = 'open'`, s.ID); err != nil {
			return err
		}
		if s.Paused {
			if _, err := endWaiting(ctx, tx, s.ID, "its schedule was paused", db.now(), `TRUE`); err != nil {
				return err
			}
		}
		return writeAudit(ctx, tx, a)
	})
	if isUnique(err) {
		return bot.Problemf("name_taken", "there is a schedule named %q already; choose another name", s.Name)
	}
	return err
}

// RemoveSchedule implements [bot.Store].
func (db *DB) RemoveSchedule(ctx context.Context, id bot.ID, now time.Time, a bot.Audit) error {
	return db.write(ctx, func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `UPDATE schedules SET removed_at = $1, next_at = NULL, resume_at = NULL, draft_at = NULL WHERE id = $2`, ms(now), id); err != nil {
			return err
		}
		if _, err := endWaiting(ctx, tx, id, "its schedule was removed", now, `TRUE`); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT id FROM drafts WHERE schedule_id = $1 AND state = 'open'`, id)
		drafts, err := collect(rows, err, scanID)
		if err != nil {
			return err
		}
		for _, d := range drafts {
			if err := endDraft(ctx, tx, d, bot.DraftDropped, now); err != nil {
				return err
			}
		}
		if err := dropTroubles(ctx, tx, id); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}

// Schedule implements [bot.Store]; it also finds removed ones.
func (db *DB) Schedule(ctx context.Context, id bot.ID) (bot.Schedule, error) {
	s, err := scanSchedule(db.r.QueryRowContext(ctx, `SELECT `+scheduleColumns+` FROM schedules WHERE id = $1`, id))
	return s, found(err, "schedule", id)
}

// FindSchedule implements [bot.Store].
func (db *DB) FindSchedule(ctx context.Context, ref string) (bot.Schedule, error) {
	id, err := db.resolve(ctx, `schedules`, "schedule", ` OR name = $1) AND (removed_at IS NULL`, ref)
	if err != nil {
		return bot.Schedule{}, err
	}
	return db.Schedule(ctx, id)
}

// Schedules implements [bot.Store].
func (db *DB) Schedules(ctx context.Context, ch bot.Channel) ([]bot.Schedule, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT `+scheduleColumns+` FROM schedules
		WHERE removed_at IS NULL AND ($1 = '' OR platform = $1 AND workspace = $2 AND channel = $3) ORDER BY created_at, id`,
		ch.Platform, ch.Workspace, ch.ID)
	return collect(rows, err, scanSchedule)
}
