package source

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"colloquy/bot"
)

// checkText asks for what [bot.Article] promises of its texts.
func checkText(t *testing.T, s string, paragraphs bool) {
	t.Helper()
	if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) {
		t.Errorf("not valid UTF-8 in NFC: %q", s)
	}
	for _, r := range s {
		if r != '\n' && unicode.Is(unicode.Cc, r) || unseen(r) && r != '\n' && r != '\u200c' && r != '\u200d' {
			t.Errorf("%U in %q", r, s)
		}
	}
	if !paragraphs && strings.ContainsRune(s, '\n') {
		t.Errorf("more than one line: %q", s)
	}
	for _, p := range strings.Split(s, "\n\n") {
		if strings.ContainsRune(p, '\n') || s != "" && strings.TrimSpace(p) == "" {
			t.Errorf("a paragraph is empty or has two lines: %q", s)
		}
	}
}

func checkArticle(t *testing.T, a bot.Article, err error) {
	t.Helper()
	if err != nil {
		if bot.ReasonCode(err) == "internal" || strings.ContainsAny(err.Error(), "\n\r\x00") {
			t.Errorf("not a problem in one line: %q", err)
		}
		return
	}
	checkText(t, a.Text, true)
	for _, s := range []string{a.Title, a.Byline, a.Site} {
		checkText(t, s, false)
	}
	checkCategories(t, a.Categories)
	if a.Snippet < bot.NoSnippet {
		t.Errorf("snippet %d", a.Snippet)
	}
	if a.Title == "" || a.Words < 2 || a.Words > maxWords || utf8.RuneCountInString(a.Title) > maxTitle+1 {
		t.Errorf("title %q, %d words", a.Title, a.Words)
	}
	for _, u := range []string{a.URL, a.Image} {
		if u != "" && !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
			t.Errorf("address %q", u)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add(string(fixture(f, "article.html")))
	f.Add(prosePage("T", `<script type="application/ld+json">{"@context":"https://schema.org","@type":"Article","headline":["x"],"author":[{"name":1}]}</script>`))
	f.Add(prosePage("T", `<meta name=keywords content="a,b\u202e"><script type="application/ld+json">{"headline":"x","keywords":[["a"],"b,c"],"articleSection":{}}</script><meta name=robots content=nosnippet>`))
	f.Add(pageOf("T", "", "<p data-nosnippet>"+sentence))
	f.Add("<table><tr><td><p>" + sentence + "<br><br>x<a><table><b><i></b>")
	f.Add("<html><base href='http://[::1'><link rel=canonical href='//'><p>" + sentence)
	f.Add("\xff\xfe<\x00p\x00>\x00")
	f.Add(strings.Repeat("<div>", 600))
	r := testReader()
	u, _ := url.Parse("https://example.org/a/b?c")
	f.Fuzz(func(t *testing.T, data string) {
		a, err := r.document([]byte(data), "text/html", "page", false)
		checkArticle(t, a, err)
		a, err = r.fetched(u, &response{url: u, status: 200, body: []byte(data), header: map[string][]string{"Content-Type": {"text/html"}}})
		checkArticle(t, a, err)
	})
}

func FuzzText(f *testing.F) {
	f.Add("A title here\n\nBy Ann\n\n" + sentence)
	f.Add("---\ntitle: x\n---\n# x\n\n- a\n```\n\\* [a](b) ![c][d] <e> `f` **g** &#0; &#x202e;")
	f.Add("\u200d\u0301\r\r\n\u2028\ufeff\xff\u1100\u1161")
	f.Add("a.\u00a0b. \"C")
	r := testReader()
	f.Fuzz(func(t *testing.T, text string) {
		a, err := r.Pasted(text, "", "")
		checkArticle(t, a, err)
		a, err = r.document([]byte(text), "", "text", true)
		checkArticle(t, a, err)
	})
}

func FuzzFeed(f *testing.F) {
	f.Add(rssFeed, "application/rss+xml")
	f.Add(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://x/"><entry><content type="xhtml"><div><p>x</p></div></content><link href="y"/></entry></feed>`, "")
	f.Add(`{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":1,"content_text":"x"},null]}`, "application/json")
	f.Add(`<?xml version="1.0" encoding="windows-1251"?><rdf:RDF><item/></rdf:RDF>`, "text/xml; charset=utf-8")
	r := testReader()
	u, _ := url.Parse("https://example.org/feed")
	f.Fuzz(func(t *testing.T, data, contentType string) {
		res, err := r.parseFeed(u, &response{url: u, status: 200, body: []byte(data), header: map[string][]string{"Content-Type": {contentType}}}, bot.FeedResult{})
		if err != nil {
			if bot.ReasonCode(err) != "not_a_feed" {
				t.Errorf("not the right problem: %v", err)
			}
			return
		}
		checkText(t, res.Title, false)
		for _, it := range res.Items {
			checkText(t, it.Text, true)
			checkCategories(t, it.Categories)
			for _, s := range []string{it.GUID, it.Title, it.Byline} {
				checkText(t, s, false)
			}
			if it.Hash == "" || it.URL == "" && it.Text == "" || it.URL != "" && CanonicalURL(it.URL) != it.URL {
				t.Errorf("item %+v", it)
			}
		}
	})
}
