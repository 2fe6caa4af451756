package modeltest

import (
	"slices"
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
	others   string   // words and others for them, in pairs; "-" leaves a word out
	articles string   // that may begin what is quoted
	ends     string   // words with which nothing that is quoted begins or ends
	person   string   // words of somebody who speaks of himself
	grave    string   // words that are not quoted in a question
	days     string   // words with capitals that are asked nothing about
	asks     []ask    // about a quotation
	about    []ask    // about a name, %s; for languages in which capitals tell them
}

// An ask is what is asked about something.
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
	if best.code == "" && slices.ContainsFunc(a.Sentences, func(s Numbered) bool {
		return strings.ContainsFunc(s.Text, func(r rune) bool { return r >= 0x600 && r < 0x700 })
	}) {
		return urdu // so few words of it that none of the common ones is among them
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
	openers: "but and or he she it they this that these those so however his her their its such then there also meanwhile moreover yet still instead nor him them thus therefore both another other others while although because if when as after once since even only here not now it's that's he's she's they're there's here's consequently elsewhere otherwise similarly whatever by last scroll find",
	lower:   "the a an in on at under for with from by some many most several two three four five six all every each nearly almost about more over",
	cuts:    []string{", which ", ", who ", ", where ", ", while ", ", although ", ", but ", ", because ", ", after ", ", as ", ", when ", ", saying ", ", adding ", " - ", " – ", "; "},

	reported: "According to the article, %s.", author: "The author argues that %s.", lead: "“%s”, the article says.",
	articles: "the a an",
	others:   "and as_well_as but yet because since because_of owing_to while whereas said stated says states will shall which that who that about around may might also - still - already - just - even - currently - recently - very - quite - really - particularly - especially - mainly - largely - however - began started begin start begins starts help aid helped aided show reveal showed revealed shows reveals wants wishes want wish many numerous buy purchase bought purchased get obtain need require needs requires told informed using with such_as like although though until till during in among amid firm company big large small little",
	ends:     "a an the of to in on at by for with from and or but that which who as is are was were be been being has have had his her their its our my than if not very mr mrs dr when where while because after before during under over between against about into out up down off no nor so just also only more most among per via plus what why how since until last next this these those then there here one two three",
	person:   "i we us our my me mine ours you your i'm i've we're we've i'll we'll",
	grave:    "hospital kill killed kills killing murder murdered died die dead death deaths suicide rape raped abused stabbed shot massacre genocide bomb bombing torture tortured victim victims wounded blood sex sexual guilty accused convicted arrested jailed prison alleged allegations charges charged fraud jury prosecutor prosecutors conspiracy lawsuit sued suspected sentenced stole theft drugs cocaine heroin tsunami funeral bodies punishment revenge trial court police crime attack attacks attacked",
	days:     "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december christmas easter there this that they these what when where who why how time world yes well",
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
	about: []ask{
		{"viewpoint", "How might somebody close to %s tell the same story, and what would sound different?", false, true},
		{"evidence", "Which other source would you consult about %s, and what would you ask it?", false, false},
		{"compare", "Beside which similar case would you set that of %s, and what does the difference teach?", false, true},
		{"missing", "Whose view of %s goes unheard, and what might it change if it were told?", false, false},
		{"clarify", "In what sense does %s belong to the story, and what would readers lack otherwise?", false, false},
		{"assumption", "Behind the lines about %s, which assumption is hidden, and when would it fail?", false, false},
		{"evidence", "Suppose that somebody doubted the lines about %s: which detail would settle the doubt, and how?", false, false},
	},
}

var german = tongue{
	code:    "de",
	common:  "der die das und ist nicht mit den von ein eine zu im für auf dem des sich auch werden",
	openers: "aber und oder er sie es dies diese dieser dieses das dabei daher deshalb doch damit dann denn dazu dort so jedoch sein seine ihr ihre auch außerdem allerdings trotzdem zudem solche beide",
	cuts:    []string{", weil ", ", obwohl ", ", während ", ", aber ", ", nachdem ", ", da ", ", sondern ", "; ", " – "},

	reported: "Im Artikel heißt es: %s.", author: "Der Autor schreibt: %s.", lead: "„%s“, heißt es im Artikel.",
	articles: "der die das den dem ein eine",
	others:   "und sowie aber doch weil da sagte erklärte sagt erklärt etwa rund auch - bereits - noch - derzeit - sehr - mehr_als über",
	ends:     "der die das den dem des ein eine einen einem einer und oder aber zu im in am an auf mit von für bei nach vor aus um dass als wie nicht sich ist sind war waren wird werden hat haben sein wenn weil denn auch nur noch vor grund gegner ohne wer für seit",
	person:   "ich wir uns unser unsere unseren mein meine mir mich",
	grave:    "getötet tote toten tot tod starb gestorben mord ermordet suizid selbstmord missbrauch opfer blut verhaftet festgenommen verurteilt gefängnis schuldig betrug mutmaßlich anschlag",
	asks: []ask{
		{"evidence", "Was müsste man wissen, um sich darauf zu verlassen, und wo fände man es?", false, false},
		{"missing", "Wessen Meinung fehlt hier, und was würde sie an dieser Frage ändern?", false, false},
		{"implication", "Wer gewinnt, wenn es dabei bleibt, und wer zahlt dafür?", false, true},
		{"viewpoint", "Welche Menschen würden das ganz anders sehen, und warum?", false, false},
		{"assumption", "Welche These steckt unausgesprochen dahinter, und wann träfe sie nicht zu?", false, false},
		{"compare", "Wo gab es schon einen vergleichbaren Fall, und wie ging es dort aus?", false, true},
		{"clarify", "Wie ließe sich diese Aussage genauer fassen, und was bliebe dabei außen vor?", false, false},
		{"decide", "Was sollte als nächstes getan werden, und warum nicht etwas anderes?", false, true},
		{"counter", "Was spricht am meisten gegen diese These, und was davon hielte stand?", true, true},
	},
}

