package text

import (
	"strconv"
	"strings"
	"unicode"
)

// Visible reports whether people see anything of s.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) })
}

// Label is s on one line, of at most limit by measure. It cannot turn the
// direction of what is beside it.
func Label(s string, limit int, measure func(string) int) string {
	isolated := func(s string) int { return measure(Isolate(s)) }
	return Isolate(Clean(Cut(Inline(s), limit, isolated))) // cleaned again: what was isolated may be cut
}

// CountsUp reports whether all lines begin like "1. ", each with a number one
// higher, and gives the first of them: platforms count for themselves from there.
func CountsUp(lines []string) (first int, ok bool) {
	for i, l := range lines {
		number, rest, _ := strings.Cut(l, ". ")
		n, err := strconv.Atoi(number)
		if i == 0 {
			first = n
		}
		if err != nil || n != first+i || n < 1 || !Visible(rest) || strings.Trim(number, "0123456789") != "" {
			return 0, false
		}
	}
	return first, len(lines) > 0
}

// FileName is a name of at most limit characters that no program takes for a
// path. It is empty if nothing is left.
func FileName(s string, limit int) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r == '"' {
			return '-'
		}
		return r
	}, Cut(Inline(s), limit, Units)), ". ")
}
