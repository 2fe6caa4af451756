package discordtest

import (
	"encoding/json"
	"slices"
	"strconv"
)

// keys are those that a JSON object has.
func keys(raw []byte) map[string]bool {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(raw, &m)
	ks := map[string]bool{}
	for k := range m {
		ks[k] = true
	}
	return ks
}

func (s *Server) getMe(*request) (reply, error) {
	o := s.userObj(s.AppID)
	o["mfa_enabled"], o["locale"], o["verified"], o["email"] = true, "en-US", true, nil
	return ok(o)
}

func (s *Server) getUser(q *request) (reply, error) {
	if s.users[q.PathValue("user_id")] == nil {
		return reply{}, refuse(10013)
	}
	return ok(s.userObj(q.PathValue("user_id")))
}

func (s *Server) appFlags() int {
	if s.o.NoContent {
		return 0
	}
	return 1 << 19 // Message Content, of an application that needs no review
}

func (s *Server) getApplication(*request) (reply, error) {
	var owner string
	for id, u := range s.users {
		if !u.bot && (owner == "" || older(id, owner)) {
			owner = id
		}
	}
	if owner == "" {
		owner = s.AppID
	}
	return ok(obj{"id": s.AppID, "name": "Colloquy", "icon": nil, "description": "", "type": nil,
		"verify_key": "0000000000000000000000000000000000000000000000000000000000000000",
		"flags":      s.appFlags(), "flags_new": strconv.Itoa(s.appFlags()), "redirect_uris": []string{}, "interactions_endpoint_url": nil,
		"role_connections_verification_url": nil, "owner": s.userObj(owner), "bot": s.userObj(s.AppID),
		"bot_public": true, "bot_require_code_grant": false, "approximate_guild_count": s.guildTotal(),
		"approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "explicit_content_filter": 0,
		"team": nil, "eligible_oauth2_scopes": []string{}})
}

func (s *Server) getMyGuilds(q *request) (reply, error) {
	v := q.URL.Query()
	limit := 200
	if l, err := strconv.Atoi(v.Get("limit")); err == nil && l >= 1 && l <= 200 {
		limit = l
	}
	os := []obj{}
	for _, g := range s.guildList() {
		if a := v.Get("after"); a != "" && !older(a, g.id) || len(os) == limit {
			continue
		}
		os = append(os, obj{"id": g.id, "name": g.name, "icon": nil, "banner": nil, "owner": g.owner == s.AppID,
			"permissions": bits(s.may(g, s.AppID, nil)), "features": []string{}})
	}
	return ok(os)
}

func (s *Server) getGuild(q *request) (reply, error) {
	g := s.guildOf(q.PathValue("guild_id"))
	if g == nil {
		return reply{}, refuse(10004)
	}
	return ok(s.strange(s.guildObj(g)))
}

func (s *Server) getGuildChannels(q *request) (reply, error) {
	g := s.guildOf(q.PathValue("guild_id"))
	if g == nil {
		return reply{}, refuse(10004)
	}
	os := []obj{}
	for _, c := range s.guildChannels(g.id, false) {
		os = append(os, s.channelObj(c))
	}
	return ok(os)
}

func (s *Server) getRoles(q *request) (reply, error) {
	g := s.guildOf(q.PathValue("guild_id"))
	if g == nil {
		return reply{}, refuse(10004)
	}
	return ok(s.roleObjs(g))
}

func (s *Server) getMember(q *request) (reply, error) {
	g := s.guildOf(q.PathValue("guild_id"))
	if g == nil {
		return reply{}, refuse(10004)
	}
	u := q.PathValue("user_id")
	if g.members[u] == nil {
		if s.users[u] == nil {
			return reply{}, refuse(10013)
		}
		return reply{}, refuse(10007)
	}
	return ok(s.fullMember(g, u))
}

func (s *Server) getChannel(q *request) (reply, error) {
	c, err := s.open(q.PathValue("channel_id"), 0)
	if err != nil {
		return reply{}, err
	}
	return ok(s.channelObj(c))
}

// patchChannel is for threads; the bot has no business with other channels.
func (s *Server) patchChannel(q *request) (reply, error) {
	c, err := s.open(q.PathValue("channel_id"), 0)
	if err != nil {
		return reply{}, err
	}
	if !c.kind.thread() {
		if !s.botMay(c, ManageChannels) {
			return reply{}, refuse(50013)
		}
		return reply{}, refuse(50024)
	}
	var f threadForm
	if err := q.decode(&f); err != nil {
		return reply{}, err
	}
	if err := f.check(); err != nil {
		return reply{}, err
	}
	manages := s.botMay(c, ManageThreads)
	if !manages && (c.owner != s.AppID || f.Locked != nil || f.RateLimit != nil) {
		return reply{}, refuse(50013)
	}
	opens := f.Archived != nil && !*f.Archived
	if c.archived && !opens {
		return reply{}, refuse(50083)
	}
	if opens && c.archived {
		if err := s.mayOpen(c, manages); err != nil {
			return reply{}, err
		}
	}
	s.patchThread(c, f)
	s.channelEvent("THREAD_UPDATE", c, s.channelObj(c))
	return ok(s.channelObj(c))
}

// mayOpen says what forbids the bot to take a thread out of the archive.
func (s *Server) mayOpen(c *channel, manages bool) error {
	switch {
	case c.locked && !manages && c.owner != s.AppID, !manages && !s.botMay(c, SendInThreads):
		return refuse(50013)
	case !c.joined[s.AppID] && len(c.joined) >= 1000:
		return refuse(30033)
	case s.activeCount(c.guild) >= s.o.ActiveThreads:
		return refuse(160006)
	}
	return nil
}

