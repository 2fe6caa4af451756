package writer

import (
	"strings"
	"unicode/utf8"
)

// rank orders the kinds as prompts/ lists them, the more telling first.
func (l *lexicon) rank(kind string) int {
	if r, ok := l.ranks[kind]; ok {
		return r
	}
	return len(l.ranks)
}

// complete reports whether the piece is a clause with a subject and a finite
// verb that does not begin in the middle of a thought. Of a piece that was cut
// more is asked: its verbs must outnumber the words that subordinate one.
func (f *finder) complete(p piece, kind string) bool {
	toks := p.toks
	bad, start := f.lex.list("badstart"), f.lex.list("start")
	if start.at(toks, 0) == 0 {
		uncut := p.whole && !p.cut && f.lex.list("openstart").has(toks[0].low)
		if bad.at(toks, 0) > 0 && !uncut || f.lex.list("badsuffix").suffix(toks[0]) {
			return false
		}
	}
	finite, sub := f.lex.list("finite"), f.lex.list("subordinate")
	verbs, subs, comma, first := 0, 0, 0, -1
	for i, t := range toks {
		switch {
		case t.sign && isComma(t.text):
			if first < 0 {
				comma++
			}
		case sub.at(toks, i) > 0:
			subs++
		case i > 0 && finite.has(t.low):
			if first < 0 {
				first = i
			}
			if i == 0 || !finite.has(toks[i-1].low) {
				verbs++
			}
		}
	}
	if (kind == "event" || kind == "deed" || kind == "statement") && verbs == 0 {
		verbs++ // happened has found it
	}
	if (kind == "cause" || kind == "reason" || kind == "consequence" || kind == "decision") && verbs == 0 {
		verbs++ // the cue is the verb
	}
	last := toks[len(toks)-1].low
	if f.lex.list("badend").has(last) {
		return false
	}
	if end := f.lex.list("endfinite"); len(end.single) > 0 { // a language whose sentences end with their verb
		if !finite.has(last) {
			verbs++
		}
		return end.has(last) && verbs > subs
	}
	if p.whole && !p.cut {
		return verbs > 0 || len(finite.single) == 0
	}
	return verbs > subs && comma%2 == 0
}

func isComma(s string) bool { return s == "," || s == "،" }

// suffix reports whether a lower-case word ends with one of the set's words.
func (p phraseSet) suffix(t token) bool {
	for s := range p.single {
		if len(t.low) > len(s)+2 && strings.HasSuffix(t.low, s) {
			return true
		}
	}
	return false
}

// standsAlone reports whether the piece can be read without what went before:
// every pronoun has its noun in the clause, and "the …" it begins with is
// something that the title or the summary names, or a word that the article keeps using.
func (f *finder) standsAlone(p piece) bool {
	toks := p.toks
	hanging, dangling, back := f.lex.list("hanging"), f.lex.list("dangling"), f.lex.list("thatback")
	for i, t := range toks {
		switch {
		case t.sign:
		case hanging.at(toks, i) > 0 && f.lex.list("standing").at(toks, i) == 0:
			return false
		case t.low == "that" && f.lex.lang == "en":
			last := i+1 == len(toks) || toks[i+1].sign
			if i == 0 || last || back.has(toks[i-1].low) {
				return false
			}
		case dangling.has(t.low) && !f.hasNoun(p, i):
			return false
		}
	}
	if f.lex.list("badend").has(toks[len(toks)-1].low) || f.lex.list("hangingend").has(toks[len(toks)-1].low) {
		return false
	}
	if p.voice != "speaker" && !f.doc.opinion && f.lex.list("first").in(toks) {
		return false
	}
	return f.subjectKnown(p)
}

// hasNoun reports whether a noun for the pronoun at toks[i] stands before it in
// the clause: a name for a person, else a plural or a noun behind an article.
func (f *finder) hasNoun(p piece, i int) bool {
	toks := p.toks
	if f.lex.list("expletive").at(toks, i) > 0 {
		return true
	}
	if len(f.lex.list("article").single) == 0 {
		return i >= 4 && !p.cut // a language without articles
	}
	person := f.lex.list("person").has(toks[i].low)
	for k := 0; k < i; k++ {
		t := toks[k]
		if t.sign || f.lex.list("nonames").has(t.low) && person {
			continue
		}
		if person {
			if _, named := f.names.full[t.low]; t.cap && (named || k > 0 && f.lex.list("titles").has(toks[k-1].low)) {
				return true
			}
			continue
		}
		switch {
		case t.cap && k > 0 && !f.lex.list("nonames").has(t.low) && len(t.text) > 1:
			return true
		case k > 0 && f.lex.list("article").has(toks[k-1].low) && i-k >= 1:
			return true
		case k == 0 && strings.HasSuffix(t.low, "s") && !f.stop(t.low):
			return true
		case k == 1 && strings.HasSuffix(t.low, "s") && !f.stop(t.low) && !f.lex.list("first").has(toks[0].low):
			return true
		}
	}
	return false
}

