package discord

import (
	"slices"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// A block is a part of the words of a message.
type block struct {
	text.Part
	show  func(s string) string // its text as markup; nil: as it is
	tail  string                // markup that always stands after it
	tight bool                  // no empty line before it
}

func (b block) markup(s string) string {
	if b.show != nil {
		s = b.show(s)
	}
	return s + b.tail
}

// size is how many units b takes, with the white space before it.
func (b block) size() int { return b.measure(b.Text) }

func (b block) measure(s string) int { return text.Units(b.markup(s)) + len("\n\n") }

// blocks are the words of m, one below the other. Small print without a link is
// not among those of an embed, which has a place for it.
func blocks(m bot.Message, embedded bool) []block {
	var out []block
	own, show := func(s string) string { return s }, escape
	if m.Title == "" && m.Link == "" && m.Question == "" { // else paragraphs may sum up what others wrote
		own, show = ownWords, func(s string) string { return places(escape(s)) }
	}
	for _, p := range m.Paragraphs {
		out = append(out, block{Part: text.Part{Text: strings.TrimSpace(text.Clean(own(p)))}, show: show})
	}
	for _, q := range m.Quotation {
		out = append(out, quoted(q, !text.Visible(m.Title) && len(m.Quotation) == 1))
	}
	out = append(out, list(m.Lines, own, show)...)
	if m.Number > 0 {
		out = append(out, numbered("**"+strconv.Itoa(m.Number)+".** ", m.Question))
	} else {
		out = append(out, numbered("", m.Question))
	}
	for i, q := range m.Asks {
		ask := numbered(strconv.Itoa(i+1)+". ", q)
		ask.tight = i > 0
		out = append(out, ask)
	}
	if u := linkURL(m.Link); u != "" && !text.Visible(m.Title) {
		out = append(out, block{Part: text.Part{Text: "<" + u + ">", Fixed: true}})
	}
	if !embedded || !inFooter(m) {
		out = append(out, smallPrint(m.Footer, linkURL(m.FooterLink)))
	}
	return seen(out)
}

// seen are the blocks with something to see in them.
func seen(all []block) []block {
	return slices.DeleteFunc(all, func(b block) bool { return !text.Visible(b.Text) })
}

func numbered(number, question string) block {
	return block{Part: text.Part{Text: text.Inline(question), Keep: true}, show: func(s string) string { return number + escape(s) }}
}

// leftOut is what stands, escaped, between two passages of a quotation. Each gets
// lines of its own, so that a phone shows no wall of text.
const leftOut = ` \[…\] `

// quoted shows somebody's words with their name: above them where the message is
// these words, else small below them.
func quoted(q bot.Quoted, above bool) block {
	by := escape(text.Label(q.By, maxLabel, escaped))
	if isOurLink(q.Link) {
		if by == "" {
			by = "↗"
		}
		by = "[" + by + "](" + q.Link + ")"
	} else if id := text.Inline(q.ID); id != "" {
		by = strings.TrimSpace(by + " (" + escape(text.Cut(id, maxLabel, escaped)) + ")")
	}
	b := block{Part: text.Part{Text: strings.TrimSpace(text.Clean(q.Text))}}
	head := ""
	switch {
	case by == "":
	case above:
		head = "**" + by + "**\n"
	default:
		b.tail = "\n-# — " + by
	}
	b.show = func(s string) string {
		s = strings.ReplaceAll(escape(s), leftOut, "\n"+strings.TrimLeft(leftOut, " "))
		return head + "> " + strings.ReplaceAll(s, "\n", "\n> ")
	}
	return b
}

// list shows lines as a list, by their own numbers where they have them.
func list(lines []string, own, show func(string) string) []block {
	var texts []string
	for _, l := range lines {
		if l = text.Inline(own(l)); text.Visible(l) {
			texts = append(texts, l)
		}
	}
	_, numbers := text.CountsUp(texts)
	var out []block
	for i, t := range texts {
		mark := "- "
		if numbers {
			number, rest, _ := strings.Cut(t, " ")
			mark, t = number+" ", rest
		}
		out = append(out, block{Part: text.Part{Text: t}, show: func(s string) string { return mark + show(s) }, tight: i > 0})
	}
	return out
}

// inFooter reports whether the small print of m fits into the footer of an embed,
// which shows neither links nor the names of channels.
func inFooter(m bot.Message) bool {
	return linkURL(m.FooterLink) == "" && !placed.MatchString(m.Footer)
}

// smallPrint is the small print as words, with its link whole at the end.
func smallPrint(s, link string) block {
	s = ownWords(text.Inline(s))
	if link != "" {
		link = " <" + link + ">"
	}
	s = places(escape(text.Cut(s, maxFooter-text.Units(link), escaped)))
	if !text.Visible(s + link) {
		return block{}
	}
	return block{Part: text.Part{Text: "-# " + strings.TrimSpace(s+link), Fixed: true}}
}

// join puts blocks one below the other.
func join(all []block) string {
	var b strings.Builder
	for i, part := range all {
		switch {
		case i == 0:
		case part.tight:
			b.WriteString("\n")
		default:
			b.WriteString("\n\n")
		}
		b.WriteString(part.markup(part.Text))
	}
	return b.String()
}

// fit shortens blocks until they take at most limit together.
func fit(all []block, limit int) []block {
	more := block{Part: text.Part{Text: "…", Fixed: true}, tight: true}
	return text.Fit(all, limit, func(b *block) *text.Part { return &b.Part }, block.measure, more)
}

// pages divides blocks into texts of at most limit each, inside a block only
// where it is longer than that.
func pages(all []block, limit int) []string {
	var out []string
	var page []block
	used := 0
	add := func(b block) {
		size := b.size()
		if used+size > limit && len(page) > 0 {
			out, page, used = append(out, join(page)), nil, 0
		}
		page, used = append(page, b), used+size
	}
	for _, b := range all {
		if b.size() <= limit {
			add(b)
			continue
		}
		for _, piece := range text.Split(b.Text, limit, b.measure) {
			part := b
			part.Text = piece
			add(part)
		}
	}
	if len(page) > 0 {
		out = append(out, join(page))
	}
	return out
}
