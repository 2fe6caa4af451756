package source

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// meta is what a page says about itself, read before anything is taken out.
type meta struct {
	title     string // og:title, else <title>
	canonical string // as given
	lang      string // ISO 639-1 or -3
	published time.Time
	image     string
	feeds     []string // addresses of the page's feeds, as given
	locked    bool     // schema.org says that it is not accessible for free
	password  bool     // it asks for a password
	base      string

	categories []string     // sections, tags and keywords, as given
	robots     []robotsRule // those about excerpts

	times []string // datetime of every <time>
	props map[string]string
}

var notFree = regexp.MustCompile(`(?i)"isAccessibleForFree"\s*:\s*"?(false|no)\b`)

// dateKeys are the meta properties and names that give the time of
// publication, the most reliable first.
var dateKeys = []string{"article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
	"dc.date.issued", "dcterms.created", "dcterms.date", "dc.date", "pubdate", "publish-date", "publishdate", "publication_date", "date"}

func readMeta(doc *html.Node) meta {
	m := meta{props: map[string]string{}}
	m.walk(doc, 0)
	if t := m.props["og:title"]; t != "" {
		m.title = t
	}
	if m.canonical == "" {
		m.canonical = m.props["og:url"]
	}
	if m.lang == "" {
		m.lang = m.props["og:locale"]
	}
	m.image = firstOf(m.props, "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
	for _, key := range dateKeys {
		if m.published.IsZero() {
			m.published = parseTime(m.props[key])
		}
	}
	if m.published.IsZero() && len(m.times) == 1 {
		m.published = parseTime(m.times[0])
	}
	return m
}

func firstOf(m map[string]string, keys ...string) string {
	for _, k := range keys {
		if m[k] != "" {
			return m[k]
		}
	}
	return ""
}

func (m *meta) walk(n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	if n.Type == html.ElementNode {
		m.element(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		m.walk(c, depth+1)
	}
}

func (m *meta) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Html:
		m.lang = attr(n, "lang")
	case atom.Base:
		m.base = attr(n, "href")
	case atom.Title:
		if m.title == "" && n.FirstChild != nil && n.Parent != nil && n.Parent.DataAtom == atom.Head {
			m.title = n.FirstChild.Data
		}
	case atom.Meta:
		for _, key := range []string{attr(n, "property"), attr(n, "name"), attr(n, "itemprop")} {
			key = strings.ToLower(strings.TrimSpace(key))
			content := strings.TrimSpace(attr(n, "content"))
			if _, ok := m.props[key]; key != "" && !ok {
				m.props[key] = content
			}
			m.noteCategories(key, content)
			m.noteRobots(key, content)
		}
	case atom.Link:
		m.link(n)
	case atom.Input:
		m.password = m.password || strings.EqualFold(attr(n, "type"), "password")
	case atom.Script:
		if n.FirstChild != nil && strings.Contains(attr(n, "type"), "ld+json") {
			m.locked = m.locked || notFree.MatchString(n.FirstChild.Data)
			m.readJSONLD(n.FirstChild.Data)
		}
	case atom.Time:
		m.time(n)
	}
}

func (m *meta) link(n *html.Node) {
	href := attr(n, "href")
	for _, rel := range strings.Fields(strings.ToLower(attr(n, "rel"))) {
		switch {
		case rel == "canonical" && m.canonical == "":
			m.canonical = href
		case rel == "alternate" && href != "":
			switch strings.ToLower(attr(n, "type")) {
			case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml":
				m.feeds = append(m.feeds, href)
			}
		}
	}
}

func (m *meta) time(n *html.Node) {
	at := attr(n, "datetime")
	if at == "" {
		return
	}
	class := strings.ToLower(attr(n, "class") + " " + attr(n, "itemprop"))
	if _, ok := m.props["datepublished"]; !ok && (strings.Contains(class, "publish") || strings.Contains(class, "entry-date") || hasAttr(n, "pubdate")) {
		m.props["datepublished"] = at
	}
	m.times = append(m.times, at)
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// parseTime reads the forms of time that pages use; zero if s is none of them.
func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "20060102",
		time.RFC1123Z, time.RFC1123, "January 2, 2006", "Jan 2, 2006", "2 January 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// language gives the ISO 639 code of a language tag such as "pt-BR", or "".
func language(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	tag, _, _ = strings.Cut(tag, "_")
	if len(tag) != 2 && len(tag) != 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" || tag == "und" || tag == "mul" || tag == "zxx" {
		return ""
	}
	return tag
}

// baseURL is what the page's relative addresses are relative to.
func (m *meta) baseURL(page *url.URL) *url.URL {
	if page == nil || m.base == "" {
		return page
	}
	if u, err := page.Parse(m.base); err == nil && checkURL(u) == nil {
		return u
	}
	return page
}
