package bot

import (
	"context"
	"slices"
	"strings"
	"unicode"
)

// A Command is something a person asked for: a slash command, a button, a form
// or a shortcut.
type Command struct {
	ID      string // unique on its platform; the same ID is carried out once
	Name    string // of a [CommandSpec]
	Args    map[string]string
	Actor   Actor
	Channel Channel
	Ref     MessageRef // the message it is about; zero if none
}

// An Actor is who asked, and what the platform lets them do.
type Actor struct {
	Person
	Roles   []string
	Manager bool // the platform says that they may manage Colloquy here; the engine adds whom its managers list
}

// An Answer is what the asker gets to see.
type Answer struct {
	Message Message
	Private bool      // for the asker's eyes only, where the platform can do that
	Choices []Choice  // to pick from; each is a Command by itself
	File    *Document // handed to the asker; nil: none
	Refused bool      // nothing was done, and the message says why: what they wrote is theirs to change and send again
}

// A Document is a file that we made.
type Document struct {
	Name string // such as "my-data.jsonl"
	Data []byte
}

// A Choice is one of several things to pick.
type Choice struct {
	Label   string
	Command string
	Args    map[string]string
}

// A CommandSpec defines a command once, for every platform.
type CommandSpec struct {
	Name   string // one or two words
	Help   string // one line
	Manage bool   // only for managers
	Params []Param

	answer func(*Engine, context.Context, Command) (Answer, error)
}

// A Param is an argument of a command. In text, those that are not flags come
// in order, and the last one may take the rest of the line.
type Param struct {
	Name     string
	Help     string
	Required bool
	Flag     bool     // given as --name value
	Rest     bool     // takes everything that is left, spaces and lines included
	Words    []string // the only words that it can be, which are completed as well; empty: anything
	Of       string   // what it names, as "feed"; see [CompleteCommand]. Empty: nothing that can be completed
}

// Commands lists what people can ask for, in the order of the help.
func Commands() []CommandSpec {
	return slices.Concat(articleCommands(), feedCommands(), scheduleCommands(), draftCommands(), queueCommands(), discussionCommands(), formCommands(), changeCommands(), recapCommands(), reportCommands(), personCommands(),
		settingsCommands(), managerCommands(),
		[]CommandSpec{{Name: "help", Help: "this list", answer: (*Engine).answerHelp}})
}

// idParam names the row that a command is about, of a kind that [Param].Of knows.
func idParam(of string) Param {
	return Param{Name: "id", Help: "its id, or the end of it", Required: true, Of: of}
}

// optionParams are the options of a schedule as parameters.
func optionParams() []Param { return paramsOf(ScheduleOptions()) }

// paramsOf are options as parameters.
func paramsOf[T any](options []OptionOf[T]) []Param {
	var out []Param
	for _, o := range options {
		p := Param{Name: o.Name, Help: o.Help, Flag: true}
		if o.Value == "ZONE" {
			p.Of = "zone"
		}
		if strings.Contains(o.Value, "|") && strings.ToLower(o.Value) == o.Value { // else a part of it stands for more
			p.Words = strings.Split(o.Value, "|")
		}
		out = append(out, p)
	}
	return out
}

// CompleteCommand asks what an argument can be while somebody types it: "command"
// and "param" in its arguments name the argument, "text" is what stands there so
// far. Its answer has at most 25 choices, each with the argument "value".
const CompleteCommand = "complete"

// CommandPrefix begins every command in text.
const CommandPrefix = "/discuss"

// ParseCommand reads a command from text, with or without [CommandPrefix].
// Words may be quoted with ' or ". The error is a [Problem].
func ParseCommand(line string) (name string, args map[string]string, err error) {
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), CommandPrefix))
	if rest == "" {
		return "help", nil, nil
	}
	var spec CommandSpec
	for _, s := range Commands() {
		if after, ok := cutWords(rest, s.Name); ok && len(s.Name) > len(spec.Name) {
			spec, name = s, after
		}
	}
	if spec.Name == "" {
		if group := within(firstWord(rest)); len(group) > 0 {
			return "", nil, Problemf("unknown_command", "%s %s is not all: add one of %s; %s help lists all", CommandPrefix, strings.ToLower(firstWord(rest)), orList(group), CommandPrefix)
		}
		return "", nil, Problemf("unknown_command", "there is no command %q; %s help lists them", firstWord(rest), CommandPrefix)
	}
	args, err = parseArgs(spec, name)
	return spec.Name, args, err
}

