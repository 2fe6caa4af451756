package modeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// ollama is POST /api/chat.
type ollama struct{}

const ollamaFields = "model messages stream format options think keep_alive tools truncate shift logprobs top_logprobs"

// ollamaContext is what Ollama gives a model that is asked without num_ctx.
const ollamaContext = 4096

type ollamaRequest struct {
	Model    string `json:"model"`
	Stream   *bool  `json:"stream"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Format   json.RawMessage `json:"format"`
	Think    any             `json:"think"`
	Truncate *bool           `json:"truncate"`
	Options  struct {
		Context int  `json:"num_ctx"`
		Predict *int `json:"num_predict"`
	} `json:"options"`
}

func (ollama) name() string     { return Ollama }
func (ollama) stream() string   { return "application/x-ndjson" }
func (ollama) cache() cacheRule { return cacheNone }

func (p ollama) read(s *Server, r *http.Request, c *Call) *refusal {
	c.Key = bearer(r.Header)
	var q ollamaRequest
	if field, ok := unknown(c.Body, ollamaFields); !ok {
		return refuse(http.StatusBadRequest, "", "", "invalid JSON in the request")
	} else if field != "" {
		return refuse(http.StatusBadRequest, "", "", "unknown field %q", field)
	}
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return refuse(http.StatusBadRequest, "", "", "%v", err)
	}
	if q.Model == "" {
		return refuse(http.StatusBadRequest, "", "", "model is required")
	}
	if !s.known(q.Model) {
		return refuse(http.StatusNotFound, "", "", "model '%s' not found", q.Model)
	}
	if q.Think != nil && q.Think != false {
		return refuse(http.StatusBadRequest, "", "", "%q does not support thinking", q.Model)
	}
	c.Model, c.Stream = q.Model, q.Stream == nil || *q.Stream
	if n := q.Options.Predict; n != nil && *n > 0 {
		c.MaxTokens = *n
	}
	if len(q.Format) > 0 && q.Format[0] == '{' {
		c.Schema, c.SchemaName = q.Format, schemaName(q.Format)
		if why := strict(q.Format); why != "" {
			return refuse(http.StatusBadRequest, "", "", "invalid JSON schema in format: %s", why)
		}
	} else if f := string(q.Format); f != "" && f != `""` && f != `"json"` && f != "null" {
		return refuse(http.StatusBadRequest, "", "", "invalid format: %s; expected \"json\" or a valid JSON Schema object", f)
	}
	for _, m := range q.Messages {
		switch m.Role {
		case "system":
			c.System += m.Content
		case "user", "assistant":
			c.Turns = append(c.Turns, Turn{Assistant: m.Role == "assistant", Text: m.Content})
		default:
			return refuse(http.StatusBadRequest, "", "", "invalid role: %q", m.Role)
		}
	}
	return p.fit(s, q, c)
}

// fit leaves out the beginning of a prompt that is longer than the context.
func (ollama) fit(s *Server, q ollamaRequest, c *Call) *refusal {
	most := q.Options.Context
	if most <= 0 {
		most = ollamaContext
	}
	most = min(most, s.o.Context)
	over := len(c.System) - most*bytesPerToken
	for _, t := range c.Turns {
		over += len(t.Text)
	}
	if over <= 0 {
		return nil
	}
	if q.Truncate != nil && !*q.Truncate {
		return refuse(http.StatusBadRequest, "", "", "the input length exceeds the context length")
	}
	c.Truncated = true
	drop := func(text string) string {
		n := min(over, len(text))
		over -= n
		return text[n:]
	}
	c.System = drop(c.System)
	for i := range c.Turns {
		c.Turns[i].Text = drop(c.Turns[i].Text)
	}
	return nil
}

var ollamaStops = map[string]string{StopEnd: "stop", StopLength: "length", StopRefusal: "stop", StopFilter: "stop", StopContext: "length"}

func (ollama) frames(c Call, a answer) [][]byte {
	line := func(text string, done bool) obj {
		return obj{"model": c.Model, "created_at": a.now.UTC().Format(time.RFC3339Nano),
			"message": obj{"role": "assistant", "content": text}, "done": done}
	}
	end := func(text string) []byte {
		v := line(text, true)
		v["done_reason"] = stopOf(ollamaStops, a.stop)
		v["total_duration"], v["load_duration"] = int64(time.Second), int64(time.Millisecond)
		v["prompt_eval_count"], v["prompt_eval_duration"] = c.Usage.Input, int64(time.Millisecond)
		v["eval_count"], v["eval_duration"] = c.Usage.Output, int64(time.Second)
		return append(marshal(v), '\n')
	}
	if !c.Stream {
		return [][]byte{end(a.text)}
	}
	var out [][]byte
	for _, p := range pieces(a.text, pieceSize) {
		out = append(out, append(marshal(line(p, false)), '\n'))
	}
	return append(out, end(""))
}

func (ollama) fail(w http.ResponseWriter, f refusal) { writeJSON(w, f.status, obj{"error": f.message}) }

func (ollama) failed(f refusal) []byte { return append(marshal(obj{"error": f.message}), '\n') }

// ollamaShow is POST /api/show.
func (s *Server) ollamaShow(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Model string `json:"model"`
		Name  string `json:"name"`
	}
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	_ = json.Unmarshal(body, &q)
	if q.Model == "" {
		q.Model = q.Name
	}
	switch {
	case q.Model == "":
		ollama{}.fail(w, refusal{status: http.StatusBadRequest, message: "model is required"})
	case !s.known(q.Model):
		ollama{}.fail(w, refusal{status: http.StatusNotFound, message: "model '" + q.Model + "' not found"})
	default:
		writeJSON(w, http.StatusOK, obj{"capabilities": []string{"completion"}, "modified_at": s.o.Now().UTC().Format(time.RFC3339Nano),
			"details":    obj{"format": "gguf", "family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
			"model_info": obj{"general.architecture": "llama", "llama.context_length": s.o.Context}})
	}
}

// ollamaTags is GET /api/tags.
func (s *Server) ollamaTags(w http.ResponseWriter, _ *http.Request) {
	models := []obj{}
	for _, m := range s.o.Models {
		models = append(models, obj{"name": m, "model": m, "modified_at": s.o.Now().UTC().Format(time.RFC3339Nano), "size": 2_019_393_189, "digest": "sha256:0",
			"details": obj{"format": "gguf", "family": "llama"}})
	}
	writeJSON(w, http.StatusOK, obj{"models": models})
}
