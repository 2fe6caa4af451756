package writer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"colloquy/bot"
)

// sentenceWords is how many words a sentence of a summary may have on average.
const sentenceWords = 30

// review checks what of the draft has not passed yet and writes down what
// fails. What passed stays: it stands beside the rest.
func (t *task) review() {
	for i := range t.draft.summary {
		t.settle(&t.draft.summary[i], t.statement)
	}
	t.quote()
	for i := range t.draft.questions {
		t.settle(&t.draft.questions[i], t.question)
	}
}

func (t *task) settle(it *item, check func(item) failure) {
	if it.passed {
		return
	}
	it.evidence = t.fit(it.evidence)
	if it.failure = check(*it); it.failure.failed() {
		t.drop(it.text, it.failure)
		return
	}
	it.passed = true
}

// fit leaves those sentences out of evidence that may never be shown: what
// speaks to a reader's software supports nothing.
func (t *task) fit(evidence []int) []int {
	var out []int
	for _, i := range evidence {
		if i < 0 || t.check.doc.sentences[i].Text != "" {
			out = append(out, i)
		}
	}
	return out
}

// statement returns the first check that a sentence of the summary fails.
func (t *task) statement(it item) failure {
	before := passedStatements(t.draft.summary)
	if len(before) >= t.sentences {
		return failed("surplus", "")
	}
	if f := t.check.statement(it.statement(), before, t.base.Sentences); f.failed() {
		return f
	}
	words, runes, copied := length(wordsOf(it.text)), utf8.RuneCountInString(it.text), t.copied(it.text)
	quoted := 0
	for _, s := range before {
		words += length(wordsOf(s.Text))
		runes += utf8.RuneCountInString(s.Text) + 1
		quoted += t.copied(s.Text)
	}
	switch {
	case words > sentenceWords*t.sentences:
		return failed("summary_too_long", fmt.Sprint(sentenceWords*t.sentences))
	case t.quota.runes > 0 && runes > t.quota.runes:
		return failed("max_snippet", fmt.Sprint(t.quota.runes))
	case copied > 0 && quoted > 0 && quoted+copied > t.quota.words:
		return failed("quoted_too_much", fmt.Sprint(t.quota.words))
	}
	return failure{}
}

// copied is how many words of text stand in the article just so, more than
// [maxCopied] in a row.
func (t *task) copied(text string) int {
	words, n := wordsOf(text), 0
	for from := 0; from < len(words); {
		to := from
		for to < len(words) && strings.Contains(t.check.run, " "+strings.Join(words[from:to+1], " ")+" ") {
			to++
		}
		if to-from > maxCopied {
			n += length(words[from:to])
		}
		from = max(to, from+1)
	}
	return n
}

// question returns the first check that a question fails.
func (t *task) question(it item) failure {
	pool := t.pool()
	if len(pool) >= t.questions+t.spares {
		return failed("surplus", "")
	}
	q := it.question()
	if moveOrder(q.Move) > moveOrder("missing") {
		return failed("move", q.Move)
	}
	if f := t.check.evidence(q.Evidence, len(t.base.Sentences)); f.failed() {
		return f
	}
	if f := t.check.question(q); f.failed() {
		return f
	}
	if !t.shown(q.Text, passedStatements(t.draft.summary)) {
		return failed("max_snippet", fmt.Sprint(t.quota.runes))
	}
	return t.check.besides(t.check.asked(q.Text), pool)
}

// shown reports whether a question quotes nothing but what the summary and the
// title show, where the publisher allows no more.
func (t *task) shown(question string, summary []bot.Statement) bool {
	if t.check.doc.article.Snippet == 0 {
		return true
	}
	show := bare(t.check.doc.title)
	for _, s := range summary {
		show += " " + bare(s.Text)
	}
	spans, _ := scanQuotes(question, 0)
	for _, q := range spans {
		quote := strings.TrimRight(bare(question[q.start:q.end]), ".,;:!? ")
		if !strings.Contains(strings.ToLower(show), strings.ToLower(quote)) {
			return false
		}
	}
	return true
}

// pool is the questions that passed.
func (t *task) pool() []asked {
	var out []asked
	for _, it := range t.draft.questions {
		if it.passed {
			out = append(out, t.check.asked(it.text))
		}
	}
	return out
}

func passedStatements(items []item) []bot.Statement {
	var out []bot.Statement
	for _, it := range items {
		if it.passed {
			out = append(out, it.statement())
		}
	}
	return out
}

// wanting says what the draft lacks, a line each for the model: nothing while
// there is enough that passed, for a second answer costs as much as the first.
func (t *task) wanting() []string {
	var out []string
	stand := len(passedStatements(t.draft.summary))
	if lines := failures("summary", t.draft.summary); stand < t.sentences {
		out = append(out, lines...)
	}
	if stand == 0 && len(out) == 0 {
		out = append(out, fmt.Sprintf("summary: it is empty; write up to %d sentences", t.sentences))
	}
	var qs []bot.Question
	for _, it := range t.draft.questions {
		if it.passed {
			qs = append(qs, it.question())
		}
	}
	lines := failures("question", t.draft.questions)
	if len(qs) >= t.questions {
		lines = nil
	}
	if least := min(3, t.questions); len(qs) < least && len(lines) < least-len(qs) {
		lines = append(lines, fmt.Sprintf("questions: %d of %d can be used; write %d more", len(qs), t.questions, t.questions-len(qs)))
	}
	out = append(out, lines...)
	if len(qs) >= 3 && t.questions >= 3 && len(out) > 0 && !asksAgainst(qs) {
		out = append(out, "questions: "+describe(failed("no_counter", "")))
	}
	return out
}

// failures describes what of the items failed and is wanted again.
func failures(kind string, items []item) []string {
	var out []string
	for i, it := range items {
		if !it.passed && it.failure.code != "surplus" {
			out = append(out, fmt.Sprintf("%s %d: %s", kind, i+1, explain(it.failure)))
		}
	}
	return out
}

// explain is describe for what only digests by a model can fail.
func explain(f failure) string {
	switch f.code {
	case "summary_too_long":
		return "the summary has more than " + f.detail + " words with it: write less"
	case "max_snippet":
		return "the publisher allows excerpts of " + f.detail + " characters in all: write a shorter summary, and quote nothing that it does not show"
	case "quoted_too_much":
		return "the summary copies more than " + f.detail + " words of the article: say it in words of your own"
	case "leans":
		return "it begins like a sentence that goes on from another: write one that stands by itself"
	case "move":
		return "there is no such move: take one of the schema"
	}
	return describe(f)
}
