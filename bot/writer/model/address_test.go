package model

import (
	"errors"
	"math"
	"strings"
	"testing"

	"colloquy/bot"
)

func spentOf(input, read, write, output int64) bot.Spent {
	return bot.Spent{Input: input, CacheRead: read, CacheWrite: write, Output: output}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ provider, given, base string }{
		{Anthropic, "", "https://api.anthropic.com"},
		{Anthropic, "https://api.anthropic.com/", "https://api.anthropic.com"},
		{Anthropic, "https://api.anthropic.com/v1", "https://api.anthropic.com"},
		{Anthropic, " https://api.anthropic.com/v1/messages\n", "https://api.anthropic.com"},
		{Anthropic, "https://gateway.example/anthropic/v1/", "https://gateway.example/anthropic"},
		{OpenAI, "", "https://api.openai.com/v1"},
		{OpenAI, "https://api.openai.com", "https://api.openai.com/v1"},
		{OpenAI, "https://api.openai.com/v1/", "https://api.openai.com/v1"},
		{OpenAI, "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"},
		{OpenAI, "https://api.openai.com/chat/completions", "https://api.openai.com/v1"},
		{OpenAI, "https://eu.api.openai.com", "https://eu.api.openai.com/v1"},
		{OpenAI, "http://localhost:8000", "http://localhost:8000/v1"},
		{OpenAI, "http://localhost:8000/v1/models", "http://localhost:8000/v1"},
		{OpenAI, "HTTP://[::1]:8000", "http://[::1]:8000/v1"},
		{OpenAI, "https://openrouter.ai/api", "https://openrouter.ai/api/v1"},
		{OpenAI, "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"},
		{OpenAI, "https://generativelanguage.googleapis.com/v1beta/openai/", "https://generativelanguage.googleapis.com/v1beta/openai"},
		{OpenAI, "https://open.example/api/paas/v4/chat/completions", "https://open.example/api/paas/v4"},
		{OpenAI, "https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai"}, // it has no version
		{OpenAI, "https://host.example/vision", "https://host.example/vision/v1"},           // and that is none
		{Ollama, "", "http://127.0.0.1:11434"},
		{Ollama, "http://ollama:11434/", "http://ollama:11434"},
		{Ollama, "http://ollama:11434/api", "http://ollama:11434"},
		{Ollama, "http://ollama:11434/api/chat", "http://ollama:11434"},
		{Ollama, "http://ollama:11434/v1/chat/completions", "http://ollama:11434"},
		{Ollama, "https://home.example/ollama/api/generate", "https://home.example/ollama"},
	} {
		a, err := readAddress(tt.provider, tt.given)
		if err != nil || a.base != tt.base {
			t.Errorf("%s %q: %q (%v), want %q", tt.provider, tt.given, a.base, err, tt.base)
		}
	}
	for _, given := range []string{
		"localhost:8000", "api.openai.com/v1", "ftp://host.example", "https://", "https:///v1", "http://host:port/", "http://host:99999",
		"https://user:secret@host.example/v1", "https://host.example/v1?key=secret", "https://host.example/v1#secret", "https://host.example/v1?",
		"https://host.example/../v1", "https://host.example/%2e%2e/v1", "https://ho st.example", "https://host.example/\x00", "file:///etc/passwd", "::secret::",
	} {
		_, err := New(Options{Provider: OpenAI, URL: given, Key: "k", Model: "m"})
		if err == nil {
			t.Errorf("%q is taken for an address", given)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q is shown: %v", given, err)
		}
	}
	if _, err := readAddress(OpenAI, "http://localhost:11434/api/chat"); err == nil || !strings.Contains(err.Error(), "ollama") {
		t.Errorf("Ollama's own path with another provider: %v", err)
	}
}

