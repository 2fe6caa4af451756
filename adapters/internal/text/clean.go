// Package text prepares text that we do not trust for showing it: it cleans,
// measures, wraps and cuts. It knows no platform.
package text

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// longestCluster is how many bytes one grapheme cluster may have; what stacks
// more marks on one letter is cut. The longest emoji in use has 35.
const longestCluster = 64

// Clean makes s safe to show and leaves what it says: normal form C, U+FFFD
// for each invalid byte, no control characters but newline and tab, lines ended by
// "\n", no overrides of the writing direction, no unmatched isolates, and no
// cluster over 64 bytes. It never fails and is idempotent.
func Clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\u0085", "\n").Replace(s)
	s = strings.Map(func(r rune) rune { // which also replaces each invalid byte
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\uFEFF', r >= 0x202A && r <= 0x202E, unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, s)
	return matchIsolates(capClusters(norm.NFC.String(s)))
}

// Inline is Clean on one line: white space of any kind becomes one space.
func Inline(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// Isolate keeps a name from changing the direction of the text around it. What
// is plain ASCII with a letter in it cannot, and stays as it is.
func Isolate(s string) string {
	plain, letter := true, false
	for _, r := range s {
		plain = plain && r < unicode.MaxASCII
		letter = letter || unicode.IsLetter(r)
	}
	if s == "" || plain && letter {
		return s
	}
	return "\u2068" + s + "\u2069"
}

// capClusters cuts clusters that are too long, at a rune.
func capClusters(s string) string {
	if len(s) <= longestCluster {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	state := -1
	for s != "" {
		var cluster string
		cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		if len(cluster) > longestCluster {
			cut := 0
			for i := range cluster {
				if i > longestCluster {
					break
				}
				cut = i
			}
			cluster = cluster[:cut]
		}
		b.WriteString(cluster)
	}
	return b.String()
}

// matchIsolates drops isolates (U+2066 to U+2068) without their end (U+2069) in
// the same line, and ends without a beginning.
func matchIsolates(s string) string {
	if !strings.ContainsAny(s, "\u2066\u2067\u2068\u2069") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		runes := []rune(line)
		drop := map[int]bool{}
		var open []int
		for at, r := range runes {
			switch {
			case r >= 0x2066 && r <= 0x2068:
				open = append(open, at)
			case r == 0x2069 && len(open) == 0:
				drop[at] = true
			case r == 0x2069:
				open = open[:len(open)-1]
			}
		}
		for _, at := range open {
			drop[at] = true
		}
		kept := runes[:0]
		for at, r := range runes {
			if !drop[at] {
				kept = append(kept, r)
			}
		}
		lines[i] = string(kept)
	}
	return strings.Join(lines, "\n")
}
