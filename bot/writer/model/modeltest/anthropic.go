package modeltest

import (
	"encoding/json"
	"net/http"
	"time"
)

// anthropic is POST /v1/messages.
type anthropic struct{}

const anthropicFields = "model max_tokens messages system stream output_config metadata temperature top_p top_k " +
	"stop_sequences thinking tools tool_choice service_tier container inference_geo cache_control"

type anthropicRequest struct {
	Model     string `json:"model"`
	MaxTokens *int   `json:"max_tokens"`
	Stream    bool   `json:"stream"`
	System    blocks `json:"system"`
	Messages  *[]struct {
		Role    string `json:"role"`
		Content blocks `json:"content"`
	} `json:"messages"`
	Output struct {
		Format *struct {
			Type   string          `json:"type"`
			Schema json.RawMessage `json:"schema"`
		} `json:"format"`
	} `json:"output_config"`
}

func (anthropic) name() string     { return Anthropic }
func (anthropic) stream() string   { return "text/event-stream; charset=utf-8" }
func (anthropic) cache() cacheRule { return cacheMarked }

// invalid is what Anthropic says of a request that cannot be.
func (anthropic) invalid(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "", "", format, args...)
}

// authorized says why a request to Anthropic may not be served at all.
func (p anthropic) authorized(s *Server, h http.Header) *refusal {
	switch key := h.Get("x-api-key"); {
	case key == "":
		return refuse(http.StatusUnauthorized, "", "", "x-api-key header is required")
	case key != s.o.Key:
		return refuse(http.StatusUnauthorized, "", "", "invalid x-api-key")
	case h.Get("anthropic-version") == "":
		return p.invalid("anthropic-version: header is required")
	case h.Get("anthropic-version") != "2023-06-01":
		return p.invalid("anthropic-version: %q is not a valid version", h.Get("anthropic-version"))
	}
	return nil
}

func (p anthropic) read(s *Server, r *http.Request, c *Call) *refusal {
	c.Key = r.Header.Get("x-api-key")
	if no := p.authorized(s, r.Header); no != nil {
		return no
	}
	var q anthropicRequest
	if field, ok := unknown(c.Body, anthropicFields); !ok {
		return p.invalid("The request body is not valid JSON")
	} else if field != "" {
		return p.invalid("%s: Extra inputs are not permitted", field)
	}
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return p.invalid("The request body does not fit: %v", err)
	}
	switch {
	case q.Model == "":
		return p.invalid("model: Field required")
	case q.MaxTokens == nil:
		return p.invalid("max_tokens: Field required")
	case *q.MaxTokens < 1:
		return p.invalid("max_tokens: Input should be greater than or equal to 1")
	case q.Messages == nil:
		return p.invalid("messages: Field required")
	case !s.known(q.Model):
		return refuse(http.StatusNotFound, "", "", "model: %s", q.Model)
	case *q.MaxTokens > s.o.MaxOutput:
		return p.invalid("max_tokens: %d > %d, which is the maximum allowed number of output tokens for %s", *q.MaxTokens, s.o.MaxOutput, q.Model)
	}
	c.Model, c.MaxTokens, c.Stream, c.System = q.Model, *q.MaxTokens, q.Stream, q.System.text
	if f := q.Output.Format; f != nil {
		if f.Type != "json_schema" {
			return p.invalid("output_config.format.type: Input should be 'json_schema'")
		}
		if why := strict(f.Schema); why != "" {
			return p.invalid("output_config.format.schema: %s", why)
		}
		c.Schema, c.SchemaName = f.Schema, schemaName(f.Schema)
	}
	if no := p.turns(q, c); no != nil {
		return no
	}
	if n := tokens(promptBytes(*c)); n > s.o.Context {
		return p.invalid("prompt is too long: %d tokens > %d maximum", n, s.o.Context)
	}
	return nil
}

