package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mentioned is a name after an "@" in a reply. The number of a question is none.
var mentioned = regexp.MustCompile(`@([\pL\pN_][\pL\pN\pM_.'’-]*)`)

// namesIn lists the display names of everybody who wrote in a discussion and of
// everybody whom they mention, each once.
func namesIn(replies []Reply) []string {
	var names []string
	for _, r := range replies {
		names = append(names, strings.TrimSpace(r.Author.Name))
		for _, m := range mentioned.FindAllStringSubmatch(r.Text, -1) {
			names = append(names, strings.TrimRight(m[1], ".'’-"))
		}
	}
	names = slices.DeleteFunc(names, func(s string) bool { return !strings.ContainsFunc(s, unicode.IsLetter) })
	slices.Sort(names)
	return slices.Compact(names)
}

// holdsName reports whether one of names stands in text: the whole name, in
// whatever case, or a part of it that is written like a name.
func holdsName(text string, names []string) bool {
	words := nameWords(text)
	low := make([]string, len(words))
	for i, w := range words {
		low[i] = strings.ToLower(w)
	}
	joined := " " + strings.Join(low, " ") + " "
	for _, name := range names {
		parts := nameWords(name)
		whole := strings.ToLower(strings.Join(parts, " "))
		if utf8.RuneCountInString(whole) > 1 && strings.Contains(joined, " "+whole+" ") {
			return true
		}
		for _, part := range parts {
			if utf8.RuneCountInString(part) >= shortestNamePart && slices.ContainsFunc(words, func(w string) bool { return isPart(w, part) }) {
				return true
			}
		}
	}
	return false
}

// shortestNamePart is how many letters a part of a name has to have to stand
// for somebody: "Mr" does not.
const shortestNamePart = 3

// isPart reports whether w, as it is written, is that part of a name. Where
// letters have cases, a name has a capital.
func isPart(w, part string) bool {
	first, _ := utf8.DecodeRuneInString(w)
	return !unicode.IsLower(first) && strings.EqualFold(w, part)
}

// nameWords are the words of a text or a name, without the signs around them and
// without the ending of a possessive.
func nameWords(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(strings.ReplaceAll(s, "’", "'"), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\''
	}) {
		if w = strings.Trim(strings.TrimSuffix(w, "'s"), "'"); w != "" {
			out = append(out, w)
		}
	}
	return out
}
