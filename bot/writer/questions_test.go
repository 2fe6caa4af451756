package writer

import (
	"strings"
	"testing"

	"colloquy/bot"
)

// fixtures are all articles of fixtures_test.go.
func fixtures() []bot.Article {
	return []bot.Article{opinionEnglish(), newsEnglish(), graveEnglish(), opinionGerman(), newsGerman(), opinionSpanish(), newsSpanish(), opinionFrench(), newsFrench(), opinionUrdu()}
}

func digestOf(tb testing.TB, a bot.Article, n int) bot.Digest {
	tb.Helper()
	return digestBy(tb, a, bot.Brief{Questions: n})
}

func digestBy(tb testing.TB, a bot.Article, b bot.Brief) bot.Digest {
	tb.Helper()
	d, err := newWriter(tb).Digest(tb.Context(), a, b)
	if err != nil {
		tb.Fatalf("%s: %v", a.ID, err)
	}
	return d
}

func TestQuestionsOfTheFixtures(t *testing.T) {
	least := map[bot.ID]int{"en-op": 5, "en-news": 3, "en-grave": 1, "de-op": 3, "de-news": 3, "es-op": 3, "es-news": 3, "fr-op": 3, "fr-news": 3, "ur-op": 3}
	for _, a := range fixtures() {
		t.Run(string(a.ID), func(t *testing.T) {
			d := digestBy(t, a, bot.Brief{Questions: 5, QuoteWords: maxSummaryWords}) // they are short texts of our own
			if len(d.Questions) < least[a.ID] || len(d.Questions) > 5 || len(d.Spares) > 2 {
				t.Errorf("%d questions, %d spares: %v", len(d.Questions), len(d.Spares), d.Questions)
			}
			checked := Check(a, d)
			if len(checked.Questions) != len(d.Questions) || len(checked.Spares) != len(d.Spares) || len(checked.Summary) != len(d.Summary) {
				t.Errorf("checked again, something fails: %v", checked.Dropped[len(d.Dropped):])
			}
			if len(d.Questions) >= 3 && !asksAgainst(d.Questions) {
				t.Errorf("nobody asks what is missing or what speaks against it: %v", d.Questions)
			}
		})
	}
}

func TestQuestionsKeepToTheBrief(t *testing.T) {
	for n := 1; n <= 5; n++ {
		if got := len(digestOf(t, opinionEnglish(), n).Questions); got != n {
			t.Errorf("%d questions, want %d", got, n)
		}
	}
	if d := digestOf(t, opinionEnglish(), -1); len(d.Questions)+len(d.Spares) != 0 {
		t.Errorf("questions that nobody wants: %v", d.Questions)
	}
}

func TestNewsIsNotTheAuthors(t *testing.T) {
	for _, a := range []bot.Article{newsEnglish(), graveEnglish()} {
		for _, q := range digestOf(t, a, 5).Questions {
			if strings.Contains(strings.ToLower(q.Text), "the author") || q.Move == "counter" {
				t.Errorf("%s: %q", a.ID, q.Text)
			}
		}
	}
}

func TestQuotedPeopleAreNamed(t *testing.T) {
	for _, q := range append(digestOf(t, newsEnglish(), 5).Questions, digestOf(t, newsEnglish(), 5).Spares...) {
		if strings.Contains(q.Text, "repair the buses") && !strings.Contains(q.Text, "Piet Amsel") ||
			strings.Contains(q.Text, "12,000 cars") && !strings.Contains(q.Text, "Ilse Hartog") {
			t.Errorf("somebody's words without the name: %q", q.Text)
		}
	}
}

func TestGraveArticlesAreAskedSoberly(t *testing.T) {
	a := graveEnglish()
	if c := checkerFor(a); !c.grave {
		t.Fatal("the article about a death is not seen as grave")
	}
	a.Text += `

“The council should widen the cycle lane on the bridge,” said Maud Ellery. “Lorries should use the ring road at night,” said Ruth Orme, director of the road office.

“Parents should be heard before the council decides,” said Ned Hale, chairman of the school board. “Drivers must learn to look twice at corners,” said Ned Hale.`
	d := digestOf(t, a, 5)
	if len(d.Questions) > 2 {
		t.Errorf("%d questions under a death", len(d.Questions))
	}
	for _, q := range append(d.Questions, d.Spares...) {
		for _, w := range []string{"died", "killed", "death", "strongest case"} {
			if strings.Contains(q.Text, w) {
				t.Errorf("%q in %q", w, q.Text)
			}
		}
	}
	for _, a := range []bot.Article{opinionEnglish(), newsEnglish(), opinionGerman(), newsSpanish(), newsFrench(), opinionUrdu()} {
		if checkerFor(a).grave {
			t.Errorf("%s is not grave", a.ID)
		}
	}
}

func TestNoQuestionsInALanguageWithoutWords(t *testing.T) {
	a := bot.Article{Title: "Il fiume", Language: "it", Text: "Il comune dovrebbe aprire le rive del fiume ai cittadini. Dobbiamo piantare alberi lungo la strada. Una città senza alberi perde sempre i suoi anziani. Le case vicino al fiume costeranno di più nei prossimi anni. Il sindaco ha detto che il piano è troppo costoso per la città."}
	d := digestOf(t, a, 5)
	if d.Language != "it" || len(d.Questions)+len(d.Spares) != 0 {
		t.Errorf("language %q, questions %v", d.Language, d.Questions)
	}
}

