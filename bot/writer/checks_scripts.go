package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// caseless reports whether a word is of a script that has no capitals, so that
// nothing tells its names from other words.
func caseless(w string) bool {
	for _, r := range w {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Georgian, r) || !unicode.IsUpper(r) && !unicode.IsLower(r) && !unicode.IsTitle(r)
		}
	}
	return false
}

// unknownContent returns what of a word in a script without capitals the
// article does not have, "" if it has all of it.
func (c *checker) unknownContent(w string) string {
	if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "0123456789.,")); unspacedRune(r) || strings.ContainsFunc(w, unspacedRune) {
		return c.unknownGrams(w)
	}
	low := strings.ToLower(w)
	if c.knownCaseless(low) {
		return ""
	}
	for part := range strings.FieldsFuncSeq(low, func(r rune) bool { return r == '-' || r == '\u200c' }) {
		if !c.knownCaseless(part) && !c.writtenTogether(part) {
			return w
		}
	}
	return ""
}

// knownCaseless reports whether a word of a script without capitals is the
// article's, in some form, or an ordinary one.
func (c *checker) knownCaseless(w string) bool {
	return c.words[w] || stopword(c.lex.lang, w) || c.strict.ordinary[w] || c.bentForm(w)
}

// writtenTogether reports whether w is two known words without a space, as
// Urdu is often typed.
func (c *checker) writtenTogether(w string) bool {
	if c.lex.lang != "ur" {
		return false
	}
	for i := range w {
		if i >= 4 && len(w)-i >= 4 && (c.words[w[:i]] || c.strict.ordinary[w[:i]]) && (c.words[w[i:]] || c.strict.ordinary[w[i:]]) {
			return true
		}
	}
	return false
}

// bentForm reports whether the article has the word in another form: the same
// but for an ending, or for the article and prepositions that Arabic and Hebrew
// write together with it.
func (c *checker) bentForm(w string) bool {
	for _, v := range unprefixed(w) {
		n := utf8.RuneCountInString(v)
		if n < 2 {
			continue
		}
		if c.words[v] || c.strict.forms[bareRoot(v)] {
			return true
		}
	}
	return false
}

// unprefixed returns w and w without the syllables that are written together
// with words in Arabic and Hebrew.
func unprefixed(w string) []string {
	out := []string{w}
	for _, p := range [...]string{"وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف", "ك", "ו", "ה", "ב", "ל", "מ", "ש", "כ"} {
		if v, ok := strings.CutPrefix(w, p); ok && utf8.RuneCountInString(v) >= 3 {
			out = append(out, v)
		}
	}
	return out
}

// bareRoot is a word without what its endings change: the last two letters of
// a longer one, Korean particles.
func bareRoot(w string) string {
	r := []rune(w)
	if len(r) > 0 && unicode.Is(unicode.Hangul, r[0]) {
		return hangulRoot(w)
	}
	switch {
	case len(r) >= 7:
		return string(r[:len(r)-2])
	case len(r) >= 5:
		return string(r[:len(r)-1])
	}
	return w
}

// hangulRoot is a Korean word without its particle or the ending of its verb.
func hangulRoot(w string) string {
	for _, end := range [...]string{"했습니다", "에서는", "으로는", "했으며", "했다고", "한다고", "하기로", "에서", "으로", "까지", "부터", "에게", "에는", "했다", "한다", "하고", "하는", "하며", "하기", "됐다", "된다", "되는", "이다", "이라고", "라고", "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만", "한", "할", "해", "된", "될"} {
		if base, ok := strings.CutSuffix(w, end); ok && utf8.RuneCountInString(base) >= 2 {
			return base
		}
	}
	return w
}

// gramSize is how many characters in a row of a script without spaces are
// looked up: two of Chinese and Japanese, four of those written with letters.
func gramSize(r rune) int {
	if r < 0x3040 {
		return 4
	}
	return 2
}

// eachGram calls yield for the runs of characters of scripts without spaces,
// and where each begins.
func eachGram(s string, yield func(gram string, at int)) {
	var chars []rune
	var starts []int
	flush := func(end int) {
		starts = append(starts, end)
		if len(chars) > 0 {
			n := gramSize(chars[0])
			for i := 0; i+n <= len(chars); i++ {
				yield(s[starts[i]:starts[i+n]], starts[i])
			}
		}
		chars, starts = chars[:0], starts[:0]
	}
	for i, r := range s {
		if !unspacedRune(r) || len(chars) > 0 && gramSize(r) != gramSize(chars[0]) {
			flush(i)
			if !unspacedRune(r) {
				continue
			}
		}
		chars, starts = append(chars, r), append(starts, i)
	}
	flush(len(s))
}

// unknownGrams returns the first characters of w that stand in no run of
// characters that the article has too: a word of two characters in Chinese and
// Japanese, of three letters elsewhere. Where two phrases of the article were
// joined every character stands in one.
func (c *checker) unknownGrams(w string) string {
	for part := range strings.FieldsFuncSeq(w, func(r rune) bool { return unspacedRune(r) || !unicode.IsLetter(r) }) {
		if !strings.Contains(c.flat, part) { // "NATO" among them
			return part
		}
	}
	covered := make([]bool, len(w)+1)
	eachGram(w, func(g string, at int) {
		if c.strict.grams[g] || ordinaryGram(g) {
			for i := range g {
				covered[at+i] = true
			}
		}
	})
	run, from := 0, 0
	for i, r := range w {
		if covered[i] || !unspacedRune(r) || functionRune(r) {
			if !functionRune(r) {
				run = 0
			}
			continue
		}
		if run++; run == 1 {
			from = i
		}
		if run >= max(2, gramSize(r)-1) || !strings.ContainsRune(c.flat, r) {
			return w[from : i+utf8.RuneLen(r)]
		}
	}
	return ""
}

// functionRune reports whether r joins words and names nothing, in Chinese or
// Japanese, or is a numeral, which the check of numbers reads.
func functionRune(r rune) bool {
	return strings.ContainsRune("的了在是和与及也将已并等为对于从到被把不而或其这那他她它们个年月日の에はがをにでともへやし", r) || hanNumeral(r)
}

// ordinaryGram reports whether a pair of characters is a word with which
// anything is reported.
func ordinaryGram(g string) bool {
	switch g {
	case "表示", "认为", "指出", "报道", "文章", "作者", "因为", "所以", "但是", "如果", "可能", "应该", "需要", "可以", "没有", "以及", "由于", "目前", "据称", "称为", "计划", "预计",
		"する", "した", "して", "いる", "ある", "ない", "こと", "もの", "ため", "よう", "なる", "など", "から", "まで", "より", "れる", "ます", "です", "述べ", "べた", "記事", "筆者":
		return true
	}
	return false
}
