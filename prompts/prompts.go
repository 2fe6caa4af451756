// Package prompts holds the words of Colloquy: for each language the cues by
// which claims are found, the templates by which questions are asked, and the
// lists that the checks read. One file a language, named by its ISO 639-1 code;
// a second one, as en.words.txt, may hold the lists and cues, one such as
// en.sensitive.txt holds the topics under which nothing is posted unseen, and
// one such as en.checks.txt what only a model's text is held against; names.txt
// does so in every language.
//
// A file is sections. A line "[words NAME]" or "[cue KIND]" begins a list of
// phrases divided by commas or ends of lines. A line "[lead VOICE]" or
// "[ask KIND MOVE FLAGS…]" begins templates, one a line. A line that begins
// with "#" is a comment. Phrases are lower-cased; a phrase matches whole words.
//
// Slots of the templates: {claim} is a lead of the claim's voice. {Q} is a
// complete clause, quoted, beginning with a capital; {q} the same in the middle
// of a sentence. {who} is a speaker, with the office if it is known; {Who} the
// name alone at the beginning of a sentence. {vp} is a verb phrase that follows
// "to", quoted; {a} and {b} are noun phrases.
//
// Flags of an [ask]: "general" says little about the claim, so that a set has
// at most one; "sober" fits an article about a death or a crime; "opinion" and
// "news" limit it to articles that do, or do not, argue in their author's voice.
package prompts

import (
	"embed"
	"fmt"
	"strings"
)

// Version names this state of the words. It changes with every change that
// would make the same article's digest differ.
const Version = "3"

//go:embed *.txt
var files embed.FS

// Codes lists the languages that have a file.
func Codes() []string { return []string{"de", "en", "es", "fr", "ur"} }

// A Language is the words of one language.
type Language struct {
	Code     string
	sections []section
}

type section struct {
	kind  string // "words", "cue", "lead", "ask"
	args  []string
	lines []string
}

// An Ask is a template of a question, or of its last sentence when it begins
// with {claim}.
type Ask struct {
	Kind    string // the kind of claim that it fits; "any" fits every one
	Move    string // as in bot.Question
	General bool   // says little about the claim: at most one in a set
	Sober   bool   // fit for an article about a death or a crime
	Opinion bool   // only for an article that argues in its author's voice
	News    bool   // only for one that does not
	Text    string
}

// Load reads the words of a language. ok is false when there is no file for it.
func Load(code string) (l Language, ok bool) {
	if len(code) != 2 {
		return Language{}, false
	}
	data, err := files.ReadFile(code + ".txt")
	if err != nil {
		return Language{}, false
	}
	text := string(data)
	if more, err := files.ReadFile(code + ".words.txt"); err == nil {
		text += "\n" + string(more)
	}
	l, err = parse(code, text)
	return l, err == nil
}

// LoadSensitive reads the lists of a language by which sensitive topics are
// found. They are apart from the others, as most of the time nobody asks.
func LoadSensitive(code string) (l Language, ok bool) { return loadPart(code, "sensitive") }

// LoadChecks reads the lists of a language that the checks of a model's text
// need beside the others, with the names that are the same in every language.
// Of a language without a file ok is false, and those names are all there is.
func LoadChecks(code string) (l Language, ok bool) {
	l, ok = loadPart(code, "checks")
	names, err := files.ReadFile("names.txt")
	if err != nil {
		return l, false
	}
	every, err := parse("names", string(names))
	l.sections = append(l.sections, every.sections...)
	return l, ok && err == nil
}

func loadPart(code, part string) (l Language, ok bool) {
	if len(code) != 2 {
		return Language{}, false
	}
	data, err := files.ReadFile(code + "." + part + ".txt")
	if err != nil {
		return Language{}, false
	}
	l, err = parse(code, string(data))
	return l, err == nil
}

func parse(code, text string) (Language, error) {
	l := Language{Code: code}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "[") {
			head, closed := strings.CutSuffix(line[1:], "]")
			f := strings.Fields(head)
			if !closed || len(f) < 2 || f[0] == "ask" && len(f) < 3 {
				return Language{}, fmt.Errorf("%s.txt:%d: %q begins no section", code, n, line)
			}
			switch f[0] {
			case "words", "cue", "lead":
			case "ask":
				for _, flag := range f[3:] {
					if flag != "general" && flag != "sober" && flag != "opinion" && flag != "news" {
						return Language{}, fmt.Errorf("%s.txt:%d: unknown flag %q", code, n, flag)
					}
				}
			default:
				return Language{}, fmt.Errorf("%s.txt:%d: unknown section %q", code, n, f[0])
			}
			l.sections = append(l.sections, section{kind: f[0], args: f[1:]})
			continue
		}
		if len(l.sections) == 0 {
			return Language{}, fmt.Errorf("%s.txt:%d: a line before the first section", code, n)
		}
		s := &l.sections[len(l.sections)-1]
		s.lines = append(s.lines, line)
	}
	return l, nil
}

// Words returns the phrases of the list called name, in the order of the file;
// nil when the language has no such list.
func (l Language) Words(name string) []string {
	var out []string
	for _, s := range l.sections {
		if s.kind == "words" && s.args[0] == name {
			out = appendPhrases(out, s.lines)
		}
	}
	return out
}

// Cues calls yield for every cue and the kind of claim that it points at.
func (l Language) Cues(yield func(kind, phrase string)) {
	for _, s := range l.sections {
		if s.kind != "cue" {
			continue
		}
		for _, p := range appendPhrases(nil, s.lines) {
			yield(s.args[0], p)
		}
	}
}

func appendPhrases(out, lines []string) []string {
	for _, line := range lines {
		for p := range strings.SplitSeq(line, ",") {
			if p = strings.TrimSpace(p); p != "" {
				out = append(out, p)
			}
		}
	}
	return out
}

// Leads returns the sentences that bring a claim: of the author ("author"), of
// a person quoted word for word ("speaker"), of a person in the article's words
// ("indirect"), of the article itself ("article"), and of a sentence that says
// itself who said it, in news ("reported") and opinion ("authorreported"), and
// the headline ("headline").
func (l Language) Leads(voice string) []string {
	var out []string
	for _, s := range l.sections {
		if s.kind == "lead" && s.args[0] == voice {
			out = append(out, s.lines...)
		}
	}
	return out
}

// Asks returns every template of a question.
func (l Language) Asks() []Ask {
	var out []Ask
	for _, s := range l.sections {
		if s.kind != "ask" {
			continue
		}
		a := Ask{Kind: s.args[0], Move: s.args[1]}
		for _, flag := range s.args[2:] {
			switch flag {
			case "general":
				a.General = true
			case "sober":
				a.Sober = true
			case "opinion":
				a.Opinion = true
			case "news":
				a.News = true
			}
		}
		for _, line := range s.lines {
			a.Text = line
			out = append(out, a)
		}
	}
	return out
}
