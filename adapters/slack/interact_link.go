package slack

import (
	"context"
	"encoding/json"
	"slices"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// mostLinks is how many links of one message there are to choose from, and
// partsDeep how deep its parts are looked through.
const (
	mostLinks = 10
	partsDeep = 12
)

// linked is "Discuss this link" in the menu of a message.
func (q *asked) linked(ctx context.Context, in interaction) {
	links := in.Message.links()
	switch len(links) {
	case 0:
		q.refuse(ctx, "There is no link in that message. Use it on a message with one, or give the address yourself with "+bot.CommandPrefix+" now.")
	case 1:
		q.carryOut(ctx, q.command("now", map[string]string{"source": links[0]}))
	default:
		a := bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"Which of these links is to be discussed here?"}}}
		for _, u := range links {
			a.Choices = append(a.Choices, bot.Choice{Label: u, Command: "now", Args: map[string]string{"source": u}})
		}
		q.answer(ctx, a)
	}
}

// links are the web addresses in a message, each once: those of its text, then
// those that only its blocks and attachments have.
func (m pressed) links() []string {
	var out []string
	add := func(s string) {
		if u := text.Address(unescape.Replace(s)); u != "" && !slices.Contains(out, u) && len(out) < mostLinks {
			out = append(out, u)
		}
	}
	words := func(s string) {
		for _, u := range text.Addresses(s) { // in a token it ends before "|" or ">"
			add(u)
		}
	}
	words(m.Text)
	for _, raw := range []json.RawMessage{m.Blocks, m.Attachments} {
		var v any
		if json.Unmarshal(raw, &v) == nil {
			linksIn(v, 0, add, words)
		}
	}
	return out
}

// linksIn finds the links in blocks and attachments: what is a link, and what
// stands in texts. Pictures and buttons are none.
func linksIn(v any, depth int, add, words func(string)) {
	if depth > partsDeep {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			linksIn(x, depth+1, add, words)
		}
	case map[string]any:
		kind, _ := v["type"].(string)
		if kind == "image" || kind == "button" {
			return
		}
		for _, name := range []string{"url", "title_url", "title_link", "from_url"} {
			if s, ok := v[name].(string); ok && (name != "url" || kind == "link") {
				add(s)
			}
		}
		for _, name := range []string{"text", "pretext", "elements", "fields", "blocks", "accessory", "title", "attachments"} {
			if s, ok := v[name].(string); ok {
				words(s)
				continue
			}
			linksIn(v[name], depth+1, add, words)
		}
	}
}
