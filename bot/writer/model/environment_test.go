package model

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"colloquy/bot/writer/model/modeltest"
)

// The libraries read keys, addresses, headers and more from the environment when
// they are used as their pages say. Here nothing comes from there.
func TestNothingIsReadFromTheEnvironment(t *testing.T) {
	elsewhere := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a request went to the address of the environment: %s", r.URL)
	})
	profile := filepath.Join(t.TempDir(), "s3cret-token")
	if err := os.WriteFile(profile, []byte("s3cret-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"ANTHROPIC_API_KEY": "s3cret", "ANTHROPIC_AUTH_TOKEN": "s3cret", "ANTHROPIC_BASE_URL": elsewhere, "ANTHROPIC_PROFILE": "s3cret",
		"ANTHROPIC_CONFIG_DIR": filepath.Dir(profile), "ANTHROPIC_CUSTOM_HEADERS": "X-S3cret: s3cret\nUser-Agent: s3cret",
		"ANTHROPIC_IDENTITY_TOKEN": "s3cret", "ANTHROPIC_IDENTITY_TOKEN_FILE": profile, "ANTHROPIC_FEDERATION_RULE_ID": "s3cret",
		"ANTHROPIC_ORGANIZATION_ID": "s3cret", "ANTHROPIC_WORKSPACE_ID": "s3cret", "ANTHROPIC_MODEL": "s3cret",
		"OPENAI_API_KEY": "s3cret", "OPENAI_ADMIN_KEY": "s3cret", "OPENAI_ORG_ID": "s3cret", "OPENAI_PROJECT_ID": "s3cret",
		"OPENAI_WEBHOOK_SECRET": "s3cret", "OPENAI_BASE_URL": elsewhere, "OPENAI_CUSTOM_HEADERS": "X-S3cret: s3cret\nAuthorization: Bearer s3cret",
		"OPENAI_MODEL": "s3cret", "OLLAMA_HOST": elsewhere, "OLLAMA_API_KEY": "s3cret",
		"HTTP_PROXY": elsewhere, "HTTPS_PROXY": elsewhere, "ALL_PROXY": elsewhere, "http_proxy": elsewhere, "https_proxy": elsewhere, "NO_PROXY": "",
		"OTEL_SERVICE_NAME": "s3cret", "OTEL_EXPORTER_OTLP_ENDPOINT": elsewhere, "TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	} {
		t.Setenv(name, value)
	}
	allowed := []string{"Accept", "Accept-Encoding", "Anthropic-Version", "Authorization", "Content-Length", "Content-Type", "User-Agent", "X-Api-Key"}
	for _, p := range providers {
		for _, key := range []string{modeltest.DefaultKey, ""} {
			if key == "" && p == Anthropic {
				continue
			}
			s := modeltest.New(t, modeltest.Options{NoKey: true})
			s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer}))
			c, _ := open(t, Options{Provider: p, URL: s.URL, Key: key})
			if _, err := c.Complete(t.Context(), aRequest()); err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			call := s.Calls()[0]
			if call.Key != key || call.Model != "some-model" {
				t.Errorf("%s: key %q, model %q", p, call.Key, call.Model)
			}
			for name, values := range call.Header {
				if !slices.Contains(allowed, name) || strings.Contains(strings.Join(values, " "), "s3cret") {
					t.Errorf("%s: header %s: %s", p, name, values)
				}
			}
			if strings.Contains(string(call.Body), "s3cret") {
				t.Errorf("%s: body %s", p, call.Body)
			}
			if err := c.Check(t.Context()); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
		if _, err := New(Options{Provider: p, Model: map[bool]string{true: "", false: "m"}[p == Ollama]}); err == nil {
			t.Errorf("%s: a key or a model was found that nobody gave", p)
		}
	}
	for p, base := range map[string]string{Anthropic: "https://api.anthropic.com", OpenAI: "https://api.openai.com/v1", Ollama: "http://127.0.0.1:11434"} {
		c, _ := open(t, Options{Provider: p, Key: "k"})
		w, got := wireOf(t, c), &captured{}
		w.next = got
		failure(t, c, BadRequest)
		if w.base != base || !strings.HasPrefix(got.URL, base) {
			t.Errorf("%s is at %s, and %s was asked", p, w.base, got.URL)
		}
	}
}
