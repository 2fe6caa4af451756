package writer

import "colloquy/bot"

// unattributed returns the word by which the sentence that a statement rests on
// says whose claim it is, when the statement makes a fact of it: it takes its
// words from a quotation, or from behind "argues" and the like, and says of
// nobody that they say so.
func (c *checker) unattributed(s bot.Statement, toks []token, sentences []string) string {
	held := c.strict.held
	says := held.list("attribution")
	if len(says.single) == 0 || says.in(toks) || c.lex.list("author").in(toks) {
		return ""
	}
	if spans, _ := scanQuotes(s.Text, 0); len(spans) > 0 {
		return ""
	}
	own := map[string]bool{}
	for _, w := range terms(wordsOf(s.Text), c.doc.lang) {
		own[w] = true
	}
	best, most := "", 0.0
	for _, i := range s.Evidence {
		if v := overlap(terms(wordsOf(s.Text), c.doc.lang), terms(wordsOf(sentences[i]), c.doc.lang)); v > most {
			best, most = sentences[i], v
		}
	}
	if most < 0.5 {
		return ""
	}
	evidence := tokenize(best)
	if spans, _ := scanQuotes(best, 0); len(spans) > 0 && c.mostlyQuoted(own, evidence, spans) && says.in(evidence) {
		return says.found(evidence)
	}
	claiming := held.list("claiming")
	for i := range evidence {
		if n := claiming.at(evidence, i); n > 0 && c.mostlyBehind(own, evidence, i+n) {
			return joinTokens(evidence[i : i+n])
		}
	}
	return ""
}

// mostlyBehind reports whether nearly all the words that a statement shares with
// a sentence stand there from token i on.
func (c *checker) mostlyBehind(own map[string]bool, evidence []token, i int) bool {
	behind, all := 0, 0
	for k, t := range evidence {
		if t.sign || stopword(c.lex.lang, t.low) || !own[stem(t.low)] {
			continue
		}
		all++
		if k >= i {
			behind++
		}
	}
	return all >= 3 && behind*5 >= all*4
}

// mostlyQuoted reports whether nearly all the words that a statement shares with
// a sentence stand there in quotation marks.
func (c *checker) mostlyQuoted(own map[string]bool, evidence []token, spans []quoteSpan) bool {
	in, out := 0, 0
	for _, t := range evidence {
		if t.sign || stopword(c.lex.lang, t.low) || !own[stem(t.low)] {
			continue
		}
		if inQuote(spans, t.start) {
			in++
		} else {
			out++
		}
	}
	return in >= 3 && in >= 4*out
}

// nearby is how many sentences before one that is cited may name who it is about.
const nearby = 3

// farName returns the first name of a statement that the article has only far
// from the sentences cited: what it says may be true of somebody else. The title
// is near everything, and so is whom the article names again and again.
func (c *checker) farName(s bot.Statement, toks []token, sentences []string) string {
	if len(sentences) != len(c.doc.sentences) || c.lex.lang == "de" {
		return ""
	}
	spans, _ := scanQuotes(s.Text, 0)
	for i, t := range toks {
		w := possessive(t.low)
		if t.sign || !t.cap || inQuote(spans, t.start) || startsSentenceAt(toks, i) && c.strict.lower[w] || stopword(c.lex.lang, w) || c.strict.ordinary[w] || c.lex.list("nonames").has(w) {
			continue
		}
		if at := c.strict.where[w]; len(at) > 0 && len(at) <= max(2, len(sentences)/5) && !nearCited(at, s.Evidence) {
			return t.text
		}
	}
	return ""
}

// nearCited reports whether one of the sentences lies where those that are cited do,
// or up to nearby before or one behind them.
func nearCited(at, cited []int) bool {
	for _, a := range at {
		for _, e := range cited {
			if a < 0 || a <= e+1 && a >= e-nearby {
				return true
			}
		}
	}
	return false
}
