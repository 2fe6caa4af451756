package writer

import (
	"strings"
	"testing"

	"colloquy/bot"
)

func TestTokenize(t *testing.T) {
	tests := []struct {
		in   string
		want string // words and signs, divided by spaces
	}{
		{"The town's plan, at $1,200.50, won't do.", "The town's plan , at $ 1,200.50 , won't do ."},
		{"U.S. rail-road’s end…", "U.S . rail-road’s end …"},
		{"L'eau qu'il boit aujourd'hui", "L' eau qu' il boit aujourd'hui"},
		{"„Über 20 %“", "„ Über 20 % “"},
		{"شہر کا پانی، اور بجلی۔", "شہر کا پانی ، اور بجلی ۔"},
	}
	for _, tt := range tests {
		var got []string
		for _, tok := range tokenize(tt.in) {
			got = append(got, tok.text)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("tokenize(%q)\n got %q\nwant %q", tt.in, strings.Join(got, " "), tt.want)
		}
	}
}

func TestQuoteSpans(t *testing.T) {
	tests := []struct {
		name string
		para []string // sentences of one paragraph
		want []string // what is quoted of each, "|" between
	}{
		{"none", []string{"The town's trams don't run."}, []string{""}},
		{"two marks", []string{"“Come in,” she said, “and sit.”"}, []string{"Come in,|and sit."}},
		{"straight", []string{`"Come in," she said.`}, []string{"Come in,"}},
		{"single", []string{"'It isn't ours,' said the players' coach."}, []string{"It isn't ours,"}},
		{"over two sentences", []string{"“Come in.", "Sit down,” she said."}, []string{"Come in.", "Sit down,"}},
		{"opened again", []string{"“Come in.", "“Sit down,” she said."}, []string{"Come in.", "Sit down,"}},
		{"German", []string{"„Kommt rein“, sagte sie."}, []string{"Kommt rein"}},
		{"German, French marks", []string{"»Kommt rein«, sagte sie."}, []string{"Kommt rein"}},
		{"French", []string{"« Entrez », dit-elle."}, []string{" Entrez "}},
		{"a stray mark", []string{"Panels of 6\" and more."}, []string{""}},
		{"a year", []string{"The '90s were loud."}, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var sents []sentence
			for i, s := range tt.para {
				sents = append(sents, sentence{Text: s, Pos: i})
			}
			for i, spans := range quoteSpans(sents) {
				var got []string
				for _, q := range spans {
					got = append(got, sents[i].Text[q.start:q.end])
				}
				if strings.Join(got, "|") != tt.want[i] {
					t.Errorf("%q: got %q, want %q", tt.para[i], strings.Join(got, "|"), tt.want[i])
				}
			}
		})
	}
}

func TestAQuotationEndsWithItsParagraph(t *testing.T) {
	sents := []sentence{{Text: "“Come in, she said.", Para: 0}, {Text: "The door stood open.", Para: 1}}
	if spans := quoteSpans(sents); len(spans[1]) != 0 {
		t.Errorf("an unclosed mark reached the next paragraph: %v", spans)
	}
	var long []sentence
	for i := range 12 {
		long = append(long, sentence{Text: "Nothing happened here.", Pos: i})
	}
	long[0].Text = "A “stray mark."
	if spans := quoteSpans(long); len(spans[11]) != 0 {
		t.Error("an unclosed mark reached to the end of a long paragraph")
	}
}

// finderFor makes the finder of an article without a summary.
func finderFor(a bot.Article) *finder {
	doc := read(a)
	return newFinder(doc, nil, newLexicon(doc.lang))
}

func TestSpeakers(t *testing.T) {
	tests := []struct {
		name string
		text string
		last string // who speaks in the last sentence, with the office
	}{
		{"behind the verb", `“The bridge must close,” said Ada Roe, chief engineer of the county. Traffic is heavy.`, "Ada Roe, chief engineer of the county"},
		{"office before the name", `“The bridge must close now,” said chief engineer Ada Roe.`, "chief engineer Ada Roe"},
		{"before the verb", `Ada Roe, 55, said: “The bridge must close now.”`, "Ada Roe"},
		{"surname later", `The bridge is old, says engineer Ada Roe. Mr Roe said: “The bridge must close now.”`, "engineer Ada Roe"},
		{"two of a name", `Ada Roe and Tom Roe came late. Mr Roe said: “The bridge must close now.”`, ""},
		{"a body", `“The bridge must close now,” said the Lakeside Council.`, "the Lakeside Council"},
		{"a group", `“The bridge must close now,” said residents of the old town. “It is unsafe,” experts said.`, "experts"},
		{"a pronoun", `“The bridge must close now,” said Ada Roe. “The river will rise,” she said.`, "Ada Roe"},
		{"a pronoun for nobody", `The bridge is old and tired. “The river will rise,” she said.`, ""},
		{"somebody's spokesman", `Ada Roe is away this week. “The river will rise,” said a spokesman for Ada Roe.`, "a spokesman for Ada Roe"},
		{"nobody we know", `“The river will rise soon,” said the company.`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := finderFor(bot.Article{Language: "en", Title: "The bridge and the river", Text: tt.text + "\n\nThe bridge was built by the county. It is old and it is long. The people of the town like it."})
			got, seen := "", false
			for i := range f.sents {
				if len(f.spans[i]) > 0 {
					got, seen = f.said[i].who.long, true
				}
			}
			if !seen || got != tt.last {
				t.Errorf("%s\n got %q, want %q", tt.text, got, tt.last)
			}
		})
	}
}