func (s *Server) patchThread(c *channel, f threadForm) {
	if f.Archived != nil && *f.Archived != c.archived {
		c.archived, c.archivedAt = *f.Archived, s.o.Now()
	}
	if f.Locked != nil {
		c.locked = *f.Locked
	}
	if f.Name != nil {
		c.name = *f.Name
	}
	if f.AutoArchive != nil {
		c.archiveAfter = *f.AutoArchive
	}
	if f.AppliedTags != nil {
		c.applied = *f.AppliedTags
	}
}

func (s *Server) deleteChannel(q *request) (reply, error) {
	c, err := s.open(q.PathValue("channel_id"), 0)
	if err != nil {
		return reply{}, err
	}
	need := ManageChannels
	if c.kind.thread() {
		need = ManageThreads
	}
	if c.kind == DM || !s.botMay(c, need) {
		return reply{}, refuse(50013)
	}
	o := s.channelObj(c)
	s.dropChannel(c)
	return ok(o)
}

// dropChannel takes a channel away with its threads and tells the gateway.
func (s *Server) dropChannel(c *channel) {
	name, o := "CHANNEL_DELETE", s.channelObj(c)
	if c.kind.thread() {
		name, o = "THREAD_DELETE", obj{"id": c.id, "guild_id": c.guild, "parent_id": c.parent, "type": c.kind}
	}
	for id, th := range s.channels {
		if th.parent == c.id && th.kind.thread() {
			delete(s.channels, id)
		}
	}
	s.channelEvent(name, c, o)
	delete(s.channels, c.id)
}

func (s *Server) typing(q *request) (reply, error) {
	if _, err := s.open(q.PathValue("channel_id"), SendMessages); err != nil {
		return reply{}, err
	}
	return none()
}

func (s *Server) openDirect(q *request) (reply, error) {
	var f struct {
		Recipient string `json:"recipient_id"`
	}
	if err := q.decode(&f); err != nil {
		return reply{}, err
	}
	if u := s.users[f.Recipient]; u == nil || u.bot {
		return reply{}, invalid("recipient_id", "USER_INVALID", "Invalid recipient")
	}
	return ok(s.channelObj(s.direct(f.Recipient)))
}

// direct is the direct channel of somebody, who had better exist.
func (s *Server) direct(user string) *channel {
	for _, c := range s.channels {
		if c.kind == DM && c.recipient == user {
			return c
		}
	}
	c := &channel{id: s.newID(), kind: DM, recipient: user}
	s.channels[c.id] = c
	return c
}

func (s *Server) react(q *request) (reply, error) {
	c, m, err := s.theMessage(q, ReadHistory)
	switch {
	case err != nil:
		return reply{}, err
	case c.archived:
		return reply{}, refuse(50083)
	case !slices.ContainsFunc(m.reactions, func(r *reaction) bool { return r.emoji == q.PathValue("emoji_name") }) &&
		!s.botMay(c, AddReactions):
		return reply{}, refuse(50013)
	}
	s.addReaction(c, m, s.AppID, q.PathValue("emoji_name"))
	return none()
}

func (s *Server) unreact(q *request) (reply, error) {
	c, m, err := s.theMessage(q, 0)
	switch {
	case err != nil:
		return reply{}, err
	case c.archived:
		return reply{}, refuse(50083)
	}
	s.dropReaction(c, m, s.AppID, q.PathValue("emoji_name"))
	return none()
}

func (s *Server) reactors(q *request) (reply, error) {
	_, m, err := s.theMessage(q, ReadHistory)
	if err != nil {
		return reply{}, err
	}
	os := []obj{}
	for _, r := range m.reactions {
		if r.emoji == q.PathValue("emoji_name") {
			for _, u := range r.users {
				os = append(os, s.userObj(u))
			}
		}
	}
	return ok(os)
}

func (s *Server) addReaction(c *channel, m *message, user, emoji string) {
	i := slices.IndexFunc(m.reactions, func(r *reaction) bool { return r.emoji == emoji })
	if i < 0 {
		m.reactions = append(m.reactions, &reaction{emoji: emoji})
		i = len(m.reactions) - 1
	}
	r := m.reactions[i]
	if slices.Contains(r.users, user) {
		return
	}
	r.users = append(r.users, user)
	o := s.reactionEvent(c, m, user, emoji)
	o["message_author_id"] = m.author
	if g := s.guilds[c.guild]; g != nil && g.members[user] != nil {
		o["member"] = s.fullMember(g, user)
	}
	s.channelEvent("MESSAGE_REACTION_ADD", c, o)
}

func (s *Server) dropReaction(c *channel, m *message, user, emoji string) {
	for i, r := range m.reactions {
		at := slices.Index(r.users, user)
		if r.emoji != emoji || at < 0 {
			continue
		}
		if r.users = slices.Delete(r.users, at, at+1); len(r.users) == 0 {
			m.reactions = slices.Delete(m.reactions, i, i+1)
		}
		s.channelEvent("MESSAGE_REACTION_REMOVE", c, s.reactionEvent(c, m, user, emoji))
		return
	}
}

func (s *Server) reactionEvent(c *channel, m *message, user, emoji string) obj {
	return obj{"user_id": user, "channel_id": c.id, "message_id": m.id, "emoji": obj{"id": nil, "name": emoji},
		"burst": false, "type": 0}
}
