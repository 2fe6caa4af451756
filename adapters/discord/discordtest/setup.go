package discordtest

import "slices"

// FoundGuild makes a server without the bot. It has an owner and no channels.
func (s *Server) FoundGuild(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &guild{id: s.pastID(), name: name, members: map[string]*member{}, joined: s.o.Now(), gone: true}
	g.roles = []*role{{id: g.id, name: "@everyone", perms: Everyone}}
	s.guilds[g.id] = g
	g.owner = s.addUser("owner")
	g.members[g.owner] = &member{joined: g.joined}
	return g.id
}

// AddGuild makes a server that has the bot, which got what an invitation gives.
func (s *Server) AddGuild(name string) string {
	id := s.FoundGuild(name)
	s.Invite(id, Invited)
	return id
}

// invite lets the bot in, with a role of its own.
func (s *Server) invite(g *guild, perms int64) {
	r := &role{id: s.newID(), name: "Colloquy", perms: perms, managed: true}
	g.roles = append(g.roles, r)
	g.gone, g.joined = false, s.o.Now()
	g.members[s.AppID] = &member{roles: []string{r.id}, joined: g.joined}
	s.send(g.id, "GUILD_CREATE", func(bool) any { return s.guildCreate(g) })
}

// Remove takes the bot out of a server, as a manager may.
func (s *Server) Remove(guild string) {
	s.set(func() {
		g := s.guilds[guild]
		s.send(guild, "GUILD_DELETE", func(bool) any { return obj{"id": guild} })
		g.gone = true
		own := g.members[s.AppID].roles
		delete(g.members, s.AppID)
		g.roles = slices.DeleteFunc(g.roles, func(r *role) bool { return slices.Contains(own, r.id) && r.managed })
	})
}

// Invite takes the bot into a server in which it is not, with the permissions of
// an invitation. A connected bot is told.
func (s *Server) Invite(guild string, perms int64) {
	s.set(func() { s.invite(s.guilds[guild], perms) })
}

// Owner is who owns a server, and may do everything there.
func (s *Server) Owner(guild string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guilds[guild].owner
}

// SetGuild changes a server's name and its channel for system messages; "" is none.
func (s *Server) SetGuild(guild, name, system string) {
	s.set(func() {
		g := s.guilds[guild]
		g.name, g.system = name, system
		s.send(guild, "GUILD_UPDATE", func(bool) any { return s.strange(s.guildObj(g)) })
	})
}

// Outage makes a server unavailable, or available again.
func (s *Server) Outage(guild string, on bool) {
	s.set(func() {
		g := s.guilds[guild]
		g.unavailable = on
		if on {
			s.send(guild, "GUILD_DELETE", func(bool) any { return obj{"id": guild, "unavailable": true} })
		} else {
			s.send(guild, "GUILD_CREATE", func(bool) any { return s.guildCreate(g) })
		}
	})
}

// A Channel says what [Server.AddChannel] makes.
type Channel struct {
	Name, Topic, Parent string
	Kind                Kind
	Overwrites          []Overwrite
	Tags                []Tag // of a forum; without ids they get some
	RequireTag          bool  // every post of the forum needs one
}

// AddChannel makes a channel and returns its id.
func (s *Server) AddChannel(guild string, o Channel) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{id: s.newID(), guild: guild, name: o.Name, topic: o.Topic, parent: o.Parent, kind: o.Kind,
		overwrites: o.Overwrites, requireTag: o.RequireTag}
	for _, t := range o.Tags {
		if t.ID == "" {
			t.ID = s.newID()
		}
		c.tags = append(c.tags, t)
	}
	s.channels[c.id] = c
	s.channelEvent("CHANNEL_CREATE", c, s.channelObj(c))
	return c.id
}

// SetOverwrites changes who may do what in a channel. When the bot sees it again,
// it gets a list of its threads.
func (s *Server) SetOverwrites(channel string, os ...Overwrite) {
	s.set(func() {
		c := s.channels[channel]
		saw := s.seen(s.AppID, c)
		c.overwrites = os
		s.channelEvent("CHANNEL_UPDATE", c, s.channelObj(c))
		if !saw && s.seen(s.AppID, c) {
			s.syncThreads(c)
		}
	})
}

// Deny takes permissions from the bot in a channel; 0 gives all of them back.
func (s *Server) Deny(channel string, perms int64) {
	s.SetOverwrites(channel, Overwrite{ID: s.AppID, Member: true, Deny: perms})
}

func (s *Server) syncThreads(c *channel) {
	threads, members := []obj{}, []any{}
	for _, th := range s.guildChannels(c.guild, true) {
		if th.parent == c.id && !th.archived {
			o := s.channelObj(th)
			threads = append(threads, o)
			if o["member"] != nil {
				members = append(members, o["member"])
			}
		}
	}
	s.channelEvent("THREAD_LIST_SYNC", c, obj{"channel_ids": []string{c.id}, "threads": threads, "members": members})
}

// DeleteChannel takes a channel away with its threads, or a thread.
func (s *Server) DeleteChannel(id string) {
	s.set(func() {
		if c := s.channels[id]; c != nil {
			s.dropChannel(c)
		}
	})
}

// AddRole makes a role, which everybody may mention.
func (s *Server) AddRole(guild, name string, perms int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guild]
	r := &role{id: s.newID(), name: name, perms: perms, mentionable: true}
	g.roles = append(g.roles, r)
	s.send(guild, "GUILD_ROLE_CREATE", func(bool) any { return obj{"guild_id": guild, "role": s.roleObj(len(g.roles)-1, r)} })
	return r.id
}

// SetRole changes what a role permits. The role of everyone has the server's id,
// that of the bot is "".
func (s *Server) SetRole(guild, id string, perms int64) {
	s.set(func() {
		g := s.guilds[guild]
		for i, r := range g.roles {
			if r.id == id || id == "" && r.managed {
				r.perms = perms
				s.send(guild, "GUILD_ROLE_UPDATE", func(bool) any { return obj{"guild_id": guild, "role": s.roleObj(i, r)} })
			}
		}
	})
}

// AddMember makes somebody who is in a server and returns their id.
func (s *Server) AddMember(guild, name string, roles ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.addUser(name)
	s.guilds[guild].members[id] = &member{roles: roles, joined: s.o.Now()}
	s.Touch()
	return id
}

// Join lets somebody who exists into another server, with a nickname if not "".
func (s *Server) Join(guild, user, nick string, roles ...string) {
	s.set(func() { s.guilds[guild].members[user] = &member{nick: nick, roles: roles, joined: s.o.Now()} })
}

// AddBot makes another bot, which is in a server.
func (s *Server) AddBot(guild, name string) string {
	id := s.AddMember(guild, name)
	s.set(func() { s.users[id].bot = true })
	return id
}

// CloseDirect makes somebody take no direct messages, or take them again.
func (s *Server) CloseDirect(user string, closed bool) {
	s.set(func() { s.users[user].closed = closed })
}

func (s *Server) addUser(name string) string {
	id := s.newID()
	s.users[id] = &user{id: id, name: name, global: name}
	return id
}
