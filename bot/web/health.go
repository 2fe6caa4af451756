package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"colloquy/bot"
)

// readyWithin is how long what is needed has to answer.
const readyWithin = 5 * time.Second

// healthz says that the process lives. It asks nobody.
func healthz(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

// readyz says whether requests can be served, and if not, why, as a code.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.o.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		if err := s.o.Ready(ctx); err != nil {
			code := bot.ReasonCode(err)
			if ctx.Err() != nil {
				code = "timeout"
			}
			s.log.WarnContext(r.Context(), "not ready", "code", code, "err", err)
			http.Error(w, "not ready: "+code, http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "ready")
}
