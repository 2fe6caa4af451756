package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"colloquy/bot"
)

const (
	// clockSkew is how far our clock may be from Discord's, whose ids hold the time.
	clockSkew = 5 * time.Minute
	// typeDirect is a channel with one person, in which everything can be read.
	typeDirect = 1
	// hasThread is the flag of a message from which a thread was opened.
	hasThread = 1 << 5
)

// errIncomplete is a listing that does not go on: nothing follows from it.
var errIncomplete = errors.New("discord: a listing has no end")

// FindPost looks a post up by its key; see [bot.Finder].
func (a *Adapter) FindPost(ctx context.Context, ch bot.Channel, key string, since time.Time) (bot.Posted, bool, error) {
	if key == "" { // no post has none
		return bot.Posted{}, false, nil
	}
	c, err := a.channelOf(ctx, ch.ID)
	if err != nil {
		return bot.Posted{}, false, closed(ch, err)
	}
	if c.Type != typeDirect {
		if err := a.canRead(ctx, ch); err != nil {
			return bot.Posted{}, false, err
		}
	}
	self, err := a.me(ctx)
	if err != nil {
		return bot.Posted{}, false, err
	}
	s := search{a: a, ch: ch, key: shortKey(key), us: self.userID, since: since.Add(-clockSkew)}
	look := s.messages
	if ch.Thread == "" && c.forum() {
		look = s.forum
	}
	p, found, err := look(ctx)
	if err == nil && !found && c.Type != typeDirect {
		// Without the right to read, a channel looks empty; what was known of our
		// rights may be a minute old.
		a.access.drop(ch.Workspace)
		err = a.canRead(ctx, ch)
	}
	return p, found, err
}

// A search is for our post with a key in one channel.
type search struct {
	a     *Adapter
	ch    bot.Channel
	key   string
	us    string
	since time.Time
}

// older reports whether something with an id is older than what is looked for.
func (s search) older(id string) bool { return timeOf(id).Before(s.since) }

// A postedMessage is what is read of a message that may be ours.
type postedMessage struct {
	ID         string          `json:"id"`
	Flags      int             `json:"flags"`
	Author     user            `json:"author"`
	Components json.RawMessage `json:"components"`
}

// key is that of a post of ours; empty if it has none.
func (m postedMessage) key() string {
	key, _ := keyIn(m.Components, 0)
	return key
}

// keyIn is the first key in components, at whatever depth, and the command with it.
func keyIn(raw json.RawMessage, depth int) (key, command string) {
	const deepest = 10
	var components []struct {
		CustomID   string          `json:"custom_id"`
		Components json.RawMessage `json:"components"`
		Accessory  json.RawMessage `json:"accessory"`
	}
	if depth > deepest || len(raw) == 0 {
		return "", ""
	}
	if err := json.Unmarshal(raw, &components); err != nil && len(components) == 0 {
		return "", ""
	}
	for _, c := range components {
		if key, command, _, ok := parseCustomID(c.CustomID); ok && key != "" {
			return key, command
		}
		if key, command := keyIn(c.Components, depth+1); key != "" {
			return key, command
		}
	}
	return "", ""
}

// posted reads a message of ours.
func (a *Adapter) posted(ctx context.Context, ref bot.MessageRef) (postedMessage, error) {
	var raw json.RawMessage
	if err := a.rest.do(ctx, call{method: http.MethodGet, path: messagePath(ref), channel: pathID(ref.Channel)}, &raw); err != nil {
		return postedMessage{}, err
	}
	return readPosted(raw)
}

// readPosted reads a message of which other fields may be of any type.
func readPosted(raw json.RawMessage) (postedMessage, error) {
	var m postedMessage
	err := json.Unmarshal(raw, &m)
	if snowflake(m.ID) == 0 || m.Author.ID == "" {
		return m, unreadable("message", m.ID, err)
	}
	return m, nil
}