// turns reads the conversation and where its blocks are to be cached.
func (p anthropic) turns(q anthropicRequest, c *Call) *refusal {
	at := len(c.Schema)
	add := func(where string, b blocks) *refusal {
		for _, part := range b.parts {
			switch {
			case part.Type != "text":
				return p.invalid("%s: this model reads text blocks only, not %q", where, part.Type)
			case part.Text == "":
				return p.invalid("%s: text content blocks must be non-empty", where)
			}
			at += len(part.Text)
			if m := part.Cache; m != nil {
				life := map[string]time.Duration{"": cacheLife, "5m": cacheLife, "1h": cacheLife1h}[m.TTL]
				if m.Type != "ephemeral" || life == 0 {
					return p.invalid("%s.cache_control: Input should be 'ephemeral', its ttl '5m' or '1h'", where)
				}
				c.marks = append(c.marks, mark{at, life})
			}
		}
		return nil
	}
	if q.System.given {
		if no := add("system", q.System); no != nil {
			return no
		}
	}
	if len(*q.Messages) == 0 {
		return p.invalid("messages: at least one message is required")
	}
	for i, m := range *q.Messages {
		want := []string{"user", "assistant"}[i%2]
		switch {
		case m.Role != "user" && m.Role != "assistant":
			return p.invalid("messages: Unexpected role %q. Allowed roles are \"user\" or \"assistant\"", m.Role)
		case m.Role != want:
			return p.invalid("messages: roles must alternate between \"user\" and \"assistant\", beginning with \"user\"")
		case len(m.Content.parts) == 0:
			return p.invalid("messages.%d: all messages must have non-empty content", i)
		}
		if no := add("messages", m.Content); no != nil {
			return no
		}
		c.Turns = append(c.Turns, Turn{Assistant: m.Role == "assistant", Text: m.Content.text})
	}
	if c.Turns[len(c.Turns)-1].Assistant {
		return p.invalid("This model does not support assistant message prefill. The conversation must end with a user message.")
	}
	if len(c.marks) > 4 {
		return p.invalid("A maximum of 4 blocks with cache_control may be provided. Found %d.", len(c.marks))
	}
	return nil
}

var anthropicStops = map[string]string{StopEnd: "end_turn", StopLength: "max_tokens", StopRefusal: "refusal",
	StopFilter: "refusal", StopContext: "model_context_window_exceeded"}

func stopOf(stops map[string]string, stop string) string {
	if s, ok := stops[stop]; ok {
		return s
	}
	return stop
}

func (anthropic) frames(c Call, a answer) [][]byte {
	usage := obj{"input_tokens": c.Usage.Input, "cache_creation_input_tokens": c.Usage.CacheWrite,
		"cache_read_input_tokens": c.Usage.CacheRead, "output_tokens": c.Usage.Output, "service_tier": "standard"}
	content := []obj{}
	if a.text != "" {
		content = append(content, obj{"type": "text", "text": a.text})
	}
	msg := obj{"id": a.id, "type": "message", "role": "assistant", "model": c.Model, "content": content,
		"stop_reason": stopOf(anthropicStops, a.stop), "stop_sequence": nil, "usage": usage}
	if !c.Stream {
		return [][]byte{marshal(msg)}
	}
	begun := obj{}
	for k, v := range usage {
		begun[k] = v
	}
	begun["output_tokens"] = 1
	end := msg["stop_reason"]
	msg["content"], msg["stop_reason"], msg["usage"] = []obj{}, nil, begun
	out := [][]byte{event("message_start", obj{"type": "message_start", "message": msg})}
	if a.text != "" {
		out = append(out, event("content_block_start", obj{"type": "content_block_start", "index": 0, "content_block": obj{"type": "text", "text": ""}}),
			event("ping", obj{"type": "ping"}))
		for _, p := range pieces(a.text, pieceSize) {
			out = append(out, event("content_block_delta", obj{"type": "content_block_delta", "index": 0, "delta": obj{"type": "text_delta", "text": p}}))
		}
		out = append(out, event("content_block_stop", obj{"type": "content_block_stop", "index": 0}))
	}
	return append(out,
		event("message_delta", obj{"type": "message_delta", "delta": obj{"stop_reason": end, "stop_sequence": nil}, "usage": usage}),
		event("message_stop", obj{"type": "message_stop"}))
}

var anthropicTypes = map[int]string{400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
	404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 504: "timeout_error", 529: "overloaded_error"}

func (anthropic) body(f refusal) obj {
	if f.code == "" {
		f.code = anthropicTypes[f.status]
	}
	if f.code == "" {
		f.code = "api_error"
	}
	return obj{"type": "error", "error": obj{"type": f.code, "message": f.message}}
}

func (p anthropic) fail(w http.ResponseWriter, f refusal) {
	b := p.body(f)
	if id := w.Header().Get("request-id"); id != "" {
		b["request_id"] = id
	}
	writeJSON(w, f.status, b)
}

func (p anthropic) failed(f refusal) []byte { return event("error", p.body(f)) }
