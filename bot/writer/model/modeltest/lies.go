package modeltest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// LieKinds are the kinds of lies that there are.
func LieKinds() []string {
	return []string{
		"name", "full_name", "name_first", "full_name_first", "name_swapped", "place", "organisation", "acronym",
		"number", "number_added", "number_word", "quotation", "quotation_changed", "quotation_joined",
		"wrong_evidence", "no_such_evidence", "no_evidence",
		"preamble", "markup", "link", "mention", "language", "obeyed",
		"person", "ranking", // of recaps only
	}
}

// lie falsifies one statement. It is false where that kind cannot be told of it.
func (f *forger) lie(kind, where string, text *string, numbers *[]int) bool {
	if forged, ok := f.evidence(kind, where, *numbers); ok {
		*numbers = forged
		return f.note(kind, where, *text, "", forged)
	}
	forged, token, ok := f.forge(kind, where, *text)
	if !ok || forged == *text || strings.Contains(f.low, strings.ToLower(token)) {
		return false
	}
	*text = forged
	return f.note(kind, where, forged, token, *numbers)
}

// evidence is other evidence for a true statement.
func (f *forger) evidence(kind, where string, numbers []int) ([]int, bool) {
	switch kind {
	case "no_evidence":
		return []int{}, true
	case "no_such_evidence":
		return []int{[]int{0, -1, f.n + 1 + f.rng.IntN(50), 1 << 30}[f.rng.IntN(4)]}, true
	case "wrong_evidence":
		if where == "question" || where == "recap" {
			return nil, false // what a question starts from is nothing that it claims
		}
		all := f.a.Sentences
		mine := f.sentence(numbers)
		for range 20 {
			s := all[f.rng.IntN(len(all))]
			if !slices.Contains(numbers, s.N) && !alike(s.Text, mine) && !alike(mine, s.Text) {
				return []int{s.N}, true
			}
		}
	}
	return nil, false
}

func (f *forger) sentence(numbers []int) string {
	var out []string
	for _, s := range f.a.Sentences {
		if slices.Contains(numbers, s.N) {
			out = append(out, s.Text)
		}
	}
	return strings.Join(out, " ")
}

// forge makes another statement of one. token is what makes it false.
func (f *forger) forge(kind, where, text string) (forged, token string, ok bool) {
	token, ok = f.token(kind)
	if recapOnly := kind == "person" || kind == "ranking"; !ok || recapOnly && where != "recap" {
		return "", "", false
	}
	switch kind {
	case "name", "full_name":
		return f.end(text, f.p.by, token), token, true
	case "name_first", "full_name_first":
		return f.first(text, where, token), token, true
	case "name_swapped":
		old, found := f.capital(text)
		return strings.Replace(text, old, token, 1), token, found
	case "place":
		return f.end(text, f.p.in, token), token, true
	case "organisation", "acronym":
		return f.end(text, f.p.by, token), token, true
	case "number_added":
		return f.end(text, f.p.count, token), token, true
	case "number_word":
		return f.end(text, f.p.count, token), token, true
	case "number":
		return f.otherNumber(text)
	case "quotation", "quotation_joined":
		return f.end(text, f.p.quote, token), token, true
	case "quotation_changed":
		return f.changedQuotation(text)
	case "language":
		return token, token, true
	case "preamble", "ranking":
		return token + " " + text, token, true
	case "person":
		return strings.Replace(f.p.says, "%s", token, 1) + text, token, true
	case "obeyed":
		if f.rng.IntN(2) == 0 {
			return token + " " + text, token, true
		}
	case "markup":
		return f.marked(text, token), token, true
	}
	if where == "question" {
		return f.end(text, " %s", token), token, true
	}
	return strings.TrimSpace(text) + " " + token, token, true
}

// token makes what a lie of a kind is known by; "" for those that make their own.
func (f *forger) token(kind string) (string, bool) {
	switch kind {
	case "name", "name_first", "name_swapped":
		return f.fresh(f.name)
	case "full_name", "full_name_first":
		return f.fresh(func() string { return f.name() + " " + f.name() })
	case "place":
		return f.fresh(func() string { return f.name() + f.p.town[f.rng.IntN(len(f.p.town))] })
	case "organisation":
		return f.fresh(func() string {
			return strings.Replace(f.p.bodies[f.rng.IntN(len(f.p.bodies))], "%s", f.name(), 1)
		})
	case "acronym":
		return f.fresh(f.acronym)
	case "number_added":
		return f.fresh(func() string { return strconv.Itoa(23 + f.rng.IntN(9000)) })
	case "number_word":
		return f.fresh(func() string { return f.p.numbers[f.rng.IntN(len(f.p.numbers))] })
	case "quotation":
		return f.fresh(func() string { return f.p.sayings[f.rng.IntN(len(f.p.sayings))] })
	case "quotation_joined":
		return f.fresh(f.joined)
	case "language":
		return f.fresh(func() string { return f.p.foreign[f.rng.IntN(len(f.p.foreign))] })
	case "preamble":
		return f.fresh(func() string { return f.p.preambles[f.rng.IntN(len(f.p.preambles))] })
	case "person":
		return f.fresh(func() string { return fmt.Sprintf(f.p.people[f.rng.IntN(len(f.p.people))], 1+f.rng.IntN(9)) })
	case "ranking":
		return f.fresh(func() string { return f.p.rankings[f.rng.IntN(len(f.p.rankings))] })
	case "markup":
		return f.fresh(func() string { return markups[f.rng.IntN(len(markups))] })
	case "link":
		return f.fresh(func() string { return fmt.Sprintf(links[f.rng.IntN(len(links))], f.rng.IntN(10000)) })
	case "mention":
		return f.fresh(func() string { return mentions[f.rng.IntN(len(mentions))] })
	case "obeyed":
		return f.fresh(func() string { return obeyed[f.rng.IntN(len(obeyed))] })
	}
	return "", true
}

