package writer

import "strings"

// happened tells whether a piece of a report says what has just happened or is
// under way ("event"), what somebody did ("deed") or said ("statement"); "" where it merely
// describes, tells of years long past, or in few words. It looks at the first verb. With a
// headline, only what shares words with it counts.
func (f *finder) happened(p piece) string {
	if countWords(p.toks) < 8 || p.sent > 0 && f.doc.title != "" && f.shared(p) < 2 {
		return ""
	}
	for _, t := range p.toks {
		if len(t.text) == 4 && strings.IndexFunc(t.text, func(r rune) bool { return !isDigit(r) }) < 0 {
			return "" // a year
		}
	}
	if end := f.lex.list("endfinite"); len(end.single) > 0 {
		if f.lex.list("done").has(p.toks[len(p.toks)-1].low) {
			return "event"
		}
		if f.lex.list("nothappened").in(p.toks) || f.lex.list("interrogative").in(p.toks) || strings.ContainsFunc(f.sents[p.sent].Text, isDigit) {
			return ""
		}
		return "statement"
	}
	skip := false
	for i, t := range p.toks {
		if isComma(t.text) {
			skip = !skip && i+1 < len(p.toks) && f.lex.list("relative").has(p.toks[i+1].low)
		}
		if skip || i == 0 || t.sign || t.cap {
			continue
		}
		n := i + 1
		for n < len(p.toks) && f.lex.list("adverb").has(p.toks[n].low) {
			n++
		}
		next := ""
		if n < len(p.toks) {
			next = p.toks[n].low
		}
		switch {
		case f.lex.list("having").has(t.low):
			if f.lex.list("nothappened").has(next) || next == "" {
				return ""
			}
			return "event"
		case f.lex.list("being").has(t.low):
			if strings.HasSuffix(next, "ing") && !f.lex.list("nothappened").has(next) {
				return "event"
			}
			return ""
		case f.lex.list("saythat").has(t.low) && p.voice == "reported":
			return "statement"
		case f.lex.list("relative").has(t.low), f.lex.list("finite").has(t.low) && !f.lex.list("say").has(t.low):
			return ""
		case f.lex.list("pastverb").has(t.low):
			return "deed"
		}
	}
	return ""
}

// shared counts the words that a piece has in common with the headline.
func (f *finder) shared(p piece) int {
	n := 0
	for _, t := range p.toks {
		if f.title[stem(t.low)] {
			n++
		}
	}
	return n
}
