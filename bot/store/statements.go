package store

import (
	"context"
	"database/sql"
	"slices"

	"colloquy/bot"
)

// trimRecaps takes replies that are gone out of what the recaps of their
// discussions rest on. A statement in a model's words that rests on nothing any
// more is erased: what it says was theirs. The arguments of where are numbered
// from $3.
func trimRecaps(ctx context.Context, tx *sql.Tx, where string, args ...any) error {
	rows, err := tx.QueryContext(ctx, `SELECT id, discussion_id, body FROM recaps WHERE created_at >= $1 AND body LIKE $2
		AND discussion_id IN (SELECT discussion_id FROM replies WHERE `+where+`)`, append([]any{0, `%"kind":"` + bot.RecapText + `"%`}, args...)...)
	recaps, err := collect(rows, err, func(s scanner) (r bot.Recap, err error) {
		var body string
		if err = s.Scan(&r.ID, &r.DiscussionID, &body); err == nil {
			err = unpack(body, &r.Statements)
		}
		return r, err
	})
	if err != nil {
		return err
	}
	for _, r := range recaps {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM replies WHERE discussion_id = $1 AND recorded_at >= $2 AND `+where, append([]any{r.DiscussionID, 0}, args...)...)
		gone, err := collect(rows, err, scanID)
		if err != nil {
			return err
		}
		if err := exec(ctx, tx, `UPDATE recaps SET body = $1 WHERE id = $2`, pack(without(r.Statements, gone)), r.ID); err != nil {
			return err
		}
	}
	return nil
}

// without are statements that rest on none of the replies that are gone.
func without(statements []bot.RecapStatement, gone []bot.ID) []bot.RecapStatement {
	left := []bot.RecapStatement{}
	for _, s := range statements {
		if s.Kind == bot.RecapText {
			if s.Replies = slices.DeleteFunc(s.Replies, func(id bot.ID) bool { return slices.Contains(gone, id) }); len(s.Replies) == 0 {
				continue
			}
		}
		left = append(left, s)
	}
	return left
}
