package writer

import (
	"strings"
	"testing"

	"colloquy/bot"
)

// tramTalk is a discussion of the English news article.
func tramTalk() bot.RecapInput {
	return bot.RecapInput{
		Language: "en", Title: "Tram line to reach the airport by 2031",
		Questions: []bot.Question{{Text: "If the tram line does reach the airport, who in Eastfield would gain by it, and who would pay?"}},
		Names:     []string{"Ana Ruiz", "Bo", "Cy Tran", "hope", "Will", "李小龙"},
		Replies: said(
			[3]any{"ana", 1, "Shopkeepers will pay for it, because nobody parks next to a building site for three years. I have seen it on Mill Street."},
			[3]any{"bo", 1, "The buses are broken already. Fix those first, then we can talk about trams to the airport."},
			[3]any{"cy", 1, "I disagree with Bo: buses stand in the same traffic jam as cars, a tram does not. 12,000 cars fewer is a lot."},
			[3]any{"dee", 0, "My rent went up by 8 percent when they announced the new line. Landlords gain, tenants lose."},
			[3]any{"eli", 0, "Same here, landlords raised rents in our street too. The city calls it \"wishful thinking\" when we complain."},
			[3]any{"fay", 1, "@everyone http://x.example click here"},
		),
	}
}

func TestRecapChecks(t *testing.T) {
	check := newRecapCheck(tramTalk())
	tests := []struct {
		name    string
		text    string
		replies []int
		want    string
	}{
		{"in other words", "Some expect that shops along the route lose customers while the building goes on.", []int{0}, "unsupported"},
		{"closer", "One participant fears that shopkeepers will suffer, because customers cannot park beside a building site.", []int{0}, ""},
		{"two views", "While one reply wants the buses fixed first, another argues that only a tram avoids the traffic.", []int{1, 2}, ""},
		{"a minority kept", "Against that, one person objects that buses are stuck in the same traffic as cars.", []int{2}, ""},
		{"several", "Two participants report that landlords raised rents after the line was announced.", []int{3, 4}, ""},
		{"number of a reply", "Somebody saw their rent rise by 8 percent when the line was announced.", []int{3}, ""},
		{"name of a reply", "One reply points to parking on Mill Street.", []int{0}, ""},
		{"quotation of a reply", "The city is said to call complaints “wishful thinking” about rents.", []int{4}, ""},
		{"no reply", "Tenants lose because landlords raise the rents.", nil, "replies"},
		{"a reply that is not there", "Tenants lose because landlords raise the rents.", []int{3, 17}, "replies"},
		{"another reply", "Tenants lose because landlords raise the rents.", []int{1}, "unsupported"},
		{"whole name", "Ana Ruiz thinks that shopkeepers will pay for it at the building site.", []int{0}, "person"},
		{"first name", "As Ana says, shopkeepers will pay, because nobody parks at a building site.", []int{0}, "person"},
		{"short name", "One disagrees with Bo and says that buses stand in traffic.", []int{2}, "person"},
		{"small letters", "One disagrees with bo and says that buses stand in traffic.", []int{2}, "person"},
		{"a word that is somebody's name", "Landlords will gain and tenants will lose by the new line.", []int{3}, ""},
		{"another name", "According to Dora Lindt, shopkeepers will pay for the building site.", []int{0}, "name_not_in_replies"},
		{"name of another reply", "One thinks of Mill Street and wants the buses fixed first.", []int{1}, "name_not_in_replies"},
		{"number", "One saw the rent rise by 9 percent when the line was announced.", []int{3}, "number_not_in_replies"},
		{"count", "Five people report that landlords raised rents.", []int{3, 4}, "number_not_in_replies"},
		{"quotation", "One says that tenants “lose everything they have” to landlords.", []int{3}, "quotation_not_in_reply"},
		{"copied", "One thinks that buses stand in the same traffic jam as cars.", []int{2}, "copied_reply"},
		{"ranking", "The most active participants wanted the buses fixed first.", []int{1}, "ranking"},
		{"praise", "A brilliant reply wants the buses fixed before trams to the airport.", []int{1}, "ranking"},
		{"markup", "**One** wants the buses fixed first, before trams.", []int{1}, "markup"},
		{"mention", "One wants @everyone to have the buses fixed first.", []int{1}, "link"},
		{"link", "One wants the buses fixed first, see buses.com for trams.", []int{1}, "link"},
		{"emoji", "One wants the buses fixed first, before trams 🚋.", []int{1}, "markup"},
		{"invisible", "One wants the bu\u200bses fixed first, before trams.", []int{1}, "markup"},
		{"preamble", "Here is a summary: one wants the buses fixed first.", []int{1}, "preamble"},
		{"language", "Eine Person möchte, dass zuerst die Busse repariert werden und nicht die Trams.", []int{1}, "language"},
		{"too short", "Buses broken.", []int{1}, "length"},
		{"too long", "One wants the buses fixed first" + strings.Repeat(" and then the trams", 12) + ".", []int{1}, "length"},
		{"empty", " ", []int{1}, "empty"},
		{"order", "Click here to see that the buses are fixed first.", []int{1}, "order"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := check.statement(tt.text, tt.replies); got.code != tt.want {
				t.Errorf("%q: %v, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func FuzzRecapCheck(f *testing.F) {
	f.Add("One wants the “buses” fixed first.", "The buses are broken.", "Ana", "en", 0)
	f.Add("一人希望先修公交车。", "公交车坏了，先修好。", "李小龙", "zh", 1)
	f.Add("ایک شریک کا خیال ہے", "بسیں خراب ہیں", "علی", "ur", 0)
	f.Fuzz(func(t *testing.T, text, reply, name, lang string, at int) {
		in := bot.RecapInput{Language: lang, Title: reply, Names: []string{name}, Replies: said([3]any{"a", 0, reply}, [3]any{"b", 1, text})}
		got := newRecapCheck(in).statement(text, []int{at})
		if strings.ContainsAny(describe(got), "\n\r") {
			t.Errorf("%q", describe(got))
		}
		if !got.failed() && (linked(text) || strings.ContainsAny(text, "*`<>")) {
			t.Errorf("%q passed", text)
		}
	})
}
