package source

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"
)

// maxWords is the longest text that is read: a long novel. Beyond it nobody
// discusses an article.
const maxWords = 200_000

// maxMarks is how many combining marks may follow one letter; real scripts
// need four.
const maxMarks = 6

// clean takes out of s what a reader does not see and a program might: control
// characters, direction overrides, zero-width and tag characters, private use.
// Line ends become "\n", other white space a space, invalid UTF-8 U+FFFD. The
// result is NFC.
func clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var before rune // the last character kept
	marks := 0
	for i, r := range s {
		if r >= ' ' && r < 0x7f { // the most frequent case, which needs none of the tables
			b.WriteByte(byte(r))
			before, marks = r, 0
			continue
		}
		switch {
		case r == '\r':
			if strings.HasPrefix(s[i+1:], "\n") {
				continue
			}
			r = '\n'
		case r == '\n':
		case r == '\u2028' || r == '\u2029' || r == '\u0085' || r == '\f' || r == '\v':
			r = '\n'
		case unicode.IsSpace(r):
			r = ' '
		case r == '\u200c' || r == '\u200d':
			if !joins(before) {
				continue
			}
		case r == '\ufe0f' || r == '\ufe0e':
			if !unicode.Is(unicode.So, before) && !unicode.IsDigit(before) && before != '#' && before != '*' {
				continue
			}
		case unseen(r):
			continue
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		b.WriteRune(r)
		before = r
	}
	return norm.NFC.String(b.String())
}

// joins reports whether the zero-width joiners mean something after r: in
// scripts written joined, in Indic scripts, and in emoji.
func joins(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Mongolian,
		unicode.So, unicode.Sk) || r == '\ufe0f'
}

func unseen(r rune) bool {
	switch {
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000: // private use
		return true
	case r >= 0xe0000 && r <= 0xe0fff: // tags, more variation selectors
		return true
	case r >= 0xfe00 && r <= 0xfe0d, r >= 0xfff9 && r <= 0xfffb, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return true
	case r == 0x34f || r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0 || r == 0x17b4 || r == 0x17b5 || r == 0x2800:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf)
}

// line cleans s and makes one line of it.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// limitLine is line, cut at a word to at most n characters.
func limitLine(s string, n int) string {
	s = line(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	s = string([]rune(s)[:n])
	if i := strings.LastIndexByte(s, ' '); i > len(s)/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:-–—") + "…"
}

// countWords counts the words of s by Unicode word boundaries (UAX 29), and
// stops when there are more than limit.
func countWords(s string, limit int) int {
	n := 0
	for it := words.FromString(s); n <= limit && it.Next(); {
		if strings.IndexFunc(it.Value(), isWordRune) >= 0 {
			n++
		}
	}
	return n
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func notWord(r rune) bool { return !isWordRune(r) && !unicode.IsMark(r) }
