package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

const (
	// replyWithin bounds the sending of an answer, which goes on when the process
	// is told to stop: somebody waits for it.
	replyWithin = 20 * time.Second
	// mostUses is how often a response_url can be used, which works for 30 minutes.
	mostUses = 5
	// mostTries is how often an answer is sent that surely did not go out.
	mostTries = 3
	// maxAck is more than Slack takes in an acknowledgement over Socket Mode: what
	// is longer is dropped without a word.
	maxAck = 19000
)

// A reply is an answer as Slack takes it in an acknowledgement and at a
// response_url.
type reply struct {
	outgoing
	Type    string `json:"response_type"`
	Thread  string `json:"thread_ts,omitempty"`
	Replace bool   `json:"replace_original"`
	Links   bool   `json:"unfurl_links"`
	Media   bool   `json:"unfurl_media"`
}

// thread is where an answer belongs: what begins a thread is read in the channel.
func (q *asked) thread() string {
	if q.place.Thread == q.message {
		return ""
	}
	return q.place.Thread
}

// tell shows one message of an answer, by whatever way there is: in the
// acknowledgement of a command, by its response_url, as a message that only its
// person sees, and last in their private chat with us.
func (q *asked) tell(ctx context.Context, m outgoing, public, first bool) error {
	r := reply{outgoing: m, Type: "ephemeral", Thread: q.thread(), Replace: q.replace && first}
	if public {
		r.Type = "in_channel"
	}
	if !q.acked && q.kind == "slash_commands" {
		if raw, err := json.Marshal(r); err == nil && len(raw) <= maxAck && q.acknowledge(r) == nil {
			return nil
		}
	}
	var err error
	for _, way := range []func(context.Context, reply) error{q.respond, q.whisper, q.write} {
		if err = way(ctx, r); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// respond uses the response_url.
func (q *asked) respond(ctx context.Context, r reply) error {
	if q.url == "" || q.uses == mostUses {
		return errors.New("no response_url is left")
	}
	q.uses++
	return insist(ctx, func() error { return q.p.a.respond(ctx, q.url, r) })
}

// whisper posts where it was asked, for the eyes of its person.
func (q *asked) whisper(ctx context.Context, r reply) error {
	if q.t == nil || q.place.ID == "" || strings.HasPrefix(q.place.ID, "D") {
		return errors.New("no channel to answer in")
	}
	args, err := r.args(q.place.ID)
	if err != nil {
		return err
	}
	args.Set("user", q.user.ID)
	return insist(ctx, func() error { return q.t.do(ctx, call{method: "chat.postEphemeral", args: args}, nil) })
}

// write posts in the private chat of its person with us.
func (q *asked) write(ctx context.Context, r reply) error {
	if q.t == nil {
		return errors.New("no workspace to answer in")
	}
	channel, err := q.chat(ctx)
	if err != nil {
		return err
	}
	r.Thread = ""
	if channel == q.place.ID {
		r.Thread = q.thread()
	}
	args, err := r.args(channel)
	if err != nil {
		return err
	}
	return insist(ctx, func() error { return q.t.do(ctx, call{method: "chat.postMessage", args: args, channel: channel}, nil) })
}

// chat is the private chat with us.
func (q *asked) chat(ctx context.Context) (string, error) {
	to, err := q.p.a.Direct(ctx, bot.Person{Platform: Platform, Workspace: q.t.id, ID: q.user.ID})
	return to.ID, err
}

// args are an answer as arguments of a method.
func (r reply) args(channel string) (url.Values, error) {
	blocks, err := json.Marshal(r.Blocks)
	v := url.Values{"channel": {channel}, "text": {r.Text}, "blocks": {string(blocks)}, "unfurl_links": {"false"}, "unfurl_media": {"false"}}
	if r.Thread != "" {
		v.Set("thread_ts", r.Thread)
	}
	return v, err
}

// insist tries again what surely did not go out.
func insist(ctx context.Context, send func() error) error {
	for try := 1; ; try++ {
		err := send()
		wait, surely := bot.RetryDelay(err)
		if err == nil || !surely || try == mostTries || !once.Sleep(ctx, wait) {
			return err
		}
	}
}
