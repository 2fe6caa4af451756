package slacktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sight is what somebody gets to see of messages.
type sight struct {
	metadata bool
	event    bool // in an event, which tells neither of threads nor of reactions
}

// messageObj is a message as Slack sends it.
func (s *Server) messageObj(m *message, v sight) obj {
	o := obj{"type": "message", "text": m.text, "ts": m.ts}
	put := func(k, v string) {
		if v != "" {
			o[k] = v
		}
	}
	put("subtype", m.subtype)
	put("user", m.user)
	put("team", m.team)
	put("username", m.username)
	put("bot_id", m.botID)
	put("app_id", m.appID)
	put("client_msg_id", m.clientID)
	put("thread_ts", m.thread)
	if m.botID != "" && m.user != "" {
		o["bot_profile"] = s.botProfile(m)
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
	}
	if len(m.attachments) > 0 {
		o["attachments"] = m.attachments
	}
	if len(m.files) > 0 {
		o["files"], o["upload"], o["display_as_bot"] = m.files, false, false
	}
	if m.edited != "" {
		o["edited"] = obj{"user": m.editedBy, "ts": m.edited}
	}
	if m.subtype == tombstone {
		o["hidden"] = true
	}
	if m.metadata != nil && v.metadata {
		o["metadata"] = m.metadata
	}
	s.threadFields(o, m, v)
	if !v.event && len(m.reactions) > 0 {
		var rs []obj
		for _, r := range m.reactions {
			rs = append(rs, obj{"name": r.name, "users": r.users[:min(len(r.users), 50)], "count": len(r.users)})
		}
		o["reactions"] = rs
	}
	if u := s.users[m.user]; u != nil && m.botID == "" && s.channels[m.channel] != nil && u.team != s.channels[m.channel].team && u.id != slackbot {
		o["user_team"], o["source_team"], o["user_profile"] = u.team, u.team, s.profileOf(u)
	}
	return o
}

// threadFields say to which thread a message belongs, or what its thread is like.
func (s *Server) threadFields(o obj, m *message, v sight) {
	c := s.channels[m.channel]
	if c == nil {
		return
	}
	if m.isReply() {
		p := c.byTS[m.thread]
		if p != nil {
			o["parent_user_id"] = p.user
		}
		if m.broadcast {
			o["subtype"] = "thread_broadcast"
			if p != nil {
				o["root"] = s.messageObj(p, sight{event: v.event})
			}
		}
		return
	}
	if n := len(m.replies); n > 0 {
		var who []string
		for _, r := range m.replies {
			if !slices.Contains(who, r.user) {
				who = append(who, r.user)
			}
		}
		o["reply_count"], o["reply_users_count"], o["latest_reply"] = n, len(who), m.replies[n-1].ts
		o["reply_users"], o["is_locked"], o["subscribed"] = who[:min(5, len(who))], m.locked, false
	}
}

func (s *Server) botProfile(m *message) obj {
	u := s.users[m.user]
	return obj{"id": m.botID, "app_id": m.appID, "user_id": m.user, "name": u.name, "team_id": m.team, "deleted": u.deleted,
		"updated": 1700000000, "icons": obj{"image_36": "", "image_48": "", "image_72": ""}}
}

// named gives blocks without an id one, as Slack does.
func (s *Server) named(blocks []any) []any {
	out := make([]any, len(blocks))
	for i, b := range blocks {
		o := maps.Clone(b.(obj))
		if id, _ := o["block_id"].(string); id == "" {
			s.lastID++
			o["block_id"] = "b" + strconv.FormatUint(s.lastID, 36)
		}
		out[i] = o
	}
	return out
}

// size is the length of something as JSON.
func size(v any) int {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return length(b.String()) - 1
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
