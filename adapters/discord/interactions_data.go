package discord

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// interactionData is what an interaction is about: a command and its options, a
// message of a menu, a button, or a form.
type interactionData struct {
	Name       string        `json:"name"`
	Type       int           `json:"type"`
	Options    []givenOption `json:"options"`
	TargetID   string        `json:"target_id"`
	Resolved   resolved      `json:"resolved"`
	CustomID   string        `json:"custom_id"`
	Components []component   `json:"components"`
}

type givenOption struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []givenOption   `json:"options"`
}

// text is the value as it would be typed.
func (o givenOption) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	return string(o.Value) // a number, true or false
}

type resolved struct {
	Messages map[string]linked `json:"messages"`
}

// A linked message is one that may hold a link.
type linked struct {
	Content string      `json:"content"`
	Embeds  []embedLink `json:"embeds"`
}

// A component is a row, a button, an input of a form, or what holds one.
type component struct {
	Type       int         `json:"type"`
	CustomID   string      `json:"custom_id"`
	Label      string      `json:"label"`
	Value      string      `json:"value"`
	Components []component `json:"components"`
	Component  *component  `json:"component"`
}

// deepest is how deep components and options may lie in one another; Discord
// has three levels.
const deepest = 5

// find gives the first component of an id.
func find(in []component, id string, depth int) (component, bool) {
	if depth > deepest {
		return component{}, false
	}
	for _, c := range in {
		if c.CustomID == id && id != "" {
			return c, true
		}
		inner := c.Components
		if c.Component != nil {
			inner = append(slices.Clone(inner), *c.Component)
		}
		if found, ok := find(inner, id, depth+1); ok {
			return found, true
		}
	}
	return component{}, false
}

// path is the words of a command below the top level, and the options given.
func (d interactionData) path() (words []string, options []givenOption) {
	options = d.Options
	for len(words) < deepest && len(options) == 1 && (options[0].Type == optionSub || options[0].Type == optionGroup) {
		words = append(words, options[0].Name)
		options = options[0].Options
	}
	return words, options
}

// written is what stands in the one input of a form.
func (d interactionData) written() string {
	c, _ := find(d.Components, formInput, 0)
	return c.Value
}

// link is the first web address in the message of a menu; empty if there is none.
func (d interactionData) link() string {
	m := d.Resolved.Messages[d.TargetID]
	if found := text.Addresses(m.Content); len(found) > 0 {
		return found[0]
	}
	for _, e := range m.Embeds {
		if u := text.Address(e.URL); u != "" {
			return u
		}
	}
	return ""
}

// argsOf are the options of a command as if they were typed: without quotes
// around them, and with ids in the place of mentions.
func argsOf(name string, options []givenOption, guild string) map[string]string {
	var spec bot.CommandSpec
	if i := slices.IndexFunc(bot.Commands(), func(s bot.CommandSpec) bool { return s.Name == name }); i >= 0 {
		spec = bot.Commands()[i]
	}
	args := map[string]string{}
	for _, o := range options {
		value := o.text()
		rest := slices.ContainsFunc(spec.Params, func(p bot.Param) bool { return p.Name == o.Name && p.Rest })
		if !rest {
			value = mentioned(o.Name, unquoted(strings.TrimSpace(value)), guild)
		}
		args[o.Name] = value
	}
	return args
}

// unquoted is s without the quotes that people put around it because the help
// does; a value here needs none.
func unquoted(s string) string {
	if n := len(s); n >= 2 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'') && strings.Count(s, s[:1]) == 2 {
		return s[1 : n-1]
	}
	return s
}

var mention = regexp.MustCompile(`^<(@!?|@&|#)(\d{1,20})>$`)

// mentioned is the value of a parameter that names a person, a role or a
// channel, of which Discord gives a mention.
func mentioned(param, value, guild string) string {
	m := mention.FindStringSubmatch(strings.TrimPrefix(value, "@"))
	if m == nil {
		m = mention.FindStringSubmatch(value)
	}
	if m == nil {
		return value
	}
	place := Platform + ":" + guild + "/" + m[2]
	switch {
	case param == "text":
		return value
	case m[1] == "#":
		return place
	case m[1] == "@&" && param == "who":
		return "role:" + m[2]
	case param == "notices" && m[1] != "@&":
		return "@" + place
	}
	return m[2]
}
