package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"colloquy/bot/writer/model/modeltest"
)

const chatAnswer = `{"choices":[{"finish_reason":"stop","message":{"content":"{\"summary\":\"It rained.\"}"}}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`

// What another server does not know is left out, once that is clear, and stays so.
func TestServersThatKnowLess(t *testing.T) {
	for _, tt := range []struct {
		status  int
		refusal string
		unknown func(body string) bool
	}{
		{400, `{"error":{"message":"'response_format.type' must be 'text' or 'json_object'","param":"response_format"}}`, has("json_schema")},
		{404, `{"error":{"message":"No endpoint of this model was found that knows structured outputs"}}`, has("json_schema")},
		{422, `{"detail":"json_schema is not supported by this model"}`, has("json_schema")},
		{400, `{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.","code":"unsupported_parameter","param":"max_tokens"}}`, has(`"max_tokens"`)},
	} {
		calls := 0
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			calls++
			body, _ := io.ReadAll(r.Body)
			if has("store")(string(body)) || has("prompt_cache_key")(string(body)) {
				t.Errorf("what only OpenAI knows: %s", body)
			}
			if tt.unknown(string(body)) {
				sends(tt.status, "application/json", tt.refusal)(w, r)
				return
			}
			sends(200, "application/json", chatAnswer)(w, r)
		})
		c, at := open(t, Options{Provider: OpenAI, URL: url})
		for n, want := range []int{2, 1, 1} {
			calls = 0
			a, err := c.Complete(t.Context(), aRequest())
			if err != nil || calls != want || a.Spent.Calls != want {
				t.Errorf("%s: request %d: %d calls, spent %+v, %v", tt.refusal, n+1, calls, a.Spent, err)
			}
		}
		if len(at.waits) > 0 {
			t.Errorf("waited %v", at.waits)
		}
	}
}

func has(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

// A server that refuses every form is not asked for ever.
func TestServersThatKnowNothing(t *testing.T) {
	calls := 0
	c, _ := open(t, Options{Provider: OpenAI, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		sends(400, "application/json", `{"error":{"message":"no response_format, and no max_completion_tokens"}}`)(w, r)
	})})
	failure(t, c, BadRequest)
	if calls != 2 {
		t.Errorf("asked %d times", calls)
	}
}

// Servers count tokens in the last piece, in one that has nothing else, or on and
// on in every piece.
func TestTokensOfStreams(t *testing.T) {
	const usage = `"usage":{"prompt_tokens":10,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2}}`
	piece := func(delta, end string, n int) string {
		return fmt.Sprintf(`data: {"choices":[{"index":0,"delta":{"content":%q},"finish_reason":%s}],`+usage+"}\n\n", delta, end, n)
	}
	for _, text := range []string{
		piece("{", "null", 1) + piece("}", `"stop"`, 2) + "data: [DONE]\n\n",
		piece("{", "null", 1) + piece("}", `"stop"`, 1) + fmt.Sprintf(`data: {"choices":[],`+usage+"}\n\n", 2),
		piece("{}", `"stop"`, 2) + "data: {\"choices\":[],\"usage\":null}\n\n",
	} {
		c, _ := open(t, Options{Provider: OpenAI, Stream: true, URL: serve(t, sends(200, "text/event-stream", text))})
		a, err := c.Complete(t.Context(), aRequest())
		if err != nil || a.Spent.Input != 5 || a.Spent.CacheRead != 3 || a.Spent.CacheWrite != 2 || a.Spent.Output != 2 {
			t.Errorf("%s: spent %+v, %v", text, a.Spent, err)
		}
	}
}

