package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"colloquy/bot"
)

// answerWithin is how long what is asked about health has to answer.
const answerWithin = 5 * time.Second

// healthz says whether the process can still help itself.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	s.health(w, r, s.o.Alive, "ok", "not alive")
}

// readyz says whether requests can be served, and if not, why, as a code.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	s.health(w, r, s.o.Ready, "ready", "not ready")
}

func (s *Server) health(w http.ResponseWriter, r *http.Request, ask func(context.Context) error, yes, no string) {
	if ask == nil {
		fmt.Fprintln(w, yes)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	err := ask(ctx)
	if err == nil {
		if s.said.change(no, "") {
			s.log.InfoContext(r.Context(), "healthy again", "answer", yes)
		}
		fmt.Fprintln(w, yes)
		return
	}
	code := bot.ReasonCode(err)
	if ctx.Err() != nil {
		code = "timeout"
	}
	if r.Context().Err() == nil && s.said.change(no, code) {
		s.log.WarnContext(r.Context(), "not healthy", "answer", no, "code", code, "err", err)
	}
	http.Error(w, no+": "+code, http.StatusServiceUnavailable)
}

// sayings are the codes that were answered last, so that a probe which comes
// every second fills no log.
type sayings struct {
	mu   sync.Mutex
	last map[string]string
}

// change reports whether something else is said now than before; at first
// nothing is wrong.
func (s *sayings) change(what, code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last[what] == code {
		return false
	}
	if s.last == nil {
		s.last = map[string]string{}
	}
	s.last[what] = code
	return true
}