func TestKeysStayInPrivate(t *testing.T) {
	with := func(url, key string) error {
		_, err := New(Options{Provider: OpenAI, URL: url, Key: key, Model: "m"})
		return err
	}
	for _, url := range []string{
		"http://localhost:1234", "http://127.0.0.1", "http://[::1]:80", "http://10.1.2.3", "http://192.168.0.9:8000", "http://172.16.0.1", "http://[fd00::1]",
		"http://gpu:8000", "http://gpu.local", "http://models.internal", "http://nas.lan:11434", "https://api.example.com",
	} {
		if err := with(url, "k"); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"http://api.example.com", "http://8.8.8.8", "http://[2001:db8::1]", "http://172.32.0.1", "http://2130706433", "http://local", "http://localhost.example", "http://evil-lan.example"} {
		err := with(url, "s3cret")
		if url == "http://local" {
			if err != nil {
				t.Errorf("%s: %v", url, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "clear text") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want that the key would go in clear text", url, err)
		}
		if err := with(url, ""); err != nil {
			t.Errorf("%s without a key: %v", url, err)
		}
	}
	m, err := New(Options{Provider: OpenAI, Key: " \t s3cret\r\n", Model: "m"})
	if err != nil || wireOf(t, m.(*client)).key != "s3cret" {
		t.Errorf("a key with spaces around: %v", err)
	}
	for _, key := range []string{"s3 cret", "s3cret\nX-Evil: 1", "s3cret\x00", "s3cret\u200b", "schlüssel"} {
		if err := with("", key); err == nil || strings.Contains(err.Error(), "cret") {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		code string
		part string
	}{
		{Options{}, "bad_provider", "anthropic, openai or ollama"},
		{Options{Provider: "gemini", Key: "k"}, "bad_provider", `"gemini"`},
		{Options{Provider: Anthropic}, "no_key", "Anthropic needs a key"},
		{Options{Provider: Anthropic, Key: " \n"}, "no_key", "Anthropic needs a key"},
		{Options{Provider: OpenAI}, "no_key", "OpenAI needs a key"},
		{Options{Provider: OpenAI, URL: "https://api.openai.com/v1"}, "no_key", "OpenAI needs a key"},
		{Options{Provider: OpenAI, URL: "http://gpu:8000"}, "no_model", "gpu:8000"},
		{Options{Provider: Ollama}, "no_model", "ollama list"},
		{Options{Provider: Ollama, Model: "a b"}, "bad_model", "copy it again"},
		{Options{Provider: Ollama, Model: strings.Repeat("m", 201)}, "bad_model", "copy it again"},
		{Options{Provider: Ollama, Model: "m", URL: "nowhere"}, "bad_url", "http://127.0.0.1:11434"},
		{Options{Provider: Ollama, Model: "m", Proxy: "socks5://name:s3cret@proxy:1080"}, "bad_proxy", "http://proxy.example:3128"},
		{Options{Provider: Ollama, Model: "m", Proxy: "proxy:3128"}, "bad_proxy", "http://proxy.example:3128"},
		{Options{Provider: Ollama, Model: "m", Context: -1}, "bad_context", "-1"},
		{Options{Provider: Ollama, Model: "m", Prices: Prices{Output: -1}}, "bad_prices", "0.8"},
		{Options{Provider: Ollama, Model: "m", Prices: Prices{Input: math.NaN()}}, "bad_prices", "0.8"},
	} {
		_, err := New(tt.o)
		var p *bot.Problem
		if !errors.As(err, &p) || p.Code != tt.code || !strings.Contains(p.Text, tt.part) || strings.Contains(p.Text, "\n") || strings.Contains(p.Text, "s3cret") {
			t.Errorf("%+v: %v, want code %s and %q in one line", tt.o, err, tt.code, tt.part)
		}
	}
	for _, tt := range []struct {
		o    Options
		name string
	}{
		{Options{Provider: Anthropic, Key: "k"}, "claude-haiku-5-5"},
		{Options{Provider: Anthropic, Key: "k", URL: "https://gateway.example"}, "claude-haiku-5-5"},
		{Options{Provider: OpenAI, Key: "k"}, "gpt-5.4-mini"},
		{Options{Provider: OpenAI, URL: "http://gpu:8000", Model: " meta/llama-3 "}, "meta/llama-3"},
		{Options{Provider: Ollama, Model: "qwen3:8b", Proxy: "http://name:s3cret@proxy:3128/"}, "qwen3:8b"},
	} {
		if m, err := New(tt.o); err != nil || m.Name() != tt.name {
			t.Errorf("%+v: %v, %v; want model %s", tt.o, m, err, tt.name)
		}
	}
}
