package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Within these times of its receipt an interaction has to be answered, and can
// be answered at all; the first leaves something of Discord's three seconds for
// the way here.
const (
	answerWithin  = 2500 * time.Millisecond
	commandWithin = time.Minute
)

// Types of interactions and of the first answers to them.
const (
	interactionPing     = 1
	interactionCommand  = 2
	interactionPress    = 3
	interactionComplete = 4
	interactionForm     = 5

	answerPong    = 1
	answerMessage = 4
	answerLater   = 5
	answerChoices = 8
	answerForm    = 9
)

// flagPrivate shows an answer to the asker alone.
const flagPrivate = 1 << 6

// Codes of an answer that comes after the 15 minutes in which there can be one.
const (
	codeUnknownWebhook = 10015
	codeWebhookToken   = 50027
)

// An interaction is something that a person did with a command, a button or a
// form. Its token lets anybody answer in our name: it is never logged.
type interaction struct {
	ID        string          `json:"id"`
	AppID     string          `json:"application_id"`
	Token     string          `json:"token"`
	Type      int             `json:"type"`
	GuildID   string          `json:"guild_id"`
	ChannelID string          `json:"channel_id"`
	Channel   json.RawMessage `json:"channel"`
	Member    json.RawMessage `json:"member"`
	User      json.RawMessage `json:"user"`
	Message   json.RawMessage `json:"message"`
	Data      json.RawMessage `json:"data"`

	channel channel
	member  member
	message pressed
	data    interactionData
}

// A pressed message is one whose button was pressed: only what names it.
type pressed struct {
	ID         string      `json:"id"`
	Components []component `json:"components"`
	Embeds     []embedLink `json:"embeds"`
}

// An embedLink is an embed of which only the link counts.
type embedLink struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url"`
}

// decodeInteraction reads what it can: a part that is not what it was when this
// was written is left out, and not the whole.
func decodeInteraction(raw json.RawMessage) (*interaction, error) {
	var in interaction
	err := json.Unmarshal(raw, &in)
	if err != nil {
		err = reason(err)
	}
	if in.ID == "" || in.Token == "" {
		return nil, errors.Join(errors.New("an interaction without id or token"), err)
	}
	part := func(raw json.RawMessage, to any) {
		if len(raw) > 0 {
			if e := json.Unmarshal(raw, to); e != nil {
				err = errors.Join(err, reason(e))
			}
		}
	}
	part(in.Channel, &in.channel)
	part(in.Member, &in.member)
	part(in.Message, &in.message)
	part(in.Data, &in.data)
	if in.member.User == nil && len(in.User) > 0 {
		part(in.User, &in.member.User)
	}
	if in.member.User == nil || in.member.User.ID == "" {
		in.member.User = nil
	}
	return &in, err
}

// interaction carries out what a person did, and answers them. Every answer is
// for their eyes alone; what all are to see, the engine posts.
func (a *Adapter) interaction(ctx context.Context, h bot.Handler, raw json.RawMessage) {
	window, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	in, err := decodeInteraction(raw)
	if in == nil {
		a.o.Log.WarnContext(ctx, "interaction not read", "platform", Platform, "err", err)
		return
	}
	if err != nil {
		a.o.Log.InfoContext(ctx, "interaction read in part", "interaction", in.ID, "type", in.Type, "err", err)
	}
	if in.GuildID == "" && slices.Contains([]int{interactionCommand, interactionPress, interactionForm}, in.Type) { // below a notice
		a.refuse(window, in, "From a private chat Colloquy cannot tell which server you mean. Ask in its channels: "+
			bot.CommandPrefix+" privacy says what is recorded of you there, and what you can do about it.", in.data.written())
		return
	}
	switch in.Type {
	case interactionPing:
		a.acknowledge(window, in, callback{Type: answerPong})
	case interactionCommand:
		a.asked(ctx, window, h, in)
	case interactionPress:
		a.pressed(ctx, window, h, in)
	case interactionComplete:
		a.complete(window, h, in)
	case interactionForm:
		a.filled(ctx, window, h, in)
	default:
		a.o.Log.InfoContext(ctx, "interaction of an unknown type", "interaction", in.ID, "type", in.Type)
	}
}

// asked is a slash command, or one in the menu of a message.
func (a *Adapter) asked(ctx, window context.Context, h bot.Handler, in *interaction) {
	if in.data.Type == typeMessageMenu {
		link := in.data.link()
		if link == "" {
			a.refuse(window, in, "There is no link in that message. Use it on a message with one, or give the address yourself with "+bot.CommandPrefix+" now.", "")
			return
		}
		c := a.command(in, "now", map[string]string{"source": link})
		c.Ref = bot.MessageRef{Channel: c.Channel, MessageID: in.data.TargetID}
		a.carryOut(ctx, window, h, in, c)
		return
	}
	words, options := in.data.path()
	name := specName(words, bot.Commands())
	args := argsOf(name, options, in.GuildID)
	if who, given := args["who"]; given && !isSnowflake(strings.TrimPrefix(who, "role:")) {
		a.refuse(window, in, "That names nobody on Discord. Type @ and pick a person or a role of those that are offered.", "")
		return
	}
	a.carryOut(ctx, window, h, in, a.command(in, name, args))
}

