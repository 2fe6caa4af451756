package writer

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
)

// A ledger counts what became of what liars said.
type ledger struct {
	articles, said, lies, refused int
	kinds                         map[string]int // of lies
	codes                         map[string]int // by which lies were refused
	truths                        map[string]int // by which true statements were refused
	own, filled                   int            // sentences and questions that are shown
	extractive, calls             int
	noQuestions                   []string
	refusals                      []string // of true statements
}

// Half of what the model says is false: a name, a number or a quotation that
// the article does not have, evidence for something else, a link, a mention,
// markup, a preamble, another language, or an order of nobody's. None of it is
// shown, and there is a digest of every article.
func TestNothingThatALiarInventsIsShown(t *testing.T) {
	var articles []bot.Article
	for _, set := range []string{"bbc.jsonl", "cnndm.jsonl", "urdu.jsonl"} {
		for i, it := range evalSet(t, set) {
			if !racing || i%8 == 0 { // the same code runs for each of them
				articles = append(articles, it.article())
			}
		}
	}
	own := []bot.Article{opinionEnglish(), newsEnglish(), graveEnglish(), opinionGerman(), newsGerman(), opinionSpanish(), newsSpanish(), opinionFrench(), newsFrench(), opinionUrdu()}
	liesAbout(t, model.Anthropic, articles)
	liesAbout(t, model.OpenAI, own)
	liesAbout(t, model.Ollama, append(own, articles[:min(len(articles), 20)]...))
}

func liesAbout(t *testing.T, provider string, articles []bot.Article) {
	t.Helper()
	sum := ledger{kinds: map[string]int{}, codes: map[string]int{}, truths: map[string]int{}}
	var mu sync.Mutex
	var work sync.WaitGroup
	next := make(chan bot.Article)
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for a := range next {
				s := modeltest.Start(modeltest.Options{})
				liar := modeltest.NewLiar(7, 0.5)
				s.Behave(liar.Reply)
				d, err := newLLM(t, s, provider).Digest(t.Context(), a, bot.Brief{})
				s.Close()
				base, _ := newWriter(t).Digest(t.Context(), a, bot.Brief{})
				if err != nil {
					t.Errorf("%s: %v", a.ID, err)
					continue
				}
				mu.Lock()
				checkModelDigest(t, a, bot.Brief{}, d)
				sum.add(t, a, d, base, liar)
				mu.Unlock()
			}
		})
	}
	for _, a := range articles {
		next <- a
	}
	close(next)
	work.Wait()
	refused := 0
	for _, n := range sum.truths {
		refused += n
	}
	t.Logf("%s: %d articles, %d calls, %d sentences and questions offered, %d false: %v", provider, sum.articles, sum.calls, sum.said, sum.lies, sum.kinds)
	t.Logf("%d lies refused by %v", sum.refused, sum.codes)
	t.Logf("%d of %d true ones refused: %v", refused, sum.said-sum.lies, sum.truths)
	t.Logf("shown: %d of the model's, %d of the extractive writer's; %d digests wholly extractive; without questions: %v", sum.own, sum.filled, sum.extractive, sum.noQuestions)
	for _, r := range sum.refusals {
		t.Log(r)
	}
}

// add holds one digest against what the liar said, and counts.
func (sum *ledger) add(t *testing.T, a bot.Article, d, base bot.Digest, liar *modeltest.Liar) {
	t.Helper()
	why := map[string]string{}
	for _, x := range d.Dropped {
		why[x.Text] = x.Reason
	}
	shown, extractive := shownBy(d), shownBy(base)
	said := strings.ToLower(strings.Join(slices.Sorted(maps.Keys(shown)), " | "))
	lies := map[string]bool{}
	for _, l := range liar.Lies() {
		text := strings.TrimSpace(l.Text)
		lies[text] = true
		sum.kinds[l.Kind]++
		if l.Token != "" && strings.Contains(said, strings.ToLower(l.Token)) {
			t.Errorf("%s: a lie is shown (%s, %q): %q", a.ID, l.Kind, l.Token, l.Text)
		}
		if evidence, ok := shown[text]; ok && slices.Equal(evidence, evidenceFrom(l.Sentences, len(d.Sentences))) {
			t.Errorf("%s: a lie is shown (%s, resting on %v): %q", a.ID, l.Kind, l.Sentences, l.Text)
		}
		if code, ok := why[text]; ok {
			sum.codes[code]++
			sum.refused++
		} else if _, ok := shown[text]; !ok {
			t.Errorf("%s: nothing says why this is not shown (%s): %q", a.ID, l.Kind, l.Text)
		}
	}
	for _, x := range d.Dropped {
		if x.Text != "" && !lies[x.Text] && !slices.Contains(base.Dropped, x) {
			sum.truths[x.Reason]++
			sum.refusals = append(sum.refusals, fmt.Sprintf("%s: %s (%s): %s", a.ID, x.Reason, x.Detail, x.Text))
		}
	}
	for text := range shown {
		if _, ok := extractive[text]; ok {
			sum.filled++
		} else {
			sum.own++
		}
	}
	sum.articles++
	sum.said += liar.Said()
	sum.lies += len(liar.Lies())
	sum.calls += d.Spent.Calls
	if d.Writer == base.Writer {
		sum.extractive++
	}
	if len(d.Questions) == 0 {
		sum.noQuestions = append(sum.noQuestions, string(a.ID))
		if len(base.Questions) > 0 {
			t.Errorf("%s: no question, and the extractive writer has %d", a.ID, len(base.Questions))
		}
	}
}

// shownBy is what a digest says, and the sentences that each text rests on.
func shownBy(d bot.Digest) map[string][]int {
	out := map[string][]int{}
	for _, s := range d.Summary {
		out[s.Text] = s.Evidence
	}
	for _, q := range slices.Concat(d.Questions, d.Spares) {
		out[q.Text] = q.Evidence
	}
	return out
}
