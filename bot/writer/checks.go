package writer

import (
	"strings"
	"unicode/utf8"

	"colloquy/bot"
	"colloquy/prompts"
)

// Check holds a digest, whoever wrote it, against the article: it keeps the
// sentences and questions that pass every check and moves the others to
// Dropped with the code of the first check they failed. It changes no wording,
// and language, opinion and sentences are those of the article as this
// package reads it. Evidence must point at d.Sentences.
//
// What a model wrote, which d.Writer.Model says, is checked more strictly: see
// modelChecker.
//
// Codes of sentences and questions: language, markup, link, preamble,
// evidence, name_not_in_article, number_not_in_article,
// quotation_not_verbatim. Of sentences: unsupported, repeated, unattributed.
// Of a model's besides: empty, order (it speaks to a reader or a machine, or of
// the one who writes), word_not_in_article (where no capital tells a name),
// number_not_in_evidence; of its sentences: length and negation (it denies what
// its evidence does not, or the reverse).
// Of questions: not_one_question, length, closed, factoid, stacked,
// not_anchored, quotation_too_long, quotation_incomplete, copied, loaded,
// dangling, slot, attribution, grave, unfit. Of a question beside the others of
// its set: opening, similar, second_general, few_moves. An entry without text and with
// the code no_counter says that a set of three or more asks neither for the
// case against the author nor for what is missing.
func Check(a bot.Article, d bot.Digest) bot.Digest {
	doc := read(a)
	if d.Writer.Model != "" {
		return modelChecker(doc).digest(d)
	}
	lex := doc.lex
	if lex == nil {
		lex = emptyLexicon(doc.lang)
	}
	return newChecker(doc, lex).digest(d)
}

// A checker holds what is written about one article against it.
type checker struct {
	doc     document
	lex     *lexicon
	flat    string          // title and sentences, apostrophes straight
	run     string          // their words, lower-case, one space around each
	words   map[string]bool // lower-case, of text, title, byline and publisher
	numbers map[string]bool // canonical
	stems   map[string]bool
	spans   [][]quoteSpan
	shares  map[string]float64 // how much of the text are stop words of a language
	script  any
	grave   bool
	strict  *strict         // what only a model's text is held against; nil for ours
	avoid   map[string]bool // words that only orders to software have, as [terms] gives them
	model   bool            // a model wrote it: nothing is believed, as [modelChecker] says
}

// modelChecker is the checker of what a model writes about doc. It asks more
// than the one for our own sentences and templates, whose words are known: a
// capital at the beginning of a sentence may be a name, a number must stand in
// the sentences cited, and what is denied there stays denied. Sentences that
// speak to software are no part of the article for it.
func modelChecker(doc document) *checker {
	lex := doc.lex
	if lex == nil {
		lex = emptyLexicon(doc.lang)
	}
	return newChecker(forModels(doc), lex).forModel(newHeld(doc.lang)).avoiding(doc)
}

// newHeld reads the lists of a language that only a model's text is held
// against; they are empty when prompts/ has none.
func newHeld(lang string) *lexicon {
	held := emptyLexicon(lang)
	held.words, _ = prompts.LoadChecks(lang)
	return held
}

func newChecker(doc document, lex *lexicon) *checker {
	c := &checker{doc: doc, lex: lex, words: map[string]bool{}, numbers: map[string]bool{}, stems: map[string]bool{}, spans: quoteSpans(doc.sentences)}
	var flat, run strings.Builder
	add := func(text string, words []string) {
		flat.WriteString(bare(text))
		flat.WriteByte(' ')
		run.WriteByte(' ')
		for _, w := range words {
			run.WriteString(w)
			run.WriteByte(' ')
			c.words[w] = true
		}
		for _, t := range terms(words, doc.lang) {
			c.stems[t] = true
		}
		c.addNumbers(text)
	}
	add(doc.article.Title, wordsOf(doc.article.Title))
	for _, s := range doc.sentences {
		add(s.Text, s.Words)
	}
	c.flat, c.run = flat.String(), run.String()
	for _, w := range wordsOf(doc.article.Byline + " " + doc.article.Site) {
		c.words[w] = true
	}
	for w := range c.words {
		if n, ok := lex.numbers()[w]; ok {
			c.numbers[n] = true
		}
	}
	c.shares = stopShares(c.doc)
	c.script, _ = mainScript(sample(c.flat, 3, 400))
	c.grave = isGrave(doc, lex)
	return c
}

// straight makes typographic apostrophes straight, so that quotations are
// compared by their words.
func straight(s string) string { return strings.ReplaceAll(s, "’", "'") }

