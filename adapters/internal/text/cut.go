package text

import (
	"sort"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// Units is how many UTF-16 code units s has. Platforms do not say whether their
// limits are in these or in code points; there are never fewer of these.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Cut shortens s to what takes at most limit by measure, which gives the length
// of a text as it will be sent, such as [Units] of it when it is escaped, and at
// least one for each cluster. Where something is missing, "…" stands at the end.
// It cuts after a paragraph, a line or a sentence if that leaves at least half of
// what fits, else after a word, else inside the word, never inside a cluster. It
// is empty when not even "…" fits.
func Cut(s string, limit int, measure func(string) int) string {
	if measure(s) <= limit {
		return s
	}
	if measure("…") > limit {
		return ""
	}
	return fitting(s, limit, func(head string) int { return measure(head + "…") }) + "…"
}

// Split divides s into pieces that take at most limit each, by measure and at
// the places of [Cut]. White space around a piece is dropped, and nothing else
// but a cluster that takes more than limit by itself.
func Split(s string, limit int, measure func(string) int) []string {
	var pieces []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if measure(s) <= limit {
			return append(pieces, s)
		}
		head := fitting(s, limit, measure)
		if head == "" {
			cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
			s = s[len(cluster):]
			continue
		}
		pieces, s = append(pieces, head), s[len(head):]
	}
	return pieces
}

// fitting is the beginning of s that takes at most limit and ends at the best
// place for it. It is empty if not one cluster fits.
func fitting(s string, limit int, measure func(string) int) string {
	most := longest(s, limit, measure)
	for _, part := range [...]func(string) int{paragraph, line, sentence, word} {
		end := lastEnd(s, most, part)
		if end > 0 && 2*end >= most && measure(s[:end]) <= limit {
			return s[:end]
		}
	}
	return s[:most]
}

// longest is where the last cluster ends up to which s takes at most limit.
func longest(s string, limit int, measure func(string) int) int {
	var ends []int
	rest := s
	for state := -1; rest != "" && len(ends) <= limit; {
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		ends = append(ends, len(s)-len(rest))
	}
	n := sort.Search(len(ends), func(i int) bool { return measure(s[:ends[i]]) > limit })
	for n > 0 && measure(s[:ends[n-1]]) > limit { // a measure need not grow with every cluster
		n--
	}
	if n == 0 {
		return 0
	}
	return len(strings.TrimRightFunc(s[:ends[n-1]], unicode.IsSpace))
}

// lastEnd is where the last part of s ends that is whole within the first most
// bytes, without the white space after it.
func lastEnd(s string, most int, part func(string) int) int {
	last := 0
	for at := 0; at < len(s); {
		at += part(s[at:])
		end := len(strings.TrimRightFunc(s[:at], unicode.IsSpace))
		if end > most {
			break
		}
		last = end
	}
	return last
}

// paragraph, line, sentence and word are the lengths of the first of them, with
// the white space after it.

func paragraph(s string) int { return through(s, "\n\n") }

func line(s string) int { return through(s, "\n") }

func sentence(s string) int {
	first, _, _ := uniseg.FirstSentenceInString(s, -1)
	return len(first)
}

func word(s string) int {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return len(s) - len(strings.TrimLeftFunc(s[i:], unicode.IsSpace))
	}
	return len(s)
}

func through(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}
