package source

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
)

const (
	// maxTags is the most tags a page may have before it is parsed: a tag of
	// three bytes becomes a node of two hundred. Large real pages have 60,000.
	maxTags = 150_000
	// maxWork bounds the extractor, which reads the text below an element again
	// for each of the elements around it: the sum of the bytes of text below
	// every element. Where there is more, the text is taken as it stands.
	maxWork = 64 << 20
)

// page is what a web page holds.
type page struct {
	meta
	written
	site     string // the publisher's name; may be empty
	withheld bool   // a part of it was left out, as the publisher wants it in no excerpt
	short    string // the beginning of all its text, to recognise what is no article
}

// readPage finds the article in a page. address is where the page is, nil if a
// person gave the page itself: what its publisher withholds from excerpts is
// left out only of the former. A page without an article is no error: it has no
// paras.
func readPage(text string, address *url.URL) (p page, err error) {
	defer func() {
		if r := recover(); r != nil { // the parsers are not ours, and their input is hostile
			err = fmt.Errorf("panic in the extractor: %v", r)
		}
	}()
	if n := countTags(text); n > maxTags {
		return page{}, fmt.Errorf("%d tags", n)
	}
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return page{}, fmt.Errorf("parse page: %w", err)
	}
	p.meta = readMeta(doc)
	work, withheld := prune(doc, address != nil)
	p.withheld = withheld
	all := blocks(doc)
	p.short = beginning(all)
	p.written.title = limitLine(p.meta.title, maxTitle)
	found := all
	if work <= maxWork {
		if inner := p.extract(doc, address); letters(inner) > 0 {
			found = inner
		}
	}
	for _, b := range trim(found, p.written.title) {
		if t := line(b.text); t != "" {
			p.paras = append(p.paras, t)
		}
	}
	return p, nil
}

// countTags counts what the parser may take for tags.
func countTags(text string) int {
	n := 0
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 || i+1 == len(text) {
			return n
		}
		if c := text[i+1] | 0x20; c >= 'a' && c <= 'z' {
			n++
		}
		text = text[i+1:]
	}
}

// extract runs the extractor, and takes from it what meta does not have. It
// takes doc apart.
func (p *page) extract(doc *html.Node, address *url.URL) []block {
	parser := readability.NewParser()
	a, err := parser.ParseAndMutate(doc, p.baseURL(address))
	if err != nil {
		return nil
	}
	if t := limitLine(a.Title(), maxTitle); t != "" {
		p.written.title = t
	}
	p.byline = cleanByline(a.Byline())
	p.site = limitLine(strings.TrimPrefix(a.SiteName(), "@"), 100)
	if address != nil {
		p.written.title = withoutSite(p.written.title, p.site, hostName(address))
	} else {
		p.written.title = withoutSite(p.written.title, p.site, "")
	}
	if at, err := a.PublishedTime(); err == nil {
		p.published = at
	}
	if p.image == "" {
		p.image = a.ImageURL()
	}
	if p.lang == "" {
		p.lang = a.Language()
	}
	if a.Node == nil {
		return nil
	}
	return blocks(a.Node)
}

// beginning is the first of what a page shows, enough to recognise a page that
// only says why there is nothing to see.
func beginning(in []block) string {
	var b strings.Builder
	for _, x := range in {
		if b.Len() > 4000 {
			break
		}
		b.WriteString(x.text + "\n")
	}
	return b.String()
}

// withoutSite takes the publisher's name off the end of a title: "… | The Times".
func withoutSite(title, site, host string) string {
	at := titleEnd.FindAllStringIndex(title, -1)
	if len(at) == 0 {
		return title
	}
	last := at[len(at)-1]
	tail := wordsOnly(title[last[1]:])
	if tail == wordsOnly(site) || tail == wordsOnly(host) || tail == wordsOnly(strings.TrimPrefix(site, "The ")) {
		return title[:last[0]]
	}
	return title
}

var titleEnd = regexp.MustCompile(` +[|–—·»-] +`)

