package writer

import (
	"slices"
	"strings"
	"testing"

	"colloquy/bot"
)

// sentencesOf are the sentences that evidence points at.
func sentencesOf(doc document) []string {
	out := make([]string, len(doc.sentences))
	for i, s := range doc.sentences {
		out[i] = s.Text
	}
	return out
}

// computedEvidence is the up to three sentences of an article that have most of
// a statement's words, the best first; those that add nothing are left out.
func computedEvidence(doc document, text string) []int {
	words := terms(wordsOf(text), doc.lang)
	var out []int
	var have []string
	for range 3 {
		best, most := -1, overlap(words, have)
		for i, s := range doc.sentences {
			if slices.Contains(out, i) {
				continue
			}
			if v := overlap(words, append(have[:len(have):len(have)], terms(s.Words, doc.lang)...)); v > most+1e-9 {
				best, most = i, v
			}
		}
		if best < 0 {
			break
		}
		out = append(out, best)
		have = append(have, terms(doc.sentences[best].Words, doc.lang)...)
	}
	if len(out) == 0 && len(doc.sentences) > 0 {
		out = []int{0}
	}
	return out
}

// references are the sentences of an item's human or made summary.
func references(it evalItem, lang string) []string {
	var out []string
	for _, r := range it.Ref {
		for line := range strings.Lines(r) {
			line = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), " ."))
			line = strings.TrimSpace(strings.TrimPrefix(line, "NEW:"))
			if line == "" {
				continue
			}
			if !ended(line) {
				line += "."
			}
			for _, s := range segment(line, lang) {
				out = append(out, s.Text)
			}
		}
	}
	return out
}

// A tally counts what was refused, by code.
type tally struct {
	all     int
	refused int
	codes   map[string]int
}

func (n *tally) add(f failure) {
	n.all++
	if n.codes == nil {
		n.codes = map[string]int{}
	}
	if f.failed() {
		n.refused++
		n.codes[f.code]++
	}
}

func (n *tally) share() float64 { return 100 * float64(n.refused) / float64(max(1, n.all)) }

// What the checks of a model's text refuse of sentences that are true: those of
// the articles themselves.
func TestTheStrictChecksRefuseLittleOfWhatIsTrue(t *testing.T) {
	oneByOne(t)
	var extractive, bbc tally
	for _, name := range []string{"cnndm.jsonl", "bbc.jsonl", "urdu.jsonl"} {
		for _, it := range evalSet(t, name) {
			a := it.article()
			c := modelChecker(read(a))
			sentences := sentencesOf(c.doc)
			d, err := newWriter(t).Digest(t.Context(), a, bot.Brief{Questions: -1})
			if err != nil {
				t.Errorf("%s: %v", it.ID, err)
				continue
			}
			for _, s := range d.Summary {
				f := c.statement(s, nil, sentences)
				extractive.add(f)
				if f.failed() {
					t.Logf("%s, ours: %s “%s”: %q", it.ID, f.code, f.detail, s.Text)
				}
			}
			if name != "bbc.jsonl" {
				continue
			}
			for _, ref := range references(it, c.doc.lang) {
				f := c.statement(bot.Statement{Text: ref, Evidence: computedEvidence(c.doc, ref)}, nil, sentences)
				bbc.add(f)
				if f.failed() {
					t.Logf("%s, reference: %s “%s”: %q", it.ID, f.code, f.detail, ref)
				}
			}
		}
	}
	t.Logf("extractive: %d of %d refused (%.1f %%) %v", extractive.refused, extractive.all, extractive.share(), extractive.codes)
	t.Logf("BBC references: %d of %d refused (%.1f %%) %v", bbc.refused, bbc.all, bbc.share(), bbc.codes)
	if extractive.share() > 3 || bbc.share() > 3 {
		t.Errorf("more than 3 %% of what is true is refused: %.1f, %.1f", extractive.share(), bbc.share())
	}
}

// What they refuse of summaries that people wrote: each is shown with the words
// that failed. Of the English ones 16 of 188 hold a name and 9 a number that the
// article, or the sentences most like them, lack; the Urdu ones are full of words
// typed without the space between them.
func TestWhatTheStrictChecksRefuseOfHumanSummaries(t *testing.T) {
	oneByOne(t)
	for _, name := range []string{"cnndm.jsonl", "urdu.jsonl"} {
		var n tally
		for _, it := range evalSet(t, name) {
			c := modelChecker(read(it.article()))
			sentences := sentencesOf(c.doc)
			for _, ref := range references(it, c.doc.lang) {
				f := c.statement(bot.Statement{Text: ref, Evidence: computedEvidence(c.doc, ref)}, nil, sentences)
				n.add(f)
				if f.failed() {
					t.Logf("%s: %s “%s”: %q", it.ID, f.code, f.detail, ref)
				}
			}
		}
		t.Logf("%s: %d of %d refused (%.1f %%) %v", name, n.refused, n.all, n.share(), n.codes)
		if limit := map[string]float64{"cnndm.jsonl": 28, "urdu.jsonl": 36}[name]; n.share() > limit {
			t.Errorf("%s: %.1f %% refused, and %.0f were before", name, n.share(), limit)
		}
	}
}

// The strict checks let the questions of the extractive writer pass.
func TestTheStrictChecksPassOurQuestions(t *testing.T) {
	oneByOne(t)
	var n tally
	for _, name := range []string{"cnndm.jsonl", "bbc.jsonl", "urdu.jsonl"} {
		items := evalSet(t, name)
		for _, it := range items[:min(50, len(items))] {
			a := it.article()
			c := modelChecker(read(a))
			for _, q := range digestOf(t, a, 5).Questions {
				f := c.question(q)
				n.add(f)
				if f.failed() {
					t.Logf("%s: %s “%s”: %q", it.ID, f.code, f.detail, q.Text)
				}
			}
		}
	}
	for _, a := range fixtures() {
		c := modelChecker(read(a))
		for _, q := range digestOf(t, a, 5).Questions {
			f := c.question(q)
			n.add(f)
			if f.failed() {
				t.Logf("%s: %s “%s”: %q", a.ID, f.code, f.detail, q.Text)
			}
		}
	}
	t.Logf("%d of %d refused (%.1f %%) %v", n.refused, n.all, n.share(), n.codes)
	if n.share() > 3 {
		t.Errorf("%.1f %% of our questions are refused", n.share())
	}
}
