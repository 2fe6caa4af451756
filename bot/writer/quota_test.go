package writer

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/bot"
)

func quotedWords(list []string) (words int) {
	for _, s := range list {
		words += length(wordsOf(s))
	}
	return words
}

// Nothing of an evaluation article is quoted beyond three sentences, 90 words
// and a quarter of it.
func TestQuotationsOfTheEvaluationArticles(t *testing.T) {
	oneByOne(t)
	for _, name := range []string{"cnndm.jsonl", "bbc.jsonl", "urdu.jsonl"} {
		full, beyond := 0, 0
		for _, it := range evalSet(t, name) {
			a := it.article()
			all := length(wordsOf(a.Text))
			for _, n := range []int{0, 1, 10} {
				got := summaryBy(a, bot.Brief{Sentences: n})
				words := quotedWords(got)
				switch {
				case len(got) == 0, n == 0 && len(got) > 3, n == 1 && len(got) > 1, words > maxSummaryWords:
					t.Errorf("%s, %d asked for: %d sentences, %d words", it.ID, n, len(got), words)
				case words*4 > all && len(got) > 1:
					t.Errorf("%s, %d asked for: %d words of %d", it.ID, n, words, all)
				case words*4 > all && n == 0:
					beyond++
				}
				if n == 0 && len(got) == 3 {
					full++
				}
			}
		}
		t.Logf("%s: %d with three sentences, %d with one that is more than a quarter", name, full, beyond)
	}
}

func TestOneSentenceIsQuotedHoweverLong(t *testing.T) {
	const text = "The port of Vellmar will close its northern basin in October after a century of trade, the city council decided. The basin handles a third of all grain. It is the last one."
	for _, words := range []int{0, 1, 5} {
		if got := summaryBy(bot.Article{Title: "x", Text: text}, bot.Brief{QuoteWords: words}); len(got) != 1 || got[0] != "The basin handles a third of all grain." {
			t.Errorf("%d words: %q", words, got)
		}
	}
	if got := summaryBy(bot.Article{Title: "x", Text: text}, bot.Brief{QuoteWords: 30}); quotedWords(got) <= 20 || quotedWords(got) > 30 {
		t.Errorf("30 words: %q", got)
	}
}

func TestQuoteWordsTakeThePlaceOfBothLimits(t *testing.T) {
	a := bot.Article{Title: "x", Text: strings.Join([]string{harbour, newsEnglish().Text, opinionEnglish().Text, graveEnglish().Text}, "\n\n")}
	all := quotedWords([]string{a.Text})
	for _, n := range []int{20, 60, 180} {
		if got := quotedWords(summaryBy(a, bot.Brief{Sentences: 50, QuoteWords: n})); got > n || got < n-20 {
			t.Errorf("%d words, and %d were allowed", got, n)
		}
	}
	if got := quotedWords(summaryBy(a, bot.Brief{Sentences: 50})); got > maxSummaryWords || got*4 > all || got < 70 {
		t.Errorf("%d words of %d", got, all)
	}
}

func TestPublishersLimit(t *testing.T) {
	for _, base := range []bot.Article{newsEnglish(), opinionEnglish(), newsGerman(), opinionUrdu()} {
		for _, n := range []int{40, 80, 160, 320, 1_000_000} {
			a := base
			a.Snippet = n
			d, err := newWriter(t).Digest(t.Context(), a, bot.Brief{QuoteWords: 200})
			if bot.ReasonCode(err) == "nosnippet" && n < 100 {
				if !strings.Contains(bot.Explain(err), "max-snippet") || strings.Contains(bot.Explain(err), "\n") {
					t.Errorf("%s, %d: %v", a.ID, n, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %d: %v", a.ID, n, err)
				continue
			}
			var shown []int
			var text []string
			for _, s := range d.Summary {
				shown, text = append(shown, s.Evidence...), append(text, s.Text)
			}
			if got := utf8.RuneCountInString(strings.Join(text, " ")); got > n || got == 0 {
				t.Errorf("%s: %d characters, and %d are allowed", a.ID, got, n)
			}
			for _, q := range append(d.Questions, d.Spares...) {
				if !slices.Contains(shown, q.Evidence[0]) && strings.ContainsAny(q.Text, "“„«") && !strings.Contains(q.Text, a.Title) {
					t.Errorf("%s, %d characters: %q quotes more than the summary", a.ID, n, q.Text)
				}
			}
		}
	}
	made := bot.Article{TitleMade: true, Title: "The port of Vellmar will close its northern basin in October…", Text: harbour, Snippet: 120}
	if d, err := newWriter(t).Digest(t.Context(), made, bot.Brief{}); err == nil {
		for _, s := range d.Summary {
			if utf8.RuneCountInString(made.Title+s.Text) > made.Snippet {
				t.Errorf("with a title made of the text, %q is shown beside it", s.Text)
			}
		}
	} else if bot.ReasonCode(err) != "nosnippet" {
		t.Error(err)
	}
	a := newsEnglish()
	a.Snippet = bot.NoSnippet
	_, err := newWriter(t).Digest(t.Context(), a, bot.Brief{QuoteWords: 500})
	if bot.ReasonCode(err) != "nosnippet" || strings.Contains(bot.Explain(err), "\n") {
		t.Errorf("nosnippet: %v", err)
	}
}
