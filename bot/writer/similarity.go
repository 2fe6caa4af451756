package writer

import (
	"math"
	"strings"
)

// maxCompared is how many texts are compared with one another at most; the
// matrix of a longer article's first sentences takes 720 kB.
const maxCompared = 300

// cosines returns how alike texts, given as [terms], are, each with each, from 0
// to 1: the cosine of their terms weighted by tf·idf within this collection, as LexRank has it
// (Erkan & Radev 2004). It looks at the first maxCompared texts only.
func cosines(texts [][]string) [][]float64 {
	n := min(len(texts), maxCompared)
	type posting struct {
		text   int
		weight float64
	}
	index := map[string][]posting{} // by term: the texts that have it, in order
	for i := range n {
		for _, term := range texts[i] {
			p := index[term]
			if len(p) > 0 && p[len(p)-1].text == i {
				p[len(p)-1].weight++
				continue
			}
			index[term] = append(p, posting{i, 1})
		}
	}
	flat := make([]float64, n*n)
	sim := make([][]float64, n)
	for i := range sim {
		sim[i] = flat[i*n : (i+1)*n]
	}
	for _, posts := range index {
		idf := math.Log(float64(n+1) / float64(len(posts)))
		for a, p := range posts {
			for _, q := range posts[a:] {
				sim[p.text][q.text] += p.weight * q.weight * idf * idf
			}
		}
	}
	return normalised(sim)
}

// normalised makes cosines of scalar products given above the diagonal.
func normalised(sim [][]float64) [][]float64 {
	for i := range sim {
		sim[i][i] = math.Sqrt(sim[i][i])
	}
	for i := range sim {
		for j := i + 1; j < len(sim); j++ {
			if norm := sim[i][i] * sim[j][j]; norm > 0 {
				sim[i][j] = min(sim[i][j]/norm, 1)
			}
			sim[j][i] = sim[i][j]
		}
	}
	for i := range sim {
		if sim[i][i] > 0 {
			sim[i][i] = 1
		}
	}
	return sim
}

// centrality is LexRank without a threshold: the stationary distribution of a
// walk that goes from text to text by likeness, and with probability 0.15
// anywhere. The largest is 1.
func centrality(sim [][]float64) []float64 {
	const damping, rounds, enough = 0.85, 30, 1e-6
	n := len(sim)
	sums := make([]float64, n)
	rank := make([]float64, n)
	for i, row := range sim {
		for j, v := range row {
			if i != j {
				sums[i] += v
			}
		}
		rank[i] = 1 / float64(n)
	}
	for range rounds {
		next := make([]float64, n)
		for i, row := range sim {
			if sums[i] == 0 {
				continue // nowhere to go: counted below as no vote
			}
			share := damping * rank[i] / sums[i]
			for j, v := range row {
				if i != j {
					next[j] += share * v
				}
			}
		}
		var moved float64
		for i := range next {
			next[i] += (1 - damping) / float64(n)
			moved += math.Abs(next[i] - rank[i])
		}
		rank = next
		if moved < enough {
			break
		}
	}
	var top float64
	for _, r := range rank {
		top = max(top, r)
	}
	for i := range rank {
		rank[i] /= top
	}
	return rank
}

// terms returns what two texts are compared by: words without stop words, and
// pairs of neighbouring characters where words are not divided by spaces.
func terms(words []string, lang string) []string {
	out := make([]string, 0, len(words))
	for i, w := range words {
		if unspaced(w) {
			if i > 0 && unspaced(words[i-1]) {
				out = append(out, words[i-1]+w)
			}
			continue
		}
		if !stopword(lang, w) {
			out = append(out, stem(w))
		}
	}
	return out
}

// stem cuts a word's possessive and, of a long word, what comes after its first
// letters: crude, and alike in every language.
func stem(w string) string {
	const letters = 6
	w = strings.TrimSuffix(w, "'s")
	if len(w) <= letters {
		return w
	}
	return firstLetters(w, letters)
}

// firstLetters is w cut to at most n characters.
func firstLetters(w string, n int) string {
	for i := range w {
		if n == 0 {
			return w[:i]
		}
		n--
	}
	return w
}

// overlap returns which part of the terms of a occurs in b, from 0 to 1.
func overlap(a, b []string) float64 {
	if len(a) == 0 {
		return 0
	}
	in := make(map[string]bool, len(b))
	for _, t := range b {
		in[t] = true
	}
	n := 0
	for _, t := range a {
		if in[t] {
			n++
		}
	}
	return float64(n) / float64(len(a))
}
