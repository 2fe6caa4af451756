package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/slack-go/slack/slackutilsx"

	"colloquy/adapters/internal/text"
)

const (
	// mostText is how long what a person wrote can be, in UTF-16 units, with all
	// names in it: Slack cuts a message there.
	mostText = 40_000
	// mostLookUps is of how many people and channels one message gets the names.
	mostLookUps = 50
)

// said is what a message says, as its author sees it.
func (t *team) said(ctx context.Context, m message, bulk bool) string {
	known := map[string]string{}
	return unescaped(cmp.Or(m.Text, typed(m.Blocks)), func(id string, channel bool) string {
		name, ok := known[id]
		switch {
		case ok || len(known) == mostLookUps:
			return name
		case channel:
			name, _ = t.channelName(ctx, id, bulk) // without one, the id is shown
		default:
			name, _ = t.userName(ctx, id, bulk)
		}
		known[id] = name
		return name
	})
}

var (
	marked   = regexp.MustCompile(`<([^<>]*)>`)
	unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// unescaped undoes Slack's way of writing: "&lt;" is "<", and what stands in
// brackets, a mention or a link, is what people see of it. nameOf gives the name
// of a person or a channel, empty if it is not known.
func unescaped(s string, nameOf func(id string, channel bool) string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	var b strings.Builder
	at := 0
	for _, m := range marked.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(unescape.Replace(s[at:m[0]]))
		b.WriteString(shown(s[m[2]:m[3]], nameOf))
		at = m[1]
		if b.Len() > 4*mostText {
			return text.Cut(b.String(), mostText, text.Units)
		}
	}
	b.WriteString(unescape.Replace(s[at:]))
	return text.Cut(b.String(), mostText, text.Units)
}

// shown is what people see of what stands in brackets.
func shown(inside string, nameOf func(id string, channel bool) string) string {
	what, label, _ := strings.Cut(inside, "|")
	label = unescape.Replace(label)
	id := what[min(1, len(what)):]
	switch {
	case strings.HasPrefix(what, "@") && isID(id):
		return "@" + mentioned(cmp.Or(oneLine(label), nameOf(id, false)), id)
	case strings.HasPrefix(what, "#") && isID(id):
		return "#" + cmp.Or(oneLine(strings.TrimPrefix(label, "#")), nameOf(id, true), id)
	case what == "!here" || what == "!channel" || what == "!everyone":
		return "@" + id
	case strings.HasPrefix(what, "!subteam^"):
		id = strings.TrimPrefix(what, "!subteam^")
		return "@" + mentioned(oneLine(label), id)
	case strings.HasPrefix(what, "!"):
		return cmp.Or(label, "<"+unescape.Replace(what)+">")
	case strings.Contains(what, ":"):
		return link(unescape.Replace(what), label)
	}
	return "<" + unescape.Replace(inside) + ">"
}

// mentioned is a name after "@". One that begins with a digit would name a
// question there.
func mentioned(name, id string) string {
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return id
	}
	return name
}

// link shows where a link leads, and its label if that says something else. Slack
// makes links of what somebody typed: then that is what they wrote.
func link(address, label string) string {
	_, bare, _ := strings.Cut(address, ":")
	bare = strings.TrimPrefix(bare, "//")
	switch label {
	case "", address:
		return address
	case bare, strings.TrimSuffix(bare, "/"):
		return label
	}
	return label + " (" + address + ")"
}

// deepest is how far lists and quotations in blocks are followed.
const deepest = 8

// typed writes blocks of the kind in which people write as Slack writes text.
// What it does not know is left out.
func typed(raw json.RawMessage) string {
	var blocks []json.RawMessage
	lenient(raw, &blocks)
	var b strings.Builder
	for _, raw := range blocks {
		var e element
		if lenient(raw, &e); e.Type == "rich_text" {
			e.write(&b, 0)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// An element is a part of a block of rich text.
type element struct {
	Type     string            `json:"type"`
	Text     string            `json:"text"`
	URL      string            `json:"url"`
	User     string            `json:"user_id"`
	Channel  string            `json:"channel_id"`
	Group    string            `json:"usergroup_id"`
	Name     string            `json:"name"`     // of an emoji
	Range    string            `json:"range"`    // "here"
	Fallback string            `json:"fallback"` // of a date
	Elements []json.RawMessage `json:"elements"`
}

func (e element) write(b *strings.Builder, depth int) {
	switch e.Type {
	case "text":
		b.WriteString(slackutilsx.EscapeMessage(e.Text))
	case "link":
		b.WriteString("<" + bracketed.Replace(e.URL) + "|" + slackutilsx.EscapeMessage(e.Text) + ">")
	case "user":
		b.WriteString("<@" + bracketed.Replace(e.User) + ">")
	case "channel":
		b.WriteString("<#" + bracketed.Replace(e.Channel) + ">")
	case "usergroup":
		b.WriteString("<!subteam^" + bracketed.Replace(e.Group) + ">")
	case "broadcast":
		b.WriteString("<!" + bracketed.Replace(e.Range) + ">")
	case "emoji":
		b.WriteString(":" + slackutilsx.EscapeMessage(e.Name) + ":")
	case "date":
		b.WriteString(slackutilsx.EscapeMessage(e.Fallback))
	}
	if depth == deepest {
		return
	}
	for _, raw := range e.Elements {
		var in element
		lenient(raw, &in)
		if e.Type == "rich_text_list" {
			b.WriteString("• ")
		}
		in.write(b, depth+1)
		if strings.HasPrefix(in.Type, "rich_text_") {
			endLine(b)
		}
	}
}

// bracketed keeps what stands in brackets there.
var bracketed = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C")

func endLine(b *strings.Builder) {
	if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		b.WriteByte('\n')
	}
}
