package writer

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"colloquy/bot"
)

// What a statement of a recap may have.
const (
	minRecapWords  = 4
	maxRecapWords  = 45
	maxReplyCopied = 6  // words in a row that stand so in a reply
	maxReplySigns  = 14 // the same in scripts without spaces, in characters
	leastSupport   = 0.4
)

// A recapCheck holds what a model says of a discussion against its replies.
type recapCheck struct {
	in        bot.RecapInput
	lex       *lexicon
	held      *lexicon // lists that only a model's text is held against
	asked     *checker // the title and the questions: language and names that all know
	questions []string
	people    int             // who wrote
	names     []string        // of people, lower-cased
	parts     map[string]bool // of names, lower-cased
	copied    map[string]bool // runs of words of replies, one longer than allowed
}

// newRecapCheck reads the replies and the names that no statement may hold.
func newRecapCheck(in bot.RecapInput) *recapCheck {
	lex := newLexicon(in.Language)
	if lex == nil {
		lex = emptyLexicon(in.Language)
	}
	r := &recapCheck{in: in, lex: lex, held: newHeld(in.Language), parts: map[string]bool{}, copied: map[string]bool{}}
	for _, q := range in.Questions {
		r.questions = append(r.questions, q.Text)
	}
	r.asked = r.over(r.questions)
	for lang := range r.asked.shares {
		r.asked.shares[lang] = 0 // a title is too short to tell
	}
	for _, n := range in.Names {
		n = strings.ToLower(strings.Join(strings.Fields(straight(n)), " "))
		if utf8.RuneCountInString(n) < 2 {
			continue
		}
		r.names = append(r.names, n)
		for _, w := range wordsOf(n) {
			if utf8.RuneCountInString(w) > 2 && !stopword(in.Language, w) {
				r.parts[w] = true
			}
		}
	}
	people := map[string]bool{}
	for _, reply := range in.Replies {
		people[author(reply)] = true
		eachRun(wordsOf(reply.Text), func(run string) bool { r.copied[run] = true; return true })
	}
	r.people = len(people)
	return r
}

// over makes a checker of some texts beside the discussion's title.
func (r *recapCheck) over(texts []string) *checker {
	doc := document{lang: r.in.Language, lex: r.lex, title: r.in.Title}
	doc.article.Title = strings.ToValidUTF8(r.in.Title, "\uFFFD")
	for i, t := range texts {
		t = strings.ToValidUTF8(t, "\uFFFD")
		doc.sentences = append(doc.sentences, sentence{Text: t, Words: wordsOf(t), Para: i})
	}
	c := newChecker(doc, r.lex).forModel(r.held)
	for _, w := range r.held.words.Words("recap") {
		c.strict.ordinary[w] = true
	}
	return c
}

// eachRun calls yield for every run of words that is longer than may be copied,
// until it returns false.
func eachRun(words []string, yield func(string) bool) {
	for i := range words {
		n := maxReplyCopied + 1
		if unspaced(words[i]) {
			n = maxReplySigns + 1
		}
		if i+n <= len(words) && !yield(strings.Join(words[i:i+n], " ")) {
			return
		}
	}
}

// statement returns the first check that a statement of a recap fails. replies
// are indexes from 0 into the input's Replies. Its codes are those of [Check]
// and: replies (none is cited, or one that is not there), person,
// name_not_in_replies, number_not_in_replies, quotation_not_in_reply,
// copied_reply and ranking.
func (r *recapCheck) statement(text string, replies []int) failure {
	if len(replies) == 0 {
		return failure{code: "replies"}
	}
	var cited []string
	people := map[string]bool{}
	for _, i := range replies {
		if i < 0 || i >= len(r.in.Replies) {
			return failed("replies", "reply "+strconv.Itoa(i+1))
		}
		cited = append(cited, r.in.Replies[i].Text)
		people[author(r.in.Replies[i])] = true
	}
	toks := tokenize(text)
	if f := r.shape(text, toks); f.failed() {
		return f
	}
	if f := r.person(text, toks); f.failed() {
		return f
	}
	if p := r.held.list("ranking").found(toks); p != "" {
		return failed("ranking", p)
	}
	rest := r.over(cited)
	if p := r.held.list("praise").found(toks); p != "" && !rest.words[strings.ToLower(p)] {
		return failed("ranking", p)
	}
	if p := r.tooMany(toks, len(people)); p != "" {
		return failed("number_not_in_replies", p)
	}
	if f := r.facts(text, toks, cited, rest, len(distinct(replies)), len(people)); f.failed() {
		return f
	}
	if f := r.supported(text, rest); f.failed() {
		return f
	}
	return r.ownWords(text)
}

