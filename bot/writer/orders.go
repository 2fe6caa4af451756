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
	hinted := func(hint string) bool { return strings.Contains(low, hint) }
	return slices.ContainsFunc(englishHints[:], hinted) && englishOrders().MatchString(low) ||
		slices.ContainsFunc(otherHints[:], hinted) && otherOrders().MatchString(low) || encoded(s)
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

// Pieces of words, one of which every sentence has that [englishOrders] or
// [otherOrders] finds: most sentences have none and cost no more.
var englishHints = [...]string{
	"assistant", "language model", " model ", "models ", "model,", "model:", "a model", "chatbot", "bots ", " bot ", "bot,", "bot:", "bots:", "summari", "summary", "digest", "reader software", "software reading", "software processing", " ai ", " ais ", "ai:", "ai,", "gpt", "claude", "gemini",
	"llm", "automat", "instruct", "prompt", "output", "system:", "<|", "override", "operator:", "your answer", "respond ", "response", "repeat ", "print ", "ignore", "disregard", "forget", "write ", "your ", "you are", "you only",
	"you must", "you produce", "you write", "you generate", "[inst", "of questions", "discussion questions", "0 questions", "tell ", "end of document", "end of article", "end of input", "end of prompt", "end of data", "end of text", "whoever", "haiku", "this article", "this text", "this story", "this page", "this content", "ing this", "developer mode", "debug mode", "god mode", "admin mode", "new task", "new order", "reader is",
	"answer in", "reply in", "switch to", "generated text",
}

var otherHints = [...]string{
	"chatbot", "bots ", "anweisung", "vorgabe", "regeln", " ki ", "ki:", "ki,", "ki-", "sprachmodell", "assistent", "zusammen", "antworte", "schreib", "ignorier", "vergiss", "erstelle", "formulier", "fragen zu",
	"resumen", "resúmen", "asistente", "modelo", "instruccion", "instrucción", "olvid", "ignora", " ia ", " ia,", " ia:", "l'ia", "responde", "contesta", "inteligencia",
	"consigne", "outils de lecture", "résumé", "modèle", "oubli", "répond", "rédige", "écri", "intelligence artificielle", "instruções", "linguagem",
	"programmi che", "riassun", "riassum", "istruzion", "modelli", "intelligenza", "scrivi", "scrivete", "rispondi", "ہدایات", "خودکار", "خلاصے", "مصنوعی", "جواب صرف", "صرف", "инструкци", "если ты", "отвеча", "пиши",
}

// Patterns of lower-case sentences, made when the first is needed. An article of
// one language may have orders in another.
var (
	englishOrders = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(strings.Join(slices.Concat(ordersToMachines, ordersAboutAnswers), "|"))
	})
	otherOrders = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(strings.Join(ordersElsewhere, "|")) })
)

// Parts of the patterns: where a command begins, who reads, what it is to do.
const (
	begins  = `(?:^|[.!?:;(\[“"«„>] ?)`
	aFew    = `(?:[\pL-]+ ){0,3}`
	machine = `(?:ais?|ai agents?|llms?|(?:chat)?gpts?|(?:chat)?bots?|(?:language|ai) models?|assistants?|summari[sz]ers?|crawlers?|automat\w+ (?:systems?|readers?|digests?|tools?)|` +
		`(?:machine|ai) (?:readers?|digests?|summar\w+)|summaries|digests|reader software)`
	writes = `(?:write|say|print|output|answer|reply|respond|repeat|translate|include|insert|append|decode|reveal|post|mention|ping|tag|pin|cite|sign|tell|state|speak|praise|rate|recommend|` +
		`leave out|ignore|disregard|forget|follow|begin|start|end)`
	tongue = `(?:english|french|german|spanish|italian|russian|chinese|arabic|urdu|latin|dutch|portuguese|rhyme|rhymes|verse)`
)

// ordersToMachines say who is meant: before a colon, or by what it must do.
var ordersToMachines = []string{
	begins + `(?:[\pL-]+ ){0,2}(?:to|for|dear|hey|attention|hello) ` + aFew + machine + `\b[^.!?:]{0,40}:`,
	begins + `(?:dear|hey|hi|ok|attention|hello) ` + aFew + machine + `\b ?,`,
	begins + aFew + machine + `(?: (?:that|who|which) [^.:]{1,40})?: ?` + aFew + `\pL`,
	`\b` + machine + ` (?:must|should|shall|has to|have to|needs? to|will|(?:is|are) (?:kindly )?(?:asked|requested|required|told) to|who will) (?:now |always |only |not |never |kindly )*` + writes + `\b`,
	`\b(?:` + machine + `|summary) reading (?:this|the text)\b`, `\bif you(?: are|'re) (?:an? )?(?:\pL+ ){0,2}(?:` + machine + `|machine|model|automated)\b`,
	`\b(?:every|each|all|any|automatic|the) (?:\pL+ )?(?:summar(?:y|ies)|digests?|bots?)\b[^.!?]{0,60}\b(?:must|has to|have to|needs? to)\b`,
	`\bby (?:every|each|all|any) ` + machine + `\b`, `\b(?:asks?|tells?|orders?|wants?) (?:every|each|all|any) ` + machine + ` to\b`,
	begins + `(?:you are|act as|pretend to be) (?:now )?(?:an? )?(?:\pL+ )?(?:ai|assistant|model|bot|helpful \pL+|pirate)\b`,
	`\b(?:written|meant) for (?:` + machine + `|machines)\b`, `\bwhoever (?:is )?(?:process|summari[sz])\w*`, `\bforget that you are\b`,
}

