package modeltest

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatIsRefused(t *testing.T) {
	all := endpoints()
	claude, gpt, llama := all[0], all[1], all[2]
	user := []obj{{"role": "user", "content": "Write."}}
	long := []obj{{"role": "user", "content": strings.Repeat("word ", 4000)}}
	format := func(schema string) obj {
		return obj{"response_format": obj{"type": "json_schema", "json_schema": obj{"name": "digest", "strict": true, "schema": json.RawMessage(schema)}}}
	}
	claudeFormat := func(schema string) obj {
		return obj{"output_config": obj{"format": obj{"type": "json_schema", "schema": json.RawMessage(schema)}}}
	}
	open := strings.Replace(digestSchema, `"additionalProperties":false,`, "", 1)
	inner := strings.Replace(digestSchema, `"required":["text","sentences"]`, `"required":["text"]`, 1)
	tests := []struct {
		name   string
		e      endpoint
		status int
		says   string
	}{
		{"no key", claude.without("x-api-key"), 401, `"type":"authentication_error"`},
		{"another key", claude.sending("x-api-key", "wrong"), 401, `"message":"invalid x-api-key"`},
		{"no version", claude.without("anthropic-version"), 400, "anthropic-version: header is required"},
		{"another version", claude.sending("anthropic-version", "2024-01-01"), 400, "not a valid version"},
		{"no max_tokens", claude.with(obj{"max_tokens": nil}), 400, "max_tokens: Field required"},
		{"no tokens", claude.with(obj{"max_tokens": 0}), 400, "greater than or equal to 1"},
		{"too many tokens", claude.with(obj{"max_tokens": 64001}), 400, "64001 > 64000"},
		{"no model", claude.with(obj{"model": nil}), 400, "model: Field required"},
		{"unknown model", claude.with(obj{"model": "no-such"}), 404, `"type":"not_found_error"`},
		{"unknown field", claude.with(obj{"response_format": obj{}}), 400, "response_format: Extra inputs are not permitted"},
		{"no messages", claude.with(obj{"messages": []obj{}}), 400, "at least one message"},
		{"messages left out", claude.with(obj{"messages": nil}), 400, "messages: Field required"},
		{"empty message", claude.with(obj{"messages": []obj{{"role": "user", "content": ""}}}), 400, "non-empty"},
		{"no content", claude.with(obj{"messages": []obj{{"role": "user"}}}), 400, "non-empty"},
		{"two in a row", claude.with(obj{"messages": []obj{user[0], user[0]}}), 400, "alternate"},
		{"system as a role", claude.with(obj{"messages": []obj{{"role": "system", "content": "x"}}}), 400, "Unexpected role"},
		{"prefill", claude.with(obj{"messages": []obj{user[0], {"role": "assistant", "content": "{"}}}), 400, "prefill"},
		{"open schema", claude.with(claudeFormat(open)), 400, "additionalProperties"},
		{"optional property", claude.with(claudeFormat(inner)), 400, "Missing 'sentences'"},
		{"array for a schema", claude.with(claudeFormat(`[]`)), 400, `must be of type \"object\"`},
		{"too long", claude.with(obj{"messages": long}), 400, "prompt is too long: "},
		{"no key", gpt.without("Authorization"), 401, "You didn't provide an API key"},
		{"another key", gpt.sending("Authorization", "Bearer wrong"), 401, `"code":"invalid_api_key"`},
		{"unknown model", gpt.with(obj{"model": "no-such"}), 404, `"code":"model_not_found"`},
		{"unknown field", gpt.with(obj{"output_config": obj{}}), 400, "Unrecognized request argument supplied: output_config"},
		{"empty messages", gpt.with(obj{"messages": []obj{}}), 400, `"code":"empty_array"`},
		{"null content", gpt.with(obj{"messages": []obj{{"role": "user", "content": nil}}}), 400, "got null"},
		{"unknown role", gpt.with(obj{"messages": []obj{{"role": "bot", "content": "x"}}}), 400, "Supported values are"},
		{"max_tokens of a model that reasons", gpt.with(obj{"max_tokens": 5}), 400, "Use 'max_completion_tokens' instead"},
		{"temperature of one", gpt.with(obj{"temperature": 0.2}), 400, `"param":"temperature"`},
		{"no tokens", gpt.with(obj{"max_completion_tokens": 0}), 400, "minimum value"},
		{"too many tokens", gpt.with(obj{"max_completion_tokens": 65000}), 400, "too large"},
		{"open schema", gpt.with(format(open)), 400, "Invalid schema for response_format 'digest'"},
		{"optional property", gpt.with(format(inner)), 400, "Missing 'sentences'"},
		{"no name", gpt.with(obj{"response_format": obj{"type": "json_schema", "json_schema": obj{"schema": json.RawMessage(digestSchema)}}}), 400, "json_schema.name"},
		{"options of a stream", gpt.with(obj{"stream_options": obj{"include_usage": true}}), 400, "only allowed when 'stream'"},
		{"too long", gpt.with(obj{"messages": long}), 400, `"code":"context_length_exceeded"`},
		{"unknown model", llama.with(obj{"model": "no-such"}), 404, `{"error":"model 'no-such' not found"}`},
		{"no model", llama.with(obj{"model": nil}), 400, "model is required"},
		{"unknown field", llama.with(obj{"max_tokens": 5}), 400, "max_tokens"},
		{"thinking", llama.with(obj{"think": true}), 400, "does not support thinking"},
		{"open schema", llama.with(obj{"format": json.RawMessage(open)}), 400, "additionalProperties"},
		{"unknown role", llama.with(obj{"messages": []obj{{"role": "bot", "content": "x"}}}), 400, "invalid role"},
		{"too long", llama.with(obj{"messages": long, "truncate": false}), 400, "exceeds the context length"},
		{"no such path", endpoint{path: "/v1/v1/messages", header: claude.header, body: claude.body}, 404, "not_found_error"},
		{"no such path", endpoint{path: "/chat/completions", header: gpt.header, body: gpt.body}, 404, "Invalid URL (POST /chat/completions)"},
		{"no such path", endpoint{path: "/api/chats", body: llama.body}, 404, "404 page not found"},
	}
	s := New(t, Options{Context: 3000})
	for _, tt := range tests {
		t.Run(tt.e.path+" "+tt.name, func(t *testing.T) {
			res, body, err := tt.e.post(t, s)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("got %d %s, want %d with %s", res.StatusCode, body, tt.status, tt.says)
			}
		})
	}
	for _, c := range s.Calls() {
		if c.Said != "" || c.Usage.Calls != 0 || c.Status == 200 {
			t.Errorf("call %d was answered: %+v", c.N, c)
		}
	}
	for _, e := range all {
		if res, body, err := e.raw(t, s, []byte(`{"model":`)); err != nil || res.StatusCode != 400 {
			t.Errorf("%s: half a request: %v, %s", e.name, err, body)
		}
		if res, body, err := e.post(t, s); err != nil || res.StatusCode != 200 {
			t.Errorf("%s: a request that is fine: %v, %s", e.name, err, body)
		}
	}
}

