package writer

import (
	"strings"

	"colloquy/bot"
)

// Lengths of a question in words, and of what it may copy.
const (
	minQuestionWords = 8
	maxQuestionWords = 35
	maxCopied        = 8 // words in a row outside quotations
)

// A reading is a question taken apart.
type reading struct {
	text  string
	toks  []token
	spans []quoteSpan
	own   []token // outside quotations
	asks  []token // of own: the sentence that asks, the last one
}

func readQuestion(text string) reading {
	r := reading{text: text, toks: tokenize(text)}
	r.spans, _ = scanQuotes(text, 0)
	for _, t := range r.toks {
		if !inQuote(r.spans, t.start) {
			r.own = append(r.own, t)
		}
	}
	from := 0
	for i, t := range r.own[:max(0, len(r.own)-1)] {
		if !t.sign || i == 0 {
			continue
		}
		if s := t.text; s == "." && !r.own[i-1].sign && len(r.own[i-1].text) > 3 || s == "." && r.own[i-1].sign || s == ":" || s == "۔" || s == "!" || s == "." && !r.own[i+1].cap {
			from = i + 1
		}
	}
	r.asks = r.own[from:]
	for len(r.asks) > 0 && r.asks[0].sign {
		r.asks = r.asks[1:]
	}
	return r
}

// question returns the first check that one question fails. Its evidence is
// looked at by evidence, how it fits beside others by besides.
func (c *checker) question(q bot.Question) failure {
	if f := c.shape(q.Text); f.failed() {
		return f
	}
	r := readQuestion(q.Text)
	if c.model {
		if f := c.talk(r); f.failed() {
			return f
		}
	}
	marks := strings.Count(q.Text, "?") + strings.Count(q.Text, "؟") + strings.Count(q.Text, "？")
	if marks != 1 || !strings.HasSuffix(q.Text, "?") && !strings.HasSuffix(q.Text, "؟") && !strings.HasSuffix(q.Text, "？") {
		return failure{code: "not_one_question"}
	}
	if n := length(wordsOf(q.Text)); n < minQuestionWords || n > maxQuestionWords {
		return failure{code: "length"}
	}
	if code := c.open(r); code != "" {
		return failure{code: code}
	}
	if f := c.facts(q.Text, r.toks); f.failed() {
		return f
	}
	if f := c.quotations(r); f.failed() {
		return f
	}
	if c.model {
		if p := c.strict.held.list("self").found(r.own); p != "" {
			return failed("order", p)
		}
		if text := strings.TrimRight(q.Text, "?؟？ "); strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "۔") {
			return failed("slot", text[max(0, len(text)-20):])
		}
		if n := c.amountElsewhere(q.Text, c.sentencesAt(q.Evidence)); n != "" {
			return failed("number_not_in_evidence", n)
		}
	}
	switch {
	case c.copied(r) != "":
		return failed("copied", c.copied(r))
	case c.lex.list("leading").in(r.own):
		return failed("loaded", c.lex.list("leading").found(r.own))
	case c.dangles(r):
		return failure{code: "dangling"}
	case c.badSlot(r):
		return failure{code: "slot"}
	case c.misattributed(r):
		return failure{code: "attribution"}
	case c.grave && (q.Move == "counter" || c.lex.list("sober-banned").in(r.own)):
		return failure{code: "grave"}
	case !c.anchored(r):
		return failure{code: "not_anchored"}
	}
	return failure{}
}

