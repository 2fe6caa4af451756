package main

import (
	"encoding/json"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot/writer/model/modeltest"
)

// BenchmarkTokensForWriters measures the table of docs/writers.md: what digests
// take while the prompt's cache is warm, when it is cold each time, and when half
// of what the model says is false. A token is four bytes.
func BenchmarkTokensForWriters(b *testing.B) {
	const articles = "../../../shared/eval/summary"
	if _, err := os.Stat(articles); err != nil {
		b.Skip("the articles are not here: ", err)
	}
	var hours atomic.Int64
	began := time.Now()
	hourly := func() time.Time { return began.Add(time.Duration(hours.Add(1)) * time.Hour) }
	for _, mode := range []struct {
		name   string
		now    func() time.Time
		behave func(modeltest.Call) modeltest.Reply
	}{
		{"warm", nil, modeltest.Good()}, {"cold", hourly, modeltest.Good()}, {"half-false", nil, modeltest.NewLiar(7, 0.5).Reply},
	} {
		b.Run(mode.name, func(b *testing.B) {
			for b.Loop() {
				s := modeltest.New(b, modeltest.Options{Now: mode.now})
				s.Behave(mode.behave)
				env := []string{"COLLOQUY_WRITER_URL=" + s.URL, "COLLOQUY_WRITER_KEY=" + modeltest.DefaultKey}
				r := cli(b, env, "", "eval", articles, "--writer", "anthropic", "--jobs", "1", "--format", "json")
				var e evalJSON
				if err := json.Unmarshal([]byte(r.stdout), &e); err != nil {
					b.Fatalf("%v: %s", err, r.stderr)
				}
				for _, id := range []string{"tokens_input", "tokens_cache_write", "tokens_cache_read", "tokens_output", "calls"} {
					b.ReportMetric(*e.value(figure{ID: id}), id)
				}
			}
		})
	}
}
