package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"colloquy/bot"
)

// urlHash is what the ledger knows a page by: the hash of its [urlKey].
func urlHash(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// urlKey is the same for URLs under which people see the same page: without
// scheme, "www.", fragment and a slash at the end.
func urlKey(s string) string {
	u, err := url.Parse(s)
	if s == "" || err != nil || u.Host == "" {
		return s
	}
	key := strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		key += "?" + u.RawQuery
	}
	return key
}

const articleColumns = `id, url, title, title_made, byline, site, language, image, words, text, published_at, snippet, categories`

func scanArticle(s scanner) (bot.Article, error) {
	var a bot.Article
	var published sql.NullInt64
	var categories string
	err := s.Scan(&a.ID, &a.URL, &a.Title, &a.TitleMade, &a.Byline, &a.Site, &a.Language, &a.Image, &a.Words, &a.Text, &published, &a.Snippet, &categories)
	if err != nil {
		return a, err
	}
	a.Published = at(published)
	return a, unpackList(categories, &a.Categories)
}

// packList makes the JSON of a column of texts: a list, be it empty.
func packList(list []string) string { return pack(append([]string{}, list...)) }

// unpackList reads such a column; an empty list is nil.
func unpackList(text string, into *[]string) error {
	if text == "[]" {
		return nil
	}
	return unpack(text, into)
}

// PutArticle implements [bot.Store]. What the publisher says of an article that
// is known, other than its text, is kept as it was, but for the latest word on
// excerpts and the categories.
func (db *DB) PutArticle(ctx context.Context, a bot.Article, now time.Time) (bot.Article, error) {
	hash := bot.ContentHash(a.Text)
	// Beside others: of two that store the same, one waits and finds the row; what
	// erases articles runs alone.
	err := db.beside(ctx, func(t Tx) error {
		tx := t.tx
		err := exec(ctx, tx, `INSERT INTO articles (`+articleColumns+`, url_key, hash, fetched_at, erase_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
			ON CONFLICT (hash, url) DO UPDATE SET snippet = excluded.snippet, categories = excluded.categories,
				text = excluded.text, erase_at = excluded.erase_at`,
			bot.NewID(now), a.URL, a.Title, a.TitleMade, a.Byline, a.Site, a.Language, a.Image, a.Words, a.Text, ms(a.Published),
			a.Snippet, packList(a.Categories), urlKey(a.URL), hash, ms(now), ms(now.Add(bot.KeepText)))
		if err != nil {
			return err
		}
		a, err = scanArticle(tx.QueryRowContext(ctx, `SELECT `+articleColumns+` FROM articles WHERE hash = $1 AND url = $2`, hash, a.URL))
		return err
	})
	return a, err
}

// Article implements [bot.Store].
func (db *DB) Article(ctx context.Context, id bot.ID) (bot.Article, error) {
	a, err := scanArticle(db.r.QueryRowContext(ctx, `SELECT `+articleColumns+` FROM articles WHERE id = $1`, id))
	return a, found(err, "article", id)
}

// Posted implements [bot.Store].
func (db *DB) Posted(ctx context.Context, ch bot.Channel, url string, article bot.ID) (posted, withdrawn bool, err error) {
	key := urlKey(url)
	err = db.r.QueryRowContext(ctx, `SELECT COUNT(*) > 0, COUNT(CASE WHEN withdrawn THEN 1 END) > 0 FROM (
			SELECT state IN ('withdrawing', 'withdrawn') AS withdrawn FROM discussions
			WHERE platform = $1 AND workspace = $2 AND channel = $3 AND state <> 'failed'
				AND ($4 <> '' AND url_key = $4 OR hash = (SELECT hash FROM articles WHERE id = $5))
		UNION ALL SELECT withdrawn FROM ledger_openings
			WHERE platform = $1 AND workspace = $2 AND channel = $3
				AND ($6 <> '' AND url = $6 OR hash = (SELECT hash FROM articles WHERE id = $5))) AS openings`,
		ch.Platform, ch.Workspace, ch.ID, key, article, urlHash(key)).Scan(&posted, &withdrawn)
	return posted, withdrawn, writeProblem(err)
}

