package modeltest

import (
	"strings"
	"unicode"
)

// A tongue is what the behaviours know of a language.
type tongue struct {
	code     string
	common   string   // words by which it is known
	openers  string   // words that a sentence begins with which needs the one before
	lower    string   // words that are no names, which lose their capital within a sentence
	cuts     []string // where a sentence may end sooner
	reported string   // puts a sentence, without its full stop, into the article's mouth
	author   string   // or into the author's
	lead     string   // puts a quotation before a question
	person   string   // words of somebody who speaks of himself
	grave    string   // words that are not quoted in a question
	asks     []ask
}

// An ask is what is asked about a quotation.
type ask struct {
	move, text string
	opinion    bool // in an opinion piece only
	bold       bool // not under a death
}

var tongues = []tongue{english, german, spanish, french, urdu}

// tongueOf is the language that most of the text's common words belong to.
func tongueOf(a Article) tongue {
	count := map[string]int{}
	for _, s := range a.Sentences {
		for w := range strings.FieldsSeq(strings.ToLower(s.Text)) {
			count[strings.Trim(w, ".,;:!?“”\"'")]++
		}
	}
	best, most := tongue{}, 2
	for _, t := range tongues {
		n := 0
		for w := range strings.FieldsSeq(t.common) {
			n += count[w]
		}
		if n > most {
			best, most = t, n
		}
	}
	return best
}

// has reports whether list, words with spaces between, holds w, the case aside.
func has(list, w string) bool {
	return w != "" && strings.Contains(" "+list+" ", " "+strings.ToLower(w)+" ")
}

// hasAny reports whether a word of text is in list.
func hasAny(list, text string) bool {
	for _, w := range words(text) {
		if has(list, w) {
			return true
		}
	}
	return false
}

// words are those of a text, without the signs around them.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’' && r != '-' && r != '\u200c'
	})
}

var english = tongue{
	code:    "en",
	common:  "the of and to in is that was for with as on it by at from said has are be",
	openers: "but and or he she it they this that these those so however his her their its such then there also meanwhile moreover yet still instead nor him them thus therefore both another other others while although because if when as after once since even only here not now",
	lower:   "the a an in on at under for with from by some many most several two three four five six all every each nearly almost about more over",
	cuts:    []string{", which ", ", who ", ", where ", ", while ", ", although ", ", but ", ", because ", ", after ", ", as ", ", when ", ", saying ", ", adding ", " - ", " – ", "; "},

	reported: "According to the article, %s.", author: "The author argues that %s.", lead: "“%s”, the article says.",
	person: "i we us our my me mine ours you your i'm i've we're we've i'll we'll",
	grave:  "hospital kill killed kills killing murder murdered died die dead death deaths suicide rape raped abused stabbed shot massacre genocide bomb bombing torture tortured victim victims wounded blood sex sexual guilty accused convicted arrested jailed prison alleged allegations charges charged fraud jury prosecutor prosecutors conspiracy lawsuit sued suspected sentenced stole theft drugs cocaine heroin tsunami funeral bodies punishment revenge trial court police crime attack attacks attacked",
	asks: []ask{
		{"evidence", "What would you need to see before relying on that, and where would you look?", false, false},
		{"missing", "Whose voice is absent from that account, and what might it add?", false, false},
		{"implication", "Who stands to gain if that lasts, and who will pay for it?", false, true},
		{"viewpoint", "Which group might read that quite differently, and what would it say?", false, false},
		{"assumption", "Which unspoken assumption does that rest on, and when would it fail?", false, false},
		{"compare", "Where have you seen something similar, and how did it turn out there?", false, true},
		{"clarify", "How would you define the key term there, and what does that definition leave out?", false, false},
		{"decide", "What should those responsible do next, and why that rather than nothing?", false, true},
		{"counter", "What is the best objection to that, and how much of it survives scrutiny?", true, true},
		{"evidence", "Which single fact would shake your trust in that, and how could it be found?", false, false},
		{"implication", "How might everyday routines shift because of that, and for whom first?", false, true},
		{"missing", "What background does a newcomer lack to judge that, and why was it left aside?", false, false},
	},
}

