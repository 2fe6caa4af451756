package slack

import (
	"context"

	"github.com/slack-go/slack"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// actions are buttons as a block of the post with a key; nil if there are none.
// One whose command does not fit, or one too many, is left out.
func (a *Adapter) actions(ctx context.Context, key string, buttons []bot.Button) slack.Block {
	var elements []slack.BlockElement
	for _, b := range buttons {
		if b.Command == "" {
			continue
		}
		id, value := actionID(key, b.Command, len(elements)), buttonValue(b)
		if text.Units(id) > maxActionID || text.Units(value) > maxValue || len(elements) == maxButtons {
			a.o.Log.WarnContext(ctx, "button left out", "command", b.Command, "length", text.Units(value), "before", len(elements))
			continue
		}
		elements = append(elements, makeButton(b, id, value))
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock("", elements...)
}

func makeButton(b bot.Button, id, value string) *slack.ButtonBlockElement {
	label := text.Cut(text.Inline(b.Label), maxLabel, text.Units)
	if !text.Visible(label) {
		label = text.Cut(text.Inline(b.Command), maxLabel, text.Units)
	}
	if !text.Visible(label) {
		label = "…"
	}
	out := slack.NewButtonBlockElement(id, value, plainText(label))
	if b.Form != "" { // people are asked to write: that is what the message is for
		out.Style = slack.StylePrimary
	}
	return out
}
