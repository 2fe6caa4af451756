package discord

import (
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// What stands here goes as soon as answers are rendered by renderAll (owner: commands).

func units(s string) int { return text.Units(s) }

func shorten(s string, most int) string { return text.Cut(s, most, text.Units) }

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
