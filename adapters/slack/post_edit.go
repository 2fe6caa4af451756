package slack

import (
	"context"
	"net/url"

	"colloquy/bot"
)

// Edit makes a post say m, under the key that it has. Where that cannot be read,
// nothing is said of it, and Slack keeps it.
func (a *Adapter) Edit(ctx context.Context, ref bot.MessageRef, m bot.Message) error {
	t, err := a.team(ctx, ref.Workspace)
	if err != nil {
		return err
	}
	key, err := t.keyOf(ctx, ref)
	if err != nil && !bot.IsPermanent(err) {
		return err
	}
	m = t.wording(m)
	l := look{key: key}
	k := call{method: "chat.update", args: a.render(ctx, m, l).args(ref.ID, key), channel: ref.ID}
	k.args.Set("ts", ref.MessageID)
	err = t.do(ctx, k, nil)
	if isTooMuch(err) {
		l.plainer = true
		a.render(ctx, m, l).put(k.args)
		err = t.do(ctx, k, nil)
	}
	return err
}

// Delete removes a post. One that is gone already is removed.
func (a *Adapter) Delete(ctx context.Context, ref bot.MessageRef) error {
	t, err := a.team(ctx, ref.Workspace)
	if err != nil {
		return err
	}
	err = t.do(ctx, call{method: "chat.delete", args: url.Values{"channel": {ref.ID}, "ts": {ref.MessageID}}, channel: ref.ID}, nil)
	switch codeOf(err) {
	case "message_not_found", "channel_not_found":
		return nil
	}
	return err
}