func TestASpokesmanSpeaksForHimself(t *testing.T) {
	if f := finderFor(bot.Article{Language: "en", Title: "The river", Text: "Ada Roe is away this week. “The river will rise,” said a spokesman for Ada Roe. The town is near the river. People like it there."}); f.said[1].who.name == "Ada Roe" {
		t.Error("a spokesman's words are given to Ada Roe")
	}
}

func TestKindsOfClaims(t *testing.T) {
	f := finderFor(opinionEnglish())
	tests := []struct{ clause, want string }{
		{"The town should open the embankment", "recommendation"},
		{"Parking invariably leads to empty pavements", "generalisation"},
		{"Wider roads lead to more traffic", "cause"},
		{"Wider roads could lead to more traffic", "prediction"},
		{"A flood costs more than a park", "comparison"},
		{"The lake holds more than 20 boats", ""},
		{"Premiums will rise in the old quarter", "prediction"},
		{"The council will publish the map in May", "future"},
		{"If nothing is done, the bank will slide", "conditional"},
		{"The mayor denies every word of it", "dispute"},
		{"The unions reject the offer of the town", "opposition"},
		{"A survey counted the walkers on the bank", "quantity"},
		{"Parks are vital for old people", "judgement"},
		{"The council would have sold the plots", ""},
		{"The bench stands under a willow", ""},
	}
	for _, tt := range tests {
		if got := f.kindOf(tokenize(tt.clause)); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.clause, got, tt.want)
		}
	}
}

func TestClausesThatCanBeQuoted(t *testing.T) {
	f := finderFor(opinionEnglish())
	tests := []struct {
		clause string
		ok     bool
	}{
		{"Streets with more room for walkers will always sell more", true},
		{"If the last plots are sold, the town will never get them back", true},
		{"The price of willows will rise for every town on the river", true},
		{"Countries must realign their partners to stay ahead of the curve", true},
		{"This will make the old quarter much safer for walkers", false},
		{"It will make the old quarter much safer for walkers", false},
		{"The old quarter will be safer because of this", false},
		{"They will never open the bank to walkers again", false},
		{"Which will make the old quarter much safer for walkers", false},
		{"Streets that will always sell more than", false},
		{"The committee will always vote against willows on the bank", false}, // which committee?
		{"Considering the price, willows will always be cheaper than walls", false},
		{"Willows will always be cheaper than walls of that", false},
	}
	for _, tt := range tests {
		p := piece{toks: tokenize(tt.clause), voice: "author", whole: true}
		if got := f.complete(p, "prediction") && f.standsAlone(p); got != tt.ok {
			t.Errorf("%q: got %v, want %v (complete %v, alone %v)", tt.clause, got, tt.ok, f.complete(p, "prediction"), f.standsAlone(p))
		}
	}
}

func TestShorterPiecesKeepWhatTheySay(t *testing.T) {
	tests := []struct {
		text string
		want string // a piece that must be offered
		not  string // one that must not
	}{
		{"Stronger walls invariably lead to faster water, something the town would not welcome.", "Stronger walls invariably lead to faster water", "something the town would not welcome"},
		{"But willows will always be cheaper than walls in our town.", "willows will always be cheaper than walls in our town", ""},
		{"Walls crack each winter in the old town, which means that the council will pay twice for them.", "the council will pay twice for them", ""},
		{"The shops did not close because of the river and its many floods.", "", "The shops did not close"},
		{"The new slide began after a report suggested the town, which has many walls, had plans for plots.", "", "The new slide began after a report suggested the town"},
		{"Our town must move its walls and its plots to stay ahead of the river.", "Our town must move its walls and its plots to stay ahead of the river", "Our town must move its walls and its plots to stay"},
		{"We know that the climate is changing and towns must give rivers room again.", "towns must give rivers room again", ""},
	}
	for _, tt := range tests {
		f := finderFor(bot.Article{Language: "en", Title: "Walls and willows", Text: tt.text + " We should all think about that in our town. The river is near to us."})
		var got []string
		for _, p := range f.pieces(0) {
			got = append(got, f.sents[0].Text[p.toks[0].start:p.toks[len(p.toks)-1].end])
		}
		all := strings.Join(got, "\n")
		found := tt.want == ""
		for _, g := range got {
			found = found || g == tt.want
			if g == tt.not {
				t.Errorf("%q was offered", g)
			}
		}
		if !found {
			t.Errorf("%q was not offered, but\n%s", tt.want, all)
		}
	}
}

func TestIsOpinion(t *testing.T) {
	for _, a := range []bot.Article{opinionEnglish(), opinionGerman(), opinionSpanish(), opinionFrench(), opinionUrdu()} {
		if !read(a).opinion {
			t.Errorf("%s is an opinion", a.ID)
		}
	}
	for _, a := range []bot.Article{newsEnglish(), graveEnglish(), newsGerman(), newsSpanish(), newsFrench(), {Text: ""}} {
		if read(a).opinion {
			t.Errorf("%s is news", a.ID)
		}
	}
	argue := strings.Repeat(" We should not pay for that. We must wait. Our children should walk. We need to save.", 2)
	letters := newsEnglish()
	letters.Text += "\n\n" + argue
	if read(letters).opinion {
		t.Error("a report with readers' letters behind it is news")
	}
	late := "The mill stands on the river. It was built in 1890. Two wheels turn below it. The miller sells flour on Fridays. The road to it is narrow. Sheep graze behind the house. "
	if read(bot.Article{Text: late + late + argue, Language: "en"}).opinion {
		t.Error("what begins as a description and argues late is taken for an opinion")
	}
}
