package model

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A captured request is what one golden file holds.
type captured struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// capture keeps a request that would have gone out, and answers it with an error.
func (c *captured) RoundTrip(r *http.Request) (*http.Response, error) {
	*c = captured{Method: r.Method, URL: r.URL.String(), Headers: map[string]string{}}
	for name, values := range r.Header {
		c.Headers[name] = strings.Join(values, " | ")
	}
	if r.Body != nil {
		c.Body, _ = io.ReadAll(r.Body)
	}
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

// wireOf is where a client's requests go out.
func wireOf(t *testing.T, c *client) *wire {
	t.Helper()
	switch p := c.provider.(type) {
	case *anthropicProvider:
		return p.wire
	case *openAIProvider:
		return p.wire
	case *ollamaProvider:
		return p.wire
	}
	t.Fatal("another provider")
	return nil
}

// What goes out is what the files say, to the header: what a library adds by
// itself must be noticed when it is renewed.
func TestGoldenRequests(t *testing.T) {
	plain := func(c *client) { c.provider.(*openAIProvider).plain.Store(true) }
	newest := func(c *client) { c.provider.(*openAIProvider).newest.Store(true) }
	thoughtless := func(c *client) { c.provider.(*ollamaProvider).thoughtless.Store(true) }
	for _, tt := range []struct {
		file string
		o    Options
		set  func(*client)
	}{
		{"anthropic", Options{Provider: Anthropic, Key: "the-key"}, nil},
		{"anthropic_stream", Options{Provider: Anthropic, Key: "the-key", Stream: true}, nil},
		{"anthropic_gateway", Options{Provider: Anthropic, Key: "the-key", URL: "https://gateway.example/claude/v1/messages", Model: "claude-sonnet-5-5"}, nil},
		{"openai", Options{Provider: OpenAI, Key: "the-key"}, nil},
		{"openai_stream", Options{Provider: OpenAI, Key: "the-key", Stream: true}, nil},
		{"openai_other", Options{Provider: OpenAI, URL: "http://localhost:8000", Model: "qwen3"}, nil},
		{"openai_other_stream", Options{Provider: OpenAI, URL: "http://localhost:8000", Model: "qwen3", Stream: true}, nil},
		{"openai_other_json", Options{Provider: OpenAI, URL: "http://localhost:8000", Model: "qwen3"}, plain},
		{"openai_other_newest", Options{Provider: OpenAI, URL: "https://gateway.example/openai/v1", Key: "the-key", Model: "gpt-5.4-mini"}, newest},
		{"ollama", Options{Provider: Ollama, Model: "qwen3:8b"}, nil},
		{"ollama_stream", Options{Provider: Ollama, Model: "qwen3:8b", Stream: true, Context: 32768, Key: "the-key"}, nil},
		{"ollama_thoughtless", Options{Provider: Ollama, Model: "llama3.2"}, thoughtless},
	} {
		m, err := New(tt.o)
		if err != nil {
			t.Fatal(err)
		}
		c, got := m.(*client), &captured{}
		wireOf(t, c).next = got
		if tt.set != nil {
			tt.set(c)
		}
		r := aRequest()
		r.Turns = append(r.Turns, Turn{Assistant: true, Text: anAnswer}, Turn{Text: "summary 1: the name “Fernando” is not in the article"})
		if _, err := c.Complete(t.Context(), r); err == nil {
			t.Fatal("no error of status 400")
		}
		compare(t, tt.file, got)
	}
}

func TestGoldenChecks(t *testing.T) {
	for _, o := range []Options{
		{Provider: Anthropic, Key: "the-key"},
		{Provider: OpenAI, Key: "the-key", URL: "https://gateway.example/v1", Model: "meta/llama-3"},
		{Provider: Ollama, Model: "qwen3:8b", Stream: true},
	} {
		m, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		got := &captured{}
		wireOf(t, m.(*client)).next = got
		if err := m.Check(t.Context()); err == nil {
			t.Fatal("no error of status 400")
		}
		compare(t, o.Provider+"_check", got)
	}
}

func compare(t *testing.T, file string, got *captured) {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", file+".json")
	if *update {
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), want) {
		t.Errorf("%s is not what goes out (go test -update writes it anew):\n%s", path, text.Bytes())
	}
}
