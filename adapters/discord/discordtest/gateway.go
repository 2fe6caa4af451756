package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"time"

	"github.com/gorilla/websocket"
)

// gate is the state of the gateway.
type gate struct {
	conns    map[*conn]bool
	sessions map[string]*session
	started  map[int]start // by shard modulo max_concurrency
	upsets   []Upset
	latency  time.Duration
	twice    int
	reorder  int
	held     []heldEvent
}

// A start is the last IDENTIFY that counted against its 5 s.
type start struct {
	at   time.Time
	conn *conn
}

// A session is what a connection listens to, and may outlive it.
type session struct {
	id            string
	shard, shards int
	intents       int
	seq           int64
	conn          *conn
	backlog       []frame // what a RESUME brings again
}

// list are the sessions that get events.
func (g *gate) list() []*session {
	var ss []*session
	for _, s := range g.sessions {
		ss = append(ss, s)
	}
	sort.Slice(ss, func(i, j int) bool { return ss[i].id < ss[j].id })
	return ss
}

func (s *Server) getGateway(*request) (reply, error) { return ok(obj{"url": s.gatewayURL()}) }

func (s *Server) gatewayURL() string { return "ws://" + s.addr + "/ws" }

func (s *Server) getGatewayBot(*request) (reply, error) {
	return ok(obj{"url": s.gatewayURL(), "shards": s.shards(), "session_start_limit": obj{"total": 1000,
		"remaining": max(0, s.o.Identifies-s.counts.Identifies), "reset_after": 14400000, "max_concurrency": s.o.MaxConcurrency}})
}

func (s *Server) shards() int {
	if s.o.Shards > 0 {
		return s.o.Shards
	}
	return max(1, (s.guildTotal()+999)/1000)
}

// serveGateway holds one connection until it ends.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	if f := s.fault(&request{Request: r, path: "/gateway-connection"}); f.status != 0 {
		http.Error(w, f.body, f.status)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(1 << 20)
	c := newConn(ws)
	s.mu.Lock()
	if s.faults.closed {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	s.served.Go(c.write)
	s.counts.Connections++
	s.gate.conns[c] = true
	if len(s.gate.upsets) > 0 {
		c.upset, s.gate.upsets = s.gate.upsets[0], s.gate.upsets[1:]
	}
	hb := s.o.Heartbeat
	v := r.URL.Query()
	switch {
	case v.Get("v") != "9" && v.Get("v") != "10":
		c.close(4012, "Invalid API version.")
	case v.Get("encoding") != "json" && v.Get("encoding") != "":
		c.close(4012, "Only JSON is spoken here.")
	case !c.upset.NoHello:
		c.push(op(10, obj{"heartbeat_interval": hb.Milliseconds(), "_trace": []string{"fake"}}))
	}
	s.Touch()
	s.mu.Unlock()
	s.read(c, hb)
	s.ended(c)
}

// read takes what the client sends, until it ends or is silent for too long.
func (s *Server) read(c *conn, heartbeat time.Duration) {
	for {
		wait := heartbeat*3/2 + 5*time.Second
		if c.closing() {
			wait = time.Second
		}
		_ = c.ws.SetReadDeadline(time.Now().Add(wait))
		_, b, err := c.ws.ReadMessage()
		if err != nil {
			c.died = !websocket.IsUnexpectedCloseError(err, 1006) && !c.closing()
			c.bye = websocket.IsCloseError(err, 1000, 1001)
			return
		}
		var m struct {
			Op int             `json:"op"`
			D  json.RawMessage `json:"d"`
		}
		s.mu.Lock()
		switch bad := json.Unmarshal(b, &m); {
		case len(b) > 4096 || bad != nil:
			c.close(4002, "Error while decoding payload.")
		default:
			s.receive(c, m.Op, m.D)
		}
		s.Touch()
		s.mu.Unlock()
	}
}

// receive obeys one message of the client.
func (s *Server) receive(c *conn, opcode int, d json.RawMessage) {
	if c.zombie {
		return
	}
	now := time.Now()
	c.sent = append(c.sent, now)
	for len(c.sent) > 0 && now.Sub(c.sent[0]) > time.Minute {
		c.sent = c.sent[1:]
	}
	if len(c.sent) > 120 {
		s.Breach("gateway: more than 120 messages in a minute")
		c.close(4008, "Rate limited.")
		return
	}
	switch opcode {
	case 1:
		c.push(op(11, nil))
	case 2:
		s.identify(c, d)
	case 6:
		s.resume(c, d)
	case 3, 4, 8, 31:
		if c.session == nil {
			c.close(4003, "Not authenticated.")
		}
	default:
		c.close(4001, "Unknown opcode.")
	}
}

// ended forgets a connection, and its session unless that can be resumed.
func (s *Server) ended(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.stop()
	close(c.gone)
	delete(s.gate.conns, c)
	if ss := c.session; ss != nil && ss.conn == c {
		ss.conn = nil
		if !s.o.Resume || c.bye {
			delete(s.gate.sessions, ss.id)
		}
	}
	if c.died { // the process is gone: its successor cannot know when it identified
		for k, st := range s.gate.started {
			if st.conn == c {
				s.gate.started[k] = start{at: st.at}
			}
		}
	}
	s.Touch()
}

// resume goes on with a session from where the client was.
func (s *Server) resume(c *conn, d json.RawMessage) {
	var r struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	_ = json.Unmarshal(d, &r)
	s.counts.Resumes++
	ss := s.gate.sessions[r.Session]
	switch {
	case !s.isToken(r.Token):
		c.close(4004, "Authentication failed.")
	case !s.o.Resume || ss == nil:
		s.invalid(c, false)
	case r.Seq > ss.seq:
		c.close(4007, "Invalid `seq` provided.")
	default:
		if old := ss.conn; old != nil {
			old.session = nil
			old.close(4000, "Resumed elsewhere.")
		}
		c.session, ss.conn = ss, c
		for _, f := range ss.backlog {
			if f.seq > r.Seq {
				c.push(f)
			}
		}
		s.deliver(ss, "RESUMED", json.RawMessage(`{"_trace":["fake"]}`))
	}
}

// invalid says Invalid Session. A new IDENTIFY on the same connection may follow after a second.
func (s *Server) invalid(c *conn, resumable bool) {
	c.invalidated = time.Now()
	if ss := c.session; ss != nil && !resumable {
		delete(s.gate.sessions, ss.id)
		c.session = nil
	}
	c.push(op(9, resumable))
}

// deliver gives a session an event at once.
func (s *Server) deliver(ss *session, event string, raw json.RawMessage) {
	ss.seq++
	seq := ss.seq
	f := frame{seq: seq, due: time.Now().Add(s.gate.latency)}
	f.data = fmt.Appendf(nil, `{"op":0,"s":%d,"t":%q,"d":%s}`, seq, event, raw)
	s.hand(ss, f)
}

// hand queues a frame, and keeps it for a RESUME.
func (s *Server) hand(ss *session, f frame) {
	if s.o.Resume {
		ss.backlog = append(ss.backlog, f)
	}
	if ss.conn != nil && !ss.conn.zombie {
		ss.conn.push(f)
	}
}

func op(code int, d any) frame {
	b, _ := json.Marshal(obj{"op": code, "d": d, "s": nil, "t": nil})
	return frame{data: b}
}
