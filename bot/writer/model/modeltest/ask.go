package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

type obj = map[string]any

// A provider is one wire format.
type provider interface {
	name() string
	// read makes a call of a request, or says why the real server refuses it.
	read(s *Server, r *http.Request, c *Call) *refusal
	// frames are the pieces of the body in which an answer is sent.
	frames(c Call, a answer) [][]byte
	// stream says what a streaming answer's Content-Type is.
	stream() string
	fail(w http.ResponseWriter, f refusal)
	// failed is an error within an answer that streams.
	failed(f refusal) []byte
	cache() cacheRule
}

// A refusal is an error as a provider tells of it.
type refusal struct {
	status  int
	code    string // Anthropic's type, OpenAI's code; "" is the usual one
	param   string // OpenAI's
	message string
}

func refuse(status int, code, param, format string, args ...any) *refusal {
	return &refusal{status, code, param, fmt.Sprintf(format, args...)}
}

// An answer is what goes out.
type answer struct {
	id   string
	text string
	stop string
	now  time.Time
}

// ask answers requests of one provider.
func (s *Server) ask(p provider) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := Call{Provider: p.name(), Header: r.Header.Clone()}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 32<<20))
		c.Body = body
		var no *refusal
		if err != nil {
			no = refuse(http.StatusRequestEntityTooLarge, "", "", "Request exceeds the maximum size")
		} else {
			no = p.read(s, r, &c)
		}
		s.mu.Lock()
		c.N = len(s.calls) + 1
		s.calls = append(s.calls, c)
		behave := s.behave
		s.mu.Unlock()
		w.Header().Set("request-id", fmt.Sprintf("req_%06d", c.N))
		w.Header().Set("x-request-id", fmt.Sprintf("req_%06d", c.N))
		if no != nil {
			c.Status = no.status
			s.done(c)
			p.fail(w, *no)
			return
		}
		s.reply(w, r, p, c, behave(c))
	}
}

// done notes how a call ended.
func (s *Server) done(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[c.N-1] = c
}

// reply sends what a behaviour says.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, p provider, c Call, y Reply) {
	if y.Delay > 0 && !s.wait(r, y.Delay) {
		cut(w)
		return
	}
	for k, v := range y.Header {
		w.Header()[http.CanonicalHeaderKey(k)] = v
	}
	if y.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(y.RetryAfter.Seconds()))))
	}
	bad := refusal{status: y.Status, code: y.Type, message: usualMessage(p.name(), y.Status)}
	failing := y.Status != 0 && y.Status != http.StatusOK
	switch {
	case y.Raw != nil:
		c.Status = y.Status
		if c.Status == 0 {
			c.Status = http.StatusOK
		}
		s.done(c)
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/json")
		}
		send(w, c.Status, [][]byte{y.Raw}, y.CutAfter, false)
	case failing && !(y.Break && c.Stream):
		c.Status = y.Status
		s.done(c)
		if y.CutAfter < 0 {
			cut(w)
			return
		}
		p.fail(w, bad)
	default:
		frames := s.written(p, &c, y)
		if failing {
			frames = append(frames[:len(frames)/2:len(frames)/2], p.failed(bad))
		}
		kind := "application/json"
		if c.Stream {
			kind = p.stream()
		}
		w.Header().Set("Content-Type", kind)
		send(w, http.StatusOK, frames, y.CutAfter, c.Stream)
	}
}

// written counts what an answer takes, notes it, and makes its body.
func (s *Server) written(p provider, c *Call, y Reply) [][]byte {
	a := answer{id: fmt.Sprintf("msg_%06d", c.N), text: y.Text, stop: y.Stop, now: s.o.Now()}
	room := s.o.Context - tokens(promptBytes(*c))
	most, stop := c.MaxTokens, StopLength
	if most == 0 || room < most {
		most, stop = max(0, room), StopContext
	}
	if most*bytesPerToken < len(a.text) {
		a.text, a.stop = whole(a.text[:most*bytesPerToken]), stop
	}
	s.mu.Lock()
	c.Usage = s.caches.use(p.cache(), *c, a.now)
	s.mu.Unlock()
	c.Usage.Calls, c.Usage.Output = 1, int64(tokens(len(a.text)))
	c.Status, c.Said = http.StatusOK, a.text
	s.done(*c)
	return p.frames(*c, a)
}

// whole is s without a rune that was cut at its end.
func whole(s string) string {
	for len(s) > 0 && s[len(s)-1] >= 0x80 {
		if r := []rune(s); r[len(r)-1] != '\uFFFD' {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// wait waits unless the client goes away, or the server ends.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// send writes a body piece by piece, and closes the connection where it is to be cut.
func send(w http.ResponseWriter, status int, frames [][]byte, cutAfter int, flush bool) {
	if cutAfter < 0 {
		cut(w)
		return
	}
	n := 0
	for _, f := range frames {
		n += len(f)
	}
	if !flush {
		w.Header().Set("Content-Length", strconv.Itoa(n))
	}
	w.WriteHeader(status)
	left := n
	if cutAfter > 0 {
		left = min(cutAfter, n)
	}
	for _, f := range frames {
		part := f[:min(len(f), left)]
		left -= len(part)
		if _, err := w.Write(part); err != nil {
			return
		}
		if flush {
			_ = http.NewResponseController(w).Flush()
		}
	}
	if cutAfter > 0 && cutAfter < n {
		_ = http.NewResponseController(w).Flush()
		cut(w)
	}
}

// cut closes the connection.
func cut(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	send(w, status, [][]byte{marshal(v)}, 0, false)
}

func marshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte("null") // what is marshalled here is maps of plain values
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// noSuchPath is what a provider says of an address that it does not know.
func noSuchPath(p provider, r *http.Request) refusal {
	switch p.name() {
	case Anthropic:
		return refusal{status: http.StatusNotFound, message: "Not Found"}
	case Ollama:
		return refusal{status: http.StatusNotFound, message: "404 page not found"}
	}
	return refusal{status: http.StatusNotFound, message: fmt.Sprintf("Invalid URL (%s %s)", r.Method, r.URL.Path)}
}
