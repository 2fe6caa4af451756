package writer

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSummaryWords is the most a summary has, by [length].
const maxSummaryWords = 90

// weights say what makes a sentence worth choosing. They are few and round on
// purpose: fifty articles, or a hundred and fifty, do not tell 0.8 from 0.9.
type weights struct {
	central  float64 // how much of the article it speaks for: LexRank (Erkan & Radev 2004)
	position float64 // how early it comes: 1/√n
	title    float64 // how much of the title it takes up
	penalty  float64 // factor on a sentence with a flaw, once for each flaw
	novelty  float64 // 1-λ of maximal marginal relevance (Carbonell & Goldstein 1998)
}

var defaultWeights = weights{central: 1, position: 1, title: 0.5, penalty: 0.5, novelty: 0.3}

// summarize returns the indexes, in order, of at most limit sentences with at
// most maxSummaryWords words that together say best what the article says. A
// sentence that leans on the one before it ("But …", "This …", "He …") is only
// taken together with that one.
func summarize(d document, limit int) []int { return choose(d, limit, defaultWeights) }

func choose(d document, limit int, w weights) []int {
	cands := candidates(d)
	texts := make([][]string, len(cands))
	for i, c := range cands {
		texts[i] = terms(d.sentences[c].Words, d.lang)
	}
	sim := cosines(texts)
	score := scores(d, cands, texts, sim, w)
	needs := antecedents(d)
	near := make([]float64, len(cands)) // likeness to the most alike of those chosen
	gone := make([]bool, len(cands))
	taken := map[int]bool{-1: true}
	left := maxSummaryWords
	for len(taken) <= limit {
		best, bestValue := -1, 0.0
		for i, c := range cands {
			if gone[i] || !taken[needs[c]] || length(d.sentences[c].Words) > left {
				continue
			}
			value := (1-w.novelty)*score[i] - w.novelty*near[i]
			if best < 0 || value > bestValue {
				best, bestValue = i, value
			}
		}
		if best < 0 {
			break
		}
		taken[cands[best]] = true
		left -= length(d.sentences[cands[best]].Words)
		for i := range cands {
			near[i] = max(near[i], sim[i][best])
			gone[i] = gone[i] || repeated(texts[i], texts[best])
		}
	}
	delete(taken, -1)
	return slices.Sorted(maps.Keys(taken))
}

// antecedents returns for each sentence the one before it that it leans on, or
// -1. What opens the article leans on nothing.
func antecedents(d document) []int {
	out := make([]int, len(d.sentences))
	before := -1
	for i, s := range d.sentences {
		out[i] = -1
		if before >= 0 && leans(s, d.lang) {
			out[i] = before
		}
		if !s.Heading {
			before = i
		}
	}
	return out
}

// repeated reports whether the shorter of two sentences, given as terms, adds
// next to nothing to the other.
func repeated(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return overlap(a, b) >= 0.7
}

// candidates returns the sentences that may be chosen at all, the first
// maxCompared of them. A text without one complete sentence, as people paste
// them, is taken by its lines.
func candidates(d document) []int {
	title := terms(wordsOf(d.title), d.lang)
	spoken := insideSpeech(d.sentences)
	var whole, loose []int
	for i, s := range d.sentences {
		l := length(s.Words)
		if l > maxSummaryWords || spelled(s.Words) < 4 || len(whole) == maxCompared || strings.ContainsAny(s.Text, "*_#[]{}<>") || !quotable(s.Text) {
			continue
		}
		switch {
		case s.Heading || !complete(s.Text):
			if spelled(s.Words) >= 8 && len(loose) < maxCompared && !listItem(s.Text) {
				loose = append(loose, i)
			}
		case !spoken[i] && !byline(s) && !enumeration(s) && !caption(s.Text) && (i >= 3 || !repeats(s, title, d.lang)):
			whole = append(whole, i)
		}
	}
	if len(whole) == 0 {
		return loose
	}
	return whole
}

// spelled counts the words that are made of letters rather than digits.
func spelled(words []string) int {
	var out []string
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) {
			out = append(out, w)
		}
	}
	return length(out)
}

func scores(d document, cands []int, texts [][]string, sim [][]float64, w weights) []float64 {
	title := terms(wordsOf(d.title), d.lang)
	out := centrality(sim)
	for i, c := range cands {
		s := d.sentences[c]
		place := i + 1
		if d.opinion {
			place = min(place, len(cands)-i+2) // an argument ends with what it wants
		}
		out[i] = w.central*out[i] + w.position/math.Sqrt(float64(place)) + w.title*overlap(title, texts[i])
		for range flaws(s, d.lang, c == 0, d.opinion) {
			out[i] *= w.penalty
		}
	}
	return out
}
