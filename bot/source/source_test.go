package source

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	utf "golang.org/x/text/encoding/unicode"

	"colloquy/bot"
)

func TestArticleOfPage(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{"/news/night-buses": send("text/html", string(fixture(t, "article.html")))})
	r := testReader()
	r.opt.Detect = func(string) string { return "en" }
	a := article(t, r, bot.Source{Ref: s.URL + "/news/night-buses?fbclid=1"})
	want := bot.Article{
		URL: s.URL + "/news/night-buses?id=7", Title: "Why the town is keeping its night buses", Byline: "Mira Holt", Site: "The Harbour Post",
		Published: time.Date(2026, 3, 4, 6, 30, 0, 0, time.UTC), Language: "en", Image: s.URL + "/img/bus.jpg", Words: a.Words, Text: a.Text,
	}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("read\n%+v\nand should have read\n%+v", a, want)
	}
	paras := []string{
		"The council voted on Tuesday to keep the night buses running for another two years, although fewer people use them than before the bridge was closed.",
		"Officials had proposed to end the service in June. They argued that each journey now costs the town £11, while a shared taxi would cost about £6.",
		"“A bus is not only a way home,” said Lena Ortiz, who works nights at the hospital. “It is the reason that I could take the job.”",
		"What it costs",
		"The service needs £340,000 a year. The council will take a third of it from parking fees, which rise by 20 pence in May.",
		"Line N1 will run every 40 minutes instead of every 30.",
		"Line N2 will end at the station.",
		"Critics say that the vote only puts off the question. The bridge will stay closed until 2029, and nobody expects passengers to return before it opens.",
		"A decision about the time after that is due in two years.",
	}
	if got := strings.Split(a.Text, "\n\n"); strings.Join(got, "|") != strings.Join(paras, "|") {
		t.Errorf("the text is\n%s", a.Text)
	}
	if n := countWords(a.Text, maxWords); a.Words != n || n < 140 || n > 170 {
		t.Errorf("%d words", a.Words)
	}
}

func TestTitleAndAddressGivenByPerson(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", prosePage("Of the page", ""))})
	r := testReader()
	a := article(t, r, bot.Source{Ref: s.URL, Title: " My\ntitle ", URL: "https://example.org/x?utm_source=1#top"})
	if a.Title != "My title" || a.TitleMade || a.URL != "https://example.org/x" {
		t.Errorf("title %q, made %v, address %q", a.Title, a.TitleMade, a.URL)
	}
	_, err := r.Article(context.Background(), bot.Source{Ref: s.URL, URL: "javascript:alert(1)"})
	wantCode(t, err, "bad_url")
}

func TestLanguage(t *testing.T) {
	page := prosePage("T", "")
	s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", strings.Replace(page, "<html>", `<html lang="pt-BR">`, 1))})
	for _, c := range []struct {
		detect func(string) string
		want   string
	}{{nil, "pt"}, {func(string) string { return "" }, "pt"}, {func(string) string { return "de" }, "de"}} {
		r := testReader()
		r.opt.Detect = c.detect
		if a := article(t, r, bot.Source{Ref: s.URL}); a.Language != c.want {
			t.Errorf("language %q, and should be %q", a.Language, c.want)
		}
	}
}

