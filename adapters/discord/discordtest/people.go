package discordtest

import "slices"

// Say makes somebody write in a channel or thread and returns the message's id.
func (s *Server) Say(in, user, text string) string {
	return s.say(in, &message{author: user, content: text})
}

// Answer makes somebody write in answer to a message.
func (s *Server) Answer(in, to, user, text string) string {
	return s.say(in, &message{author: user, content: text, kind: 19, reference: &reference{to, in}})
}

// Upload makes somebody write with files.
func (s *Server) Upload(in, user, text string, files ...File) string {
	return s.say(in, &message{author: user, content: text, files: files})
}

// Webhook makes a webhook write, as other services do.
func (s *Server) Webhook(in, name, text string) string {
	s.mu.Lock()
	id := s.addUser(name)
	s.users[id].bot = true
	s.mu.Unlock()
	return s.say(in, &message{author: id, content: text, webhook: true})
}

// Notice makes Discord itself write, with a type such as 4 (renamed) or 6 (pinned).
func (s *Server) Notice(in, user string, kind int) string {
	return s.say(in, &message{author: user, kind: kind})
}

func (s *Server) say(in string, m *message) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[in]
	if c == nil {
		s.t.Errorf("nobody can write in channel %s: it is gone", in)
		return ""
	}
	if c.kind.thread() {
		if err := s.mayEnter(c, m.author); err != nil {
			s.t.Errorf("user %s cannot write in thread %s: %v", m.author, in, err)
			return ""
		}
	}
	m.id, m.channel = s.newID(), c.id
	s.mention(m, nil, true)
	s.add(c, m)
	return m.id
}

// Edit makes the author of a message change it.
func (s *Server) Edit(in, id, text string) {
	s.with(in, id, func(_ *channel, m *message) {
		m.content, m.edited = text, s.o.Now()
		s.mention(m, nil, false)
		s.messageEvent("MESSAGE_UPDATE", m)
	})
}

// Embed makes a message get an embed, as a link in it does a moment later. It is no edit.
func (s *Server) Embed(in, id, link string) {
	s.with(in, id, func(_ *channel, m *message) {
		m.embeds = append(m.embeds, obj{"type": "link", "url": link, "title": "A page"})
		s.messageEvent("MESSAGE_UPDATE", m)
	})
}

// Delete makes the author, or a manager, delete a message.
func (s *Server) Delete(in, id string) {
	s.with(in, id, func(c *channel, _ *message) { s.drop(c, id) })
}

// DeleteMany makes a manager delete messages in bulk.
func (s *Server) DeleteMany(in string, ids ...string) {
	s.set(func() {
		c := s.channels[in]
		for _, id := range ids {
			c.remove(id)
		}
		s.channelEvent("MESSAGE_DELETE_BULK", c, obj{"ids": ids, "channel_id": in})
	})
}

// React makes somebody react to a message with an emoji.
func (s *Server) React(in, id, user, emoji string) {
	s.with(in, id, func(c *channel, m *message) { s.addReaction(c, m, user, emoji) })
}

// Unreact takes that back.
func (s *Server) Unreact(in, id, user, emoji string) {
	s.with(in, id, func(c *channel, m *message) { s.dropReaction(c, m, user, emoji) })
}

// ClearReactions makes a manager take all reactions of a message away, or all of one emoji.
func (s *Server) ClearReactions(in, id, emoji string) {
	s.with(in, id, func(c *channel, m *message) {
		o := obj{"channel_id": c.id, "message_id": m.id}
		if emoji == "" {
			m.reactions = nil
			s.channelEvent("MESSAGE_REACTION_REMOVE_ALL", c, o)
			return
		}
		m.reactions = slices.DeleteFunc(m.reactions, func(r *reaction) bool { return r.emoji == emoji })
		o["emoji"] = obj{"id": nil, "name": emoji}
		s.channelEvent("MESSAGE_REACTION_REMOVE_EMOJI", c, o)
	})
}

// OpenThread makes somebody open a thread under a message; it has the message's id.
func (s *Server) OpenThread(in, id, user, name string) string {
	s.with(in, id, func(c *channel, m *message) { s.startThread(c, m, user, name, nil) })
	return id
}

// SetThread makes a manager archive or open, lock or unlock a thread.
func (s *Server) SetThread(thread string, archived, locked bool) {
	s.set(func() {
		c := s.channels[thread]
		if c.archived != archived {
			c.archivedAt = s.o.Now()
		}
		c.archived, c.locked = archived, locked
		s.channelEvent("THREAD_UPDATE", c, s.channelObj(c))
	})
}

// FillThread gives a thread 1000 participants, of whom the bot is none.
func (s *Server) FillThread(thread string) {
	s.set(func() {
		c := s.channels[thread]
		c.joined = map[string]bool{}
		for range 1000 {
			c.joined[s.newID()] = true
		}
	})
}

// DirectChannel is the channel of direct messages between the bot and somebody.
func (s *Server) DirectChannel(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user).id
}

// with does something with a message, which has to exist.
func (s *Server) with(in, id string, do func(*channel, *message)) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[in]
	if c == nil || c.message(id) == nil {
		s.t.Errorf("there is no message %s in channel %s", id, in)
		return
	}
	do(c, c.message(id))
	s.Touch()
}
