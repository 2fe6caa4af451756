package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf16"
)

// length counts as Slack's clients do, in UTF-16 units.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

// composed reads what a message is made of, and checks it.
func (s *Server) composed(q *request, update bool) (*message, error) {
	m := &message{text: q.arg("text"), unfurlLinks: q.flag("unfurl_links", false), unfurlMedia: q.flag("unfurl_media", true)}
	if raw := q.arg("blocks"); raw != "" && raw != "[]" && raw != "null" {
		var bs any
		if json.Unmarshal([]byte(raw), &bs) != nil {
			return nil, refuse("invalid_blocks_format")
		}
		list, problems := checkBlocks(bs, false)
		if problems != nil {
			return nil, refuse("invalid_blocks", problems...)
		}
		if size(list) > maxBlocksLength {
			return nil, refuse("msg_blocks_too_long")
		}
		m.blocks = s.named(list)
	}
	if raw := q.arg("attachments"); raw != "" && raw != "[]" {
		if json.Unmarshal([]byte(raw), &m.attachments) != nil {
			return nil, refuse("invalid_attachments")
		}
	}
	if m.text == "" && m.blocks == nil && m.attachments == nil && !(update && q.args.Has("metadata")) {
		return nil, refuse("no_text")
	}
	if update && length(m.text) > 4000 {
		return nil, refuse("msg_too_long")
	}
	if r := []rune(m.text); len(r) > 40000 {
		m.text = string(r[:40000])
	}
	if m.blocks != nil && strings.TrimSpace(m.text) == "" {
		s.Breach("%s: blocks without a text, which notifications and screen readers use", q.method)
	}
	if q.flag("link_names", false) || q.arg("parse") == "full" {
		s.Breach("%s: link_names or parse=full make others' words into mentions", q.method)
	}
	return m, q.metadata(m)
}

func (q *request) metadata(m *message) error {
	raw := q.arg("metadata")
	if raw == "" || raw == "{}" {
		return nil
	}
	var o obj
	if json.Unmarshal([]byte(raw), &o) != nil {
		return refuse("invalid_metadata_format")
	}
	payload, ok := o["event_payload"].(obj)
	if t, _ := o["event_type"].(string); t == "" || !ok || payload == nil {
		return refuse("invalid_metadata_schema")
	}
	if len(raw) > 8000 {
		return refuse("metadata_too_large")
	}
	m.metadata = o
	return nil
}

// target finds where a message of a bot is to go. An id of a user stands for the
// conversation with them.
func (s *Server) target(q *request) (*channel, error) {
	id := q.arg("channel")
	if u := s.users[id]; u != nil && !u.bot && s.acquainted(q.in, u) {
		return s.direct(id, q.in.botUser), nil
	}
	c, err := s.seen(q, id)
	switch {
	case err != nil:
		return nil, err
	case c.archived:
		return nil, refuse("is_archived")
	case c.readOnly:
		return nil, refuse("restricted_action_read_only_channel")
	}
	return c, nil
}

// acquainted says whether a bot may know of somebody: of its workspace, or of
// another with which it shares a channel.
func (s *Server) acquainted(in *install, u *user) bool {
	if u.team == in.team.id || u.id == slackbot {
		return true
	}
	return slices.ContainsFunc(s.everyChannel(in.team.id), func(c *channel) bool { return c.has(u.id) })
}

// everyChannel are the channels that a workspace has, or shares.
func (s *Server) everyChannel(team string) []*channel {
	cs := slices.Clone(s.teams[team].channels)
	for _, t := range s.teams {
		if t.id != team {
			for _, c := range t.channels {
				if slices.Contains(c.shared, team) {
					cs = append(cs, c)
				}
			}
		}
	}
	return cs
}

// threadOf checks the thread to which a message is to go.
func (s *Server) threadOf(q *request, c *channel) (*message, error) {
	ts := q.arg("thread_ts")
	if ts == "" {
		if c.threadsOnly {
			return nil, refuse("restricted_action_thread_only_channel")
		}
		return nil, nil
	}
	p := c.byTS[ts]
	switch {
	case p == nil:
		return nil, refuse("thread_not_found")
	case p.isReply():
		s.Breach("%s: thread_ts of a reply, and not of its parent", q.method)
		return nil, refuse("cannot_reply_to_message")
	case p.locked:
		return nil, refuse("restricted_action_thread_locked")
	}
	return p, nil
}

