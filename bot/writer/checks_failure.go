package writer

import (
	"strings"

	"colloquy/bot"
)

// A failure is the check that a text failed. The zero value means that it
// passed them all.
type failure struct {
	code   string // as [Check] lists them
	detail string // the words that failed it, as they stand in the text; "" where it is about all of it
}

// failed reports whether f is a failure at all.
func (f failure) failed() bool { return f.code != "" }

// maxDetail bounds what a failure repeats of a text, in bytes.
const maxDetail = 120

// failed makes a failure about some words, at most maxDetail bytes of them.
func failed(code, detail string) failure {
	detail = strings.ToValidUTF8(strings.Join(strings.Fields(detail), " "), "")
	if len(detail) > maxDetail {
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "…"
	}
	return failure{code: code, detail: detail}
}

// describe says in plain English what is wrong and what to do, in one line for
// a model that writes again. It is "" for the zero failure.
func describe(f failure) string {
	if !f.failed() {
		return ""
	}
	text, known := failureTexts[f.code]
	if !known {
		return "it fails the check “" + f.code + "”: write it anew"
	}
	what, about, _ := strings.Cut(text, "|")
	if f.detail == "" || about == "" {
		return what
	}
	return strings.ReplaceAll(about, "X", "“"+f.detail+"”")
}

// failureTexts says of each code what it means, and after a "|" the same about
// the words X.
var failureTexts = map[string]string{
	"empty":                  "it is empty: write one sentence",
	"language":               "it is not in the article's language: write in that language alone|X is not in the article's language: write in that language alone",
	"markup":                 "it holds markup or characters that are not text: write plain text|it holds X: write plain text without markup, emoji or special characters",
	"link":                   "it holds a link, an address or a mention: leave it out|X is a link, an address or a mention: leave it out",
	"preamble":               "it speaks about the answer instead of the article: begin with what the article says|X speaks about the answer instead of the article: say only what the article says",
	"order":                  "it speaks to a reader or a machine: say only what the article says|X speaks to a reader or a machine: say only what the article says",
	"evidence":               "its sentence numbers are missing or do not exist: give the numbers of the sentences it rests on",
	"name_not_in_article":    "it holds a name that is not in the article: leave it out or use the article's words|the name X is not in the article: leave it out or use the article's words",
	"word_not_in_article":    "it holds words that the article does not have: use the article's words|the article does not have X: use the article's own words",
	"number_not_in_article":  "it holds a number that is not in the article: leave it out or use the article's|the number X is not in the article: leave it out or use the article's",
	"number_not_in_evidence": "it holds a number that is not in the sentences it cites: cite the sentence that has it, or leave it out|the number X is not in the sentences cited: cite the sentence that has it, or leave it out",
	"quotation_not_verbatim": "it quotes what the article does not say word for word: copy the words exactly or leave the quotation marks out|the article does not say X word for word: copy its words exactly or leave the quotation marks out",
	"negation":               "it says the opposite of the sentences it cites: keep what is denied and what is not|X turns the sentences cited into their opposite: deny only what they deny",
	"unsupported":            "the sentences it cites do not say that: stay closer to their words, or cite the sentences that do|the sentences cited do not say X: stay closer to their words, or cite the sentences that do",
	"repeated":               "it repeats another sentence of the summary: say something else from the article",
	"unattributed":           "it states somebody's claim as a fact: say who says so|it states a claim as a fact: say who says so, as the article does (X)",
	"length":                 "it is too short or too long|it has X: keep to the limits",
	"not_one_question":       "it is not exactly one question: ask one question, with one question mark at its end",
	"closed":                 "yes or no would answer it: ask how, why, who or what",
	"factoid":                "one fact of the article answers it: ask for reasons or judgement",
	"stacked":                "it asks several things at once: ask for one",
	"not_anchored":           "it would fit any article: name something particular to this one",
	"quotation_too_long":     "its quotation is empty or too long: quote at most 22 words|the quotation X is empty or too long: quote at most 22 words",
	"quotation_incomplete":   "its quotation is cut off: quote a complete clause|the quotation X is cut off: quote a complete clause",
	"copied":                 "it copies too many words in a row without quotation marks: say it in other words|it copies X: say it in other words or quote it",
	"loaded":                 "its wording suggests the answer: ask neutrally|X suggests the answer: ask neutrally",
	"dangling":               "a pronoun stands before what it means: name the thing|X stands before what it means: name the thing",
	"slot":                   "it is not grammatical: write a complete sentence|it is not grammatical at X: write a complete sentence",
	"attribution":            "it makes the author say what the author does not say: name who said it",
	"grave":                  "the article is about a death or a crime: ask soberly, without arguing against anybody",
	"unfit":                  "its quotation is not fit to be discussed: quote something else|the quotation X is not fit to be discussed: quote something else",
	"opening":                "it begins like another question: begin differently|it begins like another question (X): begin differently",
	"similar":                "it is too much like another question: ask about something else",
	"second_general":         "it is a second question of a general kind: ask about a particular claim",
	"few_moves":              "too many questions make the same move: use at least three different moves",
	"no_counter":             "no question asks for the case against the author or for what is missing: let one do so",
	"replies":                "its reply numbers are missing or do not exist: give the numbers of the replies it rests on|X does not exist: give the numbers of the replies it rests on",
	"person":                 "it names somebody who takes part: say what was said, not by whom|X is somebody who takes part: say what was said, not by whom",
	"name_not_in_replies":    "it holds a name that no reply cited has: leave it out|no reply cited has the name X: leave it out",
	"number_not_in_replies":  "it holds a number that no reply cited has: leave it out|no reply cited has the number X: leave it out",
	"quotation_not_in_reply": "it quotes what no reply cited says: leave the quotation marks out|no reply cited says X: leave the quotation marks out",
	"copied_reply":           "it copies a reply: say it in other words, at most six in a row|it copies X from a reply: say it in other words",
	"ranking":                "it ranks or praises people: report views, not who was best|X ranks or praises people: report views, not who was best",
}

// dropped is a text that failed a check, as a digest keeps it.
func dropped(text string, f failure) bot.Dropped {
	return bot.Dropped{Text: text, Reason: f.code, Detail: f.detail}
}