// bare is text without its quotation marks, apostrophes straight: quotations
// are compared by their words, whatever marks stand inside them.
func bare(s string) string {
	if !strings.ContainsAny(s, "\"“”„«»‘’'‚") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	prev := ' '
	for i, n := 0, 0; i < len(s); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(s[i:])
		switch r {
		case '"', '“', '”', '„', '«', '»', '‘', '‚':
		case '’', '\'':
			next, _ := utf8.DecodeRuneInString(s[i+n:])
			if wordRune(prev) && wordRune(next) {
				b.WriteByte('\'')
			}
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}

// digest applies every check to d.
func (c *checker) digest(d bot.Digest) bot.Digest {
	out := d
	out.Language, out.Opinion = c.doc.lang, c.doc.opinion
	out.Summary, out.Questions, out.Spares = nil, nil, nil
	out.Dropped = append([]bot.Dropped(nil), d.Dropped...)
	drop := func(text string, f failure) { out.Dropped = append(out.Dropped, dropped(text, f)) }
	for _, s := range d.Summary {
		if f := c.statement(s, out.Summary, d.Sentences); f.failed() {
			drop(s.Text, f)
			continue
		}
		out.Summary = append(out.Summary, s)
	}
	var all []asked
	keep := func(in []bot.Question) (kept []bot.Question) {
		for _, q := range in {
			f := c.evidence(q.Evidence, len(d.Sentences))
			if !f.failed() {
				f = c.question(q)
			}
			var mine asked
			if !f.failed() {
				mine = c.asked(q.Text)
				f = c.besides(mine, all)
			}
			if f.failed() {
				drop(q.Text, f)
				continue
			}
			kept, all = append(kept, q), append(all, mine)
		}
		return kept
	}
	out.Questions = keep(d.Questions)
	out.Spares = keep(d.Spares)
	var few []bot.Question
	out.Questions, few = enoughMoves(out.Questions)
	for _, q := range few {
		drop(q.Text, failure{code: "few_moves"})
	}
	if len(out.Questions) >= 3 && !asksAgainst(out.Questions) {
		drop("", failure{code: "no_counter"})
	}
	return out
}

func (c *checker) evidence(evidence []int, n int) failure {
	if len(evidence) == 0 {
		return failure{code: "evidence"}
	}
	for _, i := range evidence {
		if i < 0 || i >= n {
			return failure{code: "evidence"}
		}
	}
	return failure{}
}

// statement returns the first check that a summary sentence fails: before are
// the sentences of the summary that stand already, sentences is what its
// evidence points at.
func (c *checker) statement(s bot.Statement, before []bot.Statement, sentences []string) failure {
	if f := c.evidence(s.Evidence, len(sentences)); f.failed() {
		return f
	}
	if f := c.shape(s.Text); f.failed() {
		return f
	}
	toks := tokenize(s.Text)

	if n := c.lex.list("preamble").at(toks, 0); n > 0 && !strings.Contains(c.flat, bare(s.Text)) {
		return failed("preamble", joinTokens(toks[:n]))
	}
	if f := c.facts(s.Text, toks); f.failed() {
		return f
	}
	if c.model {
		if f := c.strictly(s, toks, sentences); f.failed() {
			return f
		}
	}
	words := wordsOf(c.withoutLink(s.Text))
	var support []string
	for _, i := range s.Evidence {
		support = append(support, wordsOf(sentences[i])...)
	}
	if f := c.supported(words, support); f.failed() {
		return f
	}
	if c.model {
		if f := c.apart(c.withoutLink(s.Text), support); f.failed() {
			return f
		}
	}
	for _, b := range before {
		if jaccard(contentStems(b.Text), contentStems(s.Text)) > 0.7 {
			return failure{code: "repeated"}
		}
	}
	verbatim := strings.Contains(c.flat, bare(s.Text))
	if c.doc.opinion && !verbatim && c.lex.list("strong").in(toks) && !c.lex.list("author").in(toks) {
		return failure{code: "unattributed"}
	}
	return failure{}
}

// shape checks what holds for every text we post: our language, no markup, no
// links but the article's own.
func (c *checker) shape(text string) failure {
	if c.model {
		if f := c.plain(text, tokenize(text)); f.failed() {
			return f
		}
	}
	if marked(text) || strings.ContainsAny(text, "*_`#<>[]{}") {
		return failure{code: "markup"}
	}
	if linked(c.withoutLink(text)) {
		return failure{code: "link"}
	}
	if w := addressLike(c.withoutLink(text)); c.model && w != "" {
		return failed("link", w)
	}
	if !c.sameLanguage(text) {
		return failure{code: "language"}
	}
	if c.model && !quotable(c.withoutLink(text)) {
		return failure{code: "order"}
	}
	if w := c.ordered(text); w != "" {
		return failed("order", w)
	}
	return failure{}
}

// withoutLink is text without the article's own address.
func (c *checker) withoutLink(text string) string {
	if c.doc.article.URL == "" {
		return text
	}
	return strings.ReplaceAll(text, c.doc.article.URL, "")
}

// sameLanguage reports whether text seems to be in the article's language: the
// same script, and not full of another language's commonest words.
func (c *checker) sameLanguage(text string) bool {
	if s, n := mainScript(text); n > 0 && c.script != nil && any(s) != c.script {
		return false
	}
	words := wordsOf(text)
	own := stopwords(c.doc.lang, words)
	for lang, share := range c.shares {
		n := stopwords(lang, words)
		if n > own && float64(n) >= 0.3*float64(len(words)) && share < 0.15 {
			return false
		}
	}
	return true
}

func stopwords(lang string, words []string) int {
	n := 0
	for _, w := range words {
		if stopword(lang, w) {
			n++
		}
	}
	return n
}

func stopShares(doc document) map[string]float64 {
	out := map[string]float64{}
	var words []string
	for _, s := range doc.sentences {
		if words = append(words, s.Words...); len(words) > 400 {
			break
		}
	}
	for _, lang := range []string{"en", "es", "de", "fr", "ur"} {
		out[lang] = float64(stopwords(lang, words)) / float64(max(1, len(words)))
	}
	return out
}