func postMessage(s *Server, q *request) (obj, error) {
	c, err := s.target(q)
	if err != nil {
		return nil, err
	}
	if !c.has(q.in.botUser) && !q.may("chat:write.public") {
		return nil, refuse("not_in_channel")
	}
	if q.arg("unfurl_links") == "" || q.arg("unfurl_media") == "" {
		s.Breach("chat.postMessage: unfurl_links and unfurl_media are not both given")
	}
	m, err := s.composed(q, false)
	if err != nil {
		return nil, err
	}
	p, err := s.threadOf(q, c)
	if err != nil {
		return nil, err
	}
	if q.arg("username") != "" && !q.may("chat:write.customize") {
		return nil, q.needs("chat:write.customize")
	}
	s.own(m, q.in, c)
	if p != nil {
		m.thread = p.ts
		m.broadcast = q.flag("reply_broadcast", false)
	}
	m.username = q.arg("username")
	m.notified = s.notifies(m, c)
	s.counts.Notified += len(m.notified)
	s.publish(c, m)
	return obj{"channel": c.id, "ts": m.ts, "message": s.messageObj(m, sight{metadata: true})}, nil
}

// own makes a message one of a bot.
func (s *Server) own(m *message, in *install, c *channel) {
	m.ts, m.channel, m.user, m.team = s.newTS(), c.id, in.botUser, in.team.id
	m.botID, m.appID = in.botID, in.app.ID
}

func postEphemeral(s *Server, q *request) (obj, error) {
	c, err := s.target(q)
	if err != nil {
		return nil, err
	}
	if !c.has(q.in.botUser) {
		return nil, refuse("not_in_channel")
	}
	if !c.has(q.arg("user")) {
		return nil, refuse("user_not_in_channel")
	}
	m, err := s.composed(q, false)
	if err != nil {
		return nil, err
	}
	s.own(m, q.in, c)
	m.to, m.thread = q.arg("user"), q.arg("thread_ts")
	s.acts.hidden[m.ts] = m
	return obj{"message_ts": m.ts}, nil
}

// ownMessage finds the bot's message that is to be changed.
func (s *Server) ownMessage(q *request, otherwise string) (*channel, *message, error) {
	c, err := s.seen(q, q.arg("channel"))
	if err != nil {
		return nil, nil, err
	}
	m := c.byTS[q.arg("ts")]
	switch {
	case m == nil || m.subtype == tombstone:
		return nil, nil, refuse("message_not_found")
	case c.archived:
		return nil, nil, refuse("is_archived")
	case m.botID != q.in.botID:
		return nil, nil, refuse(otherwise)
	}
	return c, m, nil
}

func updateMessage(s *Server, q *request) (obj, error) {
	c, m, err := s.ownMessage(q, "cant_update_message")
	if err != nil {
		return nil, err
	}
	n, err := s.composed(q, true)
	if err != nil {
		return nil, err
	}
	before := *m
	if q.args.Has("text") || n.blocks != nil {
		m.text, m.blocks = n.text, n.blocks
	}
	if q.args.Has("attachments") {
		m.attachments = n.attachments
	}
	if q.args.Has("metadata") {
		m.metadata = n.metadata
	}
	m.edited, m.editedBy = s.newTS(), q.in.botUser
	s.changedEvent(c, m, &before)
	return obj{"channel": c.id, "ts": m.ts, "text": m.text, "message": s.messageObj(m, sight{metadata: true})}, nil
}

func deleteMessage(s *Server, q *request) (obj, error) {
	c, m, err := s.ownMessage(q, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.remove(c, m)
	return obj{"channel": c.id, "ts": m.ts}, nil
}

func permalink(s *Server, q *request) (obj, error) {
	c, err := s.seen(q, q.arg("channel"))
	if err != nil {
		return nil, err
	}
	m := c.byTS[q.arg("message_ts")]
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return obj{"channel": c.id, "permalink": s.permalink(c, m)}, nil
}

func (s *Server) permalink(c *channel, m *message) string {
	link := "https://" + s.teams[c.team].domain + ".slack.com/archives/" + c.id + "/p" + strings.Replace(m.ts, ".", "", 1)
	if m.isReply() {
		link += "?thread_ts=" + m.thread + "&cid=" + c.id
	}
	return link
}
