package slacktest

import (
	"encoding/json"
	"slices"
)

// publish puts a message into its channel and tells the bots there of it.
func (s *Server) publish(c *channel, m *message) {
	c.add(m)
	o := s.messageObj(m, sight{event: true, metadata: true})
	s.messageEvent(c, m.ts, o)
	s.Touch()
}

// messageEvent tells of a message, or of what became of one.
func (s *Server) messageEvent(c *channel, at string, o obj) {
	o["channel"], o["event_ts"], o["channel_type"] = c.id, at, c.kind.channelType()
	s.channelEvent(c, [...]string{"message.channels", "message.groups", "message.im"}[c.kind], o)
}

// changedEvent tells that a message is another now.
func (s *Server) changedEvent(c *channel, m, before *message) {
	at := s.newTS()
	if m.edited != before.edited {
		at = m.edited
	}
	now, then := s.messageObj(m, sight{metadata: true}), s.messageObj(before, sight{})
	now["source_team"], now["user_team"] = m.team, m.team
	s.messageEvent(c, at, obj{"type": "message", "subtype": "message_changed", "hidden": true, "ts": at, "message": now, "previous_message": then})
}

// remove deletes a message. A parent with replies stays as a tombstone.
func (s *Server) remove(c *channel, m *message) {
	if len(m.replies) > 0 && !s.o.NoTombstone {
		before := *m
		*m = message{ts: m.ts, channel: m.channel, thread: m.thread, replies: m.replies, subtype: tombstone, user: slackbot,
			text: "This message was deleted."}
		s.changedEvent(c, m, &before)
		return
	}
	then := s.messageObj(m, sight{})
	c.drop(m)
	at := s.newTS()
	s.messageEvent(c, at, obj{"type": "message", "subtype": "message_deleted", "hidden": true, "ts": at, "deleted_ts": m.ts, "previous_message": then})
}

func (s *Server) reactionEvent(kind string, c *channel, m *message, user, name string) {
	o := obj{"type": kind, "user": user, "reaction": name, "item": obj{"type": "message", "channel": c.id, "ts": m.ts}, "event_ts": s.newTS()}
	if m.user != "" {
		o["item_user"] = m.user
	}
	s.channelEvent(c, kind, o)
}

// channelEvent tells the bots that are members of a channel. What it is called
// in subscriptions is kind.
func (s *Server) channelEvent(c *channel, kind string, o obj) {
	for _, member := range c.members {
		for _, in := range s.installsOf(member) {
			s.send(in, c, kind, o)
		}
	}
}

// placeEvent tells what became of a channel: of a public one all apps of its
// workspace, of a private one those in it.
func (s *Server) placeEvent(c *channel, what string, o obj) {
	o["event_ts"] = s.newTS()
	kind := "channel_" + what
	if c.kind == private {
		kind = "group_" + what
	}
	o["type"] = kind
	for _, team := range append([]string{c.team}, c.shared...) {
		for _, a := range sorted(s.apps) {
			if in := s.apps[a].installs[team]; in != nil && !in.gone && (c.kind == public || c.has(in.botUser)) {
				s.send(in, c, kind, o)
			}
		}
	}
}

func (s *Server) teamEvent(t *team, kind string, o obj) {
	for _, a := range sorted(s.apps) {
		if in := s.apps[a].installs[t.id]; in != nil && !in.gone {
			s.send(in, nil, kind, o)
		}
	}
}

// installsOf are the installations whose bot a user is: none, or one.
func (s *Server) installsOf(user string) []*install {
	u := s.users[user]
	if u == nil || !u.bot {
		return nil
	}
	if a := s.apps[u.appID]; a != nil {
		if in := a.installs[u.team]; in != nil && !in.gone {
			return []*install{in}
		}
	}
	return nil
}

// send hands an event to an app, if it wants such.
func (s *Server) send(in *install, c *channel, kind string, event obj) {
	if !slices.Contains(in.app.Events, kind) || s.mail.closed {
		return
	}
	id := s.newID("Ev")
	env := obj{"token": in.app.Verification, "team_id": in.team.id, "context_team_id": in.team.id, "context_enterprise_id": nil,
		"api_app_id": in.app.ID, "event": event, "type": "event_callback", "event_id": id, "event_time": s.o.Now().Unix(),
		"authorizations":        []obj{{"enterprise_id": nil, "team_id": in.team.id, "user_id": in.botUser, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": c != nil && len(c.shared) > 0, "event_context": "4-" + id}
	body, err := json.Marshal(env)
	if err != nil {
		s.t.Errorf("an event that is no JSON: %v", err)
		return
	}
	d := &delivery{Delivery: Delivery{EventID: id, App: in.app.ID, Team: in.team.id, Body: body}, app: in.app}
	d.Type, _ = event["type"].(string)
	d.Subtype, _ = event["subtype"].(string)
	if c != nil {
		d.Channel = c.id
	}
	d.TS, _ = event["ts"].(string)
	if x, ok := event["deleted_ts"].(string); ok {
		d.TS = x
	}
	if x, ok := event["message"].(obj); ok {
		d.TS, _ = x["ts"].(string)
	}
	if x, ok := event["item"].(obj); ok {
		d.TS, _ = x["ts"].(string)
	}
	s.post(d)
}

// Event hands an event of any kind to an app in a workspace, as a test makes it up.
func (s *Server) Event(app, team string, event map[string]any) {
	s.set(func() {
		in := s.apps[app].installs[team]
		kind, _ := event["type"].(string)
		wanted := in.app.Events
		in.app.Events = append(slices.Clone(wanted), kind)
		s.send(in, nil, kind, event)
		in.app.Events = wanted
	})
}

// RateLimited tells an app that a minute's events of a workspace were not sent.
func (s *Server) RateLimited(app, team string) {
	s.set(func() {
		in := s.apps[app].installs[team]
		now := s.o.Now().Unix()
		body, _ := json.Marshal(obj{"token": in.app.Verification, "type": "app_rate_limited", "team_id": team, "api_app_id": app,
			"minute_rate_limited": now - now%60})
		s.post(&delivery{Delivery: Delivery{App: app, Team: team, Type: "app_rate_limited", Body: body}, app: in.app})
	})
}
