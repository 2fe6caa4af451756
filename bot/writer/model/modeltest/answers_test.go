package modeltest

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// heard is what a client makes of a body, by the provider's form.
func heard(t *testing.T, e endpoint, body string) (text, stop string, usage map[string]int64) {
	t.Helper()
	usage = map[string]int64{}
	sc := bufio.NewScanner(strings.NewReader(body))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		line, _ := strings.CutPrefix(sc.Text(), "data: ")
		if line == "" || line[0] != '{' {
			continue
		}
		var v struct {
			Content    []struct{ Text string }
			Stop       string `json:"stop_reason"`
			Usage      map[string]any
			Message    struct{ Content json.RawMessage }
			Type       string
			Delta      struct{ Text, Stop_reason string }
			DoneReason string `json:"done_reason"`
			Prompt     int64  `json:"prompt_eval_count"`
			Choices    []struct {
				Finish         string `json:"finish_reason"`
				Message, Delta struct{ Content, Refusal string }
			}
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v in %s", e.name, err, line)
		}
		for _, c := range v.Content {
			text += c.Text
		}
		var said string
		if json.Unmarshal(v.Message.Content, &said) == nil {
			text += said
		}
		text += v.Delta.Text
		for _, c := range v.Choices {
			text += c.Message.Content + c.Delta.Content + c.Message.Refusal + c.Delta.Refusal
			stop += c.Finish
		}
		stop += v.Stop + v.Delta.Stop_reason + v.DoneReason
		for k, n := range v.Usage {
			if f, ok := n.(float64); ok {
				usage[k] = int64(f)
			}
			if m, ok := n.(map[string]any); ok && m["cached_tokens"] != nil {
				usage["cached_tokens"] = int64(m["cached_tokens"].(float64))
			}
		}
		if v.Prompt > 0 {
			usage["prompt_eval_count"] = v.Prompt
		}
	}
	return text, stop, usage
}

// streamed is the request with its answer in pieces.
func (e endpoint) streamed() endpoint {
	if e.name == OpenAI {
		return e.with(obj{"stream": true, "stream_options": obj{"include_usage": true}})
	}
	return e.with(obj{"stream": true})
}

func TestWhatTheModelSays(t *testing.T) {
	said := `{"summary":[{"text":"` + strings.Repeat("Größe und پانی ", 20) + `","sentences":[1]}]}`
	tests := []struct {
		reply Reply
		stops [3]string // Anthropic's, OpenAI's, Ollama's
	}{
		{Reply{Text: said}, [3]string{"end_turn", "stop", "stop"}},
		{Reply{Text: said, Stop: StopLength}, [3]string{"max_tokens", "length", "length"}},
		{Reply{Text: "I cannot help with that.", Stop: StopRefusal}, [3]string{"refusal", "stop", "stop"}},
		{Reply{Text: "", Stop: StopFilter}, [3]string{"refusal", "content_filter", "stop"}},
		{Reply{Text: said, Stop: StopContext}, [3]string{"model_context_window_exceeded", "length", "length"}},
		{Reply{}, [3]string{"end_turn", "stop", "stop"}},
	}
	s := New(t, Options{})
	for _, tt := range tests {
		s.Behave(Canned(tt.reply))
		for i, e := range endpoints() {
			for _, e := range []endpoint{e, e.streamed()} {
				res, body, err := e.post(t, s)
				if err != nil || res.StatusCode != http.StatusOK {
					t.Fatalf("%s: %v, %s", e.name, err, body)
				}
				text, stop, usage := heard(t, e, body)
				if text != tt.reply.Text || stop != tt.stops[i] {
					t.Errorf("%s, stream %v: heard %q, stop %q, want %q, %q", e.name, e.body["stream"], text, stop, tt.reply.Text, tt.stops[i])
				}
				if usage["input_tokens"]+usage["prompt_tokens"]+usage["prompt_eval_count"] == 0 {
					t.Errorf("%s, stream %v: no usage in %s", e.name, e.body["stream"], body)
				}
			}
		}
	}
	calls := s.Calls()
	c := calls[0]
	if c.Provider != Anthropic || c.Model != "claude-haiku-5-5" || c.Key != DefaultKey || c.System != "Be brief." || len(c.Turns) != 1 || c.Turns[0].Text != "Write." ||
		c.SchemaName != "digest" || c.MaxTokens != 1000 || c.Stream || c.N != 1 || c.Said != said || c.Status != 200 || !calls[1].Stream {
		t.Errorf("the first call is noted as %+v", c)
	}
	if u := s.Usage(); u.Calls != len(calls) || u.Input == 0 || u.Output == 0 {
		t.Errorf("all calls took %+v", u)
	}
}

