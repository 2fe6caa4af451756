package slacktest

import (
	"encoding/json"
	"slices"
)

// A Message is what is in a channel, or what one person was shown.
type Message struct {
	Channel, TS string
	Thread      string // ts of the parent; of a parent with replies its own
	User, BotID string
	Subtype     string
	Text        string          // as Slack keeps it
	Blocks      json.RawMessage // null if there are none
	Metadata    json.RawMessage
	Edited      string         // ts; empty: never
	Reactions   map[string]int // by name
	Replies     int
	Broadcast   bool
	Files       []string // their names
	UnfurlLinks bool     // what the author asked for
	UnfurlMedia bool
	Notified    []string // the people who were notified when it was posted
	Ephemeral   string   // who alone sees it
}

// Ref is where the message is.
func (m Message) Ref() Ref { return Ref{m.Channel, m.TS} }

// IsReply says whether it is in a thread, and not the parent.
func (m Message) IsReply() bool { return m.Thread != "" && m.Thread != m.TS }

func (m *message) show() Message {
	o := Message{Channel: m.channel, TS: m.ts, Thread: m.thread, User: m.user, BotID: m.botID, Subtype: m.subtype, Text: m.text,
		Edited: m.edited, Replies: len(m.replies), Broadcast: m.broadcast, UnfurlLinks: m.unfurlLinks, UnfurlMedia: m.unfurlMedia,
		Notified: slices.Clone(m.notified), Ephemeral: m.to, Reactions: map[string]int{}}
	o.Blocks, _ = json.Marshal(m.blocks)
	o.Metadata, _ = json.Marshal(m.metadata)
	for _, r := range m.reactions {
		o.Reactions[r.name] = len(r.users)
	}
	for _, f := range m.files {
		name, _ := f["name"].(string)
		o.Files = append(o.Files, name)
	}
	return o
}

// Messages are all of a channel, replies too, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ms []Message
	if c := s.channels[channel]; c != nil {
		for _, m := range c.messages {
			ms = append(ms, m.show())
		}
	}
	return ms
}

// Roots are the messages of a channel that are no replies, oldest first.
func (s *Server) Roots(channel string) []Message {
	return slices.DeleteFunc(s.Messages(channel), Message.IsReply)
}

// Thread are the replies to a message, oldest first, without itself.
func (s *Server) Thread(parent Ref) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ms []Message
	if c := s.channels[parent.Channel]; c != nil && c.byTS[parent.TS] != nil {
		for _, m := range c.byTS[parent.TS].replies {
			ms = append(ms, m.show())
		}
	}
	return ms
}

// PostedBy are the messages of a channel that a user or bot wrote, oldest first.
func (s *Server) PostedBy(channel, user string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.User != user })
}

// Message finds a message, also one that only one person sees.
func (s *Server) Message(r Ref) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(r)
	if m == nil {
		return Message{}, false
	}
	return m.show(), true
}

func (s *Server) find(r Ref) *message {
	if m := s.acts.hidden[r.TS]; m != nil && m.channel == r.Channel {
		return m
	}
	if c := s.channels[r.Channel]; c != nil {
		return c.byTS[r.TS]
	}
	return nil
}

// Ephemerals are the messages that somebody alone was shown and that are still
// there, oldest first.
func (s *Server) Ephemerals(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ms []Message
	for _, ts := range sorted(s.acts.hidden) {
		if m := s.acts.hidden[ts]; m.to == user {
			ms = append(ms, m.show())
		}
	}
	return ms
}

// A Button is one that a message or a form has.
type Button struct {
	Action, Block, Value, Text, Style, URL string
}

// Buttons are those of a message, in their order.
func (m Message) Buttons() []Button { return buttonsOf(m.Blocks) }

// Button finds the first whose text is this.
func (m Message) Button(text string) (Button, bool) {
	for _, b := range m.Buttons() {
		if b.Text == text {
			return b, true
		}
	}
	return Button{}, false
}

func buttonsOf(blocks json.RawMessage) []Button {
	var bs []obj
	_ = json.Unmarshal(blocks, &bs)
	var out []Button
	for _, b := range bs {
		id, _ := b["block_id"].(string)
		els, _ := b["elements"].([]any)
		for _, e := range append(els, b["accessory"]) {
			o, _ := e.(obj)
			if o["type"] != "button" {
				continue
			}
			text := func(k string) string { v, _ := o[k].(string); return v }
			label, _ := o["text"].(obj)
			l, _ := label["text"].(string)
			out = append(out, Button{Action: text("action_id"), Block: id, Value: text("value"), Text: l, Style: text("style"), URL: text("url")})
		}
	}
	return out
}
