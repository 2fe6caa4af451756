package model

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"colloquy/bot/writer/model/modeltest"
)

const secret = "sk-s3cret-0123456789"

// Each way in which a provider refuses or fails, in the words that it uses.
// A body is the message of an error of that type or code, in the provider's form.
func TestFailures(t *testing.T) {
	type sent struct {
		status        int
		word, message string
	}
	for _, tt := range []struct {
		code  string
		tries int // that a client makes of it
		text  string
		of    map[string][]sent
	}{
		{Unauthorized, 1, "key", map[string][]sent{
			Anthropic: {{401, "authentication_error", "invalid x-api-key"}, {403, "permission_error", "not allowed to use it"}},
			OpenAI:    {{401, "invalid_api_key", "Incorrect API key provided: " + secret}, {401, "", "no key"}, {403, "", "Country not supported"}},
			Ollama:    {{401, "", "unauthorized"}},
		}},
		{UnknownModel, 1, "some-model", map[string][]sent{
			Anthropic: {{404, "not_found_error", "model: some-model"}},
			OpenAI: {{404, "model_not_found", "The model `some-model` does not exist"}, {400, "", "some-model is not a valid model ID"},
				{404, "NotFoundError", "The model `some-model` does not exist."}, {400, "invalid_model", "Invalid model: some-model"}},
			Ollama: {{404, "", "model 'some-model' not found"}},
		}},
		{Quota, 1, "used up", map[string][]sent{
			Anthropic: {{403, "billing_error", "There is a problem with your account."}, {400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."}},
			OpenAI:    {{429, "insufficient_quota", "You exceeded your current quota"}, {402, "", "Insufficient credits"}, {402, "", "Insufficient Balance"}},
		}},
		{RateLimited, 3, "asked again later", map[string][]sent{
			Anthropic: {{429, "rate_limit_error", "too many tokens a minute"}},
			OpenAI:    {{429, "rate_limit_exceeded", "Rate limit reached"}, {429, "", "slow down"}},
			Ollama:    {{429, "", "too many requests"}},
		}},
		{Overloaded, 3, "overloaded", map[string][]sent{
			Anthropic: {{529, "overloaded_error", "Overloaded"}, {503, "", ""}},
			OpenAI:    {{503, "", "The engine is currently overloaded"}},
			Ollama:    {{503, "", "server busy, please try again"}},
		}},
		{ServerError, 3, "failed (status 5", map[string][]sent{
			Anthropic: {{500, "api_error", "Internal server error"}, {504, "timeout_error", "timed out"}},
			OpenAI:    {{500, "server_error", "Sorry about that!"}, {502, "", "no context"}},
			Ollama:    {{500, "", "llama runner process has terminated: exit status 2"}},
		}},
		{ServerError, 1, "not enough memory", map[string][]sent{
			Ollama: {{500, "", "model requires more system memory (5.6 GiB) than is available (3.1 GiB)"}},
		}},
		{TooLong, 1, "longer", map[string][]sent{
			Anthropic: {{400, "invalid_request_error", "prompt is too long: 209000 tokens > 200000 maximum"}, {413, "request_too_large", "Request exceeds the maximum size"}},
			OpenAI: {{400, "context_length_exceeded", "Your input exceeds it"}, {400, "", "This model's maximum context length is 8192 tokens."},
				{400, "", "the request exceeds the available context size"}},
			Ollama: {{400, "", "the input length exceeds the context length"}, {500, "", "the input length exceeds the context length"}},
		}},
		{Refused, 1, "declined", map[string][]sent{
			OpenAI: {{400, "content_filter", "The response was filtered"}, {403, "", "Your input was flagged"}},
		}},
		{BadRequest, 1, "did not accept", map[string][]sent{
			Anthropic: {{400, "invalid_request_error", "output_config: Extra inputs are not permitted"}},
			OpenAI:    {{400, "invalid_request_error", "Unrecognized request argument supplied: store"}, {422, "", "unprocessable"}},
			Ollama:    {{400, "", "invalid format"}},
		}},
		{BadServer, 1, "check the writer's url", map[string][]sent{
			Anthropic: {{404, "not_found_error", "Not found"}},
			OpenAI:    {{404, "", "Invalid URL (POST /v1/chat/completions)"}, {405, "", "Method Not Allowed"}},
			Ollama:    {{404, "", "page not found"}},
		}},
	} {
		for _, p := range providers {
			for _, s := range tt.of[p] {
				calls := 0
				url := serve(t, func(w http.ResponseWriter, r *http.Request) {
					calls++
					sends(s.status, "application/json", body(p, s.word, s.message))(w, r)
				})
				c, _ := open(t, Options{Provider: p, URL: url, Key: secret})
				t.Run(fmt.Sprintf("%s/%s/%d", tt.code, p, s.status), func(t *testing.T) {
					e := failure(t, c, tt.code)
					if calls != tt.tries || e.Spent.Calls != calls {
						t.Errorf("%s %d %q: asked %d times, counted %d, want %d", p, s.status, s.message, calls, e.Spent.Calls, tt.tries)
					}
					if !strings.Contains(e.Text, tt.text) {
						t.Errorf("%s %d: %q does not say %q", p, s.status, e.Text, tt.text)
					}
					if all := e.Text + e.Err.Error(); strings.Contains(all, secret) || s.message != "" && strings.Contains(all, s.message) {
						t.Errorf("%s %d: %q holds what the server sent", p, s.status, all)
					}
					if !strings.Contains(e.Err.Error(), fmt.Sprint("status ", s.status)) {
						t.Errorf("the log is not told the status: %v", e.Err)
					}
				})
			}
		}
	}
}

// body is an error as a provider writes it.
func body(provider, word, message string) string {
	switch provider {
	case Anthropic:
		return fmt.Sprintf(`{"type":"error","error":{"type":%q,"message":%q}}`, word, message)
	case OpenAI:
		return fmt.Sprintf(`{"error":{"message":%q,"type":"X","param":null,"code":%q}}`, message, word)
	}
	return fmt.Sprintf(`{"error":%q}`, message)
}

func TestHowModelsStop(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	for _, tt := range []struct {
		reply modeltest.Reply
		want  map[string]string
	}{
		{modeltest.Reply{Text: `{"summary":"It`, Stop: modeltest.StopLength}, map[string]string{Anthropic: Truncated, OpenAI: Truncated, Ollama: Truncated}},
		{modeltest.Reply{Text: "I can't.", Stop: modeltest.StopRefusal}, map[string]string{Anthropic: Refused, OpenAI: Refused, Ollama: BadAnswer}},
		{modeltest.Reply{Stop: modeltest.StopFilter}, map[string]string{OpenAI: Refused}},
		{modeltest.Reply{Text: `{"sum`, Stop: modeltest.StopContext}, map[string]string{Anthropic: TooLong, OpenAI: Truncated, Ollama: Truncated}},
		{modeltest.Reply{Text: anAnswer, Stop: "pause_turn"}, map[string]string{Anthropic: Truncated}},
		{modeltest.Reply{Text: anAnswer, Stop: "tool_use"}, map[string]string{Anthropic: BadAnswer}},
		{modeltest.Reply{Text: "It rained."}, map[string]string{Anthropic: BadAnswer, OpenAI: BadAnswer, Ollama: BadAnswer}},
		{modeltest.Reply{}, map[string]string{Anthropic: BadAnswer, OpenAI: BadAnswer, Ollama: BadAnswer}},
	} {
		s.Behave(modeltest.Canned(tt.reply))
		for p, want := range tt.want {
			for _, stream := range []bool{false, true} {
				c, _ := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey, Stream: stream})
				e := failure(t, c, want)
				if e.Spent.Calls == 0 || e.Spent.Input == 0 {
					t.Errorf("%s, streaming %v, %s: spent %+v, though the model was asked", p, stream, want, e.Spent)
				}
				if e.Passing() {
					t.Errorf("%s is said to be about the provider", want)
				}
			}
		}
	}
}

