package writer

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"colloquy/prompts"
)

// toSoftware reports whether a sentence speaks to the software that reads it:
// to a model, a bot or "every summary", or gives it an order that makes no sense
// to people. What is reported of software, or in a mouth that speaks of it, is not
// meant; but what such a sentence quotes counts as said.
func toSoftware(s string) bool {
	low := strings.ToLower(strings.ReplaceAll(s, "’", "'"))
	for _, hint := range softwareHints {
		if strings.Contains(low, hint) {
			return softwareOrders().MatchString(low) || encoded(s)
		}
	}
	return encoded(s)
}

// encoded reports whether s holds a word that is no word: twenty letters and more
// with digits or capitals among them, as texts have that only programs read.
func encoded(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if len(w) < 20 {
			continue
		}
		lower, upper, digit, other := 0, 0, 0, 0
		for i := range len(w) {
			switch c := w[i]; {
			case c >= 'a' && c <= 'z':
				lower++
			case c >= 'A' && c <= 'Z':
				upper++
			case c >= '0' && c <= '9':
				digit++
			case c != '+' && c != '=':
				other++
			}
		}
		if lower > 2 && upper > 2 && digit > 0 && upper+digit > 5 && other < 3 {
			return true
		}
	}
	return false
}

// softwareHints are pieces of words, one of which every sentence has that
// [softwareOrders] finds: most sentences have none and cost no more.
var softwareHints = [...]string{
	"assistant", "model", "bot", "summar", "digest", "software", " ai", "ai ", "reader", "gpt", "llm", "instruct", "prompt", "output", "system", "<|", "override", "operator",
	"answer", "reply", "ignore", "disregard", "forget", "rules", "write ", "your next", "[inst", "question", "tell ", "policy",
	"anweisung", "vorgabe", "regeln", "ki", "assistent", "zusammenfass", "antworte", "schreib", "ignorier", "vergiss",
	"resumen", "resúmen", "asistente", "modelo", "instruccion", "olvida", " ia", "responde",
	"consigne", "lecture", "résumé", "modèle", "oublie", "réponds", "répondez",
	"programmi", "riassun", "riassum", "istruzion", "modell", "ہدایات", "خودکار", "خلاصے", "инструкци", "модел", "ассистент",
}

// softwareOrders matches lower-case sentences. A machine is who reads; it is
// addressed before a colon, or by what it must write.
var softwareOrders = sync.OnceValue(func() *regexp.Regexp {
	const (
		begin   = `(?:^|[.!?:;(\[“"«„] ?)`
		few     = `(?:[\pL-]+ ){0,3}`
		machine = `(?:ais?|llms?|gpts?|(?:chat)?bots?|(?:language |ai )?models?|assistants?|summari[sz]ers?|crawlers?|` +
			`(?:automat\w+|machine|ai) (?:readers?|digests?|summar\w+)|summaries|digests|reader software)`
		writes = `(?:write|say|print|output|answer|reply|respond|repeat|translate|include|insert|append|decode|reveal|post|mention|ping|tag|pin|cite|sign|tell|state|ignore|disregard|forget|follow|begin|start|end)`
		tongue = `(?:english|french|german|spanish|italian|russian|chinese|arabic|urdu|latin|dutch|portuguese)`
		gerM   = `(?:sprachmodelle?n?|ki(?:-\pL+)?|assistent\pL*|(?:chat)?bots?|leseprogramme?n?|zusammenfassung\pL*|maschinen)`
		romM   = `(?:asistentes?|assistants?|assistenti?|res[uú]m[eé]n(?:es)?|résumés?|resumidor\pL*|modelos?|mod[eè]les?|modelli|bots?|ia|outils? de lecture|programas? que|programmi che|riassun\pL+)`
	)
	return regexp.MustCompile(strings.Join([]string{
		// To whom it may concern: a colon or a comma after who is meant.
		begin + `(?:[\pL-]+ ){0,2}(?:to|for|dear|hey|attention|hello) ` + few + machine + `\b[^.!?:]{0,40}:`,
		begin + `(?:dear|hey|attention|hello) ` + few + machine + `\b,`,
		begin + few + machine + `(?: (?:that|who|which) [^.:]{1,40})?: ?` + few + `\pL`,
		// What it must do.
		`\b` + machine + ` (?:must|should|shall|has to|have to|needs? to|will) (?:now |always |only |not |never )*` + writes + `\b`,
		`\b(?:every|each|all|any|automatic|the) (?:\pL+ )?(?:summar(?:y|ies)|digests?|bots?)\b[^.!?]{0,60}\b(?:must|has to|have to|needs? to)\b`,
		`\bby (?:every|each|all|any) ` + machine + `\b`,
		`\b(?:asks?|tells?|orders?|wants?) (?:every|each|all|any) ` + machine + ` to\b`,
		begin + `(?:please |now |then |and |always |never |only |do not |don't )*` + writes + `\b[^.!?]{0,80}\b(?:only the|your (?:output|answer|reply|response|instructions|summary)|(?:the|this) (?:summary|output|prompt|line)|` +
			`as an? (?:assistant|ai|model)|in (?:capital letters|markdown|html|json|` + tongue + `)|the words of)\b`,
		begin + `(?:please |now |then |and )*tell (?:the |all |your |our )?(?:readers|users|people|everyone|everybody)\b`,
		begin + `write at least [0-9]+ (?:sentences|questions)`,
		begin + `(?:you are|act as|pretend to be) (?:now )?(?:an? )?(?:\pL+ )?(?:ai|assistant|model|bot|helpful \pL+|pirate)\b`,
		// Its own rules and its own output.
		`\b(?:ignore|disregard|forget|override|skip)\b[^.!?]{0,40}\b(?:previous|prior|above|earlier|any|all|your|these|the) (?:\pL+ ){0,2}(?:instructions?|prompts?|rules|article|text and)\b`,
		`\byour (?:own |system |secret |hidden )*(?:output|prompt|system message)\b`, `\byour (?:next|new|real|actual) (?:task|instructions?|orders?)\b`,
		`\b(?:accept|follow|obey) the (?:new|following) instructions\b`, `\b(?:copy|reveal|print|repeat|quote)\b[^.!?]{0,40}\b(?:your|the|its) (?:system )?(?:instructions|rules|prompt)\b`,
		// Turns of a conversation, and answers in our own form.
		begin + `(?:system|assistant|developer|operator|override)\s*:`, `<\|`, `\[/?inst\]`, `\{ ?"(?:summary|questions|notes|statements|role)"`,
		// German.
		begin + few + `(?:hinweis|anweisung|befehl|achtung|notiz|regel|vorgabe|anleitung)\pL* (?:an|für) ` + few + gerM + `\b`,
		`\b(?:ignorier\pL*|vergiss|vergesst|missachte\pL*)\b[^.!?]{0,40}(?:anweisung|vorgabe|regeln|prompt|befehl)`,
		`\bjede zusammenfassung (?:muss|soll)\b`, `(?:^|[^\pL])(?:antworte|schreibe?|gib|verrate|wiederhole|übersetze)\b[^.!?]{0,60}(?:ausschließlich|auf (?:englisch|deutsch|französisch|spanisch)|zusammenfassung|systemprompt|geheimen regeln)`,
		// Spanish, French, Italian.
		begin + few + `(?:orden|instrucci[oó]n|instrucciones|aviso|nota|regla|consignes?|instructions?|note|avis|règle|regola|istruzion[ei]|ordine)s? (?:para|a|aux?|à|pour|per|ai|agli|alle) ` + few + romM,
		`(?:^|[^\pL])(?:ignor(?:a|e|en|ez|ate)|olvid(?:a|e|en)|oubli(?:e|ez)|dimentica(?:te)?)\b[^.!?]{0,40}(?:instrucci|instruction|consignes|istruzion|reglas|règles|regole)`,
		`\b(?:todo resumen debe|cada resumen debe|chaque résumé doit|ogni riassunto deve)`,
		// Urdu, Russian.
		`پچھلی ہدایات|سابقہ ہدایات|خودکار پڑھنے|خلاصے میں لکھ`, `(?:игнорируй|забудь)\pL*[^.!?]{0,40}инструкци`,
	}, "|"))
})

