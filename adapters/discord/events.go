package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"colloquy/bot"
)

// event takes one event of the gateway. A nil error means that it is stored, or
// is none of ours; those of one shard come in order, and the same one may come
// again. One that cannot be read is a permanent [unreadableError]: what it said is
// found by listing.
func (a *Adapter) event(ctx context.Context, h bot.Handler, name string, raw json.RawMessage) error {
	a.reopenFor(name, raw)
	switch name {
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "MESSAGE_REACTION_ADD":
		return a.messageEvent(ctx, h, name, raw)
	case "GUILD_CREATE", "GUILD_DELETE", "THREAD_LIST_SYNC":
		return a.guildEvent(ctx, name, raw)
	case "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "CHANNEL_DELETE":
		return a.channelEvent(ctx, h, name, raw)
	}
	return nil
}

// A happening is what events about messages have in common.
type happening struct {
	ID        string   `json:"id"`
	IDs       []string `json:"ids"`
	ChannelID string   `json:"channel_id"`
	MessageID string   `json:"message_id"` // of a reaction
	UserID    string   `json:"user_id"`    // who reacted
	Member    *member  `json:"member"`
	Emoji     emoji    `json:"emoji"`
}

func (a *Adapter) messageEvent(ctx context.Context, h bot.Handler, name string, raw json.RawMessage) error {
	// Where it happened is read first: nearly always that is none of ours.
	var where struct {
		ChannelID string          `json:"channel_id"`
		Author    json.RawMessage `json:"author"`
	}
	err := json.Unmarshal(raw, &where)
	if err == nil && snowflake(where.ChannelID) == 0 {
		err = errors.New("it lacks the channel")
	}
	if err != nil {
		return unreadable(name, idIn(raw), err)
	}
	ch, ours := a.watch.channel(where.ChannelID)
	switch name {
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		if ours || a.watch.uses(where.ChannelID) {
			return a.removed(ctx, h, name, ch, raw)
		}
	case "MESSAGE_REACTION_ADD":
		if ours {
			return a.reacted(ctx, h, name, ch, raw)
		}
	default:
		if ours {
			return a.wrote(ctx, h, name, ch, raw)
		}
		if name == "MESSAGE_CREATE" && a.isMe(where.Author) {
			a.watchQuestion(raw)
		}
	}
	return nil
}

// wrote takes a message that is new or changed. An update is an edit only with
// the time of one: others bring a preview or a thread.
func (a *Adapter) wrote(ctx context.Context, h bot.Handler, name string, ch bot.Channel, raw json.RawMessage) error {
	m, err := decodeMessage(name, raw)
	if err != nil || name == "MESSAGE_UPDATE" && m.Edited == "" {
		return err
	}
	var whole struct {
		Content *json.RawMessage `json:"content"`
	}
	lenient(raw, &whole)
	if m.Author == nil || whole.Content == nil && a.contentOn() {
		ref := bot.MessageRef{Channel: ch, MessageID: m.ID}
		m, err = a.message(ctx, ref)
		if codeOf(err) == codeUnknownMessage {
			return h.ReplyRemoved(ctx, ref)
		}
		if err != nil {
			return err
		}
	}
	if !m.written() || !m.shown(a.contentOn()) {
		return nil
	}
	self, err := a.me(ctx)
	if err != nil {
		return err
	}
	_, err = h.ReplyChanged(ctx, replyOf(ch, m, self.userID))
	return err
}

// message reads one message.
func (a *Adapter) message(ctx context.Context, ref bot.MessageRef) (message, error) {
	var raw json.RawMessage
	err := a.rest.do(ctx, call{method: http.MethodGet, path: messagePath(ref), channel: pathID(ref.Channel)}, &raw)
	if err != nil {
		return message{}, err
	}
	return decodeMessage("message", raw)
}

// pathID is the id in Discord's paths of a thread, or of the channel itself.
func pathID(ch bot.Channel) string {
	if ch.Thread != "" {
		return ch.Thread
	}
	return ch.ID
}

// removed takes removals in a place of ours, and those of roots in the channel
// above our threads: a root has the id of the thread that it opened.
func (a *Adapter) removed(ctx context.Context, h bot.Handler, name string, ch bot.Channel, raw json.RawMessage) error {
	var e happening
	err := json.Unmarshal(raw, &e)
	if name == "MESSAGE_DELETE" {
		e.IDs = []string{e.ID}
	}
	if err == nil && (len(e.IDs) == 0 || slices.ContainsFunc(e.IDs, func(id string) bool { return snowflake(id) == 0 })) {
		err = errors.New("it lacks ids")
	}
	if err != nil {
		return unreadable(name, idIn(raw), err)
	}
	for _, id := range e.IDs {
		in := ch
		if ch == (bot.Channel{}) {
			thread, ok := a.watch.channel(id)
			if !ok || thread.ID != e.ChannelID {
				continue
			}
			in = thread.Parent()
		}
		if err := h.ReplyRemoved(ctx, bot.MessageRef{Channel: in, MessageID: id}); err != nil {
			return err
		}
	}
	return nil
}

// reacted hands over what a person asks by [bot.ExcludeEmoji]. All others are
// counted when the thread is listed.
func (a *Adapter) reacted(ctx context.Context, h bot.Handler, name string, ch bot.Channel, raw json.RawMessage) error {
	var e happening
	err := json.Unmarshal(raw, &e)
	if err == nil && (snowflake(e.MessageID) == 0 || snowflake(e.UserID) == 0) {
		err = errors.New("it lacks ids")
	}
	if err != nil {
		return unreadable(name, e.MessageID, err)
	}
	if e.Emoji.ID != "" || strings.TrimSuffix(e.Emoji.Name, "\uFE0F") != bot.ExcludeEmoji {
		return nil
	}
	self, err := a.me(ctx)
	if err != nil || e.UserID == self.userID {
		return err
	}
	actor, err := a.actorOf(ctx, ch.Workspace, e.UserID, e.Member)
	if err != nil || actor.ID == "" {
		return err
	}
	_, err = h.Command(ctx, bot.Command{
		ID:   "reaction/" + e.MessageID + "/" + e.UserID,
		Name: "exclude", Actor: actor, Channel: ch,
		Ref: bot.MessageRef{Channel: ch, MessageID: e.MessageID},
	})
	return err
}

// actorOf is who does something, and what the server lets them do, by the roles
// of m or, where the event lacks it, by those that Discord gives. It is zero for
// a bot and for somebody who has left.
func (a *Adapter) actorOf(ctx context.Context, guild, id string, m *member) (bot.Actor, error) {
	if m == nil || m.User == nil {
		m = &member{}
		err := a.rest.do(ctx, call{method: http.MethodGet, path: "/guilds/" + guild + "/members/" + id}, m)
		if codeOf(err) == codeUnknownMember {
			return bot.Actor{}, nil
		}
		if err != nil {
			return bot.Actor{}, err
		}
	}
	if m.User == nil || m.User.Bot {
		return bot.Actor{}, nil
	}
	g, err := a.guildAccess(ctx, guild)
	if err != nil {
		return bot.Actor{}, err
	}
	by := *m.User
	by.ID = id
	m.User = &by
	return bot.Actor{
		Person:  bot.Person{Platform: Platform, Workspace: guild, ID: id, Name: message{Author: &by, Member: m}.name()},
		Roles:   m.Roles,
		Manager: manages(g.guild, *m),
	}, nil
}