func TestAPressedWriterSaysLess(t *testing.T) {
	for _, text := range []string{
		"The shop opened at nine. A man bought bread. Two dogs slept outside. It rained. The man went home. The shop closed at five.",
		"They said that it would be so. This was what she meant by that. It did.",
		"One sentence only.",
	} {
		d, err := newWriter(t).Digest(t.Context(), bot.Article{Title: "A day", TitleMade: true, Language: "en", Text: text}, bot.Brief{})
		if err == nil && len(d.Questions) != 0 {
			t.Errorf("%q: %v", text, d.Questions)
		}
	}
}

func TestTheSameArticleGivesTheSameQuestions(t *testing.T) {
	a, b := digestOf(t, newsEnglish(), 5), digestOf(t, newsEnglish(), 5)
	for i := range a.Questions {
		if a.Questions[i].Text != b.Questions[i].Text {
			t.Errorf("%q, then %q", a.Questions[i].Text, b.Questions[i].Text)
		}
	}
}

func TestSameQuestionOfTwoArticles(t *testing.T) {
	q := "“The city should repair the buses before it builds new toys”, says Piet Amsel. Who might reasonably disagree, and what would they say?"
	tests := []struct {
		other string
		want  bool
	}{
		{q, true},
		{"Piet Amsel says: “The city should repair the buses before it builds new toys”. Who might disagree, and what would they say?", true},
		{"“Oil revenues should be used for productive investment”, says Mohammad Khatami. Who might reasonably disagree, and what would they say?", false},
		{"Who pays for the tram line to the airport?", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := sameQuestion(q, tt.other); got != tt.want {
			t.Errorf("%q: got %v", tt.other, got)
		}
	}
}

// A claim about one article is no question about another.
func TestQuestionsOfAnotherArticleFail(t *testing.T) {
	all := fixtures()
	for i, a := range all {
		other := checkerFor(all[(i+1)%len(all)])
		for _, q := range digestOf(t, a, 5).Questions {
			if !other.question(q).failed() {
				t.Errorf("%q passes for %s", q.Text, all[(i+1)%len(all)].ID)
			}
		}
	}
}

func BenchmarkAsk(b *testing.B) {
	a := newsEnglish()
	for _, more := range []bot.Article{{Text: harbour}, graveEnglish(), opinionEnglish()} {
		a.Text += "\n\n" + more.Text
	}
	for i := 0; len(strings.Fields(a.Text)) < 800; i++ {
		a.Text += "\n\n" + strings.NewReplacer("city", "town", "tram", "ferry", "will", "is said to", "“", "", "”", "").Replace(newsEnglish().Text)
	}
	w := newWriter(b)
	doc := read(a)
	var summary []bot.Statement
	for _, i := range summarize(doc, quotaOf(doc, bot.Brief{})) {
		summary = append(summary, bot.Statement{Text: doc.sentences[i].Text, Evidence: []int{i}})
	}
	b.ReportAllocs()
	for b.Loop() {
		w.ask(newChecker(doc, newLexicon(doc.lang)), summary, 5)
	}
}

func FuzzAsk(f *testing.F) {
	for _, a := range fixtures() {
		f.Add(a.Title, a.Text, a.Language)
	}
	f.Add("“x”", "‘We must’ go. “He said” 'x' said Y, \"z\" that if", "en")
	f.Fuzz(func(t *testing.T, title, text, lang string) {
		a := bot.Article{Title: title, Text: text, Language: lang}
		doc := read(a)
		lex := newLexicon(doc.lang)
		if lex == nil {
			lex = emptyLexicon(doc.lang)
		}
		qs, spares, _ := (&Extractive{}).ask(newChecker(doc, lex), nil, 5)
		d := bot.Digest{Questions: qs, Spares: spares}
		for _, s := range doc.sentences {
			d.Sentences = append(d.Sentences, s.Text)
		}
		if got := Check(a, d); len(got.Questions) != len(qs) || len(got.Spares) != len(spares) {
			t.Errorf("a question of ours fails a check: %v", got.Dropped)
		}
	})
}

func FuzzCheck(f *testing.F) {
	for _, a := range fixtures() {
		f.Add(a.Title, a.Text, "“The city should …”, says Piet Amsel. Who might disagree, and why?", "Here is “a summary” of 1,5.")
	}
	f.Fuzz(func(t *testing.T, title, text, question, statement string) {
		d := bot.Digest{
			Sentences: []string{text, title},
			Summary:   []bot.Statement{{Text: statement, Evidence: []int{0}}, {Text: statement, Evidence: []int{5, -1}}},
			Questions: []bot.Question{{Text: question, Move: "missing", Evidence: []int{1}}, {Text: statement, Move: "counter"}},
		}
		got := Check(bot.Article{Title: title, Text: text}, d)
		if n := len(got.Summary) + len(got.Questions) + len(got.Dropped); n < 4 {
			t.Errorf("something was neither kept nor dropped: %d", n)
		}
	})
}
