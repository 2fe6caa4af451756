package writer

import (
	"strings"
	"unicode/utf8"
)

// knownGerman reports whether the word with a capital at toks[i] is the
// article's, in some form or as a part of a compound, or an ordinary noun.
func (c *checker) knownGerman(toks []token, i int) bool {
	s, t := c.strict, toks[i]
	w := possessive(t.low)
	if c.words[w] || elision(t) {
		return true
	}
	if utf8.RuneCountInString(t.text) > 1 && t.text == strings.ToUpper(t.text) && !strings.Contains(w, "-") {
		return s.initials[w]
	}
	if startsSentenceAt(toks, i) && (stopword("de", w) || s.ordinary[w] || s.roots[root(w)]) {
		return true
	}
	for part := range strings.SplitSeq(w, "-") {
		if !c.germanNoun(part) {
			return false
		}
	}
	return true
}

// germanNoun reports whether w is known: as it stands, bent, or put together of
// known parts.
func (c *checker) germanNoun(w string) bool {
	s := c.strict
	known := func(w string) bool {
		if c.words[w] || s.ordinary[w] {
			return true
		}
		bent := unbent(w)
		return s.forms[bent] || s.ordinary[bent] || c.words[bent]
	}
	if known(w) || c.inCompound(w) {
		return true
	}
	for at := range w { // "Schwimmbad" + "verein"
		if at < 3 || len(w)-at < 3 || !c.inCompound(w[at:]) && !known(w[at:]) {
			continue
		}
		first := w[:at]
		for _, link := range [...]string{"", "s", "n", "en", "es", "er", "e"} {
			if base, ok := strings.CutSuffix(first, link); ok && len(base) >= 3 && (known(base) || c.inCompound(base)) {
				return true
			}
		}
	}
	return false
}

// inCompound reports whether a word of the article begins or ends with w.
func (c *checker) inCompound(w string) bool {
	if utf8.RuneCountInString(w) < 4 {
		return false
	}
	bent := unbent(w)
	for v := range c.strict.forms {
		if strings.HasPrefix(v, w) || strings.HasSuffix(v, w) || len(bent) >= 4 && (strings.HasPrefix(v, bent) || strings.HasSuffix(v, bent)) {
			return true
		}
	}
	return false
}

// unbent is a German word without its ending and umlauts: "Bäder" and "Bad",
// "Schließungen" and "Schließung" are one.
func unbent(w string) string {
	w = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss").Replace(w)
	for _, end := range [...]string{"innen", "ern", "en", "er", "es", "em", "in", "e", "n", "s"} {
		if base, ok := strings.CutSuffix(w, end); ok && len(base) >= 3 {
			return base
		}
	}
	return w
}
