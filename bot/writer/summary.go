package writer

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/bot"
)

// What a summary may have of an article, unless it is told otherwise: so many
// words, by [length], and so many parts of a hundred of the article's.
const (
	maxSummaryWords = 90
	maxSummaryShare = 25
)

// A quota is how much of an article may be quoted.
type quota struct {
	sentences int
	words     int // by [length]
	runes     int // characters of the whole summary; 0 for any number
}

// quotaOf is what brief and publisher allow of d.
func quotaOf(d document, b bot.Brief) quota {
	q := quota{sentences: b.Sentences, words: b.QuoteWords, runes: d.article.Snippet}
	if q.runes > 0 && d.article.TitleMade { // the title is an excerpt too
		q.runes = max(1, q.runes-utf8.RuneCountInString(d.article.Title))
	}
	if q.sentences <= 0 {
		q.sentences = defaultSentences
	}
	if q.words <= 0 {
		all := 0
		for _, s := range d.sentences {
			all += length(s.Words)
		}
		q.words = min(maxSummaryWords, all*maxSummaryShare/100)
	}
	return q
}

// holds reports whether s may be quoted beside what took used of the quota.
func (q quota) holds(s sentence, used quota) bool {
	return used.words+length(s.Words) <= q.words && q.shows(s, used)
}

// shows is holds, whatever number of words s has.
func (q quota) shows(s sentence, used quota) bool {
	return q.runes == 0 || used.runes+utf8.RuneCountInString(s.Text) <= q.runes
}

// add counts s, and the space behind it, as used.
func (q *quota) add(s sentence) {
	q.words += length(s.Words)
	q.runes += utf8.RuneCountInString(s.Text) + 1
}

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

// fitting is how much a further sentence must be worth, measured by the best
// that is too long to go in: what merely fits says little.
const fitting = 0.5

// summarize returns the indexes, in order, of the sentences within q that
// together say best what the article says. A sentence that leans on the one
// before it ("But …", "This …", "He …") is only taken together with that one.
// Where not one has few enough words, the shortest is taken; more characters
// than q allows are never.
func summarize(d document, q quota) []int { return choose(d, q, defaultWeights) }

func choose(d document, q quota, w weights) []int {
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
	var used quota
	for len(taken) <= q.sentences {
		best, bestValue, top := -1, 0.0, 0.0
		for i, c := range cands {
			if gone[i] || !taken[needs[c]] {
				continue
			}
			value := (1-w.novelty)*score[i] - w.novelty*near[i]
			top = max(top, value)
			if q.holds(d.sentences[c], used) && (best < 0 || value > bestValue) {
				best, bestValue = i, value
			}
		}
		if best < 0 && len(taken) == 1 {
			best = shortest(d, cands, needs, q)
		} else if len(taken) > 1 && bestValue < top*fitting {
			break
		}
		if best < 0 {
			break
		}
		taken[cands[best]] = true
		used.add(d.sentences[cands[best]])
		for i := range cands {
			near[i] = max(near[i], sim[i][best])
			gone[i] = gone[i] || repeated(texts[i], texts[best])
		}
	}
	delete(taken, -1)
	return slices.Sorted(maps.Keys(taken))
}

// shortest is the place among cands of the sentence of fewest words that leans
// on none and has few enough characters; -1 if there is none.
func shortest(d document, cands, needs []int, q quota) int {
	best, least := -1, 0
	for i, c := range cands {
		if n := length(d.sentences[c].Words); needs[c] < 0 && q.shows(d.sentences[c], quota{}) && (best < 0 || n < least) {
			best, least = i, n
		}
	}
	return best
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
