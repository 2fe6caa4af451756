package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"colloquy/bot"
)

// eraseAtOnce is how many articles or rows of an installation one transaction
// erases: few enough that replies need not wait for it.
const eraseAtOnce = 50

// EraseDue erases some of what is kept no longer, and returns how much; when
// that is not 0 there may be more.
func (db *DB) EraseDue(ctx context.Context, now time.Time) (int, error) {
	n := 0
	for _, erase := range []func(context.Context, *sql.Tx, time.Time) (int, error){putOff, eraseTexts, eraseItemTexts, erasePasted, eraseSpent} {
		err := db.write(ctx, func(tx *sql.Tx) error {
			erased, err := erase(ctx, tx, now)
			n += erased
			return err
		})
		if err != nil {
			return n, err
		}
	}
	erased, err := db.eraseGone(ctx, now)
	return n + erased, err
}

// dueArticles are those whose text is kept no longer.
const dueArticles = `SELECT id FROM articles WHERE erase_at <= $1 ORDER BY erase_at LIMIT `

// inUse are articles a of which more may be written, or shown for the first time.
const inUse = `(EXISTS (SELECT 1 FROM discussions d WHERE d.article_id = articles.id AND d.state = 'posting')
	OR EXISTS (SELECT 1 FROM drafts f WHERE f.article_id = articles.id AND f.state = 'open'))`

// putOff keeps for another day what a draft or a discussion that is being
// posted still needs.
func putOff(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	res, err := tx.ExecContext(ctx, `UPDATE articles SET erase_at = $1 WHERE id IN (SELECT id FROM articles WHERE erase_at <= $2 AND `+inUse+`)`,
		ms(now.Add(24*time.Hour)), ms(now))
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// eraseTexts erases the text of some articles. One that nothing refers to goes
// with all that was written about it.
func eraseTexts(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	rows, err := tx.QueryContext(ctx, dueArticles+fmt.Sprint(eraseAtOnce), ms(now))
	due, err := collect(rows, err, scanID)
	if err != nil {
		return 0, err
	}
	for _, id := range due {
		if err := eraseText(ctx, tx, id); err != nil {
			return 0, fmt.Errorf("article %s: %w", id, err)
		}
	}
	return len(due), nil
}

func eraseText(ctx context.Context, tx *sql.Tx, id bot.ID) error {
	var used bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM discussions WHERE article_id = $1) OR EXISTS (SELECT 1 FROM drafts WHERE article_id = $1)
		OR EXISTS (SELECT 1 FROM discussions d JOIN digests g ON g.id = d.digest_id WHERE g.article_id = $1)
		OR EXISTS (SELECT 1 FROM drafts f JOIN digests g ON g.id = f.digest_id WHERE g.article_id = $1)`, id).Scan(&used)
	if err != nil {
		return err
	}
	if !used {
		if err := exec(ctx, tx, `DELETE FROM digests WHERE article_id = $1`, id); err != nil {
			return err
		}
		return exec(ctx, tx, `DELETE FROM articles WHERE id = $1`, id)
	}
	rows, err := tx.QueryContext(ctx, `SELECT id, article_id, body FROM digests WHERE article_id = $1`, id)
	digests, err := collect(rows, err, scanDigest)
	if err != nil {
		return err
	}
	for _, d := range digests {
		if err := exec(ctx, tx, `UPDATE digests SET body = $1 WHERE id = $2`, packDigest(evidenceOnly(d)), d.ID); err != nil {
			return err
		}
	}
	return exec(ctx, tx, `UPDATE articles SET text = '', erase_at = NULL WHERE id = $1`, id)
}

// evidenceOnly leaves in a digest the sentences that support what was written.
// The others become empty, so that the indexes stay what they are.
func evidenceOnly(d bot.Digest) bot.Digest {
	kept := make([]string, len(d.Sentences))
	keep := func(evidence []int) {
		for _, i := range evidence {
			if i >= 0 && i < len(kept) {
				kept[i] = d.Sentences[i]
			}
		}
	}
	for _, s := range d.Summary {
		keep(s.Evidence)
	}
	for _, list := range [][]bot.Question{d.Questions, d.Spares} {
		for _, q := range list {
			keep(q.Evidence)
		}
	}
	d.Sentences = kept
	dropped := make([]bot.Dropped, len(d.Dropped))
	for i, x := range d.Dropped {
		dropped[i].Reason = x.Reason
	}
	d.Dropped = dropped
	return d
}

// eraseItemTexts erases the feeds' own text of some entries.
func eraseItemTexts(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	res, err := tx.ExecContext(ctx, `UPDATE items SET text = '' WHERE id IN (SELECT id FROM items WHERE text <> '' AND found_at <= $1 LIMIT 200)`,
		ms(now.Add(-bot.KeepText)))
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// pasted are occurrences whose request may hold the text that is to be discussed.
const pasted = `request LIKE '%"text":%'`

// erasePasted erases the texts that were given in some requests by hand.
func erasePasted(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+occurrenceColumns+` FROM occurrences WHERE `+pasted+` AND created_at <= $1 LIMIT `+fmt.Sprint(eraseAtOnce),
		ms(now.Add(-bot.KeepText)))
	list, err := collect(rows, err, scanOccurrence)
	if err != nil {
		return 0, err
	}
	for _, o := range list {
		o.Request.Text = ""
		if err := exec(ctx, tx, `UPDATE occurrences SET request = $1 WHERE id = $2`, pack(o.Request), o.ID); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
