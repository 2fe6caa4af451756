package discordtest

import (
	"fmt"
	"time"
)

// An obj is a JSON object that is sent.
type obj = map[string]any

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func bits(p int64) string { return fmt.Sprint(p) }

func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

func (s *Server) userObj(id string) obj {
	u := s.users[id]
	if u == nil {
		u = &user{id: id, name: "deleted_user"}
	}
	return obj{"id": u.id, "username": u.name, "global_name": orNull(u.global), "discriminator": "0", "avatar": nil,
		"bot": u.bot, "public_flags": 0, "flags": 0, "primary_guild": nil, "clan": nil}
}

func memberObj(m *member) obj {
	return obj{"nick": orNull(m.nick), "roles": list(m.roles), "joined_at": stamp(m.joined), "avatar": nil, "banner": nil,
		"communication_disabled_until": nil, "flags": 0, "pending": false, "premium_since": nil, "mute": false, "deaf": false}
}

func (s *Server) fullMember(g *guild, user string) obj {
	o := memberObj(g.members[user])
	o["user"] = s.userObj(user)
	return o
}

func (s *Server) roleObj(i int, r *role) obj {
	o := obj{"id": r.id, "name": r.name, "permissions": bits(r.perms), "position": i, "color": 0,
		"colors": obj{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "hoist": false,
		"managed": r.managed, "mentionable": r.mentionable, "icon": nil, "unicode_emoji": nil, "flags": 0}
	if r.managed {
		o["tags"] = obj{"bot_id": s.AppID}
	}
	return o
}

func (s *Server) roleObjs(g *guild) []obj {
	os := []obj{}
	for i, r := range g.roles {
		os = append(os, s.roleObj(i, r))
	}
	return os
}

// guildObj is a server as REST gives it.
func (s *Server) guildObj(g *guild) obj {
	return obj{"id": g.id, "name": g.name, "icon": nil, "description": nil, "home_header": nil, "splash": nil,
		"discovery_splash": nil, "features": []string{}, "banner": nil, "owner_id": g.owner, "application_id": nil,
		"region": "deprecated", "afk_channel_id": nil, "afk_timeout": 300, "system_channel_id": orNull(g.system),
		"system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": nil, "verification_level": 1,
		"roles": s.roleObjs(g), "default_message_notifications": 0, "mfa_level": 0, "explicit_content_filter": 0,
		"max_presences": nil, "max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
		"vanity_url_code": nil, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US",
		"rules_channel_id": nil, "safety_alerts_channel_id": nil, "public_updates_channel_id": nil,
		"premium_progress_bar_enabled": false, "nsfw": false, "nsfw_level": 0, "emojis": []any{}, "stickers": []any{},
		"incidents_data": nil}
}

// guildCreate is a server as GUILD_CREATE brings it: with its channels, and the
// active threads that the bot can see.
func (s *Server) guildCreate(g *guild) obj {
	o := s.guildObj(g)
	channels, threads := []obj{}, []obj{}
	for _, c := range s.guildChannels(g.id, false) {
		channels = append(channels, s.channelObj(c))
	}
	for _, c := range s.guildChannels(g.id, true) {
		if !c.archived && s.seen(s.AppID, c) {
			threads = append(threads, s.channelObj(c))
		}
	}
	o["channels"], o["threads"] = channels, threads
	o["members"] = []obj{s.fullMember(g, s.AppID)}
	o["member_count"], o["large"], o["unavailable"], o["joined_at"] = len(g.members), false, false, stamp(g.joined)
	o["presences"], o["voice_states"], o["stage_instances"] = []any{}, []any{}, []any{}
	o["guild_scheduled_events"], o["soundboard_sounds"] = []any{}, []any{}
	return s.strange(o)
}

func (s *Server) channelObj(c *channel) obj {
	o := obj{"id": c.id, "type": c.kind, "flags": 0, "last_message_id": orNull(c.last)}
	if c.kind == DM {
		o["recipients"] = []obj{s.userObj(c.recipient)}
		return s.strange(o)
	}
	o["guild_id"], o["name"], o["parent_id"] = c.guild, c.name, orNull(c.parent)
	o["rate_limit_per_user"] = 0
	if c.kind.thread() {
		return s.strange(s.threadFields(o, c))
	}
	ows := []obj{}
	for _, w := range c.overwrites {
		kind := 0
		if w.Member {
			kind = 1
		}
		ows = append(ows, obj{"id": w.ID, "type": kind, "allow": bits(w.Allow), "deny": bits(w.Deny)})
	}
	o["position"], o["topic"], o["nsfw"], o["permission_overwrites"] = 0, orNull(c.topic), false, ows
	if c.kind.forum() {
		tags := []obj{}
		for _, t := range c.tags {
			tags = append(tags, obj{"id": t.ID, "name": t.Name, "moderated": t.Moderated, "emoji_id": nil, "emoji_name": nil})
		}
		o["available_tags"], o["default_reaction_emoji"], o["default_sort_order"] = tags, nil, nil
		if c.requireTag {
			o["flags"] = 1 << 4
		}
	}
	return s.strange(o)
}

func (s *Server) threadFields(o obj, c *channel) obj {
	o["owner_id"] = c.owner
	o["thread_metadata"] = obj{"archived": c.archived, "locked": c.locked, "archive_timestamp": stamp(c.archivedAt),
		"auto_archive_duration": c.archiveAfter, "create_timestamp": stamp(idTime(c.id))}
	count := 0
	for _, m := range c.messages {
		if m.id != c.id && m.kind != starter {
			count++
		}
	}
	o["message_count"], o["member_count"], o["total_message_sent"] = count, min(len(c.joined), 50), c.sent
	if c.joined[s.AppID] {
		o["member"] = obj{"id": c.id, "user_id": s.AppID, "join_timestamp": stamp(idTime(c.id)), "flags": 1}
	}
	if s.channels[c.parent] != nil && s.channels[c.parent].kind.forum() {
		o["applied_tags"] = list(c.applied)
	}
	return o
}
