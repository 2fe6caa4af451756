package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readNames takes note of the capitals of a piece of the article.
func (s *strict) readNames(toks []token) {
	var run []string
	flush := func() {
		if len(run) > 1 {
			var b strings.Builder
			for i, w := range run {
				r, _ := utf8.DecodeRuneInString(w)
				b.WriteRune(r)
				s.within[w] = true
				if i > 0 {
					s.pairs[[2]string{run[i-1], w}] = true
				}
				if i > 1 { // "John F. Kennedy" is also John Kennedy
					s.pairs[[2]string{run[i-2], w}] = true
				}
			}
			s.initials[b.String()] = true
		}
		run = run[:0]
	}
	for i, t := range toks {
		if t.sign {
			if t.text != "." || i == 0 || utf8.RuneCountInString(toks[i-1].text) > 3 {
				flush()
			}
			continue
		}
		w := possessive(t.low)
		if !capital(t.text) {
			s.lower[w] = true
			if !nameParticle(w) {
				flush()
			}
			continue
		}
		s.caps[w] = true
		for part := range strings.SplitSeq(w, "-") {
			s.caps[part] = true
		}
		run = append(run, w)
		if w != t.low {
			flush() // "England's Steve Robinson" is two names
		}
	}
	flush()
}

// capital reports whether a word has a capital anywhere: "iPhone" has.
func capital(w string) bool { return strings.ContainsFunc(w, unicode.IsUpper) }

// nameParticle reports whether w may stand in a name without a capital.
func nameParticle(w string) bool {
	switch w {
	case "of", "de", "van", "von", "der", "den", "bin", "al", "la", "du", "di", "da", "del", "dos", "el", "ibn", "le", "ter", "ten":
		return true
	}
	return false
}

// namesStrictly refuses the first name in a model's words that is not in the
// article. Every capital may be one: at the beginning of a sentence too, but
// for ordinary words, and in the middle of a word. Where a script has no
// capitals, or prompts/ no words of the language, every word may be one.
func (c *checker) namesStrictly(toks []token) failure {
	for i, t := range toks {
		if t.sign {
			continue
		}
		switch {
		case caseless(t.text):
			if p := c.unknownContent(t.text); p != "" {
				return failed("word_not_in_article", p)
			}
		case !capital(t.text):
			if c.hiddenName(toks, i) {
				return failed("name_not_in_article", t.text)
			}
		case c.lex.lang == "de":
			if !c.knownGerman(toks, i) {
				return failed("name_not_in_article", t.text)
			}
		default:
			if !c.knownCapital(toks, i) {
				return failed("name_not_in_article", t.text)
			}
		}
		if i > 0 && c.joinedAnew(toks, i) {
			return failed("name_not_in_article", toks[i-1].text+" "+t.text)
		}
	}
	return failure{}
}

// knownCapital reports whether the word with a capital at toks[i] is a name of
// the article, or none at all.
func (c *checker) knownCapital(toks []token, i int) bool {
	s, t := c.strict, toks[i]
	w := possessive(t.low)
	if before, after, ok := strings.Cut(t.text, "."); ok && !c.words[t.low] { // a space is lost: "in the US.He added"
		if f := c.namesStrictly(tokenize(before + " . " + after)); !f.failed() {
			return true
		}
	}
	if s.caps[w] || s.caps[w+"'s"] || elision(t) || w == "i" {
		return true
	}
	if c.newTitle(toks, i) || c.hyphenedAnew(t.text) {
		return false
	}
	start := startsSentenceAt(toks, i)
	allCaps := utf8.RuneCountInString(t.text) > 1 && strings.ToUpper(possessive(t.text)) == possessive(t.text)
	if allCaps {
		return s.initials[w] || s.held.list("acronyms").has(w) || strings.Contains(w, "-") && c.knownParts(w)
	}
	plain := strings.IndexFunc(strings.TrimPrefix(t.text, firstRune(t.text)), unicode.IsUpper) < 0 // no capital but the first
	ordinary := s.ordinary[w] || stopword(c.lex.lang, w)
	switch {
	case strings.Contains(w, "-") && !start:
		return c.knownParts(w)
	case !plain:
		return strings.Contains(w, "-") && c.knownParts(w)
	case start && s.held.list("given").has(w) && i+1 < len(toks) && (capital(toks[i+1].text) || toks[i+1].text == ","):
		return false // "Will Smith", "Will, the chairman": no question of the future
	case start:
		return ordinary || s.lower[w] || c.words[w] || c.related(w) || s.roots[root(w)] || strings.Contains(w, "-") && c.knownParts(w)
	}
	return c.lex.list("office").has(w) || c.lex.list("titles").has(w) || c.related(w) && !s.lower[w] || s.held.list("capitalised").has(w)
}

