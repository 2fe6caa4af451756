package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"colloquy/bot"
)

// insertReply stores a reply if the newest discussion with a thread, or the one
// that it names, still records, and its author did not opt out. Where a discussion has no
// thread, what stood in the channel before it is none of its replies. The thread in
// which the reply was written may be another: see [questionThread]. A known reply changes only to a
// newer version, or when a listing brings other reactions or fewer files, or the
// name of its author that was not known. Its text changes with its version alone. A
// known name is not lost. A tombstone stays.
const insertReply = `INSERT INTO replies (id, discussion_id, platform, workspace, channel, thread, message_id, question,
		author_id, author, text, files, reactions, version, created_at, edited_at, deleted, late, recorded_at, reply_to, excluded)
	SELECT $1, d.id, d.platform, d.workspace, d.channel, $2, $3,
		CASE WHEN $4 BETWEEN 1 AND d.question_count THEN $4 ELSE
			COALESCE((SELECT p.question FROM posts p WHERE p.discussion_id = d.id AND p.message_id = $5 AND $5 <> ''), 0) END,
		$6, $7, $8, $9, $10, $11, $12, $13, $14, d.closed_at IS NOT NULL AND $12 > d.closed_at, $15, $5,
		EXISTS (SELECT 1 FROM ledger_exclusions x WHERE x.platform = d.platform AND x.workspace = d.workspace AND x.channel = d.channel AND x.message_id = $3)
	FROM discussions d
	WHERE d.platform = $16 AND d.workspace = $17 AND d.channel = $18 AND d.thread = $19 AND d.opened_at IS NOT NULL
		AND d.state IN ('posting', 'open', 'closing', 'closed') AND (d.closed_at IS NULL OR $12 <= d.closed_at + $20)
		AND (d.thread <> '' OR $12 >= d.opened_at - 60000)
		AND NOT EXISTS (SELECT 1 FROM optouts WHERE hash = $21) AND ($22 = '' OR d.id = $22)
	ORDER BY d.opened_at DESC LIMIT 1
	ON CONFLICT (platform, workspace, channel, message_id) DO UPDATE SET
		question = excluded.question, author = CASE WHEN excluded.author <> '' THEN excluded.author ELSE replies.author END, 
		text = CASE WHEN excluded.version > replies.version THEN excluded.text ELSE replies.text END,
		files = CASE WHEN excluded.version > replies.version OR length(excluded.files) < length(replies.files) THEN excluded.files ELSE replies.files END,
		reactions = COALESCE(excluded.reactions, replies.reactions), version = excluded.version, edited_at = excluded.edited_at,
		reply_to = CASE WHEN excluded.reply_to <> '' THEN excluded.reply_to ELSE replies.reply_to END
	WHERE NOT replies.deleted AND (excluded.version > replies.version OR excluded.version = replies.version AND (
		excluded.reactions IS NOT NULL AND (excluded.reactions IS DISTINCT FROM replies.reactions OR length(excluded.files) < length(replies.files)) OR replies.author = '' AND excluded.author <> ''))
	RETURNING id, discussion_id`

// Places of some arguments of [insertReply].
const (
	argThread     = 1 // where it was written
	argMessage    = 2
	argNow        = 14
	argPlatform   = 15
	argWorkspace  = 16
	argChannel    = 17
	argHome       = 18 // the thread of its discussion
	argDiscussion = 21
)

func replyArgs(r bot.Reply, who string, now time.Time, lateFor time.Duration) []any {
	files, reactions := "[]", any(nil)
	if len(r.Files) > 0 {
		files = pack(r.Files)
	}
	if r.Reactions != nil {
		reactions = pack(r.Reactions)
	}
	return []any{r.ID, r.Ref.Thread, r.Ref.MessageID, r.Question, r.ReplyTo, r.Author.ID, r.Author.Name, r.Text, files, reactions,
		r.Version, ms(r.CreatedAt), ms(r.EditedAt), false, ms(now),
		r.Ref.Platform, r.Ref.Workspace, r.Ref.ID, r.Ref.Thread, lateFor.Milliseconds(), who, r.DiscussionID}
}

// questionThread is a thread that a question has for itself: that of the post of
// it, which is the first message there. It belongs to the discussion.
const questionThread = `FROM posts q JOIN discussions d ON d.id = q.discussion_id
	WHERE q.platform = $1 AND q.workspace = $2 AND q.channel = $3 AND q.message_id = $4 AND q.message_id <> '' AND q.thread = q.message_id AND q.kind = 'question'`

// ofQuestion is [selectOfQuestion].
func ofQuestion(ctx context.Context, tx *sql.Tx, thread ...any) (id bot.ID, home string, err error) {
	err = tx.QueryRowContext(ctx, selectOfQuestion, thread...).Scan(&id, &home)
	return id, home, err
}

// selectOfQuestion finds the discussion whose question has a thread for itself, and
// the thread of that discussion.
const selectOfQuestion = `SELECT d.id, d.thread ` + questionThread

