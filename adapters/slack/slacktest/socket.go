package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxConns is how many Socket Mode connections an app may have.
const maxConns = 10

// conn is a Socket Mode connection.
type conn struct {
	app    *app
	ws     *websocket.Conn
	wmu    sync.Mutex // one writes at a time
	silent bool       // nothing is sent on it any more, and nothing read counts
	going  bool       // told to refresh: nothing more is sent on it
	gone   chan struct{}
	acks   map[string]chan json.RawMessage // by envelope id
}

// serveSocket is the websocket of an app that asked for its address.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if f := s.fault(&request{Request: r, method: "socket"}); f.Status != 0 || f.CutBefore {
		if f.CutBefore {
			panic(http.ErrAbortHandler)
		}
		f.answer(w)
		return
	}
	s.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	a := s.tickets[ticket]
	delete(s.tickets, ticket)
	full := a != nil && len(a.conns) >= maxConns
	s.mu.Unlock()
	if a == nil || full {
		http.Error(w, "the address was used before, or there are too many connections", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{app: a, ws: ws, gone: make(chan struct{}), acks: map[string]chan json.RawMessage{}}
	s.mu.Lock()
	if s.mail.closed {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	a.conns = append(a.conns, c)
	s.counts.Connections++
	s.counts.AtOnce = max(s.counts.AtOnce, len(a.conns))
	s.Touch()
	n := len(a.conns)
	c.wmu.Lock() // nothing goes before the hello
	s.served.Go(func() { s.ping(c) })
	s.served.Add(1) // of this handler, which the HTTP server does not wait for
	s.mu.Unlock()
	defer s.served.Done()
	c.send(obj{"type": "hello", "num_connections": n, "debug_info": obj{"host": "applink-test", "build_number": 1,
		"approximate_connection_time": 18060}, "connection_info": obj{"app_id": a.ID}})
	c.wmu.Unlock()
	s.read(c)
}

// read takes acknowledgements until the connection ends.
func (s *Server) read(c *conn) {
	for {
		_, b, err := c.ws.ReadMessage()
		if err != nil {
			break
		}
		s.mu.Lock()
		s.acknowledge(c, b)
		s.mu.Unlock()
	}
	_ = c.ws.Close()
	s.set(func() {
		c.app.conns = slices.DeleteFunc(c.app.conns, func(x *conn) bool { return x == c })
		close(c.gone)
	})
}

func (s *Server) acknowledge(c *conn, b []byte) {
	if c.silent {
		return
	}
	if len(b) >= 20<<10 { // dropped without a word
		s.Breach("an acknowledgement of %d bytes: Slack drops those from 20 KB on", len(b))
		return
	}
	var a struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(b, &a); err != nil {
		s.Breach("what came over Socket Mode is no acknowledgement: %.200s", b)
		return
	}
	if ch := c.acks[a.ID]; ch != nil {
		delete(c.acks, a.ID)
		ch <- a.Payload
	}
}

// ping keeps the client sure that the connection lives.
func (s *Server) ping(c *conn) {
	t := time.NewTicker(s.o.Pace)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-c.gone:
			return
		case <-s.ctx.Done():
			_ = c.ws.Close()
			return
		}
		s.mu.Lock()
		silent := c.silent
		s.mu.Unlock()
		if !silent {
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-test"), time.Now().Add(time.Second))
		}
	}
}

func (c *conn) write(o obj) bool {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	return c.send(o)
}

// send is write for who holds wmu.
func (c *conn) send(o obj) bool {
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteJSON(o) == nil
}

// choose finds the connection for the next payload, another than not if there is one.
func (s *Server) choose(a *app, not *conn) *conn {
	live := slices.DeleteFunc(slices.Clone(a.conns), func(c *conn) bool { return c.going })
	if len(live) > 1 {
		live = slices.DeleteFunc(live, func(c *conn) bool { return c == not })
	}
	if len(live) == 0 {
		return nil
	}
	a.turn++
	return live[a.turn%len(live)]
}

// envelope sends a payload over one connection, and waits for its acknowledgement.
func (s *Server) envelope(a *app, e obj, not *conn) (payload json.RawMessage, over *conn, reason string) {
	s.mu.Lock()
	c := s.choose(a, not)
	if c == nil {
		s.mu.Unlock()
		return nil, nil, "connection_failed"
	}
	id := s.newID("envelope-")
	ack := make(chan json.RawMessage, 1)
	c.acks[id] = ack
	silent := c.silent
	s.mu.Unlock()
	e["envelope_id"] = id
	if !silent && !c.write(e) {
		return nil, c, "connection_failed"
	}
	t := time.NewTimer(answerTime)
	defer t.Stop()
	select {
	case p := <-ack:
		return p, c, ""
	case <-c.gone:
		select { // it may have come before the end
		case p := <-ack:
			return p, c, ""
		default:
		}
		return nil, c, "connection_failed"
	case <-t.C:
		return nil, c, "timeout"
	case <-s.ctx.Done():
		return nil, c, "timeout"
	}
}

// viaSocket delivers an event over Socket Mode once.
func (s *Server) viaSocket(d *delivery, try int, reason string) Attempt {
	a := Attempt{Time: time.Now(), Status: http.StatusOK}
	e := obj{"type": "events_api", "payload": json.RawMessage(d.Body), "accepts_response_payload": false, "retry_attempt": try, "retry_reason": ""}
	if try > 0 {
		e["retry_reason"] = reason
	}
	_, over, why := s.envelope(d.app, e, d.over)
	if why != "" {
		a.Status, a.Reason = 0, why
	}
	s.mu.Lock()
	d.over = over
	s.mu.Unlock()
	return a
}
