package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// recap tells, for each question that drew replies, what they speak of.
func (w *goodWriter) recap(d Discussion, most int) []RecapStatement {
	w.t = tongueOf(Article{Sentences: texts(d)})
	byQuestion := map[int][]ReplyLine{}
	for _, r := range d.Replies {
		byQuestion[r.Question] = append(byQuestion[r.Question], r)
	}
	var out []RecapStatement
	for _, q := range sortedInts(byQuestion) {
		if s, ok := w.view(byQuestion[q]); ok {
			out = append(out, s)
		}
	}
	return out[:min(len(out), most)]
}

// texts are the replies as sentences.
func texts(d Discussion) []Numbered {
	var out []Numbered
	for _, r := range d.Replies {
		out = append(out, Numbered{r.N, r.Text})
	}
	return out
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var views = map[string][2]string{
	"en": {"One reply speaks of %s and %s.", "Several replies speak of %s and %s."},
	"de": {"In einer Antwort geht es um %s und %s.", "In mehreren Antworten geht es um %s und %s."},
	"es": {"Una respuesta habla de %s y %s.", "Varias respuestas hablan de %s y %s."},
	"fr": {"Une réponse parle de %s et %s.", "Plusieurs réponses parlent de %s et %s."},
	"ur": {"ایک جواب %s اور %s کے بارے میں ہے۔", "کئی جواب %s اور %s کے بارے میں ہیں۔"},
}

// plain are longer words that say nothing of what a reply is about.
const plain = "would should could might think there their which about because somebody nobody everybody anything before after könnte sollte müsste würde viele jedes andere " +
	"podría debería porque también nadie alguien serait pourrait devrait parce beaucoup"

// telling reports whether a word says what a text is about, and is no name.
func (w *goodWriter) telling(x string) bool {
	first, _ := utf8.DecodeRuneInString(x)
	n := utf8.RuneCountInString(x)
	return (n >= 5 || n >= 4 && first >= 0x600) && (!unicode.IsUpper(first) || w.t.code == "de") && unicode.IsLetter(first) &&
		!has(plain, x) && !has(w.t.common, x) && !has(w.t.openers, x) && !has(w.t.ends, x) && !has(w.t.person, x)
}

// view says in one statement what replies speak of.
func (w *goodWriter) view(replies []ReplyLine) (RecapStatement, bool) {
	count := map[string]int{}
	var order []string
	for _, r := range replies {
		for _, x := range words(r.Text) {
			if !w.telling(x) {
				continue
			}
			if count[x]++; count[x] == 1 {
				order = append(order, x)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return count[b] - count[a] })
	form, ok := views[w.t.code]
	if !ok || len(order) < 2 {
		return RecapStatement{}, false
	}
	var on []int
	for _, r := range replies {
		if strings.Contains(r.Text, order[0]) || strings.Contains(r.Text, order[1]) {
			on = append(on, r.N)
		}
	}
	i := 0
	if len(on) > 1 {
		i = 1
	}
	return RecapStatement{fmt.Sprintf(form[i], order[0], order[1]), on}, true
}
