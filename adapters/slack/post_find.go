package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"colloquy/bot"
)

const (
	// clockSkew is how far our clock may be from Slack's.
	clockSkew = 5 * time.Minute
	// pageSize is how many messages are asked for at once; Slack may give fewer.
	pageSize = "200"
)

// errIncomplete is a listing that does not go on: nothing follows from it.
var errIncomplete = errors.New("slack: a listing has no end")

// FindPost looks a post up by its key; see [bot.Finder]. What belongs to a
// thread may be a question beside it: with [ThreadPerQuestion], which may have been
// the layout when it was sent.
func (a *Adapter) FindPost(ctx context.Context, ch bot.Channel, key string, since time.Time) (bot.Posted, bool, error) {
	if key == "" { // no post has none
		return bot.Posted{}, false, nil
	}
	t, err := a.team(ctx, ch.Workspace)
	if err != nil {
		return bot.Posted{}, false, err
	}
	if ahead, known := a.clock.Skew(); known { // it is Slack's clock that names messages
		since = since.Add(min(ahead, 0))
	}
	s := search{t: t, channel: ch.ID, key: shortKey(key), oldest: stampOf(since.Add(-clockSkew))}
	ts, err := s.in(ctx, "conversations.history", nil)
	if err != nil || ts != "" {
		return landed(ch, ts, ch.Thread != ""), ts != "" && err == nil, err
	}
	if ch.Thread == "" {
		return bot.Posted{}, false, nil
	}
	ts, err = s.in(ctx, "conversations.replies", url.Values{"ts": {ch.Thread}})
	if codeOf(err) == "thread_not_found" { // nothing is below a message that is gone
		return bot.Posted{}, false, nil
	}
	return landed(ch, ts, false), ts != "" && err == nil, err
}

// stampOf is a moment as Slack's ids of messages begin.
func stampOf(t time.Time) string {
	return fmt.Sprintf("%d.%06d", max(0, t.Unix()), t.Nanosecond()/1000)
}

// A search is for our post with a key in one channel.
type search struct {
	t       *team
	channel string
	key     string
	oldest  string
}

// in lists messages, from the newest page to the last, until one is the post. It
// gives its ts, or nothing if the listing is complete without it.
func (s search) in(ctx context.Context, method string, args url.Values) (string, error) {
	query := url.Values{"channel": {s.channel}, "oldest": {s.oldest}, "limit": {pageSize}, "include_all_metadata": {"true"}}
	for name, values := range args {
		query[name] = values
	}
	for {
		var p page
		if err := s.t.doInside(ctx, call{method: method, args: query, channel: s.channel}, &p); err != nil {
			return "", err
		}
		for _, raw := range p.Messages {
			if m := readPosted(raw); s.t.posted(m) && m.key() == s.key {
				return m.TS, nil
			}
		}
		switch next := p.Meta.Next; {
		case p.Messages == nil, next == "" && p.More, next != "" && next == query.Get("cursor"):
			return "", errIncomplete
		case next == "":
			return "", nil
		default:
			query.Set("cursor", next)
		}
	}
}

// A postedMessage is what is read of a message that may be ours.
type postedMessage struct {
	TS       string          `json:"ts"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	Blocks   json.RawMessage `json:"blocks"`
	Metadata json.RawMessage `json:"metadata"`
}

// readPosted reads a message of which any field may be of another type.
func readPosted(raw json.RawMessage) (m postedMessage) {
	if err := json.Unmarshal(raw, &m); err != nil { // what could be read is there
		return m
	}
	return m
}

// posted reports whether we made a message.
func (t *team) posted(m postedMessage) bool {
	return m.TS != "" && (m.BotID != "" && m.BotID == t.botID || m.User != "" && m.User == t.userID)
}

// key is that of a post of ours, from its metadata or, where Slack does not give
// them back, from its first block; empty if it has none.
func (m postedMessage) key() string {
	var metadata struct {
		Type    string `json:"event_type"`
		Payload struct {
			Key string `json:"key"`
		} `json:"event_payload"`
	}
	if err := json.Unmarshal(m.Metadata, &metadata); err == nil && metadata.Type == keyEvent && metadata.Payload.Key != "" {
		return metadata.Payload.Key
	}
	var blocks []struct {
		ID string `json:"block_id"`
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil || len(blocks) == 0 {
		return ""
	}
	return keyIn(blocks[0].ID)
}

// keyOf reads the key of a post of ours; it is empty if it has none or is gone.
func (t *team) keyOf(ctx context.Context, ref bot.MessageRef) (string, error) {
	method := "conversations.history"
	args := url.Values{"channel": {ref.ID}, "oldest": {ref.MessageID}, "latest": {ref.MessageID}, "inclusive": {"true"}, "limit": {"2"}, "include_all_metadata": {"true"}}
	if ref.Thread != "" && ref.Thread != ref.MessageID {
		method = "conversations.replies"
		args.Set("ts", ref.Thread)
	}
	var p page
	if err := t.doInside(ctx, call{method: method, args: args, channel: ref.ID}, &p); err != nil {
		return "", err
	}
	for _, raw := range p.Messages { // the parent of a thread is always among them
		if m := readPosted(raw); m.TS == ref.MessageID && t.posted(m) {
			return m.key(), nil
		}
	}
	return "", nil
}