// An answer that is no JSON is asked for once more, since the next one may be.
func TestAnswersThatAreNoJSONAreAskedForOnceMore(t *testing.T) {
	for _, p := range providers {
		s := modeltest.New(t, modeltest.Options{})
		s.Behave(modeltest.InTurn(modeltest.Canned(modeltest.Reply{Text: "It rained."}), modeltest.Canned(modeltest.Reply{Text: anAnswer})))
		c, at := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey})
		a, err := c.Complete(t.Context(), aRequest())
		if err != nil || a.Spent.Calls != 2 || a.Spent.Output != s.Usage().Output {
			t.Errorf("%s: %v, spent %+v", p, err, a.Spent)
		}
		for _, d := range at.waits {
			if d > 0 {
				t.Errorf("%s: waited %v for nothing", p, d)
			}
		}
		s.Behave(modeltest.Canned(modeltest.Reply{Text: "It rained."}))
		if e := failure(t, c, BadAnswer); e.Spent.Calls != 2 {
			t.Errorf("%s: asked %d times", p, e.Spent.Calls)
		}
	}
}

// What breaks in the middle of an answer is known by what the server says there.
func TestErrorsWithinAStream(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer, Status: 529, Break: true}))
	c, _ := open(t, Options{Provider: Anthropic, URL: s.URL, Key: modeltest.DefaultKey, Stream: true})
	if e := failure(t, c, Overloaded); e.Spent.Calls != 3 || e.Spent.Input == 0 {
		t.Errorf("spent %+v", e.Spent)
	}
	for _, p := range []string{OpenAI, Ollama} {
		s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer, Status: 500, Break: true}))
		c, _ := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey, Stream: true})
		if e := failure(t, c, ServerError); e.Spent.Calls != 3 {
			t.Errorf("%s: spent %+v", p, e.Spent)
		}
	}
}

