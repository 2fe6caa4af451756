package discord

import (
	"context"
	"net/http"

	"colloquy/bot"
)

// Edit makes a post say m, under the key that it has. In an archived thread
// nothing can be edited, so it is opened for that and archived again.
func (a *Adapter) Edit(ctx context.Context, ref bot.MessageRef, m bot.Message) error {
	old, err := a.posted(ctx, ref)
	if err != nil {
		return err
	}
	out := a.render(ctx, m, old.key())
	err = a.change(ctx, ref, out)
	if codeOf(err) != codeArchived || ref.Thread == "" {
		return err
	}
	if err := a.archive(ctx, ref.Channel, false); err != nil {
		return err
	}
	err = a.change(ctx, ref, out)
	if err := a.archive(context.WithoutCancel(ctx), ref.Channel, true); err != nil { // Discord will do it some day
		a.o.Log.WarnContext(ctx, "thread not archived again", "thread", ref.Thread, "err", err)
	}
	return err
}

func (a *Adapter) change(ctx context.Context, ref bot.MessageRef, out outgoing) error {
	k := call{method: http.MethodPatch, path: messagePath(ref), body: &out, channel: pathID(ref.Channel)}
	err := a.rest.do(ctx, k, nil)
	if codeOf(err) == codeForm && out.plainer() {
		err = a.rest.do(ctx, k, nil)
	}
	return err
}

// archive archives a thread, or opens it again.
func (a *Adapter) archive(ctx context.Context, thread bot.Channel, on bool) error {
	err := a.rest.do(ctx, call{method: http.MethodPatch, path: "/channels/" + thread.Thread, body: map[string]bool{"archived": on}, channel: thread.Thread}, nil)
	switch codeOf(err) {
	case codeMissingPermission, codeThreadLocked, codeArchived:
		return bot.Permanent(problem("thread_locked", err, "the thread is locked and archived, so nothing in it can be changed: unlock it, or allow Colloquy Manage Threads"))
	}
	return err
}

// Delete removes a post. One that is gone already is removed.
func (a *Adapter) Delete(ctx context.Context, ref bot.MessageRef) error {
	err := a.rest.do(ctx, call{method: http.MethodDelete, path: messagePath(ref), channel: pathID(ref.Channel)}, nil)
	switch codeOf(err) {
	case codeUnknownMessage, codeUnknownChannel:
		return nil
	}
	return err
}

func messagePath(ref bot.MessageRef) string {
	return "/channels/" + pathID(ref.Channel) + "/messages/" + ref.MessageID
}