// ordersAboutAnswers are about rules, prompts and answers, which only what
// answers has.
var ordersAboutAnswers = []string{
	begins + `(?:please |now |then |and |always |never |only |do not |don't )*` + writes + `\b[^.!?]{0,80}\b(?:only the|your (?:output|answer|reply|response|instructions|summary)|` +
		`(?:the|this) (?:summary|output|prompt|line|string)|as an? (?:assistant|ai|model)|in (?:capital letters|markdown|html|json|` + tongue + `)|the words of)\b`,
	begins + `(?:please |now |then |and )*tell (?:the |all |your |our )?(?:readers|users|people|everyone|everybody) (?:to|that)\b`, begins + `write at least [0-9]+ (?:sentences|questions)`,
	begins + `(?:please )?(?:set|change|reduce|raise) the number of (?:questions|sentences)\b`, begins + `(?:stop|instead of) summari[sz]ing\b`, begins + `repeat after me\b`,
	`\byou (?:must|should|will|shall|are to|have to|can)? ?(?:now |only |always )*(?:respond|answer|reply|speak|rhyme) (?:only |exclusively )?(?:with|in) (?:the (?:word|words|line)|` + tongue + `)`,
	begins + `(?:please |now )*(?:ignore|disregard|forget|override|skip)\b[^.!?]{0,40}\b(?:previous|prior|above|earlier|any|all|your|these|the|what the) (?:\pL+ ){0,2}(?:instructions?|prompts?|rules|article|text and)\b`,
	`\b(?:ignore|disregard|forget|override)\w*\b[^.!?]{0,40}\b(?:instructions|(?:system |safety )(?:prompt|rules))\b`,
	`\byour (?:own |system |secret |hidden |initial |original )*(?:output|prompt|system message)\b`, `\byour (?:next|new|real|actual) (?:task|instructions?|orders?)\b`, `\byour (?:instructions|guidelines) (?:have|are|when)\b`,
	`\bfollow your (?:guidelines|instructions)\b`, begins + `(?:begin|accept|follow|obey) (?:the )?(?:new|following) instructions\b`, `\baccept the new instructions\b`,
	`\b(?:copy|reveal|print|repeat|quote)\b[^.!?]{0,40}\b(?:your|the|its) (?:system )?(?:instructions|prompt)\b`, `\b(?:told|said) at the (?:beginning|start) of this (?:conversation|chat)\b`,
	`\b(?:correct|right|only|true) (?:summary|digest) (?:of|for)\b`, `\bwhen (?:you )?(?:generat\w+|summari[sz]\w+|discuss\w+) (?:the|this|your|a) (?:\pL+ )?(?:questions?|summary|digest|article|text|page)\b`,
	`\byour (?:summary|digest|output|responses?)\b`, begins + `in your (?:answer|reply|response|summary)\b`, `\b(?:generated|produced) text\b[^.!?]{0,30}\b(?:begins|ends|must|should|has to)\b`, `\b(?:everything|whatever|all) (?:that )?you (?:produce|write|generate)\b`,
	begins + `(?:please |kindly )?(?:do not |don't |never )?(?:produce|create|generate|ask|make|replace|change|turn|translate|rewrite)\b[^.!?]{0,60}\b(?:about|of|in|from|for) this (?:article|text|story|page|content)\b`,
	begins + `(?:write|output|print|return|produce) (?:only|nothing but|a (?:haiku|poem|limerick|song|joke))\b`, begins + `(?:answer|respond|reply|switch|write) (?:only |exclusively )?(?:in|to) ` + tongue + `\b`,
	begins + `(?:bot|assistant|chatgpt|claude|gemini|model), (?:please )?\pL+`, `\b(?:developer|debug|god|admin) mode\b`, begins + `new (?:instructions?|task|orders?)\s*:`, begins + `treat the rest of (?:this|the) text\b`, `\bwhen you write the (?:digest|summary|questions)\b`,
	`\b(?:agents?|tools?|systems?|software|programs?|machines?|those) (?:reading|processing|summari[sz]ing|digesting) this\b`, `\breader is an (?:ai|assistant|automated)\b`,
	begins + `end of (?:document|article|input|prompt|data|text)\b`, begins + `(?:system|assistant|developer|operator|override)\s*:`, `<\|`, `\[/?inst\]`, `\{ ?"(?:summary|questions|notes|statements|role)"`,
}

