package writer

import (
	"testing"

	"colloquy/bot"
)

// Over the evaluation articles every question passes every check again, every
// set keeps the rules for sets, and hardly any question passes for another article.
func TestQuestionsOfTheEvaluationArticles(t *testing.T) {
	oneByOne(t)
	for _, name := range []string{"cnndm.jsonl", "bbc.jsonl", "urdu.jsonl"} {
		t.Run(name, func(t *testing.T) {
			items := evalSet(t, name)
			var digests []bot.Digest
			count := map[int]int{}
			total := 0
			for _, it := range items {
				a := it.article()
				d := digestOf(t, a, 5)
				digests = append(digests, d)
				count[len(d.Questions)]++
				total += len(d.Questions)
				c := Check(a, d)
				if len(c.Summary) != len(d.Summary) || len(c.Questions) != len(d.Questions) || len(c.Spares) != len(d.Spares) {
					t.Errorf("%s: %v", it.ID, c.Dropped[len(d.Dropped):])
				}
			}
			passed := 0
			for i, d := range digests {
				wrong := checkerFor(items[(i+7)%len(items)].article())
				for _, q := range d.Questions {
					if !wrong.question(q).failed() {
						passed++
						t.Logf("passes for another article: %q", q.Text)
					}
				}
			}
			t.Logf("%d articles, %.2f questions each, %v; %d of %d pass for a wrong article", len(items), float64(total)/float64(len(items)), count, passed, total)
			if passed*20 > total {
				t.Errorf("%d of %d questions pass for a wrong article", passed, total)
			}
		})
	}
}

// The bot's first article: the questions that DESIGN and the issue ask for.
func TestQuestionsOfTheFirstArticle(t *testing.T) {
	f := sharedFile(t, "articles", "pak-russia-ties.txt")
	text := make([]byte, 1<<16)
	n, err := f.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	d := digestOf(t, bot.Article{Title: "x", TitleMade: true, Text: string(text[:n])}, 5)
	if !d.Opinion || len(d.Questions) < 3 {
		t.Fatalf("opinion %v, %d questions", d.Opinion, len(d.Questions))
	}
	moves := map[string]bool{}
	for _, q := range d.Questions {
		moves[q.Move] = true
		t.Logf("%-11s %s", q.Move, q.Text)
	}
	if len(moves) < 3 || !moves["counter"] {
		t.Errorf("moves %v", moves)
	}
}
