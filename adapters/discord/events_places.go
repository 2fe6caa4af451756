package discord

import (
	"context"
	"encoding/json"
	"errors"

	"colloquy/bot"
)

// channelEvent takes what happens to a thread or a channel as a whole. A thread
// that is archived or locked stays watched: messages in it can be removed.
func (a *Adapter) channelEvent(ctx context.Context, h bot.Handler, name string, raw json.RawMessage) error {
	c, err := decodeChannel(name, raw)
	if err != nil {
		return err
	}
	switch name {
	case "THREAD_CREATE", "THREAD_UPDATE":
		return a.watchThreads(ctx, c.GuildID, []channel{c})
	case "THREAD_DELETE":
		return a.threadDeleted(ctx, h, c.ID)
	}
	a.access.drop(c.GuildID)
	if c.Type == typeCategory {
		return nil
	}
	ch := bot.Channel{Platform: Platform, Workspace: c.GuildID, ID: c.ID}
	if err := h.ChannelLost(ctx, ch, gone(ch, nil)); err != nil {
		return err
	}
	a.watch.forget(c.ID)
	return nil
}

// threadDeleted ends a discussion. The post of a forum goes with its thread, and
// so the root is gone.
func (a *Adapter) threadDeleted(ctx context.Context, h bot.Handler, id string) error {
	ch, ours := a.watch.channel(id)
	if !ours || ch.Thread == "" {
		return nil
	}
	above, err := a.channelOf(ctx, ch.ID)
	switch {
	case err == nil && above.forum():
		err = h.ReplyRemoved(ctx, bot.MessageRef{Channel: ch, MessageID: id})
	case err == nil || bot.IsPermanent(err):
		err = h.ChannelLost(ctx, ch, gone(ch, nil))
	}
	if err != nil {
		return err
	}
	a.watch.forget(id)
	return nil
}

func decodeChannel(event string, raw json.RawMessage) (channel, error) {
	var strict struct {
		ID       string `json:"id"`
		GuildID  string `json:"guild_id"`
		ParentID string `json:"parent_id"`
		OwnerID  string `json:"owner_id"`
		Type     int    `json:"type"`
	}
	err := json.Unmarshal(raw, &strict)
	if err == nil && (snowflake(strict.ID) == 0 || snowflake(strict.GuildID) == 0) {
		err = errors.New("it lacks ids")
	}
	if err != nil {
		return channel{}, unreadable(event, idIn(raw), err)
	}
	var c channel
	lenient(raw, &c)
	return c, nil
}

// guildEvent takes what servers say of their threads when they come, and
// forgets those of one that we had to leave.
func (a *Adapter) guildEvent(ctx context.Context, name string, raw json.RawMessage) error {
	var g struct {
		ID          string            `json:"id"`
		GuildID     string            `json:"guild_id"`
		Unavailable bool              `json:"unavailable"`
		Threads     []json.RawMessage `json:"threads"`
	}
	err := json.Unmarshal(raw, &g)
	if name == "THREAD_LIST_SYNC" {
		g.ID = g.GuildID
	}
	if err == nil && snowflake(g.ID) == 0 {
		err = errors.New("it lacks the server")
	}
	if err != nil {
		return unreadable(name, idIn(raw), err)
	}
	a.access.drop(g.ID)
	if name == "GUILD_DELETE" {
		if !g.Unavailable {
			a.watch.forgetGuild(g.ID)
		}
		return nil
	}
	var threads []channel
	var errs []error
	for _, t := range g.Threads {
		var c channel
		if err := json.Unmarshal(t, &c); err != nil && (snowflake(c.ID) == 0 || snowflake(c.ParentID) == 0 || c.OwnerID == "") {
			errs = append(errs, unreadable(name, idIn(t), err))
		}
		threads = append(threads, c)
	}
	return errors.Join(a.watchThreads(ctx, g.ID, threads), errors.Join(errs...))
}

// watchThreads watches those that we opened.
func (a *Adapter) watchThreads(ctx context.Context, guild string, threads []channel) error {
	if len(threads) == 0 {
		return nil
	}
	self, err := a.me(ctx)
	if err != nil {
		return err
	}
	for _, t := range threads {
		if t.OwnerID == self.userID && t.ID != "" {
			a.watch.add(bot.Channel{Platform: Platform, Workspace: guild, ID: t.ParentID, Thread: t.ID})
		}
	}
	return nil
}

// watchQuestion watches the channel of a question that has no thread, which another
// process may have posted. What opens a thread, [Adapter.watchThreads] learns of.
func (a *Adapter) watchQuestion(raw json.RawMessage) {
	var m struct {
		ChannelID  string          `json:"channel_id"`
		GuildID    string          `json:"guild_id"`
		Components json.RawMessage `json:"components"`
	}
	lenient(raw, &m)
	if _, command := keyIn(m.Components, 0); command == "answer" {
		a.watch.add(bot.Channel{Platform: Platform, Workspace: m.GuildID, ID: m.ChannelID})
	}
}
