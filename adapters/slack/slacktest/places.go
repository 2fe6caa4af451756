package slacktest

import "slices"

// A Channel says what [Server.AddChannel] makes.
type Channel struct {
	Name        string
	Private     bool
	Members     []string // ids of users, also of bots
	Shared      []string // other workspaces that see it, by Slack Connect
	ReadOnly    bool     // nobody may post but who made it so
	ThreadsOnly bool     // only replies may be written
}

// AddChannel makes a channel of a workspace and returns its id.
func (s *Server) AddChannel(team string, o Channel) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.newChannel(team, o.Name)
	if o.Private {
		c.kind = private
	}
	c.members, c.shared, c.readOnly, c.threadsOnly = slices.Clone(o.Members), o.Shared, o.ReadOnly, o.ThreadsOnly
	s.Touch()
	return c.id
}

func (s *Server) newChannel(team, name string) *channel {
	c := &channel{id: s.newID("C"), team: team, name: name, byTS: map[string]*message{}, created: s.o.Now()}
	s.channels[c.id] = c
	s.teams[team].channels = append(s.teams[team].channels, c)
	return c
}

// Direct is the channel in which somebody and a bot talk, made if it is not there.
func (s *Server) Direct(user, bot string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user, bot).id
}

func (s *Server) direct(user, bot string) *channel {
	t := s.teams[s.users[bot].team]
	for _, c := range t.channels {
		if c.kind == direct && c.has(user) && c.has(bot) {
			return c
		}
	}
	c := s.newChannel(t.id, "")
	delete(s.channels, c.id)
	c.id, c.kind, c.members = "D"+c.id[1:], direct, []string{user, bot}
	s.channels[c.id] = c
	return c
}

// Invite makes somebody a member of a channel; a bot is told.
func (s *Server) Invite(channel, user string) {
	s.set(func() { s.join(s.channels[channel], user, "") })
}

func (s *Server) join(c *channel, user, inviter string) {
	if c.has(user) {
		return
	}
	c.members = append(c.members, user)
	e := obj{"type": "member_joined_channel", "user": user, "channel": c.id, "channel_type": letterOf(c), "team": s.users[user].team, "event_ts": s.newTS()}
	if inviter != "" {
		e["inviter"] = inviter
	}
	s.channelEvent(c, "member_joined_channel", e)
}

func letterOf(c *channel) string {
	if c.kind == private {
		return "G"
	}
	return "C"
}

// Kick takes somebody out of a channel. A bot is told of itself by channel_left
// or group_left.
func (s *Server) Kick(channel, user string) { s.set(func() { s.leave(s.channels[channel], user) }) }

func (s *Server) leave(c *channel, user string) {
	if !c.has(user) {
		return
	}
	c.members = slices.DeleteFunc(c.members, func(m string) bool { return m == user })
	left := "channel_left"
	if c.kind == private {
		left = "group_left"
	}
	for _, in := range s.installsOf(user) {
		s.send(in, c, left, obj{"type": left, "channel": c.id, "actor_id": in.installer, "event_ts": s.newTS()})
	}
	s.channelEvent(c, "member_left_channel", obj{"type": "member_left_channel", "user": user, "channel": c.id,
		"channel_type": letterOf(c), "team": s.users[user].team, "event_ts": s.newTS()})
}

// Archive archives a channel, or opens it again.
func (s *Server) Archive(channel string, on bool) {
	s.set(func() {
		c := s.channels[channel]
		c.archived = on
		what := "unarchive"
		if on {
			what = "archive"
		}
		s.placeEvent(c, what, obj{"channel": c.id, "user": slackbot})
	})
}

// Rename gives a channel another name.
func (s *Server) Rename(channel, name string) {
	s.set(func() {
		c := s.channels[channel]
		c.formerly = append(c.formerly, c.name)
		c.name = name
		s.placeEvent(c, "rename", obj{"channel": obj{"id": c.id, "name": name, "name_normalized": name, "created": c.created.Unix()}})
	})
}

