package source

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A block is one paragraph of a page on its way to becoming text.
type block struct {
	text    string
	tag     atom.Atom // the element that it stood in: P, Li, H1 to H6, Pre, Td, Blockquote or 0
	letters int       // letters and digits in text
	linked  int       // those of them that stand in links
}

func (b block) heading() bool {
	switch b.tag {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// linkOnly reports whether the block is hardly more than a link.
func (b block) linkOnly() bool { return b.letters > 0 && b.linked*10 >= b.letters*8 }

// blocks gives the paragraphs below n in reading order, white space collapsed
// and without markup.
func blocks(n *html.Node) []block {
	var r renderer
	r.walk(n, 0)
	r.flush()
	return r.out
}

type renderer struct {
	out   []block
	buf   strings.Builder
	space bool // white space is due before the next character
	cur   block
	links int // open links
	tag   atom.Atom
}

// separator stands for the end of a paragraph within an element.
const separator = "\u2029"

// maxDepth bounds the recursion below; the parser itself refuses pages that
// are nested deeper than 512 elements.
const maxDepth = 600

func (r *renderer) walk(n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	switch n.Type {
	case html.TextNode:
		r.text(n.Data)
		return
	case html.ElementNode:
	case html.DocumentNode:
	default:
		return
	}
	if invisible(n.DataAtom) {
		return
	}
	if n.DataAtom == atom.Br {
		r.lineBreak()
		return
	}
	if n.DataAtom == atom.A {
		r.links++
		defer func() { r.links-- }()
	}
	if inline(n.DataAtom) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			r.walk(c, depth+1)
		}
		return
	}
	r.flush()
	before := r.tag
	if t := n.DataAtom; t != atom.Div && t != atom.Section && t != atom.Span && (before != atom.Li || t != atom.P) {
		r.tag = t
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.walk(c, depth+1)
	}
	r.flush()
	r.tag = before
}

func (r *renderer) text(s string) {
	for _, c := range s {
		if c == '\u2029' {
			r.flush()
			continue
		}
		if unicode.IsSpace(c) {
			r.space = true
			continue
		}
		if r.space && r.buf.Len() > 0 {
			r.buf.WriteByte(' ')
		}
		r.space = false
		r.buf.WriteRune(c)
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			r.cur.letters++
			if r.links > 0 {
				r.cur.linked++
			}
		}
	}
}

// lineBreak ends the paragraph where a sentence ended; elsewhere a line break
// is a space. Two of them [prune] made into a separator.
func (r *renderer) lineBreak() {
	if endsSentence(r.buf.String()) {
		r.flush()
		return
	}
	r.space = true
}

func (r *renderer) flush() {
	if r.buf.Len() > 0 {
		r.cur.text, r.cur.tag = r.buf.String(), r.tag
		r.out = append(r.out, r.cur)
	}
	r.buf.Reset()
	r.cur, r.space = block{}, false
}

// inline reports whether an element runs on within a line. Unknown elements do.
func inline(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hr, atom.Html, atom.Li, atom.Main,
		atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Tfoot,
		atom.Th, atom.Thead, atom.Tr, atom.Ul:
		return false
	}
	return true
}

// invisible reports whether an element's content is never shown as text.
func invisible(a atom.Atom) bool {
	switch a {
	case atom.Head, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Embed,
		atom.Svg, atom.Math, atom.Canvas, atom.Video, atom.Audio, atom.Button, atom.Select, atom.Textarea, atom.Input,
		atom.Datalist, atom.Noembed, atom.Noframes, atom.Applet, atom.Map:
		return true
	}
	return false
}

// endsSentence reports whether s ends in a full stop or its like, in any of
// the scripts we know, with closing quotes or brackets after it or not.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, " \"'”’»)]›」』")
	for _, end := range []string{".", "!", "?", "…", "。", "！", "？", "۔", "؟", "।", "॥", "։", "።", "။"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}
