package bot

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// clip makes a line of at most so many characters of what others wrote: no
// control characters, no overrides of the writing direction, one space between
// words. What is too long is cut at a word and ends in an ellipsis. Characters
// are counted as platforms do, in UTF-16.
func clip(s string, most int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Noncharacter_Code_Point, r), r == '\ufeff', r == '\u200b':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))), " ")
	used, cut, word := 0, 0, 0 // cut and word: where s may end before the ellipsis
	joined := false            // to the character before, so that there is no end between the two
	for i, r := range s {
		joined = joined || unicode.In(r, unicode.M, unicode.Sk) || r == zeroWidthJoiner
		if used < most && !joined {
			cut = i
			if r == ' ' {
				word = i
			}
		}
		joined = r == zeroWidthJoiner
		if used += utf16.RuneLen(r); used > most {
			if word < cut/2 {
				word = cut
			}
			return strings.TrimRight(s[:word], " ,;:–—-") + "…"
		}
	}
	return s
}

// zeroWidthJoiner makes one character of two.
const zeroWidthJoiner = '\u200d'

var (
	markup  = regexp.MustCompile("[*`]+|~~+|__+|\\|\\|+|^[#>\\s-]+")
	mention = regexp.MustCompile(`<(@[!&]?|#|!|t:|a?:|/|id:|https?:)?([^<>]*)>`)
)

// mostThreadName is the longest name of a thread: platforms take 100 characters.
const mostThreadName = 90

// threadName names the thread of a discussion after its title, without what a
// platform could take for markup.
func threadName(title string) string {
	name := clip(title, 300)
	for before := ""; name != before; { // what is taken out may leave the like behind
		before = name
		name = strings.TrimSpace(markup.ReplaceAllString(mention.ReplaceAllString(name, "$2"), ""))
	}
	return cmp.Or(clip(name, mostThreadName), "Discussion")
}
