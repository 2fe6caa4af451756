package bot_test

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

const month = 30 * 24 * time.Hour

func TestArticleTextsAreErasedAfterAMonth(t *testing.T) {
	b := newBench(t)
	b.request(bot.Request{Ref: b.web.URL + "/quay"})
	d := b.discussion()
	whole, err := b.db.Digest(t.Context(), d.DigestID)
	if err != nil {
		t.Fatal(err)
	}
	b.wait(month - time.Minute)
	if a, err := b.db.Article(t.Context(), d.ArticleID); err != nil || a.Text == "" {
		t.Errorf("a minute before: %+v, %v", a, err)
	}
	b.wait(2 * time.Minute)
	a, err := b.db.Article(t.Context(), d.ArticleID)
	if err != nil || a.Text != "" || a.Title != "quay" || a.Words == 0 {
		t.Errorf("after a month: %+v, %v", a, err)
	}
	kept, err := b.db.Digest(t.Context(), d.DigestID)
	if err != nil || len(kept.Sentences) != len(whole.Sentences) {
		t.Fatalf("%+v, %v", kept, err)
	}
	evidence := map[int]bool{}
	for _, s := range kept.Summary {
		evidence[s.Evidence[0]] = true
	}
	for _, q := range append(kept.Questions, kept.Spares...) {
		for _, i := range q.Evidence {
			evidence[i] = true
		}
	}
	for i, s := range kept.Sentences {
		if want := whole.Sentences[i]; evidence[i] && s != want || !evidence[i] && s != "" {
			t.Errorf("sentence %d, evidence %v, is %q", i, evidence[i], s)
		}
	}
	if len(evidence) == 0 || len(evidence) == len(kept.Sentences) {
		t.Errorf("%d sentences of %d are evidence", len(evidence), len(kept.Sentences))
	}
	// It is read again: then there is something to write about again.
	b.request(bot.Request{Ref: b.web.URL + "/quay", Sentences: 1})
	if again := b.discussion(); again.ID == d.ID || again.ArticleID != d.ArticleID || again.State != bot.StateOpen {
		t.Errorf("read again: %+v", again)
	}
	b.wait(month / 2)
	if a, err = b.db.Article(t.Context(), d.ArticleID); err != nil || a.Text == "" {
		t.Errorf("half a month after it was read again: %+v, %v", a, err)
	}
	if o := b.request(bot.Request{Article: d.ArticleID}); o.Outcome != bot.OutcomePosted {
		t.Errorf("%+v", o)
	}
	b.wait(month)
	if o := b.request(bot.Request{Article: d.ArticleID, Sentences: 2}); o.Outcome != bot.OutcomeFailed || !strings.Contains(o.Reason, "erased 30 days after") {
		t.Errorf("written about without its text: %+v", o)
	}
}

// What was only read, and nowhere posted, goes altogether; a draft keeps what it
// may need; feeds' own texts and pasted ones go as well.
func TestOtherTextsAreErasedAfterAMonth(t *testing.T) {
	b := newBench(t)
	b.web.publish("backlog")
	s := b.schedule(func(s *bot.Schedule) { s.Cron = "0 0 1 1 *" })
	b.web.publish("quay")
	b.wait(time.Hour)
	if _, err := b.engine.Preview(t.Context(), s, "", bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.work()
	draft, found, err := b.db.OpenDraft(t.Context(), s.ID)
	if err != nil || !found {
		t.Fatal(err)
	}
	unused, err := b.db.PutArticle(t.Context(), bot.Article{URL: "https://post.example/unused", Title: "Unused", Text: "Nobody posts this."}, b.clock())
	if err != nil {
		t.Fatal(err)
	}
	item := bot.Item{ID: "i", FeedID: s.Feeds[0], GUID: "own", Title: "With a text", Text: "The feed's own text.", Seen: true}
	f, err := b.db.Feed(t.Context(), s.Feeds[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := b.db.FeedPolled(t.Context(), f, []bot.Item{item}, b.clock()); err != nil {
		t.Fatal(err)
	}
	pasted := b.request(bot.Request{Text: strings.ReplaceAll(storyText, "NAME", "Ostra")})
	b.wait(month + time.Hour)
	b.wait(time.Hour)
	if a, err := b.db.Article(t.Context(), draft.ArticleID); err != nil || a.Text == "" {
		t.Errorf("the article of a draft: %+v, %v", a, err)
	}
	if _, err := b.db.Article(t.Context(), unused.ID); err == nil {
		t.Error("an article that nobody posted is still there")
	}
	items, err := b.db.NewestItems(t.Context(), s.Feeds, 10)
	if err != nil || len(items) != 3 {
		t.Fatalf("%+v, %v", items, err)
	}
	for _, it := range items {
		if it.Text != "" || it.Title == "" {
			t.Errorf("item %+v", it)
		}
	}
	if o, err := b.db.Occurrence(t.Context(), pasted.ID); err != nil || o.Request.Text != "" || o.Request.By == "" || o.Outcome != bot.OutcomePosted {
		t.Errorf("%+v, %v", o, err)
	}
	if !found || b.platform.count("quay") != 0 {
		t.Fatal("the draft was posted")
	}
	if _, err := b.engine.Request(t.Context(), channel, bot.Request{Schedule: s.ID}, "", bot.Operator); err != nil {
		t.Fatal(err)
	}
	b.work()
	if b.platform.count("quay") != 1 {
		t.Errorf("the draft cannot be posted any more: %v", b.outcomes())
	}
	b.wait(25 * time.Hour)
	if a, err := b.db.Article(t.Context(), draft.ArticleID); err != nil || a.Text != "" {
		t.Errorf("once the draft is posted: %+v, %v", a, err)
	}
}
