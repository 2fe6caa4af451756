package writer

import (
	"strings"
	"unicode"
)

// A source is where the numbers of a text must come from.
type source struct {
	amounts []amount
	fields  map[string]bool // what stands between spaces, signs at its ends aside
	words   string          // lower-case, a space around each
}

func (a *amountWords) source(text string) source {
	s := source{amounts: a.amounts(text), fields: map[string]bool{}, words: " " + strings.Join(wordsOf(text), " ") + " "}
	s.amounts = append(s.amounts, spread(s.amounts)...)
	for f := range strings.FieldsSeq(text) {
		s.fields[field(f)] = true
	}
	return s
}

// field is what stands between spaces, dashes alike and signs at its ends aside.
func field(f string) string {
	f = strings.Trim(f, ".,;:!?()[]\"'“”„«»‘’")
	return strings.NewReplacer("–", "-", "‑", "-", "−", "-").Replace(f)
}

// amountElsewhere returns the first number of text, outside quotations, that
// the evidence and the title lack, or have with another unit.
func (c *checker) amountElsewhere(text, evidence string) string {
	a := c.strict.amounts
	if !a.any(text) {
		return ""
	}
	return a.lacking(text, a.source(evidence+"\n"+c.doc.article.Title))
}

// unknownAmount is the same for the whole article.
func (c *checker) unknownAmount(text string) string {
	a := c.strict.amounts
	if !a.any(text) {
		return ""
	}
	if c.strict.source == nil {
		s := a.source(c.flat)
		c.strict.source = &s
	}
	return a.lacking(text, *c.strict.source)
}

// any reports whether text gives an amount outside quotations.
func (a *amountWords) any(text string) bool { return len(a.amounts(unquoted(text))) > 0 }

// lacking returns the first number of text, outside quotations, that is not in
// the source, or only with another unit.
func (a *amountWords) lacking(text string, from source) string {
	text = unquoted(text)
	for _, n := range a.amounts(text) {
		if !heldBy(n, from.amounts) {
			return n.text
		}
	}
	return newPair(text, from)
}

// newPair returns the first two numbers that text joins by a sign, as a score or
// a range, and the source has neither so nor with a word between them.
func newPair(text string, from source) string {
	for f := range strings.FieldsSeq(text) {
		f = field(f)
		i := strings.IndexAny(f, "-/:")
		if i <= 0 || !hasDigit(f[:i]) || strings.ContainsFunc(f, unicode.IsLetter) || from.fields[f] {
			continue
		}
		a, b := f[:i], strings.TrimLeft(f[i:], "-/:")
		held := b == ""
		for _, between := range [...]string{" to ", " and ", " bis ", " und ", " a ", " y ", " à ", " et ", " سے ", " اور "} {
			held = held || strings.Contains(from.words, " "+a+between+b+" ")
		}
		if !held {
			return f
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
		if !a.joined {
			continue
		}
		more := amount{text: a.text, means: a.means, unit: b.unit, tail: b.tail}
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
		if !sameNumber(a.means, h.means) || !sameTail(a.tail, h.tail) {
			continue
		}
		same = same || a.unit == h.unit
		bare = bare || h.unit == "" || a.unit == "" && (h.unit != "%" || a.joined || a.tail != "")
	}
	if same {
		return true
	}
	return bare && (a.unit == "" || units[a.unit])
}

// sameTail reports whether two words may be forms of one, such as "millions" and
// "million"; "" may be any.
func sameTail(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	x, y := []rune(a), []rune(b)
	if unspacedRune(x[0]) {
		return x[0] == y[0]
	}
	n, least := 0, min(len(x), len(y))
	for n < least && x[n] == y[n] {
		n++
	}
	return n >= min(least, max(3, least-1))
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
