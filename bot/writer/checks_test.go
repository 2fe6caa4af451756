package writer

import (
	"strings"
	"testing"

	"colloquy/bot"
)

// checkerFor makes the checker of an article.
func checkerFor(a bot.Article) *checker {
	doc := read(a)
	lex := newLexicon(doc.lang)
	if lex == nil {
		lex = emptyLexicon(doc.lang)
	}
	return newChecker(doc, lex)
}

func TestQuestionChecks(t *testing.T) {
	tests := []struct {
		name string
		of   bot.Article
		move string
		text string
		want string
	}{
		{"good quotation", newsEnglish(), "viewpoint", "“The city should repair the buses before it builds new toys”, says Piet Amsel. Who might reasonably disagree, and what would they say?", ""},
		{"good restatement", newsEnglish(), "implication", "If the tram line does reach the airport, who in Eastfield would gain by it, and who would pay?", ""},
		{"yes or no", newsEnglish(), "decide", "Do you agree with the transport office that Maren should extend its tram line?", "closed"},
		{"yes or no with reasons", newsEnglish(), "decide", "Do you agree that Maren should extend its tram line to the airport, and why?", ""},
		{"no interrogative", newsEnglish(), "decide", "Tell us about the tram line to the airport in Maren, please?", "closed"},
		{"factoid", newsEnglish(), "evidence", "When did the transport office in Maren say that construction could begin?", "factoid"},
		{"settled by a sentence", newsEnglish(), "evidence", "What does the article say about the tram line to the airport?", "factoid"},
		{"four questions", newsEnglish(), "implication", "How will the tram line affect Eastfield, the buses and the shops, and what should Maren do?", "stacked"},
		{"three in a row", newsEnglish(), "implication", "Who in Eastfield gains from the tram line and who pays for it and what comes next?", "stacked"},
		{"two marks", newsEnglish(), "implication", "Who gains from the tram line to the airport? And who in Eastfield pays for it?", "not_one_question"},
		{"no mark", newsEnglish(), "implication", "Who gains from the tram line to the airport and who in Eastfield pays for it.", "not_one_question"},
		{"too short", newsEnglish(), "implication", "Who pays for the Maren tram?", "length"},
		{"too long", newsEnglish(), "implication", "Who gains from the tram line to the airport" + strings.Repeat(" and from the new line", 6) + ", and who pays for it all?", "length"},
		{"fits any article", newsEnglish(), "viewpoint", "What do you think about the opinion of the author on this important topic?", "attribution"},
		{"not about this article", newsEnglish(), "viewpoint", "What would a beekeeper say about honey prices in a cold and rainy summer?", "not_anchored"},
		{"foreign name", newsEnglish(), "viewpoint", "What would people in Berlin say about the tram line to the airport of Maren?", "name_not_in_article"},
		{"foreign number", newsEnglish(), "evidence", "What would make 500 million crowns for the tram line to the airport worth the price?", "number_not_in_article"},
		{"number in words", newsEnglish(), "evidence", "Why might seven councillors in Maren vote against the tram line to the airport?", "number_not_in_article"},
		{"invented quotation", newsEnglish(), "viewpoint", "“The tram is a waste of money”, says Piet Amsel. Who might reasonably disagree, and what would they say?", "quotation_not_verbatim"},
		{"half a quotation", newsEnglish(), "viewpoint", "“The city should repair the buses before it builds new toys”, says Piet Amsel, who expects “to lose customers during the”. Who might disagree?", "quotation_incomplete"},
		{"copied", newsEnglish(), "implication", "Who pays if the tram will take 12,000 cars a day off the northern road?", "copied"},
		{"leading", newsEnglish(), "viewpoint", "Why is the tram line to the airport of Maren obviously a good idea for Eastfield?", "loaded"},
		{"leading tag", newsEnglish(), "viewpoint", "Why is the tram line to Maren airport good, or isn't it heartening for Eastfield?", "loaded"},
		{"dangling", newsEnglish(), "implication", "How will this affect the shops and the residents in Eastfield, and why?", "dangling"},
		{"markup", newsEnglish(), "implication", "How will **the tram line** affect the shops and the residents in Eastfield?", "markup"},
		{"link", newsEnglish(), "implication", "How will the tram line on www.maren.example affect the residents in Eastfield?", "link"},
		{"mention", newsEnglish(), "implication", "How will the tram line affect @everyone who lives in Eastfield near the road?", "link"},
		{"another language", newsEnglish(), "implication", "¿Quién gana con el tranvía de Maren, y quién paga el precio de las obras en Eastfield?", "language"},
		{"the author of news", newsEnglish(), "viewpoint", "“Construction could begin next spring”, the author writes. What would you want to see before you believe that forecast?", "attribution"},
		{"brace", newsEnglish(), "viewpoint", "Why might the residents of Eastfield and {who} disagree about the tram line?", "markup"},
		{"empty slot", newsEnglish(), "viewpoint", "Why might the residents of the , who live in Eastfield, disagree about the tram line?", "slot"},
		{"doubled word", newsEnglish(), "viewpoint", "Why might the the residents of Eastfield disagree about the tram line to the airport?", "slot"},
		{"against, under a death", graveEnglish(), "counter", "What is the strongest case against the view that “every junction on this road is dangerous”, and what survives it?", "grave"},
		{"defended, under a death", graveEnglish(), "viewpoint", "How would you defend the lorry driver at the crossing on this road, and why?", "grave"},
		{"sober, under a death", graveEnglish(), "missing", "“Every junction on this road is dangerous”, says Maud Ellery. What would you need to know to judge that?", ""},
		{"quoting a death", graveEnglish(), "evidence", "“Three people have died at the crossing since 2019”, the article says. What would you need to know about that?", "unfit"},
		{"somebody else's words", withQuotation(), "counter", "“Nobody will ever swim in that river again”, the author writes. What would have to be true for that?", "attribution"},
		{"German nouns are no names", newsGerman(), "viewpoint", "Welche Folgen hätte die Schließung der Bäder für Familien ohne Auto in Ahlbruck?", ""},
		{"German name", newsGerman(), "viewpoint", "Was würde die Ministerin Angela Merkel über die Schließung der Bäder in Ahlbruck sagen?", "name_not_in_article"},
		{"German, closed", newsGerman(), "viewpoint", "Ist die Schließung der drei Bäder in Ahlbruck wirklich eine gute Idee?", "closed"},
		{"Spanish, closed", newsSpanish(), "viewpoint", "¿Es justo limitar los pisos turísticos en el centro de Valdemora desde enero?", "closed"},
		{"French, closed", newsFrench(), "viewpoint", "Est-ce que la gare de Saint-Aubert doit garder son dernier guichet en septembre ?", "closed"},
		{"English under Urdu", opinionUrdu(), "viewpoint", "Who might reasonably disagree with that view of the trees, and what would they say?", "language"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := checkerFor(tt.of).question(bot.Question{Text: tt.text, Move: tt.move}).code
			if got != tt.want {
				t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// withQuotation is the English opinion with somebody else's words in it.
func withQuotation() bot.Article {
	a := opinionEnglish()
	a.Text += "\n\nThe harbour master told us: “Nobody will ever swim in that river again.” We must prove him wrong."
	return a
}

func TestHalfAPhraseInASlot(t *testing.T) {
	a := bot.Article{Title: "Old wars", Text: "Islamabad and Moscow stood on opposite sides of the Soviet-Afghan war. The two countries now train together. Their generals speak of a new alliance. We should welcome it, the general said."}
	got := checkerFor(a).question(bot.Question{Move: "viewpoint", Text: "Why might people affected differently by Soviet-Afghan disagree with this view of Islamabad and Moscow?"}).code
	if got != "slot" {
		t.Errorf("got %q, want slot", got)
	}
}

func TestStatementChecks(t *testing.T) {
	a := newsEnglish()
	doc := read(a)
	var sentences []string
	for _, s := range doc.sentences {
		sentences = append(sentences, s.Text)
	}
	tests := []struct {
		name string
		s    bot.Statement
		want string
	}{
		{"verbatim", bot.Statement{Text: sentences[2], Evidence: []int{2}}, ""},
		{"in other words", bot.Statement{Text: "Maren's transport office wants the tram line to reach the airport by 2031.", Evidence: []int{0}}, ""},
		{"no evidence", bot.Statement{Text: sentences[2]}, "evidence"},
		{"evidence that is not there", bot.Statement{Text: sentences[2], Evidence: []int{99}}, "evidence"},
		{"wrong evidence", bot.Statement{Text: sentences[2], Evidence: []int{7}}, "unsupported"},
		{"invented", bot.Statement{Text: "Cyclists will lose three lanes in the old harbour.", Evidence: []int{2}}, "number_not_in_article"},
		{"invented name", bot.Statement{Text: "Construction could begin next spring, says Boris Okonjo.", Evidence: []int{2}}, "name_not_in_article"},
		{"preamble", bot.Statement{Text: "Here is what happens: construction could begin next spring.", Evidence: []int{2}}, "preamble"},
		{"markup", bot.Statement{Text: "**Construction** could begin next spring.", Evidence: []int{2}}, "markup"},
		{"link", bot.Statement{Text: "Construction could begin next spring, see https://evil.example/x", Evidence: []int{2}}, "link"},
		{"the article's own link", bot.Statement{Text: "Construction could begin next spring https://news.example/tram", Evidence: []int{2}}, ""},
		{"another language", bot.Statement{Text: "Die Bauarbeiten könnten im nächsten Frühjahr beginnen, sagt die Stadt.", Evidence: []int{2}}, "language"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := newChecker(doc, newLexicon("en")).statement(tt.s, nil, sentences).code; got != tt.want {
				t.Errorf("%q: got %q, want %q", tt.s.Text, got, tt.want)
			}
		})
	}
	repeated := newChecker(doc, newLexicon("en")).statement(bot.Statement{Text: sentences[2], Evidence: []int{2}},
		[]bot.Statement{{Text: sentences[2]}}, sentences).code
	if repeated != "repeated" {
		t.Errorf("the same sentence twice: got %q", repeated)
	}
}

func TestAClaimStaysTheAuthors(t *testing.T) {
	a := opinionEnglish()
	doc := read(a)
	c := newChecker(doc, newLexicon("en"))
	var sentences []string
	at := -1
	for i, s := range doc.sentences {
		sentences = append(sentences, s.Text)
		if strings.HasPrefix(s.Text, "The council must") {
			at = i
		}
	}
	plain := bot.Statement{Text: "The council must stop the sale of riverside plots to high bidders.", Evidence: []int{at}}
	if got := c.statement(plain, nil, sentences).code; got != "unattributed" {
		t.Errorf("a claim as a fact: got %q, want unattributed", got)
	}
	plain.Text = "The author argues that the council must stop selling riverside plots to the highest bidder."
	if got := c.statement(plain, nil, sentences).code; got != "" {
		t.Errorf("a claim of the author: got %q", got)
	}
}

func TestNumbersAcrossFormats(t *testing.T) {
	tests := []struct {
		in   string
		want string
	}{
		{"1,000", "1000"}, {"1.000", "1000"}, {"12,345.60", "12345.6"}, {"2,5", "2.5"}, {"2.5", "2.5"}, {"۲٫۵", "2.5"}, {"٣٠٠", "300"}, {"1990s", "1990"},
	}
	for _, tt := range tests {
		found := false
		for _, n := range canonical(tt.in) {
			found = found || n == tt.want
		}
		if !found {
			t.Errorf("canonical(%q) = %q, want %q among them", tt.in, canonical(tt.in), tt.want)
		}
	}
}

func TestSetChecks(t *testing.T) {
	a := newsEnglish()
	d := bot.Digest{Questions: []bot.Question{
		{Move: "viewpoint", Evidence: []int{5}, Text: "“The city should repair the buses before it builds new toys”, says Piet Amsel. Who might reasonably disagree, and what would they say?"},
		{Move: "viewpoint", Evidence: []int{2}, Text: "“Construction could begin next spring”, the article says. Who might reasonably think otherwise, and why?"},
		{Move: "implication", Evidence: []int{5}, Text: "If the city did repair the buses before it builds new toys, what would change for Piet Amsel?"},
		{Move: "missing", Evidence: []int{1}, Text: "“The extension is expected to cost 410 million crowns”, the article says. Whose view of the matter is missing from the article, and what might it add?"},
		{Move: "missing", Evidence: []int{0}, Text: "The headline reads “Tram line to reach the airport by 2031”. What does it bring to the fore, and what does it leave in the background?"},
	}}
	for range 8 {
		d.Sentences = append(d.Sentences, "x")
	}
	got := Check(a, d)
	reasons := map[string]string{}
	for _, r := range got.Dropped {
		reasons[r.Reason] = r.Text
	}
	if len(got.Questions) != 2 {
		t.Errorf("kept %d questions, want 2: %v", len(got.Questions), got.Questions)
	}
	for reason, begin := range map[string]string{"opening": "“Construction", "similar": "If the city", "second_general": "The headline"} {
		if !strings.HasPrefix(reasons[reason], begin) {
			t.Errorf("%s: got %q, want a question that begins with %q (all: %v)", reason, reasons[reason], begin, reasons)
		}
	}
}

func TestFewMovesAndNoCounter(t *testing.T) {
	q := func(move, text string) bot.Question { return bot.Question{Move: move, Text: text} }
	kept, dropped := enoughMoves([]bot.Question{q("evidence", "a"), q("evidence", "b"), q("missing", "c")})
	if len(kept) != 2 || len(dropped) != 1 || dropped[0].Text != "b" {
		t.Errorf("kept %v, dropped %v", kept, dropped)
	}
	if kept, dropped = enoughMoves([]bot.Question{q("evidence", "a"), q("compare", "b"), q("missing", "c")}); len(kept) != 3 || dropped != nil {
		t.Errorf("kept %v, dropped %v", kept, dropped)
	}
	if asksAgainst([]bot.Question{q("evidence", "a"), q("compare", "b")}) || !asksAgainst([]bot.Question{q("counter", "a")}) {
		t.Error("asksAgainst does not look for the move")
	}
}

func TestCheckWithoutWordsOfALanguage(t *testing.T) {
	a := bot.Article{Title: "Rzeka", Text: "Rada miasta Poznań zdecydowała o budowie mostu przez rzekę Wartę. Most ma kosztować 400 milionów złotych. Mieszkańcy dzielnicy Rataje są przeciwni tej inwestycji. Budowa zacznie się w przyszłym roku."}
	c := checkerFor(a)
	if got := c.question(bot.Question{Text: "Kto w dzielnicy Rataje zyska na budowie mostu przez Wartę, a kto straci?"}).code; got != "" {
		t.Errorf("a good Polish question: %q", got)
	}
	if got := c.question(bot.Question{Text: "Kto w dzielnicy Rataje zapłaci 900 milionów za budowę mostu przez Wartę?"}).code; got != "number_not_in_article" {
		t.Errorf("a wrong number: %q", got)
	}
}
