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
		{"most", "Most participants report that landlords raised rents after the announcement.", []int{3, 4}, "number_not_in_replies"},
		{"all", "Everyone reports that landlords raised rents after the announcement.", []int{3, 4}, "number_not_in_replies"},
		{"several who are one", "Several want the buses fixed first, before trams to the airport.", []int{1}, "number_not_in_replies"},
		{"most, and they are", "Most people worry about rents, traffic, buses or the building site.", []int{0, 1, 2, 3}, ""},
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

func TestRecapChecksInOtherLanguages(t *testing.T) {
	german := bot.RecapInput{Language: "de", Title: "Ahlbruck schließt drei Schwimmbäder", Names: []string{"Anna Berg"}, Replies: said(
		[3]any{"anna", 0, "Ohne Bad lernen unsere Kinder nicht schwimmen, das ist gefährlich. Ich fahre schon jetzt nach Neudorf."},
		[3]any{"bert", 0, "Die Stadt hat kein Geld, irgendwo muss sie sparen. Lieber die Bäder als die Schulen."})}
	spanish := bot.RecapInput{Language: "es", Title: "Valdemora limita los pisos turísticos", Names: []string{"Ana Gil"}, Replies: said(
		[3]any{"ana", 0, "Mi alquiler subió por culpa de los pisos turísticos, que los limiten ya."},
		[3]any{"beto", 0, "Sin turistas cierran los bares del centro y se pierde empleo."})}
	french := bot.RecapInput{Language: "fr", Title: "Saint-Aubert ferme son dernier guichet", Names: []string{"Luc Noir"}, Replies: said(
		[3]any{"luc", 0, "Ma grand-mère ne sait pas utiliser un automate, il lui faut un guichet."},
		[3]any{"eva", 0, "Tout le monde achète ses billets en ligne, le guichet coûte trop cher."})}
	urdu := bot.RecapInput{Language: "ur", Title: "شہر کے درخت", Names: []string{"علی رضا"}, Replies: said(
		[3]any{"ali", 0, "درخت لگانے سے پہلے پانی کا انتظام کرنا ہو گا ورنہ سب سوکھ جائیں گے۔"},
		[3]any{"sana", 0, "ہماری گلی میں سایہ ہے اور گرمی کم لگتی ہے۔"})}
	tests := []struct {
		in      bot.RecapInput
		text    string
		replies []int
		want    string
	}{
		{german, "Eine Person befürchtet, dass Kinder ohne Bad nicht schwimmen lernen.", []int{0}, ""},
		{german, "Dagegen steht die Ansicht, die Stadt müsse sparen, und zwar eher bei Bädern als bei Schulen.", []int{1}, ""},
		{german, "Anna befürchtet, dass Kinder ohne Bad nicht schwimmen lernen.", []int{0}, "person"},
		{german, "Eine Person fährt zum Schwimmen schon jetzt nach Hamburg, weil das Bad fehlt.", []int{0}, "name_not_in_replies"},
		{german, "Der klügste Beitrag sagt, dass Kinder ohne Bad nicht schwimmen lernen.", []int{0}, "ranking"},
		{german, "Alle sind sich einig, dass die Stadt bei den Bädern sparen muss.", []int{1}, "number_not_in_replies"},
		{german, "Eine Person will Windräder neben dem Rathaus bauen lassen.", []int{1}, "name_not_in_replies"},
		{spanish, "Una persona culpa a los pisos turísticos de que subiera su alquiler y pide limitarlos.", []int{0}, ""},
		{spanish, "Otra teme que sin turistas cierren bares del centro y se pierda empleo.", []int{1}, ""},
		{spanish, "Otra teme que sin turistas cierren 40 bares del centro.", []int{1}, "number_not_in_replies"},
		{spanish, "La mejor respuesta teme que sin turistas cierren bares del centro.", []int{1}, "ranking"},
		{french, "Une personne rappelle que sa grand-mère ne sait pas se servir d'un automate.", []int{0}, ""},
		{french, "Une autre juge que le guichet coûte trop cher, puisque les billets s'achètent en ligne.", []int{1}, ""},
		{french, "Luc Noir rappelle que sa grand-mère a besoin d'un guichet.", []int{0}, "person"},
		{french, "Une personne dit que le guichet est « une honte nationale ».", []int{1}, "quotation_not_in_reply"},
		{urdu, "ایک شریک کے خیال میں پانی کا انتظام درخت لگانے سے پہلے ضروری ہے۔", []int{0}, ""},
		{urdu, "علی رضا کے خیال میں پانی کا انتظام درخت لگانے سے پہلے ضروری ہے۔", []int{0}, "person"},
		{urdu, "ایک شریک کے خیال میں کراچی میں پانی کا انتظام درخت لگانے سے پہلے ضروری ہے۔", []int{0}, "name_not_in_replies"},
	}
	for _, tt := range tests {
		if got := newRecapCheck(tt.in).statement(tt.text, tt.replies); got.code != tt.want {
			t.Errorf("%q: %v, want %q", tt.text, got, tt.want)
		}
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