func (f *finder) stop(w string) bool { return stopword(f.lex.lang, w) }

// subjectKnown reports whether a subject with a definite article is one that
// the reader can know: it carries a name, an explanation ("the price of
// crude"), or a word of the title or summary, or is the only one of its kind.
func (f *finder) subjectKnown(p piece) bool {
	toks := p.toks
	if !f.lex.list("definite").has(toks[0].low) {
		return true
	}
	for k := 1; k < len(toks) && k < 7; k++ {
		t := toks[k]
		switch {
		case f.lex.list("of").has(t.low) && k > 1:
			return true
		case t.sign || f.lex.list("finite").has(t.low) || f.lex.cues.at(toks, k) > 0:
			return false
		case t.cap && f.lex.lang != "de" || f.lex.list("unique").has(t.low):
			return true
		case !f.stop(t.low) && (f.known[stem(t.low)] || f.common[stem(t.low)] >= 3):
			return true
		}
	}
	return false
}

// recommendedPhrase returns what a recommendation to "us" recommends: of "We
// should forge more alliances" it is "forge more alliances"; "" of anything else.
func (f *finder) recommendedPhrase(p piece, c claim) string {
	if c.kind != "recommendation" || c.voice != "author" || !f.lex.list("vpsubject").has(p.toks[0].low) {
		return ""
	}
	n := f.lex.list("modal").at(p.toks, 1)
	rest := p.toks[min(1+n, len(p.toks)):]
	if n == 0 || len(rest) < 3 || len(rest) > 16 || f.lex.list("novp").has(rest[0].low) {
		return ""
	}
	for i, t := range rest {
		if t.sign || i > 0 && f.lex.list("modal").at(rest, i) > 0 {
			return ""
		}
	}
	return f.sents[p.sent].Text[rest[0].start:rest[len(rest)-1].end]
}

// likeness finds "Like A, B could do with …" and returns A and B as they can
// follow a verb; ok is false where either is not plainly a noun phrase.
func (f *finder) likeness(i int) (c claim, ok bool) {
	toks := f.toks[i]
	if len(toks) < 8 || !f.lex.list("like").has(toks[0].low) || len(f.spans[i]) > 0 || !f.doc.opinion {
		return claim{}, false
	}
	text := f.sents[i].Text
	a := f.nounPhrase(toks, 1)
	if a == nil {
		return claim{}, false
	}
	m := 0
	for k := 2 + len(a); k < len(toks) && m == 0; k++ {
		if f.lex.list("modal").at(toks, k) > 0 || f.lex.list("likeverb").has(toks[k].low) {
			m = k
		}
	}
	k := m - 1
	for k > 0 && !isComma(toks[k].text) {
		k--
	}
	if m == 0 || k < 1+len(a) || !f.lex.list("determiner").has(toks[k+1].low) {
		return claim{}, false
	}
	b := f.nounPhrase(toks, k+1)
	if b == nil || k+1+len(b) != m {
		return claim{}, false
	}
	c = claim{text: text, sent: i, kind: "likeness", voice: "author", words: countWords(toks), score: 4, content: stems(text, f.doc.lang)}
	c.b = lowerFirst(text[a[0].start:a[len(a)-1].end], a[0], f.lex)
	c.a = lowerFirst(text[b[0].start:b[len(b)-1].end], b[0], f.lex)
	return c, true
}

// nounPhrase returns the run of words from toks[i] up to a sign or a verb, if
// it begins with a determiner and has 2 to 5 words.
func (f *finder) nounPhrase(toks []token, i int) []token {
	if i >= len(toks) || !f.lex.list("determiner").has(toks[i].low) {
		return nil
	}
	k := i
	for k < len(toks) && !toks[k].sign && !f.lex.list("finite").has(toks[k].low) && f.lex.list("modal").at(toks, k) == 0 && !f.lex.list("relative").has(toks[k].low) {
		k++
	}
	if n := k - i; n < 2 || n > 5 {
		return nil
	}
	return toks[i:k]
}

// lowerFirst lower-cases the first letter of a clause for the middle of a
// sentence, unless its first word keeps its capital anywhere.
func lowerFirst(s string, first token, lex *lexicon) string {
	if !first.cap || !lex.list("lowerable").has(first.low) {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[n:]
}
