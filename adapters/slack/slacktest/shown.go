package slacktest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Shown is what people see of a message: its blocks, or its text where it has
// none, as plain text. Formatting is gone where Slack would format; links are
// "label (address)", mentions are names, buttons are "[label]".
func (s *Server) Shown(r Ref) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(r)
	if m == nil {
		return ""
	}
	if len(m.blocks) == 0 {
		return s.render(m.text)
	}
	b, _ := json.Marshal(m.blocks)
	return s.renderBlocks(b)
}

// Notification is what people read in a notification, or hear from a screen reader.
func (s *Server) Notification(r Ref) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.find(r); m != nil {
		return s.render(m.text)
	}
	return ""
}

func textOf(blocks json.RawMessage) string { return (&Server{}).renderBlocks(blocks) }

func (s *Server) renderBlocks(raw json.RawMessage) string {
	var list []obj
	_ = json.Unmarshal(raw, &list)
	var lines []string
	for _, b := range list {
		lines = append(lines, s.renderBlock(b)...)
	}
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "" }), "\n")
}

func (s *Server) renderBlock(b obj) []string {
	els, _ := b["elements"].([]any)
	var parts []string
	for _, e := range els {
		if o, ok := e.(obj); ok {
			parts = append(parts, s.renderElement(o))
		}
	}
	switch b["type"] {
	case "section":
		lines := []string{s.renderText(b["text"])}
		fields, _ := b["fields"].([]any)
		for _, f := range fields {
			lines = append(lines, s.renderText(f))
		}
		if a, ok := b["accessory"].(obj); ok {
			lines = append(lines, s.renderElement(a))
		}
		return lines
	case "markdown":
		t, _ := b["text"].(string)
		return []string{t}
	case "context", "actions":
		return []string{strings.Join(parts, " ")}
	case "rich_text":
		return parts
	case "divider":
		return []string{"---"}
	case "image":
		return []string{s.renderElement(b)}
	case "input":
		return []string{s.renderText(b["label"]), s.renderText(b["hint"])}
	}
	return []string{s.renderText(b["text"])}
}

func (s *Server) renderElement(e obj) string {
	switch e["type"] {
	case "button":
		return "[" + s.renderText(e["text"]) + "]"
	case "image":
		alt, _ := e["alt_text"].(string)
		return "(" + alt + ")"
	case "mrkdwn", "plain_text":
		return s.renderText(e)
	}
	var parts []string
	inner, _ := e["elements"].([]any)
	for _, x := range inner {
		o, _ := x.(obj)
		t, _ := o["text"].(string)
		if id, ok := o["user_id"].(string); ok {
			t = s.byHandle(id)
		}
		if id, ok := o["channel_id"].(string); ok {
			t = s.resolve("#" + id)
		}
		if u, ok := o["url"].(string); ok {
			t = labelled(t, u)
		}
		parts = append(parts, t+s.renderInner(o))
	}
	return strings.Join(parts, "")
}

func (s *Server) renderInner(o obj) string {
	if _, nested := o["elements"]; nested {
		return s.renderElement(o) + "\n"
	}
	return ""
}

func (s *Server) renderText(v any) string {
	o, _ := v.(obj)
	t, _ := o["text"].(string)
	if o["type"] == "mrkdwn" {
		return s.render(t)
	}
	return unescape(t) // in plain_text, too, Slack resolves the three escapes
}

var (
	angled = regexp.MustCompile(`<([^<>]+)>`)
	styled = []*regexp.Regexp{
		regexp.MustCompile(`(^|[^\p{L}\p{N}*])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[^\p{L}\p{N}*])`),
		regexp.MustCompile(`(^|[^\p{L}\p{N}_])_([^\s_](?:[^_\n]*[^\s_])?)_($|[^\p{L}\p{N}_])`),
		regexp.MustCompile(`(^|[^\p{L}\p{N}~])~([^\s~](?:[^~\n]*[^\s~])?)~($|[^\p{L}\p{N}~])`),
		regexp.MustCompile("(^|[^`])`([^`\n]+)`($|[^`])"),
	}
)

// render is what people see of mrkdwn.
func (s *Server) render(text string) string {
	var names []string
	text = angled.ReplaceAllStringFunc(text, func(a string) string { // names and labels are not formatted
		names = append(names, unescape(s.resolve(a[1:len(a)-1])))
		return "\x00"
	})
	for _, re := range styled {
		text = re.ReplaceAllString(text, "$1$2$3")
	}
	text = unescape(text)
	for _, n := range names {
		text = strings.Replace(text, "\x00", n, 1)
	}
	return text
}

// resolve is what stands for something in angle brackets.
func (s *Server) resolve(a string) string {
	what, label, labels := strings.Cut(a, "|")
	switch {
	case strings.HasPrefix(what, "@"):
		return s.byHandle(what[1:])
	case strings.HasPrefix(what, "#"):
		if c := s.channels[what[1:]]; c != nil {
			return "#" + c.name
		}
		return "#" + label
	case strings.HasPrefix(what, "!subteam^"):
		if g := s.group(strings.TrimPrefix(what, "!subteam^")); g != nil {
			return "@" + g.handle
		}
	case strings.HasPrefix(what, "!") && !labels:
		return "@" + what[1:]
	}
	if labels && !address.MatchString(what) {
		return label
	}
	return labelled(label, what)
}

// labelled is what people see of a link, and where it leads.
func labelled(label, address string) string {
	if label == "" || label == address {
		return address
	}
	return label + " (" + address + ")"
}

func unescape(t string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(t)
}

// notifies are the people whom a new message notifies by name, by group, or by
// <!channel>, <!here> and <!everyone>.
func (s *Server) notifies(m *message, c *channel) []string {
	who := map[string]bool{}
	texts := m.text
	for _, b := range m.blocks {
		texts += "\n" + mrkdwnIn(b)
	}
	for _, a := range angled.FindAllStringSubmatch(texts, -1) {
		what, _, _ := strings.Cut(a[1], "|")
		switch {
		case what == "!channel" || what == "!here" || what == "!everyone":
			for _, u := range c.members {
				who[u] = true
			}
		case strings.HasPrefix(what, "!subteam^"):
			if g := s.group(strings.TrimPrefix(what, "!subteam^")); g != nil {
				for _, u := range g.members {
					who[u] = true
				}
			}
		case strings.HasPrefix(what, "@") && s.users[what[1:]] != nil:
			who[what[1:]] = true
		}
	}
	delete(who, m.user)
	var out []string
	for _, u := range sorted(who) {
		if !s.users[u].bot && s.users[u] != nil {
			out = append(out, u)
		}
	}
	return out
}

// mrkdwnIn are all texts of a block in which Slack looks for mentions.
func mrkdwnIn(v any) string {
	switch v := v.(type) {
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, mrkdwnIn(x))
		}
		return strings.Join(all, "\n")
	case obj:
		if id, ok := v["user_id"].(string); ok && v["type"] == "user" {
			return "<@" + id + ">"
		}
		if r, ok := v["range"].(string); ok && v["type"] == "broadcast" {
			return "<!" + r + ">"
		}
		if id, ok := v["usergroup_id"].(string); ok {
			return "<!subteam^" + id + ">"
		}
		if t, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
			return t
		}
		return mrkdwnIn(v["text"]) + mrkdwnIn(v["fields"]) + "\n" + mrkdwnIn(v["elements"]) + "\n" + mrkdwnIn(v["accessory"])
	}
	return ""
}
