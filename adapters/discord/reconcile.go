package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"colloquy/bot"
)

// pageSize is how many messages Discord lists at once at most.
const pageSize = 100

// mostInChannel is how far back a channel is listed in which a discussion has no
// thread: the rest of it is not ours, and nothing says where it began.
const mostInChannel = 1000

// Reconcile lists a thread completely, or the newest messages of a channel: all
// that people wrote, and our own posts with their reactions. That a known
// message is gone is only said once Discord said so for its id. A root that is
// gone is a removal, too.
func (a *Adapter) Reconcile(ctx context.Context, thread bot.Channel, known []bot.MessageRef) iter.Seq2[bot.Change, error] {
	return func(yield func(bot.Change, error) bool) {
		l := listing{a: a, thread: thread, there: map[string]bool{}, yield: yield}
		if err := l.run(ctx, known); err != nil && !errors.Is(err, errStopped) {
			yield(bot.Change{}, fmt.Errorf("list %s: %w", thread, err))
		}
	}
}

// errStopped ends a listing that nobody reads any more.
var errStopped = errors.New("stopped")

// A listing is one run of Reconcile.
type listing struct {
	a      *Adapter
	thread bot.Channel
	self   string
	there  map[string]bool // ids that were listed
	oldest uint64          // of all that were listed
	whole  bool            // down to the beginning
	yield  func(bot.Change, error) bool
}