var german = tongue{
	code:    "de",
	common:  "der die das und ist nicht mit den von ein eine zu im für auf dem des sich auch werden",
	openers: "aber und oder er sie es dies diese dieser dieses das dabei daher deshalb doch damit dann denn dazu dort so jedoch sein seine ihr ihre auch außerdem allerdings trotzdem zudem solche beide",
	cuts:    []string{", weil ", ", obwohl ", ", während ", ", aber ", ", nachdem ", ", da ", ", sondern ", "; ", " – "},

	reported: "Im Artikel heißt es: %s.", author: "Der Autor schreibt: %s.", lead: "„%s“, heißt es im Artikel.",
	person: "ich wir uns unser unsere unseren mein meine mir mich",
	grave:  "getötet tote toten tot tod starb gestorben mord ermordet suizid selbstmord missbrauch opfer blut verhaftet festgenommen verurteilt gefängnis schuldig betrug mutmaßlich anschlag",
	asks: []ask{
		{"evidence", "Was müsste man prüfen, um sich darauf zu verlassen, und wo fände man es?", false, false},
		{"missing", "Wessen Stimme fehlt in dieser Darstellung, und welches Bild ergäbe sie?", false, false},
		{"implication", "Wer hätte einen Vorteil, wenn es dabei bleibt, und wer trüge die Kosten?", false, true},
		{"viewpoint", "Welche Gruppe würde das ganz anders lesen, und warum?", false, false},
		{"assumption", "Welche unausgesprochene Annahme steckt darin, und wann träfe sie nicht zu?", false, false},
		{"compare", "Wo gab es etwas Ähnliches, und wie ging es dort aus?", false, true},
		{"clarify", "Wie ließe sich der wichtigste Begriff darin genauer fassen, und was bliebe dabei außen vor?", false, false},
		{"decide", "Was sollten die Verantwortlichen als Nächstes tun, und warum gerade das?", false, true},
		{"counter", "Was spricht am meisten gegen diese Aussage, und was davon hält einer Prüfung stand?", true, true},
	},
}

var spanish = tongue{
	code:    "es",
	common:  "el la de que y en los del las un una por con para se su al es lo como",
	openers: "pero y o él ella ellos ellas esto eso este esta estos estas ese esa así además también sin su sus entonces luego aunque mientras por ambos otro otra otros",
	lower:   "el la los las un una en con para muchos varios varias algunos algunas dos tres cuatro cada más casi todos",
	cuts:    []string{", que ", ", quien ", ", donde ", ", aunque ", ", mientras ", ", pero ", ", porque ", "; "},

	reported: "Según el artículo, %s.", author: "El autor sostiene que %s.", lead: "«%s», dice el artículo.",
	person: "yo nosotros nos nuestro nuestra nuestros mi mis me",
	grave:  "muerto muertos muerte murió asesinado asesinato suicidio violación abuso víctima víctimas sangre culpable acusado detenido condenado cárcel prisión fraude atentado",
	asks: []ask{
		{"evidence", "¿Qué habría que comprobar antes de confiar en esa afirmación, y dónde se encontraría?", false, false},
		{"missing", "¿La voz de quién falta en ese relato, y qué podría aportar?", false, false},
		{"implication", "¿Quién saldría ganando si todo sigue igual, y quién pagaría el precio?", false, true},
		{"viewpoint", "¿Qué grupo lo leería de otra manera, y por qué razones?", false, false},
		{"assumption", "¿Qué supuesto no dicho hay detrás de esas palabras, y cuándo fallaría?", false, false},
		{"compare", "¿Dónde ha ocurrido algo parecido, y cómo terminó allí?", false, true},
		{"clarify", "¿Cómo definiría usted el término clave de esa frase, y qué dejaría fuera?", false, false},
		{"decide", "¿Qué deberían hacer ahora los responsables, y por qué precisamente eso?", false, true},
		{"counter", "¿Cuál es la mejor objeción a esa tesis, y qué parte resiste el examen?", true, true},
	},
}

