package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"colloquy/bot"
)

// A reapply brings what the ledger says into a database that was restored. Each
// entry may be applied again: an older one says what the database knows.
type reapply struct {
	tx      *sql.Tx
	now     time.Time
	people  map[string]bot.Person // by the hash of each; nil before it is needed
	optOuts map[string]entry      // the last word of each
	did     *Restored
}

// all applies a whole ledger.
func (r *reapply) all(ctx context.Context, l ledger) error {
	r.optOuts = map[string]entry{}
	if err := l.read(ctx, func(e entry) error { return r.entry(ctx, e) }); err != nil {
		return err
	}
	for _, e := range r.optOuts {
		if err := r.optOut(ctx, e); err != nil {
			return err
		}
	}
	return r.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_openings`).Scan(&r.did.Openings)
}

func (r *reapply) entry(ctx context.Context, e entry) error {
	var err error
	switch e.Did {
	case didReply:
		err = r.replies(ctx, e)
	case didPerson:
		err = r.person(ctx, e)
	case didOptOut, didOptIn:
		r.optOuts[e.Who] = e
	case didExclude, didInclude:
		err = r.exclude(ctx, e)
	case didDiscussion:
		err = r.discussion(ctx, e)
	case didInstallation:
		err = r.installation(ctx, e)
	case didCredential: // one that is newer was stored after it
		err = exec(ctx, r.tx, `DELETE FROM credentials WHERE platform = $1 AND workspace = $2 AND ($3 = '' OR app = $3) AND created_at <= $4`,
			e.Platform, e.Workspace, e.App, ms(e.At))
	case didOpen:
		err = r.open(ctx, e)
	case didFail:
		err = exec(ctx, r.tx, `DELETE FROM ledger_openings WHERE discussion_id = $1 AND NOT withdrawn`, e.Discussion)
	case didWithdraw:
		err = r.withdraw(ctx, e)
	case didPost:
		err = exec(ctx, r.tx, `INSERT INTO ledger_posts (key, discussion_id, kind, tried_at) SELECT $1, d.id, $2, $3 FROM discussions d
			WHERE d.id = $4 AND NOT EXISTS (SELECT 1 FROM posts WHERE key = $1) ON CONFLICT (key) DO NOTHING`, e.Key, e.Kind, ms(e.At), e.Discussion)
	}
	if err != nil {
		return fmt.Errorf("entry of %s: %w", e.At, err)
	}
	return nil
}

// replies makes tombstones, also of messages that the backup does not know, so
// that a listing does not bring them. Those of a discussion that it does not
// know are not recorded anyway.
func (r *reapply) replies(ctx context.Context, e entry) error {
	for _, id := range e.Messages {
		there, err := changed(r.tx.ExecContext(ctx, tombstone+`WHERE platform = $1 AND workspace = $2 AND channel = $3 AND message_id = $4 AND NOT deleted`,
			e.Platform, e.Workspace, e.Channel, id))
		if err != nil {
			return err
		}
		if there {
			err = staleReplies(ctx, r.tx, r.now, thatMessage, e.Platform, e.Workspace, e.Channel, id)
		} else {
			there, err = changed(r.tx.ExecContext(ctx, insertTombstone+`WHERE d.id = $6 ON CONFLICT (platform, workspace, channel, message_id) DO NOTHING`,
				bot.NewID(r.now), e.Thread, id, ms(e.At), false, e.Discussion))
		}
		if err != nil {
			return err
		}
		if there {
			r.did.Replies++
		}
	}
	return nil
}

func (r *reapply) person(ctx context.Context, e entry) error {
	p, known, err := r.who(ctx, e.Who)
	if err != nil || !known {
		return err
	}
	n, err := erasePerson(ctx, r.tx, &noted{}, p, e.At, r.now)
	if r.did.Replies += n; n > 0 {
		r.did.People++
	}
	return err
}

func (r *reapply) optOut(ctx context.Context, e entry) error {
	news, err := optOut(ctx, r.tx, e.Who, e.Did == didOptOut, e.At)
	if err != nil || !news {
		return err
	}
	r.did.OptOuts++
	p, known, err := r.who(ctx, e.Who)
	if err != nil || !known {
		return err
	}
	return staleRecap(ctx, r.tx, r.now, writtenBy, p.Platform, p.Workspace, p.ID)
}

// who finds the person with a hash among those whose replies are stored.
func (r *reapply) who(ctx context.Context, hash string) (p bot.Person, known bool, err error) {
	if r.people == nil {
		r.people = map[string]bot.Person{}
		var text string
		err := r.tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = 'hash_key'`).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) { // nobody was hashed yet
			return p, false, nil
		}
		if err != nil {
			return p, false, err
		}
		key, err := hex.DecodeString(text)
		if err != nil {
			return p, false, err
		}
		rows, err := r.tx.QueryContext(ctx, `SELECT DISTINCT platform, workspace, author_id FROM replies WHERE author_id <> ''`)
		people, err := collect(rows, err, func(s scanner) (p bot.Person, err error) { return p, s.Scan(&p.Platform, &p.Workspace, &p.ID) })
		if err != nil {
			return p, false, err
		}
		for _, p := range people {
			r.people[bot.PersonHash(key, p)] = p
		}
	}
	p, known = r.people[hash]
	return p, known, nil
}

