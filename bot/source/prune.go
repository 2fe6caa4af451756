package source

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hiddenStyle matches inline styles by which text is kept from readers.
var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(px|em|rem|%)?\s*(;|!|$)|` +
	`opacity\s*:\s*0(\.0+)?\s*(;|!|$)|(text-indent|left|top|margin-left)\s*:\s*-\d{4,}|clip\s*:\s*rect\(\s*[01]`)

// hiddenClass are class names by which whole families of style sheets hide text.
var hiddenClass = map[string]bool{
	"sr-only": true, "visually-hidden": true, "visuallyhidden": true, "screen-reader-text": true, "hidden": true,
	"screenreader": true, "screen-reader": true, "u-hidden": true, "is-hidden": true, "offscreen": true,
	"element-invisible": true, "assistive-text": true,
}

// furniture are words in class names and ids that name what stands around an
// article. An element is dropped for one of them only when it holds a small
// part of the page's text.
var furniture = map[string]bool{
	"advert": true, "advertisement": true, "ads": true, "adsense": true, "sponsored": true, "sponsor": true, "promo": true,
	"outbrain": true, "taboola": true, "related": true, "recirc": true, "recommended": true, "recommendations": true,
	"trending": true, "popular": true, "mostpopular": true, "newsletter": true, "newsletters": true, "subscribe": true,
	"signup": true, "share": true, "sharing": true, "sharedaddy": true, "addthis": true, "social": true, "breadcrumb": true,
	"breadcrumbs": true, "byline": true, "caption": true, "captions": true, "credit": true, "credits": true, "copyright": true,
	"comments": true, "disqus": true, "cookie": true, "cookies": true, "consent": true, "gdpr": true, "tooltip": true,
	"popup": true, "popover": true, "rollover": true, "modal": true, "toolbar": true, "skip": true, "nav": true,
	"navigation": true, "navbar": true, "menu": true, "masthead": true, "timestamp": true, "pagination": true, "pager": true,
	"readmore": true, "slideshow": true, "gallery": true, "carousel": true, "widget": true, "sidebar": true,
	"authorbio": true, "biography": true, "wp-caption-text": true, "tags": true, "taglist": true, "jp-relatedposts": true,
}

// prune takes out of a page what is hidden from readers or stands around the
// article: navigation, captions, shares, adverts. The extractor that follows
// judges by density of text and is misled by them. With quoting, what the
// publisher withholds from excerpts goes too; withheld says that there was such.
// work is the sum of the bytes of text below every element.
func prune(doc *html.Node, quoting bool) (work int, withheld bool) {
	p := pruner{size: map[*html.Node]int{}, quoting: quoting}
	p.total = p.measure(doc, 0)
	p.walk(doc, 0)
	for _, n := range p.size {
		work += n
	}
	return work, p.withheld
}

type pruner struct {
	size     map[*html.Node]int // bytes of visible text below an element
	total    int
	quoting  bool // drop what is withheld from excerpts
	withheld bool // something was
}

func (p *pruner) measure(n *html.Node, depth int) int {
	if n.Type == html.TextNode {
		return len(strings.TrimSpace(n.Data))
	}
	if depth > maxDepth || n.Type == html.ElementNode && n.DataAtom != atom.Head && invisible(n.DataAtom) {
		return 0
	}
	sum := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		sum += p.measure(c, depth+1)
	}
	if n.Type == html.ElementNode {
		p.size[n] = sum
	}
	return sum
}

func (p *pruner) walk(n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.DataAtom == atom.Br {
			next = p.breaks(c)
		} else if c.Type == html.CommentNode || c.Type == html.ElementNode && p.drop(c) {
			n.RemoveChild(c)
		} else if c.Type == html.ElementNode {
			p.walk(c, depth+1)
		}
		c = next
	}
}

// breaks puts a paragraph separator in the place of two or more line breaks in
// a row, which the extractor would drop. It gives the node after them.
func (p *pruner) breaks(br *html.Node) *html.Node {
	var row []*html.Node
	last := br
	for n := br; n != nil; n = n.NextSibling {
		if n.DataAtom == atom.Br {
			last = n
			row = append(row, n)
		} else if n.Type != html.TextNode || strings.TrimSpace(n.Data) != "" {
			break
		}
	}
	next := last.NextSibling
	if len(row) < 2 {
		return next
	}
	br.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: separator}, br)
	for _, n := range row {
		n.Parent.RemoveChild(n)
	}
	return next
}

func (p *pruner) drop(n *html.Node) bool {
	if p.quoting && hasAttr(n, "data-nosnippet") {
		p.withheld = true
		return true
	}
	switch n.DataAtom {
	case atom.Html, atom.Head, atom.Body, atom.Main, atom.Meta, atom.Link, atom.Title, atom.Base:
		return false
	case atom.Script:
		return !strings.Contains(attr(n, "type"), "ld+json")
	case atom.Nav, atom.Figcaption, atom.Dialog, atom.Menu:
		return true
	case atom.Aside, atom.Footer:
		return p.small(n, 3)
	}
	if invisible(n.DataAtom) || hidden(n) {
		return true
	}
	if n.DataAtom == atom.Article {
		return false
	}
	if inline(n.DataAtom) {
		return inlineFurniture(n) || strings.EqualFold(attr(n, "aria-hidden"), "true")
	}
	return p.small(n, 3) && (isFurniture(attr(n, "class")) || isFurniture(attr(n, "id")) || role(n) || strings.EqualFold(attr(n, "aria-hidden"), "true"))
}

// small reports whether n holds less than one part in `part` of the text.
func (p *pruner) small(n *html.Node, part int) bool { return p.size[n]*part < p.total }

func role(n *html.Node) bool {
	switch attr(n, "role") {
	case "navigation", "menu", "menubar", "complementary", "dialog", "alertdialog", "search", "banner", "tooltip":
		return true
	}
	return false
}

// hidden reports whether the page itself keeps an element from its readers.
func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return a.Val != "until-found"
		case "style":
			if hiddenStyle.MatchString(a.Val) {
				return true
			}
		case "class":
			if hiddenByClass(strings.Fields(strings.ToLower(a.Val))) {
				return true
			}
		}
	}
	return false
}

// hiddenByClass knows the usual names for hiding. With a name such as
// "md:block" beside it, the text is hidden on small screens only.
func hiddenByClass(classes []string) bool {
	found := false
	for _, c := range classes {
		if _, display, ok := strings.Cut(c, ":"); ok && display != "hidden" {
			return false
		}
		found = found || hiddenClass[c]
	}
	return found
}

// inlineFurniture reports whether an element within a line is no part of the
// sentence: a picture's credit, a share button, or the box that opens over a
// word (but not the word).
func inlineFurniture(n *html.Node) bool {
	for _, word := range nameWords(attr(n, "class")) {
		switch word {
		case "caption", "credit", "credits", "copyright", "byline", "timestamp", "share", "sharing", "social":
			return true
		case "tooltip", "tooltiptext", "popover", "popup", "rollover", "hovercard":
			if n.PrevSibling != nil && n.Parent != nil && inline(n.Parent.DataAtom) {
				return true
			}
		}
	}
	return false
}

// isFurniture reports whether one of the names has a word of furniture in it.
// Names of more than two words are often made from headings, or by tools that
// write style into them, and mislead.
func isFurniture(names string) bool {
	for _, name := range strings.Fields(names) {
		words := nameWords(name)
		if len(words) > 2 {
			continue
		}
		for _, word := range words {
			if furniture[word] {
				return true
			}
		}
	}
	return false
}

// nameWords splits class names at their hyphens, underscores and humps.
func nameWords(name string) []string {
	var words []string
	start := 0
	for i := 0; i <= len(name); i++ {
		hump := i > 0 && i < len(name) && name[i] >= 'A' && name[i] <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z'
		if i == len(name) || name[i] == ' ' || name[i] == '-' || name[i] == '_' || name[i] == ':' || hump {
			if i > start {
				words = append(words, strings.ToLower(name[start:i]))
			}
			start = i
			if !hump {
				start = i + 1
			}
		}
	}
	return words
}

// attr gives the value of an attribute, or "".
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
