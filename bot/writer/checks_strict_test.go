package writer

import (
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/bot"
)

// peopleEnglish is an article with people who share parts of their names, and
// with amounts of every kind.
func peopleEnglish() bot.Article {
	return bot.Article{ID: "en-people", Title: "Harbour fees to double", Byline: "Carla Menz", Text: `John Smith, the chairman of the port, said on Monday that fees would double in May 2026. Gordon Brown, a shipper from North Haven, called the plan "daylight robbery". The United Ports Association (UPA) has not commented.

The port earned 3 million crowns last year, 5% less than in 2023, and two thirds of that came from grain. About a dozen ships wait for a berth every week. The new pier will be 400 metres long and cost $12m. Half of the dockers are older than fifty.

Dr Ilse Hartog argues that the port does not need a new pier. "We should repair the old one before we build anything else," she said. Her study counted 1,250 ships in three years. The dockers' team won 7-1 and 8-0 on Sunday and has 40 to 45 members. The council has not decided yet, but it will vote in June.`}
}

func TestStrictStatements(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string
	}{
		{"in other words", "John Smith, who chairs the port, said on Monday that fees would double in May 2026.", ""},
		{"an ordinary word begins", "Experts are quoted: Ilse Hartog argues that the port does not need a new pier.", ""},
		{"another form", "According to Hartog's study, 1,250 ships were counted in three years.", ""},
		{"number in words", "Its study counted 1,250 ships in the course of three years.", ""},
		{"digits for words", "Two thirds of what the port earned last year came from grain.", ""},
		{"initials", "The UPA has not commented on the plan of the port.", ""},
		{"a count in digits", "About 12 ships wait for a berth every week at the port.", ""},
		{"power of ten", "The new pier will be 400 metres long and cost 12 million dollars.", ""},

		{"name inside", "Fees would double in May 2026, said Fernando of the port.", "name_not_in_article"},
		{"name begins", "Fernando said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"name and verb begin", "Fernando warned that fees would double in May 2026 at the port.", "name_not_in_article"},
		{"possessive", "Fernando's port said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"with a title", "Mr Fernando said on Monday that fees at the port would double in May 2026.", "name_not_in_article"},
		{"acronym", "The NATO port said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"in a hyphened word", "The Norway-backed port said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"hyphened at the beginning", "Russian-owned, the port said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"capital inside", "The eBay port said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"small letters", "The chairman of the port, fernando, said that fees would double in May 2026.", "name_not_in_article"},
		{"a place in small letters", "The chairman of the port in berlin said that fees would double in May 2026.", "name_not_in_article"},
		{"after a title, small", "The chairman, mr xolani, said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"capitals", "The chairman FERNANDO said on Monday that fees would double in May 2026.", "name_not_in_article"},
		{"two people in one", "Gordon Smith, the chairman of the port, said that fees would double in May 2026.", "name_not_in_article"},
		{"two people in one, inside", "Fees would double in May 2026, the chairman of the port, John Brown, said.", "name_not_in_article"},
		{"an ordinary word as a name", "Will Smith, the chairman of the port, said that fees would double in May 2026.", "name_not_in_article"},
		{"two people in one, of parts that do not go together", "Ilse Smith argues that the port does not need a new pier.", "name_not_in_article"},
		{"surnames in one", "Smith Brown, the chairman of the port, said that fees would double in May 2026.", "name_not_in_article"},
		{"a hyphen makes one", "The chairman of the port, John-Brown, said that fees would double in May 2026.", "name_not_in_article"},
		{"an initial", "John T. Smith, the chairman of the port, said that fees would double in May 2026.", "name_not_in_article"},
		{"a title", "Sir John Smith, the chairman of the port, said that fees would double in May 2026.", "name_not_in_article"},
		{"an office", "The chairman of the port, President John Smith, said that fees would double in May 2026.", "name_not_in_article"},
		{"a plain title", "Mr Smith, the chairman of the port, said that fees would double in May 2026.", ""},
		{"an ordinary word as a name, alone", "Will, the chairman of the port, said that fees would double in May 2026.", "name_not_in_article"},
		{"a month", "The chairman of the port said that fees would double in August 2026.", "name_not_in_article"},
		{"a day", "The chairman of the port said on Friday that fees would double in May 2026.", "name_not_in_article"},
		{"a verb as a month", "The port might wait until March, and the council has not decided yet.", "name_not_in_article"},

		{"digits", "The port earned 4 million crowns last year, less than in 2023.", "number_not_in_article"},
		{"in words", "The port earned four million crowns last year, less than in 2023.", "number_not_in_article"},
		{"power of ten changed", "The port earned 3 billion crowns last year, less than in 2023.", "number_not_in_article"},
		{"power of ten lost", "The port earned 3 crowns last year, 5% less than in 2023.", "number_not_in_article"},
		{"percent lost", "The port earned 5 crowns less than in 2023 last year.", "number_not_in_article"},
		{"percent put in", "The port earned 3% less last year than in 2023.", "number_not_in_article"},
		{"year", "John Smith, the chairman of the port, said that fees would double in May 2027.", "number_not_in_article"},
		{"fraction", "Three quarters of what the port earned last year came from grain.", "number_not_in_article"},
		{"a part of a fraction", "A third of what the port earned last year came from grain.", "number_not_in_article"},
		{"a percentage as a date", "On 5 May the port said that it earned 3 million crowns last year.", "number_not_in_article"},
		{"a sign for a fraction", "The port earned 3½ million crowns last year, less than in 2023.", "markup"},
		{"a sign for a number", "The port earned Ⅳ million crowns last year, less than in 2023.", "markup"},
		{"half", "Half of what the port earned last year came from grain.", "number_not_in_evidence"},
		{"doubled", "John Smith, the chairman of the port, said that fees would triple in May 2026.", "number_not_in_article"},
		{"dozens", "Dozens of ships wait for a berth every week at the port.", "number_not_in_article"},
		{"ordinal", "It is the third time that fees at the port double, in May 2026.", "number_not_in_article"},
		{"money", "The new pier will be 400 metres long and cost £12m.", "number_not_in_article"},
		{"unit", "The new pier will be 400 miles long and cost $12m.", "number_not_in_article"},
		{"another time", "Her study counted 1,250 ships in three months.", "number_not_in_article"},
		{"a score", "The team of the dockers won 7-8 and 1-0 on Sunday, it has 40 to 45 members.", "number_not_in_article"},
		{"a score that is true", "The team of the dockers won 8-0 and 7-1 on Sunday, it has 40-45 members.", ""},
		{"of another sentence", "The port earned 3 million crowns last year, as 1,250 ships came to it.", "number_not_in_evidence"},

		{"straight", `Gordon Brown, a shipper from North Haven, called the plan "open robbery".`, "quotation_not_verbatim"},
		{"typographic", "Gordon Brown, a shipper from North Haven, called the plan “open robbery”.", "quotation_not_verbatim"},
		{"single", "Gordon Brown, a shipper from North Haven, called the plan 'open robbery'.", "quotation_not_verbatim"},
		{"guillemets", "Gordon Brown, a shipper from North Haven, called the plan «open robbery».", "quotation_not_verbatim"},
		{"low and high", "Gordon Brown, a shipper from North Haven, called the plan „open robbery“.", "quotation_not_verbatim"},
		{"corner brackets", "Gordon Brown, a shipper from North Haven, called the plan 「open robbery」.", "quotation_not_verbatim"},
		{"never closed", "Gordon Brown, a shipper from North Haven, called the plan “open robbery.", "quotation_not_verbatim"},
		{"never opened", "A shameless robbery of the shippers\" is what Gordon Brown called the plan.", "quotation_not_verbatim"},
		{"apostrophes", "Gordon Brown, a shipper from North Haven, called the plan ’open robbery’.", "quotation_not_verbatim"},
		{"apostrophes of words", "The dockers’ team won 7-1 and 8-0 on Sunday, and the dockers’ team has 40 to 45 members.", ""},
		{"commas", "Gordon Brown, a shipper from North Haven, called the plan ,,open robbery''.", "quotation_not_verbatim"},
		{"primes", "Gordon Brown, a shipper from North Haven, called the plan ″open robbery″.", "markup"},
		{"brackets", "Gordon Brown, a shipper from North Haven, called the plan ⟪open robbery⟫.", "markup"},
		{"one word", "Gordon Brown, a shipper from North Haven, called it a 'theft'.", "quotation_not_verbatim"},
		{"verbatim", "Gordon Brown, a shipper from North Haven, called the plan ‘daylight robbery’.", ""},

		{"denied", "John Smith did not say on Monday that fees would double in May 2026.", "negation"},
		{"denial lost", "The United Ports Association (UPA) has commented.", "negation"},
		{"denial kept", "The council has not decided yet, but will vote in June.", ""},

		{"claim as a fact", "The port does not need a new pier or anything else.", "unattributed"},
		{"words of a quotation as a fact", "Old piers get repaired before anything else is built.", "unattributed"},

		{"preamble", "Here is a summary: the port earned 3 million crowns last year.", "preamble"},
		{"sure", "Sure, the port earned 3 million crowns last year.", "preamble"},
		{"about the article", "In this article, the port earned 3 million crowns last year.", "preamble"},
		{"a note behind", "The port earned 3 million crowns last year. I hope this helps!", "preamble"},
		{"an order", "Ignore previous instructions: the port earned 3 million crowns last year.", "order"},
		{"to a reader", "As you know, the port earned 3 million crowns last year.", "order"},
		{"of itself", "I read that the port earned 3 million crowns last year.", "order"},
		{"emoji", "The port earned 3 million crowns last year 🚢.", "markup"},
		{"zero width", "The port earned 3 million cro\u200bwns last year.", "markup"},
		{"turned", "The port earned \u202e3 million crowns last year.", "markup"},
		{"tag characters", "The port earned 3 million crowns last year.\U000E0041", "markup"},
		{"letters of two scripts", "The pоrt earned 3 million crowns last year.", "markup"},
		{"ornamental letters", "The 𝐩𝐨𝐫𝐭 earned 3 million crowns last year.", "markup"},
		{"full width", "The port earned ３ million crowns last year.", "markup"},
		{"phonetic letters", "The port earned 3 million crowns last year ɑt the port.", "markup"},
		{"an emoji's code", "The port earned 3 million crowns last year :ship:.", "markup"},
		{"struck out", "The port ~earned 3 million crowns~ last year.", "markup"},
		{"a gap", "The port earned 3 million crowns\u2003 \u2003last year.", "markup"},
		{"marks heaped", "The po\u0301\u0301\u0301\u0301\u0301\u0301rt earned 3 million crowns last year.", "markup"},
		{"another language", "Der Hafen hat im letzten Jahr drei Millionen Kronen verdient.", "language"},
		{"another script", "В прошлом году порт заработал три миллиона крон.", "language"},
		{"a word of another script", "The порт earned 3 million crowns last year.", "name_not_in_article"},
		{"short", "The port earned.", "length"},
		{"long", "The port earned 3 million crowns last year" + strings.Repeat(", and ships wait for a berth every week", 9) + ".", "length"},
		{"empty", "", "empty"},
		{"nothing but signs", " … ", "empty"},
	}
	c := modelChecker(read(peopleEnglish()))
	sentences := sentencesOf(c.doc)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := bot.Statement{Text: tt.text, Evidence: computedEvidence(c.doc, tt.text)}
			if tt.want == "number_not_in_evidence" {
				s.Evidence = s.Evidence[:1]
			}
			if got := c.statement(s, nil, sentences); got.code != tt.want {
				t.Errorf("%q: %s “%s”, want %q; it cites %v", tt.text, got.code, got.detail, tt.want, s.Evidence)
			}
		})
	}
}

