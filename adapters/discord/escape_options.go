package discord

import (
	"regexp"
	"slices"
	"strings"

	"colloquy/bot"
)

// mostShown is how many options of a command its usage shows: Discord shows all
// while somebody types.
const mostShown = 3

// A flag is how the engine names an option, a value what may follow a command in
// its texts without one: a word in capitals for something, an id, a number or what
// stands in quotation marks. A refusal may begin with the flag that it is about.
var (
	flag  = regexp.MustCompile(` --([a-z][a-z-]*) (?:"([^"]*)")?`)
	about = regexp.MustCompile(`^--([a-z][a-z-]*: )`)
	value = regexp.MustCompile(`^ (?:"([^"]*)"|([A-Z]+|[0-9a-f]{8}|[0-9]+)\b)`)
)

// asOptions cuts what s has for the parameters of a command off it, and puts it as
// Discord's options: "N --id ID" is "n:N id:ID".
func asOptions(spec bot.CommandSpec, s string) (options, rest string) {
	usage := strings.TrimPrefix(bot.Usage(spec), bot.CommandPrefix+" "+spec.Name)
	if after, ok := strings.CutPrefix(s, usage); ok && usage != "" {
		return usageOf(spec), after
	}
	for _, p := range spec.Params {
		found := value.FindStringSubmatch(s)
		if p.Flag || found == nil {
			break
		}
		options += " " + p.Name + ":" + found[1] + found[2]
		s = s[len(found[0]):]
	}
	return options, s
}

// flags puts the flags in s that are parameters of a command as options.
func flags(s string, commands []bot.CommandSpec) string {
	return flag.ReplaceAllStringFunc(s, func(found string) string {
		parts := flag.FindStringSubmatch(found)
		named := func(p bot.Param) bool { return p.Name == parts[1] }
		if !slices.ContainsFunc(commands, func(c bot.CommandSpec) bool { return slices.ContainsFunc(c.Params, named) }) {
			return found
		}
		return " " + parts[1] + ":" + parts[2]
	})
}

// usageOf shows what a command takes: what it must have, and the first of the rest.
func usageOf(spec bot.CommandSpec) string {
	var b strings.Builder
	params := slices.Clone(spec.Params)
	slices.SortStableFunc(params, func(x, y bot.Param) int { return required(x.Required) - required(y.Required) })
	for i, p := range params {
		option := p.Name + ":" + strings.ToUpper(p.Name)
		switch {
		case p.Required:
			b.WriteString(" " + option)
		case i < mostShown:
			b.WriteString(" [" + option + "]")
		default:
			return b.String() + " …"
		}
	}
	return b.String()
}

// required orders what a command must have first, as Discord demands.
func required(is bool) int {
	if is {
		return 0
	}
	return 1
}
