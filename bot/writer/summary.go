package writer

import (
	"maps"
	"math"
	"slices"
	"strings"
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
	var whole, loose []int
	for i, s := range d.sentences {
		l := length(s.Words)
		if l < 4 || l > maxSummaryWords || byline(s) || len(whole) == maxCompared || !quotable(s.Text) {
			continue
		}
		switch {
		case !s.Heading && (ended(s.Text) || unspaced(s.Words[0])):
			if i >= 3 || !repeats(s, title, d.lang) {
				whole = append(whole, i)
			}
		case l >= 8 && len(loose) < maxCompared && !listItem(s.Text):
			loose = append(loose, i)
		}
	}
	if len(whole) == 0 {
		return loose
	}
	return whole
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
		for range flaws(s, d.lang) {
			out[i] *= w.penalty
		}
	}
	return out
}

// flaws counts what speaks against showing a sentence by itself.
func flaws(s sentence, lang string) int {
	n := 0
	if l := length(s.Words); l < 8 || l > 45 {
		n++
	}
	if strings.HasSuffix(s.Text, "?") || strings.HasSuffix(s.Text, "؟") || strings.HasSuffix(s.Text, "？") {
		n++
	}
	if !balanced(s.Text) {
		n++
	}
	if caption(s.Text) {
		n++
	}
	if alludes(s, lang) {
		n++
	}
	return n
}

// repeats reports whether s says nothing but the title.
func repeats(s sentence, title []string, lang string) bool {
	own := terms(s.Words, lang)
	return len(title) > 0 && overlap(own, title) >= 0.8
}

// byline reports whether s names who wrote the article: "By Jane Doe."
func byline(s sentence) bool {
	if len(s.Words) > 8 {
		return false
	}
	switch s.Words[0] {
	case "by", "von", "por", "par":
	default:
		return false
	}
	for f := range strings.FieldsSeq(s.Text) {
		if f[0] >= 'a' && f[0] <= 'z' && f != "and" && f != "for" && f != "und" && f != "y" && f != "et" {
			return false
		}
	}
	return true
}

// caption reports whether s is a label ("Final embrace: …") or describes a
// picture that the reader does not see.
func caption(s string) bool {
	if label, rest, ok := strings.Cut(s, ": "); ok && strings.Count(label, " ") < 3 && !strings.ContainsAny(rest[:1], "\"'“‘«„") {
		return true
	}
	low := strings.ToLower(s)
	for _, p := range [...]string{"pictured", "(left)", "(right)", "(above)", "(below)", "(centre)", "(center)", "file photo", "in this photo", "im bild", "en la imagen", "sur la photo"} {
		if strings.Contains(low, p) {
			return true
		}
	}
	return false
}

// balanced reports whether the quotation marks of s close what they open, so
// that it is not a piece out of somebody's longer speech.
func balanced(s string) bool {
	return strings.Count(s, `"`)%2 == 0 && strings.Count(s, "“") == strings.Count(s, "”") &&
		strings.Count(s, "«") == strings.Count(s, "»") && strings.Count(s, "(") == strings.Count(s, ")") &&
		!(strings.HasPrefix(s, "‘") && !strings.Contains(s, "’ ") && !strings.HasSuffix(s, "’")) &&
		!(strings.HasPrefix(s, "'") && !strings.Contains(s[1:], "' ") && !strings.HasSuffix(s, "'")) &&
		!(strings.HasSuffix(s, "'") && strings.Count(s, "'") == 1) &&
		!(strings.HasSuffix(s, "’") && !strings.Contains(s, "‘"))
}