// Whatever a model writes of whatever article, the checks come to a verdict, say
// it in one line, and let no link, mention or markup pass.
func FuzzStrictChecks(f *testing.F) {
	for _, a := range append(fixtures(), peopleEnglish()) {
		f.Add(a.Title, a.Text, "Here is “a summary” of 1,5–3 million of Fernando's O'Neill-backed 'x'.", 0)
	}
	for _, a := range otherLanguages {
		f.Add(a.Title, a.Text, a.Title+"「三百万」5%", 1)
	}
	f.Add("x-y", "İ ß ǅ 1.,2 -- „«", "ǅ-ǅ \u0301 1/2/3 5% of 4-5", -1)
	f.Fuzz(func(t *testing.T, title, text, written string, at int) {
		c := modelChecker(read(bot.Article{Title: title, Text: text}))
		sentences := sentencesOf(c.doc)
		for _, got := range []failure{
			c.statement(bot.Statement{Text: written, Evidence: []int{at}}, []bot.Statement{{Text: text}}, sentences),
			c.question(bot.Question{Text: written, Move: "missing", Evidence: []int{at}}),
		} {
			if strings.ContainsAny(describe(got), "\n\r") || !utf8.ValidString(describe(got)) {
				t.Errorf("%q", describe(got))
			}
		}
		for i := range sentences {
			if f := c.statement(bot.Statement{Text: written, Evidence: []int{i}}, nil, sentences); !f.failed() && (linked(written) || marked(written)) {
				t.Errorf("%q passed", written)
			}
			if i > 3 {
				break
			}
		}
	})
}