func (l *listing) run(ctx context.Context, known []bot.MessageRef) error {
	self, err := l.a.me(ctx)
	if err != nil {
		return err
	}
	l.self = self.userID
	l.a.watch.add(l.thread) // before: what is written from now on comes as an event
	above, err := l.open(ctx)
	if bot.ReasonCode(err) == "channel_gone" {
		l.a.watch.forget(pathID(l.thread))
	}
	if err != nil {
		return err
	}
	if err := l.pages(ctx); err != nil {
		return err
	}
	if err := l.root(ctx, above); err != nil {
		return err
	}
	for _, ref := range known {
		if err := l.absent(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// open finds out whether the thread is there and can be read. It returns the
// channel above it.
func (l *listing) open(ctx context.Context) (channel, error) {
	if l.thread.Thread != "" {
		err := l.a.rest.do(ctx, call{method: http.MethodGet, path: "/channels/" + l.thread.Thread, channel: l.thread.Thread}, nil)
		if codeOf(err) == codeUnknownChannel {
			return channel{}, l.threadGone(ctx, err)
		}
		if err != nil {
			return channel{}, closed(l.thread, err)
		}
	}
	if err := l.a.canRead(ctx, l.thread); err != nil {
		return channel{}, err
	}
	_, above, err := l.a.rights(ctx, l.thread)
	return above, err
}

// threadGone says what a thread that was deleted means: the post of a forum, or
// the channel above, may be gone with it.
func (l *listing) threadGone(ctx context.Context, err error) error {
	_, above, aboveErr := l.a.rights(ctx, l.thread)
	switch {
	case aboveErr != nil:
		return aboveErr
	case above.forum():
		l.a.watch.forget(l.thread.Thread)
		return l.remove(bot.MessageRef{Channel: l.thread, MessageID: l.thread.Thread}, errStopped)
	}
	return bot.Permanent(gone(l.thread, err))
}

// pages lists the messages, newest first, down to the first one. "before" is
// used since Discord says which messages a page before another has.
func (l *listing) pages(ctx context.Context) error {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	for !l.whole && (l.thread.Thread != "" || len(l.there) < mostInChannel) {
		if l.oldest != 0 {
			query.Set("before", number(l.oldest))
		}
		var page []json.RawMessage
		err := l.a.rest.do(ctx, call{method: http.MethodGet, path: "/channels/" + pathID(l.thread) + "/messages", query: query, channel: pathID(l.thread)}, &page)
		if err != nil {
			return closed(l.thread, err)
		}
		before := l.oldest
		for _, raw := range page {
			if err := l.message(ctx, raw); err != nil {
				return err
			}
		}
		switch {
		case len(page) == 0:
			l.whole = true
		case l.oldest == before:
			return errors.New("a page of messages brought none before those that were listed")
		}
	}
	return nil
}

// message takes one message of a page, or one that was asked for.
func (l *listing) message(ctx context.Context, raw json.RawMessage) error {
	m, err := decodeMessage("message", raw)
	var bad *unreadableError
	if errors.As(err, &bad) && bad.id != "" {
		l.seen(bad.id)
		return l.unreadable(ctx, l.thread, bad)
	}
	if err != nil {
		return err
	}
	l.seen(m.ID)
	// A thread begins with these, so that no page needs to be asked for in vain.
	l.whole = l.whole || l.thread.Thread != "" && (m.Type == messageStarter || m.ID == l.thread.Thread)
	return l.change(l.thread, m)
}

// unreadable says of a message that it is there, which is all that can be said.
func (l *listing) unreadable(ctx context.Context, ch bot.Channel, bad *unreadableError) error {
	l.a.o.Log.WarnContext(ctx, "message cannot be read", "message", bad.id, "err", bad.err)
	return l.give(bot.Reply{Ref: bot.MessageRef{Channel: ch, MessageID: bad.id}, Unread: true})
}

func (l *listing) seen(id string) {
	l.there[id] = true
	if n := snowflake(id); l.oldest == 0 || n < l.oldest {
		l.oldest = n
	}
}

// change hands over what a message says now.
func (l *listing) change(ch bot.Channel, m message) error {
	content := l.a.contentOn()
	own := m.ours(l.self) && slices.Contains([]int{messageDefault, messageReply, messageCommand, messageMenu}, m.Type)
	switch {
	case m.written() && m.shown(content):
		r := replyOf(ch, m, l.self)
		r.Reactions = m.reactions()
		return l.give(r)
	case m.written() || own:
		return l.give(bot.Reply{Ref: bot.MessageRef{Channel: ch, MessageID: m.ID}, Unread: true, Reactions: m.reactions()})
	}
	return nil
}

// root looks whether the root post is there. That of a forum is in the thread;
// any other is in the channel above and has the id of the thread.
func (l *listing) root(ctx context.Context, above channel) error {
	ref := bot.MessageRef{Channel: l.thread.Parent(), MessageID: l.thread.Thread}
	if above.forum() {
		ref.Channel = l.thread
	}
	if l.thread.Thread == "" || l.there[ref.MessageID] {
		return nil
	}
	return l.lookUp(ctx, ref)
}

// absent looks for a message that is stored and was not listed where it should be.
// What has an id of our own, such as a form's answer that is not shown yet, is
// not on Discord.
func (l *listing) absent(ctx context.Context, ref bot.MessageRef) error {
	id := snowflake(ref.MessageID)
	if id == 0 || l.there[ref.MessageID] || !l.whole && id < l.oldest {
		return nil
	}
	return l.lookUp(ctx, ref)
}

func (l *listing) lookUp(ctx context.Context, ref bot.MessageRef) error {
	m, err := l.a.message(ctx, ref)
	var bad *unreadableError
	switch {
	case codeOf(err) == codeUnknownMessage:
		l.there[ref.MessageID] = true // it is known what became of it
		return l.remove(ref, nil)
	case errors.As(err, &bad) && bad.id == ref.MessageID:
		return l.unreadable(ctx, ref.Channel, bad)
	case err != nil:
		return closed(ref.Channel, err)
	}
	return l.change(ref.Channel, m)
}

func (l *listing) give(r bot.Reply) error {
	if !l.yield(bot.Change{Reply: r}, nil) {
		return errStopped
	}
	return nil
}

// remove says that a message is gone, and returns then unless nobody reads on.
func (l *listing) remove(ref bot.MessageRef, then error) error {
	if !l.yield(bot.Change{Removed: ref}, nil) {
		return errStopped
	}
	return then
}
