package source

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestEntry(t *testing.T) {
	full := strings.Repeat("The feed itself tells the whole story of the harbour at length. ", 20)
	teaser := "A teaser of the story, in ten words or so."
	s := serve(t, map[string]http.HandlerFunc{
		"/page": send("text/html", prosePage("Of the page", "")), "/403": status(403), "/404": status(404), "/410": status(410), "/500": status(500), "/402": status(402),
		"/wall":  send("text/html", pageOf("Wall", "", "<p>The budget is late this year.</p><p>Already a subscriber? Log in.</p>")),
		"/short": send("text/html", pageOf("Short", "", "<article><p>"+sentence+"</p></article>")),
		"/pdf":   send("application/pdf", "%PDF-1.4"), "/away": redirect("http://10.0.0.1/", 302),
		"/robots.txt": send("text/plain", "User-agent: *\nDisallow: /hidden"), "/hidden": send("text/html", prosePage("Hidden", "")),
	})
	for _, c := range []struct{ path, text, code, from string }{
		{"/page", full, "", "page"},
		{"/page", "", "", "page"},
		{"/short", full, "", "feed"},
		{"/short", teaser, "", "page"},
		{"/403", full, "", "feed"},
		{"/403", teaser, "refused", ""},
		{"/402", full, "", "feed"},
		{"/500", full, "", "feed"},
		{"/500", "", "server_error", ""},
		{"/pdf", full, "", "feed"},
		{"/wall", full, "", "feed"},
		{"/wall", strings.Repeat(teaser+" ", 4), "", "feed"},
		{"/wall", "Budget late.", "paywall", ""},
		{"/hidden", full, "", "feed"},
		{"/hidden", teaser, "robots", ""},
		{"/404", full, "not_found", ""},
		{"/410", full, "gone", ""},
		{"/away", full, "blocked_address", ""},
	} {
		it := &bot.Item{URL: s.URL + c.path, Title: "Of the feed", Byline: "Ann Lee", Text: c.text, Published: testTime}
		a, err := testReader().Article(context.Background(), bot.Source{Item: it, Scheduled: true})
		if c.code != "" {
			wantCode(t, err, c.code)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if fromFeed := strings.Contains(a.Text, "feed itself") || strings.Contains(a.Text, "teaser"); fromFeed != (c.from == "feed") {
			t.Errorf("%s with %d words of its own: the text is not the %s's", c.path, countWords(c.text, 1000), c.from)
		}
		if a.Title != "Of the feed" || a.TitleMade || a.Byline != "Ann Lee" || !a.Published.Equal(testTime) || a.URL != s.URL+c.path || a.Words != countWords(a.Text, maxWords) {
			t.Errorf("%s: read %+v", c.path, a)
		}
	}
}

func TestEntryWithoutPage(t *testing.T) {
	a := article(t, testReader(), bot.Source{Item: &bot.Item{Text: "One paragraph here.\n\nAnother one."}})
	if a.Text != "One paragraph here.\n\nAnother one." || a.Title != "One paragraph here" || !a.TitleMade || a.URL != "" {
		t.Errorf("read %+v", a)
	}
	_, err := testReader().Article(context.Background(), bot.Source{Item: &bot.Item{Title: "Only a title"}})
	wantCode(t, err, "empty")
}
