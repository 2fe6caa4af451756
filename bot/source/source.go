package source

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"colloquy/bot"
)

// Options say how a [Reader] reads. The zero value reads the web only.
type Options struct {
	UserAgent  string                   // "Colloquy/1.2 (+https://…)"; what stands before the '/' is looked up in robots.txt
	Allow      []netip.Prefix           // networks that may be read although they are not public, on any port
	AllowFiles bool                     // a Ref may be a file's path, or "-"
	Stdin      io.Reader                // what "-" reads; nil is empty
	Detect     func(text string) string // the ISO 639-1 code of a text's language, "" if unsure; may be nil
	Clock      bot.Clock                // nil is the computer's
	Log        *slog.Logger             // hosts and errors of failed fetches, at debug; nil is none
}

// A Reader reads articles and feeds. It is safe for concurrent use.
type Reader struct {
	opt    Options
	client *client
}

var _ bot.Reader = (*Reader)(nil)

// New makes a Reader.
func New(o Options) *Reader {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = "Colloquy"
	}
	return &Reader{opt: o, client: newClient(o)}
}

// Article reads one article; see [bot.Reader]. The article has no ID yet.
func (r *Reader) Article(ctx context.Context, src bot.Source) (bot.Article, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	var a bot.Article
	var err error
	switch {
	case src.Item != nil:
		a, err = r.entry(ctx, *src.Item, src.Scheduled)
	case looksLikeURL(src.Ref):
		a, err = r.web(ctx, src.Ref, src.Scheduled)
	case !r.opt.AllowFiles:
		_, err = parseURL(src.Ref)
	default:
		a, err = r.file(ctx, src.Ref)
	}
	if err != nil {
		return bot.Article{}, err
	}
	return named(a, src.Title, src.URL)
}

// Pasted makes an article of text that a person gave. HTML is read as a page.
func (r *Reader) Pasted(text, title, address string) (bot.Article, error) {
	a, err := r.document([]byte(text), "", "the pasted text", false)
	if err != nil {
		return bot.Article{}, err
	}
	return named(a, title, address)
}

// named puts the person's title and address in the place of those found.
func named(a bot.Article, title, address string) (bot.Article, error) {
	if title = limitLine(title, maxTitle); title != "" {
		a.Title, a.TitleMade = title, false
	}
	if strings.TrimSpace(address) == "" {
		return a, nil
	}
	u, err := parseURL(address)
	if err != nil {
		return bot.Article{}, err
	}
	a.URL = CanonicalURL(u.String())
	if a.Site == "" {
		a.Site = hostName(u)
	}
	return a, nil
}

// looksLikeURL tells an address from a path: "ftp://host" and "mailto:x" are
// addresses that are refused, "C:\x" and "notes:today.txt" are paths.
func looksLikeURL(ref string) bool {
	lower := strings.ToLower(strings.TrimSpace(ref))
	return strings.Contains(lower, "://") || strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:")
}

// web reads the article at an address. Where the page is a stub, the article
// that comes with the error has the number of words that were there.
func (r *Reader) web(ctx context.Context, ref string, scheduled bool) (bot.Article, error) {
	u, err := parseURL(ref)
	if err != nil {
		return bot.Article{}, err
	}
	res, err := r.client.get(ctx, u, request{
		accept: "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.9,*/*;q=0.1",
		robots: scheduled, unattended: scheduled,
	})
	if err != nil {
		return bot.Article{}, err
	}
	if err := statusProblem(u, res.status); err != nil {
		return bot.Article{}, err
	}
	return r.fetched(u, res)
}

