package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"colloquy/bot"
)

// accessFor is how long what was read of rights is relied on, unless an event
// says that they change; mostAccess is of how many servers and channels it is kept.
const (
	accessFor  = time.Minute
	mostAccess = 1000
)

// An access remembers for a short time what our rights rest on.
type access struct {
	mu       sync.Mutex
	guilds   map[string]guildAccess
	channels map[string]channelAccess
	changes  int // how often something was dropped
}

type guildAccess struct {
	guild guild // its roles and its owner
	me    member
	until time.Time
}

type channelAccess struct {
	channel channel
	until   time.Time
}

func newAccess() *access {
	return &access{guilds: map[string]guildAccess{}, channels: map[string]channelAccess{}}
}

// drop forgets what was read of a server and its channels, whose rights change.
func (c *access) drop(guild string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	delete(c.guilds, guild)
	for id, ch := range c.channels {
		if ch.channel.GuildID == guild || ch.channel.GuildID == "" {
			delete(c.channels, id)
		}
	}
}

// reopenFor is told every event. Where rights change, what was read
// of them is forgotten, and channels that Discord refused are tried again. That
// rights were lost is found by who needs them: an administrator may be half way.
func (a *Adapter) reopenFor(name string, raw json.RawMessage) {
	switch name {
	case "CHANNEL_UPDATE", "THREAD_LIST_SYNC", "GUILD_MEMBER_UPDATE", // only of ourselves, without the intent for members
		"GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
	default:
		return
	}
	var e struct {
		ID      string `json:"id"`
		GuildID string `json:"guild_id"`
	}
	lenient(raw, &e)
	a.access.drop(e.GuildID)
	if name != "CHANNEL_UPDATE" {
		a.rest.reopenAll()
		return
	}
	for _, id := range a.watch.below(e.GuildID, e.ID) {
		a.rest.reopen(id)
	}
	a.rest.reopen(e.ID)
}

// remembered gives what is stored under a key, or reads it. What was read while
// rights changed is not stored.
func remembered[T any](c *access, m map[string]T, key string, fresh func(T) bool, read func() (T, error)) (T, error) {
	c.mu.Lock()
	v, ok := m[key]
	changes := c.changes
	c.mu.Unlock()
	if ok && fresh(v) {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == changes {
		if len(m) >= mostAccess {
			clear(m)
		}
		m[key] = v
	}
	return v, nil
}

// guildAccess reads the roles of a server and ours in it.
func (a *Adapter) guildAccess(ctx context.Context, id string) (guildAccess, error) {
	now := a.o.Clock()
	return remembered(a.access, a.access.guilds, id, func(g guildAccess) bool { return g.until.After(now) }, func() (guildAccess, error) {
		g := guildAccess{until: now.Add(accessFor)}
		self, err := a.me(ctx)
		if err != nil {
			return g, err
		}
		if err := a.rest.do(ctx, call{method: http.MethodGet, path: "/guilds/" + id}, &g.guild); err != nil {
			return g, err
		}
		err = a.rest.do(ctx, call{method: http.MethodGet, path: "/guilds/" + id + "/members/" + self.userID}, &g.me)
		g.me.User = &user{ID: self.userID}
		g.guild.ID, g.guild.Channels, g.guild.Threads = id, nil, nil
		return g, err
	})
}

// channelOf reads a channel, for its type and who may do what in it.
func (a *Adapter) channelOf(ctx context.Context, id string) (channel, error) {
	now := a.o.Clock()
	c, err := remembered(a.access, a.access.channels, id, func(c channelAccess) bool { return c.until.After(now) }, func() (channelAccess, error) {
		c := channelAccess{until: now.Add(accessFor)}
		err := a.rest.do(ctx, call{method: http.MethodGet, path: "/channels/" + id, channel: id}, &c.channel)
		return c, err
	})
	return c.channel, err
}

// rights are our permissions in a channel, or for a thread in the channel above
// it, and that channel. An error is a [bot.Problem] where Discord says no.
func (a *Adapter) rights(ctx context.Context, ch bot.Channel) (int64, channel, error) {
	c, err := a.channelOf(ctx, ch.ID)
	if err != nil {
		return 0, c, closed(ch.Parent(), err)
	}
	g, err := a.guildAccess(ctx, ch.Workspace)
	switch codeOf(err) {
	case codeMissingAccess, codeUnknownGuild, codeUnknownMember:
		return 0, c, bot.Permanent(problem("guild_gone", err, "Colloquy is no longer in the server of %s: invite it again (colloquy discord invite)", ch))
	}
	if err != nil {
		return 0, c, err
	}
	perms := permissions(g.guild, c, g.me)
	if until, err := time.Parse(time.RFC3339, g.me.Timeout); err == nil && until.After(a.o.Clock()) && perms != allPermissions {
		perms &= discordgo.PermissionViewChannel | discordgo.PermissionReadMessageHistory
	}
	return perms, c, nil
}

// canRead says why the history of a channel or a thread cannot be read, where
// Discord would answer with an empty list. The error is permanent and names the
// permission, unless the rights themselves cannot be read.
func (a *Adapter) canRead(ctx context.Context, ch bot.Channel) error {
	perms, _, err := a.rights(ctx, ch)
	switch {
	case err != nil:
		return err
	case perms&discordgo.PermissionViewChannel == 0:
		return bot.Permanent(noAccess(ch, nil))
	case perms&discordgo.PermissionReadMessageHistory == 0:
		return bot.Permanent(bot.Problemf("no_permission",
			"Colloquy may not read what was written in %s: allow it Read Message History in the channel's permissions", ch))
	}
	return nil
}

// codeUnknownMember: somebody is not in the server.
const codeUnknownMember = 10007

// closed makes a refusal to read a place one that names it, and permanent.
// Other errors stay as they are.
func closed(ch bot.Channel, err error) error {
	switch codeOf(err) {
	case codeUnknownChannel:
		return bot.Permanent(gone(ch, err))
	case codeMissingAccess:
		return bot.Permanent(noAccess(ch, err))
	}
	return err
}

// gone is why nothing is recorded any more in a place that was deleted.
func gone(ch bot.Channel, err error) error {
	text := ch.String() + " is not there: it was deleted on Discord, or its id is mistyped; choose another channel"
	if ch.Thread != "" {
		text = "the thread of a discussion in " + ch.String() + " was deleted on Discord, and the discussion ended with it: post it again if that was a mistake"
	}
	return problem("channel_gone", err, "%s", text)
}

func noAccess(ch bot.Channel, err error) error {
	return problem("no_access", err, "Colloquy cannot see %s: allow it View Channel in the channel's permissions (in a private channel, add it)", ch)
}
