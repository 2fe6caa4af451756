package slack

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// A piece is a part of the words of a message.
type piece struct {
	text.Part
	lead, tail string // what stands before and after it when it is read out
	own        bool   // it is ours, and may name channels
	list       string // the style of the list that it is a line of; empty: of none
	number     int    // of a line in an ordered list
	// show makes elements of rich_text of its text; nil: a paragraph. For a line of a
	// list it is not asked.
	show    func(s string) []slack.RichTextElement
	private bool
}

// dots stand where something was left out, and where there is nothing to see.
var dots = piece{Part: text.Part{Text: "…", Fixed: true}}

// measure is how much p takes with the text s.
func (p piece) measure(s string) int {
	return text.Units(p.lead) + text.Units(s) + text.Units(p.tail)
}

// read is p as it is read out.
func (p piece) read() words { return words{text: p.lead + p.Text + p.tail, own: p.own} }

// section is the text of p as a line of rich_text.
func (p piece) section() *slack.RichTextSection {
	if p.own {
		return slack.NewRichTextSection(ownElements(p.Text, p.private)...)
	}
	return slack.NewRichTextSection(textElements(p.Text, nil)...)
}

func (p piece) elements() []slack.RichTextElement {
	if p.show != nil {
		return p.show(p.Text)
	}
	return []slack.RichTextElement{p.section()}
}

// pieces are the words of m, one below the other; private says that mentions in
// them notify nobody.
func pieces(m bot.Message, private bool) []piece {
	var out []piece
	own := m.Title == "" && m.Link == "" && m.Question == "" // else paragraphs may sum up what others wrote
	for _, p := range m.Paragraphs {
		out = append(out, piece{Part: text.Part{Text: strings.TrimSpace(text.Clean(p))}, own: own, private: private})
	}
	for _, q := range m.Quotation {
		out = append(out, quoted(q, !text.Visible(m.Title) && len(m.Quotation) == 1))
	}
	for _, p := range list(m.Lines) {
		p.own, p.private = own, private
		out = append(out, p)
	}
	number := ""
	if m.Number > 0 {
		number = strconv.Itoa(m.Number) + ". "
	}
	out = append(out, question(number, m.Question))
	var asks []string
	for i, q := range m.Asks {
		if text.Visible(q) {
			asks = append(asks, strconv.Itoa(i+1)+". "+text.Inline(q))
		}
	}
	for _, p := range list(asks) {
		p.Keep = true
		out = append(out, p)
	}
	if u := linkURL(m.Link); u != "" && !text.Visible(m.Title) && !text.Visible(source(m)) {
		out = append(out, piece{Part: text.Part{Text: u, Fixed: true}, show: func(u string) []slack.RichTextElement {
			return []slack.RichTextElement{slack.NewRichTextSection(slack.NewRichTextSectionLinkElement(u, u, nil))}
		}})
	}
	return seen(out)
}

// seen are the pieces with something to see in them.
func seen(all []piece) []piece {
	var out []piece
	for _, p := range all {
		if text.Visible(p.Text) {
			out = append(out, p)
		}
	}
	return out
}

var bold = &slack.RichTextSectionTextStyle{Bold: true}

func question(number, q string) piece {
	return piece{Part: text.Part{Text: text.Inline(q), Keep: true}, lead: number, show: func(s string) []slack.RichTextElement {
		return []slack.RichTextElement{slack.NewRichTextSection(append(textElements(number, bold), textElements(s, nil)...)...)}
	}}
}

// leftOut is what stands between two passages of a quotation. Each gets lines of
// its own, so that a phone shows no wall of text.
const leftOut = " […] "

// quoted shows somebody's words with their name: above them where the message is
// these words, else below them.
func quoted(q bot.Quoted, above bool) piece {
	by := text.Label(q.By, maxSource, text.Units)
	link := q.Link
	switch {
	case !isOurLink(link) || text.Units(link) > maxURL:
		link = ""
		if id := text.Inline(q.ID); id != "" {
			by = strings.TrimSpace(by + " (" + text.Cut(id, maxLabel, text.Units) + ")")
		}
	case by == "":
		by = "↗"
	}
	p := piece{Part: text.Part{Text: strings.ReplaceAll(strings.TrimSpace(text.Clean(q.Text)), leftOut, "\n"+strings.TrimLeft(leftOut, " "))}, lead: "> "}
	if by != "" && above {
		p.lead = by + "\n> "
	} else if by != "" {
		p.tail = "\n— " + by
	}
	p.show = func(s string) []slack.RichTextElement {
		quote := []slack.RichTextElement{&slack.RichTextQuote{Type: slack.RTEQuote, Elements: textElements(s, nil)}}
		switch {
		case by == "":
			return quote
		case above:
			return append([]slack.RichTextElement{slack.NewRichTextSection(linked(by, link, bold)...)}, quote...)
		}
		return append(quote, slack.NewRichTextSection(append(textElements("— ", nil), linked(by, link, nil)...)...))
	}
	return p
}

func linked(s, link string, style *slack.RichTextSectionTextStyle) []slack.RichTextSectionElement {
	if link == "" {
		return textElements(s, style)
	}
	return []slack.RichTextSectionElement{slack.NewRichTextSectionLinkElement(link, s, style)}
}

// list shows lines as a list, by their own numbers where they have them.
func list(lines []string) []piece {
	var texts []string
	for _, l := range lines {
		if l = text.Inline(l); text.Visible(l) {
			texts = append(texts, l)
		}
	}
	first, numbers := text.CountsUp(texts)
	var out []piece
	for i, t := range texts {
		p := piece{lead: "• ", list: string(slack.RTEListBullet)}
		if numbers {
			number, rest, _ := strings.Cut(t, " ")
			p.lead, p.list, p.number, t = number+" ", string(slack.RTEListOrdered), first+i, rest
		}
		p.Text = t
		out = append(out, p)
	}
	return out
}

// fit shortens pieces until they take at most limit together.
func fit(all []piece, limit int) []piece {
	return text.Fit(all, limit, func(p *piece) *text.Part { return &p.Part }, piece.measure, dots)
}

// divide puts pieces on pages of at most limit each; there is always one. A piece
// goes on, as a paragraph of its kind, on the next page only where it is longer.
func divide(all []piece, limit int) [][]piece {
	pages := [][]piece{nil}
	used := 0
	add := func(p piece) {
		size := p.measure(p.Text)
		if last := len(pages) - 1; used+size > limit && len(pages[last]) > 0 {
			pages, used = append(pages, nil), 0
		}
		last := len(pages) - 1
		pages[last], used = append(pages[last], p), used+size
	}
	for _, p := range all {
		if p.Fixed || p.measure(p.Text) <= limit {
			add(p)
			continue
		}
		for i, s := range text.Split(p.Text, limit, p.measure) {
			part := p
			part.Text = s
			if i > 0 {
				part.list = ""
			}
			add(part)
		}
	}
	return pages
}
