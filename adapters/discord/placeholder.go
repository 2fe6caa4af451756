package discord

import (
	"context"
	"net/url"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// What stands here belongs to files that others add, and goes with them.

type identity struct{ userID, appID string }

func (a *Adapter) me(context.Context) (identity, error) { return identity{}, nil }

type watch struct{}

func (w *watch) channel(string) (bot.Channel, bool) { return bot.Channel{}, false }

func customID(key, command string, args map[string]string) string {
	v := url.Values{}
	for k, s := range args {
		v.Set(k, s)
	}
	return key + "|" + command + "|" + v.Encode()
}

func parseCustomID(s string) (key, command string, args map[string]string, ok bool) {
	parts := strings.SplitN(s, "|", 3)
	if len(parts) != 3 {
		return "", "", nil, false
	}
	v, err := url.ParseQuery(parts[2])
	args = map[string]string{}
	for k := range v {
		args[k] = v.Get(k)
	}
	return parts[0], parts[1], args, err == nil
}

func ownWords(s string) string { return s }

func units(s string) int { return len(s) }

func shorten(s string, most int) string { return text.Truncate(s, most) }

const (
	permAdministrator = 1 << 3
	permManageGuild   = 1 << 5
)

func answerTexts(m bot.Message) []string {
	var out []string
	for _, p := range append(append([]string{m.Title}, m.Paragraphs...), m.Lines...) {
		if p != "" {
			out = append(out, ownWords(p))
		}
	}
	for _, q := range m.Quotation {
		out = append(out, "> "+q.Text)
	}
	return []string{strings.Join(out, "\n")}
}

func escape(s string) string { return s }
