package main

import (
	"strings"
	"testing"
	"time"

	"colloquy/bot/writer/model"
)

func TestConfigReadsTheWriter(t *testing.T) {
	c, err := ParseConfig("colloquy.yaml", []byte(`
writer:
  use: openai
  url: http://localhost:8000/v1
  key: sk-1
  model: small
  proxy: http://proxy.example:3128
  stream: true
  context: 8192
  timeout: 40s
  prompts: mine
  daily_tokens: 2000000
  daily_cost: 1.5
  prices: {input: 1, output: 5, cache_read: 0.1}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := WriterConfig{
		URL: Said{"http://localhost:8000/v1", "colloquy.yaml:4"}, Key: Said{"sk-1", "colloquy.yaml:5"}, Model: Said{"small", "colloquy.yaml:6"},
		Proxy: Said{"http://proxy.example:3128", "colloquy.yaml:7"}, Stream: true, Context: 8192, Timeout: 40 * time.Second,
		DailyTokens: 2_000_000, DailyCost: 1.5,
		Prices: model.Prices{Input: 1, CacheRead: 0.1, CacheWrite: 1, Output: 5}, // what nothing is said of costs as much as input
	}
	if c.Writer != want {
		t.Errorf("got  %+v\nwant %+v", c.Writer, want)
	}
	c2, err := ParseConfig("colloquy.yaml", []byte("writer: {prices: {input: 2, output: 3, cache_write: 2.5}}"))
	if err != nil || c2.Writer.Prices != (model.Prices{Input: 2, CacheRead: 2, CacheWrite: 2.5, Output: 3}) {
		t.Errorf("%v: %+v", err, c2)
	}
	if c.flags["writer"] != "openai" || c.flags["prompts"] != "mine" || c.at["writer"] != "colloquy.yaml:3" {
		t.Errorf("flags %v at %v", c.flags, c.at)
	}
}

func TestConfigOfTheWriterNamesTheLine(t *testing.T) {
	tests := []struct{ text, want string }{
		{"use: gpt", `2: "gpt" is none of extractive, anthropic, openai, ollama`},
		{"modle: x", `2: writer has no key "modle": did you mean "model"?`},
		{"key: [x]", "2: a single value belongs here"},
		{"timeout: 5s", "2: 5s cannot be used here: give a time from 10s to 10m"},
		{"timeout: 1h", "2: 1h cannot be used here"},
		{"context: 100", `2: "100" cannot be used here`},
		{"stream: maybe", "2: this is neither true nor false"},
		{"daily_tokens: 0", `2: "0" cannot be used here`},
		{"daily_cost: 2", "2: daily_cost needs to know what tokens cost: add prices"},
		{"daily_cost: 0\n  prices: {input: 1, output: 2}", "2: daily_cost is nothing"},
		{"daily_cost: -1", `2: "-1" is no amount`},
		{"daily_cost: .nan", `2: ".nan" is no amount`},
		{"daily_cost: NaN", `2: "NaN" is no amount`},
		{"daily_cost: 2 USD", `2: "2 USD" is no amount: write a number`},
		{"prices: {input: 1}", "2: prices needs a output"},
		{"prices: {input: 1, output: 1e9}", `2: "1e9" is no amount`},
	}
	for _, tt := range tests {
		_, err := ParseConfig("colloquy.yaml", []byte("writer:\n  "+tt.text+"\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "colloquy.yaml:"+tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v\nwant colloquy.yaml:%s…", tt.text, err, tt.want)
		}
	}
}

// What takes effect when serve starts again is named by its key.
func TestWriterThatNeedsARestart(t *testing.T) {
	read := func(text string) *Config {
		c, err := ParseConfig("colloquy.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	was := read("writer:\n  use: openai\n  key: a\n")
	a := &app{config: was, said: map[string]string{"writer": "colloquy.yaml:2"}}
	for text, want := range map[string]string{
		"db: x.db\n\nwriter:\n  use: openai\n  key: a\n":   "db", // only its lines moved
		"writer:\n  use: openai\n  key: b\n":               "writer",
		"writer:\n  use: ollama\n  key: a\n":               "writer.use",
		"writer:\n  use: openai\n  key: a\n  prompts: p\n": "writer.prompts",
	} {
		if got := strings.Join(a.restarts(read(text)), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	a.said["writer"] = "--writer"
	if got := a.restarts(read("writer:\n  use: ollama\n  key: a\n")); len(got) > 0 {
		t.Errorf("a flag says who writes, and %v is to need a restart", got)
	}
}
