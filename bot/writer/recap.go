package writer

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"colloquy/bot"
)

const (
	maxQuotes     = 3  // beside the one that disagrees
	maxQuoteWords = 60 // longer replies lose weight: a quotation is to be read, not skimmed
)

// Recap says how many people wrote how much, points at the replies that best
// stand for the different views, at one that disagrees where there is one, and
// at the question that drew most. It ranks replies for what they say, never
// people, and quotes nobody twice while somebody else is unquoted. Its only
// error beside the context's is a [bot.Problem] "no_replies".
func (w *Extractive) Recap(ctx context.Context, in bot.RecapInput) (bot.Recap, error) {
	if err := ctx.Err(); err != nil {
		return bot.Recap{}, err
	}
	if len(in.Replies) == 0 {
		return bot.Recap{}, bot.Problemf("no_replies", "there is nothing to recap: nobody replied")
	}
	people := map[string]bool{}
	for _, r := range in.Replies {
		people[author(r)] = true
	}
	out := []bot.RecapStatement{{Kind: bot.RecapCount, People: len(people), Count: len(in.Replies)}}
	quotes, dissent := newForum(in).pick()
	for _, v := range quotes {
		out = append(out, bot.RecapStatement{Kind: bot.RecapQuote, Question: v.reply.Question, Replies: []bot.ID{v.reply.ID}})
	}
	if dissent != nil {
		out = append(out, bot.RecapStatement{Kind: bot.RecapDissent, Question: dissent.reply.Question, Replies: []bot.ID{dissent.reply.ID}})
	}
	if q, n := busiest(in); q > 0 {
		out = append(out, bot.RecapStatement{Kind: bot.RecapQuestion, Question: q, Count: n})
	}
	return bot.Recap{Statements: out, Writer: w.Version()}, nil
}

// author identifies who wrote r; a display name may change or be shared.
func author(r bot.Reply) string { return r.Author.String() }

// busiest returns the question that drew at least two replies and more than
// any other, or 0. Replies that belong to no question say nothing about any.
func busiest(in bot.RecapInput) (question, count int) {
	counts := make([]int, len(in.Questions)+1)
	for _, r := range in.Replies {
		if r.Question > 0 && r.Question < len(counts) {
			counts[r.Question]++
		}
	}
	for q := 1; q < len(counts); q++ {
		switch {
		case counts[q] > count:
			question, count = q, counts[q]
		case counts[q] == count:
			question = 0 // two of them: neither drew the most
		}
	}
	if count < 2 || question == 0 {
		return 0, 0
	}
	return question, count
}

// A voice is a reply that can be quoted.
type voice struct {
	reply   bot.Reply
	at      int // among those compared
	words   int
	dissent bool
	score   float64
}

// A forum is the replies of a discussion as the recap weighs them.
type forum struct {
	voices []*voice
	sim    [][]float64
}

// newForum weighs the replies that can be quoted, at most maxCompared of them,
// evenly spread over the discussion. What many say in their own words counts
// more, what one person repeats does not.
func newForum(in bot.RecapInput) forum {
	var f forum
	var texts [][]string
	opposed := dissenters(in.Replies)
	usable := make([]int, 0, len(in.Replies))
	for i, r := range in.Replies {
		if quotable(strings.Join(strings.Fields(r.Text), " ")) {
			usable = append(usable, i)
		}
	}
	compared := min(len(usable), maxCompared)
	for k := range compared {
		i := usable[k*len(usable)/compared]
		words := wordsOf(in.Replies[i].Text)
		if len(words) == 0 {
			continue
		}
		f.voices = append(f.voices, &voice{reply: in.Replies[i], at: len(texts), words: length(words), dissent: opposed[i]})
		texts = append(texts, terms(words, in.Language))
	}
	f.sim = cosines(texts)
	shared := make([][]float64, len(f.sim))
	for i := range f.sim {
		shared[i] = slices.Clone(f.sim[i])
		for j := range shared[i] {
			if author(f.voices[i].reply) == author(f.voices[j].reply) {
				shared[i][j] = 0
			}
		}
	}
	for i, c := range centrality(shared) {
		f.voices[i].score = c * substance(f.voices[i].words)
	}
	return f
}

// substance weighs a reply by its length in words: a few say little, and what
// is longer than a quotation should be is read by few.
func substance(words int) float64 {
	const enough = 20
	s := math.Sqrt(min(1, float64(words)/enough))
	if words > maxQuoteWords {
		s *= float64(maxQuoteWords) / float64(words)
	}
	return s
}

// pick returns up to maxQuotes voices, oldest first, and one that disagrees, or
// nil. The one that disagrees is chosen first, so that it is always heard.
func (f forum) pick() (quotes []*voice, dissent *voice) {
	heard := map[string]int{} // by author: how often quoted
	var chosen []*voice
	take := func(v *voice) {
		heard[author(v.reply)]++
		chosen = append(chosen, v)
	}
	if dissent = f.best(chosen, heard, func(v *voice) bool { return v.dissent }); dissent != nil {
		take(dissent)
	}
	for len(quotes) < maxQuotes {
		v := f.best(chosen, heard, func(v *voice) bool {
			return v != dissent && (v.words >= 3 || len(chosen) < 2)
		})
		if v == nil {
			break
		}
		take(v)
		quotes = append(quotes, v)
	}
	slices.SortFunc(quotes, func(a, b *voice) int { return cmp.Compare(a.at, b.at) })
	return quotes, dissent
}

// best returns the voice that says most that was not said yet (maximal marginal
// relevance), of a person not quoted before if there is one; nil if none is left.
func (f forum) best(chosen []*voice, heard map[string]int, fits func(*voice) bool) *voice {
	const novelty, sameTopic, tooAlike = 0.3, 0.2, 0.8
	var best *voice
	bestHeard, bestValue := 0, 0.0
	for _, v := range f.voices {
		if !fits(v) || slices.Contains(chosen, v) {
			continue
		}
		near, twice := 0.0, false
		for _, c := range chosen {
			s := f.sim[v.at][c.at]
			twice = twice || s >= tooAlike
			if v.reply.Question == c.reply.Question {
				s += sameTopic
			}
			near = max(near, s)
		}
		value, n := (1-novelty)*v.score-novelty*near, heard[author(v.reply)]
		if !twice && (best == nil || n < bestHeard || n == bestHeard && value > bestValue) {
			best, bestHeard, bestValue = v, n, value
		}
	}
	return best
}
