package discord

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Types of messages that somebody wrote; all others are Discord's own words. See
// "Message Types" in its documentation.
const (
	messageDefault = 0
	messageReply   = 19
	messageCommand = 20 // an answer to a slash command
	messageMenu    = 23 // an answer to a context menu
	messageStarter = 21 // the first entry of a thread that a message opened
)

const referenceForward = 1

// An unreadableError is an event, or a message in a listing, that is not what
// Discord documents. It holds ids alone, so that it can be logged.
type unreadableError struct {
	event, id string
	err       error
}

func (e *unreadableError) Error() string {
	return fmt.Sprintf("unreadable %s %s: %v", e.event, cmp.Or(e.id, "without an id"), e.err)
}
func (e *unreadableError) Unwrap() error { return e.err }

// unreadable is such an error. Trying again does not help.
func unreadable(event, id string, err error) error {
	return bot.Permanent(&unreadableError{event, id, reason(err)})
}

// decodeMessage reads a message. What a record rests on has to be of the right
// type; in all else, anything may be new.
func decodeMessage(event string, raw json.RawMessage) (message, error) {
	var strict struct {
		ID        string `json:"id"`
		ChannelID string `json:"channel_id"`
		Type      int    `json:"type"`
		Content   string `json:"content"`
		WebhookID string `json:"webhook_id"`
		Edited    string `json:"edited_timestamp"`
		Author    *struct {
			ID  string `json:"id"`
			Bot bool   `json:"bot"`
		} `json:"author"`
	}
	err := json.Unmarshal(raw, &strict)
	if err == nil && (snowflake(strict.ID) == 0 || snowflake(strict.ChannelID) == 0 || strict.Author != nil && strict.Author.ID == "") {
		err = errors.New("it lacks ids")
	}
	if err == nil && strict.Edited != "" && stamp(strict.Edited).IsZero() {
		err = errors.New("edited_timestamp is no time")
	}
	if err != nil {
		return message{}, unreadable(event, idIn(raw), err)
	}
	var m message
	lenient(raw, &m)
	return m, nil
}

// lenient decodes what can be decoded of raw, which is JSON.
func lenient(raw json.RawMessage, out any) { _ = json.Unmarshal(raw, out) }

// idIn finds the id in what could not be read completely, "" if there is none.
func idIn(raw json.RawMessage) string {
	var v struct {
		ID json.RawMessage `json:"id"`
	}
	var id string
	lenient(raw, &v)
	lenient(v.ID, &id)
	if snowflake(id) == 0 {
		return ""
	}
	return id
}

// reason is an error of decoding without the values in it, which may be
// what somebody wrote.
func reason(err error) error {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return fmt.Errorf("%s is no %s", t.Field, t.Type)
	}
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return fmt.Errorf("no JSON from byte %d on", s.Offset)
	}
	return err
}

// ours reports whether we wrote a message.
func (m message) ours(self string) bool { return m.Author != nil && m.Author.ID == self }

// written reports whether a person wrote a message, and not Discord, a bot or a
// webhook. Somebody else's words, forwarded, are nobody's reply.
func (m message) written() bool {
	switch {
	case m.Author == nil || m.Author.Bot || m.Author.System || m.WebhookID != "":
		return false
	case m.Type != messageDefault && m.Type != messageReply:
		return false
	}
	return m.Content != "" || m.Reference == nil || m.Reference.Type != referenceForward
}

// shown reports whether Discord shows us what a message says. Without the
// intent Message Content all of it is empty, and stickers alone are not the
// whole; a message that mentions us is shown.
func (m message) shown(contentOn bool) bool {
	return m.Content != "" || len(m.Attachments) > 0 || m.Poll != nil || contentOn && len(m.Stickers) > 0
}

