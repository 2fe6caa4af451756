package modeltest

import (
	"strings"
	"unicode/utf8"
)

// questions are n sound questions, fewer where the article has too few sentences
// that can be quoted whole.
func (w *goodWriter) questions(n int) []Question {
	var out []Question
	used := map[string]bool{}
	asks := w.asks()
	for len(out) < n && len(asks) > 0 {
		quote, ok := w.quote(used)
		if !ok {
			break
		}
		a := asks[0]
		asks = asks[1:]
		used[quote.Text] = true
		out = append(out, Question{strings.Replace(w.t.lead, "%s", quote.Text, 1) + " " + a.text, a.move, []int{quote.N}})
	}
	return out
}

// asks are what may be asked, the moves that every set needs first.
func (w *goodWriter) asks() []ask {
	var first, rest []ask
	moves := map[string]bool{}
	at := 0
	if len(w.t.asks) > 0 {
		at = w.rng.IntN(len(w.t.asks))
	}
	for i := range w.t.asks {
		a := w.t.asks[(i+at)%len(w.t.asks)]
		if a.bold && w.grave || a.opinion && !w.opinion || strings.Contains(w.said, a.text) ||
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
		body := w.shorten(strings.TrimRight(s.Text, ".!۔。"))
		n := len(words(body))
		if n < 5 || n > 14 || used[body] || strings.Contains(w.said, body) || hasAny(w.t.person, body) || hasAny(w.t.grave, body) ||
			strings.ContainsAny(body, "\"“”„«»‘:;()–?") || strings.Contains(body, " '") || strings.Contains(body, " - ") || utf8.RuneCountInString(body) > 140 {
			continue
		}
		if w.clashes(body, used) {
			continue
		}
		return Numbered{s.N, body}, true
	}
	return Numbered{}, false
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
