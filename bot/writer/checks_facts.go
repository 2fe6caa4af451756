package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// facts checks that names, numbers and quotations of text are the article's.
func (c *checker) facts(text string, toks []token) failure {
	spans, _ := scanQuotes(text, 0)
	if c.model {
		if q := c.falseQuotation(text); q != "" {
			return failed("quotation_not_verbatim", q)
		}
	}
	for _, q := range spans {
		if !c.verbatim(text[q.start:q.end]) {
			return failed("quotation_not_verbatim", text[q.start:q.end])
		}
	}
	var own []token
	for _, t := range toks {
		if !inQuote(spans, t.start) {
			own = append(own, t)
		}
	}
	if n := c.unknownNumber(text, own); n != "" {
		return failed("number_not_in_article", n)
	}
	if c.model {
		return c.namesStrictly(own)
	}
	if n := c.unknownName(own); n != "" {
		return failed("name_not_in_article", n)
	}
	return failure{}
}

// verbatim reports whether the article holds quote, whole words, the case of
// its first letter aside.
func (c *checker) verbatim(quote string) bool {
	q := strings.TrimRight(bare(strings.TrimSpace(quote)), ".,;:!?…،۔؟")
	if q == "" {
		return false
	}
	r, n := utf8.DecodeRuneInString(q)
	for _, first := range []string{string(r), string(unicode.ToLower(r)), string(unicode.ToUpper(r))} {
		v := first + q[n:]
		for at := 0; ; {
			i := strings.Index(c.flat[at:], v)
			if i < 0 {
				break
			}
			i += at
			before, _ := utf8.DecodeLastRuneInString(c.flat[:i])
			after, _ := utf8.DecodeRuneInString(c.flat[i+len(v):])
			if unspacedRune(r) || !wordRune(before) && !wordRune(after) {
				return true
			}
			at = i + len(v)
		}
	}
	return false
}

// unknownName returns the first name in toks that is not in the article, "" if
// there is none. A word with a capital is a name unless it begins a sentence.
// German nouns have capitals too: there, only runs of capitals and of
// capitalised words count.
func (c *checker) unknownName(toks []token) string {
	for i, t := range toks {
		if t.sign || !t.cap || c.namePart(t.low) {
			continue
		}
		start := startsSentenceAt(toks, i)
		next := i+1 < len(toks) && toks[i+1].cap && toks[i+1].start == t.end+1
		acronym := utf8.RuneCountInString(t.text) > 1 && t.text == strings.ToUpper(t.text)
		switch {
		case acronym:
			return t.text
		case c.lex.lang == "de":
			prev := i > 0 && toks[i-1].cap && !startsSentenceAt(toks, i-1)
			if prev || next && !start {
				return t.text
			}
		case start && !next:
		case start && c.lex.list("interrogative").has(t.low):
		default:
			return t.text
		}
	}
	return ""
}

// namePart reports whether w, lower-cased, is a word of the article, also in
// another form: "Pakistani" for "Pakistan", "Chinese" for "China".
func (c *checker) namePart(w string) bool {
	w = possessive(strings.ToLower(w))
	if w == "" || elided(w) {
		return true
	}
	if c.words[w] || c.words[w+"'s"] || stopword(c.lex.lang, w) || c.lex.list("general").has(w) {
		return true
	}
	for part := range strings.SplitSeq(w, "-") {
		if part == "" || !c.words[part] && !c.related(part) {
			return false
		}
	}
	return true
}

func (c *checker) related(w string) bool {
	for _, end := range []string{"n", "i", "an", "ian", "ish", "ese", "ns", "is", "s", "es", "'s", "en", "er", "isch", "ische", "ischen"} {
		if base, ok := strings.CutSuffix(w, end); ok && len(base) >= 4 && (c.words[base] || c.words[base+"a"] || c.words[base+"y"]) {
			return true
		}
		if c.words[w+end] {
			return true
		}
		if base := strings.TrimRight(w, "ay"); len(base) >= 4 && c.words[base+end] {
			return true
		}
	}
	return false
}

func startsSentenceAt(toks []token, i int) bool {
	for i > 0 && toks[i-1].sign {
		switch toks[i-1].text {
		case ".", "?", "!", ":", "۔", "؟", "¿", "¡", "“", "„", "«", "\"", "”", "»", ";":
			return true
		}
		if toks[i-1].text == "," || toks[i-1].text == "-" {
			return false
		}
		i--
	}
	return i == 0
}

// unknownNumber returns the first number in text, of which toks are outside
// quotations, that is not in the article, in digits or in words; "" if there is none.
func (c *checker) unknownNumber(text string, toks []token) string {
	if c.model {
		return c.unknownAmount(text)
	}
	words := c.lex.numbers()
	for _, t := range toks {
		if n, ok := words[t.low]; ok && !c.numbers[n] && !c.words[t.low] {
			return t.text
		}
		if !hasDigit(t.text) || c.words[t.low] {
			continue
		}
		found := false
		for _, n := range canonical(t.text) {
			found = found || c.numbers[n]
		}
		if !found {
			return t.text
		}
	}
	return ""
}

func (c *checker) addNumbers(text string) {
	if !strings.ContainsFunc(text, isDigit) {
		return
	}
	for _, t := range tokenize(text) {
		if hasDigit(t.text) {
			for _, n := range canonical(t.text) {
				c.numbers[n] = true
			}
		}
	}
}

// canonical returns the numbers that a word may stand for, with ASCII digits
// and a decimal point: "1,000" is 1000 in English and 1.000 in German.
func canonical(w string) []string {
	var b strings.Builder
	for _, r := range w {
		switch {
		case r == ',' || r == '٫':
			b.WriteByte(',')
		case r == '٬' || r == '.':
			b.WriteByte('.')
		case unicode.IsDigit(r):
			b.WriteByte(digitValue(r))
		}
	}
	s := strings.Trim(b.String(), ".,")
	plain := strings.NewReplacer(".", "", ",", "").Replace(s)
	out := []string{plain}
	if i := strings.LastIndexAny(s, ".,"); i >= 0 {
		whole := strings.NewReplacer(".", "", ",", "").Replace(s[:i])
		if part := s[i+1:]; len(part) != 3 {
			return []string{whole + "." + strings.TrimRight(part, "0")}
		}
		out = append(out, whole+"."+strings.TrimRight(s[i+1:], "0"))
	}
	return out
}

// digitValue maps any Unicode decimal digit to ASCII: their blocks of ten
// begin at the zero.
func digitValue(r rune) byte {
	zero := r
	for zero > 0 && unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return '0' + byte((r-zero)%10)
}
