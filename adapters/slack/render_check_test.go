package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

var renderer = New(Options{})

func rendered(t testing.TB, m bot.Message, l look) outgoing {
	t.Helper()
	out := renderer.render(t.Context(), m, l)
	withinLimits(t, out)
	return out
}

// A node is a part of a message as JSON.
type node = map[string]any

func tree(t testing.TB, out outgoing) []any {
	t.Helper()
	raw := encode(out.Blocks)
	var blocks []any
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil || !utf8.ValidString(raw) {
		t.Fatalf("no JSON: %v: %.200q", err, raw)
	}
	return blocks
}

// walkBlocks gives every object in v with those that it is in.
func walkBlocks(v any, in []string, visit func(n node, in []string)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			walkBlocks(x, in, visit)
		}
	case node:
		visit(v, in)
		kind, _ := v["type"].(string)
		for _, x := range v {
			walkBlocks(x, append(in[:len(in):len(in)], kind), visit)
		}
	}
}

// most is how many characters a field of an object of a type may have.
var most = map[string]map[string]int{
	"plain_text": {"text": maxText}, "mrkdwn": {"text": maxText}, "text": {"text": maxText}, "link": {"text": maxText, "url": 3000},
	"image": {"image_url": 3000, "alt_text": 2000}, "button": {"action_id": 255, "value": 2000},
}

// withinLimits holds a message against what Slack accepts, and what nobody should see.
func withinLimits(t testing.TB, out outgoing) {
	t.Helper()
	blocks := tree(t, out)
	if len(blocks) == 0 || len(blocks) > maxBlocks {
		t.Fatalf("%d blocks", len(blocks))
	}
	if n := text.Units(out.Text); n == 0 || n > maxPlain || !utf8.ValidString(out.Text) {
		t.Fatalf("%d characters beside the blocks", n)
	}
	total, ids := 0, map[string]bool{}
	walkBlocks(blocks, nil, func(n node, in []string) {
		kind, _ := n["type"].(string)
		for field, v := range n {
			s, ok := v.(string)
			limit, limited := most[kind][field]
			switch {
			case v == nil:
				t.Fatalf("%s of %s is null", field, kind)
			case !ok:
				continue
			case limited && (s == "" && field != "value" || text.Units(s) > limit):
				t.Fatalf("%s of %s has %d characters of %d: %.100q", field, kind, text.Units(s), limit, s)
			}
			if limited && kind != "button" {
				total += text.Units(s)
			}
			if bad := strings.IndexFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) || r >= 0x202A && r <= 0x202E }); bad >= 0 && field != "value" && field != "action_id" {
				t.Fatalf("%s has a character that should have gone: %q", kind, s[bad:])
			}
		}
		elements, _ := n["elements"].([]any)
		switch kind {
		case "header", "button":
			words, _ := n["text"].(node)["text"].(string)
			if limit := map[string]int{"header": maxHeader, "button": maxLabel}[kind]; text.Units(words) > limit || !text.Visible(words) {
				t.Fatalf("%s with %d characters: %q", kind, text.Units(words), words)
			}
			if id, _ := n["action_id"].(string); kind == "button" {
				if ids[id] {
					t.Fatalf("action_id %q is there twice", id)
				}
				ids[id] = true
			}
		case "rich_text", "rich_text_section", "rich_text_quote", "rich_text_list", "context", "actions":
			if len(elements) == 0 || kind == "context" && len(elements) > 10 || kind == "actions" && len(elements) > 25 {
				t.Fatalf("%s of %d", kind, len(elements))
			}
		case "plain_text":
			if n["emoji"] != false {
				t.Fatalf("emoji codes work in %v", n)
			}
		}
		if id, _ := n["block_id"].(string); len(id) > 255 {
			t.Fatalf("block_id %q", id)
		}
	})
	if total > maxWords+maxURL+least+maxLabel*maxButtons {
		t.Fatalf("%d characters in all", total)
	}
}

// live is what in a message Slack acts on: markup, links, mentions, pictures.
func live(t testing.TB, out outgoing) (all []string) {
	t.Helper()
	walkBlocks(tree(t, out), nil, func(n node, in []string) {
		switch n["type"] {
		case "mrkdwn":
			all = append(all, fmt.Sprint(n["text"]))
		case "link":
			all = append(all, fmt.Sprint(n["url"]))
		case "image":
			all = append(all, fmt.Sprint(n["image_url"]))
		case "channel":
			all = append(all, fmt.Sprint("#", n["channel_id"]))
		case "user":
			all = append(all, fmt.Sprint("@", n["user_id"]))
		case "broadcast", "usergroup", "emoji", "team", "date", "color":
			all = append(all, fmt.Sprint(n))
		}
	})
	return all
}

// shownBy is all that a message shows as words.
func shownBy(t testing.TB, out outgoing) string {
	t.Helper()
	var b strings.Builder
	var show func(v any)
	show = func(v any) {
		n, _ := v.(node)
		elements, _ := n["elements"].([]any)
		switch kind, _ := n["type"].(string); kind {
		case "header", "section", "button":
			show(n["text"])
		case "plain_text", "mrkdwn", "text":
			b.WriteString(n["text"].(string))
		case "link":
			fmt.Fprintf(&b, "[%v](%v)", n["text"], n["url"])
		case "channel":
			fmt.Fprintf(&b, "#%v", n["channel_id"])
		case "user":
			fmt.Fprintf(&b, "@%v", n["user_id"])
		case "image":
			fmt.Fprintf(&b, "![%v](%v)", n["alt_text"], n["image_url"])
		case "rich_text_quote":
			b.WriteString("> ")
		case "rich_text_list":
			fmt.Fprintf(&b, "%v %v\n", n["style"], n["offset"])
		}
		for i, e := range elements {
			if kind := n["type"]; i > 0 && (kind == "rich_text" || kind == "rich_text_list") {
				b.WriteString("\n")
			} else if i > 0 && (kind == "context" || kind == "actions") {
				b.WriteString(" | ")
			}
			show(e)
		}
	}
	for i, block := range tree(t, out) {
		if i > 0 {
			b.WriteString("\n\n")
		}
		show(block)
	}
	return b.String()
}
