package writer

import (
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

var defaultWeights = weights{central: 1, position: 1, title: 0.5, penalty: 0.7, novelty: 0.2}

// summarize returns the indexes, in order, of at most limit sentences with at
// most maxSummaryWords words that together say best what the article says. A
// sentence that leans on the one before it ("But …", "This …", "He …") is only
// taken together with that one.
func summarize(d document, limit int) []int { return choose(d, limit, defaultWeights) }

func choose(d document, limit int, w weights) []int {
	cands := candidates(d)
	texts := make([][]string, len(cands))
	for i, c := range cands {
		texts[i] = d.sentences[c].Words
	}
	sim := cosines(texts, d.lang)
	score := scores(d, cands, sim, w)
	taken := make([]bool, len(d.sentences))
	var out, at []int
	words := 0
	for len(out) < limit {
		best, bestValue := -1, 0.0
		for i, c := range cands {
			s := d.sentences[c]
			if taken[c] || words+length(s.Words) > maxSummaryWords || leans(s, d.lang) && (s.Pos == 0 && c == 0 || c > 0 && !taken[c-1]) {
				continue
			}
			near := 0.0
			for _, j := range at {
				near = max(near, sim[i][j])
			}
			value := (1-w.novelty)*score[i] - w.novelty*near
			if near < tooAlike && (best < 0 || value > bestValue) {
				best, bestValue = i, value
			}
		}
		if best < 0 {
			break
		}
		c := cands[best]
		taken[c] = true
		out, at = append(out, c), append(at, best)
		words += length(d.sentences[c].Words)
	}
	slices.Sort(out)
	return out
}

// tooAlike is the cosine from which on two sentences say the same thing.
const tooAlike = 0.7

// candidates returns the sentences that may be chosen at all, the first
// maxCompared of them.
func candidates(d document) []int {
	var out []int
	title := terms(wordsOf(d.title), d.lang)
	for i, s := range d.sentences {
		if len(out) == maxCompared {
			break
		}
		if s.Heading || length(s.Words) > maxSummaryWords || !quotable(s.Text) || !ended(s.Text) && !unspaced(s.Words[0]) ||
			byline(s) || i < 3 && repeats(s, title, d.lang) {
			continue
		}
		out = append(out, i)
	}
	return out
}

func scores(d document, cands []int, sim [][]float64, w weights) []float64 {
	title := terms(wordsOf(d.title), d.lang)
	out := centrality(sim)
	for i, c := range cands {
		s := d.sentences[c]
		out[i] = w.central*out[i] + w.position/math.Sqrt(float64(i+1)) + w.title*overlap(title, terms(s.Words, d.lang))
		for range flaws(s) {
			out[i] *= w.penalty
		}
	}
	return out
}

// flaws counts what speaks against showing a sentence by itself.
func flaws(s sentence) int {
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

// caption reports whether s describes a picture that the reader does not see.
func caption(s string) bool {
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
