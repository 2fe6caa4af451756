package discord

import (
	"cmp"
	"context"
	"maps"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Types of components and styles of buttons.
const (
	typeRow        = 1
	typeButton     = 2
	stylePrimary   = 1
	styleSecondary = 2
)

// A row is a line of components.
type row struct {
	Type       int      `json:"type"`
	Components []button `json:"components"`
}

type button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id"`
}

// formArgument, in a custom_id, says that a button opens a form and what that
// asks for.
const formArgument = "form"

// rows are buttons as components of the post with a key. One whose command does
// not fit in a custom_id, or is there already, is left out.
func (a *Adapter) rows(ctx context.Context, key string, buttons []bot.Button) []row {
	rows := []row{}
	taken := map[string]bool{}
	for _, b := range buttons {
		if b.Command == "" {
			continue
		}
		id := buttonID(key, b)
		if text.Units(id) > maxCustomID || taken[id] || len(taken) == maxRows*perRow {
			a.o.Log.WarnContext(ctx, "button left out", "command", b.Command, "length", text.Units(id), "before", len(taken))
			continue
		}
		if len(taken)%perRow == 0 {
			rows = append(rows, row{Type: typeRow})
		}
		taken[id] = true
		last := &rows[len(rows)-1]
		last.Components = append(last.Components, makeButton(b, id))
	}
	return rows
}

// buttonID is the custom_id of a button, with as much of what its form asks for
// as fits, and something in any case.
func buttonID(key string, b bot.Button) string {
	if b.Form == "" {
		return customID(key, b.Command, b.Args)
	}
	args := maps.Clone(b.Args)
	if args == nil {
		args = map[string]string{}
	}
	with := func(label string) int {
		args[formArgument] = label
		return text.Units(customID(key, b.Command, args))
	}
	with(cmp.Or(text.Cut(text.Inline(b.Form), maxCustomID, with), "1"))
	return customID(key, b.Command, args)
}

func makeButton(b bot.Button, id string) button {
	out := button{Type: typeButton, Style: styleSecondary, CustomID: id, Label: text.Cut(text.Inline(b.Label), maxLabel, text.Units)}
	if b.Form != "" { // people are asked to write: that is what the message is for
		out.Style = stylePrimary
	}
	if !text.Visible(out.Label) {
		out.Label = placeholder(text.Cut(text.Inline(b.Command), maxLabel, text.Units))
	}
	return out
}
