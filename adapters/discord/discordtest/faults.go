package discordtest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// faults is what a test wants to go wrong.
type faults struct {
	rest    []*Fault
	revoked bool // the token is good for nothing any more
	strange bool
	html    bool // 429s have an HTML body
	down    bool // 503 to everything
	closed  bool
}

// A Fault is something that goes wrong with requests to the REST API, or with
// attempts to connect to the gateway, whose path is "/gateway-connection".
type Fault struct {
	Method string        // empty: any
	Path   string        // a regular expression for the whole path without version; empty: any
	Times  int           // how often; 0 means once, -1 for ever
	After  int           // so many matching requests go well before
	Status int           // answered instead of carrying the request out; 0: it is carried out
	Body   string        // of that answer; empty means what Discord says with such a status
	Cut    bool          // carried out, but the connection is cut before the answer
	Delay  time.Duration // before it is carried out
	Late   time.Duration // between carrying it out and the answer

	re *regexp.Regexp
}

// Fail arranges a fault. They are tried in the order of their coming.
func (s *Server) Fail(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	if f.Path == "" {
		f.Path = ".*"
	}
	f.re = regexp.MustCompile("^(?:" + f.Path + ")$")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.rest = append(s.faults.rest, &f)
}

// Heal ends all faults that Fail arranged.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.rest = nil
}

// happening is what goes wrong with one request.
type happening struct {
	status      int
	body        string
	cut         bool
	delay, late time.Duration
}

func (h happening) contentType() string {
	if strings.HasPrefix(h.body, "<") {
		return "text/html"
	}
	return "application/json"
}

// fault finds what goes wrong with a request, and uses it up.
func (s *Server) fault(q *request) happening {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.down {
		return happening{status: 503, body: "<html><body>upstream connect error</body></html>"}
	}
	for _, f := range s.faults.rest {
		if f.Times == 0 || f.Method != "" && f.Method != q.Method || !f.re.MatchString(q.path) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		h := happening{status: f.Status, body: f.Body, cut: f.Cut, delay: f.Delay, late: f.Late}
		if h.status != 0 && h.body == "" {
			h.body = fmt.Sprintf(`{"message": "%d: as the test wants it", "code": 0}`, f.Status)
		}
		return h
	}
	return happening{}
}

// sleep waits unless the client goes away.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Revoke makes the token worth nothing: 401, 4004, and all connections end.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.revoked = true
	for c := range s.gate.conns {
		c.close(4004, "Authentication failed.")
	}
	s.Touch()
}

// Strange adds fields, components and embeds that nobody knows yet to all that
// is sent from now on, or no longer.
func (s *Server) Strange(on bool) { s.set(func() { s.faults.strange = on }) }

// HTML429 makes 429s come as a page of HTML with a Retry-After header, as from
// the network before Discord.
func (s *Server) HTML429(on bool) { s.set(func() { s.faults.html = on }) }

// Unavailable answers everything with 503 and drops all connections, or no longer.
func (s *Server) Unavailable(on bool) {
	s.set(func() {
		if s.faults.down = on; on {
			s.dropConnections()
		}
	})
}

func (s *Server) set(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.Touch()
}

// Down ends everything: connections are cut, and new ones refused, until [Server.Up].
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
		s.t.Errorf("the fake Discord does not come back: %v", err)
	}
}