// newTitle reports whether toks[i] gives whom the next word names a title or an
// office that the article has not: "Lord Smith", "President Smith".
func (c *checker) newTitle(toks []token, i int) bool {
	w := toks[i].low
	return (c.lex.list("titles").has(w) || c.lex.list("office").has(w)) && !stopword(c.lex.lang, w) && !c.strict.roots[root(w)] &&
		i+1 < len(toks) && capital(toks[i+1].text)
}

// elision reports whether t is what an apostrophe leaves of a word before
// another: "l'", and no initial of a name.
func elision(t token) bool {
	return strings.HasSuffix(t.low, "'") && elided(strings.TrimSuffix(t.low, "'"))
}

func firstRune(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	return w[:n]
}

// knownParts reports whether every part of a word with hyphens is known.
func (c *checker) knownParts(w string) bool {
	for part := range strings.SplitSeq(w, "-") {
		if !c.words[part] && !c.strict.caps[part] && !c.related(part) && !c.strict.ordinary[part] && !stopword(c.lex.lang, part) && !c.strict.held.list("prefixes").has(part) {
			return false
		}
	}
	return true
}

// hiddenName reports whether the word without a capital at toks[i] is a name
// all the same: one of those that everybody knows, or one that stands where
// only a name does, and the article has no such word.
func (c *checker) hiddenName(toks []token, i int) bool {
	w := possessive(toks[i].low)
	if c.words[w] || c.words[w+"'s"] || stopword(c.lex.lang, w) {
		return false
	}
	if s, n := mainScript(w); n > 0 && c.script != nil && any(s) != c.script {
		return true
	}
	if strings.Contains(w, "-") {
		for part := range strings.SplitSeq(w, "-") {
			if c.isKnownName(part) && !c.words[part] {
				return true
			}
		}
		return false
	}
	if c.isKnownName(w) {
		return true
	}
	if len(c.lex.ranks) == 0 { // no words of this language: nothing but the article's own
		return utf8.RuneCountInString(w) > 1 && !hasDigit(w) && !c.strict.roots[root(w)]
	}
	if c.strict.ordinary[w] || hasDigit(w) || c.strict.roots[root(w)] {
		return false
	}
	before := i > 0 && !toks[i-1].sign && c.lex.list("titles").has(toks[i-1].low)
	return before
}

// isKnownName reports whether w is on the lists of names.
func (c *checker) isKnownName(w string) bool {
	return c.strict.held.list("names").has(w) && !c.strict.held.list("notnames").has(w)
}

// joinedAnew reports whether toks[i-1] and toks[i] make a name of two that the
// article has only apart: "John Brown" of John Smith and Gordon Brown.
func (c *checker) joinedAnew(toks []token, i int) bool {
	a, b := toks[i-1], toks[i]
	if a.sign || b.sign || b.start != a.end+1 || !capital(a.text) || !capital(b.text) || c.lex.lang == "de" && startsSentenceAt(toks, i-1) {
		return false
	}
	return a.low == possessive(a.low) && c.newPair(a.low, possessive(b.low))
}

// hyphenedAnew is joinedAnew of a word with hyphens: "John-Brown".
func (c *checker) hyphenedAnew(text string) bool {
	parts := strings.Split(text, "-")
	for i := 1; i < len(parts); i++ {
		v, w := strings.ToLower(parts[i-1]), possessive(strings.ToLower(parts[i]))
		if capital(parts[i-1]) && capital(parts[i]) && c.newPair(v, w) {
			return true
		}
	}
	return false
}

// newPair reports whether v and w, both from names of the article, do not stand
// beside one another in any.
func (c *checker) newPair(v, w string) bool {
	s := c.strict
	if s.pairs[[2]string{v, w}] || !s.within[v] || !s.within[w] {
		return false
	}
	for _, x := range []string{v, w} {
		if c.lex.list("office").has(x) || c.lex.list("titles").has(x) || c.lex.list("officemod").has(x) || stopword(c.lex.lang, x) || s.ordinary[x] || c.lex.list("nonames").has(x) {
			return false
		}
	}
	return true
}