// commands reports whether s speaks to software or to a whole channel.
func commands(s string) bool {
	return toSoftware(s) || strings.Contains(s, "@everyone") || strings.Contains(s, "@here") || strings.Contains(s, "@channel")
}

// forModels is an article without what a model must not see, nor what it writes
// rest on: sentences that may never be quoted. They stay as empty ones, so that
// the others keep their numbers. What follows the turn of an invented conversation
// goes with it to the end of the paragraph.
func forModels(d document) document {
	out := d
	out.sentences = slices.Clone(d.sentences)
	turn := -1 // the paragraph in which one began
	for i := range out.sentences {
		s := &out.sentences[i]
		text := prompts.Clean(s.Text)
		if strings.Contains(text, "<|") || strings.Contains(strings.ToLower(text), "[inst]") {
			turn = s.Para
		}
		if s.Para == turn || !quotable(s.Text) || !quotable(text) {
			s.Text, s.Words, s.Heading = "", nil, true
		}
	}
	for _, p := range []*string{&out.title, &out.article.Title, &out.article.Byline, &out.article.Site} {
		if text := prompts.Clean(*p); commands(text) || marked(*p) || strings.Contains(text, "://") {
			*p = ""
		}
	}
	return out
}

// avoiding has c, the checker of what [forModels] made of d, refuse words that
// stand in no sentence of d but those which a model must not see: whoever writes
// them did as these say. It returns c.
func (c *checker) avoiding(d document) *checker {
	c.avoid = map[string]bool{}
	hidden := func(text, left string) {
		if left != "" || text == "" || !commands(prompts.Clean(text)) && !marked(text) {
			return // shown, or only a link, a name or what pages print around articles
		}
		for _, w := range wordsOf(text) {
			if !c.lex.list("general").has(w) {
				for _, t := range terms([]string{w}, d.lang) {
					c.avoid[t] = !c.stems[t]
				}
			}
		}
	}
	for i, s := range d.sentences {
		hidden(s.Text, c.doc.sentences[i].Text)
	}
	hidden(d.article.Title, c.doc.article.Title)
	hidden(d.article.Byline, c.doc.article.Byline)
	hidden(d.article.Site, c.doc.article.Site)
	return c
}

// ordered returns the first word of a text that stands only in what a model
// must not see, "" if there is none.
func (c *checker) ordered(text string) string {
	if len(c.avoid) == 0 {
		return ""
	}
	for _, w := range wordsOf(text) {
		for _, t := range terms([]string{w}, c.doc.lang) {
			if c.avoid[t] {
				return w
			}
		}
	}
	return ""
}
