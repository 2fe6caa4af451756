package discord

import (
	"cmp"

	"colloquy/adapters/internal/text"
)

// Limits of a form, from Discord's reference on modals. Text longer than
// mostWords would not fit into the one message that shows it.
const (
	mostTitle     = 45
	mostFormLabel = 40
	mostWords     = 1500
)

// formInput is the id of the one input of our forms.
const formInput = "text"

// Types of components and the style of an input of several lines.
const (
	componentRow    = 1
	componentButton = 2
	componentInput  = 4

	styleParagraph = 2
)

type form struct {
	CustomID   string    `json:"custom_id"`
	Title      string    `json:"title"`
	Components []formRow `json:"components"`
}

type formRow struct {
	Type       int      `json:"type"`
	Components []formIn `json:"components"`
}

type formIn struct {
	Type      int    `json:"type"`
	CustomID  string `json:"custom_id"`
	Style     int    `json:"style"`
	Label     string `json:"label"`
	MinLength int    `json:"min_length"`
	MaxLength int    `json:"max_length"`
	Required  bool   `json:"required"`
}

// formFor asks for words before a command: the form is called what its button
// is, and label says what to write.
func formFor(in *interaction, key, command string, args map[string]string, label string) callback {
	title := "Colloquy"
	if b, ok := find(in.message.Components, in.data.CustomID, 0); ok {
		title = cmp.Or(text.Inline(b.Label), title)
	}
	if label == "" || label == "1" {
		label = "What you want to say"
	}
	return callback{Type: answerForm, Data: form{
		CustomID: customID(key, command, args),
		Title:    shorten(title, mostTitle),
		Components: []formRow{{Type: componentRow, Components: []formIn{{Type: componentInput, CustomID: formInput, Style: styleParagraph,
			Label: shorten(text.Inline(label), mostTitle), MinLength: 1, MaxLength: mostWords, Required: true}}}},
	}}
}