// within lists the second words of the commands that begin with a word.
func within(first string) []string {
	var out []string
	for _, s := range Commands() {
		if group, second, ok := strings.Cut(s.Name, " "); ok && strings.EqualFold(group, first) {
			out = append(out, second)
		}
	}
	return out
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	if r := []rune(w); len(r) > 40 {
		w = string(r[:40]) + "…"
	}
	return w
}

// cutWords cuts the words of prefix, divided by any white space, off s.
func cutWords(s, prefix string) (string, bool) {
	for w := range strings.FieldsSeq(prefix) {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		if len(s) < len(w) || !strings.EqualFold(s[:len(w)], w) {
			return "", false
		}
		s = s[len(w):]
		if s != "" && !strings.ContainsAny(s[:1], " \t\n") {
			return "", false
		}
	}
	return strings.TrimSpace(s), true
}

func parseArgs(spec CommandSpec, rest string) (map[string]string, error) {
	args := map[string]string{}
	rest = leadingFlags(spec, rest, args)
	for _, p := range spec.Params {
		if p.Rest && rest != "" {
			args[p.Name] = rest
			rest = ""
		}
	}
	words, err := splitWords(rest)
	if err != nil {
		return nil, err
	}
	var open []string
	flags := map[string]bool{}
	for _, p := range spec.Params {
		if p.Flag {
			flags[p.Name] = true
		} else if !p.Rest {
			open = append(open, p.Name)
		}
	}
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		if flag, ok := strings.CutPrefix(w, "--"); ok {
			flag, value, given := strings.Cut(flag, "=")
			if !given && len(words) > 0 {
				value, words, given = words[0], words[1:], true
			}
			if !flags[flag] && !slices.Contains(open, flag) || !given {
				return nil, usage(spec, "--"+flag+" is not known here, or has no value")
			}
			args[flag] = value
			continue
		}
		for len(open) > 0 && args[open[0]] != "" {
			open = open[1:]
		}
		if len(open) == 0 && flags[w] && len(words) > 0 { // it can be nothing else: "settings recap off"
			args[w], words = words[0], words[1:]
			continue
		}
		if len(open) == 0 {
			return nil, usage(spec, "too many words, from "+firstWord(w)+" on")
		}
		args[open[0]] = w
	}
	for _, p := range spec.Params {
		if p.Required && args[p.Name] == "" {
			return nil, usage(spec, p.Name+" is missing")
		}
	}
	return args, nil
}

// leadingFlags reads the flags of a command that takes the rest of the line, as
// long as it begins with one, and returns what comes after them.
func leadingFlags(spec CommandSpec, rest string, args map[string]string) string {
	if !slices.ContainsFunc(spec.Params, func(p Param) bool { return p.Rest }) {
		return rest
	}
	for {
		word, after, _ := strings.Cut(strings.TrimLeftFunc(rest, unicode.IsSpace), " ")
		name, value, given := strings.Cut(strings.TrimPrefix(word, "--"), "=")
		if !strings.HasPrefix(word, "--") || !slices.ContainsFunc(spec.Params, func(p Param) bool { return p.Flag && p.Name == name }) {
			return rest
		}
		if !given {
			value, after, _ = strings.Cut(strings.TrimLeft(after, " "), " ")
		}
		args[name], rest = value, after
	}
}

func usage(spec CommandSpec, why string) error {
	return Problemf("bad_usage", "%s; use it as: %s", why, Usage(spec))
}

// Usage shows how a command is typed.
func Usage(spec CommandSpec) string {
	parts := []string{CommandPrefix, spec.Name}
	for _, p := range spec.Params {
		s := strings.ToUpper(p.Name)
		if p.Flag {
			s = "--" + p.Name + " " + s
		}
		if !p.Required {
			s = "[" + s + "]"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// splitWords divides s at white space; quotes hold words together.
func splitWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, inWord = r, true
		case quote == 0 && unicode.IsSpace(r):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, Problemf("bad_usage", "a quotation mark %c is not closed", quote)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
