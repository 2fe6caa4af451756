package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"colloquy/adapters/internal/finding"
	"colloquy/bot"
)

// fewIdentifies is how many connections left for a day are worth a warning. A
// bot that uses them up has its token reset.
const fewIdentifies = 50

// Check finds out whether Discord lets us in and, in a channel, whether we may
// do there what a discussion needs. A server without a channel stands for the bot
// being there.
func (a *Adapter) Check(ctx context.Context, ch bot.Channel) []bot.Finding {
	switch {
	case ch.ID == "" && ch.Workspace == "":
		return a.checkConnection(ctx)
	case ch.ID == "":
		return []bot.Finding{a.checkGuild(ctx, ch.Workspace)}
	}
	return []bot.Finding{a.checkChannel(ctx, ch)}
}

// checkConnection looks at the token, the intents, the budget of connections and
// the clock.
func (a *Adapter) checkConnection(ctx context.Context) []bot.Finding {
	var self user
	if err := a.rest.do(ctx, call{method: http.MethodGet, path: "/users/@me"}, &self); err != nil {
		return []bot.Finding{finding.Unchecked("token", "Discord", err)}
	}
	out := []bot.Finding{finding.Good("token", "it is that of the bot %s", self.Username)}
	out = append(out, a.checkIntents(ctx), a.checkBudget(ctx))
	if skew, known := a.rest.clock.Skew(); known {
		out = append(out, finding.Clock("Discord", skew, ""))
	}
	return out
}

func (a *Adapter) checkGuild(ctx context.Context, id string) bot.Finding {
	const name = "server"
	var g guild
	if err := a.rest.do(ctx, call{method: http.MethodGet, path: "/guilds/" + id}, &g); err != nil {
		return finding.Unchecked(name, "Discord", err)
	}
	return finding.Good(name, "the bot is in it")
}

func (a *Adapter) checkIntents(ctx context.Context) bot.Finding {
	const name = "message content"
	if a.o.Content == ContentOff {
		f := finding.Good(name, "it is off in the configuration: only forms and messages that mention the bot are read")
		f.Fix = "set message_content: auto to read what people write in threads"
		return f
	}
	app, err := a.gate.application(ctx)
	if err != nil {
		return finding.Unchecked(name, "Discord", err)
	}
	if app.Flags&(appContent|appContentLimited) == 0 {
		return bot.Finding{Name: name, Text: "the bot may not read what people write in threads", Fix: "turn on Message Content Intent on the page Bot of Discord's developer portal, or set message_content: off"}
	}
	return finding.Good(name, "the bot may read what people write in threads")
}

func (a *Adapter) checkBudget(ctx context.Context) bot.Finding {
	const name = "connections"
	var g struct {
		Limit startLimit `json:"session_start_limit"`
	}
	if err := a.rest.do(ctx, call{method: http.MethodGet, path: "/gateway/bot"}, &g); err != nil {
		return finding.Unchecked(name, "Discord", err)
	}
	text := fmt.Sprintf("%d of %d may be made until %s", g.Limit.Remaining, g.Limit.Total,
		a.o.Clock().Add(time.Duration(g.Limit.ResetAfter)*time.Millisecond).UTC().Format("15:04 MST"))
	if g.Limit.Remaining < fewIdentifies {
		return bot.Finding{Name: name, Text: text, Fix: "find out what starts it again and again; at 0 it waits, since Discord resets the token of a bot that goes on"}
	}
	return finding.Good(name, "%s", text)
}

// checkChannel looks at the rights in one channel.
func (a *Adapter) checkChannel(ctx context.Context, ch bot.Channel) bot.Finding {
	const name = "rights"
	perms, c, err := a.rights(ctx, ch)
	if err != nil {
		return finding.Unchecked(name, "Discord", err)
	}
	forum := c.forum()
	switch {
	case c.GuildID != ch.Workspace:
		return bot.Finding{Name: name, Text: fmt.Sprintf("channel %s is not in server %s", ch.ID, ch.Workspace), Fix: "write it as discord:" + c.GuildID + "/" + ch.ID}
	case !forum && c.Type != typeText && c.Type != typeAnnouncement:
		return bot.Finding{Name: name, Text: "this kind of channel has no threads", Fix: "name a text, announcement or forum channel"}
	}
	if lacks := missing(perms, forum); len(lacks) > 0 {
		return bot.Finding{Name: name, Text: "the bot lacks " + strings.Join(lacks, ", "), Fix: "allow it in the permissions of the channel for the role of the bot, or invite it again"}
	}
	return finding.Good(name, "the bot may do there all that it needs")
}
