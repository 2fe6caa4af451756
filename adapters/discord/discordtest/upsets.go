package discordtest

import (
	"encoding/json"
	"time"
)

// An Upset is what becomes of a connection to the gateway instead of a session.
type Upset struct {
	NoHello bool // it is accepted, and then nothing comes
	NoReady bool // after IDENTIFY nothing comes
	Op      int  // in place of READY: 7 Reconnect; 9 Invalid Session, after which IDENTIFY works
	Code    int  // in place of READY it is closed with this code
}

// Upset arranges what becomes of the next connections, one each.
func (s *Server) Upset(us ...Upset) {
	s.set(func() { s.gate.upsets = append(s.gate.upsets, us...) })
}

// Reconnect asks all connections to reconnect (op 7). They go on until the client closes them.
func (s *Server) Reconnect() {
	s.each(func(c *conn) {
		c.leaving = true
		c.push(op(7, nil))
	})
}

// Invalidate ends all sessions (op 9), or says that they may be resumed.
func (s *Server) Invalidate(resumable bool) { s.each(func(c *conn) { s.invalid(c, resumable) }) }

// Zombie makes all connections deaf and dumb; they stay open. New ones are fine.
func (s *Server) Zombie() { s.each(func(c *conn) { c.zombie = true }) }

// Disconnect closes all connections with a code.
func (s *Server) Disconnect(code int) {
	s.each(func(c *conn) { c.close(code, "As the test wants it.") })
}

// Cut ends all connections without a word.
func (s *Server) Cut() { s.set(s.dropConnections) }

// Latency makes every event from now on come later.
func (s *Server) Latency(d time.Duration) { s.set(func() { s.gate.latency = d }) }

// Twice delivers each of the next n events twice.
func (s *Server) Twice(n int) { s.set(func() { s.gate.twice = n }) }

// Reorder holds the next n events back and then delivers them in the opposite order.
func (s *Server) Reorder(n int) { s.set(func() { s.gate.reorder = n }) }

// Event delivers an event of any name and payload to those who would get it
// for that server ("" is that of direct messages).
func (s *Server) Event(guild, name, payload string) {
	s.set(func() { s.send(guild, name, func(bool) any { return json.RawMessage(payload) }) })
}

// Connected says how many sessions are ready now, without those that are zombies,
// were asked to reconnect or are being closed.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, ss := range s.gate.sessions {
		if ss.conn != nil && !ss.conn.zombie && !ss.conn.leaving && !ss.conn.closing() {
			n++
		}
	}
	return n
}

// AwaitConnected waits until so many sessions are ready.
func (s *Server) AwaitConnected(n int) {
	s.t.Helper()
	s.Await("sessions at the gateway", func() bool { return s.Connected() == n })
}

func (s *Server) each(do func(*conn)) {
	s.set(func() {
		for c := range s.gate.conns {
			do(c)
		}
	})
}

// dropConnections ends all connections without a word. The lock is held.
func (s *Server) dropConnections() {
	for c := range s.gate.conns {
		c.stop()
	}
}

type heldEvent struct {
	session *session
	event   string
	raw     json.RawMessage
}

// disturb delivers an event as a test wants it: once, twice, or in another order.
func (s *Server) disturb(ss *session, event string, raw json.RawMessage) {
	g := &s.gate
	if g.reorder > 0 {
		g.held = append(g.held, heldEvent{ss, event, raw})
		if g.reorder--; g.reorder == 0 {
			for i := len(g.held) - 1; i >= 0; i-- {
				s.deliver(g.held[i].session, g.held[i].event, g.held[i].raw)
			}
			g.held = nil
		}
		return
	}
	s.deliver(ss, event, raw)
	if g.twice > 0 {
		g.twice--
		s.deliver(ss, event, raw)
	}
}
