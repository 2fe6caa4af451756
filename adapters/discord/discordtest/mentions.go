package discordtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// allowed is the object allowed_mentions. A list that is not given is nil.
type allowed struct {
	Parse       []string `json:"parse"`
	Users       []string `json:"users"`
	Roles       []string `json:"roles"`
	RepliedUser bool     `json:"replied_user"`
}

func (d *draft) readAllowed() error {
	if len(d.Allowed) == 0 || string(d.Allowed) == "null" {
		return nil
	}
	d.allowed = &allowed{}
	if err := json.Unmarshal(d.Allowed, d.allowed); err != nil {
		return invalid("allowed_mentions", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
	a := d.allowed
	switch {
	case len(a.Users) > 0 && slices.Contains(a.Parse, "users"):
		return invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"users\"] and users: [ids...] are mutually exclusive.")
	case len(a.Roles) > 0 && slices.Contains(a.Parse, "roles"):
		return invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"roles\"] and roles: [ids...] are mutually exclusive.")
	case len(a.Users) > 100 || len(a.Roles) > 100:
		return invalid("allowed_mentions", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
	}
	return nil
}

var (
	userMention = regexp.MustCompile(`<@!?(\d+)>`)
	roleMention = regexp.MustCompile(`<@&(\d+)>`)
)

// mention sets whom a message's content names, as far as a allows it (nil: all),
// and, when it is new, whom that notifies.
func (s *Server) mention(m *message, a *allowed, isNew bool) {
	if a == nil {
		a = &allowed{Parse: []string{"users", "roles", "everyone"}, RepliedUser: true}
	}
	c := s.channels[m.channel]
	g := s.guilds[c.guild]
	m.mentions, m.roleNames, m.everyone = nil, nil, false
	var notified []string
	for _, x := range userMention.FindAllStringSubmatch(m.content, -1) {
		u := x[1]
		if s.users[u] == nil || slices.Contains(m.mentions, u) {
			continue
		}
		if slices.Contains(a.Parse, "users") || slices.Contains(a.Users, u) {
			m.mentions = append(m.mentions, u)
			notified = append(notified, u)
		}
	}
	if m.reference != nil && a.RepliedUser {
		if to := s.channels[m.reference.channel].message(m.reference.message); to != nil && m.kind != starter {
			m.mentions = append(m.mentions, to.author)
			notified = append(notified, to.author)
		}
	}
	if g != nil {
		notified = append(notified, s.mentionMany(g, c, m, a)...)
	}
	if !isNew || m.flags&(1<<12) != 0 {
		return
	}
	for _, u := range notified {
		if u != m.author && !slices.Contains(m.notified, u) && s.seen(u, c) {
			m.notified = append(m.notified, u)
			s.counts.Notified++
		}
	}
}

// mentionMany is for roles and everyone. It returns whom they are.
func (s *Server) mentionMany(g *guild, c *channel, m *message, a *allowed) []string {
	var who []string
	mayAll := s.may(g, m.author, c)&MentionEveryone != 0
	for _, x := range roleMention.FindAllStringSubmatch(m.content, -1) {
		r := g.role(x[1])
		if r == nil || slices.Contains(m.roleNames, r.id) ||
			!slices.Contains(a.Parse, "roles") && !slices.Contains(a.Roles, r.id) {
			continue
		}
		m.roleNames = append(m.roleNames, r.id)
		if r.mentionable || mayAll {
			for id, mem := range g.members {
				if slices.Contains(mem.roles, r.id) {
					who = append(who, id)
				}
			}
		}
	}
	if mayAll && slices.Contains(a.Parse, "everyone") &&
		(strings.Contains(m.content, "@everyone") || strings.Contains(m.content, "@here")) {
		m.everyone = true
		for id := range g.members {
			who = append(who, id)
		}
	}
	slices.SortFunc(who, strings.Compare)
	return who
}

func (g *guild) role(id string) *role {
	for _, r := range g.roles {
		if r.id == id {
			return r
		}
	}
	return nil
}
