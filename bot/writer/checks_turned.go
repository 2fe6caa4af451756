package writer

// turned returns the word by which a statement denies what its evidence does
// not, or says what it denies; "" if nothing shows that.
func (c *checker) turned(text string, toks []token, evidence []string) string {
	held := c.strict.held
	says, broad, free := held.list("negation"), held.list("denial"), held.list("nonegation")
	own := outside(toks, free)
	n, denied := says.count(own), 0
	var all []token
	for _, e := range evidence {
		of := outside(tokenize(e), free)
		denied += says.count(of) + broad.count(of)
		all = append(all, of...)
	}
	if n > denied {
		return says.found(own)
	}
	if n > 0 || broad.in(toks) {
		return ""
	}
	if w := c.undenied(toks, all); w != "" {
		return w
	}
	words := terms(wordsOf(text), c.doc.lang)
	for _, e := range evidence {
		if of := outside(tokenize(e), free); says.in(of) && overlap(terms(wordsOf(e), c.doc.lang), words) >= 0.75 {
			return says.found(of)
		}
	}
	return ""
}

// undenied returns the word that the evidence denies, wherever it has it, and
// the statement says.
func (c *checker) undenied(toks, evidence []token) string {
	says := c.strict.held.list("negation")
	own := map[string]bool{}
	for _, t := range toks {
		own[root(t.low)] = true
	}
	var denied []token
	free := map[string]bool{}
	for i, t := range evidence {
		switch {
		case t.sign || stopword(c.lex.lang, t.low) || says.at(evidence, i) > 0:
		case c.deniedAt(evidence, i):
			denied = append(denied, t)
		default:
			free[root(t.low)] = true
		}
	}
	for _, t := range denied {
		if r := root(t.low); own[r] && !free[r] {
			return t.text
		}
	}
	return ""
}

// deniedAt reports whether toks[i] is the first word of weight behind a negation.
func (c *checker) deniedAt(toks []token, i int) bool {
	says := c.strict.held.list("negation")
	for back := 1; back <= 4 && i-back >= 0; back++ {
		t := toks[i-back]
		if t.sign {
			return false
		}
		if says.at(toks, i-back) > 0 {
			return true
		}
		if !stopword(c.lex.lang, t.low) {
			return false
		}
	}
	return false
}

// outside returns toks without the phrases of a list, in which a negation denies nothing.
func outside(toks []token, list phraseSet) []token {
	out := toks[:0:0]
	for i := 0; i < len(toks); {
		n := list.at(toks, i)
		if n == 0 {
			out = append(out, toks[i])
		}
		i += max(1, n)
	}
	return out
}