func TestAnswersEndAtMaxTokens(t *testing.T) {
	s := New(t, Options{})
	s.Behave(Canned(Reply{Text: strings.Repeat("ä", 100)}))
	for i, members := range []obj{{"max_tokens": 10}, {"max_completion_tokens": 10}, {"options": obj{"num_predict": 10}}} {
		e := endpoints()[i].with(members)
		_, body, err := e.post(t, s)
		if err != nil {
			t.Fatal(err)
		}
		if text, stop, _ := heard(t, e, body); text != strings.Repeat("ä", 20) || stop != []string{"max_tokens", "length", "length"}[i] {
			t.Errorf("%s: %q, %s", e.name, text, stop)
		}
	}
}

func TestErrorsHaveTheFormOfTheirProvider(t *testing.T) {
	s := New(t, Options{})
	tests := []struct {
		reply Reply
		says  [3]string
	}{
		{Reply{Status: 429, RetryAfter: 1500 * time.Millisecond}, [3]string{"rate_limit_error", "rate_limit_exceeded", `"error":"`}},
		{Reply{Status: 429, Type: "insufficient_quota"}, [3]string{"insufficient_quota", `"type":"insufficient_quota"`, `"error":"`}},
		{Reply{Status: 500}, [3]string{`"type":"api_error"`, "server_error", "terminated"}},
		{Reply{Status: 529}, [3]string{`"type":"overloaded_error"`, "server_error", `"error":"`}},
		{Reply{Status: 503}, [3]string{`"type":"api_error"`, "overloaded", "server busy"}},
		{Reply{Status: 403}, [3]string{"permission_error", "not supported", `"error":"`}},
	}
	for _, tt := range tests {
		s.Behave(Canned(tt.reply))
		for i, e := range endpoints() {
			res, body, err := e.post(t, s)
			if err != nil || res.StatusCode != tt.reply.Status || !strings.Contains(body, tt.says[i]) {
				t.Errorf("%s: %v, %d %s, want %d with %s", e.name, err, res.StatusCode, body, tt.reply.Status, tt.says[i])
			}
			if want := map[bool]string{true: "2", false: ""}[tt.reply.RetryAfter > 0]; res.Header.Get("Retry-After") != want {
				t.Errorf("%s: Retry-After %q, want %q", e.name, res.Header.Get("Retry-After"), want)
			}
		}
	}
	s.Behave(Canned(Reply{Text: strings.Repeat("word ", 100), Status: 529, Break: true}))
	for _, e := range endpoints() {
		res, body, err := e.streamed().post(t, s)
		if err != nil || res.StatusCode != 200 || !strings.Contains(body, `"error":`) || !strings.Contains(body, "word") {
			t.Errorf("%s: an error within a stream: %v, %d %s", e.name, err, res.StatusCode, body)
		}
	}
}

func TestWhatGoesWrongOnTheWay(t *testing.T) {
	s := New(t, Options{})
	page := "<html><body>502 Bad Gateway</body></html>"
	for _, e := range endpoints() {
		for _, e := range []endpoint{e, e.streamed()} {
			s.Behave(Canned(Reply{Text: strings.Repeat("word ", 100), CutAfter: 200}))
			if _, body, err := e.post(t, s); err == nil || len(body) > 200 {
				t.Errorf("%s: a cut answer: %v, %d bytes", e.name, err, len(body))
			}
			s.Behave(Canned(Reply{Text: "x", CutAfter: -1}))
			if res, _, err := e.post(t, s); err == nil {
				t.Errorf("%s: cut before anything: %d", e.name, res.StatusCode)
			}
		}
		s.Behave(Canned(HTML(502, page)))
		if res, body, err := e.post(t, s); err != nil || res.StatusCode != 502 || body != page || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: a proxy's page: %v, %s", e.name, err, body)
		}
		s.Behave(Canned(Redirect("https://elsewhere.example/")))
		if res, _, err := e.post(t, s); err != nil || res.StatusCode != 307 || res.Header.Get("Location") != "https://elsewhere.example/" {
			t.Errorf("%s: a redirect: %v", e.name, err)
		}
	}
	done, asked := make(chan error, 1), make(chan bool, 1)
	s.Behave(func(Call) Reply {
		asked <- true
		return Reply{Delay: time.Hour}
	})
	go func() {
		_, _, err := endpoints()[0].post(t, s)
		done <- err
	}()
	<-asked
	s.Close()
	if err := <-done; err == nil {
		t.Error("a server that has ended answers")
	}
}

func TestOllamaLeavesOutTheBeginning(t *testing.T) {
	s := New(t, Options{})
	e := endpoints()[2].with(obj{"options": nil, "messages": []obj{{"role": "system", "content": "Rules."}, {"role": "user", "content": strings.Repeat("a", 4*ollamaContext) + "end"}}})
	if res, body, err := e.post(t, s); err != nil || res.StatusCode != 200 {
		t.Fatalf("%v, %s", err, body)
	}
	c := s.Calls()[0]
	if !c.Truncated || c.System != "" || len(c.Turns[0].Text) != 4*ollamaContext || !strings.HasSuffix(c.Turns[0].Text, "end") {
		t.Errorf("truncated %v, system %q, %d bytes", c.Truncated, c.System, len(c.Turns[0].Text))
	}
}