// Some gateways send the server's error with status 200.
func TestErrorsWithStatus200(t *testing.T) {
	for _, tt := range []struct{ body, code string }{
		{`{"error":{"message":"Provider returned error","code":429}}`, RateLimited},
		{`{"error":{"message":"Provider returned error","code":"502"}}`, ServerError},
		{`{"error":{"message":"boom"}}`, ServerError},
		{`{"error":null,"choices":[]}`, BadServer},
		{`{"choices":[{"message":{"content":"{}`, Unreachable}, // its end is missing
	} {
		c, _ := open(t, Options{Provider: OpenAI, URL: serve(t, sends(200, "application/json", tt.body))})
		failure(t, c, tt.code)
	}
}

// Ollama's older servers cut what is too long without a word; the count of
// tokens shows it.
func TestOllamaThatCutsTheText(t *testing.T) {
	for _, body := range []string{
		`{"message":{"content":"{}"},"done":true,"done_reason":"stop","prompt_eval_count":16384,"eval_count":7}`,
		`{"message":{"content":"{"},"done":true,"done_reason":"length","prompt_eval_count":16000,"eval_count":384}`,
	} {
		c, _ := open(t, Options{Provider: Ollama, URL: serve(t, sends(200, "application/json", body))})
		if e := failure(t, c, TooLong); e.Spent.Input < 16000 {
			t.Errorf("spent %+v", e.Spent)
		}
	}
}

// The codes for the log hold no key, whatever a server puts there.
func TestServersCodesInTheLog(t *testing.T) {
	for code, want := range map[string]string{
		"invalid_request_error": "status 400, invalid_request_error",
		"Bearer sk-s3cret":      "status 400",
		"thekeyitself":          "status 400",
		"thekeyit":              "status 400", // a part of it is too much
		"its_thekeyitself":      "status 400",
		strings.Repeat("x", 99): "status 400",
		"a\nb":                  "status 400",
	} {
		c, _ := open(t, Options{Provider: OpenAI, Key: "thekeyitself", URL: serve(t, sends(400, "application/json", body(OpenAI, code, "no")))})
		wireOf(t, c).key = "thekeyitself"
		if e := failure(t, c, BadRequest); e.Err.Error() != want {
			t.Errorf("%q: the log gets %q", code, e.Err)
		}
	}
}