// OpenAI itself knows its own language: a refusal there is one.
func TestOpenAIItselfIsNotAskedForLess(t *testing.T) {
	c, _ := open(t, Options{Provider: OpenAI, Key: "k"})
	sent := 0
	wireOf(t, c).next = roundTrip(func(r *http.Request) (*http.Response, error) {
		sent++
		return &http.Response{StatusCode: 400, Header: http.Header{}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"error":{"message":"Invalid schema for response_format 'digest'","param":"response_format"}}`))}, nil
	})
	failure(t, c, BadRequest)
	if sent != 1 {
		t.Errorf("asked %d times", sent)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Models that think are told not to, since that takes long; where the server
// does not know how, they are left to.
func TestOllamaAndThinking(t *testing.T) {
	var bodies []string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		if strings.Contains(string(body), `"think"`) {
			sends(400, "application/json", `{"error":"\"some-model\" does not support thinking"}`)(w, r)
			return
		}
		sends(200, "application/json", `{"message":{"content":"{}"},"done":true,"done_reason":"stop"}`)(w, r)
	})
	c, _ := open(t, Options{Provider: Ollama, URL: url})
	for n, want := range []int{2, 1} {
		bodies = nil
		a, err := c.Complete(t.Context(), aRequest())
		if err != nil || len(bodies) != want || a.Spent.Calls != want {
			t.Errorf("request %d: %d sent, spent %+v, %v", n+1, len(bodies), a.Spent, err)
		}
	}
}

func TestOllamaIsToldTheLengthOfItsContext(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer}))
	r := aRequest()
	r.Turns[0].Text = strings.Repeat("It rained. ", 8000) // 22,000 tokens
	c, _ := open(t, Options{Provider: Ollama, URL: s.URL})
	if _, err := c.Complete(t.Context(), r); code(err) != TooLong {
		t.Errorf("in 16,384 tokens: %v", err)
	}
	c, _ = open(t, Options{Provider: Ollama, URL: s.URL, Context: 32768})
	if _, err := c.Complete(t.Context(), r); err != nil || s.Calls()[1].Truncated {
		t.Errorf("in 32,768 tokens: %v", err)
	}
}

func code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

func TestCheck(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{Models: []string{"there", "meta/there"}})
	for _, p := range providers {
		for _, tt := range []struct{ model, key, code, text string }{
			{"there", modeltest.DefaultKey, "<nil>", ""},
			{"meta/there", modeltest.DefaultKey, "<nil>", ""},
			{"gone", modeltest.DefaultKey, UnknownModel, map[bool]string{true: `run "ollama pull gone"`, false: `has no model "gone"`}[p == Ollama]},
			{"there", "wrong", Unauthorized, "does not accept the key"},
		} {
			if p == Ollama && tt.key == "wrong" {
				continue // it wants none
			}
			c, _ := open(t, Options{Provider: p, URL: s.URL, Key: tt.key, Model: tt.model})
			if err := c.Check(t.Context()); code(err) != tt.code || err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%s, model %s, key %s: %v, want %s", p, tt.model, tt.key, err, tt.code)
			}
		}
		c, _ := open(t, Options{Provider: p, URL: serve(t, sends(200, "text/html", "<html>")), Key: "k"})
		if err := c.Check(t.Context()); code(err) != BadServer {
			t.Errorf("%s, a web page: %v", p, err)
		}
		if _, err := c.breaker.enter(); err != nil {
			t.Errorf("%s: a check that fails closes the way: %v", p, err)
		}
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d answers were asked for", n)
	}
}

// Many servers that speak Chat Completions have only a list of models, or not even that.
func TestCheckOfServersWithoutTheMethod(t *testing.T) {
	for _, tt := range []struct{ list, model, code string }{
		{`{"object":"list","data":[{"id":"qwen3"},{"id":"llama"}]}`, "llama", "<nil>"},
		{`{"object":"list","data":[{"id":"qwen3"}]}`, "llama", UnknownModel},
		{`{"object":"list","data":[]}`, "llama", "<nil>"},
		{"", "llama", "<nil>"},
	} {
		c, _ := open(t, Options{Provider: OpenAI, Model: tt.model, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/models" && tt.list != "" {
				sends(200, "application/json", tt.list)(w, r)
				return
			}
			sends(404, "application/json", `{"detail":"Not Found"}`)(w, r)
		})})
		if err := c.Check(t.Context()); code(err) != tt.code {
			t.Errorf("%s: %v, want %s", tt.list, err, tt.code)
		}
	}
	c, _ := open(t, Options{Provider: Ollama, URL: serve(t, sends(200, "application/json", `{"capabilities":["embedding"]}`))})
	if err := c.Check(t.Context()); code(err) != UnknownModel || !strings.Contains(err.Error(), "can't write") {
		t.Errorf("a model that makes no text: %v", err)
	}
}

// FuzzWire feeds all three readers with what a server may send: there is an
// answer that is JSON, or an error in one line.
func FuzzWire(f *testing.F) {
	f.Add(200, "application/json", chatAnswer)
	f.Add(200, "application/json", `{"content":[{"type":"text","text":"{\"a\":1}"}],"stop_reason":"end_turn","usage":{"input_tokens":-5}}`)
	f.Add(200, "text/event-stream", "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n"+
		"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"+
		"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"{}\"}}\n\n"+
		"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
	f.Add(200, "text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{}\",\"tool_calls\":[{\"index\":9}]},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	f.Add(200, "text/event-stream", "event: error\ndata: {\"error\":{\"type\":\"overloaded_error\"}}\n\n")
	f.Add(200, "application/x-ndjson", "{\"message\":{\"content\":\"{\"}}\n{\"message\":{\"content\":\"}\"},\"done\":true,\"done_reason\":\"stop\"}\n")
	f.Add(400, "application/json", `{"error":{"type":[],"code":7,"message":{}}}`)
	f.Add(404, "application/json", `{"error":"model 'x' not found"}`)
	f.Add(302, "text/html", "")
	f.Add(500, "text/html", "<html>")
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		for _, p := range providers {
			for _, stream := range []bool{false, true} {
				m, err := New(Options{Provider: p, Key: "k", Model: "m", Stream: stream, Clock: newClock().now, Prices: Prices{Input: 1e6, Output: 1e6}})
				if err != nil {
					t.Fatal(err)
				}
				c := m.(*client)
				c.wait = newClock().wait
				wireOf(&testing.T{}, c).next = roundTrip(func(r *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: 100 + (status%500+500)%500, Header: http.Header{"Content-Type": {kind}, "Retry-After": {kind}, "Location": {body}},
						Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				})
				a, err := c.Complete(t.Context(), aRequest())
				var e *Error
				switch {
				case err == nil && !json.Valid(a.JSON):
					t.Errorf("%s: no JSON: %q", p, a.JSON)
				case err != nil && (!errors.As(err, &e) || strings.ContainsAny(e.Text, "\n\r\x00") || len(e.Text) > 400):
					t.Errorf("%s: no line for people: %q", p, err)
				case a.Spent.Cost < 0 || a.Spent.Tokens() < 0 || e != nil && (e.Spent.Cost < 0 || e.Spent.Tokens() < 0):
					t.Errorf("%s: spent %+v", p, a.Spent)
				}
				_ = c.Check(t.Context())
			}
		}
	})
}