// pressed is a button: it asks for words first, or is carried out at once.
func (a *Adapter) pressed(ctx, window context.Context, h bot.Handler, in *interaction) {
	key, name, args, ok := parseCustomID(in.data.CustomID)
	if !ok || name == "" {
		a.refuse(window, in, "This button is of another version of Colloquy and does nothing any more.", "")
		return
	}
	if label, form := args[formArgument]; form {
		delete(args, formArgument)
		a.acknowledge(window, in, formFor(in, key, name, args, label))
		return
	}
	if !in.pick(args) {
		a.refuse(window, in, "What this button stands for is not there any more. Ask for the list again.", "")
		return
	}
	c := a.command(in, name, args)
	c.Ref = bot.MessageRef{Channel: c.Channel, MessageID: in.message.ID}
	a.carryOut(ctx, window, h, in, c)
}

// filled is a form that was sent.
func (a *Adapter) filled(ctx, window context.Context, h bot.Handler, in *interaction) {
	_, name, args, ok := parseCustomID(in.data.CustomID)
	words := in.data.written()
	if !ok || name == "" {
		a.refuse(window, in, "This form is of another version of Colloquy: it is not stored. Here is what you wrote:", words)
		return
	}
	if args == nil {
		args = map[string]string{}
	}
	args[textArg] = words
	c := a.command(in, name, args)
	if in.message.ID != "" {
		c.Ref = bot.MessageRef{Channel: c.Channel, MessageID: in.message.ID}
	}
	a.carryOut(ctx, window, h, in, c)
}

// carryOut says that an answer comes, has the engine do what is asked, and answers.
func (a *Adapter) carryOut(ctx, window context.Context, h bot.Handler, in *interaction, c bot.Command) {
	if !a.acknowledge(window, in, callback{Type: answerLater, Data: map[string]any{"flags": flagPrivate}}) {
		return
	}
	work, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	answer, err := h.Command(work, c)
	if err != nil {
		a.o.Log.ErrorContext(ctx, "command failed", "command", c.Name, "interaction", in.ID, "code", bot.ReasonCode(err), "err", err)
		answer = failed(err, in.Type == interactionForm)
	}
	if in.Type == interactionForm && len(answer.Message.Quotation) == 0 {
		answer.Message.Quotation = given(c.Args[textArg])
	}
	a.answer(ctx, in, answer)
}

// command is what the person of an interaction asks for. Whether the platform
// lets them manage is read from each interaction anew.
func (a *Adapter) command(in *interaction, name string, args map[string]string) bot.Command {
	actor := bot.Actor{Person: bot.Person{Platform: Platform, Workspace: in.GuildID}}
	if u := in.member.User; u != nil {
		actor.ID, actor.Name = u.ID, cmp.Or(text.Inline(in.member.Nick), u.name())
		if in.GuildID != "" {
			actor.Roles, actor.Manager = in.member.Roles, mayManage(in.member.Permissions)
		}
	}
	return bot.Command{ID: in.ID, Name: name, Args: args, Actor: actor, Channel: a.place(in)}
}

// mayManage reports whether permissions are those of somebody who may manage
// the server.
func mayManage(permissions string) bool {
	return bits(permissions)&(discordgo.PermissionManageGuild|discordgo.PermissionAdministrator) != 0
}

// place is the channel that an interaction comes from, and the thread.
func (a *Adapter) place(in *interaction) bot.Channel {
	if c := in.channel; c.ParentID != "" && c.Type >= 10 && c.Type <= 12 { // threads
		return bot.Channel{Platform: Platform, Workspace: in.GuildID, ID: c.ParentID, Thread: in.ChannelID}
	}
	if known, ok := a.watch.channel(in.ChannelID); ok && known.Workspace == in.GuildID {
		return known
	}
	return bot.Channel{Platform: Platform, Workspace: in.GuildID, ID: in.ChannelID}
}

// A callback is the first answer to an interaction.
type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// acknowledge sends the first answer, and reports whether that is for us to do
// and Discord has it. What is not acknowledged is not carried out: its person
// is told by Discord that it failed, and asks again.
func (a *Adapter) acknowledge(window context.Context, in *interaction, c callback) bool {
	k := call{method: http.MethodPost, path: "/interactions/" + url.PathEscape(in.ID) + "/" + url.PathEscape(in.Token) + "/callback", body: c, free: true}
	err := a.deliver(window, k, true)
	if err != nil {
		a.unanswered(window, in, err)
	}
	return err == nil
}

// unanswered logs an answer that did not reach its person. Nobody tries again:
// a token that ran out comes back by no effort of ours.
func (a *Adapter) unanswered(ctx context.Context, in *interaction, err error) {
	switch code := codeOf(err); code {
	case codeUnknownInteraction, codeAnswered, codeUnknownWebhook, codeWebhookToken:
		a.o.Log.InfoContext(ctx, "interaction is over", "interaction", in.ID, "type", in.Type, "discord_code", code)
	default:
		a.o.Log.WarnContext(ctx, "interaction not answered", "interaction", in.ID, "type", in.Type, "discord_code", code, "err", err)
	}
}