var spanish = tongue{
	code:    "es",
	common:  "el la de que y en los del las un una por con para se su al es lo como",
	openers: "pero y o él ella ellos ellas esto eso este esta estos estas ese esa así además también sin su sus entonces luego aunque mientras por ambos otro otra otros",
	lower:   "el la los las un una en con para muchos varios varias algunos algunas dos tres cuatro cada más casi todos",
	cuts:    []string{", que ", ", quien ", ", donde ", ", aunque ", ", mientras ", ", pero ", ", porque ", "; "},

	reported: "Según el artículo, %s.", author: "El autor sostiene que %s.", lead: "«%s», dice el artículo.",
	articles: "el la los las un una",
	others:   "y así_como porque ya_que dijo afirmó también - ya - muy - pero aunque",
	ends:     "el la los las un una de del a al en con por para que y o como su sus se es son fue si no más cuando ya muy también según",
	person:   "yo nosotros nos nuestro nuestra nuestros mi mis me",
	grave:    "muerto muertos muerte murió asesinado asesinato suicidio violación abuso víctima víctimas sangre culpable acusado detenido condenado cárcel prisión fraude atentado",
	days:     "",
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
	about: []ask{
		{"evidence", "¿A qué otra fuente preguntaría usted sobre %s, y qué le preguntaría?", false, false},
		{"viewpoint", "¿Cómo contaría la misma historia alguien cercano a %s, y qué sonaría distinto?", false, true},
	},
}

var french = tongue{
	code:    "fr",
	common:  "le la les et des est une dans du pour que qui en un sur pas par au plus se",
	openers: "mais et ou il elle ils elles cela ceci ce cette ces ainsi donc aussi son sa ses leur leurs puis alors pourtant cependant or car enfin ensuite celui celle ceux",
	lower:   "le la les un une des dans en avec pour plusieurs certains beaucoup deux trois quatre chaque tous près plus",
	cuts:    []string{", qui ", ", dont ", ", où ", ", mais ", ", alors ", ", tandis ", ", parce ", " ; ", "; "},

	reported: "Selon l’article, %s.", author: "L’auteur soutient que %s.", lead: "« %s », dit l’article.",
	articles: "le la les un une",
	others:   "et ainsi_que car puisque aussi - déjà - très - encore - mais toutefois",
	ends:     "le la les un une des de du à au aux en dans avec par pour que qui et ou comme son sa ses se est sont plus ne pas si quand dont où sur selon",
	person:   "je nous notre nos mon ma mes me moi j'ai",
	grave:    "mort morts tué tués tuée décès assassiné assassinat meurtre suicide viol abus victime victimes sang coupable accusé arrêté condamné prison fraude attentat",
	days:     "",
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
	about: []ask{
		{"evidence", "Quelle autre source consulter au sujet de %s, et que lui demander ?", false, false},
		{"viewpoint", "Comment quelqu’un de proche de %s raconterait-il la même histoire, et qu’est-ce qui changerait ?", false, true},
	},
}

var urdu = tongue{
	code:    "ur",
	common:  "کے کی کا میں ہے اور سے کو نے پر کہ یہ ہیں تھا اس",
	openers: "لیکن اور مگر وہ یہ اس ان انھوں انہوں تاہم جبکہ پھر اسی جس تو اب لہذا کیونکہ تاکہ ایسے ایسی جیسا جیسے تاوقتیکہ",
	cuts:    []string{"، جبکہ ", "، لیکن ", "، جس "},

	lead:   "“%s”۔",
	others: "",
	ends:   "کہ اور یا کا کی کے کو سے پر نے تو جو",
	person: "ہم ہمارے ہماری ہمارا میرا میری میرے",
	grave:  "ہلاک قتل موت خودکشی زیادتی لاش خون گرفتار سزا قید دھماکہ حملہ",
	asks: []ask{
		{"evidence", "اس بات کی دلیل کیا ہے اور وہ کس کے لیے اہم ہے؟", false, false},
		{"missing", "مضمون میں کس کی رائے نہیں ہے اور وہ کیا ہے؟", false, false},
		{"implication", "کس کو اس کا فائدہ ہے اور قیمت کس پر ہے؟", false, true},
		{"viewpoint", "کون سے لوگ اس رائے پر نہیں ہیں اور کیوں؟", false, false},
		{"assumption", "اگر یہ وجہ نہیں تو اور کیا وجہ ہے؟", false, false},
		{"compare", "کہاں اس کی کوئی اور مثال ہے اور فرق کیا ہے؟", false, true},
	},
}
