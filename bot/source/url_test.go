package source

import (
	"net/url"
	"testing"
	"time"
)

func TestCanonicalURL(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://Example.ORG:443/a/B?utm_source=x&id=7&UTM_Medium=y&fbclid=z#part": "https://example.org/a/B?id=7",
		"http://example.org":                    "http://example.org/",
		"http://example.org:80/?":               "http://example.org/",
		"http://example.org:8080/x":             "http://example.org:8080/x",
		"https://example.org./a":                "https://example.org/a",
		"https://example.org/?b=2&a=1&&gclid=3": "https://example.org/?b=2&a=1",
		"https://example.org/a%2Fb?q=%20x":      "https://example.org/a%2Fb?q=%20x",
		"https://[2606:4700::1]:443/x":          "https://[2606:4700::1]/x",
		" https://example.org/x ":               "https://example.org/x",
		"ftp://example.org/":                    "",
		"https://user@example.org/":             "",
		"mailto:a@example.org":                  "",
		"/relative":                             "",
		"":                                      "",
		"http://[::1":                           "",
	} {
		got := CanonicalURL(in)
		if got != want {
			t.Errorf("CanonicalURL(%q) is %q, and should be %q", in, got, want)
		}
		if CanonicalURL(got) != got {
			t.Errorf("%q changes when taken twice", got)
		}
	}
}

func TestTrustedCanonical(t *testing.T) {
	for _, c := range []struct{ page, says, want string }{
		{"https://www.example.org/a?x=1", "https://example.org/a", "https://example.org/a"},
		{"https://m.example.co.uk/a", "https://www.example.co.uk/a", "https://www.example.co.uk/a"},
		{"https://example.org/a", "/b?utm_source=x", "https://example.org/b"},
		{"https://example.org/a", "https://evil.example/a", ""},
		{"https://a.co.uk/x", "https://b.co.uk/x", ""},
		{"https://one.github.io/x", "https://two.github.io/x", ""},
		{"https://example.org/a", "https://example.org/", ""},
		{"https://example.org/?p=12", "https://example.org/", ""},
		{"https://example.org/", "https://example.org/", "https://example.org/"},
		{"https://example.org/a", "javascript:alert(1)", ""},
		{"https://example.org/a", "", ""},
		{"http://127.0.0.1:80/a", "http://127.0.0.1:81/b", ""},
		{"", "https://example.org/a", "https://example.org/a"},
		{"", "https://example.org/", ""},
		{"", "/a", ""},
	} {
		var page *url.URL
		if c.page != "" {
			page, _ = url.Parse(c.page)
		}
		if got := trustedCanonical(page, c.says); got != c.want {
			t.Errorf("%s says %s: %q, and should be %q", c.page, c.says, got, c.want)
		}
	}
}

func TestShownIsShortAndKeepsSecrets(t *testing.T) {
	u, _ := url.Parse("https://user:pw@example.org/a/?token=secret")
	if got := shown(u); got != "example.org/a" {
		t.Errorf("shown as %q", got)
	}
	if got := short("a\x1b[31m\n" + string(make([]byte, 500)) + "b"); got != "a[31m b" {
		t.Errorf("shown as %q", got)
	}
}

func TestPageDetails(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
	for _, c := range []struct{ head, body, site, byline, title, image string }{
		{`<meta property="og:site_name" content="The Post"><meta name="author" content="Ann Lee - 2026-03-04"><meta name="twitter:image" content="x.png"><meta name="date" content="2026-03-04T05:06Z">`, "", "The Post", "Ann Lee", "Harbour", "https://example.org/news/x.png"},
		{`<base href="/static/"><meta property="og:image" content="x.png"><meta property="og:site_name" content="@post"><meta name="author" content="admin">`, `<time class="entry-date" datetime="2026-03-04T05:06:00Z">x</time><time datetime="2020-01-01">y</time>`, "post", "", "Harbour", "https://example.org/static/x.png"},
		{`<meta property="og:image" content="javascript:x"><meta name="author" content="https://example.org/ann">`, `<time datetime="2026-03-04 05:06:00 +0000">x</time>`, "example.org", "", "Harbour", ""},
	} {
		u, _ := url.Parse("https://example.org/news/a")
		p, err := readPage(prosePage("Harbour | "+c.site, c.head)+c.body, u)
		if err != nil {
			t.Fatal(err)
		}
		a := testReader().ofPage(p, u)
		if a.Site != c.site || a.Byline != c.byline || a.Title != c.title || a.Image != c.image || !a.Published.Equal(at) {
			t.Errorf("read %q by %q on %q, %s, image %q", a.Title, a.Byline, a.Site, a.Published, a.Image)
		}
	}
}

func TestDates(t *testing.T) {
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for _, s := range []string{"2026-03-04", "2026-03-04T02:00:00+02:00", "2026-03-04T00:00:00.000Z", "2026-03-04 00:00", "20260304", "March 4, 2026", "Wed, 04 Mar 2026 00:00:00 GMT"} {
		if got := parseTime(s); !got.Equal(day) {
			t.Errorf("%q is %v", s, got)
		}
	}
	for _, s := range []string{"", "yesterday", "2026-13-01", "0"} {
		if got := parseTime(s); !got.IsZero() {
			t.Errorf("%q is %v", s, got)
		}
	}
	if !plausible(day.AddDate(0, 0, 3), day).IsZero() || !plausible(time.Unix(-5e9, 0), day).IsZero() || plausible(day, day).IsZero() {
		t.Error("dates to come and before print should count as unknown, others not")
	}
	for in, want := range map[string]string{"en-US": "en", "PT_br": "pt", "ur": "ur", "fil": "fil", "x": "", "english": "", "und": "", "1a": "", "": ""} {
		if got := language(in); got != want {
			t.Errorf("language %q is %q", in, got)
		}
	}
}
