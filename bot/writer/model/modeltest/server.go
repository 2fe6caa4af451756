package modeltest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// DefaultKey is the key that is good where [Options] names none.
const DefaultKey = "test-key"

// Options say how a server differs from an ordinary one. The zero value is fine.
type Options struct {
	Key       string           // the only one that is good; "" is [DefaultKey]
	NoKey     bool             // no key is wanted, as by servers at home that speak Chat Completions
	Models    []string         // that there are; nil: every name that does not begin with "no-"
	Context   int              // tokens of prompt and answer; 0 is 200,000
	MaxOutput int              // the most that max_tokens may be; 0 is 64,000
	Now       func() time.Time // for prompt caches; nil is time.Now
}

// A Server is one server that speaks all wire formats. Its methods may be called
// at the same time.
type Server struct {
	URL string // "http://127.0.0.1:…", without "/v1"

	o    Options
	http *httptest.Server
	ctx  context.Context
	end  context.CancelFunc

	mu     sync.Mutex // guards all below
	behave func(Call) Reply
	calls  []Call
	caches caches
}

// New starts a server that ends with the test. Its behaviour is [Good].
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := Start(o)
	t.Cleanup(s.Close)
	return s
}

// Start is New for a program; it ends with [Server.Close].
func Start(o Options) *Server {
	if o.Key == "" {
		o.Key = DefaultKey
	}
	if o.Context == 0 {
		o.Context = 200_000
	}
	if o.MaxOutput == 0 {
		o.MaxOutput = 64_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{o: o, behave: Good(), caches: newCaches()}
	s.ctx, s.end = context.WithCancel(context.Background())
	s.http = httptest.NewServer(s.routes())
	s.URL = s.http.URL
	return s
}

// Close ends the server and what it still answers.
func (s *Server) Close() {
	s.end()
	s.http.CloseClientConnections()
	s.http.Close()
}

// Behave has f answer from now on. It may be called at the same time for several
// calls, and may wait.
func (s *Server) Behave(f func(Call) Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behave = f
}

// Calls are the requests for an answer so far, those that were refused included, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Usage is what all calls so far took.
func (s *Server) Usage() Usage {
	var u Usage
	for _, c := range s.Calls() {
		u.Calls += c.Usage.Calls
		u.Input += c.Usage.Input
		u.CacheRead += c.Usage.CacheRead
		u.CacheWrite += c.Usage.CacheWrite
		u.Output += c.Usage.Output
	}
	return u
}

func (s *Server) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /v1/messages", s.ask(anthropic{}))
	m.HandleFunc("POST /v1/chat/completions", s.ask(openai{}))
	m.HandleFunc("POST /api/chat", s.ask(ollama{}))
	m.HandleFunc("GET /v1/models", s.models)
	m.HandleFunc("GET /v1/models/{id...}", s.models)
	m.HandleFunc("POST /api/show", s.ollamaShow)
	m.HandleFunc("GET /api/tags", s.ollamaTags)
	m.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, obj{"version": "0.17.4"})
	})
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p := provider(openai{})
		switch {
		case r.URL.Path == "/" && r.Method != http.MethodPost:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("Ollama is running"))
			return
		case strings.HasPrefix(r.URL.Path, "/api/"):
			p = ollama{}
		case r.Header.Get("anthropic-version") != "":
			p = anthropic{}
		}
		p.fail(w, noSuchPath(p, r))
	})
	return m
}

// known reports whether there is a model of that name.
func (s *Server) known(model string) bool {
	if s.o.Models == nil {
		return model != "" && !strings.HasPrefix(model, "no-")
	}
	return slices.Contains(s.o.Models, model)
}
