package source

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"colloquy/bot"
)

const rssFeed = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>The &amp;lt;b&amp;gt;Harbour&amp;lt;/b&amp;gt; Post</title><link>/home/</link><description>News</description>
<item><title>Older &amp;amp; wiser</title><link>old?utm_source=rss&amp;id=1</link><guid isPermaLink="false">tag:1</guid><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>
<dc:creator>Ann Lee</dc:creator><description>A short teaser.</description>
<content:encoded><![CDATA[<p>First paragraph &amp; more.</p><script>x</script><p style="display:none">Hidden.</p><ul><li>An item of it.</li></ul><p><a href="/x">Read more</a></p>]]></content:encoded></item>
<item><title>Newer</title><link>https://example.org/new</link><pubDate>Tue, 03 Mar 2026 08:00:00 GMT</pubDate><description>Plain text.

Two paragraphs.</description></item>
<item><title>No date, after newer</title><guid>https://example.org/nodate</guid></item>
<item><title>From the future</title><link>https://example.org/future</link><pubDate>Tue, 03 Mar 2099 08:00:00 GMT</pubDate></item>
<item><title>Nothing to read</title></item>
<item><link>https://example.org/untitled</link><description>An entry without a title. It has text.</description></item>
</channel></rss>`

func poll(t *testing.T, h http.HandlerFunc) (bot.FeedResult, string) {
	t.Helper()
	s := serve(t, map[string]http.HandlerFunc{"/feed": h})
	res, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL + "/feed"})
	if err != nil {
		t.Fatal(err)
	}
	return res, s.URL
}

func TestFeedRSS(t *testing.T) {
	res, base := poll(t, send("application/rss+xml", rssFeed))
	if res.Title != "The Harbour Post" || res.Link != base+"/home/" || res.URL != "" || res.Skipped != 1 {
		t.Errorf("title %q, link %q, address %q, skipped %d", res.Title, res.Link, res.URL, res.Skipped)
	}
	type row struct{ guid, url, title, by, text string }
	want := []row{
		{"", "https://example.org/new", "Newer", "", "Plain text.\n\nTwo paragraphs."},
		{"https://example.org/nodate", "https://example.org/nodate", "No date, after newer", "", ""},
		{"", "https://example.org/future", "From the future", "", ""},
		{"", "https://example.org/untitled", "An entry without a title", "", "An entry without a title. It has text."},
		{"tag:1", base + "/home/old?id=1", "Older & wiser", "Ann Lee", "First paragraph & more.\n\nAn item of it."},
	}
	if len(res.Items) != len(want) {
		t.Fatalf("%d items: %+v", len(res.Items), res.Items)
	}
	for i, it := range res.Items {
		if got := (row{it.GUID, it.URL, it.Title, it.Byline, it.Text}); got != want[i] {
			t.Errorf("item %d is\n%+q, and should be\n%+q", i, got, want[i])
		}
		if it.Hash == "" {
			t.Errorf("item %d has no hash", i)
		}
	}
	if !res.Items[2].Published.IsZero() || !res.Items[4].Published.Equal(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("dates %v, %v", res.Items[2].Published, res.Items[4].Published)
	}
}

func TestFeedFormats(t *testing.T) {
	latin, _ := charmap.ISO8859_1.NewEncoder().String(`<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><title>Zürich</title><item><title>Größe</title><link>http://example.org/a</link></item></channel></rss>`)
	item := `<item><title>Größe</title><link>http://example.org/a</link></item>`
	for name, c := range map[string]struct{ contentType, body string }{
		"atom":       {"application/atom+xml", `<feed xmlns="http://www.w3.org/2005/Atom"><title>Zürich</title><entry><id>x</id><title type="html">&lt;i&gt;Größe&lt;/i&gt;</title><link rel="alternate" href="http://example.org/a"/><updated>2026-03-01T00:00:00Z</updated></entry></feed>`},
		"json":       {"application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","title":"Zürich","items":[{"id":"x","title":"Größe","url":"http://example.org/a","content_html":"<p>x</p>"}]}`},
		"rdf":        {"application/rdf+xml", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>Zürich</title></channel>` + item + `</rdf:RDF>`},
		"latin1":     {"text/xml", latin},
		"wrong type": {"text/html", `<rss version="2.0"><channel><title>Zürich</title>` + item + `</channel></rss>`},
		"controls":   {"text/xml", "\ufeff\n<?xml version=\"1.0\" encoding=\"utf-16\"?><rss version=\"2.0\"><channel><title>Z\x08ürich</title>" + item + `</channel></rss>`},
		"comment":    {"text/xml", `<?xml version="1.0"?><!-- generated --><rss version="2.0"><channel><title>Zürich</title>` + item + `</channel></rss>`},
		"feedburner": {"text/xml", `<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>Zürich</title><item><title>Größe</title><link>http://feeds.example.com/~r/1</link><feedburner:origLink>http://example.org/a</feedburner:origLink></item></channel></rss>`},
	} {
		t.Run(name, func(t *testing.T) {
			res, _ := poll(t, send(c.contentType, c.body))
			if res.Title != "Zürich" || len(res.Items) != 1 || res.Items[0].Title != "Größe" || res.Items[0].URL != "http://example.org/a" {
				t.Errorf("read %+v", res)
			}
		})
	}
}

