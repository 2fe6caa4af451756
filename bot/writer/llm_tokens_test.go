package writer

import (
	"testing"

	"colloquy/bot"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
)

// BenchmarkTokensPerDigest has a model of the tests, which behaves well, write
// about fifty news articles of the BBC, one after another, as each provider's
// caches allow. A token is four bytes there.
func BenchmarkTokensPerDigest(b *testing.B) {
	articles := evalSet(b, "bbc.jsonl")[:50]
	for _, provider := range []string{model.Anthropic, model.OpenAI, model.Ollama} {
		b.Run(provider, func(b *testing.B) {
			var sum bot.Spent
			n := 0
			for b.Loop() {
				s := modeltest.New(b, modeltest.Options{})
				w := newLLM(b, s, provider)
				for _, it := range articles {
					d, err := w.Digest(b.Context(), it.article(), bot.Brief{})
					if err != nil || d.Fallback.Code != "" {
						b.Fatalf("%v, %+v", err, d.Fallback)
					}
					sum = sum.Plus(d.Spent)
					n++
				}
				s.Close()
			}
			per := func(tokens int64, unit string) { b.ReportMetric(float64(tokens)/float64(n), unit) }
			per(int64(sum.Calls), "calls/digest")
			per(sum.Input, "input/digest")
			per(sum.CacheRead, "cache-read/digest")
			per(sum.CacheWrite, "cache-write/digest")
			per(sum.Output, "output/digest")
			b.ReportMetric(100*float64(sum.CacheRead)/float64(sum.Tokens()-sum.Output), "%-of-input-cached")
		})
	}
}