// shape checks that text is one plain sentence or two in the discussion's language.
func (r *recapCheck) shape(text string, toks []token) failure {
	if strings.TrimSpace(text) == "" {
		return failure{code: "empty"}
	}
	if n := length(wordsOf(text)); n < minRecapWords || n > maxRecapWords {
		return failed("length", strconv.Itoa(n)+" words")
	}
	if f := r.asked.shape(text); f.failed() {
		return f
	}

	if n := r.lex.list("preamble").at(toks, 0); n > 0 {
		return failed("preamble", joinTokens(toks[:n]))
	}
	return failure{}
}

// person checks that text names nobody who takes part: no whole name, and no
// part of one that is written as a name.
func (r *recapCheck) person(text string, toks []token) failure {
	low := strings.ToLower(strings.Join(strings.Fields(straight(text)), " "))
	for _, n := range r.names {
		if wholeIn(low, n) && !(r.lex.lang != "" && ordinaryName(n, r.lex.lang)) {
			return failed("person", n)
		}
	}
	for i, t := range toks {
		w := possessive(t.low)
		if t.sign || !r.parts[w] || r.asked.words[w] {
			continue
		}
		if t.cap && !(startsSentenceAt(toks, i) && r.held.list("openers").has(w)) {
			return failed("person", t.text)
		}
	}
	return failure{}
}

// tooMany returns the words by which a statement gives a view to more people
// than wrote the replies that it cites: to most, to all, to several.
func (r *recapCheck) tooMany(toks []token, people int) string {
	switch {
	case people*2 <= r.people && r.held.list("most").in(toks):
		return r.held.list("most").found(toks)
	case people < r.people && r.held.list("everyone").in(toks):
		return r.held.list("everyone").found(toks)
	case people == 1 && r.held.list("several").at(toks, 0) > 0:
		return r.held.list("several").found(toks)
	}
	return ""
}

// ordinaryName reports whether somebody calls themselves by a word that says nothing.
func ordinaryName(n, lang string) bool { return !strings.Contains(n, " ") && stopword(lang, n) }

// wholeIn reports whether name stands in text as whole words; in a script
// without spaces, anywhere.
func wholeIn(text, name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		i += at
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(name):])
		if unspacedRune(first) || !(wordRune(before) && wordRune(first)) && !wordRune(after) {
			return true
		}
		at = i + len(name)
	}
}

// facts checks quotations, numbers and names against the replies cited. A
// number may also be how many replies or people are cited.
func (r *recapCheck) facts(text string, toks []token, cited []string, rest *checker, replies, people int) failure {
	spans, _ := scanQuotes(text, 0)
	if q := rest.falseQuotation(text); q != "" {
		return failed("quotation_not_in_reply", q)
	}
	var own []token
	for _, t := range toks {
		if !inQuote(spans, t.start) {
			own = append(own, t)
		}
	}
	counts := "\n" + strconv.Itoa(replies) + "\n" + strconv.Itoa(people)
	if n := rest.strict.amounts.lacking(text, rest.strict.amounts.source(strings.Join(cited, "\n")+counts)); n != "" {
		return failed("number_not_in_replies", n)
	}
	if f := r.over(append(cited[:len(cited):len(cited)], r.questions...)).namesStrictly(own); f.failed() {
		return failed("name_not_in_replies", f.detail)
	}
	return failure{}
}

func distinct(list []int) map[int]bool {
	out := map[int]bool{}
	for _, i := range list {
		out[i] = true
	}
	return out
}

// supported checks that the replies cited have a good part of the words that
// text does not share with every recap.
func (r *recapCheck) supported(text string, rest *checker) failure {
	report := r.held.list("recap")
	roots := map[string]bool{}
	for _, s := range rest.doc.sentences {
		for _, w := range s.Words {
			roots[root(w)] = true
		}
	}
	says := func(w string) bool {
		return !stopword(r.lex.lang, w) && !r.lex.list("general").has(w) && !report.has(w)
	}
	if share, missing := rooted(wordsOf(text), roots, says); share < leastSupport {
		return failed("unsupported", missing)
	}
	return failure{}
}

// ownWords checks that text copies no reply.
func (r *recapCheck) ownWords(text string) failure {
	f := failure{}
	eachRun(wordsOf(text), func(run string) bool {
		if r.copied[run] {
			f = failed("copied_reply", run)
		}
		return !f.failed()
	})
	return f
}
