package source

import (
	"strings"
	"unicode/utf8"
)

// written is what was found in a text or a page, before it becomes an article.
type written struct {
	title, byline string
	paras         []string
}

// readText reads plain text: paragraphs, and a title if its first line is one.
func readText(text string) written {
	var w written
	w.title, w.paras = splitTitle(paragraphs(clean(text)))
	w.takeByline()
	return w
}

// takeByline takes "By Ann Lee" off the top of a text that has a title.
func (w *written) takeByline() {
	if w.title != "" && w.byline == "" && len(w.paras) > 1 && utf8.RuneCountInString(w.paras[0]) < 60 &&
		byline.MatchString(w.paras[0]) && !endsSentence(w.paras[0]) {
		w.byline, w.paras = w.paras[0], w.paras[1:]
	}
}

// paragraphs splits cleaned text. A blank line ends a paragraph. A line end
// does so in text that has one paragraph a line, and before a list's item;
// elsewhere it is a space, as in text wrapped at a fixed width.
func paragraphs(text string) []string {
	lines := strings.Split(text, "\n")
	perLine := onePerLine(lines)
	var out []string
	var open []string
	flush := func() {
		if p := strings.Join(strings.Fields(strings.Join(open, " ")), " "); strings.IndexFunc(p, isWordRune) >= 0 {
			out = append(out, p)
		}
		open = open[:0]
	}
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" || perLine || bullet.MatchString(l) {
			flush()
		}
		if l != "" {
			open = append(open, l)
		}
	}
	flush()
	return out
}

// onePerLine reports whether text has its paragraphs in lines: some lines are
// longer than any terminal's and most lines end a sentence.
func onePerLine(lines []string) bool {
	full, long, ends := 0, 0, 0
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		full++
		if utf8.RuneCountInString(l) > 120 {
			long++
		}
		if endsSentence(l) {
			ends++
		}
	}
	return long > 0 && ends*10 >= full*6
}
