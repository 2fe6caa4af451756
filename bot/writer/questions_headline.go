package writer

import "strings"

// headlineKinds are the kinds of headlines that prompts/ may have words and
// questions for, the more telling first. "headline" alone is any.
var headlineKinds = [...]string{"exit", "insult", "call", "row", "warning", "success", "plan", "trend", "tech"}

func isHeadline(kind string) bool { return kind == "headline" || strings.HasPrefix(kind, "headline-") }

// headline makes a claim of the article's own headline; ok is false where it
// is too short or too long to be quoted, asks, names a crime, or stands above
// the report of a match.
func (f *finder) headline() (c claim, ok bool) {
	title := strings.TrimRight(strings.TrimSpace(f.doc.title), ". ")
	toks := tokenize(title)
	spans, open := scanQuotes(title, 0)
	if n := countWords(toks); f.sport || n < 3 || n > 14 || open != 0 || len(spans) > 1 || !quotable(title) ||
		strings.ContainsAny(title, "?!:…|()") || f.lex.list("unfit").in(toks) {
		return claim{}, false
	}
	c = claim{text: f.inner(title), sent: -1, kind: "headline", voice: "headline", words: countWords(toks)}
	if len(spans) > 0 && c.text == title {
		return claim{}, false // no marks to put inside others
	}
	if k := f.headlineKind(toks, len(spans) > 0); k != "" && f.lex.asked("headline-"+k) {
		c.kind = "headline-" + k
	}
	return c, true
}

// headlineKind tells what a headline is about by its words, "" if they do not tell.
func (f *finder) headlineKind(toks []token, quoted bool) string {
	if f.lex.list("headline-how").at(toks, 0) > 0 {
		return "how"
	}
	if quoted && !f.culture {
		return "quoted"
	}
	for _, k := range headlineKinds {
		if k == "plan" && f.willDo(toks) || f.lex.list("headline-"+k).in(toks) {
			switch {
			case k == "success" && !f.culture:
			case !f.culture || k != "plan" && k != "trend" && k != "tech" && k != "warning":
				return k
			case k == "plan":
				return "staged"
			}
		}
	}
	if f.culture {
		if f.lex.list("headline-gossip").in(toks) {
			return "gossip"
		}
		return "culture"
	}
	return ""
}

// willDo reports whether a headline says with "to" what a named subject is
// about to do: "Maren to extend its tram line", but not "a year to remember".
func (f *finder) willDo(toks []token) bool {
	for i := 1; i+1 < len(toks); i++ {
		if f.lex.list("headline-to").has(toks[i].low) && toks[i-1].cap && !toks[i+1].cap {
			return true
		}
	}
	return false
}

// full reports whether the article is full of the words of a list: at least
// three, and one among so many.
func (f *finder) full(list string, among int) bool {
	set, n, words := f.lex.list(list), 0, 0
	for _, toks := range f.toks {
		n += set.count(toks)
		words += countWords(toks)
	}
	return n >= 3 && n*among >= words
}
