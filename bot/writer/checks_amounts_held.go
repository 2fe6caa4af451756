package writer

import "strings"

// amountElsewhere returns the first number of text, outside quotations, that
// the evidence and the title lack, or have with another unit.
func (c *checker) amountElsewhere(text, evidence string) string {
	return c.strict.amounts.lacking(text, evidence+"\n"+c.doc.article.Title)
}

// unknownAmount is the same for the whole article.
func (c *checker) unknownAmount(text string) string {
	return c.strict.amounts.lacking(text, c.flat)
}

// lacking returns the first number of text, outside quotations, that is not in
// source, or only with another unit.
func (a *amountWords) lacking(text, source string) string {
	own := a.amounts(unquoted(text))
	if len(own) == 0 {
		return ""
	}
	have := a.amounts(source)
	have = append(have, spread(have)...)
	for _, n := range own {
		if !heldBy(n, have) {
			return n.text
		}
	}
	return ""
}

// spread gives the first of two numbers the unit and power of the second:
// "between 3 and 4 million", "5 to 10 percent".
func spread(list []amount) []amount {
	var out []amount
	for i := 0; i+1 < len(list); i++ {
		a, b := list[i], list[i+1]
		more := amount{text: a.text, means: a.means, unit: b.unit}
		if len(a.means) > 0 && len(b.means) > 0 {
			for power := 2; power <= 12; power++ {
				if strings.HasSuffix(b.means[0], strings.Repeat("0", power)) {
					more.means = append(more.means[:len(more.means):len(more.means)], scaled(a.means, power)...)
				}
			}
		}
		out = append(out, more)
	}
	return out
}

// heldBy reports whether one of the amounts is a: the same number, and no other unit.
func heldBy(a amount, list []amount) bool {
	units := map[string]bool{}
	same, bare := false, false
	for _, h := range list {
		units[h.unit] = true
		if !sameNumber(a.means, h.means) {
			continue
		}
		same = same || a.unit == h.unit
		bare = bare || h.unit == "" || a.unit == ""
	}
	if same {
		return true
	}
	return bare && (a.unit == "" || units[a.unit])
}

func sameNumber(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// unquoted is text with what stands in quotation marks blanked out.
func unquoted(text string) string {
	spans, _ := scanQuotes(text, 0)
	if len(spans) == 0 {
		return text
	}
	out := []byte(text)
	for _, q := range spans {
		for i := q.start; i < q.end; i++ {
			out[i] = ' '
		}
	}
	return string(out)
}