// RecentArticles implements [bot.Store].
func (db *DB) RecentArticles(ctx context.Context, ch bot.Channel, since time.Time) ([]bot.Article, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT `+articleColumns+` FROM articles WHERE id IN (SELECT article_id FROM discussions
		WHERE platform = $1 AND workspace = $2 AND channel = $3 AND created_at >= $4 AND state <> 'failed')`, ch.Platform, ch.Workspace, ch.ID, ms(since))
	return collect(rows, err, scanArticle)
}

func briefKey(b bot.Brief) string {
	key := fmt.Sprintf("%d/%d/%d", b.Sentences, b.Questions, b.QuoteWords)
	if b.Audience != "" && b.Audience != bot.Audiences()[0] {
		key += "/" + b.Audience
	}
	return key
}

func versionKey(v bot.WriterInfo) string { return v.Name + "/" + v.Model + "/" + v.PromptVersion }

// body is what the digests table holds as JSON.
type body struct {
	Language  string          `json:"language"`
	Opinion   bool            `json:"opinion"`
	Sentences []string        `json:"sentences"`
	Summary   []bot.Statement `json:"summary"`
	Questions []bot.Question  `json:"questions"`
	Spares    []bot.Question  `json:"spares"`
	Writer    bot.WriterInfo  `json:"writer"`
	Dropped   []bot.Dropped   `json:"dropped"`
	Spent     bot.Spent       `json:"spent,omitzero"`
	Fallback  bot.Fallback    `json:"fallback,omitzero"`
}

func scanDigest(s scanner) (bot.Digest, error) {
	var d bot.Digest
	var text string
	if err := s.Scan(&d.ID, &d.ArticleID, &text); err != nil {
		return d, err
	}
	var b body
	if err := unpack(text, &b); err != nil {
		return d, err
	}
	d.Language, d.Opinion, d.Sentences, d.Summary = b.Language, b.Opinion, b.Sentences, b.Summary
	d.Questions, d.Spares, d.Writer, d.Dropped = b.Questions, b.Spares, b.Writer, b.Dropped
	d.Spent, d.Fallback = b.Spent, b.Fallback
	return d, nil
}

func packDigest(d bot.Digest) string {
	return pack(body{d.Language, d.Opinion, d.Sentences, d.Summary, d.Questions, d.Spares, d.Writer, d.Dropped, d.Spent, d.Fallback})
}

// A digest is found again by the text that it is about, by the brief with what
// the publisher lets others quote, and by the writer.
const digestByContent = `SELECT digests.id, digests.article_id, digests.body FROM articles JOIN digests ON digests.hash = articles.hash
	WHERE articles.id = $1 AND digests.brief = $2 || '/' || CAST(articles.snippet AS TEXT) AND digests.version = $3`

// FindDigest implements [bot.Store].
func (db *DB) FindDigest(ctx context.Context, article bot.ID, b bot.Brief, v bot.WriterInfo) (bot.Digest, bool, error) {
	rows, err := db.r.QueryContext(ctx, digestByContent, article, briefKey(b), versionKey(v))
	list, err := collect(rows, err, scanDigest)
	if err != nil || len(list) == 0 {
		return bot.Digest{}, false, err
	}
	return list[0], true, nil
}

// PutDigest implements [bot.Store].
func (db *DB) PutDigest(ctx context.Context, d bot.Digest, b bot.Brief, v bot.WriterInfo, now time.Time) (bot.Digest, error) {
	text := packDigest(d)
	// Beside others: as an article. The one that was stored first is what both get.
	err := db.beside(ctx, func(t Tx) error {
		tx := t.tx
		err := exec(ctx, tx, `INSERT INTO digests (id, article_id, hash, brief, version, body, writer, created_at)
			SELECT $1, articles.id, articles.hash, $2 || '/' || CAST(articles.snippet AS TEXT), $3, $4, $5, $6 FROM articles WHERE articles.id = $7
			ON CONFLICT (hash, brief, version) DO NOTHING`, d.ID, briefKey(b), versionKey(v), text, d.Writer.Name, ms(now), d.ArticleID)
		if err != nil {
			return err
		}
		d, err = scanDigest(tx.QueryRowContext(ctx, digestByContent, d.ArticleID, briefKey(b), versionKey(v)))
		return err
	})
	return d, err
}

// Digest implements [bot.Store].
func (db *DB) Digest(ctx context.Context, id bot.ID) (bot.Digest, error) {
	d, err := scanDigest(db.r.QueryRowContext(ctx, `SELECT id, article_id, body FROM digests WHERE id = $1`, id))
	return d, found(err, "digest", id)
}

// AskedSince implements [bot.Store].
func (db *DB) AskedSince(ctx context.Context, ch bot.Channel, since time.Time, not bot.ID) ([]string, error) {
	rows, err := db.r.QueryContext(ctx, `SELECT questions FROM discussions
		WHERE platform = $1 AND workspace = $2 AND channel = $3 AND state <> 'failed' AND created_at >= $4
			AND hash <> (SELECT hash FROM articles WHERE id = $5)`, ch.Platform, ch.Workspace, ch.ID, ms(since), not)
	lists, err := collect(rows, err, func(s scanner) (q []bot.Question, err error) {
		var text string
		if err := s.Scan(&text); err != nil {
			return nil, err
		}
		return q, unpack(text, &q)
	})
	var asked []string
	for _, list := range lists {
		for _, q := range list {
			asked = append(asked, q.Text)
		}
	}
	return asked, err
}
