package discord

import (
	"context"

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

// rows are buttons as components of the post with a key. One whose command does
// not fit in a custom_id, or is there already, is left out.
func (a *Adapter) rows(ctx context.Context, key string, buttons []bot.Button) []row {
	rows := []row{}
	taken := map[string]bool{"": true}
	for _, b := range buttons {
		id := ""
		if b.Command != "" {
			id = buttonID(key, b)
		}
		full := len(rows) == maxRows && len(rows[maxRows-1].Components) == perRow
		if taken[id] || full || len(id) > maxCustomID {
			a.o.Log.WarnContext(ctx, "button left out", "command", b.Command, "length", len(id), "twice", taken[id])
			continue
		}
		taken[id] = true
		if n := len(rows); n == 0 || len(rows[n-1].Components) == perRow {
			rows = append(rows, row{Type: typeRow})
		}
		last := &rows[len(rows)-1]
		last.Components = append(last.Components, makeButton(b, id))
	}
	return rows
}

func makeButton(b bot.Button, id string) button {
	out := button{Type: typeButton, Style: styleSecondary, CustomID: id, Label: text.Cut(text.Inline(b.Label), maxLabel, text.Units)}
	if b.Form != "" { // people are asked to write: that is what the message is for
		out.Style = stylePrimary
	}
	if !visible(out.Label) {
		out.Label = text.Cut(text.Inline(b.Command), maxLabel, text.Units)
	}
	return out
}
