package writer

import "strings"

// root cuts what words of one kind differ in, roughly: endings, and of a long
// word all behind its first letters. Two words with one root may well be one
// word: "parks" and "parking", "announced" and "announcement".
func root(w string) string {
	const letters = 5
	w = possessive(w)
	for range 2 {
		for _, end := range [...]string{"ing", "ied", "ies", "ed", "es", "s", "en", "er", "e", "n", "y"} {
			if base, ok := strings.CutSuffix(w, end); ok && len(base) >= 3 {
				w = base
				break
			}
		}
	}
	return firstLetters(w, letters)
}

// leastShared is how much of a statement's words its evidence must have.
const leastShared = 0.6

// supported checks that most of a statement's words, those aside that say
// nothing, are in its evidence: a model's words in any form.
func (c *checker) supported(words, evidence []string) failure {
	if overlap(terms(words, c.doc.lang), terms(evidence, c.doc.lang)) >= leastShared {
		return failure{}
	}
	if !c.model || c.lex.lang == "" || len(words) > 0 && unspaced(words[0]) {
		return failure{code: "unsupported"}
	}
	roots := make(map[string]bool, len(evidence))
	for _, w := range evidence {
		for part := range strings.SplitSeq(w, "-") {
			roots[root(part)] = true
		}
		roots[root(w)] = true
	}
	says := func(w string) bool { return !stopword(c.lex.lang, w) && !c.strict.reporting[w] }
	if share, missing := rooted(words, roots, says); share < leastShared {
		return failed("unsupported", missing)
	}
	return failure{}
}

// rooted is the share of those words for which says holds that have one of the
// roots, 0 where there are none, and the first that has not.
func rooted(words []string, roots map[string]bool, says func(string) bool) (share float64, missing string) {
	hit, all := 0, 0
	for _, w := range words {
		if !says(w) {
			continue
		}
		all++
		if roots[root(w)] {
			hit++
		} else if missing == "" {
			missing = w
		}
	}
	return float64(hit) / float64(max(1, all)), missing
}

// apart checks each sentence of a model's text by itself, so that one that is
// true does not carry another along: its language and, against evidence if
// there is any, what it says. Sentences of the article pass.
func (c *checker) apart(text string, evidence []string) failure {
	all := pieces(text, c.doc.lang)
	if len(all) < 2 {
		return failure{}
	}
	for _, p := range all {
		if strings.Contains(c.flat, bare(p)) {
			continue
		}
		if !c.sameLanguage(p) {
			return failed("language", p)
		}
		if evidence != nil {
			if f := c.supported(wordsOf(p), evidence); f.failed() {
				return failed(f.code, p)
			}
		}
	}
	return failure{}
}
