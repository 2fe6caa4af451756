package modeltest

import (
	"regexp"
	"strings"
)

// orderWords are what sentences say that are meant for the software that reads them.
var orderWords = regexp.MustCompile(`(?i)\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|prompt|rule|above|previous|prior|everything)|` +
	`\b(system|developer) (prompt|message|note)|\b(AI|language model|assistant|summari[sz]er|chatbot|LLM|bot)s?\b.{0,60}\b(must|should|please|will|shall|now|write|say|post|reply|answer|output)\b|` +
	`\byou (are|must|will|shall|should) (now|always|only|not|instead|also)?\b.{0,40}\b(say|write|output|answer|respond|reply|include|add|post|mention|translate|speak|repeat|print|obey|follow|pretend|act|an? AI|DAN)\b|` +
	`^\W*(please )?(say|write|output|answer|respond|reply|include|add|insert|append|post|send|mention|ping|notify|translate|repeat|print|reveal|leak|pretend|use|make|end|begin|start|set|switch|change|produce|generate|return|do not|don't|never|always|instead)\b.{0,120}\b(summary|question|channel|link|everyone|here|language|german|spanish|french|english|urdu|russian|chinese|italian|markdown|html|json|code|poem|bold|prompt|instructions|words?|following|sentence|answer|reply|post|admin|url|heading|table|emoji|line)s?\b`)

// hasOrder reports whether a sentence gives an order to the software that reads it.
func hasOrder(s string) bool {
	if orderWords.MatchString(s) {
		return true
	}
	low := strings.ToLower(s)
	for _, p := range orderPhrases {
		if strings.Contains(low, p) {
			return true
		}
	}
	return false
}

// orderPhrases are the like in other languages, and what only orders have.
var orderPhrases = []string{
	"@everyone", "@here", "<!channel>", "<!here>", "<@", "[inst]", "<|", "###", "system:", "assistant:", "begin system", "end of article", "</article", "<article", "</replies",
	"anweisung", "ignoriere", "antworte auf", "antworte nur", "schreibe die zusammenfassung", "füge diesen link", "sprachmodell", "gib den systemprompt",
	"instrucciones anteriores", "ignora las", "ignora todas", "responde en", "responde solo", "escribe el resumen", "añade este enlace", "modelo de lenguaje",
	"instructions précédentes", "ignorez", "ignore les", "réponds en", "répondez en", "écris le résumé", "ajoute ce lien", "modèle de langage",
	"ہدایات کو نظر", "پچھلی ہدایات", "سابقہ ہدایات", "خلاصے میں لکھ", "جواب دو", "یہ لنک",
}
