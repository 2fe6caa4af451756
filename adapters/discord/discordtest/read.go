package discordtest

import (
	"encoding/json"
	"slices"
	"time"
)

// A Message is what is in a channel.
type Message struct {
	ID, Channel, Author string
	Type                int // 0: written, 19: an answer; everything else is Discord's own
	Flags               int
	Content             string
	Embeds              json.RawMessage
	Components          json.RawMessage
	Files               []File
	Created             time.Time
	Edited              time.Time      // zero: never
	Reactions           map[string]int // by emoji
	Notified            []string       // the people who were pinged when it was posted
	Reference           string         // id of the message that it answers
	Nonce               string
}

// Messages are those of a channel or thread, oldest first.
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

// Written are the messages of a channel or thread that somebody wrote, without
// Discord's own, oldest first.
func (s *Server) Written(channel string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.Type != 0 && m.Type != 19 })
}

// Message finds a message wherever it is.
func (s *Server) Message(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.channels {
		if m := c.message(id); m != nil && m.kind != starter {
			return m.show(), true
		}
	}
	return Message{}, false
}

func (m *message) show() Message {
	o := Message{ID: m.id, Channel: m.channel, Author: m.author, Type: m.kind, Flags: m.flags, Content: m.content,
		Files: m.files, Created: idTime(m.id), Edited: m.edited, Notified: slices.Clone(m.notified), Nonce: m.nonce,
		Reactions: map[string]int{}}
	o.Embeds, _ = json.Marshal(list(m.embeds))
	o.Components, _ = json.Marshal(list(m.components))
	for _, r := range m.reactions {
		o.Reactions[r.emoji] = len(r.users)
	}
	if m.reference != nil {
		o.Reference = m.reference.message
	}
	return o
}

// CustomIDs are those of a message's buttons and selects, in their order.
func (m Message) CustomIDs() []string {
	var v any
	_ = json.Unmarshal(m.Components, &v)
	var ids []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case obj:
			if id := text(v, "custom_id"); id != "" {
				ids = append(ids, id)
			}
			walk(v["components"])
			walk(v["accessory"])
		}
	}
	walk(v)
	return ids
}

// A Thread is a thread as it is.
type Thread struct {
	ID, Parent, Owner, Name string
	Archived, Locked        bool
	ArchiveAfter            int // minutes
	Tags                    []string
}

// Threads are those of a channel, in the order of their making.
func (s *Server) Threads(channel string) []Thread {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ts []Thread
	if p := s.channels[channel]; p != nil {
		for _, c := range s.guildChannels(p.guild, true) {
			if c.parent == channel {
				ts = append(ts, Thread{ID: c.id, Parent: channel, Owner: c.owner, Name: c.name, Archived: c.archived,
					Locked: c.locked, ArchiveAfter: c.archiveAfter, Tags: slices.Clone(c.applied)})
			}
		}
	}
	return ts
}
