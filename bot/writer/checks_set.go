package writer

import (
	"strings"

	"colloquy/bot"
)

// maxOverlap is the share of content words that two questions of a set may have in common.
const maxOverlap = 0.35

// An asked question is one of a set, taken apart once.
type asked struct {
	reading
	stems   map[string]bool
	general bool
}

func (c *checker) asked(text string) asked {
	return asked{reading: readQuestion(text), stems: contentStems(text), general: c.isGeneral(text)}
}

// besides returns the first check that q fails beside the others of its set.
func (c *checker) besides(q asked, others []asked) failure {
	for _, o := range others {
		switch {
		case sameOpening(q.toks, o.toks) || sameOpening(q.asks, o.asks):
			return failed("opening", strings.Join(firstWords(q.toks), " "))
		case jaccard(q.stems, o.stems) >= maxOverlap:
			return failure{code: "similar"}
		case q.general && o.general:
			return failure{code: "second_general"}
		}
	}
	return failure{}
}

// sameOpening reports whether two texts begin with the same three words.
func sameOpening(a, b []token) bool {
	wa, wb := firstWords(a), firstWords(b)
	return len(wa) > 0 && strings.Join(wa, " ") == strings.Join(wb, " ")
}

func firstWords(toks []token) []string {
	var out []string
	for _, t := range toks {
		if !t.sign && len(out) < 3 {
			out = append(out, t.low)
		}
	}
	return out
}

// isGeneral reports whether the question is one of the general-purpose templates.
func (c *checker) isGeneral(text string) bool {
	for _, a := range c.lex.general() {
		if strings.Contains(text, a) {
			return true
		}
	}
	return false
}

// contentStems returns the stems of the words of a question that carry its
// content, in whichever language it is.
func contentStems(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range wordsOf(text) {
		common := false
		for _, lang := range []string{"en", "es", "de", "fr", "ur"} {
			common = common || stopword(lang, w)
		}
		if !common {
			out[stem(w)] = true
		}
	}
	return out
}

func jaccard(a, b map[string]bool) float64 {
	both := 0
	for k := range a {
		if b[k] {
			both++
		}
	}
	if all := len(a) + len(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}

// enoughMoves takes questions away whose move another has, the last first,
// while three or more of them make fewer than three different moves.
func enoughMoves(qs []bot.Question) (kept, dropped []bot.Question) {
	for len(qs) >= 3 {
		count := map[string]int{}
		for _, q := range qs {
			count[q.Move]++
		}
		if len(count) >= 3 {
			break
		}
		for i := len(qs) - 1; i >= 0; i-- {
			if count[qs[i].Move] > 1 {
				dropped = append(dropped, qs[i])
				qs = append(append([]bot.Question(nil), qs[:i]...), qs[i+1:]...)
				break
			}
		}
	}
	return qs, dropped
}

// asksAgainst reports whether one of the questions argues against the author
// or looks for what is missing.
func asksAgainst(qs []bot.Question) bool {
	for _, q := range qs {
		if q.Move == "counter" || q.Move == "missing" {
			return true
		}
	}
	return false
}
