package modeltest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// openai is POST /v1/chat/completions.
type openai struct{}

const openaiFields = "model messages max_completion_tokens max_tokens store prompt_cache_key prompt_cache_options prompt_cache_retention " +
	"response_format stream stream_options n temperature top_p seed user metadata reasoning_effort verbosity service_tier safety_identifier " +
	"stop tools tool_choice parallel_tool_calls presence_penalty frequency_penalty logit_bias logprobs top_logprobs modalities audio " +
	"prediction moderation web_search_options function_call functions"

type openaiRequest struct {
	Model    string `json:"model"`
	Messages *[]struct {
		Role    string `json:"role"`
		Content blocks `json:"content"`
	} `json:"messages"`
	MaxCompletion *int     `json:"max_completion_tokens"`
	MaxTokens     *int     `json:"max_tokens"`
	Temperature   *float64 `json:"temperature"`
	Stream        bool     `json:"stream"`
	StreamOptions *struct {
		Usage bool `json:"include_usage"`
	} `json:"stream_options"`
	Format *struct {
		Type   string `json:"type"`
		Schema struct {
			Name   string          `json:"name"`
			Strict bool            `json:"strict"`
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

func (openai) name() string     { return OpenAI }
func (openai) stream() string   { return "text/event-stream; charset=utf-8" }
func (openai) cache() cacheRule { return cachePrefix }

func (openai) invalid(code, param, format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, code, param, format, args...)
}

// authorized says why a request to OpenAI may not be served at all.
func (openai) authorized(s *Server, h http.Header) *refusal {
	if s.o.NoKey {
		return nil
	}
	switch key := bearer(h); {
	case key == "":
		return refuse(http.StatusUnauthorized, "", "", "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")
	case key != s.o.Key:
		return refuse(http.StatusUnauthorized, "invalid_api_key", "", "Incorrect API key provided: %.4s****. You can find your API key at https://platform.openai.com/account/api-keys.", key)
	}
	return nil
}

func bearer(h http.Header) string {
	key, _ := strings.CutPrefix(h.Get("Authorization"), "Bearer ")
	return key
}

var schemaNames = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// reasons reports whether the model is one of those that reason, which take
// neither max_tokens nor a temperature.
func reasons(model string) bool {
	return strings.HasPrefix(model, "gpt-5") || strings.HasPrefix(model, "gpt-6") || strings.HasPrefix(model, "o3") || strings.HasPrefix(model, "o4")
}

func (p openai) read(s *Server, r *http.Request, c *Call) *refusal {
	c.Key = bearer(r.Header)
	if no := p.authorized(s, r.Header); no != nil {
		return no
	}
	var q openaiRequest
	if field, ok := unknown(c.Body, openaiFields); !ok {
		return p.invalid("", "", "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly.)")
	} else if field != "" {
		return p.invalid("", "", "Unrecognized request argument supplied: %s", field)
	}
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return p.invalid("invalid_type", "", "Invalid type: %v", err)
	}
	switch {
	case q.Model == "":
		return p.invalid("", "", "you must provide a model parameter")
	case q.Messages == nil:
		return p.invalid("missing_required_parameter", "messages", "Missing required parameter: 'messages'.")
	case len(*q.Messages) == 0:
		return p.invalid("empty_array", "messages", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
	case !s.known(q.Model):
		return refuse(http.StatusNotFound, "model_not_found", "", "The model `%s` does not exist or you do not have access to it.", q.Model)
	case q.StreamOptions != nil && !q.Stream:
		return p.invalid("", "stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	case q.MaxTokens != nil && reasons(q.Model):
		return p.invalid("unsupported_parameter", "max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
	case q.Temperature != nil && *q.Temperature != 1 && reasons(q.Model):
		return p.invalid("unsupported_value", "temperature", "Unsupported value: 'temperature' does not support %v with this model. Only the default (1) value is supported.", *q.Temperature)
	}
	if no := p.most(s, q, c); no != nil {
		return no
	}
	if no := p.format(q, c); no != nil {
		return no
	}
	for i, m := range *q.Messages {
		switch m.Role {
		case "system", "developer":
			c.System += m.Content.text
		case "user", "assistant":
			c.Turns = append(c.Turns, Turn{Assistant: m.Role == "assistant", Text: m.Content.text})
		default:
			return p.invalid("invalid_value", "messages", "Invalid value: '%s'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", m.Role)
		}
		if !m.Content.given {
			return p.invalid("", "messages", "Invalid value for 'content': expected a string, got null. (messages[%d])", i)
		}
	}
	c.Model, c.Stream = q.Model, q.Stream
	c.usageAtEnd = q.StreamOptions != nil && q.StreamOptions.Usage
	if n := tokens(promptBytes(*c)); n > s.o.Context {
		return p.invalid("context_length_exceeded", "messages", "This model's maximum context length is %d tokens. However, your messages resulted in %d tokens. Please reduce the length of the messages.", s.o.Context, n)
	}
	return nil
}

// most reads how long the answer may be.
func (p openai) most(s *Server, q openaiRequest, c *Call) *refusal {
	n, name := q.MaxCompletion, "max_completion_tokens"
	if n == nil {
		n, name = q.MaxTokens, "max_tokens"
	}
	switch {
	case n == nil:
		return nil
	case *n < 1:
		return p.invalid("integer_below_min_value", name, "Invalid '%s': integer below minimum value. Expected a value >= 1, but got %d instead.", name, *n)
	case *n > s.o.MaxOutput:
		return p.invalid("invalid_value", name, "%s is too large: %d. This model supports at most %d completion tokens, whereas you provided %d.", name, *n, s.o.MaxOutput, *n)
	}
	c.MaxTokens = *n
	return nil
}

// format reads the schema.
func (p openai) format(q openaiRequest, c *Call) *refusal {
	if q.Format == nil || q.Format.Type == "text" {
		return nil
	}
	f := q.Format.Schema
	switch {
	case q.Format.Type == "json_object":
		return nil
	case q.Format.Type != "json_schema":
		return p.invalid("invalid_value", "response_format.type", "Invalid value: '%s'. Supported values are: 'json_object', 'json_schema', and 'text'.", q.Format.Type)
	case f.Name == "":
		return p.invalid("missing_required_parameter", "response_format.json_schema.name", "Missing required parameter: 'response_format.json_schema.name'.")
	case !schemaNames.MatchString(f.Name):
		return p.invalid("invalid_value", "response_format.json_schema.name", "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.")
	}
	if why := strict(f.Schema); why != "" {
		return p.invalid("", "response_format", "Invalid schema for response_format '%s': %s.", f.Name, why)
	}
	c.Schema, c.SchemaName = f.Schema, f.Name
	return nil
}

var openaiStops = map[string]string{StopEnd: "stop", StopLength: "length", StopRefusal: "stop", StopFilter: "content_filter", StopContext: "length"}

func (openai) frames(c Call, a answer) [][]byte {
	usage := obj{"prompt_tokens": c.Usage.Input + c.Usage.CacheRead, "completion_tokens": c.Usage.Output,
		"total_tokens":              c.Usage.Input + c.Usage.CacheRead + c.Usage.Output,
		"prompt_tokens_details":     obj{"cached_tokens": c.Usage.CacheRead, "audio_tokens": 0},
		"completion_tokens_details": obj{"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}}
	member, other := "content", "refusal"
	if a.stop == StopRefusal {
		member, other = other, member
	}
	stop := stopOf(openaiStops, a.stop)
	base := func(object string) obj {
		return obj{"id": "chatcmpl-" + a.id, "object": object, "created": a.now.Unix(), "model": c.Model, "service_tier": "default", "system_fingerprint": "fp_test"}
	}
	if !c.Stream {
		v := base("chat.completion")
		v["choices"] = []obj{{"index": 0, "logprobs": nil, "finish_reason": stop,
			"message": obj{"role": "assistant", member: a.text, other: nil, "annotations": []obj{}}}}
		v["usage"] = usage
		return [][]byte{marshal(v)}
	}
	var out [][]byte
	chunk := func(delta obj, stop any) {
		v := base("chat.completion.chunk")
		v["choices"] = []obj{{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": stop}}
		if c.usageAtEnd {
			v["usage"] = nil
		}
		out = append(out, event("", v))
	}
	chunk(obj{"role": "assistant", member: "", other: nil}, nil)
	for _, p := range pieces(a.text, pieceSize) {
		chunk(obj{member: p}, nil)
	}
	chunk(obj{}, stop)
	if c.usageAtEnd {
		v := base("chat.completion.chunk")
		v["choices"], v["usage"] = []obj{}, usage
		out = append(out, event("", v))
	}
	return append(out, []byte("data: [DONE]\n\n"))
}

func (openai) body(f refusal) obj {
	kind := "invalid_request_error"
	var code, param any
	switch {
	case f.code == "insufficient_quota":
		kind, f.message = f.code, "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
	case f.status == http.StatusTooManyRequests:
		kind = "requests"
		if f.code == "" {
			f.code = "rate_limit_exceeded"
		}
	case f.status >= 500:
		kind = "server_error"
	}
	if f.code != "" {
		code = f.code
	}
	if f.param != "" {
		param = f.param
	}
	return obj{"error": obj{"message": f.message, "type": kind, "param": param, "code": code}}
}

func (p openai) fail(w http.ResponseWriter, f refusal) { writeJSON(w, f.status, p.body(f)) }

func (p openai) failed(f refusal) []byte { return event("", p.body(f)) }
