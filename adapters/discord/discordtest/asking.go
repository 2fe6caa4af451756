package discordtest

import (
	"maps"
	"slices"
	"strings"
)

// Values are the options of a command: texts, numbers or booleans.
type Values = map[string]any

// Slash makes somebody use a command: its words ("discuss schedule add") and its
// options, as they were registered. What Discord would not let them do fails the test.
func (s *Server) Slash(in, user, words string, v Values) *Interaction {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	data := s.commandData(in, user, words, v, "")
	if data == nil {
		return s.nothing(actCommand)
	}
	return s.interact(actCommand, in, user, data, nil)
}

// Complete makes somebody type a value of one option, and ask for choices.
func (s *Server) Complete(in, user, words, option string, v Values) *Interaction {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	data := s.commandData(in, user, words, v, option)
	if data == nil {
		return s.nothing(actComplete)
	}
	return s.interact(actComplete, in, user, data, nil)
}

// Menu makes somebody use a command of a message's context menu.
func (s *Server) Menu(in, message, user, name string) *Interaction {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.commandNamed(name, 3)
	if c == nil || !s.offered(c, in, user) {
		return s.nothing(actCommand)
	}
	m := s.channels[in].message(message)
	if m == nil {
		s.t.Errorf("there is no message %s in channel %s", message, in)
		return s.nothing(actCommand)
	}
	return s.interact(actCommand, in, user, obj{"id": c.id, "name": name, "type": 3, "target_id": message,
		"resolved": obj{"messages": obj{message: s.messageObj(m, true)}}}, nil)
}

// Press makes somebody press the button with a custom id of a message, or choose
// values of its select. Answers for them alone have their buttons too.
func (s *Server) Press(message, customID, user string, values ...string) *Interaction {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.acts.hidden[message]
	if m != nil && m.interaction.User != user {
		s.t.Errorf("message %s is not shown to user %s", message, user)
		return s.nothing(actPress)
	}
	for _, c := range s.channels {
		if x := c.message(message); x != nil && x.kind != starter {
			m = x
		}
	}
	if m == nil || !s.seen(user, s.channels[m.channel]) {
		s.t.Errorf("user %s sees no message %s", user, message)
		return s.nothing(actPress)
	}
	b := component(m.components, customID)
	if b == nil || b["disabled"] == true {
		s.t.Errorf("message %s has no button %q that can be pressed", message, customID)
		return s.nothing(actPress)
	}
	if s.channels[m.channel].archived {
		s.t.Errorf("in the archived thread %s no button can be pressed", m.channel)
	}
	data := obj{"custom_id": customID, "component_type": b["type"], "id": b["id"]}
	if b["type"] != 2.0 {
		data["values"] = values
	}
	return s.interact(actPress, m.channel, user, data, m)
}

// component finds what has a custom id.
func component(cs []any, id string) obj {
	for _, c := range cs {
		m, ok := c.(obj)
		if !ok {
			continue
		}
		if text(m, "custom_id") == id {
			return m
		}
		inner, _ := m["components"].([]any)
		if b := component(append(slices.Clone(inner), m["accessory"]), id); b != nil {
			return b
		}
	}
	return nil
}

// Submit sends the form that an interaction showed, with a text for each field
// that is not left as it was.
func (i *Interaction) Submit(values map[string]string) *Interaction {
	s := i.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.modal == nil {
		s.t.Errorf("interaction %s showed no form", i.describe())
		return s.nothing(actForm)
	}
	rows := []any{}
	for n, f := range i.modal.Fields {
		v, given := values[f.ID]
		if !given {
			v = f.Value
		}
		if f.Required && v == "" || v != "" && length(v) < f.Min || length(v) > max(f.Max, 4000*(1-min(f.Max, 1))) {
			s.t.Errorf("Discord does not take %d characters for field %s", length(v), f.ID)
			return s.nothing(actForm)
		}
		rows = append(rows, obj{"type": 1, "id": 2*n + 1, "components": []obj{{"type": 4, "id": 2*n + 2, "custom_id": f.ID, "value": v}}})
	}
	next := s.interact(actForm, i.Channel, i.User, obj{"custom_id": i.modal.CustomID, "components": rows}, i.source)
	next.of = i
	return next
}

// nothing is an interaction that never took place.
func (s *Server) nothing(kind int) *Interaction {
	return &Interaction{s: s, Type: kind, begun: s.o.Now(), dead: true, data: obj{}}
}

