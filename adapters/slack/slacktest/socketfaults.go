package slacktest

import "time"

// Connections is how many Socket Mode connections an app has, without those that
// are silent or were told to reconnect.
func (s *Server) Connections(app string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.apps[app].conns {
		if !c.going && !c.silent {
			n++
		}
	}
	return n
}

// AwaitConnected waits until an app has so many connections.
func (s *Server) AwaitConnected(app string, n int) {
	s.t.Helper()
	s.Await("connections of Socket Mode", func() bool { return s.Connections(app) == n })
}

// Refresh tells the oldest connection of an app to reconnect (refresh_requested):
// nothing more is sent on it, and it is closed after 10 s (by Speed).
func (s *Server) Refresh(app string) { s.disconnect(app, "refresh_requested") }

// Warn tells the oldest connection of an app that it will end in 10 s (by Speed).
// Until then it is used.
func (s *Server) Warn(app string) { s.disconnect(app, "warning") }

func (s *Server) disconnect(app, reason string) {
	c := s.oldest(app)
	if c == nil {
		return
	}
	s.set(func() { c.going = reason != "warning" })
	c.write(obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": "applink-test"}})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mail.closed {
		return
	}
	s.served.Go(func() {
		t := time.NewTimer(s.scaled(10 * time.Second))
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.gone:
		case <-s.ctx.Done():
		}
		_ = c.ws.Close()
	})
}

// Silence makes the oldest connection of an app a dead one: it stays open, but
// neither payloads nor pings come, and what is sent on it is lost.
func (s *Server) Silence(app string) {
	if c := s.oldest(app); c != nil {
		s.set(func() { c.silent = true })
	}
}

// Cut ends the oldest connection of an app without a word.
func (s *Server) Cut(app string) {
	if c := s.oldest(app); c != nil {
		_ = c.ws.NetConn().Close()
	}
}

// Raw sends something over the oldest connection of an app as it is, for what
// cannot be read.
func (s *Server) Raw(app, text string) {
	c := s.oldest(app)
	if c == nil {
		return
	}
	c.wmu.Lock()
	defer c.wmu.Unlock()
	_ = c.ws.WriteMessage(1, []byte(text))
}

func (s *Server) oldest(app string) *conn {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.apps[app].conns {
		if !c.going && !c.silent {
			return c
		}
	}
	s.t.Errorf("app %s has no connection", app)
	return nil
}

// dropConnections ends all of them. The lock is held.
func (s *Server) dropConnections() {
	for _, a := range s.apps {
		for _, c := range a.conns {
			_ = c.ws.NetConn().Close()
		}
	}
}
