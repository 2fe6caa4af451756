package writer

import (
	"slices"
	"sort"

	"colloquy/bot"
)

// A summary may have sentences of the article, word for word, as far as it may
// be quoted. Where all are, they are shown as a quotation of the publisher, in
// the article's order; beside sentences of the writer's they stand in marks.

// quote refuses the article's sentences that lean on one which is not there.
func (t *task) quote() {
	needs := antecedents(t.check.doc)
	there := map[int]bool{-1: true}
	for i := range t.draft.summary {
		it := &t.draft.summary[i]
		n := slices.Index(t.base.Sentences, it.text)
		if n < 0 || !it.passed {
			continue
		}
		if it.evidence = []int{n}; there[needs[n]] {
			there[n] = true
			continue
		}
		it.passed, it.failure = false, failed("leans", "")
		t.drop(it.text, it.failure)
	}
}

// verbatim reports whether a statement is a sentence of the article.
func (t *task) verbatim(s bot.Statement) bool {
	return len(s.Evidence) == 1 && t.base.Sentences[s.Evidence[0]] == s.Text
}

// summary is the statements that passed, as they are shown.
func (t *task) summary() []bot.Statement {
	out := passedStatements(t.draft.summary)
	if !slices.ContainsFunc(out, func(s bot.Statement) bool { return !t.verbatim(s) }) {
		sort.SliceStable(out, func(i, j int) bool { return out[i].Evidence[0] < out[j].Evidence[0] })
		return out
	}
	lex := t.check.lex
	f := finder{lex: lex}
	for i, s := range out {
		if !t.verbatim(s) {
			continue
		}
		out[i].Text = lex.open + f.inner(s.Text) + lex.close
	}
	return out
}

// An offer is a question that can be in the set beside every other one.
type offer struct {
	q    bot.Question
	mine asked
	own  bool // the model's
}

// set chooses questions and spares to go with a summary: the model's, and
// where they are too few, or lack what a set must have, the extractive
// writer's. own is how many are the model's.
func (t *task) set(summary []bot.Statement) (questions, spares []bot.Question, own int) {
	var offers []offer
	for _, it := range t.draft.questions {
		if it.passed && t.shown(it.text, summary) {
			offers = append(offers, offer{it.question(), t.check.asked(it.text), true})
		}
	}
	var more []offer
	for _, q := range slices.Concat(t.base.Questions, t.base.Spares) {
		if t.shown(q.Text, summary) {
			more = append(more, offer{q, t.check.asked(q.Text), false})
		}
	}
	offers = t.against(offers, more)
	for _, o := range more {
		if len(offers) < t.questions+t.spares && len(t.conflicts(o, offers)) == 0 {
			offers = append(offers, o)
		}
	}
	n := min(t.questions, len(offers))
	arrange(offers, n)
	var few []bot.Question
	for i, o := range offers {
		switch {
		case i < n:
			questions = append(questions, o.q)
		case len(spares) < t.spares:
			spares = append(spares, o.q)
		default:
			continue
		}
		if o.own {
			own++
		}
	}
	questions, few = enoughMoves(questions)
	spares = append(few, spares...)
	spares = spares[:min(len(spares), t.spares)]
	sort.SliceStable(questions, func(i, j int) bool { return moveOrder(questions[i].Move) < moveOrder(questions[j].Move) })
	return questions, spares, own
}

// against sees to it that one of the offers argues against the author or looks
// for what is missing, if the extractive writer has such a question and at most
// one of the offers has to go for it.
func (t *task) against(offers, more []offer) []offer {
	if t.questions < 3 || slices.ContainsFunc(offers, offer.against) {
		return offers
	}
	for _, o := range more {
		clash := t.conflicts(o, offers)
		if !o.against() || len(clash) > 1 {
			continue
		}
		if len(clash) == 1 {
			offers = slices.Delete(offers, clash[0], clash[0]+1)
		}
		return append(offers, o)
	}
	return offers
}

func (o offer) against() bool { return asksAgainst([]bot.Question{o.q}) }

// conflicts are the places of the offers beside which o cannot stand.
func (t *task) conflicts(o offer, offers []offer) []int {
	var out []int
	for i, other := range offers {
		if t.check.besides(o.mine, []asked{other.mine}).failed() {
			out = append(out, i)
		}
	}
	return out
}

// arrange puts first the n offers that make the set: as they come, but with at
// least three moves and one that argues against, if there are.
func arrange(offers []offer, n int) {
	if n < 3 {
		return
	}
	swap := func(want func(offer) bool, free func(offer) bool) bool {
		in := slices.IndexFunc(offers[n:], want)
		if in < 0 {
			return false
		}
		for i := n - 1; i >= 0; i-- {
			if free(offers[i]) {
				offers[i], offers[n+in] = offers[n+in], offers[i]
				return true
			}
		}
		return false
	}
	count := func(move string) (k int) {
		for _, o := range offers[:n] {
			if o.q.Move == move {
				k++
			}
		}
		return k
	}
	twice := func(o offer) bool { return count(o.q.Move) > 1 }
	if !slices.ContainsFunc(offers[:n], offer.against) {
		if !swap(offer.against, twice) {
			swap(offer.against, func(offer) bool { return true })
		}
	}
	for moves(offers[:n]) < 3 && swap(func(o offer) bool { return count(o.q.Move) == 0 }, twice) {
	}
}

// moves counts the different moves of the offers.
func moves(offers []offer) int {
	seen := map[string]bool{}
	for _, o := range offers {
		seen[o.q.Move] = true
	}
	return len(seen)
}
