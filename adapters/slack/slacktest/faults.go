package slacktest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// faults is what a test wants to go wrong.
type faults struct {
	api []*Fault
}

// A Fault is something that goes wrong with requests to the Web API, to response
// URLs (method "response_url"), or with attempts to connect to Socket Mode (method
// "socket").
type Fault struct {
	Method      string        // "chat.postMessage"; empty: any of the Web API
	Channel     string        // only if the argument "channel" is this
	Times       int           // how often; 0 means once, -1 for ever
	After       int           // so many matching requests go well before
	Status      int           // answered instead of carrying the request out
	AfterStatus int           // answered after carrying it out well
	Body        string        // of that answer; empty means a page of HTML, of 429 the usual
	RetryAfter  int           // seconds, of a 429; 0 means 1
	Code        string        // "internal_error": answered with "ok": false, not carried out
	CutBefore   bool          // the connection is cut, and the request not carried out
	Cut         bool          // carried out, but the connection is cut before the answer
	Hang        bool          // no answer, not carried out, until the client leaves
	Delay       time.Duration // before it is carried out
	Late        time.Duration // between carrying it out and the answer
}

// Fail arranges a fault. They are tried in the order of their coming.
func (s *Server) Fail(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.set(func() { s.faults.api = append(s.faults.api, &f) })
}

// Heal ends all faults that Fail arranged.
func (s *Server) Heal() { s.set(func() { s.faults.api = nil }) }

// fault finds what goes wrong with a request, and uses it up.
func (s *Server) fault(q *request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults.api {
		any := f.Method == "" && q.method != "response_url" && q.method != "socket"
		if f.Times == 0 || !any && f.Method != q.method || f.Channel != "" && f.Channel != q.arg("channel") {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return *f
	}
	return Fault{}
}

// answer writes what a fault has instead of an answer.
func (f Fault) answer(w http.ResponseWriter) int {
	switch {
	case f.Status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", strconv.Itoa(max(1, f.RetryAfter)))
		if f.Body == "" {
			f.Body = `{"ok":false,"error":"ratelimited"}`
		}
	case f.Body == "":
		f.Body = fmt.Sprintf("<!DOCTYPE html><html><head><title>%d</title></head><body>upstream connect error</body></html>", f.Status)
	}
	kind := "application/json; charset=utf-8"
	if f.Body[0] == '<' {
		kind = "text/html"
	}
	return write(w, f.Status, kind, []byte(f.Body))
}

// sleep waits unless the client goes away, or the test ends.
func (s *Server) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	return false
}

// Down ends everything: connections are cut, and new ones refused, until [Server.Up].
// What happens meanwhile is delivered over HTTP all the same; see [Server.HoldDeliveries].
func (s *Server) Down() {
	s.mu.Lock()
	srv := s.http
	s.dropConnections()
	s.mu.Unlock()
	_ = srv.Close()
	s.set(s.dropConnections)
}

// Up ends an outage. What was there is there.
func (s *Server) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.listen(); err != nil {
		s.t.Errorf("the fake Slack does not come back: %v", err)
	}
}
