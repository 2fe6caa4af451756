package modeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// digestSchema is one of the shape that the project sends.
const digestSchema = `{"type":"object","additionalProperties":false,"required":["summary"],"properties":{"summary":{"type":"array","items":` +
	`{"type":"object","additionalProperties":false,"required":["text","sentences"],"properties":{"text":{"type":"string"},"sentences":{"type":"array","items":{"type":"integer"}}}}}}}`

// An endpoint is how one provider is asked in a test.
type endpoint struct {
	name, path string
	header     map[string]string
	body       map[string]any // a request that is fine
}

func endpoints() []endpoint {
	schema := json.RawMessage(digestSchema)
	user := []obj{{"role": "user", "content": "Write."}}
	return []endpoint{
		{Anthropic, "/v1/messages", map[string]string{"x-api-key": DefaultKey, "anthropic-version": "2023-06-01"},
			obj{"model": "claude-haiku-5-5", "max_tokens": 1000, "system": "Be brief.", "messages": user,
				"output_config": obj{"format": obj{"type": "json_schema", "schema": schema}}}},
		{OpenAI, "/v1/chat/completions", map[string]string{"Authorization": "Bearer " + DefaultKey},
			obj{"model": "gpt-5.4-mini", "max_completion_tokens": 1000, "store": false,
				"messages":        []obj{{"role": "system", "content": "Be brief."}, user[0]},
				"response_format": obj{"type": "json_schema", "json_schema": obj{"name": "digest", "strict": true, "schema": schema}}}},
		{Ollama, "/api/chat", nil,
			obj{"model": "llama3.2", "stream": false, "think": false, "format": schema, "options": obj{"num_ctx": 16384, "num_predict": 1000},
				"messages": []obj{{"role": "system", "content": "Be brief."}, user[0]}}},
	}
}

// with is the request with other members; a nil one is left out.
func (e endpoint) with(members obj) endpoint {
	body := obj{}
	for k, v := range e.body {
		body[k] = v
	}
	for k, v := range members {
		if body[k] = v; v == nil {
			delete(body, k)
		}
	}
	e.body = body
	return e
}

// without is the request without a header.
func (e endpoint) without(header string) endpoint { return e.sending(header, "") }

func (e endpoint) sending(header, value string) endpoint {
	h := map[string]string{}
	for k, v := range e.header {
		h[k] = v
	}
	if h[header] = value; value == "" {
		delete(h, header)
	}
	e.header = h
	return e
}

// post asks the server. err is that of reading the body.
func (e endpoint) post(t *testing.T, s *Server) (res *http.Response, body string, err error) {
	t.Helper()
	return e.raw(t, s, marshal(e.body))
}

func (e endpoint) raw(t *testing.T, s *Server, sent []byte) (res *http.Response, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+e.path, strings.NewReader(string(sent)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range e.header {
		req.Header.Set(k, v)
	}
	return roundTrip(t, req)
}

func get(t *testing.T, s *Server, path string, header map[string]string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, body, err := roundTrip(t, req)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

func roundTrip(t *testing.T, req *http.Request) (*http.Response, string, error) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	res, err := tr.RoundTrip(req) // follows no redirect
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res, string(b), err
}