var french = tongue{
	code:    "fr",
	common:  "le la les et des est une dans du pour que qui en un sur pas par au plus se",
	openers: "mais et ou il elle ils elles cela ceci ce cette ces ainsi donc aussi son sa ses leur leurs puis alors pourtant cependant or car enfin ensuite celui celle ceux",
	lower:   "le la les un une des dans en avec pour plusieurs certains beaucoup deux trois quatre chaque tous près plus",
	cuts:    []string{", qui ", ", dont ", ", où ", ", mais ", ", alors ", ", tandis ", ", parce ", " ; ", "; "},

	reported: "Selon l’article, %s.", author: "L’auteur soutient que %s.", lead: "« %s », dit l’article.",
	person: "je nous notre nos mon ma mes me moi j'ai",
	grave:  "mort morts tué tués tuée décès assassiné assassinat meurtre suicide viol abus victime victimes sang coupable accusé arrêté condamné prison fraude attentat",
	asks: []ask{
		{"evidence", "Que faudrait-il vérifier avant de s’y fier, et où le trouver ?", false, false},
		{"missing", "Quelle voix manque dans ce récit, et que pourrait-elle apporter ?", false, false},
		{"implication", "Qui gagnerait si rien ne changeait, et qui en paierait le prix ?", false, true},
		{"viewpoint", "Quel groupe lirait cette phrase tout autrement, et pourquoi ?", false, false},
		{"assumption", "Sur quelle hypothèse non dite cette phrase repose-t-elle, et quand serait-elle fausse ?", false, false},
		{"compare", "Où a-t-on vu quelque chose de semblable, et comment cela a-t-il fini ?", false, true},
		{"clarify", "Comment définir le terme central de cette phrase, et que laisserait-on de côté ?", false, false},
		{"decide", "Que devraient faire maintenant les responsables, et pourquoi cela plutôt que rien ?", false, true},
		{"counter", "Quelle est la meilleure objection à cette thèse, et que reste-t-il ensuite ?", true, true},
	},
}

var urdu = tongue{
	code:    "ur",
	common:  "کے کی کا میں ہے اور سے کو نے پر کہ یہ ہیں تھا اس",
	openers: "لیکن اور مگر وہ یہ اس ان انھوں انہوں تاہم جبکہ پھر اسی جس تو اب",
	cuts:    []string{"، جبکہ ", "، لیکن ", "، جس "},

	reported: "مضمون کے مطابق %s۔", author: "مصنف کے مطابق %s۔", lead: "مضمون میں لکھا ہے: “%s”۔",
	person: "میں ہم ہمارے ہماری ہمارا میرا میری میرے",
	grave:  "ہلاک قتل موت خودکشی زیادتی لاش خون گرفتار سزا قید دھماکہ حملہ",
	asks: []ask{
		{"evidence", "اس بات پر بھروسا کرنے سے پہلے آپ کون سا ثبوت دیکھنا چاہیں گے؟", false, false},
		{"missing", "یہاں کس کی آواز موجود نہیں اور وہ تصویر کو کیسے بدل سکتی تھی؟", false, false},
		{"implication", "اگر یہ سلسلہ چلتا رہا تو فائدہ کس کو ہو گا؟", false, true},
		{"viewpoint", "کون سا گروہ اس بات کو بالکل مختلف انداز سے دیکھے گا؟", false, false},
		{"assumption", "اس بات کے پیچھے کون سا مفروضہ ہے جو غلط بھی ہو سکتا ہے؟", false, false},
		{"decide", "ذمہ دار لوگوں کو اب سب سے پہلے کیا کرنا چاہیے؟", false, true},
	},
}
