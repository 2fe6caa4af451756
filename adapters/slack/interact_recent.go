package slack

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"colloquy/bot"
)

// mostRecent is how many acts are remembered, twice: what is signed can be
// delivered again for five minutes. One that comes again to another process is carried
// out once all the same, because its command has the same ID, and is answered twice.
const mostRecent = 2000

// asks is what an app remembers of what people ask for.
type asks struct {
	mu          sync.Mutex
	window      time.Duration   // before an acknowledgement without an answer; 0 means [readyWithin]
	now, before map[string]bool // triggers
	name        string          // of the command in this workspace's app; empty until somebody used it
	fixed       bool            // name is that of the configuration
}

// again remembers an act, and reports whether it was remembered before.
func (s *asks) again(trigger string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now[trigger] || s.before[trigger] {
		return true
	}
	if s.now == nil || len(s.now) >= mostRecent {
		s.now, s.before = map[string]bool{}, s.now
	}
	s.now[trigger] = true
	return false
}

// call notes what the command is called in the app: an organisation may give it
// another name, where "/discuss" belongs to somebody else.
func (s *asks) call(name string) {
	if len(name) < 2 || len(name) > 40 || !strings.HasPrefix(name, "/") || strings.ContainsAny(name, " \t\n<>&") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.fixed {
		s.name = name
	}
}

// ready is after how long an acknowledgement goes without an answer.
func (s *asks) ready() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cmp.Or(s.window, readyWithin)
}

// called is what it is called.
func (s *asks) called() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.name == "" {
		return bot.CommandPrefix
	}
	return s.name
}
