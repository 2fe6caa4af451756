package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Undelivered are how many events are still under way: not accepted, and not lost.
func (s *Server) Undelivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mail.open
}

// AwaitDelivered waits until every event was accepted or lost.
func (s *Server) AwaitDelivered() {
	s.t.Helper()
	s.Await("all events to be delivered", func() bool { return s.Undelivered() == 0 })
}

// GiveUp ends all waits before another try: what was not delivered yet is lost, as
// it is after some minutes in which the app does not answer.
func (s *Server) GiveUp() {
	s.set(func() {
		close(s.mail.giveUp)
		s.mail.giveUp = make(chan struct{})
	})
}

// HoldDeliveries keeps all events back until [Server.Release], which delivers them
// in the order that the test wants.
func (s *Server) HoldDeliveries() { s.set(func() { s.mail.held = true }) }

// Release delivers what was held, in reverse order if that is wanted. Events about
// one channel begin in this order, too.
func (s *Server) Release(reverse bool) {
	s.set(func() {
		s.mail.held = false
		ds := s.mail.waiting
		s.mail.waiting = nil
		if reverse {
			slices.Reverse(ds)
		}
		for _, d := range ds {
			s.dispatch(d)
		}
	})
}

// DropHeld loses what was held, as if Slack never sent it.
func (s *Server) DropHeld() {
	s.set(func() {
		for _, d := range s.mail.waiting {
			s.over(d)
		}
		s.mail.waiting = nil
	})
}

// Twice delivers the next n events two times.
func (s *Server) Twice(n int) { s.set(func() { s.mail.twice = n }) }

// BadSignatures signs everything that is sent to apps with a wrong secret, or no longer.
func (s *Server) BadSignatures(on bool) { s.set(func() { s.mail.badSign = on }) }

// OldTimestamps signs everything that is sent to apps as of six minutes ago, or no longer.
func (s *Server) OldTimestamps(on bool) { s.set(func() { s.mail.oldTime = on }) }

// Again delivers an event once more, as somebody would who recorded it.
func (s *Server) Again(eventID string) {
	s.set(func() {
		for _, d := range s.mail.all {
			if d.EventID == eventID {
				s.dispatch(d)
				return
			}
		}
		s.t.Errorf("there was no event %s", eventID)
	})
}

// Verify sends url_verification to an app's address for events, as Slack does
// when the address is typed in, and reports whether the challenge came back.
func (s *Server) Verify(appID string) bool {
	s.mu.Lock()
	a := s.apps[appID]
	challenge := s.newID("challenge")
	body, _ := json.Marshal(obj{"token": a.Verification, "challenge": challenge, "type": "url_verification"})
	url := a.EventsURL
	s.mu.Unlock()
	res := s.signedPost(a, url, http.Header{"Content-Type": {"application/json"}}, body)
	var o struct {
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(res.body, &o) != nil {
		o.Challenge = string(res.body)
	}
	return res.status == http.StatusOK && o.Challenge == challenge
}

// CheckCertificate asks an app's address for commands whether it is there, as
// Slack does every now and then without a signature. It returns the status.
func (s *Server) CheckCertificate(appID string) int {
	s.mu.Lock()
	a := s.apps[appID]
	body := url.Values{"ssl_check": {"1"}, "token": {a.Verification}}.Encode()
	to := a.CommandsURL
	s.mu.Unlock()
	res, err := s.mail.client.Post(to, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}
