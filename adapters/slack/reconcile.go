package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"

	"colloquy/bot"
)

// Reconcile lists a thread completely: all that people wrote, and our own posts
// with their reactions. The first page of it has the message that began it, so
// that one request is enough for a short thread. Each listing reads all pages: that
// nothing was added says nothing of what was edited or deleted. What is known and
// not in a complete listing is gone; a message that began the thread and was
// deleted is a removal, too.
//
// A channel without a thread has nothing to list: on Slack all discussions have
// one.
func (a *Adapter) Reconcile(ctx context.Context, thread bot.Channel, known []bot.MessageRef) iter.Seq2[bot.Change, error] {
	return func(yield func(bot.Change, error) bool) {
		if thread.Thread == "" {
			return
		}
		l := listing{a: a, thread: thread, yield: yield, known: map[string]bool{}}
		for _, ref := range known {
			l.known[ref.MessageID] = true
		}
		if err := l.run(ctx, known); err != nil && !errors.Is(err, errStopped) {
			yield(bot.Change{}, fmt.Errorf("list %s: %w", thread, err))
		}
	}
}

// errStopped ends a listing that nobody reads any more.
var errStopped = errors.New("stopped")

// A listing is one run of Reconcile.
type listing struct {
	a       *Adapter
	t       *team
	thread  bot.Channel
	there   map[string]bool // what was listed, by its time
	oldest  string          // of these, but for the first of the thread; empty: none
	limited bool            // Slack hides what is older
	yield   func(bot.Change, error) bool
	known   map[string]bool // what is stored, by its time
	unnamed []bot.Reply     // new, and given without the name of its author
	unsure  []bot.Reply     // given so as well, but stored, mostly with one
}

func (l *listing) run(ctx context.Context, known []bot.MessageRef) (err error) {
	if _, ok := stamp(l.thread.Thread); !ok {
		return bot.Permanent(errors.New("its thread is no time"))
	}
	if l.t, err = l.a.team(ctx, l.thread.Workspace); err != nil {
		return err
	}
	err = l.pages(ctx)
	if codeOf(err) == "invalid_cursor" { // it changed under us
		err = l.pages(ctx)
	}
	if codeOf(err) == "thread_not_found" || err == nil && !l.there[l.thread.Thread] {
		err = l.root(ctx)
	}
	if err != nil {
		return err
	}
	for _, ref := range known {
		if !l.absent(ref) {
			continue
		}
		if err := l.remove(ref); err != nil {
			return err
		}
	}
	return l.nameAuthors(ctx)
}

// A page is one answer to the request for a listing.
type page struct {
	Messages []json.RawMessage `json:"messages"`
	More     bool              `json:"has_more"`
	Limited  bool              `json:"is_limited"`
	Meta     struct {
		Next string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// pages lists the thread from its beginning. How many messages a page has says
// nothing: only Slack's cursor tells that there are more.
func (l *listing) pages(ctx context.Context) error {
	l.there, l.oldest, l.unnamed, l.unsure = map[string]bool{}, "", nil, nil
	args := url.Values{"channel": {l.thread.ID}, "ts": {l.thread.Thread}, "limit": {pageSize}}
	for {
		var p page
		if err := l.ask(ctx, "conversations.replies", args, &p); err != nil {
			return err
		}
		before := len(l.there)
		for _, raw := range p.Messages { // the first of the thread is on each page
			if err := l.message(ctx, raw); err != nil {
				return err
			}
		}
		l.limited = l.limited || p.Limited
		switch {
		case p.Messages == nil:
			return errors.New("an answer without messages")
		case p.Meta.Next == "" && p.More:
			return errors.New("a page of messages has no next, though there are more")
		case p.Meta.Next == "":
			return nil
		case len(l.there) == before:
			return errors.New("a page of messages brought none that were not listed")
		}
		args.Set("cursor", p.Meta.Next)
	}
}

// message takes one message of a page.
func (l *listing) message(ctx context.Context, raw json.RawMessage) error {
	m, err := decodeMessage(raw)
	if err != nil {
		id := idIn(raw)
		if id == "" {
			return fmt.Errorf("a message cannot be read: %w", err)
		}
		l.a.o.Log.WarnContext(ctx, "message cannot be read", "message", id, "err", err)
		m = message{TS: id, ThreadTS: l.thread.Thread, Subtype: unread}
	}
	if l.there[m.TS] {
		return nil
	}
	l.there[m.TS] = true
	if m.TS == l.thread.Thread {
		return l.first(m)
	}
	if l.oldest == "" {
		l.oldest = m.TS
	}
	if m.written() && m.says() && !l.t.ours(m) {
		return l.reply(ctx, m)
	}
	if m.Subtype == unread || m.written() || l.t.ours(m) {
		return l.give(bot.Reply{Ref: bot.MessageRef{Channel: l.thread, MessageID: m.TS}, Unread: true, Reactions: m.reactions()})
	}
	return nil
}

// unread is a subtype of our own: of a message that cannot be read.
const unread = "unread"

// first takes the message that began the thread. It stands in the channel.
func (l *listing) first(m message) error {
	ref := bot.MessageRef{Channel: l.thread.Parent(), MessageID: m.TS}
	if m.Subtype == tombstone {
		return l.remove(ref)
	}
	return l.give(bot.Reply{Ref: ref, Unread: true, Reactions: m.reactions()})
}

// root looks in the channel for the message that began the thread, since Slack
// lists no thread of it. If it is not there, it was deleted, and so was all that
// answered it: a message with answers leaves a tombstone.
func (l *listing) root(ctx context.Context) error {
	at := l.thread.Thread
	var p page
	err := l.ask(ctx, "conversations.history", url.Values{"channel": {l.thread.ID}, "oldest": {at}, "latest": {at}, "inclusive": {"true"}, "limit": {"1"}}, &p)
	switch {
	case err != nil:
		return err
	case p.Limited:
		return bot.Permanent(bot.Problemf("history_hidden", "Slack hides what is older than the plan of this workspace allows, and this thread with it: what changed there since is not known"))
	case p.Messages == nil:
		return errors.New("an answer without messages")
	}
	for _, raw := range p.Messages {
		if m, _ := decodeMessage(raw); m.TS == at && m.Subtype != tombstone {
			return errors.New("the thread was not listed, but its first message is there")
		}
	}
	return l.remove(bot.MessageRef{Channel: l.thread.Parent(), MessageID: at})
}

// absent reports whether a message that is stored was not listed where it should
// be. What has an id of our own, such as a form's answer that is not shown yet, is
// not on Slack.
func (l *listing) absent(ref bot.MessageRef) bool {
	_, ok := stamp(ref.MessageID)
	if !ok || l.there[ref.MessageID] || ref.Channel != l.thread {
		return false
	}
	return !l.limited || l.oldest != "" && isAfter(ref.MessageID, l.oldest)
}

// isAfter reports whether one time of Slack's is after another.
func isAfter(a, b string) bool {
	x, _ := stamp(a)
	y, _ := stamp(b)
	return x > y
}

func (l *listing) give(r bot.Reply) error {
	if !l.yield(bot.Change{Reply: r}, nil) {
		return errStopped
	}
	return nil
}

func (l *listing) remove(ref bot.MessageRef) error {
	l.there[ref.MessageID] = true // it is known what became of it
	if !l.yield(bot.Change{Removed: ref}, nil) {
		return errStopped
	}
	return nil
}
