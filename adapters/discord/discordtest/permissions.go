package discordtest

// Permissions, as bits.
const (
	Administrator       int64 = 1 << 3
	ManageChannels      int64 = 1 << 4
	ManageServer        int64 = 1 << 5
	AddReactions        int64 = 1 << 6
	ViewChannel         int64 = 1 << 10
	SendMessages        int64 = 1 << 11
	ManageMessages      int64 = 1 << 13
	EmbedLinks          int64 = 1 << 14
	AttachFiles         int64 = 1 << 15
	ReadHistory         int64 = 1 << 16
	MentionEveryone     int64 = 1 << 17
	UseCommands         int64 = 1 << 31
	ManageThreads       int64 = 1 << 34
	CreatePublicThreads int64 = 1 << 35
	SendInThreads       int64 = 1 << 38

	all int64 = 1<<53 - 1

	// Invited is what the bot gets by its invitation.
	Invited = ViewChannel | SendMessages | SendInThreads | CreatePublicThreads | ReadHistory | AddReactions | EmbedLinks | UseCommands

	// Everyone is what all members may.
	Everyone = Invited | AttachFiles
)

// may computes what a member may do in a channel (nil: in the server as a whole),
// as the documentation does. In threads the channel above counts.
func (s *Server) may(g *guild, user string, c *channel) int64 {
	m := g.members[user]
	if m == nil {
		return 0
	}
	if g.owner == user {
		return all
	}
	has := map[string]bool{g.id: true}
	for _, r := range m.roles {
		has[r] = true
	}
	var p int64
	for _, r := range g.roles {
		if has[r.id] {
			p |= r.perms
		}
	}
	if p&Administrator != 0 {
		return all
	}
	if c != nil && c.kind.thread() {
		c = s.channels[c.parent]
	}
	if c != nil {
		p = overwritten(p, c.overwrites, g.id, user, has)
	}
	if c != nil && p&ViewChannel == 0 {
		return 0
	}
	return p
}

// overwritten applies a channel's overwrites: everyone's, those of the roles
// together, the member's own.
func overwritten(p int64, os []Overwrite, everyone, user string, has map[string]bool) int64 {
	var allow, deny int64
	for _, o := range os {
		switch {
		case !o.Member && o.ID == everyone:
			p = p&^o.Deny | o.Allow
		case !o.Member && has[o.ID]:
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range os {
		if o.Member && o.ID == user {
			p = p&^o.Deny | o.Allow
		}
	}
	return p
}

// seen says whether a user sees a channel.
func (s *Server) seen(user string, c *channel) bool {
	if c.kind == DM {
		return user == c.recipient || user == s.AppID
	}
	g := s.guilds[c.guild]
	return g != nil && s.may(g, user, c)&ViewChannel != 0
}

// open finds a channel in which the bot may do all of need, or says what refuses it.
func (s *Server) open(id string, need int64) (*channel, error) {
	c := s.channels[id]
	if c == nil || c.guild != "" && s.guilds[c.guild] == nil {
		return nil, refuse(10003)
	}
	if c.kind == DM {
		return c, nil
	}
	if s.guilds[c.guild].gone {
		return nil, refuse(50001)
	}
	p := s.may(s.guilds[c.guild], s.AppID, c)
	if p&ViewChannel == 0 {
		return nil, refuse(50001)
	}
	if p&need != need {
		return nil, refuse(50013)
	}
	return c, nil
}

// botMay says whether the bot has a permission in a channel.
func (s *Server) botMay(c *channel, p int64) bool {
	if c.kind == DM {
		return true
	}
	return s.may(s.guilds[c.guild], s.AppID, c)&p == p
}
