package slacktest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// answered shows what an app answered to an interaction. The lock is held.
func (s *Server) answered(x *act, kind string, body []byte) {
	if len(body) == 0 || string(body) == "null" || string(body) == "{}" {
		s.submitted(x, "", nil)
		return
	}
	switch x.kind {
	case "view_submission":
		var r struct {
			Action string            `json:"response_action"`
			Errors map[string]string `json:"errors"`
			View   obj               `json:"view"`
		}
		if json.Unmarshal(body, &r) != nil {
			x.failed = "the answer to a form is no JSON"
			return
		}
		x.errors = r.Errors
		s.submitted(x, r.Action, r.View)
	case "slash_commands":
		r := response{Text: string(body), Type: "ephemeral"}
		if !plainBody(kind, body) {
			r = response{}
			if json.Unmarshal(body, &r) != nil {
				x.failed = "the answer to a command is no message"
				return
			}
		}
		if err := s.respond(x, r); err != nil {
			x.failed = err.Error()
			s.Breach("the answer to %s: %v; it was %.300s", x.kind, err, body)
		}
	}
}

// A response is a message that answers an interaction.
type response struct {
	Type     string `json:"response_type"`
	Text     string `json:"text"`
	Blocks   any    `json:"blocks"`
	Replace  any    `json:"replace_original"`
	Delete   any    `json:"delete_original"`
	ThreadTS string `json:"thread_ts"`
}

func isSet(v any) bool { return v == true || v == "true" }

// respond shows a response: to the user, in the channel, or in place of the
// message whose button was pressed.
func (s *Server) respond(x *act, r response) error {
	c := x.channel
	if isSet(r.Delete) {
		if x.source == nil {
			return errors.New("there is no original to delete")
		}
		delete(s.acts.hidden, x.source.ts)
		if c.byTS[x.source.ts] != nil {
			s.remove(c, x.source)
		}
		return nil
	}
	m := &message{text: r.Text}
	if r.Blocks != nil {
		blocks, problems := checkBlocks(r.Blocks, false)
		if problems != nil {
			return refuse("invalid_blocks", problems...)
		}
		m.blocks = s.named(blocks)
	}
	if m.text == "" && m.blocks == nil {
		return refuse("no_text")
	}
	if isSet(r.Replace) && x.source != nil {
		before := *x.source
		x.source.text, x.source.blocks = m.text, m.blocks
		if x.source.to == "" {
			x.source.edited, x.source.editedBy = s.newTS(), x.in.botUser
			s.changedEvent(c, x.source, &before)
		}
		x.shown = append(x.shown, x.source)
		return nil
	}
	s.own(m, x.in, c)
	m.thread = r.ThreadTS
	x.shown = append(x.shown, m)
	if r.Type == "in_channel" {
		m.notified = s.notifies(m, c)
		s.counts.Notified += len(m.notified)
		s.publish(c, m)
		return nil
	}
	m.to, m.via = x.user, x
	if m.thread == "" && x.source != nil && x.source.isReply() {
		m.thread = x.source.thread
	}
	s.acts.hidden[m.ts] = m
	return nil
}

// serveResponse takes what is sent to a response URL: five times in 30 minutes.
func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	q := &request{Request: r, method: "response_url"}
	b, _ := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	at := s.note(Call{Time: time.Now(), Method: "response_url"})
	f := s.fault(q)
	status, code := 0, ""
	defer func() { s.noted(at, q, status, code) }()
	switch {
	case f.Hang:
		s.sleep(r.Context(), time.Hour)
		return
	case f.CutBefore:
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		status, code = f.answer(w), "fault"
		return
	}
	s.mu.Lock()
	status, code = s.takeResponse(strings.TrimPrefix(r.URL.Path, "/response/"), b)
	s.Touch()
	s.mu.Unlock()
	if f.Cut {
		panic(http.ErrAbortHandler)
	}
	if code != "" {
		send(w, status, obj{"ok": false, "error": code})
		return
	}
	write(w, status, "text/html", []byte("ok"))
}

func (s *Server) takeResponse(token string, b []byte) (int, string) {
	x := s.acts.byResponse[token]
	switch {
	case x == nil:
		return http.StatusNotFound, "no_service"
	case x.expired || s.o.Now().Sub(x.begun) > 30*time.Minute:
		return http.StatusNotFound, "expired_url"
	case x.uses >= 5:
		s.Breach("a response URL used more than five times")
		return http.StatusNotFound, "used_url"
	}
	x.uses++
	var r response
	if json.Unmarshal(b, &r) != nil {
		s.Breach("what was sent to a response URL is no JSON: %.200s", b)
		return http.StatusBadRequest, "invalid_payload"
	}
	err := s.respond(x, r)
	var no *refusal
	switch {
	case errors.As(err, &no):
		s.Breach("response_url: %s %q; it was %.300s", no.code, no.messages, b)
		return http.StatusBadRequest, no.code
	case err != nil:
		return http.StatusBadRequest, "invalid_payload"
	}
	return http.StatusOK, ""
}