// ordersElsewhere are the like in German, the Romance languages, Urdu and Russian.
var ordersElsewhere = []string{
	begins + aFew + `(?:hinweis|anweisung|befehl|achtung|notiz|regel|vorgabe|anleitung)\pL* (?:an|für) ` + aFew + inGerman + `\b`, begins + `(?:liebe[rs]?|hallo|hey) ` + inGerman + `\b`,
	`\b(?:alle|jede[rs]?) ` + inGerman + ` (?:müssen|muss|sollen|soll)\b`, `\bwenn (?:du|sie) eine? (?:\pL+ )?` + inGerman + `\b`, `\bzusammenfassung(?:en)? (?:soll|muss|sollen|müssen)\b`,
	`\b(?:ignorier\pL*|vergiss|vergesst|missachte\pL*)\b[^.!?]{0,40}(?:anweisung|vorgabe|regeln|prompt|befehl)`,
	`(?:^|[^\pL])(?:antworte|schreibe?|gib|verrate|wiederhole|übersetze)\b[^.!?]{0,60}(?:ausschließlich|auf (?:englisch|deutsch|französisch|spanisch)|zusammenfassung|systemprompt|geheimen regeln)`,
	begins + aFew + `(?:orden|instrucci[oó]n|instrucciones|aviso|nota|regla|consignes?|instructions?|note|avis|règle|regola|istruzion[ei]|ordine)s? (?:para|a|aux?|à|pour|per|ai|agli|alle) ` + aFew + inRomance,
	`(?:^|[^\pL])(?:ignor(?:a|e|en|ez|ate)|olvid(?:a|e|en)|oubli(?:e|ez)|dimentica(?:te)?)\b[^.!?]{0,40}(?:instrucci|instruction|instruções|consignes|istruzion|reglas|règles|regole)`,
	`\bignor(?:a|e|en) (?:todo )?lo anterior\b`, `\bne (?:tiens|tenez) pas compte des\b`, `\b(?:si eres|si tu es|si vous êtes|se sei|se siete|se você é) un[ea]?[ '’](?:\pL+ )?(?:` + inRomance + `|intelig|intellig)`,
	`\b(?:asistentes|chatbots|bots|modelos|res[uú]m[eé]n(?:es)?|résumés?) (?:\pL+ )?(?:deben?|tienen? que|doit|doivent) `, `\bcomo (?:um )?modelo de (?:lenguaje|linguagem)\b`, `\bogni riassunto deve\b`,
	begins + `an die ` + inGerman + `\b`, begins + `(?:bitte )?(?:erstelle|schreibe|stelle|formuliere)\b[^.!?]{0,40}\b(?:fragen zu diesem|zu diesem (?:artikel|text))\b`, `\bnur auf (?:englisch|französisch|spanisch|deutsch) zusammen`,
	begins + `(?:responde|escribe|contesta|réponds|répondez|rédige|rédigez|écris|écrivez|scrivi|scrivete|rispondi|отвечай|отвечайте|пиши|пишите)\b?[^.!?]{0,30}(?:únicamente|sólo|solo|solamente|uniquement|seulement|solamente|только)`, `جواب صرف|صرف (?:انگریزی|اردو) میں (?:لکھ|جواب)`,
	begins + `(?:a|à) (?:la |l['’])(?:inteligencia artificial|attention de l['’]ia|intelligence artificielle)`,
	`پچھلی ہدایات|سابقہ ہدایات|خودکار پڑھنے|خلاصے میں لکھ|اگر آپ ایک (?:مصنوعی|خودکار)`, `(?:игнорируй|забудь)\pL*[^.!?]{0,40}инструкци|если ты \pL*\s?(?:модель|бот|ассистент)`,
}

const (
	inGerman  = `(?:sprachmodelle?n?|ki(?:-\pL+)?|assistent\pL*|(?:chat)?bots?|leseprogramme?n?|zusammenfassung\pL*|maschinen)`
	inRomance = `(?:asistentes?|assistants?|assistenti?|res[uú]m[eé]n(?:es)?|résumés?|resumidor\pL*|modelos?|mod[eè]les?|modelli|bots?|ia|outils? de lecture|programas? que|programmi che|riassun\pL+)`
)

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
