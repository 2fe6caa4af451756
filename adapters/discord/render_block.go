package discord

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// A block is a part of the words of a message.
type block struct {
	text  string                // plain and clean; what is too long of it is cut
	show  func(s string) string // text as markup; nil: as it is
	tail  string                // markup that always stands after it
	tight bool                  // no empty line before it
	keep  bool                  // left out last
	fixed bool                  // never cut and never left out
}

func (b block) markup(s string) string {
	if b.show != nil {
		s = b.show(s)
	}
	return s + b.tail
}

// size is how many units b takes, with the white space before it.
func (b block) size() int { return b.measure(b.text) }

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
		out = append(out, block{text: strings.TrimSpace(text.Clean(own(p))), show: show})
	}
	for _, q := range m.Quotation {
		out = append(out, quoted(q, !visible(m.Title) && len(m.Quotation) == 1))
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
	if u := linkURL(m.Link); u != "" && !visible(m.Title) {
		out = append(out, block{text: "<" + u + ">", fixed: true})
	}
	if !embedded || !inFooter(m) {
		out = append(out, smallPrint(m.Footer, linkURL(m.FooterLink)))
	}
	return seen(out)
}

// seen are the blocks with something to see in them.
func seen(all []block) []block {
	return slices.DeleteFunc(all, func(b block) bool { return !visible(b.text) })
}

func numbered(number, question string) block {
	return block{text: text.Inline(question), show: func(s string) string { return number + escape(s) }, keep: true}
}

// leftOut is what stands, escaped, between two passages of a quotation. Each gets
// lines of its own, so that a phone shows no wall of text.
const leftOut = ` \[…\] `

// quoted shows somebody's words with their name: above them where the message is
// these words, else small below them.
func quoted(q bot.Quoted, above bool) block {
	by := escape(inline(q.By, maxLabel, escaped))
	if isOurLink(q.Link) {
		if by == "" {
			by = "↗"
		}
		by = "[" + by + "](" + q.Link + ")"
	} else if id := text.Inline(q.ID); id != "" {
		by = strings.TrimSpace(by + " (" + escape(text.Cut(id, maxLabel, escaped)) + ")")
	}
	b := block{text: strings.TrimSpace(text.Clean(q.Text))}
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
		if l = text.Inline(own(l)); visible(l) {
			texts = append(texts, l)
		}
	}
	numbers := countsUp(texts)
	var out []block
	for i, t := range texts {
		mark := "- "
		if numbers {
			number, rest, _ := strings.Cut(t, " ")
			mark, t = number+" ", rest
		}
		out = append(out, block{text: t, show: func(s string) string { return mark + show(s) }, tight: i > 0})
	}
	return out
}

// countsUp reports whether all lines begin like "1. ", each with a number one
// higher: Discord counts for itself from the first.
func countsUp(lines []string) bool {
	first := 0
	for i, l := range lines {
		number, rest, _ := strings.Cut(l, ". ")
		n, err := strconv.Atoi(number)
		if i == 0 {
			first = n
		}
		if err != nil || n != first+i || n < 1 || !visible(rest) || !isDigits(number) {
			return false
		}
	}
	return true
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
	if !visible(s + link) {
		return block{}
	}
	return block{text: "-# " + strings.TrimSpace(s+link), fixed: true}
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
		b.WriteString(part.markup(part.text))
	}
	return b.String()
}

// enough is what is left at least of a block that is cut: before less is, the
// last blocks are left out.
const enough = 400

// fit shortens blocks until they take at most limit together: the longest are
// cut to one length, and where that leaves too little of them, the last are left out.
func fit(all []block, limit int) []block {
	sizes := make([]int, len(all))
	for i, b := range all {
		sizes[i] = b.size()
	}
	if sum(all, sizes, math.MaxInt) <= limit {
		return all
	}
	if over := sum(all, sizes, enough) - limit; over > 0 {
		all, sizes = leaveOut(all, sizes, over+len("\n\n…"))
	}
	most := sort.Search(limit, func(n int) bool { return sum(all, sizes, n+1) > limit })
	for i, b := range all {
		if !b.fixed && sizes[i] > most {
			all[i].text = text.Cut(b.text, most, b.measure)
		}
	}
	return seen(all)
}

// sum is how much blocks take if none that may be cut takes more than most.
func sum(all []block, sizes []int, most int) int {
	total := 0
	for i, b := range all {
		if b.fixed {
			total += sizes[i]
		} else {
			total += min(sizes[i], most)
		}
	}
	return total
}

// leaveOut takes blocks away from the end, those that are to be kept last, until
// that saves what is over, and shows where.
func leaveOut(all []block, sizes []int, over int) ([]block, []int) {
	out := make([]bool, len(all))
	for _, kept := range [...]bool{false, true} {
		for i := len(all) - 1; i >= 0 && over > 0; i-- {
			if b := all[i]; !b.fixed && b.keep == kept {
				out[i] = true
				over -= min(sizes[i], enough)
			}
		}
	}
	var left []block
	var leftSizes []int
	for i, b := range all {
		switch {
		case !out[i]:
			left, leftSizes = append(left, b), append(leftSizes, sizes[i])
		case i == 0 || !out[i-1]:
			more := block{text: "…", tight: true, fixed: true}
			left, leftSizes = append(left, more), append(leftSizes, more.size())
		}
	}
	return left, leftSizes
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
		for _, piece := range text.Split(b.text, limit, b.measure) {
			part := b
			part.text = piece
			add(part)
		}
	}
	if len(page) > 0 {
		out = append(out, join(page))
	}
	return out
}
