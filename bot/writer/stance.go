package writer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/bot"
)

// dissenters tells which replies disagree with what most say about the same
// question, by what they say of themselves. Where nobody else answered that
// question, the whole discussion is what they are compared with. To call
// somebody a dissenter wrongly is worse than to miss one.
func dissenters(replies []bot.Reply) []bool {
	type tally struct{ all, against int }
	byQuestion := map[int]*tally{}
	var whole tally
	stances := make([]int, len(replies))
	for i, r := range replies {
		stances[i] = stance(r.Text)
		t := byQuestion[r.Question]
		if t == nil {
			t = &tally{}
			byQuestion[r.Question] = t
		}
		t.all++
		whole.all++
		if stances[i] < 0 {
			t.against++
			whole.against++
		}
	}
	out := make([]bool, len(replies))
	for i, r := range replies {
		t := *byQuestion[r.Question]
		if t.all == 1 {
			t = whole
		}
		switch {
		case t.all == 1:
		case stances[i] < 0:
			out[i] = 2*t.against <= t.all
		case stances[i] > 0:
			out[i] = 2*t.against > t.all
		}
	}
	return out
}

// stance is -1 when a reply says that it disagrees, 1 when it says that it
// agrees, else 0. The first thing that it says of the kind counts.
func stance(text string) int {
	words := wordsOf(text)
	if len(words) > 40 {
		words = words[:40]
	}
	if len(words) == 0 {
		return 0
	}
	if s := yesOrNo(text, words); s != 0 {
		return s
	}
	said := " " + strings.Join(words, " ") + " "
	first, longest, out := len(said), 0, 0
	for _, c := range stanceCues {
		for _, phrase := range c.phrases {
			at := strings.Index(said, " "+phrase+" ")
			if at < 0 || c.opening && at > 0 {
				continue
			}
			if at < first || at == first && len(phrase) > longest {
				first, longest, out = at, len(phrase), c.stance
			}
		}
	}
	return out
}

// yesOrNo reads a reply that opens with one word of answer, set off from what
// follows: "No, …" is an answer, "No country …" is not.
func yesOrNo(text string, words []string) int {
	out := 0
	switch words[0] {
	case "no", "nope", "never", "wrong", "nonsense", "hardly", "nein", "nö", "falsch", "quatsch", "unsinn", "non", "نہیں", "غلط":
		out = -1
	case "yes", "yeah", "yep", "true", "exactly", "absolutely", "definitely", "indeed", "ja", "genau", "stimmt", "richtig",
		"natürlich", "oui", "exactement", "d'accord", "sí", "exacto", "claro", "ہاں", "بالکل", "درست", "بےشک":
		out = 1
	default:
		return 0
	}
	if len(words) == 1 {
		return out
	}
	i := strings.Index(strings.ToLower(text), words[0])
	if i < 0 || i+len(words[0]) >= len(text) {
		return 0
	}
	next, _ := utf8.DecodeRuneInString(text[i+len(words[0]):])
	if unicode.IsPunct(next) && next != '-' && next != '\'' && next != '’' {
		return out
	}
	return 0
}

// stanceCues are what people say when they agree or disagree, in words as
// wordsOf gives them. Those that mean it only at the beginning are openings.
var stanceCues = [...]struct {
	stance  int
	opening bool
	phrases []string
}{
	{-1, false, []string{
		"i disagree", "i strongly disagree", "i respectfully disagree", "i have to disagree", "i must disagree", "i'd disagree",
		"i don't agree", "i do not agree", "i can't agree", "i cannot agree", "not convinced", "i don't buy",
		"i don't think so", "i do not think so", "i don't believe that", "quite the opposite", "on the contrary",
		"no estoy de acuerdo", "en desacuerdo", "discrepo", "todo lo contrario", "al contrario", "no comparto",
		"bin dagegen", "nicht einverstanden", "stimme nicht zu", "widerspreche", "sehe ich anders", "sehe das anders",
		"stimmt nicht", "glaube ich nicht", "im gegenteil", "da bin ich anderer meinung", "nicht der meinung",
		"pas d'accord", "en désaccord", "au contraire", "je ne crois pas", "je ne pense pas", "pas convaincu", "pas convaincue",
		"اتفاق نہیں", "متفق نہیں", "اختلاف ہے", "اختلاف کرتا", "اختلاف کرتی", "ایسا نہیں ہے", "درست نہیں",
	}},
	{-1, true, []string{
		"not at all", "absolutely not", "certainly not", "definitely not", "of course not", "not really", "not necessarily",
		"disagree", "strongly disagree", "that's wrong", "that is wrong", "that's not true",
		"that is not true", "i doubt it", "i doubt that", "no way", "no i", "no it", "no that", "no they",
		"para nada", "en absoluto", "de ninguna manera", "claro que no", "no creo", "no es cierto", "no es verdad",
		"auf keinen fall", "keineswegs", "überhaupt nicht", "nicht unbedingt", "nicht wirklich",
		"pas du tout", "absolument pas", "bien sûr que non", "certainement pas", "pas forcément", "pas vraiment", "c'est faux",
		"بالکل نہیں", "ہرگز نہیں", "جی نہیں",
	}},
	{1, false, []string{
		"i agree", "i fully agree", "i totally agree", "i completely agree", "i don't disagree", "i can't disagree",
		"i do not disagree", "estoy de acuerdo", "coincido", "stimme zu", "bin einverstanden", "sehe ich auch so", "bin dafür",
		"je suis d'accord", "entièrement d'accord", "tout à fait d'accord", "متفق ہوں", "اتفاق کرتا", "اتفاق کرتی", "اتفاق ہے",
	}},
	{1, true, []string{
		"agreed", "agree", "of course", "i think so", "good point",
		"de acuerdo", "por supuesto", "creo que sí", "einverstanden",
		"tout à fait", "bien sûr", "je pense que oui", "جی ہاں",
	}},
}
