package writer

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// falseQuotation returns the first thing in text that stands in quotation marks
// of any kind and not in the article, and what a mark without its partner
// begins or ends; "" if there is none.
func (c *checker) falseQuotation(text string) string {
	spans, _ := scanQuotes(text, 0)
	for _, q := range spans {
		if !c.verbatim(text[q.start:q.end]) {
			return text[q.start:q.end]
		}
	}
	for _, pair := range [...][2]string{{"「", "」"}, {"『", "』"}, {"《", "》"}, {"‹", "›"}, {"〝", "〞"}, {"＂", "＂"}, {"〈", "〉"}} {
		for rest := text; ; {
			_, after, found := strings.Cut(rest, pair[0])
			if !found {
				break
			}
			quote, more, _ := strings.Cut(after, pair[1])
			if !c.verbatim(quote) {
				return quote
			}
			rest = more
		}
	}
	for _, m := range raisedQuotation.FindAllStringSubmatchIndex(text, -1) {
		if !inQuote(spans, m[2]) && !c.verbatim(text[m[2]:m[3]]) {
			return text[m[2]:m[3]]
		}
	}
	return c.looseQuotation(text, spans)
}

// raisedQuotation is what stands between two apostrophes, or marks made of commas.
var raisedQuotation = regexp.MustCompile(`(?:^|[\s(])(?:’|,,)(\pL[^’]*?[\pL\pN.,!?])(?:’|'')(?:$|[^\pL\pN])`)

// looseQuotation returns what a quotation mark opens or closes that stands at
// neither end of one of the spans, unless the article has it.
func (c *checker) looseQuotation(text string, spans []quoteSpan) string {
	edges := map[int]bool{}
	from := 0 // behind the last mark
	for _, q := range spans {
		_, n := utf8.DecodeLastRuneInString(text[:q.start])
		edges[q.start-n], edges[q.end] = true, true
	}
	for i, r := range text {
		if !strings.ContainsRune("\"“”„«»", r) {
			continue
		}
		n := utf8.RuneLen(r)
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+n:])
		inches := r == '"' && before >= '0' && before <= '9'
		if !edges[i] && !inQuote(spans, i) && !inches {
			piece := text[from:i]
			if wordRune(after) && !wordRune(before) {
				piece, _, _ = strings.Cut(text[i+n:], string(r))
			}
			if isWord(piece) && !c.verbatim(piece) {
				return strings.TrimSpace(piece)
			}
		}
		from = i + n
	}
	return ""
}