// cleanByline makes a name of what pages give as one; "" if it is none.
func cleanByline(s string) string {
	s = byPrefix.ReplaceAllString(line(s), "")
	if at := byDate.FindStringIndex(s); at != nil {
		s = s[:at[0]]
	}
	s = strings.TrimRight(limitLine(s, 120), " ,|–-.·•")
	if strings.Contains(s, "://") || strings.HasPrefix(s, "@") || strings.EqualFold(s, "admin") || strings.EqualFold(s, "administrator") {
		return ""
	}
	return s
}

// byDate is where a date begins that stands in a byline.
var byDate = regexp.MustCompile(`(?i)(\b(on )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}|\b\d{4}-\d\d-\d\d|\b\d{1,2}\.? [a-zäéû]+ \d{4}\b)`)

var byPrefix = regexp.MustCompile(`(?i)^(by|von|par|por|written by|posted by|story by)[: ]\s*`)

// Phrases of pages that show something instead of their article.
var (
	wallText = regexp.MustCompile(`(?i)subscribe (now )?(to|and) (continue|keep|read|unlock)|already (a |have a )?subscri|subscribers? only|(only|exclusive(ly)?) (for|to) (our )?(subscribers|members)|` +
		`to (continue|keep) reading|(start|begin) your (free )?(trial|subscription)|unlock this article|premium (article|content)|this (article|content) is (reserved )?for (paid |paying )?(subscribers|members)|` +
		`jetzt (abonnieren|weiterlesen)|weiterlesen mit|réservé aux abonnés|contenido exclusivo|solo para suscriptores|exclusivo para assinantes`)
	loginText     = regexp.MustCompile(`(?i)\b(log ?in|sign ?in|please register|create (an )?account|anmelden|connectez-vous|iniciar sesión)\b`)
	loginPath     = regexp.MustCompile(`(?i)(^|[/._-])(log-?in|sign-?in|sso|signon|auth(enticate)?)([/._-]|$)`)
	challengeText = regexp.MustCompile(`(?i)just a moment|attention required|access (to this page )?(has been |is )?denied|are you (a |not a )?(robot|human)|verify(ing)? (that )?you are (a |not a )?(human|robot)|unusual traffic|` +
		`captcha|request blocked|pardon our interruption|enable javascript and cookies to continue|checking your browser`)
	scriptText  = regexp.MustCompile(`(?i)(enable|requires?|need|turn on|activate).{0,20}javascript|javascript.{0,30}(disabled|required|enabled)`)
	missingText = regexp.MustCompile(`(?i)^\W*(error )?404\b|(page|article|story|site) (was |could |can ?)?(not|n't) (be )?(found|exist)|^not found|no longer (available|exists)|seite (wurde )?nicht gefunden|page (introuvable|non trouvée)|página no encontrada`)
)

// refusal says why a page that a server sent is not the article that was asked
// for: a Problem, or nil. words is how much was found in it.
func (p *page) refusal(asked, got *url.URL, words int) error {
	name, all := shown(asked), p.meta.title+"\n"+p.short
	switch {
	case words < 120 && challengeText.MatchString(all):
		return problem("refused", nil, "%s could not be read: its server first wants to be sure that a person asks; paste the text instead", name)
	case words < 150 && missingText.MatchString(p.meta.title):
		return problem("not_found", nil, "%s could not be read: the site says that there is no such page; check the address", name)
	case words < 200 && p.password && loginText.MatchString(all),
		words < 300 && loginPath.MatchString(got.Path) && !loginPath.MatchString(asked.Path):
		return problem("login", nil, "%s could not be read: the site asks to log in; paste the text instead", name)
	case words < 250 && p.locked, words < 200 && wallText.MatchString(all):
		return problem("paywall", nil, "%s could not be read: only the beginning is free, the rest is for subscribers; paste the text instead", name)
	}
	return nil
}

// hasArticle reports whether there is running text among the paragraphs.
func (w written) hasArticle() bool {
	for _, p := range w.paras {
		n := countWords(p, 40)
		if endsSentence(p) && n >= 4 || n >= 25 {
			return true
		}
	}
	return false
}

// plausible gives t if an article can be of that time.
func plausible(t, now time.Time) time.Time {
	if t.Year() < 1900 || t.After(now.Add(48*time.Hour)) {
		return time.Time{}
	}
	return t.UTC()
}
