package bot_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"colloquy/bot"
)

// A platform is a chat service with rules of its own: it keeps messages, and
// its requests can fail in every way that matters.
type platform struct {
	bench *bench
	mu    sync.Mutex
	msgs  []message
	// faults are used up by the next calls of Post, first in first.
	faults []fault
	// unlisted makes listings fail, unfound look-ups.
	unlisted, unfound error
	// unchangeable makes edits and removals fail.
	unchangeable error
	// listed is called when a listing has read everything; nil does nothing.
	listed func()
	// until is when the last post had to have arrived.
	until time.Time
	// apart gives each question a thread for itself, in the channel.
	apart bool
	// lost are threads in which nothing can be posted and that cannot be listed.
	lost map[string]error
}

type message struct {
	ref   bot.MessageRef
	key   string // of a post
	post  bot.Message
	reply bot.Reply
	gone  bool
	edits int // of a post

	reactions []bot.Reaction // to a post
}

type fault struct {
	err    error
	landed bool // the message was posted all the same
	after  func()
}

func (p *platform) Platform() string { return "test" }

func (p *platform) Run(ctx context.Context, _ bot.Handler) error {
	<-ctx.Done()
	return nil
}

func (p *platform) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until, _ = ctx.Deadline()
	var f fault
	if len(p.faults) > 0 {
		f, p.faults = p.faults[0], p.faults[1:]
	}
	if f.after != nil {
		defer f.after()
	}
	if f.err != nil && !f.landed {
		return bot.Posted{}, f.err
	}
	if err := p.lost[ch.Thread]; err != nil {
		return bot.Posted{}, err
	}
	ref := bot.MessageRef{Channel: ch, MessageID: fmt.Sprintf("m%d", len(p.msgs)+1)}
	if p.apart && m.Question != "" {
		ref.Thread = ref.MessageID
	}
	thread := ch
	if ch.Thread == "" {
		thread.Thread = ref.MessageID
	}
	p.msgs = append(p.msgs, message{ref: ref, key: key, post: m})
	if f.err != nil {
		return bot.Posted{}, f.err
	}
	return bot.Posted{Ref: ref, Thread: thread}, nil
}

func (p *platform) Edit(_ context.Context, ref bot.MessageRef, m bot.Message) error {
	return p.change(ref, func(x *message) { x.post, x.edits = m, x.edits+1 })
}

func (p *platform) Delete(_ context.Context, ref bot.MessageRef) error {
	return p.change(ref, func(x *message) { x.gone = true })
}

func (p *platform) change(ref bot.MessageRef, f func(*message)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unchangeable != nil {
		return p.unchangeable
	}
	for i := range p.msgs {
		if p.msgs[i].ref == ref && p.msgs[i].key != "" {
			f(&p.msgs[i])
		}
	}
	return nil
}

func (p *platform) FindPost(_ context.Context, _ bot.Channel, key string, _ time.Time) (bot.Posted, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unfound != nil {
		return bot.Posted{}, false, p.unfound
	}
	for _, m := range p.msgs {
		if m.key == key && !m.gone {
			thread := m.ref.Channel
			if thread.Thread == "" {
				thread.Thread = m.ref.MessageID
			}
			return bot.Posted{Ref: m.ref, Thread: thread}, true, nil
		}
	}
	return bot.Posted{}, false, nil
}

func (p *platform) Reconcile(_ context.Context, thread bot.Channel, known []bot.MessageRef) iter.Seq2[bot.Change, error] {
	return func(yield func(bot.Change, error) bool) {
		p.mu.Lock()
		msgs, err := append([]message{}, p.msgs...), p.unlisted
		if err == nil {
			err = p.lost[thread.Thread]
		}
		p.mu.Unlock()
		if err != nil {
			yield(bot.Change{}, err)
			return
		}
		if p.listed != nil {
			p.listed()
		}
		gone := map[string]bool{}
		for _, m := range msgs {
			if m.ref.Thread == thread.Thread { // of another thread nothing is known
				gone[m.ref.MessageID] = m.gone
			}
			ours := bot.Reply{Ref: m.ref, Unread: true, Reactions: append([]bot.Reaction{}, m.reactions...)}
			if m.key != "" && !m.gone && m.ref.Thread == thread.Thread && !yield(bot.Change{Reply: ours}, nil) {
				return
			}
			if m.key == "" && !m.gone && m.ref.Thread == thread.Thread && !yield(bot.Change{Reply: m.reply}, nil) {
				return
			}
		}
		for _, k := range known {
			if away, was := gone[k.MessageID]; (away || !was) && !yield(bot.Change{Removed: k}, nil) {
				return
			}
		}
	}
}

// say is a person who writes in the thread of d. live says whether the bot
// hears of it at once.
func (p *platform) say(d bot.Discussion, who, text string, live bool) bot.Reply {
	p.bench.t.Helper()
	p.mu.Lock()
	now := p.bench.clock()
	r := bot.Reply{
		Ref:    bot.MessageRef{Channel: d.Channel, MessageID: fmt.Sprintf("m%d", len(p.msgs)+1)},
		Author: bot.Person{Platform: "test", Workspace: "W1", ID: strings.ToLower(who), Name: who},
		Text:   text, Version: now.UnixMicro(), CreatedAt: now,
	}
	p.msgs = append(p.msgs, message{ref: r.Ref, reply: r})
	p.mu.Unlock()
	if live {
		p.tell(r)
	}
	return r
}

func (p *platform) tell(r bot.Reply) bool {
	p.bench.t.Helper()
	recorded, err := p.bench.engine.ReplyChanged(p.bench.t.Context(), r)
	if err != nil {
		p.bench.t.Fatal(err)
	}
	return recorded
}

func (p *platform) edit(r bot.Reply, text string) bot.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.Text, r.EditedAt = text, p.bench.clock()
	r.Version++
	for i := range p.msgs {
		if p.msgs[i].ref == r.Ref {
			p.msgs[i].reply = r
		}
	}
	return r
}

func (p *platform) remove(r bot.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.msgs {
		if p.msgs[i].ref == r.Ref {
			p.msgs[i].gone = true
		}
	}
}

// restore brings a message back as it was, as a platform that is wrong would.
func (p *platform) restore(r bot.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.msgs {
		if p.msgs[i].ref == r.Ref {
			p.msgs[i].reply, p.msgs[i].gone = r, false
		}
	}
}

// posts lists what we put on the platform.
func (p *platform) posts() []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []message
	for _, m := range p.msgs {
		if m.key != "" {
			out = append(out, m)
		}
	}
	return out
}

// onlyOnce fails the test if a key was posted twice.
func (p *platform) onlyOnce() {
	p.bench.t.Helper()
	seen := map[string]bool{}
	for _, m := range p.posts() {
		if seen[m.key] {
			p.bench.t.Errorf("posted twice: %q %q", m.post.Title, m.post.Question)
		}
		seen[m.key] = true
	}
}
