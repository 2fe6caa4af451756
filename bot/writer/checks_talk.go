package writer

import "strings"

// talk returns what in a model's question speaks about the answer, or for the
// model itself, instead of asking: a preamble, an exclamation, "I", a sentence
// that was put before the question mark.
func (c *checker) talk(r reading) failure {
	if f := c.apart(r.text, nil); f.failed() {
		return f
	}
	if n := c.lex.list("preamble").at(r.toks, 0); n > 0 {
		return failed("preamble", joinTokens(r.toks[:n]))
	}
	for i, t := range r.own {
		if t.sign && i > 0 && t.text == "!" && !strings.Contains(c.flat, r.own[i-1].text+"!") {
			return failed("preamble", joinTokens(r.own[:i+1]))
		}
		if prev := i > 0 && r.own[i-1].cap; !t.sign && c.speaksForItself(t, prev) {
			return failed("order", t.text)
		}
	}
	body := strings.TrimRight(r.text, "?؟？ \u00a0")
	last := lastWords(body, 1)
	if strings.HasSuffix(last, "۔") || strings.HasSuffix(last, ".") && strings.Count(last, ".") == 1 && !abbreviated(strings.TrimSuffix(last, "."), "", c.lex.lang) {
		return failed("slot", lastWords(body, 5))
	}
	return failure{}
}

// speaksForItself reports whether a word is "I" or a form of it: outside of
// quotations nobody is speaking. A part of a name is none: "World War I", where
// afterName is true, or "Despicable Me".
func (c *checker) speaksForItself(t token, afterName bool) bool {
	if t.cap && c.words[t.low] && (t.low != "i" || afterName) {
		return false
	}
	switch w := t.low; c.lex.lang {
	case "en":
		return w == "i" || strings.HasPrefix(w, "i'") || w == "me" || w == "my" || w == "myself"
	case "de":
		return w == "ich" || w == "mich" || w == "mir" || w == "mein" || w == "meine"
	case "es":
		return w == "yo" || w == "mí"
	case "fr":
		return w == "je" || strings.HasPrefix(w, "j'") || w == "moi"
	}
	return false
}

func lastWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[max(0, len(f)-n):], " ")
}