// replyOf is a message that a person wrote, as the engine records it. self is
// our own id.
func replyOf(ch bot.Channel, m message, self string) bot.Reply {
	created := createdAt(m)
	r := bot.Reply{
		Ref:       bot.MessageRef{Channel: ch, MessageID: m.ID},
		Author:    bot.Person{Platform: Platform, Workspace: ch.Workspace, ID: m.Author.ID, Name: m.name()},
		Text:      m.text(self),
		CreatedAt: created,
		EditedAt:  stamp(m.Edited),
	}
	r.Version = created.UnixMicro()
	if !r.EditedAt.IsZero() {
		r.Version = r.EditedAt.UnixMicro()
	}
	if m.Type == messageReply && m.Reference != nil && (m.Reference.ChannelID == "" || m.Reference.ChannelID == m.ChannelID) {
		r.ReplyTo = m.Reference.MessageID
	}
	for _, f := range m.Attachments {
		r.Files = append(r.Files, bot.File{Name: text.Inline(f.Filename), URL: f.URL})
	}
	for _, s := range m.Stickers {
		r.Files = append(r.Files, bot.File{Name: text.Inline("sticker " + s.Name), URL: "https://cdn.discordapp.com/stickers/" + s.ID + ".png"})
	}
	return r
}

// reactions are the counts that a message shows, by key, and never nil.
func (m message) reactions() []bot.Reaction {
	out := []bot.Reaction{}
	for _, r := range m.Reactions {
		if key := r.Emoji.key(); key != "" && r.Count > 0 {
			out = append(out, bot.Reaction{Key: key, Count: r.Count})
		}
	}
	slices.SortFunc(out, func(a, b bot.Reaction) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// key is the emoji itself, or "name:id" for one of a server's own.
func (e emoji) key() string {
	if e.ID == "" {
		return e.Name
	}
	return e.Name + ":" + e.ID
}

// name is what people see above the message: a listing knows no nicknames.
func (m message) name() string {
	nick := ""
	if m.Member != nil {
		nick = text.Inline(m.Member.Nick)
	}
	return cmp.Or(nick, m.Author.name())
}

func (u user) name() string {
	return cmp.Or(text.Inline(u.GlobalName), text.Inline(u.Username), u.ID)
}

// createdAt is when a message was written. Its id holds the time as well.
func createdAt(m message) time.Time {
	if t := stamp(m.Timestamp); !t.IsZero() {
		return t
	}
	return timeOf(m.ID)
}

// stamp reads one of Discord's times; zero if it is none.
func stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// epoch is the first millisecond that an id can hold: the beginning of 2015.
const epoch = 1420070400000

// timeOf is when the thing with an id was made.
func timeOf(id string) time.Time { return time.UnixMilli(int64(snowflake(id)>>22) + epoch).UTC() }

var marked = regexp.MustCompile(`<(?:@!?([0-9]{1,20})|a?(:[A-Za-z0-9_]{1,64}:)[0-9]{1,20})>`)

// text is what a message says, as its author sees it: with the names of those it
// mentions, and emoji of a server by their names. Mentions of channels and roles
// stay as they are, since the message does not name them. A mention of us at the
// beginning is how we are shown the message, and no part of what it says. A poll
// is its question and its answers, a line each.
func (m message) text(self string) string {
	s := withoutMention(strings.ReplaceAll(m.Content, "\x00", ""), self)
	names := map[string]string{}
	for _, u := range m.Mentions {
		if name := cmp.Or(text.Inline(u.GlobalName), text.Inline(u.Username)); name != "" && (name[0] < '0' || name[0] > '9') {
			names[u.ID] = name // "@2" would name a question
		}
	}
	s = marked.ReplaceAllStringFunc(s, func(was string) string {
		part := marked.FindStringSubmatch(was)
		if part[2] != "" {
			return part[2]
		}
		if name := names[part[1]]; name != "" {
			return "@" + name
		}
		return was
	})
	if m.Poll == nil {
		return s
	}
	lines := []string{s, m.Poll.Question.Text}
	for _, a := range m.Poll.Answers {
		lines = append(lines, "- "+a.Text.Text)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func withoutMention(s, self string) string {
	for _, mention := range []string{"<@" + self + ">", "<@!" + self + ">"} {
		rest, ok := strings.CutPrefix(strings.TrimSpace(s), mention)
		if rest = strings.TrimSpace(rest); ok && self != "" && rest != "" {
			return rest
		}
	}
	return s
}
