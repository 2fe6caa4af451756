package slacktest

// Await waits until the app answered, which it has to within 3 s: otherwise the
// test fails, for people see that the app did not respond.
func (h *Act) Await() *Act {
	h.s.t.Helper()
	h.s.Await("an answer to "+h.a.kind, func() bool {
		h.s.mu.Lock()
		defer h.s.mu.Unlock()
		return h.a.done
	})
	if why := h.Failed(); why != "" {
		h.s.t.Errorf("%s: no good answer: %s", h.a.kind, why)
	}
	return h
}

// AwaitFailed waits until the app failed to answer, and returns why: "http_timeout",
// "http_error", "connection_failed", "timeout".
func (h *Act) AwaitFailed() string {
	h.s.t.Helper()
	h.s.Await("a failed answer to "+h.a.kind, func() bool { return h.Failed() != "" })
	return h.Failed()
}

// Failed is why there was no good answer; empty: there was, or there is none yet.
func (h *Act) Failed() string {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.a.failed
}

// Body is what the app answered with.
func (h *Act) Body() string {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return string(h.a.body)
}

// Messages are what was shown through the answer or the response URL so far.
func (h *Act) Messages() []Message {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	var ms []Message
	for _, m := range h.a.shown {
		ms = append(ms, m.show())
	}
	return ms
}

// AwaitMessage waits for the first message that is shown through the answer or
// the response URL.
func (h *Act) AwaitMessage() Message {
	h.s.t.Helper()
	h.Await()
	h.s.Await("a message that answers "+h.a.kind, func() bool { return len(h.Messages()) > 0 })
	return h.Messages()[0]
}

// AwaitModal waits for the form that is opened with the trigger, or put in place
// of the submitted one.
func (h *Act) AwaitModal() Modal {
	h.s.t.Helper()
	h.s.Await("a form that answers "+h.a.kind, func() bool {
		h.s.mu.Lock()
		defer h.s.mu.Unlock()
		return h.a.modal != nil
	})
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.a.modal.show()
}

// Errors are what the submitted form was refused with, by block id.
func (h *Act) Errors() map[string]string {
	h.Await()
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.a.errors
}

// Expire ends the time in which the trigger and the response URL can be used.
func (h *Act) Expire() { h.s.set(func() { h.a.expired = true }) }

// AwaitEphemeral waits until somebody alone was shown more than so many messages,
// by whatever way, and returns the one after those.
func (s *Server) AwaitEphemeral(user string, seen int) Message {
	s.t.Helper()
	s.Await("a message for one person alone", func() bool { return len(s.Ephemerals(user)) > seen })
	return s.Ephemerals(user)[seen]
}
