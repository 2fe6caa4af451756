package writer

// turned returns the word by which a statement denies what its evidence does
// not, or says what it denies; "" if nothing shows that.
func (c *checker) turned(toks, evidence []token) string {
	held := c.strict.held
	says, broad := held.list("negation"), held.list("denial")
	if w := says.found(outside(toks, held.list("nonegation"))); w != "" {
		if !says.in(evidence) && !broad.in(evidence) {
			return w
		}
		return ""
	}
	if broad.in(toks) {
		return ""
	}
	return c.undenied(toks, outside(evidence, held.list("nonegation")))
}

// undenied returns the word that the evidence denies, wherever it has it, and
// the statement says.
func (c *checker) undenied(toks, evidence []token) string {
	says := c.strict.held.list("negation")
	own := map[string]bool{}
	for _, t := range toks {
		own[root(t.low)] = true
	}
	denied, free := map[string]string{}, map[string]bool{}
	for i, t := range evidence {
		if t.sign || stopword(c.lex.lang, t.low) {
			continue
		}
		if deniedAt(evidence, i, says) {
			denied[root(t.low)] = t.text
		} else {
			free[root(t.low)] = true
		}
	}
	for r, w := range denied {
		if own[r] && !free[r] {
			return w
		}
	}
	return ""
}

// deniedAt reports whether toks[i] is the first word of weight behind a negation.
func deniedAt(toks []token, i int, says phraseSet) bool {
	for back := 1; back <= 3 && i-back >= 0; back++ {
		if toks[i-back].sign {
			return false
		}
		if says.at(toks, i-back) > 0 {
			return back == 1 || back == 2 && len(toks[i-1].low) <= 4
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