// inQuestion are the arguments of insertReply for what was written in the thread of
// a question: of is its discussion, and home the thread of that.
func inQuestion(args []any, of bot.ID, home string) []any {
	args = slices.Clone(args)
	args[argHome] = home
	if args[argDiscussion] == bot.ID("") {
		args[argDiscussion] = of
	}
	return args
}

// putReply runs insertReply, which gives the row that it changed. Only
// what is in no discussion's thread is looked for in those of questions.
func putReply(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args []any) (id, discussion bot.ID, err error) {
	err = stmt.QueryRowContext(ctx, args...).Scan(&id, &discussion)
	if !errors.Is(err, sql.ErrNoRows) || args[argThread] == "" {
		return id, discussion, err
	}
	of, home, err := ofQuestion(ctx, tx, args[argPlatform], args[argWorkspace], args[argChannel], args[argThread])
	if err != nil {
		return "", "", err
	}
	err = stmt.QueryRowContext(ctx, inQuestion(args, of, home)...).Scan(&id, &discussion)
	return id, discussion, err
}

// isKnown asks for a message that insertReply did not store. Either it is none of
// ours, or it is known in this version or a newer one.
const isKnown = `SELECT EXISTS (SELECT 1 FROM replies WHERE platform = $1 AND workspace = $2 AND channel = $3 AND message_id = $4)`

// recordOne stores a reply in tx and says what became of it.
func recordOne(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args []any, e edits) (res bot.Recorded, err error) {
	id, discussion, err := putReply(ctx, tx, stmt, args)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, isKnown, args[argPlatform], args[argWorkspace], args[argChannel], args[argMessage]).Scan(&res.Stored)
		return res, err
	}
	if err != nil {
		return res, err
	}
	return e.recorded(args, id, discussion), nil
}

// edits are the discussions of replies that a transaction changed, and when.
type edits map[bot.ID]time.Time

// recorded notes what insertReply gave back, and says what that means.
func (e edits) recorded(args []any, id, discussion bot.ID) bot.Recorded {
	fresh := id == args[0]
	if !fresh {
		e[discussion] = time.UnixMilli(args[argNow].(int64))
	}
	return bot.Recorded{Stored: true, New: fresh}
}

// stale marks the recaps of the discussions, in an order that is the same for all
// transactions: each may quote what was changed.
func (e edits) stale(ctx context.Context, tx *sql.Tx) error {
	for _, id := range slices.Sorted(maps.Keys(e)) {
		if err := markStale(ctx, tx, e[id], bot.PostRecap, `$3`, id); err != nil {
			return err
		}
	}
	return nil
}

// RecordReply implements [bot.Store]. It returns when its row is durable. After an
// error nobody knows whether it is: whoever has the reply hands it over again, and
// what was stored is found to be known.
func (db *DB) RecordReply(ctx context.Context, r bot.Reply, who string, now time.Time, lateFor time.Duration) (bot.Recorded, error) {
	return db.replies.do(ctx, &replyJob{args: replyArgs(r, who, now, lateFor)})
}

// tombstone removes what a person wrote and who it was; the message's id stays,
// so that a listing does not bring it back.
const tombstone = `UPDATE replies SET deleted = TRUE, text = '', author_id = '', author = '', files = '[]', reactions = NULL, reply_to = '' `

// RemoveReply implements [bot.Store]. It shares a transaction as RecordReply does.
func (db *DB) RemoveReply(ctx context.Context, ref bot.MessageRef, now time.Time) error {
	_, err := db.replies.do(ctx, &replyJob{removed: ref, now: now})
	return err
}

