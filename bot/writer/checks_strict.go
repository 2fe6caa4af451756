package writer

import (
	"strconv"
	"strings"

	"colloquy/bot"
)

// Lengths of a model's statement in words.
const (
	minStatementWords = 5
	maxStatementWords = 60
	maxTextBytes      = 4 << 10 // of whatever a model says at once; more is looked at no further
)

// A strict is what a model's text is held against beside the checker's own.
type strict struct {
	held      *lexicon        // the lists of the language that only these checks read
	ordinary  map[string]bool // words that are no names, also with a capital
	caps      map[string]bool // of the article, lower-cased: those that have a capital somewhere
	lower     map[string]bool // those that have none somewhere
	roots     map[string]bool
	forms     map[string]bool // of words as German or a script without capitals bends them
	grams     map[string]bool // of scripts without spaces
	pairs     map[[2]string]bool
	within    map[string]bool // stands in a run of words with capitals
	initials  map[string]bool
	where     map[string][]int // sentences that have a word with a capital; -1 is the title
	reporting map[string]bool  // words that say who says so
	amounts   *amountWords
	source    *source // the whole article; nil until it is needed
}

// forModel makes c as strict as a model's text needs.
func (c *checker) forModel(held *lexicon) *checker {
	c.model = true
	s := &strict{
		held: held, ordinary: ordinaryWords(c.lex, held), caps: map[string]bool{}, lower: map[string]bool{}, roots: map[string]bool{}, forms: map[string]bool{},
		grams: map[string]bool{}, pairs: map[[2]string]bool{}, within: map[string]bool{}, initials: map[string]bool{}, where: map[string][]int{},
		amounts: newAmountWords(c.lex, held), reporting: map[string]bool{},
	}
	for _, list := range [][]string{held.words.Words("attribution"), c.lex.words.Words("author"), c.lex.words.Words("theauthor")} {
		for _, p := range list {
			for w := range strings.FieldsSeq(p) {
				s.reporting[w] = true
			}
		}
	}
	c.strict = s
	a := c.doc.article
	for _, t := range []string{a.Title, a.Byline, a.Site} {
		s.read(t)
	}
	for i, t := range c.doc.sentences {
		s.read(t.Text)
		s.place(i, t.Text)
	}
	s.place(-1, c.doc.article.Title)
	return c
}

// place takes note of the words with a capital in sentence i.
func (s *strict) place(i int, text string) {
	for _, t := range tokenize(text) {
		if w := possessive(t.low); t.cap && (len(s.where[w]) == 0 || s.where[w][len(s.where[w])-1] != i) {
			s.where[w] = append(s.where[w], i)
		}
	}
}

// read takes note of the words of a piece of the article.
func (s *strict) read(text string) {
	toks := tokenize(text)
	s.readNames(toks)
	german := s.held.lang == "de"
	for _, t := range toks {
		if t.sign {
			continue
		}
		for part := range strings.SplitSeq(t.low, "-") {
			s.roots[root(part)] = true
			switch {
			case german:
				s.forms[unbent(part)] = true
			case caseless(part):
				for _, v := range unprefixed(part) {
					s.forms[bareRoot(v)] = true
				}
			}
		}
		s.roots[root(t.low)] = true
	}
	eachGram(text, func(g string, _ int) { s.grams[g] = true })
}

// ordinaryWords are the words of a language's lists and of our questions: none
// of them is a name.
func ordinaryWords(lex, held *lexicon) map[string]bool {
	out := map[string]bool{}
	lists := [...]string{"say", "finite", "pastverb", "subordinate", "relative", "badstart", "openstart", "start", "common", "connective",
		"collective", "modal", "lowerable", "plural", "first", "interrogative", "closed", "pronoun", "general", "author", "adverb", "having",
		"being", "office", "determiner", "article", "standing", "titles", "hanging", "dangling"}
	for _, name := range lists {
		for _, p := range lex.words.Words(name) {
			for w := range strings.FieldsSeq(p) {
				out[w] = true
			}
		}
	}
	for _, a := range lex.words.Asks() { // what our own questions say of any article
		for _, w := range wordsOf(a.Text) {
			out[w] = true
		}
	}
	for _, p := range held.words.Words("openers") {
		for w := range strings.FieldsSeq(p) {
			out[w] = true
		}
	}
	return out
}

// strictly returns the first of the checks that only a model's statement must pass.
func (c *checker) strictly(s bot.Statement, toks []token, sentences []string) failure {
	if n := length(wordsOf(s.Text)); n < minStatementWords || n > maxStatementWords {
		return failed("length", strconv.Itoa(n)+" words")
	}
	var cited []string
	for _, i := range s.Evidence {
		cited = append(cited, sentences[i])
	}
	evidence := strings.Join(cited, "\n")
	if p := c.addresses(toks, tokenize(evidence)); p != "" {
		return failed("order", p)
	}
	if n := c.amountElsewhere(s.Text, evidence); n != "" {
		return failed("number_not_in_evidence", n)
	}
	if w := c.turned(s.Text, toks, cited); w != "" {
		return failed("negation", w)
	}
	if w := c.farName(s, toks, sentences); w != "" {
		return failed("unsupported", w)
	}
	if w := c.unattributed(s, toks, sentences); w != "" && !strings.Contains(c.flat, bare(s.Text)) {
		return failed("unattributed", w)
	}
	return failure{}
}

// plain checks what holds for every text of a model: plain writing, about the
// article and not about the answer or its reader.
func (c *checker) plain(text string, toks []token) failure {
	if len(text) > maxTextBytes {
		return failed("length", strconv.Itoa(len(text))+" bytes")
	}
	if !isWord(text) {
		return failure{code: "empty"}
	}
	if bad := unclean(text, c.flat); bad != "" {
		return failed("markup", bad)
	}
	if bad := formless(text, c.doc.lang); bad != "" {
		return failed("markup", bad)
	}
	if n := c.lex.list("preamble").at(trimSigns(toks), 0); n > 0 && !strings.Contains(c.flat, bare(text)) {
		return failed("preamble", joinTokens(trimSigns(toks)[:n]))
	}
	if p := c.strict.held.list("meta").found(toks); p != "" && !strings.Contains(c.flat, bare(text)) {
		return failed("preamble", p)
	}
	return failure{}
}

// addresses returns the word by which a statement speaks to somebody or of
// itself while its evidence does not.
func (c *checker) addresses(toks, evidence []token) string {
	list := c.strict.held.list("addressing")
	if list.in(evidence) {
		return ""
	}
	return list.found(toks)
}
