package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"colloquy/bot"
)

// liveNames is how long an event may wait for the names in it: Slack waits for us
// no longer than 3 s.
const liveNames = time.Second

// event takes one event about messages or reactions in a workspace. A nil error
// means that it is stored, or is none of ours; one of [unreadable] that it will
// fail again, and what it said is found by listing. Events may come in any order
// and more than once.
func (t *team) event(ctx context.Context, h bot.Handler, e inner) error {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(e, &head); err != nil {
		return unreadable("", idIn(e), err)
	}
	switch head.Type {
	case "message":
		return t.messageEvent(ctx, h, e)
	case "reaction_added":
		return t.reacted(ctx, h, e)
	}
	return nil
}

// A happening is what events about messages have in common.
type happening struct {
	Subtype   string          `json:"subtype"`
	Channel   string          `json:"channel"`
	TS        string          `json:"ts"`         // when it happened; of a new message, its id
	DeletedTS string          `json:"deleted_ts"` // of a deletion
	Message   json.RawMessage `json:"message"`    // of an edit: as it is now
	Previous  json.RawMessage `json:"previous_message"`
}

func (t *team) messageEvent(ctx context.Context, h bot.Handler, raw json.RawMessage) error {
	var kind struct {
		Subtype string `json:"subtype"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return unreadable("message", idIn(raw), err)
	}
	changed := kind.Subtype == "message_changed" || kind.Subtype == "message_deleted"
	if !changed && (!slices.Contains(personal, kind.Subtype) || !threaded(raw)) {
		return nil // nearly all of what is said in a workspace
	}
	var e happening
	if lenient(raw, &e); !isID(e.Channel) {
		return unreadable("message", idIn(raw), errors.New("it lacks the channel"))
	}
	ch := bot.Channel{Platform: Platform, Workspace: t.id, ID: e.Channel}
	switch e.Subtype {
	case "message_deleted":
		if _, ok := stamp(e.DeletedTS); !ok {
			return unreadable(e.Subtype, "", errors.New("deleted_ts is no time"))
		}
		return removed(ctx, h, ch, e.DeletedTS, e.thread())
	case "message_changed":
		return t.changed(ctx, h, ch, e)
	}
	m, err := decodeMessage(raw)
	if err != nil {
		return unreadable("message", idIn(raw), err)
	}
	return t.wrote(ctx, h, ch, m)
}

// threaded reports whether something stands in a thread, or may do so.
func threaded(raw json.RawMessage) bool {
	var m struct {
		TS     json.RawMessage `json:"ts"`
		Thread json.RawMessage `json:"thread_ts"`
	}
	lenient(raw, &m)
	none := len(m.Thread) == 0 || slices.Contains([]string{"null", `""`}, string(m.Thread))
	return !none && string(m.Thread) != string(m.TS)
}

// thread is the thread of the message that an event changed, empty if it names none.
func (e happening) thread() string {
	var now, was message
	lenient(e.Message, &now)
	lenient(e.Previous, &was)
	for _, ts := range []string{was.ThreadTS, now.ThreadTS} {
		if _, ok := stamp(ts); ok {
			return ts
		}
	}
	return ""
}

// changed takes a message that is not what it was: edited, shown with a preview
// of a link, or deleted though it has replies.
func (t *team) changed(ctx context.Context, h bot.Handler, ch bot.Channel, e happening) error {
	m, err := decodeMessage(e.Message)
	switch {
	case err != nil:
		return unreadable(e.Subtype, idIn(e.Message), err)
	case m.Subtype == tombstone:
		return removed(ctx, h, ch, m.TS, e.thread())
	}
	m.ThreadTS = cmp.Or(m.ThreadTS, e.thread())
	if _, ok := m.edited(); !ok && m.Edited != nil { // edited it was, and the event says when
		m.Edited.TS = e.TS
	}
	return t.wrote(ctx, h, ch, m)
}

// wrote takes a message as it is now. What is older than what is recorded, or the
// same, changes nothing there. Its author's name, if it is not known, is asked for
// when the reply is stored: most threads are none of ours, and nobody waits for it.
// Names in its words cannot be brought later, so they are asked for before.
func (t *team) wrote(ctx context.Context, h bot.Handler, ch bot.Channel, m message) error {
	if !m.reply() || t.ours(m) || !m.written() || !m.says() {
		return nil
	}
	short, cancel := context.WithTimeout(ctx, liveNames)
	defer cancel()
	by, named := t.author(m)
	r := t.reply(short, ch, m, by, false)
	recorded, err := h.ReplyChanged(ctx, r)
	if err != nil || !recorded || named {
		return err
	}
	if r.Author, err = t.person(short, m.User, false); err != nil {
		t.app.a.o.Log.InfoContext(ctx, "name not known", "workspace", t.id, "user", m.User, "err", err)
		return nil // a listing brings it
	}
	_, err = h.ReplyChanged(ctx, r)
	return err
}

// removed says that a message is gone. One that began a thread stood in the
// channel itself.
func removed(ctx context.Context, h bot.Handler, ch bot.Channel, ts, thread string) error {
	if thread != ts {
		ch.Thread = thread
	}
	return h.ReplyRemoved(ctx, bot.MessageRef{Channel: ch, MessageID: ts})
}

// excludes is what Slack calls [bot.ExcludeEmoji].
const excludes = "no_entry"

// reacted hands over what a person asks by [bot.ExcludeEmoji]. All others are
// counted when the thread is listed.
func (t *team) reacted(ctx context.Context, h bot.Handler, raw json.RawMessage) error {
	var e struct {
		User     string `json:"user"`
		Reaction string `json:"reaction"`
		Item     struct {
			Type    string `json:"type"`
			Channel string `json:"channel"`
			TS      string `json:"ts"`
		} `json:"item"`
	}
	err := json.Unmarshal(raw, &e)
	if err == nil && (e.Reaction != excludes || e.Item.Type != "message" || e.User == t.userID || e.User == slackbot) {
		return nil
	}
	if _, ok := stamp(e.Item.TS); err == nil && (!ok || !isID(e.Item.Channel) || !isID(e.User)) {
		err = errors.New("it lacks ids")
	}
	if err != nil {
		return unreadable("reaction_added", "", err)
	}
	ch := bot.Channel{Platform: Platform, Workspace: t.id, ID: e.Item.Channel}
	m, err := t.message(ctx, ch, e.Item.TS)
	if gone(err) != nil || m.TS != "" && !m.reply() {
		return err
	}
	ch.Thread = m.ThreadTS // if Slack tells it; the engine finds a reply without
	actor, err := t.actor(ctx, e.User)
	if err != nil || actor.ID == "" {
		return gone(err)
	}
	_, err = h.Command(ctx, bot.Command{
		ID:   "reaction/" + ch.ID + "/" + e.Item.TS + "/" + e.User,
		Name: "exclude", Actor: actor, Channel: ch, Ref: bot.MessageRef{Channel: ch, MessageID: e.Item.TS},
	})
	return err
}

// gone is nil if Slack refused for good to tell of a message or a person: nobody
// can be obeyed then, and no later try would help.
func gone(err error) error {
	if codeOf(err) != "" && bot.IsPermanent(err) {
		return nil
	}
	return err
}

// message reads one message, which may stand in a thread. It is zero if there is none.
func (t *team) message(ctx context.Context, ch bot.Channel, ts string) (message, error) {
	var got struct {
		Messages []json.RawMessage `json:"messages"`
	}
	err := t.do(ctx, call{method: "conversations.replies", args: url.Values{"channel": {ch.ID}, "ts": {ts}, "oldest": {ts}, "latest": {ts}, "inclusive": {"true"}, "limit": {"2"}}}, &got)
	if err != nil {
		return message{}, err
	}
	for _, raw := range got.Messages {
		if m, err := decodeMessage(raw); err == nil && m.TS == ts {
			return m, nil
		}
	}
	return message{}, nil
}
