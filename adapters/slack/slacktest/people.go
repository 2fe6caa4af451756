package slacktest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Ref is where a message is.
type Ref struct{ Channel, TS string }

// A Draft is what somebody, or another bot, writes.
type Draft struct {
	Text      string
	Raw       bool   // Text is as Slack keeps it: escaped, "<@U…>" for mentions; otherwise it is what is typed
	Thread    string // ts of the parent
	Broadcast bool   // a reply that is shown in the channel, too
	Me        bool   // "/me …"
	Files     []string
	Webhook   string // of a classic integration with this name; then there is no author
}

// Say makes somebody write into a channel.
func (s *Server) Say(channel, user, text string) Ref {
	s.t.Helper()
	return s.Write(channel, user, Draft{Text: text})
}

// Reply makes somebody write into the thread of a message.
func (s *Server) Reply(parent Ref, user, text string) Ref {
	s.t.Helper()
	return s.Write(parent.Channel, user, Draft{Text: text, Thread: parent.TS})
}

// Write makes somebody write something into a channel. Who is no member of a
// public one becomes it.
func (s *Server) Write(channel, user string, d Draft) Ref {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	switch {
	case c == nil || c.archived:
		s.t.Errorf("nobody can write in channel %s: it is gone or archived", channel)
		return Ref{}
	case d.Thread != "" && (c.byTS[d.Thread] == nil || c.byTS[d.Thread].isReply()):
		s.t.Errorf("channel %s has no message %s to reply to", channel, d.Thread)
		return Ref{}
	}
	m := &message{ts: s.newTS(), channel: c.id, text: s.typed(d), thread: d.Thread, broadcast: d.Broadcast, unfurlLinks: true, unfurlMedia: true}
	if u := s.users[user]; u != nil && d.Webhook == "" {
		s.join(c, user, "")
		m.user, m.team, m.botID, m.appID = u.id, u.team, u.botID, u.appID
		if !u.bot {
			m.clientID = fmt.Sprintf("%08x-0000-4000-8000-%012x", s.lastTS>>32&0xffffffff, s.lastTS&0xffffffffffff)
		}
		m.blocks = richText(s.newID("")[1:6], m.text)
	} else if d.Webhook != "" {
		m.subtype, m.username, m.botID = "bot_message", d.Webhook, "B0WEBHOOK"
	} else {
		s.t.Errorf("there is no user %s", user)
		return Ref{}
	}
	if d.Me {
		m.subtype, m.blocks = "me_message", nil
	}
	for _, name := range d.Files {
		m.subtype = "file_share"
		m.files = append(m.files, s.fileObj(s.newID("F"), name, name, m.user, 5))
	}
	if len(d.Files) > 0 && m.text == "" {
		m.blocks = nil
	}
	m.notified = s.notifies(m, c)
	s.publish(c, m)
	return Ref{c.id, m.ts}
}

var address = regexp.MustCompile(`https?://[^\s<>|]+`)

// typed is what Slack keeps of what somebody types: & < > escaped, addresses as links.
func (s *Server) typed(d Draft) string {
	if d.Raw {
		return d.Text
	}
	return address.ReplaceAllString(Escape(d.Text), "<$0>")
}

// Escape is how Slack keeps & < and >.
func Escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// richText are the blocks that Slack's editor makes beside a text.
func richText(id, text string) []any {
	if text == "" {
		return nil
	}
	return []any{obj{"type": "rich_text", "block_id": id, "elements": []obj{{"type": "rich_text_section",
		"elements": []obj{{"type": "text", "text": text}}}}}}
}

// Edit makes the author change a message; text is what they type.
func (s *Server) Edit(r Ref, text string) { s.EditRaw(r, s.typed(Draft{Text: text})) }

// EditRaw makes the author change a message to a text as Slack keeps it.
func (s *Server) EditRaw(r Ref, text string) {
	s.t.Helper()
	s.change(r, func(c *channel, m *message) {
		before := *m
		m.text, m.blocks = text, richText(s.newID("")[1:6], text)
		m.edited, m.editedBy = s.newTS(), m.user
		s.changedEvent(c, m, &before)
	})
}

// Unfurl adds the preview of a link to a message, which is no edit.
func (s *Server) Unfurl(r Ref) {
	s.t.Helper()
	s.change(r, func(c *channel, m *message) {
		before := *m
		m.attachments = []any{obj{"id": 1, "from_url": "https://example.com/", "title": "A preview", "text": "What is behind the link"}}
		s.changedEvent(c, m, &before)
	})
}

// Delete makes somebody delete a message. A parent with replies becomes a tombstone.
func (s *Server) Delete(r Ref) {
	s.t.Helper()
	s.change(r, s.remove)
}

// Lock ends a thread for new replies, or opens it again.
func (s *Server) Lock(r Ref, on bool) {
	s.t.Helper()
	s.change(r, func(_ *channel, m *message) { m.locked = on })
}

// React adds somebody's reaction to a message: "thumbsup".
func (s *Server) React(r Ref, user, name string) {
	s.t.Helper()
	s.change(r, func(c *channel, m *message) { s.react(c, m, user, name) })
}

// Unreact takes a reaction back.
func (s *Server) Unreact(r Ref, user, name string) {
	s.t.Helper()
	s.change(r, func(c *channel, m *message) {
		for _, x := range m.reactions {
			if x.name == name && slices.Contains(x.users, user) {
				x.users = slices.DeleteFunc(x.users, func(u string) bool { return u == user })
				s.reactionEvent("reaction_removed", c, m, user, name)
			}
		}
		m.reactions = slices.DeleteFunc(m.reactions, func(x *reaction) bool { return len(x.users) == 0 })
	})
}

func (s *Server) change(r Ref, do func(*channel, *message)) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[r.Channel]
	if c == nil || c.byTS[r.TS] == nil {
		s.t.Errorf("channel %s has no message %s", r.Channel, r.TS)
		return
	}
	do(c, c.byTS[r.TS])
	s.Touch()
}

// fileObj is a file as messages name it.
func (s *Server) fileObj(id, name, title, user string, size int) obj {
	link := "https://files.example.com/files/" + id + "/" + name
	return obj{"id": id, "created": s.o.Now().Unix(), "timestamp": s.o.Now().Unix(), "name": name, "title": title, "mimetype": "text/plain",
		"filetype": "text", "pretty_type": "Plain Text", "user": user, "editable": false, "size": size, "mode": "hosted", "is_external": false,
		"is_public": true, "url_private": link, "url_private_download": link + "?download", "permalink": link + "/permalink"}
}

// DeleteFiles deletes the files of a message, of which tombstones stay.
func (s *Server) DeleteFiles(r Ref) {
	s.t.Helper()
	s.change(r, func(c *channel, m *message) {
		before := *m
		gone := []obj{}
		for _, f := range m.files {
			gone = append(gone, obj{"id": f["id"], "mode": "tombstone"})
		}
		m.files = gone
		s.changedEvent(c, m, &before)
	})
}
