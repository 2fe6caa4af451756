package source

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestSnippetRules(t *testing.T) {
	for list, want := range map[string]int{
		"": 0, "noindex, nofollow": 0, "none": 0, "all": 0,
		"nosnippet": -1, "NoIndex,NOSNIPPET": -1, " nosnippet ,noarchive": -1,
		"max-snippet:160": 160, "max-snippet: 160 , max-image-preview:large": 160, "max-snippet:0": -1, "max-snippet:-1": 0,
		"max-snippet:200, max-snippet:50": 50, "max-snippet:50, nosnippet": -1, "nosnippet, max-snippet:50": -1,
		"max-snippet": 0, "max-snippet:": 0, "max-snippet:x": 0, "max-snippet:1e3": 0, "max-snippet:-7": 0, "max-snippet:99999999999999999999": 0,
		"max-image-preview:0, max-video-preview:0": 0, "nosnippets": 0, "snippet": 0,
		"colloquy: nosnippet": -1, "Colloquy:max-snippet:80": 80, "*: nosnippet": -1, "robots: nosnippet": -1,
		"otherbot: nosnippet": 0, "otherbot: noindex, nosnippet": 0, "otherbot: nosnippet, colloquy: max-snippet:90": 90,
		"max-snippet:90, otherbot: nosnippet":                               90,
		"unavailable_after: 25 Jun 2030 15:00:00 PST, nosnippet":            -1,
		"unavailable_after: Friday, 25-Jun-30 15:00:00 PST, max-snippet:70": 70,
		":,:,,:nosnippet": 0, ",nosnippet": -1,
	} {
		if got := snippetOf(list, "colloquy"); got != want {
			t.Errorf("%q allows %d, and should allow %d", list, got, want)
		}
	}
}

func TestSnippetOfPages(t *testing.T) {
	robots := func(content string) string { return `<meta name="robots" content="` + content + `">` }
	headers := func(lines ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for _, l := range lines {
				w.Header().Add("X-Robots-Tag", l)
			}
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(prosePage("T", robots("max-snippet:300"))))
		}
	}
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		want int
	}{
		"none":          {send("text/html", prosePage("T", "")), 0},
		"nosnippet":     {send("text/html", prosePage("T", robots("noindex, nosnippet"))), bot.NoSnippet},
		"upper case":    {send("text/html", prosePage("T", `<META NAME="ROBOTS" CONTENT="NOSNIPPET">`)), bot.NoSnippet},
		"zero":          {send("text/html", prosePage("T", robots("max-snippet:0"))), bot.NoSnippet},
		"a limit":       {send("text/html", prosePage("T", robots("max-snippet:160"))), 160},
		"two elements":  {send("text/html", prosePage("T", robots("max-snippet:160")+robots("index")+robots("max-snippet:90"))), 90},
		"for us":        {send("text/html", prosePage("T", `<meta name="Colloquy" content="nosnippet">`)), bot.NoSnippet},
		"for others":    {send("text/html", prosePage("T", `<meta name="googlebot" content="nosnippet"><meta property="og:title" content="nosnippet">`)), 0},
		"header":        {headers("nosnippet"), bot.NoSnippet},
		"header, lower": {headers("noarchive", "max-snippet: 120"), 120},
		"header, ours":  {headers("otherbot: nosnippet", "colloquy: max-snippet:100"), 100},
		"header, other": {headers("googlebot: nosnippet"), 300},
		"of a text": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("X-Robots-Tag", "nosnippet")
			_, _ = w.Write([]byte(strings.Repeat(sentence, 5)))
		}, bot.NoSnippet},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]http.HandlerFunc{"/": c.h})
			if a := article(t, testReader(), bot.Source{Ref: s.URL}); a.Snippet != c.want {
				t.Errorf("%d, and should be %d", a.Snippet, c.want)
			}
			if a := article(t, testReader(), bot.Source{Item: &bot.Item{URL: s.URL, Title: "T", Text: "A teaser."}}); a.Snippet != c.want {
				t.Errorf("as an entry %d, and should be %d", a.Snippet, c.want)
			}
		})
	}
	a, err := testReader().Pasted(prosePage("T", robots("nosnippet")), "", "https://example.org/x")
	if err != nil || a.Snippet != 0 {
		t.Errorf("pasted: %d, %v", a.Snippet, err)
	}
}

func TestWithheldParts(t *testing.T) {
	const secret = "The withheld part says that nobody may quote it at all, not even a word of it. "
	shown := "<p>" + strings.Repeat(sentence, 12) + "</p>"
	pages := map[string]string{
		"a paragraph": pageOf("T", "", "<article><h1>T</h1>"+shown+"<p data-nosnippet>"+strings.Repeat(secret, 4)+"</p></article>"),
		"most of it":  pageOf("T", "", "<article><h1>T</h1>"+shown+"<section data-nosnippet=''>"+strings.Repeat("<p>"+strings.Repeat(secret, 6)+"</p>", 6)+"</section></article>"),
		"a span":      pageOf("T", "", "<article><h1>T</h1>"+shown+"<p>"+sentence+"<span DATA-NOSNIPPET=true>"+secret+"</span>"+sentence+"</p></article>"),
	}
	for name, page := range pages {
		s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", page)})
		a := article(t, testReader(), bot.Source{Ref: s.URL})
		if strings.Contains(a.Text, "withheld") || !strings.Contains(a.Text, "harbour") || a.Snippet != 0 {
			t.Errorf("%s: snippet %d of\n%s", name, a.Snippet, a.Text)
		}
		if a, err := testReader().Pasted(page, "", ""); err != nil || !strings.Contains(a.Text, "withheld") {
			t.Errorf("%s, pasted: %v\n%s", name, err, a.Text)
		}
	}
	for name, body := range map[string]string{"article": "<article data-nosnippet><h1>T</h1>" + shown + "</article>", "body": shown + "</body><body data-nosnippet>"} {
		s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", pageOf("T", "", body))})
		_, err := testReader().Article(context.Background(), bot.Source{Ref: s.URL})
		wantCode(t, err, "nosnippet")
		_, err = testReader().Article(context.Background(), bot.Source{Item: &bot.Item{URL: s.URL, Text: strings.Repeat(sentence, 20)}})
		wantCode(t, err, "nosnippet")
		if t.Failed() {
			t.Log(name)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("max-snippet:160, nosnippet", "colloquy: max-snippet:80")
	f.Add("unavailable_after: 25 Jun 2030 15:00:00 PST", "otherbot: nosnippet, *: noindex")
	f.Add(":,,max-snippet:-1:", "\x00nosnippet\xff")
	r := testReader()
	u, _ := url.Parse("https://example.org/a")
	f.Fuzz(func(t *testing.T, content, header string) {
		page := prosePage("T", `<meta name="robots" content="`+strings.ReplaceAll(content, `"`, "'")+`">`)
		a, err := r.fetched(u, &response{url: u, status: 200, body: []byte(page), header: http.Header{"Content-Type": {"text/html"}, "X-Robots-Tag": {header}}})
		checkArticle(t, a, err)
		if got := snippetOf(header, "colloquy"); got < bot.NoSnippet || err == nil && stricter(got, a.Snippet) != a.Snippet {
			t.Errorf("header %q allows %d, the article %d", header, got, a.Snippet)
		}
	})
}
