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

func TestASentenceDoesNotCarryAnotherAlong(t *testing.T) {
	for _, c := range []struct {
		article    bot.Article
		text, code string
		evidence   int
	}{
		{opinionSpanish(), "I have been pwned. Si el horario no cambia, los barrios del sur perderán sus últimas salas.", "language", 8},
		{newsEnglish(), "Ticket prices will rise if the state does not share the cost, economists warn. So it was done.", "unsupported", 10},
		{newsEnglish(), "Shop owners along the route expect to lose customers. They expect that during the work.", "", 7},
	} {
		doc := read(c.article)
		var sentences []string
		for _, s := range doc.sentences {
			sentences = append(sentences, s.Text)
		}
		if f := modelChecker(doc).statement(bot.Statement{Text: c.text, Evidence: []int{c.evidence}}, nil, sentences); f.code != c.code {
			t.Errorf("%q: %+v, want %q", c.text, f, c.code)
		}
	}
}