// fetched makes an article of what a server sent.
func (r *Reader) fetched(asked *url.URL, res *response) (bot.Article, error) {
	name, contentType := shown(asked), res.header.Get("Content-Type")
	text, k, err := textOf(res.body, contentType, name)
	if err != nil {
		return bot.Article{}, err
	}
	var a bot.Article
	var rules []robotsRule
	switch k {
	case kindFeed:
		return bot.Article{}, problem("is_feed", nil, "%s is a feed, not an article: add it as a feed, or give the address of one of its articles", name)
	case kindHTML:
		p, err := readPage(text, res.url)
		if err != nil {
			return bot.Article{}, problem("unreadable", err, "%s could not be read: its markup is damaged or nested too deeply; paste the text instead", name)
		}
		a = r.ofPage(p, res.url)
		if err := p.refusal(asked, res.url, a.Words); err != nil {
			return bot.Article{Words: a.Words}, err
		}
		if !p.hasArticle() {
			return bot.Article{Words: a.Words}, noArticle(p, name)
		}
		rules = p.robots
	default:
		w := readText(text)
		if strings.HasPrefix(contentType, "text/markdown") || isMarkdown(res.url.Path) {
			w = readMarkdown(text)
		}
		a = r.ofText(w)
		a.URL, a.Site = CanonicalURL(res.url.String()), hostName(res.url)
	}
	a.Snippet = snippet(rules, res.header, r.opt.UserAgent)
	return a, sizeProblem(a.Words, name)
}

func noArticle(p page, name string) error {
	if p.withheld {
		return problem("nosnippet", nil, "%s was not read: its publisher allows no excerpts of it (data-nosnippet); paste the text yourself if you may, or discuss another article", name)
	}
	if scriptText.MatchString(p.short) {
		return problem("no_article", nil, "%s could not be read: the page is made by JavaScript, and holds no text of its own; paste the text instead", name)
	}
	return problem("no_article", nil, "%s holds no article that could be found: give the address of the article itself, or paste its text", name)
}

// ofPage makes an article of a page; address is nil where it is not known.
func (r *Reader) ofPage(p page, address *url.URL) bot.Article {
	a := r.ofText(p.written)
	if a.URL = trustedCanonical(address, p.canonical); a.URL == "" && address != nil {
		a.URL = CanonicalURL(address.String())
	}
	a.Image = webURL(p.baseURL(address), p.image)
	a.Published = plausible(p.published, r.opt.Clock())
	if a.Language == "" {
		a.Language = language(p.lang)
	}
	a.Categories = categories(p.categories)
	a.Site = p.site
	if u, err := url.Parse(a.URL); a.Site == "" && err == nil && a.URL != "" {
		a.Site = hostName(u)
	}
	return a
}

// ofText makes an article of a text.
func (r *Reader) ofText(w written) bot.Article {
	a := bot.Article{Title: limitLine(w.title, maxTitle), Byline: cleanByline(w.byline), Text: strings.Join(w.paras, "\n\n")}
	a.Words = countWords(a.Text, maxWords)
	if a.Title == "" && len(w.paras) > 0 {
		a.Title, a.TitleMade = titleFrom(w.paras[0]), true
	}
	if r.opt.Detect != nil && a.Words > 0 && a.Words <= maxWords {
		a.Language = language(r.opt.Detect(a.Text))
	}
	return a
}

// sizeProblem refuses texts about which nothing could be said.
func sizeProblem(words int, name string) error {
	switch {
	case words == 0:
		return problem("empty", nil, "%s holds no text: give an article of at least one sentence", name)
	case words == 1:
		return problem("too_short", nil, "%s is a single word: give an article of at least one sentence", name)
	case words > maxWords:
		return problem("too_large", nil, "%s was not read: it has more than %d words; give the part that matters", name, maxWords)
	}
	return nil
}

// statusProblem puts into words why a server sent no article.
func statusProblem(u *url.URL, status int) error {
	name := shown(u)
	switch {
	case status >= 200 && status < 300 && status != 204 && status != 205:
		return nil
	case status == 402:
		return problem("paywall", nil, "%s could not be read: it is for subscribers; paste the text instead", name)
	case status == 404:
		return problem("not_found", nil, "%s could not be read: there is no such page (404); check the address", name)
	case status == 410:
		return problem("gone", nil, "%s could not be read: it was taken down for good (410); choose another article", name)
	case status == 429:
		return problem("busy", nil, "%s could not be read: its server asks for fewer requests (429); try again later", name)
	case status >= 500:
		return problem("server_error", nil, "%s could not be read: its server has a fault (%d); try again later, or paste the text", name, status)
	case status >= 400:
		return problem("refused", nil, "%s could not be read: its server refuses (%d); paste the text instead", name, status)
	}
	return problem("server_error", nil, "%s could not be read: its server sent nothing (%d); paste the text instead", name, status)
}
