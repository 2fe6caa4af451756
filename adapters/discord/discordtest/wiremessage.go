package discordtest

import (
	"fmt"
	"mime"
	"net/url"
	"path"
)

// starter is the type of the system message that begins a thread.
const starter = 21

// messageObj is a message as it is shown to the bot. Without the Message Content
// intent, what people wrote is empty, but for messages to the bot.
func (s *Server) messageObj(m *message, content bool) obj {
	o := obj{"id": m.id, "channel_id": m.channel, "type": m.kind, "content": m.content, "author": s.userObj(m.author),
		"timestamp": stamp(idTime(m.id)), "edited_timestamp": stamp(m.edited), "tts": false, "pinned": false,
		"mention_everyone": m.everyone, "mention_roles": list(m.roleNames), "embeds": list(m.embeds),
		"components": list(m.components), "flags": m.flags, "attachments": attachments(m), "mentions": []obj{}}
	mentions := []obj{}
	for _, id := range m.mentions {
		mentions = append(mentions, s.userObj(id))
	}
	o["mentions"] = mentions
	if m.nonce != "" {
		o["nonce"] = m.nonce
	}
	if m.reference != nil {
		o["message_reference"] = obj{"type": 0, "channel_id": m.reference.channel, "message_id": m.reference.message,
			"guild_id": s.channels[m.channel].guild}
	}
	if len(m.reactions) > 0 {
		o["reactions"] = s.reactionObjs(m)
	}
	if th := s.channels[m.thread]; m.thread != "" && th != nil {
		o["thread"] = s.channelObj(th)
	}
	if s.users[m.author] != nil && s.users[m.author].bot && m.author == s.AppID {
		o["application_id"] = s.AppID
	}
	if m.webhook {
		o["webhook_id"] = m.author
	}
	if i := m.interaction; i != nil {
		o["webhook_id"] = s.AppID
		o["interaction_metadata"] = s.metadata(i)
	}
	if !content && !s.shownAnyway(m) {
		o["content"], o["embeds"], o["components"], o["attachments"] = "", []any{}, []any{}, []any{}
	}
	return s.strangeMessage(o)
}

// metadata says which interaction a message answers.
func (s *Server) metadata(i *Interaction) obj {
	o := obj{"id": i.ID, "type": i.Type, "user": s.userObj(i.User), "authorizing_integration_owners": obj{}}
	if i.Guild != "" {
		o["authorizing_integration_owners"] = obj{"0": i.Guild}
	}
	if i.Type == actPress {
		o["interacted_message_id"] = i.source.id
	}
	if i.Type == actForm {
		o["triggering_interaction_metadata"] = s.metadata(i.of)
	}
	return o
}

// shownAnyway says whether a message's content needs no intent.
func (s *Server) shownAnyway(m *message) bool {
	if c := s.channels[m.channel]; m.author == s.AppID || c != nil && c.kind == DM {
		return true
	}
	for _, id := range m.mentions {
		if id == s.AppID {
			return true
		}
	}
	return false
}

// eventObj is a message as events bring it: with where it is, and its author's membership.
func (s *Server) eventObj(m *message, content bool) obj {
	o := s.messageObj(m, content)
	c := s.channels[m.channel]
	o["channel_type"] = c.kind
	if g := s.guilds[c.guild]; g != nil {
		o["guild_id"] = g.id
		if mem := g.members[m.author]; mem != nil && m.interaction == nil {
			o["member"] = memberObj(mem)
		}
	}
	return o
}

func (s *Server) reactionObjs(m *message) []obj {
	os := []obj{}
	for _, r := range m.reactions {
		me := false
		for _, u := range r.users {
			me = me || u == s.AppID
		}
		os = append(os, obj{"emoji": obj{"id": nil, "name": r.emoji}, "count": len(r.users), "me": me, "me_burst": false,
			"burst_colors": []string{}, "count_details": obj{"burst": 0, "normal": len(r.users)}})
	}
	return os
}

func attachments(m *message) []obj {
	os := []obj{}
	for i, f := range m.files {
		at := "https://cdn.discordapp.com/attachments/" + m.channel + "/" + m.id + "/" + url.PathEscape(f.Name)
		o := obj{"id": fmt.Sprint(i + 1), "filename": f.Name, "size": len(f.Data), "url": at, "proxy_url": at}
		if t := mime.TypeByExtension(path.Ext(f.Name)); t != "" {
			o["content_type"] = t
		}
		os = append(os, o)
	}
	return os
}

// strange adds what nobody knows yet, where a test asked for it.
func (s *Server) strange(o obj) obj {
	if s.faults.strange {
		o["unknown_of_tomorrow"] = obj{"a": []any{1, "two", nil, obj{"b": true}}}
	}
	return o
}

func (s *Server) strangeMessage(o obj) obj {
	if s.faults.strange {
		o["components"] = append([]any{obj{"type": 99, "id": 77, "novelty": []any{1}}}, o["components"].([]any)...)
		o["embeds"] = append([]any{obj{"type": "hologram", "novelty": obj{}}}, o["embeds"].([]any)...)
	}
	return s.strange(o)
}
