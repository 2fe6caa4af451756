package writer

import (
	"strings"
	"testing"

	"colloquy/bot"
)

func TestHeadlinesByWhatTheyTell(t *testing.T) {
	body := map[string]string{
		"en": strings.Repeat("The council of Maren said that it would look at the matter in spring. ", 8),
		"de": strings.Repeat("Der Rat der Stadt Maren sieht sich die Sache im Frühling noch einmal an. ", 8),
		"es": strings.Repeat("El ayuntamiento de Maren estudiará el asunto de nuevo en la primavera. ", 8),
		"fr": strings.Repeat("Le conseil de la ville de Maren se penchera sur la question au printemps. ", 8),
		"ur": strings.Repeat("شہر کی انتظامیہ اس معاملے پر بہار میں دوبارہ غور کرے گی۔ ", 8),
	}
	films := strings.Repeat("The film won an award, and the actor and the singer sang a song at the festival in Maren. ", 8)
	match := strings.Repeat("The striker scored a goal in the cup match, and the coach of the league team praised the goalkeeper. ", 8)
	tests := []struct{ lang, title, text, want string }{
		{"en", "How a heat pump warms a house", "", "headline-how"},
		{"en", "Bridge works 'delayed' by frost", "", "headline-quoted"},
		{"en", "Head of the Maren ferries resigns", "", "headline-exit"},
		{"en", "Mayor hits back at donkey jibe", "", "headline-insult"},
		{"en", "Farmers call for a new dyke", "", "headline-call"},
		{"en", "Mayor rejects the ferry plan", "", "headline-row"},
		{"en", "Warning over old gas pipes", "", "headline-warning"},
		{"en", "Maren to extend its tram line", "", "headline-plan"},
		{"en", "Maren bans cars from its market", "", "headline-plan"},
		{"en", "Ferry prices fall again", "", "headline-trend"},
		{"en", "A robot learns to dance", "", "headline-tech"},
		{"en", "A year to remember for bakers", "", "headline"},
		{"en", "Small cast tops Maren charts", "", "headline"},
		{"en", "Small cast tops Maren charts", films, "headline-success"},
		{"en", "Ada Roe to lead a Maren show", films, "headline-staged"},
		{"en", "Ada Roe and the quiet stage", films, "headline-culture"},
		{"en", "Painter in fight over a fence", films, "headline-gossip"},
		{"en", "Maren to sign a young keeper", match, ""},
		{"en", "Is the ferry too slow?", "", ""},
		{"en", "Ferry captain jailed for theft", "", ""},
		{"en", "Too short", "", ""},
		{"de", "Maren beschließt neue Reform", "", "headline-plan"},
		{"de", "Wie eine Wärmepumpe heizt", "", "headline-how"},
		{"es", "Maren prohíbe los coches", "", "headline-plan"},
		{"fr", "Le chômage recule et la croissance revient", "", "headline-trend"},
		{"ur", "شہر میں مہنگائی کا نیا ریکارڈ", "", "headline-trend"},
	}
	for _, tt := range tests {
		text := tt.text
		if text == "" {
			text = body[tt.lang]
		}
		doc := read(bot.Article{Title: tt.title, Text: text, Language: tt.lang})
		c, ok := newFinder(doc, nil, newLexicon(tt.lang)).headline()
		if c.kind != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q: got %q, want %q", tt.lang, tt.title, c.kind, tt.want)
		}
	}
}

// A title that was only made from the text is no headline to ask about.
func TestAMadeTitleIsNotQuoted(t *testing.T) {
	a := bot.Article{Title: "Maren to extend its tram line", Text: newsEnglish().Text}
	for _, made := range []bool{false, true} {
		a.TitleMade = made
		found := false
		for _, q := range digestOf(t, a, 5).Questions {
			found = found || strings.Contains(q.Text, a.Title)
		}
		if found == made {
			t.Errorf("title made %v: quoted %v", made, found)
		}
	}
}

func TestWhatHappened(t *testing.T) {
	tests := []struct{ text, want string }{
		{"The harbour office of Maren has closed the old bridge to lorries.", "event"},
		{"A ferry company is now looking for captains in three countries.", "event"},
		{"The baker of Maren, who owns nine ovens, has sold the shop to a friend.", "event"},
		{"A bakery refused to mend the broken chair of an old customer.", "deed"},
		{"A harbour office said the old bridge was too narrow for the lorries.", "statement"},
		{"OSLO (AB) -- A harbour office has closed the old bridge to lorries.", "event"},
		{"Maren is the largest harbour on the coast north of the river.", ""},
		{"Maren has a harbour, a market and a church on the hill.", ""},
		{"The harbour office closed in 1953 and has opened a museum since.", ""},
		{"The office has closed.", ""},
	}
	for _, tt := range tests {
		doc := read(bot.Article{Text: tt.text + " The bridge and the office and the ferry are old. Nobody came.", Language: "en"})
		got := ""
		for _, c := range newFinder(doc, nil, newLexicon("en")).claims() {
			if c.sent == 0 && c.tells() {
				got = c.kind
			}
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestKindsThatAreEasilyConfused(t *testing.T) {
	tests := []struct{ text, want string }{
		{"A town without a station should not expect the results of Ostrey", "restraint"},
		{"A town without a station should expect visitors by bus", "recommendation"},
		{"A gas boiler will burn gas for as long as it stands", "future"},
		{"Nobody takes a bag of cement home on a shuttle bus", ""},
		{"The net cafes were closed because they were badly run", "reason"},
		{"Heat leads to cracks in the old harbour walls", "cause"},
		{"The ferry will stop unless the state pays for the fuel", "unless"},
		{"The climate gains only if the current is clean", "proviso"},
		{"Ferry prices have jumped to a record high this year", "change"},
		{"Fares will rise in October, the office has announced", "future"},
		{"Fares will rise in October if nothing is done", "conditional"},
	}
	doc := read(bot.Article{Text: "The ferry is late.", Language: "en"})
	f := newFinder(doc, nil, newLexicon("en"))
	for _, tt := range tests {
		toks := tokenize(tt.text)
		c := claim{kind: f.kindOf(toks), voice: "speaker"}
		if c.kind == "prediction" && f.lex.list("announced").in(toks) {
			c.kind = "future"
		}
		if f.weak(c, toks) {
			c.kind = ""
		}
		if c.kind != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, c.kind, tt.want)
		}
	}
}

func TestTimesAreOneWord(t *testing.T) {
	if toks := tokenize("Missing the 10:15 is no disaster: walk"); len(toks) != 8 || toks[2].text != "10:15" {
		t.Errorf("got %v", toks)
	}
}

// What an author thinks is not somebody else's speech.
func TestIThinkIsNoReportedSpeech(t *testing.T) {
	lex := newLexicon("en")
	for text, want := range map[string]bool{
		"I think that the ferry should run":        false,
		"The mayor thinks that the ferry runs":     true,
		"In my opinion we say too little about it": false,
	} {
		if got := heldSpeech(tokenize(text), lex.list("say"), lex.list("first")); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
