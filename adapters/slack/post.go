package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"time"

	"colloquy/bot"
)

var (
	_ bot.Finder   = (*Adapter)(nil)
	_ bot.Editor   = (*Adapter)(nil)
	_ bot.Director = (*Adapter)(nil)
	_ bot.Linker   = (*Adapter)(nil)
)

// Post sends m once; see [bot.Adapter]. A public channel is joined first where
// Slack demands it. With [ThreadPerQuestion] a question goes into the channel,
// where its own thread opens.
func (a *Adapter) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	if !isID(ch.ID) { // Slack would take a name, under which no reply comes
		return bot.Posted{}, bot.Permanent(bot.Problemf("channel_gone", "%.40q is no id of a channel on Slack: write the one at the end of the channel's details, like C0123456789", ch.ID))
	}
	t, err := a.team(ctx, ch.Workspace)
	if err != nil {
		return bot.Posted{}, notPosted(err)
	}
	m = t.wording(m)
	apart := t.asksApart(m) && ch.Thread != ""
	l := look{key: key, ping: true}
	k := call{method: "chat.postMessage", args: a.render(ctx, m, l).args(ch.ID, key), channel: ch.ID}
	k.args.Set("mrkdwn", "false") // of the text beside the blocks
	k.args.Set("unfurl_links", "false")
	k.args.Set("unfurl_media", "false")
	if ch.Thread != "" && !apart {
		k.args.Set("thread_ts", ch.Thread)
	}
	var got struct {
		TS string `json:"ts"`
	}
	err = t.doInside(ctx, k, &got)
	if isTooMuch(err) { // surely not posted
		l.plainer = true
		a.render(ctx, m, l).put(k.args)
		err = t.doInside(ctx, k, &got) // what is in a message may be looked at before who sends it
	}
	switch {
	case err != nil:
		return bot.Posted{}, err
	case got.TS == "":
		return bot.Posted{}, problem("bad_answer", nil, "Slack did not say which message it made; look for it there before you try again")
	}
	return landed(ch, got.TS, apart), nil
}

// wording is a message as this app says it: with the name of its command, and
// without the questions that follow below it in the channel.
func (t *team) wording(m bot.Message) bot.Message {
	if t.app.Layout == ThreadPerQuestion {
		m.Asks = nil
	}
	return t.app.ownWords(m)
}

// asksApart reports whether m is a question that gets a thread of its own.
func (t *team) asksApart(m bot.Message) bool {
	return t.app.Layout == ThreadPerQuestion && m.Question != "" && m.Number > 0
}

// landed is where a post is. Below one in a channel people can write at once, so
// that its thread needs no opening; apart says that it is a question with a thread
// of its own, which belongs to the discussion of ch.
func landed(ch bot.Channel, ts string, apart bool) bot.Posted {
	p := bot.Posted{Ref: bot.MessageRef{Channel: ch, MessageID: ts}}
	switch {
	case apart:
		p.Ref.Thread = ts
	case ch.Thread == "":
		p.Thread = ch
		p.Thread.Thread = ts
	}
	return p
}

// args are those of a message in a channel, with the key of the post where Slack
// keeps it: chat.update keeps it as well.
func (o outgoing) args(channel, key string) url.Values {
	args := url.Values{"channel": {channel}}
	o.put(args)
	if key != "" {
		args.Set("metadata", encode(map[string]any{"event_type": keyEvent, "event_payload": map[string]string{"key": shortKey(key)}}))
	}
	return args
}

// put puts the words of o into the arguments of a call.
func (o outgoing) put(args url.Values) {
	args.Set("text", o.Text)
	args.Set("blocks", encode(o.Blocks))
}

// encode makes JSON of what always can be.
func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return ""
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

// isTooMuch reports whether Slack refused a message for what is in it: it cannot
// fetch the picture, or finds it too long.
func isTooMuch(err error) bool {
	switch codeOf(err) {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long":
		return true
	}
	return false
}

// doInside makes a call that only members of its channel may make. A public
// channel is joined for that, and the call made once more.
func (t *team) doInside(ctx context.Context, k call, out any) error {
	err := t.do(ctx, k, out)
	if codeOf(err) != "not_in_channel" {
		return err
	}
	id := k.args.Get("channel")
	joining := t.do(ctx, call{method: "conversations.join", args: url.Values{"channel": {id}}, channel: k.channel}, nil)
	switch code := codeOf(joining); {
	case joining == nil:
		return t.do(ctx, k, out)
	case code == "is_archived", code == "channel_not_found", !bot.IsPermanent(joining):
		return notPosted(joining)
	}
	return err // a private channel: somebody has to invite us
}

// notPosted marks an error of what was asked before anything was sent: surely
// not posted.
func notPosted(err error) error {
	if _, retry := bot.RetryDelay(err); err == nil || retry || bot.IsPermanent(err) {
		return err
	}
	return bot.RetryAfter(time.Second, err)
}

// Direct opens the conversation in which p alone reads us.
func (a *Adapter) Direct(ctx context.Context, p bot.Person) (bot.Channel, error) {
	t, err := a.team(ctx, p.Workspace)
	if err != nil {
		return bot.Channel{}, notPosted(err)
	}
	if !isUser(p.ID) {
		return bot.Channel{}, bot.Permanent(bot.Problemf("bad_person", "%.40q is no person on Slack: ids are like U012AB3CD", p.ID))
	}
	var got struct {
		Channel struct {
			ID string `json:"id"`
		} `json:"channel"`
	}
	err = t.do(ctx, call{method: "conversations.open", args: url.Values{"users": {p.ID}}}, &got)
	if err == nil && got.Channel.ID == "" {
		err = problem("bad_answer", nil, "Slack did not say where %s can be written to", p)
	}
	if err != nil {
		return bot.Channel{}, notPosted(err) // the same conversation is given each time
	}
	return bot.Channel{Platform: Platform, Workspace: p.Workspace, ID: got.Channel.ID}, nil
}
