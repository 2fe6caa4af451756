package prompts

import (
	"regexp"
	"strings"
	"unicode"
)

// delimiter is what a reader might take for one of ours.
var delimiter = regexp.MustCompile(`(?i)<(\s*/?\s*(?:article|replies|failures)\b)`)

// Clean makes one line of data of s: what nobody sees, as control and
// zero-width characters, direction marks, tags and variation selectors, is
// taken out; white space of any kind, line ends too, becomes one space;
// invalid UTF-8 becomes U+FFFD; and what looks like a delimiter of ours begins
// with "‹". Joiners stay where a script is written with them. Nothing else
// changes, so that quotations stay verbatim. It is idempotent.
func Clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var before rune // the last character kept
	for _, r := range s {
		switch {
		case r >= ' ' && r < 0x7f:
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			r = ' '
		case r == '\u200c' || r == '\u200d':
			if !joins(before) {
				continue
			}
		case unseen(r):
			continue
		}
		b.WriteRune(r)
		before = r
	}
	line := strings.Join(strings.Fields(b.String()), " ")
	if strings.IndexByte(line, '<') < 0 {
		return line
	}
	return delimiter.ReplaceAllString(line, "‹$1")
}

// joins reports whether a zero-width joiner means something after r.
func joins(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Mongolian)
}

// unseen reports whether r shows nothing by itself, or changes how others show.
func unseen(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return r >= 0xe0000 || r >= 0xe000 && r <= 0xf8ff || // tags, selectors, private use
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}