// AllowCommand lets everybody in a server use a command, as its managers can.
func (s *Server) AllowCommand(guild, name string) {
	s.set(func() { s.acts.allowed[guild+"/"+name] = true })
}

// Commands are the names of what the application registered; those of the context
// menu of messages begin with "message: ".
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, c := range s.acts.commands {
		switch c.Type {
		case 1:
			names = append(names, c.words("", c.Options)...)
		case 3:
			names = append(names, "message: "+c.Name)
		}
	}
	return names
}

// words are a command's subcommands, or itself.
func (c *command) words(before string, os []option) []string {
	var out []string
	for _, o := range os {
		if o.Type == optSub || o.Type == optGroup {
			out = append(out, c.words(before+" "+o.Name, o.Options)...)
		}
	}
	if out == nil {
		return []string{c.Name + before}
	}
	return out
}

func (s *Server) commandNamed(name string, kind int) *command {
	for _, c := range s.acts.commands {
		if c.Name == name && c.Type == kind {
			return c
		}
	}
	s.t.Errorf("the application registered no command %q", name)
	return nil
}

// offered says whether Discord offers somebody a command in a channel.
func (s *Server) offered(c *command, in, user string) bool {
	ch := s.channels[in]
	if ch == nil || ch.archived {
		s.t.Errorf("commands cannot be used in channel %s: it is gone or archived", in)
		return false
	}
	if ch.kind == DM {
		if len(c.Contexts) > 0 && !slices.Contains(c.Contexts, 1) {
			s.t.Errorf("command %q is not offered in direct messages", c.Name)
			return false
		}
		return true
	}
	p := s.may(s.guilds[ch.guild], user, ch)
	need := UseCommands
	if !s.acts.allowed[ch.guild+"/"+c.Name] {
		need |= c.needs()
	}
	if p&need != need {
		s.t.Errorf("Discord does not offer command %q to user %s, who lacks permissions", c.Name, user)
		return false
	}
	return true
}

// commandData is what an interaction says of a command; focused is the option
// for which choices are wanted.
func (s *Server) commandData(in, user, words string, v Values, focused string) obj {
	s.t.Helper()
	path := strings.Fields(words)
	c := s.commandNamed(path[0], 1)
	if c == nil || !s.offered(c, in, user) {
		return nil
	}
	os, levels := c.Options, []option{}
	for _, w := range path[1:] {
		i := slices.IndexFunc(os, func(o option) bool { return o.Name == w && (o.Type == optSub || o.Type == optGroup) })
		if i < 0 {
			s.t.Errorf("the application registered no command %q", words)
			return nil
		}
		levels = append(levels, os[i])
		os = os[i].Options
	}
	if slices.ContainsFunc(os, func(o option) bool { return o.Type == optSub || o.Type == optGroup }) {
		s.t.Errorf("command %q needs a subcommand", words)
		return nil
	}
	given, ok := s.valued(words, os, v, focused)
	if !ok {
		return nil
	}
	for i := len(levels) - 1; i >= 0; i-- {
		given = []obj{{"type": levels[i].Type, "name": levels[i].Name, "options": given}}
	}
	data := obj{"id": c.id, "name": c.Name, "type": 1}
	if len(given) > 0 {
		data["options"] = given
	}
	return data
}

// valued puts values into options, and says whether they may be there.
func (s *Server) valued(words string, os []option, v Values, focused string) ([]obj, bool) {
	s.t.Helper()
	left := maps.Clone(v)
	given := []obj{}
	for _, o := range os {
		val, there := v[o.Name]
		delete(left, o.Name)
		t, _ := val.(string)
		switch {
		case !there && o.Name == focused:
			val = ""
		case !there:
			if o.Required && focused == "" {
				s.t.Errorf("command %q needs option %q", words, o.Name)
				return nil, false
			}
			continue
		case o.MaxLength != nil && length(t) > *o.MaxLength || o.MinLength != nil && length(t) < *o.MinLength || length(t) > 6000:
			s.t.Errorf("Discord does not take %d characters for option %q of %q", length(t), o.Name, words)
			return nil, false
		}
		g := obj{"type": o.Type, "name": o.Name, "value": val}
		if o.Name == focused {
			if !o.Autocomplete {
				s.t.Errorf("option %q of %q has no autocomplete", o.Name, words)
				return nil, false
			}
			g["focused"] = true
		}
		given = append(given, g)
	}
	for name := range left {
		s.t.Errorf("command %q has no option %q", words, name)
		return nil, false
	}
	return given, true
}
