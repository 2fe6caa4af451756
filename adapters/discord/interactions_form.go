package discord

import "colloquy/adapters/internal/text"

// Limits of a form, from Discord's reference on modals. Text longer than
// mostWords would not fit into the one message that shows it.
const (
	mostTitle = 45 // of a form, and of an input in it
	mostWords = 1500
)

// formInput is the id of the one input of our forms.
const formInput = "text"

// The type of an input, and its style with several lines.
const (
	typeInput      = 4
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
	title := ""
	if b, ok := find(in.message.Components, in.data.CustomID, 0); ok {
		title = text.Inline(b.Label)
	}
	if !text.Visible(title) {
		title = "Colloquy"
	}
	if label = text.Inline(label); label == "1" || !text.Visible(label) {
		label = "What you want to say"
	}
	return callback{Type: answerForm, Data: form{
		CustomID: customID(key, command, args),
		Title:    text.Cut(title, mostTitle, text.Units),
		Components: []formRow{{Type: typeRow, Components: []formIn{{Type: typeInput, CustomID: formInput, Style: styleParagraph,
			Label: text.Cut(label, mostTitle, text.Units), MinLength: 1, MaxLength: mostWords, Required: true}}}},
	}}
}
