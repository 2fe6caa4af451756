package discordtest

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"
)

// Intents that are needed for events.
const (
	intentGuilds          = 1 << 0
	intentMembers         = 1 << 1
	intentPresences       = 1 << 8
	intentMessages        = 1 << 9
	intentReactions       = 1 << 10
	intentDirect          = 1 << 12
	intentDirectReactions = 1 << 13
	intentContent         = 1 << 15
)

// intentOf is what a connection must have asked for to get an event.
func intentOf(event string, direct bool) int {
	switch {
	case strings.HasPrefix(event, "INTERACTION_"):
		return 0
	case strings.HasPrefix(event, "MESSAGE_REACTION_") && direct:
		return intentDirectReactions
	case strings.HasPrefix(event, "MESSAGE_REACTION_"):
		return intentReactions
	case strings.HasPrefix(event, "MESSAGE_") && direct:
		return intentDirect
	case strings.HasPrefix(event, "MESSAGE_"):
		return intentMessages
	}
	return intentGuilds
}

// messageEvent tells each connection of a message, with its content or without.
func (s *Server) messageEvent(event string, m *message) {
	c := s.channels[m.channel]
	if !s.seen(s.AppID, c) {
		return
	}
	s.send(c.guild, event, func(content bool) any { return s.eventObj(m, content) })
}

// channelEvent tells of something in a channel. CHANNEL_ events come even of
// channels that the bot does not see.
func (s *Server) channelEvent(event string, c *channel, o obj) {
	if !strings.HasPrefix(event, "CHANNEL_") && !s.seen(s.AppID, c) {
		return
	}
	if c.guild != "" {
		o["guild_id"] = c.guild
	}
	s.send(c.guild, event, func(bool) any { return s.strange(o) })
}

// send delivers an event to every session of the shard that has the guild; ""
// is that of direct messages.
func (s *Server) send(guild, event string, payload func(content bool) any) {
	s.Touch()
	if g := s.guilds[guild]; g != nil && (g.gone || g.unavailable && !strings.HasPrefix(event, "GUILD_")) {
		return
	}
	need := intentOf(event, guild == "")
	for _, ss := range s.gate.list() {
		if shardOf(guild, ss.shards) != ss.shard || ss.intents&need != need {
			continue
		}
		raw, err := json.Marshal(payload(ss.intents&intentContent != 0))
		if err != nil {
			s.t.Errorf("an event does not become JSON: %v", err)
			return
		}
		s.disturb(ss, event, raw)
	}
}

// shardOf is the shard, of n, that has the events of a server.
func shardOf(guild string, n int) int {
	id, _ := strconv.ParseUint(guild, 10, 64)
	return int((id >> 22) % uint64(n))
}

// guildList are the servers that have the bot, in order.
func (s *Server) guildList() []*guild {
	var gs []*guild
	for _, g := range s.guilds {
		if !g.gone {
			gs = append(gs, g)
		}
	}
	sort.Slice(gs, func(i, j int) bool { return older(gs[i].id, gs[j].id) })
	return gs
}

func (s *Server) guildTotal() int {
	n := len(s.guildList())
	for _, b := range s.bulk {
		n += len(b.ids)
	}
	return n
}