// messages searches a channel or a thread, from the newest message back.
func (s search) messages(ctx context.Context) (bot.Posted, bool, error) {
	oldest := uint64(0)
	for {
		page, err := s.page(ctx, oldest)
		if err != nil || len(page) == 0 {
			return bot.Posted{}, false, err
		}
		last := oldest
		for _, m := range page {
			id := snowflake(m.ID)
			if m.Author.ID == s.us && m.key() == s.key {
				return s.found(m), true, nil
			}
			if oldest == 0 || id < oldest {
				oldest = id
			}
		}
		if oldest == last {
			return bot.Posted{}, false, errIncomplete
		}
		if s.older(number(oldest)) {
			return bot.Posted{}, false, nil
		}
	}
}

// page lists the messages before an id; 0 is the newest.
func (s search) page(ctx context.Context, before uint64) ([]postedMessage, error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if before > 0 {
		query.Set("before", number(before))
	}
	var raw []json.RawMessage
	if err := s.a.rest.do(ctx, call{method: http.MethodGet, path: "/channels/" + pathID(s.ch) + "/messages", query: query, channel: pathID(s.ch)}, &raw); err != nil {
		return nil, err
	}
	page := make([]postedMessage, len(raw))
	for i, r := range raw {
		var err error
		if page[i], err = readPosted(r); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// found is where a post is, with the thread that was opened from it.
func (s search) found(m postedMessage) bot.Posted {
	p := bot.Posted{Ref: bot.MessageRef{Channel: s.ch, MessageID: m.ID}}
	switch {
	case s.ch.Thread != "":
		s.a.watch.add(s.ch)
	case m.Flags&hasThread != 0:
		p.Thread = s.ch
		p.Thread.Thread = m.ID
		s.a.watch.add(p.Thread)
	}
	return p
}

// forum searches the threads of a forum: those that are active, then those that
// are archived, from the one archived last.
func (s search) forum(ctx context.Context) (bot.Posted, bool, error) {
	var list threadList
	if err := s.a.rest.do(ctx, call{method: http.MethodGet, path: "/guilds/" + s.ch.Workspace + "/threads/active"}, &list); err != nil {
		return bot.Posted{}, false, err
	}
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	for last := s.a.o.Clock().Add(time.Hour); ; {
		if p, found, err := s.threads(ctx, list.Threads); err != nil || found {
			return p, found, err
		}
		if query.Has("before") && !list.More || last.Before(s.since) {
			return bot.Posted{}, false, nil
		}
		query.Set("before", last.UTC().Format(time.RFC3339Nano))
		list = threadList{}
		if err := s.a.rest.do(ctx, call{method: http.MethodGet, path: "/channels/" + s.ch.ID + "/threads/archived/public", query: query, channel: s.ch.ID}, &list); err != nil {
			return bot.Posted{}, false, err
		}
		if oldest, ok := list.oldest(); list.More && (!ok || !oldest.Before(last)) {
			return bot.Posted{}, false, errIncomplete
		} else if ok {
			last = oldest
		}
	}
}

type threadList struct {
	Threads []channel `json:"threads"`
	More    bool      `json:"has_more"`
}

// oldest is when the thread was archived that was archived first.
func (l threadList) oldest() (oldest time.Time, ok bool) {
	for _, t := range l.Threads {
		if t.Thread == nil {
			continue
		}
		if at := stamp(t.Thread.Since); !at.IsZero() && (!ok || at.Before(oldest)) {
			oldest, ok = at, true
		}
	}
	return oldest, ok
}

// threads looks at the first message of those threads that may be the post.
func (s search) threads(ctx context.Context, threads []channel) (bot.Posted, bool, error) {
	for _, t := range threads {
		if t.ParentID != s.ch.ID || t.OwnerID != s.us || s.older(t.ID) {
			continue
		}
		thread := s.ch
		thread.Thread = t.ID
		ref := bot.MessageRef{Channel: thread, MessageID: t.ID}
		m, err := s.a.posted(ctx, ref)
		if codeOf(err) == codeUnknownMessage || codeOf(err) == codeUnknownChannel { // gone meanwhile
			continue
		}
		if err != nil {
			return bot.Posted{}, false, err
		}
		if m.Author.ID == s.us && m.key() == s.key {
			s.a.watch.add(thread)
			return bot.Posted{Ref: ref, Thread: thread}, true, nil
		}
	}
	return bot.Posted{}, false, nil
}
