package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// stampForm is a message's id: seconds, and what makes it unique in its channel,
// which is as many microseconds.
var stampForm = regexp.MustCompile(`^([0-9]{1,11})\.([0-9]{6})$`)

// stamp reads one of Slack's times, in microseconds. It is never a float on the
// way: that has not as many digits.
func stamp(s string) (us int64, ok bool) {
	part := stampForm.FindStringSubmatch(s)
	if part == nil {
		return 0, false
	}
	us, err := strconv.ParseInt(part[1]+part[2], 10, 64)
	return us, err == nil && us > 0
}

var idForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,40}$`)

// isID reports whether s can be the id of a person, a channel or a group.
func isID(s string) bool { return idForm.MatchString(s) }

// decodeMessage reads a message. What a record rests on has to be of the right
// type; in all else, anything may be new, and is as if it were not there.
func decodeMessage(raw json.RawMessage) (message, error) {
	var m message
	var strict struct {
		Subtype  string `json:"subtype"`
		User     string `json:"user"`
		BotID    string `json:"bot_id"`
		Text     string `json:"text"`
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
	}
	err := json.Unmarshal(raw, &strict)
	lenient(raw, &m)
	_, there := stamp(m.TS)
	_, thread := stamp(m.ThreadTS)
	switch {
	case err != nil:
	case !there:
		err = errors.New("ts is no time")
	case m.ThreadTS != "" && !thread:
		err = errors.New("thread_ts is no time")
	case m.User != "" && !isID(m.User):
		err = errors.New("user is no id")
	}
	return m, err
}

// lenient decodes what can be decoded of raw: a field of another type is as if it
// were not there.
func lenient(raw json.RawMessage, out any) { _ = json.Unmarshal(raw, out) }

// idIn finds the time that names a message in what could not be read completely.
func idIn(raw json.RawMessage) string {
	var m message
	lenient(raw, &m)
	if _, ok := stamp(m.TS); !ok {
		return ""
	}
	return m.TS
}

// Subtypes of messages that a person wrote; all others are Slack's own words, or
// those of a bot. See "message" in its reference of events.
var personal = []string{"", "thread_broadcast", "file_share", "me_message"}

const tombstone = "tombstone" // the place of a deleted message that has replies

// ours reports whether we wrote a message.
func (t *team) ours(m message) bool {
	return t.botID != "" && m.BotID == t.botID || t.userID != "" && m.User == t.userID
}

// written reports whether a person wrote a message, and not Slack, a bot or an app
// in somebody's name.
func (m message) written() bool {
	return slices.Contains(personal, m.Subtype) && m.BotID == "" && m.User != "" && m.User != slackbot
}

// reply reports whether a message stands in a thread and does not begin it.
func (m message) reply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// reply is a message that a person wrote in a thread, as the engine records it.
// Names in it are asked for as long as ctx lets; that of its author is not.
func (t *team) reply(ctx context.Context, ch bot.Channel, m message, by bot.Person, bulk bool) bot.Reply {
	created, _ := stamp(m.TS)
	version, edited := created, time.Time{}
	if us, ok := m.edited(); ok {
		version, edited = max(us, created+1), time.UnixMicro(us).UTC()
	}
	ch.Thread = cmp.Or(m.ThreadTS, ch.Thread)
	return bot.Reply{
		Ref:    bot.MessageRef{Channel: ch, MessageID: m.TS},
		Author: by, ReplyTo: ch.Thread, Text: t.said(ctx, m, bulk), Files: m.files(),
		Version: version, CreatedAt: time.UnixMicro(created).UTC(), EditedAt: edited,
	}
}

// says reports whether a message has words or files. One that hands on what
// somebody else wrote has neither.
func (m message) says() bool {
	return strings.Trim(cmp.Or(m.Text, typed(m.Blocks)), "\x00") != "" || len(m.files()) > 0
}

// edited is when a message was changed last.
func (m message) edited() (us int64, ok bool) {
	if m.Edited == nil {
		return 0, false
	}
	return stamp(m.Edited.TS)
}

// author is who wrote a message, by the name that came with it or that is known.
// It reports whether there is one; else [team.person] asks for it.
func (t *team) author(m message) (by bot.Person, known bool) {
	by = bot.Person{Platform: Platform, Workspace: t.id, ID: m.User}
	if m.Profile != nil && m.Profile.name() != "" {
		by.Name = m.Profile.name()
		t.app.a.names.put(t.nameKey(m.User), by.Name, t.app.a.o.Clock().Add(keepName))
		return by, true
	}
	by.Name, known = t.app.a.names.known(t.nameKey(m.User), t.app.a.o.Clock())
	return by, known
}

// files are names and links, without those that were deleted.
func (m message) files() []bot.File {
	var out []bot.File
	for _, f := range m.Files {
		if f.Mode == tombstone || f.ID == "" && f.Permalink == "" {
			continue
		}
		out = append(out, bot.File{Name: cmp.Or(text.Inline(f.Name), text.Inline(f.Title), text.Inline(f.ID), "file"), URL: text.Link(f.Permalink)})
	}
	return out
}

// reactions are the counts that a message shows, by key, and never nil. A tone of
// skin makes no other reaction.
func (m message) reactions() []bot.Reaction {
	count := map[string]int{}
	for _, r := range m.Reactions {
		if name, _, _ := strings.Cut(r.Name, "::"); name != "" && r.Count > 0 {
			count[reactionKey(name)] += r.Count
		}
	}
	out := []bot.Reaction{}
	for key, n := range count {
		out = append(out, bot.Reaction{Key: key, Count: n})
	}
	slices.SortFunc(out, func(a, b bot.Reaction) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// reactionKey is the emoji itself where many use it, and else its name on Slack,
// ":partyparrot:".
func reactionKey(name string) string {
	return cmp.Or(emoji[name], ":"+text.Inline(name)+":")
}

var emoji = map[string]string{
	"+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "heart": "❤️", "tada": "🎉", "eyes": "👀",
	"white_check_mark": "✅", "x": "❌", "joy": "😂", "smile": "😄", "slightly_smiling_face": "🙂", "thinking_face": "🤔",
	"clap": "👏", "pray": "🙏", "raised_hands": "🙌", "fire": "🔥", "rocket": "🚀", "100": "💯", "wave": "👋", "ok_hand": "👌",
	"bulb": "💡", "cry": "😢", "open_mouth": "😮", "heavy_plus_sign": "➕", "no_entry": bot.ExcludeEmoji,
}