func TestModelsAreListed(t *testing.T) {
	s := New(t, Options{Models: []string{"claude-haiku-5-5", "org/model"}})
	all := endpoints()
	tests := []struct {
		path   string
		header map[string]string
		status int
		says   string
	}{
		{"/v1/models/claude-haiku-5-5", all[0].header, 200, `"type":"model"`},
		{"/v1/models/claude-2", all[0].header, 404, "not_found_error"},
		{"/v1/models", all[0].header, 200, `"has_more":false`},
		{"/v1/models/claude-haiku-5-5", map[string]string{"x-api-key": "wrong"}, 401, "authentication_error"},
		{"/v1/models/org/model", all[1].header, 200, `"object":"model"`},
		{"/v1/models/gpt-2", all[1].header, 404, "model_not_found"},
		{"/v1/models", all[1].header, 200, `"id":"org/model"`},
		{"/v1/models", nil, 401, "API key"},
		{"/api/tags", nil, 200, `"name":"org/model"`},
		{"/api/version", nil, 200, "version"},
		{"/", nil, 200, "Ollama is running"},
	}
	for _, tt := range tests {
		if status, body := get(t, s, tt.path, tt.header); status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: got %d %s, want %d with %s", tt.path, status, body, tt.status, tt.says)
		}
	}
	show := endpoint{path: "/api/show"}
	for model, status := range map[string]int{"org/model": 200, "other": 404, "": 400} {
		if res, body, err := show.with(obj{"model": model}).post(t, s); err != nil || res.StatusCode != status {
			t.Errorf("show %q: %v, %s", model, err, body)
		}
	}
	none := New(t, Options{NoKey: true})
	if res, body, err := all[1].without("Authorization").post(t, none); err != nil || res.StatusCode != 200 {
		t.Errorf("without a key where none is wanted: %v, %s", err, body)
	}
}
