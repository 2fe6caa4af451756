package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

// BodyBytes is how much a request may carry. A handler may allow less.
const BodyBytes = 1 << 20

// limit holds every request to the same limits, gives every answer the same
// headers, and turns a panic into an answer. A handler may say otherwise in a
// header of its own.
func (s *Server) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		out := &answer{ResponseWriter: w}
		defer s.ended(out, r, begun)
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.ContentLength > BodyBytes {
			h.Set("Connection", "close") // what it still sends is not read
			http.Error(out, "the body is larger than 1 MiB", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(out, r.Body, BodyBytes)
		next.ServeHTTP(out, r)
	})
}

// ended counts and logs a request by what matched it, never by its path or words,
// and answers one that panicked.
func (s *Server) ended(w *answer, r *http.Request, begun time.Time) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.log.ErrorContext(r.Context(), "panic while a request was answered", "route", route(r), "cause", panicText(p), "stack", string(debug.Stack()))
		if w.code != 0 {
			s.seen(r, http.StatusInternalServerError, begun)
			panic(http.ErrAbortHandler) // half an answer is not to look like a whole one
		}
		http.Error(w, "something went wrong inside Colloquy; the log has the detail", http.StatusInternalServerError)
	}
	s.seen(r, w.status(), begun)
}

func (s *Server) seen(r *http.Request, code int, begun time.Time) {
	took := time.Since(begun)
	s.metrics.requests.WithLabelValues(route(r), strconv.Itoa(code)).Observe(took.Seconds())
	s.log.DebugContext(r.Context(), "request", "route", route(r), "code", code, "ms", took.Milliseconds())
}

// panicText is what a panic says, where no words of others can be in it.
func panicText(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", p)
}

// route is the pattern that matched, which has no part of what was asked for.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// An answer remembers its status.
type answer struct {
	http.ResponseWriter
	code int // 0: none yet
}

func (w *answer) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *answer) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for [http.ResponseController].
func (w *answer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *answer) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}
