package modeltest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// questions are n sound questions, fewer where the article has too few sentences
// that can be quoted whole, and names.
func (w *goodWriter) questions(n int) []Question {
	var out []Question
	used := map[string]bool{}
	add := func(q Question) { out = append(out, q) }
	for _, a := range w.asks(w.t.asks) {
		if quote, ok := w.quote(used); ok && len(out) < n {
			used[quote.Text] = true
			add(Question{strings.Replace(w.t.lead, "%s", quote.Text, 1) + " " + a.text, a.move, []int{quote.N}})
		}
	}
	names := w.names()
	for i, a := range w.asks(w.t.about) {
		if i < len(names) && len(out) < n {
			add(Question{strings.Replace(a.text, "%s", names[i].Text, 1), a.move, []int{names[i].N}})
		}
	}
	return out
}

// names are what sentences name within them, what they name most often first.
func (w *goodWriter) names() []Numbered {
	count, first := map[string]int{}, map[string]int{}
	var order []string
	for _, s := range w.fit {
		for _, name := range namesIn(s.Text) {
			if has(w.t.days, name) || strings.Contains(w.said, name) {
				continue
			}
			if count[name]++; count[name] == 1 {
				order, first[name] = append(order, name), s.N
			}
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return count[b] - count[a] })
	var out []Numbered
	for _, name := range order {
		if !slices.ContainsFunc(out, func(x Numbered) bool { return strings.Contains(x.Text, name) || strings.Contains(name, x.Text) }) {
			out = append(out, Numbered{first[name], name})
		}
	}
	return out
}

// namesIn are runs of one to three words with capitals that do not begin the sentence.
func namesIn(s string) []string {
	var out, run []string
	end := func() {
		if len(run) > 0 && len(run) < 4 {
			out = append(out, strings.Join(run, " "))
		}
		run = nil
	}
	for i, w := range strings.Fields(s) {
		bare := strings.Trim(w, ".,;:!?")
		r, _ := utf8.DecodeRuneInString(bare)
		if i == 0 || !unicode.IsUpper(r) || len(bare) < 4 || demonym(bare) || strings.ContainsFunc(bare, func(r rune) bool { return !unicode.IsLetter(r) }) {
			end()
			continue
		}
		if run = append(run, bare); bare != w {
			end()
		}
	}
	end()
	return out
}

// asks are what may be asked, the moves that every set needs first.
func (w *goodWriter) asks(all []ask) []ask {
	var first, rest []ask
	moves := map[string]bool{}
	at := 0
	if len(all) > 0 {
		at = w.rng.IntN(len(all))
	}
	for i := range all {
		a := all[(i+at)%len(all)]
		if a.bold && w.grave || a.opinion && !w.opinion || strings.Contains(w.said, tail(a.text)) ||
			len(w.c.Schema) > 0 && !strings.Contains(string(w.c.Schema), `"`+a.move+`"`) {
			continue
		}
		if must := a.move == "counter" || a.move == "missing" && !w.opinion; must && !moves[a.move] {
			first = append([]ask{a}, first...)
		} else if !moves[a.move] {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
		moves[a.move] = true
	}
	return append(first, rest...)
}

// quote is a short sentence, or the beginning of one, that can be quoted whole.
func (w *goodWriter) quote(used map[string]bool) (Numbered, bool) {
	if len(w.fit) == 0 {
		return Numbered{}, false
	}
	at := w.rng.IntN(len(w.fit))
	for i := range w.fit {
		s := w.fit[(at+i*7)%len(w.fit)]
		body := strings.TrimRight(s.Text, ".!۔。 ")
		if len(words(body)) > w.mostQuoted() {
			body = w.shorten(body)
		}
		if !used[body] && !strings.Contains(w.said, body) && w.quotable(body) && !w.clashes(body, used) {
			return Numbered{s.N, body}, true
		}
	}
	return Numbered{}, false
}

// mostQuoted is how many words a quotation has at most, so that the question has
// no more than 35 with it.
func (w *goodWriter) mostQuoted() int { return 18 - len(words(w.t.lead)) }

// quotable reports whether a sentence is short, speaks for itself and of nothing grave.
func (w *goodWriter) quotable(body string) bool {
	all := words(body)
	n := len(all)
	return n >= 5 && n <= w.mostQuoted() && utf8.RuneCountInString(body) <= 140 && !hasAny(w.t.person, body) && !hasAny(w.t.grave, body) &&
		!has(w.t.ends, all[n-1]) && (has(w.t.articles, all[0]) || !has(w.t.ends, all[0])) &&
		!strings.ContainsAny(body, "\"“”„«»‘:;()–?…") && !strings.Contains(body, " '") && !strings.Contains(body, " - ") && !strings.Contains(body, " .")
}

func (w *goodWriter) clashes(body string, used map[string]bool) bool {
	for u := range used {
		if alike(u, body) || alike(body, u) || strings.EqualFold(begin(u), begin(body)) {
			return true
		}
	}
	return false
}

// begin is the first three words of a text.
func begin(s string) string {
	w := words(s)
	return strings.Join(w[:min(3, len(w))], " ")
}

// demonym reports whether a name seems to be an adjective.
func demonym(name string) bool {
	for _, end := range []string{"ese", "ish", "ian", "can", "pean"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// tail is the end of a question's text, by which it is known again.
func tail(s string) string {
	_, after, found := strings.Cut(s, "%s")
	if !found {
		return s
	}
	return after
}
