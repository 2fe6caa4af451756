package writer

// weight is how much there is to argue about in a claim of a kind.
func weight(kind string) float64 {
	switch kind {
	case "generalisation", "recommendation", "restraint":
		return 3
	case "cause", "prediction", "dispute":
		return 2.4
	case "comparison", "consequence", "conditional":
		return 2
	case "unless", "proviso", "reason":
		return 2
	case "decision", "trend", "change", "success", "reaction":
		return 1.8
	case "judgement":
		return 1.6
	case "quantity", "future", "contrast":
		return 1.3
	}
	return 1
}

func (f *finder) score(p piece, c claim) float64 {
	s := weight(c.kind)
	switch c.voice {
	case "speaker":
		s++
		if c.who.long == c.who.name && !f.anyKnown(c.who.name) {
			s -= 0.5 // nobody who has read only the summary knows who that is
		}
	case "author":
		s++
	}
	known, central := 0, 0.0
	for t := range c.content {
		if f.known[t] {
			known++
		}
		if n := f.common[t]; n > 1 {
			central += min(float64(n-1), 4) / 4
		}
	}
	n := float64(len(c.content))
	s += 1.5*float64(known)/n + central/n
	if known == 0 {
		s -= 0.8
	}
	if c.kind == "assertion" && known < 2 {
		s -= 1
	}
	if c.words > 18 {
		s -= 0.1 * float64(c.words-18)
	}
	if c.words < 7 {
		s -= 0.2 * float64(7-c.words)
	}
	if c.first && !f.lex.list("plural").in(p.toks) {
		s -= 1.5
	}
	if c.kind != "quantity" && c.kind != "change" {
		for _, t := range p.toks {
			if hasDigit(t.text) || t.text == "£" || t.text == "$" {
				s -= 0.5
				break
			}
		}
	}
	if p.cut {
		s -= 0.3
	}
	return s
}
