package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

const (
	// readyWithin is how long an acknowledgement waits for an answer that it can
	// carry: of Slack's three seconds, one is left for the way.
	readyWithin   = 2 * time.Second
	commandWithin = time.Minute
	// askWithin is how long it may take to learn who somebody is, where their
	// command is carried out in any case.
	askWithin = 1500 * time.Millisecond
)

// An asked is something that a person asked for, until they are answered.
type asked struct {
	p       *app
	h       bot.Handler
	t       *team       // nil: of no workspace that we know
	kind    string      // for the log
	trigger string      // names this very act, also when it is delivered again
	user    account     // as they are sent: only their id and their name are relied on
	place   bot.Channel // where it was asked, with its thread
	message string      // that it is about; empty: none, or one that only they see
	url     string      // response_url; empty: none
	uses    int         // of it
	replace bool        // the first message of the answer takes the place of what was pressed
	ack     func(body any) error
	acked   bool
}

// interact carries out what somebody asked for. kind is "slash_commands", with a
// payload of the fields of the form, or "interactive". ack answers Slack, once and
// within 3 s, with nothing or with a body that becomes JSON; an error says that
// the body was not sent, and has to go another way.
func (p *app) interact(ctx context.Context, h bot.Handler, kind string, payload []byte, ack func(body any) error) {
	q := &asked{p: p, h: h, kind: kind, ack: ack}
	if kind == "slash_commands" {
		q.typed(ctx, payload)
	} else {
		q.did(ctx, payload)
	}
	_ = q.acknowledge(nil) // unless that is done
}

// acknowledge answers Slack, unless that is done.
func (q *asked) acknowledge(body any) error {
	if q.acked {
		return errors.New("acknowledged before")
	}
	q.acked = true
	return q.ack(body)
}

// typed is a slash command.
func (q *asked) typed(ctx context.Context, payload []byte) {
	var in slashed
	if lenient(payload, &in); in.User == "" {
		q.p.a.o.Log.WarnContext(ctx, "command not read", "scope", q.p.scope())
		return
	}
	q.trigger, q.url, q.user = in.Trigger, in.URL, account{ID: in.User, Name: in.Name, Team: in.Team}
	q.place.ID = in.Channel
	q.p.asks.call(in.Command)
	if !q.begin(ctx, in.Team) {
		return
	}
	name, args, err := q.t.read(in.Text)
	if err != nil {
		q.refuse(ctx, sentence(bot.Explain(err)))
		return
	}
	if strings.HasPrefix(in.Channel, "D") && opensHere(name) {
		q.refuse(ctx, "Discussions are held in channels, and this is a private chat. Use the command in the channel that you mean.")
		return
	}
	q.carryOut(ctx, q.command(name, args))
}

// opensHere reports whether a command makes something of the channel that it is
// given in, for all who are there.
func opensHere(name string) bool {
	return name == "now" || name == "add" || name == "feed add" || name == "schedule add"
}

// did is a button, a form or the menu of a message.
func (q *asked) did(ctx context.Context, payload []byte) {
	var in interaction
	lenient(payload, &in)
	q.kind, q.trigger, q.url, q.user = in.Type, in.Trigger, in.URL, in.User
	q.place.ID, q.place.Thread, q.message = in.place()
	var act func(context.Context, interaction)
	switch {
	case in.User.ID == "":
		q.p.a.o.Log.WarnContext(ctx, "interaction not read", "scope", q.p.scope(), "kind", text.Cut(in.Type, 40, text.Units))
		return
	case in.Type == "block_actions" && len(in.Actions) > 0 && in.Actions[0].Type == "button" && in.Actions[0].URL == "":
		act = q.pressed
	case in.Type == "view_submission" && in.View.Callback == formCallback:
		act = q.sent
	case in.Type == "message_action" && in.Callback == ShortcutID:
		act = q.linked
	default: // a form that was closed, a button that leads elsewhere: nothing to do
		return
	}
	if in.Type != "view_submission" { // whose acknowledgement may keep the form open
		_ = q.acknowledge(nil)
	}
	where := []string{in.View.Installed, in.Message.Team, in.Team.ID, in.User.Team} // a post of ours is of our workspace
	if in.Type == "message_action" {                                                // and others' messages are of theirs
		where = []string{in.Team.ID, in.User.Team, in.Message.Team}
	}
	if q.begin(ctx, where...) {
		act(ctx, in)
	}
}

// begin finds the workspace, the first of those named that is ours: in a channel
// that is shared with others they name theirs. It is false if there is none, or if this
// was delivered before.
func (q *asked) begin(ctx context.Context, workspaces ...string) bool {
	if q.trigger != "" && q.p.asks.again(q.trigger) {
		q.p.a.o.Log.InfoContext(ctx, "delivered again", "scope", q.p.scope(), "kind", q.kind)
		return false
	}
	within, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	err := bot.Problemf("not_installed", "Colloquy is not installed in this workspace: ask its admins")
	for _, id := range workspaces {
		if id == "" {
			continue
		}
		t, e := q.p.a.team(within, id)
		if e == nil && t.app == q.p {
			q.t = t
			q.place.Platform, q.place.Workspace = Platform, t.id
			return true
		}
		if e != nil && bot.ReasonCode(e) != "not_installed" {
			err = e
		}
	}
	q.p.a.o.Log.WarnContext(ctx, "asked from no workspace of ours", "scope", q.p.scope(), "kind", q.kind, "code", bot.ReasonCode(err))
	q.refuse(ctx, "That was not done: "+bot.Explain(err)+".")
	return false
}

// command is what the person asks for. It has the same ID when it is delivered again.
func (q *asked) command(name string, args map[string]string) bot.Command {
	c := bot.Command{ID: q.trigger, Name: name, Args: args, Channel: q.place}
	if q.message != "" {
		c.Ref = bot.MessageRef{Channel: q.place, MessageID: q.message}
		if q.place.Thread == q.message { // what begins a thread is not in it
			c.Ref.Thread = ""
		}
	}
	return c
}