func TestFeedWithManyEntries(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Many</title>`)
	for i := range 10_000 { // oldest first
		fmt.Fprintf(&b, "<item><title>Entry %d</title><link>/e/%d</link><pubDate>%s</pubDate></item>", i, i, testTime.AddDate(0, 0, -1).Add(time.Duration(i)*time.Second).Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	res, base := poll(t, send("text/xml", b.String()))
	if len(res.Items) != maxItems || res.Skipped != 9000 || res.Items[0].URL != base+"/e/9999" || res.Items[999].Title != "Entry 9000" {
		t.Errorf("%d items, %d skipped, first %+v", len(res.Items), res.Skipped, res.Items[0])
	}
}

func TestFeedGarbage(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "text": "hello", "half": `<rss version="2.0"><channel><item><title>x`, "json": `{"a":[1,2`, "page": prosePage("A page", ""),
		"deep": `<rss version="2.0"><channel>` + strings.Repeat("<a>", 100_000), "binary": "\x00\x01\x02\x03", "entity": `<!DOCTYPE x [<!ENTITY a "b">]><rss><channel>&a;&b;</channel></rss`,
		"charset":  "<?xml version=\"1.0\"?><rss><channel><title>\xcf\xf0\xe8\xe2\xe5\xf2</title></channel></rss>",
		"jsonDeep": `{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", 200_000),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]http.HandlerFunc{"/": send("text/xml", body)})
			_, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL})
			if err == nil && (name == "half" || name == "entity") {
				return // what can be read of a torn feed may be
			}
			wantCode(t, err, "not_a_feed")
		})
	}
}

func TestTooDeep(t *testing.T) {
	for xml, want := range map[string]bool{
		"<a><b><c/></b></a>": false, "<a><b><c></c></b></a>": true, "<a/><a/><a/><a/>": false, "<?xml?><!DOCTYPE x><a><b></b><b></b></a>": false,
		"<a><![CDATA[<b><c><d>]]></a>": false, "<a><!-- <b><c><d> --></a>": false, "<a></a></a><b><c><d>": true, "<a><b><c": false, `<a x="/>"><b y='/>'><c z="'/>">`: true, "": false, "<": false,
	} {
		if got := tooDeep(xml, 2); got != want {
			t.Errorf("%q is too deep: %v", xml, got)
		}
	}
}

func TestFeedFoundThroughPage(t *testing.T) {
	head := `<link rel="alternate" type="application/rss+xml" href="/comments/feed"><link rel="alternate" type="application/atom+xml" href="/real"><link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/x">`
	s := serve(t, map[string]http.HandlerFunc{
		"/{$}": send("text/html", prosePage("Site", head)), "/real": send("text/xml", rssFeed),
		"/bad": send("text/html", prosePage("Site", `<link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/x">`)),
		"/off": send("text/html", prosePage("Site", `<link rel="alternate" type="application/rss+xml" href="/none">`)),
		"/two": send("text/html", prosePage("Site", `<link rel="alternate" type="application/rss+xml" href="/">`)),
	})
	res, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL})
	if err != nil || res.URL != s.URL+"/real" || len(res.Items) != 5 {
		t.Fatalf("%+v, %v", res, err)
	}
	for path, code := range map[string]string{"/bad": "blocked_address", "/off": "not_found", "/two": "not_a_feed"} {
		_, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL + path})
		wantCode(t, err, code)
	}
}