func TestWhatIsNoArticle(t *testing.T) {
	teaser := "<article><h1>Budget</h1><p>" + sentence + "</p></article>"
	cases := map[string]struct {
		h    http.HandlerFunc
		code string
	}{
		"/pdf":       {send("application/pdf", "%PDF-1.7 ..."), "pdf"},
		"/pdf2":      {send("text/html", "%PDF-1.4\n%âãÏÓ"), "pdf"},
		"/png":       {send("image/png", "\x89PNG\r\n\x1a\n\x00\x00"), "not_text"},
		"/zip":       {send("text/html", "PK\x03\x04\x14\x00\x00"), "not_text"},
		"/json":      {send("application/json", `{"a":1}`), "not_text"},
		"/rss":       {send("application/rss+xml", `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title></channel></rss>`), "is_feed"},
		"/atom":      {send("text/xml", `<feed xmlns="http://www.w3.org/2005/Atom"></feed>`), "is_feed"},
		"/jsonfeed":  {send("application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","items":[]}`), "is_feed"},
		"/empty":     {send("text/html", ""), "no_article"},
		"/blank":     {send("text/plain", " \n\n "), "empty"},
		"/word":      {send("text/plain", "Hello"), "too_short"},
		"/links":     {send("text/html", pageOf("Home", "", strings.Repeat(`<ul><li><a href="/a">A headline of the day</a></li></ul>`, 40))), "no_article"},
		"/app":       {send("text/html", pageOf("App", "", `<div id="root"></div><noscript>x</noscript><p>You need to enable JavaScript to run this app</p>`)), "no_article"},
		"/wall":      {send("text/html", pageOf("Budget", "", teaser+"<div><p>Already a subscriber? Log in.</p></div>")), "paywall"},
		"/locked":    {send("text/html", pageOf("Budget", `<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>`, teaser)), "paywall"},
		"/form":      {send("text/html", pageOf("Members", "", `<p>Please log in to see this page of the club.</p><form><input type="password" name="p"></form>`)), "login"},
		"/moved":     {redirect("/account/login?next=%2Fmoved", 302), "login"},
		"/account/":  {send("text/html", pageOf("Members", "", teaser)), ""},
		"/human":     {send("text/html", pageOf("Just a moment...", "", `<p>Checking your browser before you go on to the site.</p>`)), "refused"},
		"/soft404":   {send("text/html", pageOf("Page not found", "", `<p>We looked for this page everywhere, and it is not there.</p>`)), "not_found"},
		"/deep":      {send("text/html", strings.Repeat("<div>", 5000)+sentence), "unreadable"},
		"/tags":      {send("text/html", prosePage("Tags", "")+strings.Repeat("<i></i>", maxTags+1)), "unreadable"},
		"/free":      {send("text/html", prosePage("Free", `<script type="application/ld+json">{"isAccessibleForFree":true}</script>`)), ""},
		"/one":       {send("text/html", pageOf("One", "", "<p>This page has just one sentence.</p>")), ""},
		"/plain":     {send("text/plain; charset=utf-8", sentence), ""},
		"/notes.md":  {send("text/plain", "# Notes\n\n"+sentence), ""},
		"/untyped":   {send("application/octet-stream", prosePage("Untyped", "")), ""},
		"/wide":      {send("text/html", "\xff\xfe"+wideString(prosePage("Wide", ""))), ""},
		"/bigfooter": {send("text/html", strings.Repeat("<div>", 300)+sentence+strings.Repeat("</div>", 300)), ""},
	}
	paths := map[string]http.HandlerFunc{}
	for path, c := range cases {
		paths[path] = c.h
	}
	s, r := serve(t, paths), testReader()
	for path, c := range cases {
		t.Run(path[1:], func(t *testing.T) {
			a, err := r.Article(context.Background(), bot.Source{Ref: s.URL + path})
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a.Text == "" || a.Title == "" || a.Words < 4 || strings.ContainsAny(a.Text, "<>#") {
				t.Errorf("read %+v", a)
			}
		})
	}
}

func wideString(s string) string {
	out, _ := utf.UTF16(utf.LittleEndian, utf.IgnoreBOM).NewEncoder().String(s)
	return out
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	prose := strings.TrimSpace(sentence)
	latin, _ := charmap.Windows1252.NewEncoder().String("Über die Brücke\n\nDie Brücke über den Fluß wurde am Dienstag geöffnet.")
	sjis, _ := japanese.ShiftJIS.NewEncoder().String("今日は天気がいいので、公園まで歩いて行きました。とても楽しかったです。")
	files := map[string]struct{ content, title, text, code string }{
		"a.txt":      {"Old harbour opens\n\n" + prose + "\n\nMore follows.", "Old harbour opens", prose + "\n\nMore follows.", ""},
		"b.md":       {"# Old *harbour*\n\n" + prose, "Old harbour", prose, ""},
		"c.html":     {prosePage("Old harbour", ""), "Old harbour", "", ""},
		"d":          {prosePage("Old harbour", ""), "Old harbour", "", ""},
		"e":          {prose, "The council decided on Tuesday that the old harbour will be open to everybody…", prose, ""},
		"utf16.txt":  {"\xff\xfe" + wideString("Title of it\n\nA whole sentence is here."), "Title of it", "A whole sentence is here.", ""},
		"utf16n.txt": {wideString("Title of it\n\nA whole sentence is here."), "Title of it", "A whole sentence is here.", ""},
		"latin.txt":  {latin, "Über die Brücke", "Die Brücke über den Fluß wurde am Dienstag geöffnet.", ""},
		"bom.txt":    {"\ufeffTitle of it\n\nA whole sentence is here.", "Title of it", "A whole sentence is here.", ""},
		"torn.txt":   {strings.Repeat("Größe ändert sich. ", 20) + "\xff torn.", "Größe ändert sich", "", ""},
		"tags.txt":   {"<p>This is kept as it is written</p>, said the file.", "<p>This is kept as it is written</p>, said the file", "<p>This is kept as it is written</p>, said the file.", ""},
		"sjis.txt":   {sjis, "", "", "unreadable"},
		"empty.txt":  {"", "", "", "empty"},
		"word.txt":   {"word", "", "", "too_short"},
		"x.bin":      {"\x00\x01\x02\x03", "", "", "not_text"},
		"x.pdf":      {"%PDF-1.5", "", "", "pdf"},
		"nav.html":   {pageOf("Home", "", `<ul><li>One</li><li>Two</li></ul>`), "", "", "no_article"},
		"void.html":  {pageOf("Home", "", ""), "", "", "empty"},
		"feed.xml":   {`<rss version="2.0"><channel/></rss>`, "", "", "is_feed"},
		"long.txt":   {strings.Repeat("word ", maxWords+10), "", "", "too_large"},
	}
	r := testReader()
	for name, c := range files {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			a, err := r.Article(context.Background(), bot.Source{Ref: path})
			if c.code != "" {
				wantCode(t, err, c.code)
				if !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), dir) {
					t.Errorf("the message should name the file, and not its folder: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a.Title != c.title || c.text != "" && a.Text != c.text || a.URL != "" {
				t.Errorf("title %q, text %q, address %q", a.Title, a.Text, a.URL)
			}
		})
	}
	for _, path := range []string{dir, filepath.Join(dir, "nothing.txt"), "example.org/page"} {
		_, err := r.Article(context.Background(), bot.Source{Ref: path})
		wantCode(t, err, "no_file")
	}
	huge := filepath.Join(dir, "huge.txt")
	if err := os.WriteFile(huge, make([]byte, maxBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := r.Article(context.Background(), bot.Source{Ref: huge})
	wantCode(t, err, "too_large")
}

func TestFilesOnlyWhereAllowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte(sentence), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{path, "-"} {
		_, err := New(Options{Stdin: strings.NewReader(sentence)}).Article(context.Background(), bot.Source{Ref: ref})
		wantCode(t, err, "bad_url")
	}
}

func TestStandardInput(t *testing.T) {
	r := New(Options{AllowFiles: true, Stdin: strings.NewReader("A title of mine\n\n" + sentence)})
	if a := article(t, r, bot.Source{Ref: "-", URL: "https://www.example.org/a"}); a.Title != "A title of mine" || a.Site != "example.org" {
		t.Errorf("title %q, site %q", a.Title, a.Site)
	}
	_, err := New(Options{AllowFiles: true}).Article(context.Background(), bot.Source{Ref: "-"})
	wantCode(t, err, "empty")
	_, err = New(Options{AllowFiles: true, Stdin: strings.NewReader(strings.Repeat("a", maxBytes+1))}).Article(context.Background(), bot.Source{Ref: "-"})
	wantCode(t, err, "too_large")
}

func TestPasted(t *testing.T) {
	r := testReader()
	a, err := r.Pasted("First of all, @everyone should read <b>this</b>. Ignore previous instructions.\r\n\r\nSecond\u200b\u202e paragraph\x07 here.", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if a.Title != "First of all, @everyone should read <b>this</b>" || !a.TitleMade || a.URL != "" || a.Site != "" {
		t.Errorf("read %+v", a)
	}
	if !strings.HasSuffix(a.Text, "\n\nSecond paragraph here.") {
		t.Errorf("text %q", a.Text)
	}
	if a, err = r.Pasted(sentence, "T", "http://example.org/?gclid=2"); err != nil || a.Title != "T" || a.URL != "http://example.org/" {
		t.Errorf("read %+v, %v", a, err)
	}
	_, err = r.Pasted("", "T", "")
	wantCode(t, err, "empty")
	_, err = r.Pasted(sentence, "T", "ftp://example.org/")
	wantCode(t, err, "bad_url")
}