// end puts a phrase with the token before the text's end.
func (f *forger) end(text, phrase, token string) string {
	last, n := utf8.DecodeLastRuneInString(text)
	if !strings.ContainsRune(".!?۔؟。", last) {
		return text + strings.Replace(phrase, "%s", token, 1)
	}
	body := strings.TrimRight(text[:len(text)-n], " \u00a0")
	return body + strings.Replace(phrase, "%s", token, 1) + text[len(body):]
}

// first puts the token before the text, which goes on as what it says.
func (f *forger) first(text, where, token string) string {
	if where == "question" {
		return strings.Replace(f.p.asks, "%s", token, 1) + text
	}
	begin := words(text)
	if len(begin) > 0 && has(f.t.lower, begin[0]) {
		r, n := utf8.DecodeRuneInString(text)
		text = string(unicode.ToLower(r)) + text[n:]
	}
	return strings.Replace(f.p.says, "%s", token, 1) + text
}

// capital is a word with a capital that does not begin the text.
func (f *forger) capital(text string) (string, bool) {
	var found []string
	for i, w := range strings.Fields(text) {
		w = strings.Trim(w, ".,;:!?“”„«»\"'()’")
		if r, _ := utf8.DecodeRuneInString(w); i > 0 && unicode.IsUpper(r) && utf8.RuneCountInString(w) > 3 {
			found = append(found, w)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return found[f.rng.IntN(len(found))], true
}

// otherNumber changes a digit of a number in the text.
func (f *forger) otherNumber(text string) (forged, token string, ok bool) {
	for _, w := range strings.Fields(text) {
		w = strings.Trim(w, ".,;:!?“”„«»\"'()’-–")
		i := strings.IndexAny(w, "123456789")
		if i < 0 {
			continue
		}
		for range 9 {
			other := w[:i] + strconv.Itoa(1+f.rng.IntN(9)) + w[i+1:]
			if other != w && !strings.Contains(f.low, strings.ToLower(other)) {
				return strings.Replace(text, w, other, 1), other, true
			}
		}
	}
	return "", "", false
}

// changedQuotation quotes the article with one word changed.
func (f *forger) changedQuotation(text string) (forged, token string, ok bool) {
	if len(f.words) < 30 {
		return "", "", false
	}
	quote, ok := f.fresh(func() string {
		at := f.rng.IntN(len(f.words) - 8)
		run := slices.Clone(f.words[at : at+5+f.rng.IntN(3)])
		run[2+f.rng.IntN(len(run)-3)] = f.words[f.rng.IntN(len(f.words))]
		return strings.Join(run, " ")
	})
	return f.end(text, f.p.quote, quote), quote, ok
}

// joined is a quotation of the article's words, in an order that it does not have.
func (f *forger) joined() string {
	if len(f.words) < 30 {
		return ""
	}
	a, b := f.rng.IntN(len(f.words)-4), f.rng.IntN(len(f.words)-4)
	return strings.Join(slices.Concat(f.words[a:a+3], f.words[b:b+3]), " ")
}

// name is an invented name.
func (f *forger) name() string {
	s := f.p.heads[f.rng.IntN(len(f.p.heads))] + f.p.tails[f.rng.IntN(len(f.p.tails))]
	return s
}

func (f *forger) acronym() string {
	const letters = "BDFGKLMNPQRTVXZ"
	b := make([]byte, 3+f.rng.IntN(3))
	for i := range b {
		b[i] = letters[f.rng.IntN(len(letters))]
	}
	return string(b)
}

// marked is the text with markup that holds the token.
func (f *forger) marked(text, token string) string {
	switch token {
	case "**", "__", "~~", "`", "||":
		return token + text + token
	case "](":
		return "[" + strings.TrimRight(text, ".") + "](#top)"
	case "<b>":
		return "<b>" + text + "</b>"
	case "\n":
		return strings.Replace(text, " ", "\n", 1)
	}
	return token + text
}