// sentencesAt is the text of some of the article's sentences, a line each.
func (c *checker) sentencesAt(evidence []int) string {
	var b strings.Builder
	for _, i := range evidence {
		if i >= 0 && i < len(c.doc.sentences) {
			b.WriteString(c.doc.sentences[i].Text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// open checks that the question leaves something to think about: it asks with
// an interrogative, and if yes or no could answer it, for the reasons as well.
// It returns a code, "" if it is.
func (c *checker) open(r reading) string {
	ask := c.lex.list("interrogative")
	if len(ask.single) == 0 || len(r.asks) == 0 {
		return "" // a language that we have no words of
	}
	words := 0
	for i, t := range r.asks {
		if ask.at(r.asks, i) > 0 && !t.sign {
			words++
		}
	}
	if words == 0 {
		return "closed"
	}
	if c.lex.list("closed").at(r.asks, 0) > 0 && !c.lex.list("reason").in(r.asks[1:]) {
		return "closed"
	}
	first := 0
	for first < len(r.asks) && ask.at(r.asks, first) == 0 {
		first++
	}
	parts := c.parts(r.asks[first:])
	if c.lex.list("factoid").at(r.asks, first) > 0 && first == 0 && parts == 1 {
		return "factoid"
	}
	commas := 0
	for _, t := range r.asks[first:] {
		if t.sign && isComma(t.text) {
			commas++
		}
	}
	if parts > 2 || parts == 2 && commas > c.lex.commas() {
		return "stacked"
	}
	return ""
}

// parts counts the questions that are strung together by "and" or a comma.
func (c *checker) parts(toks []token) int {
	n := 1
	double := c.lex.list("double")
	for i := 1; i < len(toks); i++ {
		if double.at(toks, i) > 0 {
			n++
		}
	}
	return n
}

// quotations checks length and completeness of what is quoted.
func (c *checker) quotations(r reading) failure {
	for _, q := range r.spans {
		quote := r.text[q.start:q.end]
		toks := trimSigns(tokenize(quote))
		n := countWords(toks)
		switch {
		case n == 0 || n > maxQuoted:
			return failed("quotation_too_long", quote)
		case !quotable(quote) || c.lex.list("unfit").in(toks):
			return failed("unfit", quote)
		case n >= 3 && (c.lex.list("badend").has(toks[len(toks)-1].low) || c.lex.list("badquote").has(toks[0].low)):
			return failed("quotation_incomplete", quote)
		}
	}
	return failure{}
}

// copied returns words that stand in a row outside quotations as they do in the
// article, more of them than allowed; "" if there are none.
func (c *checker) copied(r reading) string {
	text := []byte(r.text)
	for _, q := range r.spans {
		for i := q.start; i < q.end; i++ {
			text[i] = '"'
		}
	}
	for part := range strings.SplitSeq(string(text), "\"") {
		words := wordsOf(part)
		known := 0 // words in a row that the article has at all
		for i, w := range words {
			if known++; !c.words[w] {
				known = 0
			}
			if known <= maxCopied {
				continue
			}
			if row := strings.Join(words[i-maxCopied:i+1], " "); strings.Contains(c.run, " "+row+" ") {
				return row
			}
		}
	}
	return ""
}

// dangles reports whether a pronoun stands before anything that it could stand for.
func (c *checker) dangles(r reading) bool {
	pronoun := c.lex.list("pronoun")
	nouns := len(r.spans) > 0 && r.spans[0].start < 4
	for i, t := range r.own {
		if len(r.spans) > 0 && t.start > r.spans[0].end {
			return false
		}
		if !nouns && pronoun.at(r.own, i) > 0 && c.lex.list("standing").at(r.own, i) == 0 {
			return true
		}
		nouns = nouns || !t.sign && !stopword(c.lex.lang, t.low) && !c.lex.list("interrogative").has(t.low)
	}
	return false
}

// badSlot reports what a template or a model leaves where a phrase of the
// wrong kind was put: braces, a doubled word, an article before a full stop,
// or a name that the article uses only as an adjective standing as a noun.
func (c *checker) badSlot(r reading) bool {
	for i, t := range r.own {
		if t.text == "{" || t.text == "}" {
			return true
		}
		if i == 0 || t.start > r.own[i-1].end+1 {
			continue
		}
		prev := r.own[i-1]
		if !t.sign && t.low == prev.low && !c.lex.list("doubled").has(t.low) {
			return true
		}
		if t.sign && t.text != "“" && t.text != "„" && t.text != "«" && t.text != "‘" && t.text != "\"" && t.text != "”" && t.text != "(" && c.lex.list("article").has(prev.low) {
			return true
		}
		if prev.cap && (t.sign && t.text != "-" || c.lex.list("verbs").has(t.low) || c.lex.list("finite").has(t.low)) && c.onlyAdjective(prev.low) {
			return true
		}
	}
	return false
}

// onlyAdjective reports whether w, with a hyphen in it, is followed by a noun
// wherever the article has it.
func (c *checker) onlyAdjective(w string) bool {
	if c.lex.lang != "en" || !strings.Contains(w, "-") {
		return false
	}
	found := false
	low := strings.ToLower(c.flat)
	for at := 0; ; {
		i := strings.Index(low[at:], w)
		if i < 0 {
			return found
		}
		at += i + len(w)
		found = true
		next := tokenize(low[at:min(at+40, len(low))])
		if len(next) == 0 || next[0].sign || stopword("en", next[0].low) {
			return false
		}
	}
}

// misattributed reports whether the author is made to say what news reports,
// or what somebody else is quoted with.
func (c *checker) misattributed(r reading) bool {
	if !c.lex.list("theauthor").in(r.own) {
		return false
	}
	if !c.doc.opinion {
		return true
	}
	for _, q := range r.spans {
		quote := strings.TrimRight(straight(r.text[q.start:q.end]), ".,;:")
		for i, s := range c.doc.sentences {
			if i >= len(c.spans) || len(c.spans[i]) == 0 || len(quote) < 12 {
				continue
			}
			text := straight(s.Text)
			at := strings.Index(text, quote[1:])
			if at >= 0 && len(text) == len(s.Text) && inQuote(c.spans[i], at) {
				return true
			}
		}
	}
	return false
}

// anchored reports whether the question names something of this article: a
// quotation, a name, or several of its words.
func (c *checker) anchored(r reading) bool {
	for _, q := range r.spans {
		if countWords(tokenize(r.text[q.start:q.end])) >= 3 {
			return true
		}
	}
	general := c.lex.list("general")
	hit, all := 0, 0
	for i, t := range r.own {
		if t.sign || stopword(c.lex.lang, t.low) || general.has(t.low) || c.lex.list("interrogative").has(t.low) {
			continue
		}
		if t.cap && i > 0 && c.lex.lang != "de" && !startsSentenceAt(r.own, i) && c.words[possessive(t.low)] {
			return true
		}
		all++
		if c.words[t.low] || c.stems[stem(t.low)] {
			hit++
		}
	}
	return hit >= 2 && hit*2 >= all || hit >= 3 && hit*3 >= all
}