func TestFeedConditional(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == "yesterday" {
			w.WriteHeader(304)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "yesterday")
		send("text/xml", rssFeed)(w, r)
	}})
	r := testReader()
	res, err := r.Feed(context.Background(), bot.FeedRequest{URL: s.URL})
	if err != nil || res.NotModified || res.ETag != `"v1"` || res.Modified != "yesterday" {
		t.Fatalf("first poll: %+v, %v", res, err)
	}
	res, err = r.Feed(context.Background(), bot.FeedRequest{URL: s.URL, ETag: res.ETag, Modified: res.Modified})
	if err != nil || !res.NotModified || len(res.Items) != 0 || res.ETag != `"v1"` || res.Modified != "yesterday" {
		t.Errorf("second poll: %+v, %v", res, err)
	}
}

func TestFeedStatuses(t *testing.T) {
	after := func(code int, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(code)
		}
	}
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		code string
		wait time.Duration
	}{
		"seconds":  {after(429, "120"), "busy", 2 * time.Minute},
		"date":     {after(503, testTime.Add(time.Hour).Format(http.TimeFormat)), "server_error", time.Hour},
		"past":     {after(503, testTime.Add(-time.Hour).Format(http.TimeFormat)), "server_error", 0},
		"endless":  {after(429, "99999999999999"), "busy", maxRetryAfter},
		"nonsense": {after(429, "soon"), "busy", 0},
		"negative": {after(429, "-5"), "busy", 0},
		"missing":  {status(404), "not_found", 0},
		"refused":  {status(403), "refused", 0},
	} {
		s := serve(t, map[string]http.HandlerFunc{"/": c.h})
		res, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL})
		wantCode(t, err, c.code)
		if res.RetryAfter != c.wait {
			t.Errorf("%s: wait %v, and should be %v", name, res.RetryAfter, c.wait)
		}
	}
	s := serve(t, map[string]http.HandlerFunc{"/": status(410)})
	if res, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL}); err != nil || !res.Gone {
		t.Errorf("gone: %+v, %v", res, err)
	}
	_, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: "not an address"})
	wantCode(t, err, "bad_url")
}

func TestFeedThatMoved(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{
		"/old": redirect("/mid", 301), "/mid": redirect("/new", 308), "/new": send("text/xml", rssFeed), "/now": redirect("/new", 302), "/mix": redirect("/now", 301),
	})
	for path, want := range map[string]string{"/old": s.URL + "/new", "/now": "", "/mix": "", "/new": ""} {
		res, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL + path})
		if err != nil || res.URL != want {
			t.Errorf("%s: moved to %q, and should be %q: %v", path, res.URL, want, err)
		}
	}
}

func TestItemHash(t *testing.T) {
	long := bot.Item{Title: "T", Text: strings.Repeat(sentence, 2), URL: "a", GUID: "1"}
	same := long
	same.URL, same.GUID, same.Title = "b", "2", "t!"
	if hashOf(long) != hashOf(same) {
		t.Error("a new address and guid change the hash")
	}
	same.Text += "More."
	if hashOf(long) == hashOf(same) {
		t.Error("new text does not change the hash")
	}
	a, b := bot.Item{Title: "Open thread", URL: "a"}, bot.Item{Title: "Open thread", URL: "b"}
	if hashOf(a) == hashOf(b) {
		t.Error("two entries with only their title in common are the same")
	}
	if g := guid(strings.Repeat("x", 5000)); len(g) != 32 || g == guid(strings.Repeat("x", 5001)) {
		t.Errorf("a long guid becomes %q", g)
	}
}

func TestFeedsRespectRobotsWhenNobodyAsks(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: *\nDisallow: /feed")
			return
		}
		fmt.Fprint(w, `<rss version="2.0"><channel><title>T</title><item><title>One</title><link>http://a.example/1</link></item></channel></rss>`)
	}))
	defer s.Close()
	if _, err := testReader().Feed(context.Background(), bot.FeedRequest{URL: s.URL + "/feed", Scheduled: true}); bot.ReasonCode(err) != "robots" {
		t.Errorf("polled against robots.txt: %v", err)
	}
	for _, q := range []bot.FeedRequest{{URL: s.URL + "/feed"}, {URL: s.URL + "/other", Scheduled: true}} {
		if res, err := testReader().Feed(context.Background(), q); err != nil || len(res.Items) != 1 {
			t.Errorf("%+v: %+v, %v", q, res, err)
		}
	}
}
