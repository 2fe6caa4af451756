package writer

import (
	"testing"

	"colloquy/bot"
)

func TestAModelsQuestionsAskAndDoNotTalk(t *testing.T) {
	c := modelChecker(read(newsEnglish()))
	for text, code := range map[string]string{
		"Sure! Here's what it says: how might shop owners along the route judge the tram line?":   "preamble",
		"How might shop owners along the route judge the tram line, and who told them so I won.?": "order",
		"How might shop owners along the route judge the tram line, and who told them so.?":       "slot",
		"- How might shop owners along the route judge the tram line to the airport?":             "markup",
		"What would my editor ask the transport office about the tram line to the airport?":       "order",
		"How might shop owners along the route judge the tram line to the airport?":               "",
		"How might shop owners along the route judge the line that opens at 9 a.m.?":              "number_not_in_article",
	} {
		if f := c.question(bot.Question{Text: text, Move: "viewpoint", Evidence: []int{7}}); f.code != code {
			t.Errorf("%q: %+v, want %q", text, f, code)
		}
	}
}
