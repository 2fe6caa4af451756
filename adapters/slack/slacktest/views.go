package slacktest

import (
	"encoding/json"
	"slices"
	"time"
)

// view is a form that somebody has open, or had.
type view struct {
	id, hash string
	app      *app
	in       *install
	user     string
	o        obj // as the app sent it, its blocks named
	previous string
	root     string
}

// trigger finds the interaction whose trigger a request uses, and uses it up.
func (s *Server) trigger(q *request) (*act, error) {
	x := s.acts.byTrigger[q.arg("trigger_id")]
	switch {
	case x == nil || x.app != q.in.app:
		return nil, refuse("invalid_trigger_id")
	case x.spent:
		return nil, refuse("exchanged_trigger_id")
	case x.expired || s.o.Now().Sub(x.begun) > 3*time.Second:
		return nil, refuse("expired_trigger_id")
	}
	return x, nil
}

func (q *request) view() (obj, error) {
	var o obj
	if json.Unmarshal([]byte(q.arg("view")), &o) != nil || o == nil {
		return nil, refuse("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
	}
	if problems := checkView(o); problems != nil {
		return nil, refuse("invalid_arguments", problems...)
	}
	if len(q.arg("view")) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	return o, nil
}

func (s *Server) newView(x *act, o obj) *view {
	v := &view{id: s.newID("V"), app: x.app, in: x.in, user: x.user}
	v.root = v.id
	s.views[v.id] = v
	s.fillView(v, o)
	return v
}

func (s *Server) fillView(v *view, o obj) {
	v.o, v.hash = o, s.newTS()+".hash"
	v.o["blocks"] = s.named(o["blocks"].([]any))
}

func openView(s *Server, q *request) (obj, error) { return s.openOn(q, false) }
func pushView(s *Server, q *request) (obj, error) { return s.openOn(q, true) }

func (s *Server) openOn(q *request, push bool) (obj, error) {
	x, err := s.trigger(q)
	if err != nil {
		return nil, err
	}
	o, err := q.view()
	if err != nil {
		return nil, err
	}
	stack := s.acts.modals[x.user]
	if push && (len(stack) == 0 || len(stack) >= 3) {
		return nil, refuse("push_limit_reached")
	}
	v := s.newView(x, o)
	if push {
		v.previous, v.root = stack[len(stack)-1].id, stack[0].id
		s.acts.modals[x.user] = append(stack, v)
	} else {
		s.acts.modals[x.user] = []*view{v}
	}
	x.spent, x.modal = true, v
	return obj{"view": v.obj(nil)}, nil
}

func updateView(s *Server, q *request) (obj, error) {
	v := s.views[q.arg("view_id")]
	if ext := q.arg("external_id"); ext != "" {
		for _, w := range s.views {
			if w.o["external_id"] == ext {
				v = w
			}
		}
	}
	if v == nil || v.app != q.in.app || !slices.Contains(s.acts.modals[v.user], v) {
		return nil, refuse("not_found")
	}
	if h := q.arg("hash"); h != "" && h != v.hash {
		return nil, refuse("hash_conflict")
	}
	o, err := q.view()
	if err != nil {
		return nil, err
	}
	s.fillView(v, o)
	return obj{"view": v.obj(nil)}, nil
}

// obj is a view as Slack sends it, with what is filled in.
func (v *view) obj(values obj) obj {
	if values == nil {
		values = obj{}
	}
	o := obj{"id": v.id, "team_id": v.in.team.id, "app_id": v.app.ID, "app_installed_team_id": v.in.team.id, "bot_id": v.in.botID, "hash": v.hash,
		"root_view_id": v.root, "previous_view_id": nil, "state": obj{"values": values}, "private_metadata": "", "callback_id": "", "external_id": "",
		"clear_on_close": false, "notify_on_close": false, "submit": nil, "close": nil}
	if v.previous != "" {
		o["previous_view_id"] = v.previous
	}
	for k, x := range v.o {
		o[k] = x
	}
	return o
}

// submitted does what the answer to a form wants. The lock is held.
func (s *Server) submitted(x *act, action string, o obj) {
	if x.kind != "view_submission" {
		return
	}
	stack := s.acts.modals[x.user]
	if len(stack) == 0 {
		return
	}
	top := stack[len(stack)-1]
	switch action {
	case "errors":
		for block := range x.errors {
			if inputAt(top, block) == nil {
				x.failed = "errors for " + block + ", which is no input of the form"
				s.Breach("response_action errors names the block %q, which is no input of the form", block)
			}
		}
		return
	case "clear":
		s.acts.modals[x.user] = nil
		return
	case "update", "push":
		if problems := checkView(o); problems != nil {
			x.failed = "the view of the answer is not valid"
			s.Breach("response_action %s: %q", action, problems)
			return
		}
		if action == "update" {
			s.fillView(top, o)
			x.modal = top
			return
		}
		v := s.newView(x, o)
		v.previous, v.root = top.id, stack[0].id
		s.acts.modals[x.user] = append(stack, v)
		x.modal = v
		return
	case "":
		s.acts.modals[x.user] = stack[:len(stack)-1]
	default:
		x.failed = "response_action " + action + " is not known"
	}
}
