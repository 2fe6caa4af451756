package store

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"colloquy/bot"
)

func TestArticlesAreKeptAsTheyWereRead(t *testing.T) {
	db := open(t, place(t))
	in := bot.Article{
		URL: "https://example.org/a", Title: "Rivers", TitleMade: true, Byline: "Ann Lee", Site: "Post", Published: when, Language: "en",
		Image: "https://example.org/i.png", Words: 3, Text: "Rivers need room.", Categories: []string{"Water, wide", `"quoted"`, "پانی"}, Snippet: 160,
	}
	put, err := db.PutArticle(t.Context(), in, when)
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.Article(t.Context(), put.ID)
	if in.ID = put.ID; err != nil || !reflect.DeepEqual(got, in) || !reflect.DeepEqual(put, in) {
		t.Errorf("%v\nput  %+v\nread %+v\nof   %+v", err, put, got, in)
	}
	in.Snippet, in.Categories = bot.NoSnippet, nil // what the publisher says later
	again, err := db.PutArticle(t.Context(), in, when.Add(time.Hour))
	if err != nil || again.ID != put.ID || again.Snippet != bot.NoSnippet || again.Categories != nil {
		t.Errorf("read again: %+v, %v", again, err)
	}
}

func TestItemsKeepTheirCategories(t *testing.T) {
	db := open(t, place(t))
	ctx, ch := t.Context(), bot.Channel{Platform: "console", ID: "a"}
	f := bot.Feed{ID: "f", URL: "https://example.org/feed", CreatedAt: when}
	if err := db.PutFeed(ctx, f, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	items := []bot.Item{{ID: "i", FeedID: f.ID, GUID: "1", Title: "A", Published: when, Categories: []string{"Sport", "Sea"}}, {ID: "j", FeedID: f.ID, GUID: "2", Title: "B"}}
	if err := db.FeedPolled(ctx, f, items, when); err != nil {
		t.Fatal(err)
	}
	got, err := db.FreshItems(ctx, ch, "", []bot.ID{f.ID}, bot.Newest, 10)
	if err != nil || !reflect.DeepEqual(got, items) {
		t.Errorf("%v\n%+v, and should be\n%+v", err, got, items)
	}
}

// The same text may be quoted at length in one place and not in another, and
// nobody gets what was written under other terms.
func TestDigestsAreForTheirBriefAndTheirLimit(t *testing.T) {
	db := open(t, place(t))
	ctx, v := t.Context(), bot.WriterInfo{Name: "w"}
	free, err := db.PutArticle(ctx, bot.Article{Title: "T", Text: "Rivers need room."}, when)
	if err != nil {
		t.Fatal(err)
	}
	limited, err := db.PutArticle(ctx, bot.Article{Title: "T", Text: "Rivers need room.", URL: "https://example.org/a", Snippet: 10}, when)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.PutDigest(ctx, bot.Digest{ID: "d1", ArticleID: free.ID}, bot.Brief{}, v, when)
	if err != nil || d.ID != "d1" {
		t.Fatal(d, err)
	}
	for _, c := range []struct {
		article bot.ID
		brief   bot.Brief
		found   bool
	}{
		{free.ID, bot.Brief{}, true}, {free.ID, bot.Brief{QuoteWords: 40}, false}, {free.ID, bot.Brief{Sentences: 1}, false}, {limited.ID, bot.Brief{}, false},
	} {
		if _, ok, err := db.FindDigest(ctx, c.article, c.brief, v); err != nil || ok != c.found {
			t.Errorf("%+v: found %v, %v", c, ok, err)
		}
	}
	if d, err = db.PutDigest(ctx, bot.Digest{ID: "d2", ArticleID: limited.ID}, bot.Brief{}, v, when); err != nil || d.ID != "d2" {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err = db.PutDigest(ctx, bot.Digest{ID: "d3", ArticleID: limited.ID}, bot.Brief{}, v, when); err != nil || d.ID != "d2" {
		t.Errorf("written twice: %+v, %v", d, err)
	}
}

// A database of the first version keeps what it holds.
func TestTheFirstVersionIsBroughtUpToDate(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "old.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, old, files, goose.WithLogger(goose.NopLogger()))
	if err == nil {
		_, err = p.UpTo(context.Background(), 1)
	}
	if err == nil {
		_, err = old.Exec(`INSERT INTO articles (id, url, url_key, hash, title, title_made, byline, site, language, image, words, text, fetched_at)
			VALUES ('a', '', '', 'h', 'Rivers', FALSE, '', '', 'en', '', 3, 'Rivers need room.', 0)`)
	}
	if err == nil {
		err = old.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	a, err := db.Article(t.Context(), "a")
	if err != nil || a.Title != "Rivers" || a.Snippet != 0 || a.Categories != nil {
		t.Errorf("%+v, %v", a, err)
	}
	if copies, _ := filepath.Glob(path + ".before-*"); len(copies) != 1 {
		t.Errorf("copies %q", copies)
	} else if info, err := os.Stat(copies[0]); err != nil || info.Size() == 0 {
		t.Errorf("%v, %v", info, err)
	}
}

// A digest is for an audience; who names none means the first.
func TestDigestOfAnAudience(t *testing.T) {
	db, d, _ := withDiscussion(t)
	v := bot.WriterInfo{Name: "openai", Model: "m", PromptVersion: "1"}
	for _, id := range []bot.ID{"general", "classroom"} {
		dig := bot.Digest{ID: id, ArticleID: d.ArticleID, Writer: v, Spent: bot.Spent{Calls: 2, Cost: 3}, Fallback: bot.Fallback{Code: "refused", Text: "why"}}
		if got, err := db.PutDigest(t.Context(), dig, bot.Brief{Audience: string(id)}, v, when); err != nil || got.ID != id || got.Spent != dig.Spent || got.Fallback != dig.Fallback {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	for audience, want := range map[string]bot.ID{"": "general", "general": "general", "classroom": "classroom", "team": ""} {
		if got, found, err := db.FindDigest(t.Context(), d.ArticleID, bot.Brief{Audience: audience}, v); err != nil || found != (want != "") || got.ID != want {
			t.Errorf("%q: %s, %v, %v", audience, got.ID, found, err)
		}
	}
}
