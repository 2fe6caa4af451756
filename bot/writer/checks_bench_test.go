package writer

import (
	"testing"

	"colloquy/bot"
)

// BenchmarkStrictChecks is what holding a model's digest against its article
// takes: reading the article, three sentences and five questions.
func BenchmarkStrictChecks(b *testing.B) {
	a := bot.Article{Title: "Northern basin to close", Text: madeArticle(800)}
	d := digestOf(b, a, 5)
	b.ReportAllocs()
	for b.Loop() {
		c := modelChecker(read(a))
		for _, s := range d.Summary {
			c.statement(s, nil, d.Sentences)
		}
		for _, q := range d.Questions {
			c.question(q)
		}
	}
}