// removeReply makes a tombstone of a reply of ours; what is none of ours, or is
// one already, is not noted.
func removeReply(ctx context.Context, tx *sql.Tx, n *noted, ref bot.MessageRef, now time.Time) error {
	const gone = ` RETURNING discussion_id, platform, workspace, channel, thread, message_id`
	e, err := scanErased(tx.QueryRowContext(ctx, tombstone+`WHERE platform = $1 AND workspace = $2 AND channel = $3 AND message_id = $4 AND NOT deleted`+gone,
		ref.Platform, ref.Workspace, ref.ID, ref.MessageID))
	if err == nil {
		n.note(e)
		return staleReplies(ctx, tx, now, thatMessage, ref.Platform, ref.Workspace, ref.ID, ref.MessageID)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if id, ours, err := removedPost(ctx, tx, ref); err != nil || ours {
		if err == nil && id != "" {
			_, err = eraseReply(ctx, tx, n, id, now)
		}
		return err
	}
	leave := func(condition string, args ...any) error {
		e, err := scanErased(tx.QueryRowContext(ctx, insertTombstone+`WHERE `+condition+` AND d.opened_at IS NOT NULL
			ORDER BY d.opened_at DESC LIMIT 1 ON CONFLICT (platform, workspace, channel, message_id) DO NOTHING`+gone,
			append([]any{bot.NewID(now), ref.Thread, ref.MessageID, ms(now), false}, args...)...))
		if err == nil {
			n.note(e)
		}
		return err
	}
	err = leave(`d.platform = $6 AND d.workspace = $7 AND d.channel = $8 AND d.thread = $9`, ref.Platform, ref.Workspace, ref.ID, ref.Thread)
	if errors.Is(err, sql.ErrNoRows) && ref.Thread != "" {
		var of bot.ID
		if of, _, err = ofQuestion(ctx, tx, ref.Platform, ref.Workspace, ref.ID, ref.Thread); err == nil {
			err = leave(`d.id = $6`, of)
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// thatMessage is one message, as a condition for [staleRecap].
const thatMessage = `platform = $3 AND workspace = $4 AND channel = $5 AND message_id = $6`

// insertTombstone begins a statement that leaves a tombstone of a message which
// was never recorded, in the discussions d of its condition.
const insertTombstone = `INSERT INTO replies (id, discussion_id, platform, workspace, channel, thread, message_id, question,
		author_id, author, text, files, version, created_at, deleted, late, recorded_at)
	SELECT $1, d.id, d.platform, d.workspace, d.channel, $2, $3, 0, '', '', '', '[]', 0, $4, TRUE, $5, $4 FROM discussions d `

const selectReply = `SELECT id, discussion_id, platform, workspace, channel, thread, message_id, question, author_id, author, text,
	files, COALESCE(reactions, 'null'), version, created_at, edited_at, deleted, late, excluded, reply_to FROM replies `

func scanReply(s scanner) (bot.Reply, error) {
	var r bot.Reply
	var files, reactions string
	var created, edited sql.NullInt64
	err := s.Scan(&r.ID, &r.DiscussionID, &r.Ref.Platform, &r.Ref.Workspace, &r.Ref.ID, &r.Ref.Thread, &r.Ref.MessageID, &r.Question,
		&r.Author.ID, &r.Author.Name, &r.Text, &files, &reactions, &r.Version, &created, &edited, &r.Deleted, &r.Late, &r.Excluded, &r.ReplyTo)
	if err != nil {
		return r, err
	}
	r.Author.Platform, r.Author.Workspace = r.Ref.Platform, r.Ref.Workspace
	r.CreatedAt, r.EditedAt = at(created), at(edited)
	return r, errors.Join(unpack(files, &r.Files), unpack(reactions, &r.Reactions))
}

// Replies implements [bot.Store].
func (db *DB) Replies(ctx context.Context, discussion bot.ID) ([]bot.Reply, error) {
	rows, err := db.r.QueryContext(ctx, selectReply+`WHERE discussion_id = $1 ORDER BY created_at, version, length(message_id), message_id`, discussion)
	return collect(rows, err, scanReply)
}

// FindReply implements [bot.Store].
func (db *DB) FindReply(ctx context.Context, ch bot.Channel, ref string) (bot.Reply, error) {
	rows, err := db.r.QueryContext(ctx, selectReply+`WHERE platform = $1 AND workspace = $2 AND channel = $3 AND NOT deleted AND $4 <> ''
			AND (substr(id, length(id) - length($4) + 1) = $4 OR substr(message_id, length(message_id) - length($4) + 1) = $4
				OR id IN (SELECT p.reply_id FROM posts p WHERE p.platform = $1 AND p.workspace = $2 AND p.channel = $3 AND p.kind = 'answer'
					AND substr(p.message_id, length(p.message_id) - length($4) + 1) = $4)) LIMIT 2`,
		ch.Platform, ch.Workspace, ch.ID, ref)
	list, err := collect(rows, err, scanReply)
	switch {
	case err != nil:
		return bot.Reply{}, err
	case len(list) == 0:
		return bot.Reply{}, &bot.Problem{Code: "not_found", Text: fmt.Sprintf("no reply in %s has the id %q", ch, ref), Err: bot.ErrNotFound}
	case len(list) > 1:
		return bot.Reply{}, bot.Problemf("ambiguous", "several replies end in %q; give more of the id", ref)
	}
	return list[0], nil
}

// SetExcluded implements [bot.Store].
func (db *DB) SetExcluded(ctx context.Context, id bot.ID, out bool, now time.Time, a bot.Audit) error {
	return db.keep(ctx, func(tx *sql.Tx, n *noted) error {
		e := entry{Did: didInclude, Messages: make([]string, 1)}
		if out {
			e.Did = didExclude
		}
		err := tx.QueryRowContext(ctx, `UPDATE replies SET excluded = $1 WHERE id = $2 AND excluded <> $1 RETURNING platform, workspace, channel, message_id`, out, id).
			Scan(&e.Platform, &e.Workspace, &e.Channel, &e.Messages[0])
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		n.note(e)
		if err := staleRecap(ctx, tx, now, `id = $3`, id); err != nil {
			return err
		}
		return writeAudit(ctx, tx, a)
	})
}