func (r *reapply) exclude(ctx context.Context, e entry) error {
	out := e.Did == didExclude
	for _, id := range e.Messages {
		news, err := changed(r.tx.ExecContext(ctx, `UPDATE replies SET excluded = $1 WHERE platform = $2 AND workspace = $3 AND channel = $4 AND message_id = $5 AND excluded <> $1`,
			out, e.Platform, e.Workspace, e.Channel, id))
		if err != nil {
			return err
		}
		switch {
		case news:
			err = staleRecap(ctx, r.tx, r.now, thatMessage, e.Platform, e.Workspace, e.Channel, id)
		case out: // for when a listing brings it
			err = exec(ctx, r.tx, `INSERT INTO ledger_exclusions (platform, workspace, channel, message_id) VALUES ($1, $2, $3, $4)
				ON CONFLICT (platform, workspace, channel, message_id) DO NOTHING`, e.Platform, e.Workspace, e.Channel, id)
		default:
			err = exec(ctx, r.tx, `DELETE FROM ledger_exclusions WHERE platform = $1 AND workspace = $2 AND channel = $3 AND message_id = $4`, e.Platform, e.Workspace, e.Channel, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reapply) discussion(ctx context.Context, e entry) error {
	var there bool
	err := r.tx.QueryRowContext(ctx, `SELECT COUNT(*) > 0 FROM discussions WHERE id = $1 AND state <> 'erased'`, e.Discussion).Scan(&there)
	if err != nil || !there {
		return err
	}
	r.did.Discussions++
	return eraseDiscussion(ctx, r.tx, e.Discussion, r.now)
}

// installation erases one that was erased after the backup. When there is
// something newer of it, it was invited again before that.
func (r *reapply) installation(ctx context.Context, e entry) error {
	var old, newer int
	err := r.tx.QueryRowContext(ctx, `SELECT COUNT(CASE WHEN created_at <= $1 THEN 1 END), COUNT(CASE WHEN created_at > $1 THEN 1 END) FROM (
			SELECT created_at FROM installations WHERE platform = $2 AND workspace = $3
			UNION ALL SELECT created_at FROM schedules WHERE platform = $2 AND workspace = $3
			UNION ALL SELECT created_at FROM occurrences WHERE platform = $2 AND workspace = $3) AS rows_of_it`, ms(e.At), e.Platform, e.Workspace).Scan(&old, &newer)
	if err != nil || old == 0 || newer > 0 {
		return err
	}
	r.did.Installations++
	if err := linkFeeds(ctx, r.tx, e.Platform, e.Workspace); err != nil {
		return err
	}
	for {
		left, err := eraseRows(ctx, r.tx, e.Platform, e.Workspace, r.now)
		if err != nil {
			return err
		}
		if !left {
			return exec(ctx, r.tx, `DELETE FROM installations WHERE platform = $1 AND workspace = $2`, e.Platform, e.Workspace)
		}
	}
}

// open counts the article of a discussion that the backup does not know as
// posted in its channel.
func (r *reapply) open(ctx context.Context, e entry) error {
	news, err := changed(r.tx.ExecContext(ctx, `INSERT INTO ledger_openings (discussion_id, platform, workspace, channel, url, hash, withdrawn, opened_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT 1 FROM discussions WHERE id = $1) ON CONFLICT (discussion_id) DO NOTHING`,
		e.Discussion, e.Platform, e.Workspace, e.Channel, e.URL, e.Hash, false, ms(e.At)))
	if err != nil || !news || e.Added == "" {
		return err
	}
	return exec(ctx, r.tx, `UPDATE added SET taken_at = $1 WHERE id = $2 AND taken_at IS NULL`, ms(e.At), e.Added)
}

func (r *reapply) withdraw(ctx context.Context, e entry) error {
	if err := exec(ctx, r.tx, `UPDATE ledger_openings SET withdrawn = TRUE WHERE discussion_id = $1`, e.Discussion); err != nil {
		return err
	}
	began, err := withdraw(ctx, r.tx, e.Discussion, "withdrawn before the database was restored", r.now)
	if began {
		r.did.Withdrawn++
	}
	return err
}
