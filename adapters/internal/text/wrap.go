package text

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Width is how many terminal columns s takes: wide characters take two,
// combining marks none, an emoji of several parts two.
func Width(s string) int { return uniseg.StringWidth(s) }

// Wrap divides s into lines of at most width columns, at the places where the
// Unicode line breaking rules allow it, but not inside options and commands, and
// inside a word only when it is wider than a line. Line breaks in s stay; white space at the end of lines goes. A
// width below 1 counts as 1, and a cluster wider than that has its own line.
func Wrap(s string, width int) []string {
	width = max(width, 1)
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapLine(strings.ReplaceAll(paragraph, "\t", "    "), width)...)
	}
	return lines
}

func wrapLine(s string, width int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	end := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
		used = 0
	}
	for state := -1; s != ""; {
		var word string
		word, s, _, state = uniseg.FirstLineSegmentInString(s, state)
		if head, ok := strings.CutSuffix(word, " /"); ok { // the rules allow no break before a slash
			word, s, state = head+" ", "/"+s, -1
		}
		for s != "" && begins(word) {
			var more string
			more, s, _, state = uniseg.FirstLineSegmentInString(s, state)
			word += more
		}
		w := Width(strings.TrimRight(word, " "))
		if used > 0 && used+w > width {
			end()
		}
		for w > width {
			head, rest := cut(word, width)
			if rest == "" { // one cluster, wider than the line
				break
			}
			word, w = rest, w-Width(head)
			line.WriteString(head)
			end()
		}
		line.WriteString(word)
		used += Width(word)
	}
	end()
	return lines
}

// begins reports whether word is the beginning of an option, a command or a
// path, such as "--close-" or "/", that says something else when it is divided.
func begins(word string) bool {
	return strings.HasSuffix(word, "-") && strings.HasPrefix(strings.TrimLeft(word, "[("), "-") ||
		strings.HasSuffix(word, "/") && strings.HasPrefix(word, "/")
}

// cut divides s after as many clusters as fit into width columns, at least one.
func cut(s string, width int) (head, rest string) {
	rest = s
	for state, used := -1, 0; rest != ""; {
		_, after, w, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > width && len(rest) < len(s) {
			break
		}
		rest, state, used = after, next, used+w
	}
	return s[:len(s)-len(rest)], rest
}

// Truncate shortens s to at most width columns, with "…" at its end where
// something is missing. It cuts after a word if that leaves at least half of
// what fits, else inside the word, never inside a cluster.
func Truncate(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	if width == 1 {
		return "…"
	}
	head, _ := cut(s, width-1)
	if Width(head) > width-1 { // a single wide cluster
		return "…"
	}
	if space := strings.LastIndexByte(head, ' '); space > 0 && Width(head[:space]) >= (width-1)/2 && s[len(head)] != ' ' {
		head = head[:space]
	}
	return strings.TrimRight(head, " ,;:") + "…"
}
