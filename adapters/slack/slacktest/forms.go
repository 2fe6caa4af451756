package slacktest

import (
	"encoding/json"
	"slices"
)

// A Modal is a form that somebody has open.
type Modal struct {
	ID, CallbackID, Title, Submit, Close string
	PrivateMetadata                      string
	Blocks                               json.RawMessage
	Inputs                               []Input
}

// An Input is a field of a form.
type Input struct {
	Block, Action, Label, Value, Hint string
	Type                              string // "plain_text_input", …
	Optional, Multiline               bool
	Max                               int // characters; 0: 3000
}

// Buttons are those of the form, in their order.
func (m Modal) Buttons() []Button { return buttonsOf(m.Blocks) }

// Text is all that the form says, as people read it.
func (m Modal) Text() string { return textOf(m.Blocks) }

func (v *view) show() Modal {
	text := func(k string) string { o, _ := v.o[k].(obj); t, _ := o["text"].(string); return t }
	m := Modal{ID: v.id, Title: text("title"), Submit: text("submit"), Close: text("close")}
	m.CallbackID, _ = v.o["callback_id"].(string)
	m.PrivateMetadata, _ = v.o["private_metadata"].(string)
	m.Blocks, _ = json.Marshal(v.o["blocks"])
	for _, b := range v.o["blocks"].([]any) {
		if o := b.(obj); o["type"] == "input" {
			m.Inputs = append(m.Inputs, inputOf(o))
		}
	}
	return m
}

func inputOf(b obj) Input {
	e, _ := b["element"].(obj)
	text := func(o obj, k string) string { v, _ := o[k].(string); return v }
	label, _ := b["label"].(obj)
	hint, _ := b["hint"].(obj)
	in := Input{Block: text(b, "block_id"), Action: text(e, "action_id"), Label: text(label, "text"), Hint: text(hint, "text"),
		Type: text(e, "type"), Value: text(e, "initial_value"), Optional: b["optional"] == true, Multiline: e["multiline"] == true}
	if n, ok := e["max_length"].(float64); ok {
		in.Max = int(n)
	}
	return in
}

func inputAt(v *view, block string) obj {
	for _, b := range v.o["blocks"].([]any) {
		if o := b.(obj); o["type"] == "input" && o["block_id"] == block {
			return o
		}
	}
	return nil
}

// Modals are the forms that somebody has open, the one on top last.
func (s *Server) Modals(user string) []Modal {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ms []Modal
	for _, v := range s.acts.modals[user] {
		ms = append(ms, v.show())
	}
	return ms
}

func (s *Server) top(user string) *view {
	s.t.Helper()
	stack := s.acts.modals[user]
	if len(stack) == 0 {
		s.t.Errorf("user %s has no form open", user)
		return nil
	}
	return stack[len(stack)-1]
}

// Submit makes somebody submit the form that they have open, with a text for each
// field, by its action id or its block id. What is not given stays as it was. For
// a select it is the value of an option.
func (s *Server) Submit(user string, values map[string]string) *Act {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.top(user)
	if v == nil {
		return s.nothing(user)
	}
	state := obj{}
	for _, in := range v.show().Inputs {
		given, ok := values[in.Action]
		if !ok {
			given, ok = values[in.Block]
		}
		if !ok {
			given = in.Value
		}
		if given == "" && !in.Optional {
			s.t.Errorf("field %q of the form must be filled in", in.Label)
			return s.nothing(user)
		}
		most := in.Max
		if most == 0 {
			most = 3000
		}
		if in.Type == "plain_text_input" && length(given) > most {
			s.t.Errorf("field %q of the form takes %d characters, and not %d", in.Label, most, length(given))
			return s.nothing(user)
		}
		e, _ := inputAt(v, in.Block)["element"].(obj)
		state[in.Block] = obj{in.Action: filled(e, given)}
	}
	x := s.begin(v.app, v.in, "view_submission", user, nil)
	o := s.interaction(x)
	o["view"], o["response_urls"] = v.obj(state), []any{}
	s.bringPayload(x, o)
	return s.handle(x)
}

// filled is what the state of a form says of a field.
func filled(e obj, value string) obj {
	o := obj{"type": e["type"]}
	switch e["type"] {
	case "plain_text_input":
		o["value"] = any(value)
		if value == "" {
			o["value"] = nil
		}
	case "static_select", "radio_buttons":
		o["selected_option"] = nil
		if i := slices.IndexFunc(optionsOf(e), func(x obj) bool { return x["value"] == value }); i >= 0 {
			o["selected_option"] = optionsOf(e)[i]
		}
	case "checkboxes":
		chosen := []obj{}
		for _, x := range optionsOf(e) {
			if x["value"] == value {
				chosen = append(chosen, x)
			}
		}
		o["selected_options"] = chosen
	case "channels_select", "conversations_select", "users_select":
		kind := map[any]string{"channels_select": "channel", "conversations_select": "conversation", "users_select": "user"}[e["type"]]
		o["selected_"+kind] = value
	default:
		o["value"] = value
	}
	return o
}

func optionsOf(e obj) []obj {
	list, _ := e["options"].([]any)
	var out []obj
	for _, x := range list {
		if o, ok := x.(obj); ok {
			out = append(out, o)
		}
	}
	return out
}

// PressInModal makes somebody press a button of the form that they have open.
func (s *Server) PressInModal(user, actionID string) *Act {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.top(user)
	if v == nil {
		return s.nothing(user)
	}
	bs := v.show().Buttons()
	i := slices.IndexFunc(bs, func(b Button) bool { return b.Action == actionID })
	if i < 0 {
		s.t.Errorf("the form has no button %q", actionID)
		return s.nothing(user)
	}
	x := s.begin(v.app, v.in, "block_actions", user, nil)
	o := s.interaction(x)
	o["container"], o["view"], o["actions"] = obj{"type": "view", "view_id": v.id}, v.obj(nil), []obj{s.actionObj(bs[i])}
	s.bringPayload(x, o)
	return s.handle(x)
}

// CloseModal makes somebody close the form without sending it.
func (s *Server) CloseModal(user string) {
	s.t.Helper()
	s.set(func() {
		if v := s.top(user); v != nil {
			s.acts.modals[user] = s.acts.modals[user][:len(s.acts.modals[user])-1]
			if v.o["notify_on_close"] == true {
				x := s.begin(v.app, v.in, "view_closed", user, nil)
				o := s.interaction(x)
				o["view"], o["is_cleared"] = v.obj(nil), false
				s.bringPayload(x, o)
			}
		}
	})
}