// DeleteChannel takes a channel away with all that is in it.
func (s *Server) DeleteChannel(channel string) {
	s.set(func() {
		c := s.channels[channel]
		s.placeEvent(c, "deleted", obj{"channel": c.id, "actor_id": slackbot})
		s.removeChannel(c)
	})
}

func (s *Server) removeChannel(c *channel) {
	delete(s.channels, c.id)
	t := s.teams[c.team]
	t.channels = slices.DeleteFunc(t.channels, func(x *channel) bool { return x == c })
}

// ChangeID gives a channel another id, as happens when it is shared between
// workspaces, and returns it.
func (s *Server) ChangeID(channel string) (id string) {
	s.set(func() {
		c := s.channels[channel]
		delete(s.channels, c.id)
		c.id = s.newID("C")
		for _, m := range c.messages {
			m.channel = c.id
		}
		s.channels[c.id] = c
		id = c.id
		e := obj{"type": "channel_id_changed", "old_channel_id": channel, "new_channel_id": id, "event_ts": s.newTS()}
		s.channelEvent(c, "channel_id_changed", e)
	})
	return id
}

// MakePrivate makes a public channel private, or public again.
func (s *Server) MakePrivate(channel string, on bool) {
	s.set(func() {
		c := s.channels[channel]
		if c.kind = public; on {
			c.kind = private
		}
	})
}

// Restrict makes a channel read-only, or no longer.
func (s *Server) Restrict(channel string, readOnly, threadsOnly bool) {
	s.set(func() {
		c := s.channels[channel]
		c.readOnly, c.threadsOnly = readOnly, threadsOnly
	})
}

// RenameTeam gives a workspace another name.
func (s *Server) RenameTeam(team, name string) {
	s.set(func() {
		s.teams[team].name = name
		s.teamEvent(s.teams[team], "team_rename", obj{"type": "team_rename", "name": name, "event_ts": s.newTS()})
	})
}

// Uninstall removes an app from a workspace: its token is worth nothing any more
// (account_inactive), its bot leaves all channels, and it is told so.
func (s *Server) Uninstall(app, team string) {
	s.set(func() {
		in := s.apps[app].installs[team]
		if in == nil || in.gone {
			return
		}
		s.tokens[in.token].bad = "account_inactive"
		in.gone = true
		s.users[in.botUser].deleted = true
		for _, c := range s.channels {
			c.members = slices.DeleteFunc(c.members, func(m string) bool { return m == in.botUser })
		}
		tell := []func(){
			func() {
				s.send(in, nil, "app_uninstalled", obj{"type": "app_uninstalled", "event_ts": s.newTS()})
			},
			func() { s.tokensRevoked(in) },
		}
		if s.o.TokensFirst {
			slices.Reverse(tell)
		}
		for _, f := range tell {
			f()
		}
	})
}

func (s *Server) tokensRevoked(in *install) {
	s.send(in, nil, "tokens_revoked", obj{"type": "tokens_revoked", "tokens": obj{"oauth": []string{}, "bot": []string{in.botUser}}, "event_ts": s.newTS()})
}

// RevokeToken makes the token of an installation worth nothing (token_revoked),
// and tells the app so unless it is done silently.
func (s *Server) RevokeToken(app, team string, silently bool) {
	s.set(func() {
		in := s.apps[app].installs[team]
		s.tokens[in.token].bad = "token_revoked"
		in.gone = true
		if !silently {
			s.tokensRevoked(in)
		}
	})
}

// Deactivate ends a workspace: all its tokens answer account_inactive.
func (s *Server) Deactivate(team string) { s.set(func() { s.teams[team].dead = true }) }

// RevokeAppToken makes the app-level token worth nothing (invalid_auth).
func (s *Server) RevokeAppToken(app string) {
	s.set(func() { s.tokens[s.apps[app].AppToken].bad = "invalid_auth" })
}

// SetScopes changes what an installation may do, as a reinstallation would.
func (s *Server) SetScopes(app, team string, scopes ...string) {
	s.set(func() { s.apps[app].installs[team].scopes = scopes })
}

// Members are the members of a channel.
func (s *Server) Members(channel string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.channels[channel].members)
}
