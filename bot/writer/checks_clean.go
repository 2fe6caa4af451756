package writer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may stand on one letter.
const maxMarks = 4

// unclean returns the first thing in a model's text that is no plain writing:
// a control or an invisible character, one that turns the direction, an emoji,
// an ornamental letter, marks heaped on a letter, or a word of letters of two
// scripts, which looks like another word. Signs are fine if the source has them.
func unclean(text string, source string) string {
	marks := 0
	var prev rune
	for i, r := range text {
		if unicode.Is(unicode.Mn, r) {
			if marks++; marks > maxMarks {
				return "marks heaped on a letter"
			}
		} else {
			marks = 0
		}
		switch {
		case r < 0x80 && r >= ' ' && r != 0x7f:
		case r == '\u200c' || r == '\u200d':
			next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if !joiningScript(prev) || !joiningScript(next) {
				return "an invisible character"
			}
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError ||
			unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r):
			return "an invisible character"
		case r >= 0x1f000 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf || r >= 0x2b00 && r <= 0x2bff || r == 0x20e3:
			return "the sign " + string(r)
		case r >= 0x1d400 && r <= 0x1d7ff || r >= 0xff10 && r <= 0xff5a || oddSign(r) || oddLetter(r):
			if !strings.ContainsRune(source, r) {
				return "the sign " + string(r)
			}
		}
		prev = r
	}
	return mixedWord(text, source)
}

// oddSign reports whether r is a sign that sentences seldom have and that may
// pass for a number or a quotation mark: "½", "③", "Ⅳ", "″", "⟪".
func oddSign(r rune) bool {
	switch r {
	case '“', '”', '„', '«', '»', '‘', '’', '‚', '‹', '›', '「', '」', '『', '』', '《', '》', '〈', '〉', '（', '）', '【', '】':
		return false
	case '′', '″', '‴', '´', '`', '˝', 'ʹ', 'ʺ', '‟', '‛', '⹂':
		return true
	}
	return r >= 0x80 && unicode.In(r, unicode.So, unicode.Sk, unicode.No, unicode.Nl, unicode.Pi, unicode.Pf, unicode.Ps, unicode.Pe)
}

// oddLetter reports whether r is of a phonetic alphabet, raised or lowered: they
// look like other letters.
func oddLetter(r rune) bool {
	return r >= 0x0250 && r <= 0x02af || r >= 0x1d00 && r <= 0x1dbf || r >= 0x2070 && r <= 0x209f || r >= 0xa720 && r <= 0xa7ff || r >= 0xab30 && r <= 0xab6f
}

// joiningScript reports whether r is of a script that is written with
// zero-width joiners and non-joiners between its letters.
func joiningScript(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
		unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala)
}

// mixedWord returns the first word that has Latin, Cyrillic, Greek, Armenian or
// Cherokee letters beside one another and is not in the source; "" if none has.
func mixedWord(text, source string) string {
	scripts := [...]*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic}
	plain := true
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] < 0x80
	}
	if plain {
		return ""
	}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		of := -1
		for _, r := range w {
			for k, s := range scripts {
				if unicode.Is(s, r) {
					if of >= 0 && of != k && !strings.Contains(source, w) {
						return w
					}
					of = k
				}
			}
		}
	}
	return ""
}

var (
	manySpaces = regexp.MustCompile(`[\s\p{Z}]{2}`)
	emojiCode  = regexp.MustCompile(`:[a-z][a-z0-9_+-]*:`) // ":smile:"
)

// formless returns what keeps a text from being a sentence among others: the
// sign of a list before it, or capitals throughout; "" if nothing does.
func formless(text, lang string) string {
	first, n := utf8.DecodeRuneInString(text)
	switch {
	case strings.ContainsAny(text, "\n\r\t"):
		return "a line break"
	case manySpaces.MatchString(text):
		return "several spaces in a row"
	case strings.ContainsAny(text, "~|") || emojiCode.MatchString(text):
		return "signs that chats make pictures or markup of"
	case unicode.IsDigit(first):
		rest := strings.TrimLeftFunc(text, unicode.IsDigit)
		if len(text)-len(rest) <= 2 && (strings.HasPrefix(rest, ") ") || strings.HasPrefix(rest, ". ") && lang != "de") { // "3. Mai"
			return "a number of a list"
		}
	case !unicode.In(first, unicode.L, unicode.N, unicode.M, unicode.Sc) && !strings.ContainsRune("\"'“”„«»‘’‚「『¿¡(", first):
		return "the sign " + text[:n]
	}
	upper, lower := 0, 0
	for _, r := range text {
		if unicode.IsUpper(r) {
			upper++
		} else if unicode.IsLower(r) {
			lower++
		}
	}
	if upper > 12 && upper > 2*lower {
		return "capital letters throughout"
	}
	return ""
}
