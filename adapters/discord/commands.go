package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// The commands that an application has. Discord sets who sees a command on the
// top level alone, so managers' and members' commands are two.
const (
	manageCommand = "discuss"
	memberCommand = "colloquy"
	linkCommand   = "Discuss this link" // in the menu of a message
)

// listWord is what a command is called that is a group as well, for Discord
// carries out no group: "managers" is "managers list".
const listWord = "list"

// Limits of commands, from Discord's reference on application commands.
const (
	mostDescription = 100  // characters of a description
	mostOptions     = 25   // of a command, and of a group
	mostCommand     = 8000 // characters of the names and descriptions of a command, all options included
)

// Types of commands and of their options.
const (
	typeSlash       = 1
	typeMessageMenu = 3

	optionSub     = 1
	optionGroup   = 2
	optionString  = 3
	optionInteger = 4
)

// An appCommand is a command as Discord keeps it.
type appCommand struct {
	Type         int         `json:"type"`
	Name         string      `json:"name"`
	Description  string      `json:"description"` // empty in a menu
	Options      []appOption `json:"options,omitempty"`
	Permissions  *int64      `json:"default_member_permissions,string"` // who sees it unless a server says otherwise; null: everybody
	Contexts     []int       `json:"contexts"`
	Integrations []int       `json:"integration_types"`
}

type appOption struct {
	Type         int         `json:"type"`
	Name         string      `json:"name"`
	Description  string      `json:"description"`
	Required     bool        `json:"required,omitempty"`
	Autocomplete bool        `json:"autocomplete,omitempty"`
	Options      []appOption `json:"options,omitempty"`
}

// applicationCommands are all commands of the application.
func applicationCommands(specs []bot.CommandSpec) []appCommand {
	manage := int64(discordgo.PermissionManageGuild)
	return []appCommand{
		slashCommand(manageCommand, "run discussions in this channel", &manage, audience(specs, true)),
		slashCommand(memberCommand, "discussions here, and what is recorded of you", nil, audience(specs, false)),
		guildOnly(appCommand{Type: typeMessageMenu, Name: linkCommand, Permissions: &manage}),
	}
}

func audience(specs []bot.CommandSpec, manage bool) []bot.CommandSpec {
	return slices.DeleteFunc(slices.Clone(specs), func(s bot.CommandSpec) bool { return s.Manage != manage })
}

func guildOnly(c appCommand) appCommand {
	c.Contexts, c.Integrations = []int{0}, []int{0}
	return c
}

// slashCommand is a top-level command of which each spec is a part. Where that
// would be too long, descriptions are cut, the longest first.
func slashCommand(name, description string, who *int64, specs []bot.CommandSpec) appCommand {
	var c appCommand
	for most := mostDescription; most > 10; most -= 5 {
		c = guildOnly(appCommand{Type: typeSlash, Name: name, Description: description, Permissions: who, Options: partsOf(specs, most)})
		if size(c.Name, c.Description, c.Options) <= mostCommand {
			break
		}
	}
	return c
}

func partsOf(specs []bot.CommandSpec, most int) []appOption {
	var out []appOption
	for _, s := range specs {
		sub := appOption{Type: optionSub, Description: describe(s.Help, most), Options: optionsOf(s, most)}
		group, name, ok := strings.Cut(subName(s.Name, specs), " ")
		if !ok {
			sub.Name = group
			out = append(out, sub)
			continue
		}
		sub.Name = name
		i := slices.IndexFunc(out, func(o appOption) bool { return o.Type == optionGroup && o.Name == group })
		if i < 0 {
			i = len(out)
			out = append(out, appOption{Type: optionGroup, Name: group, Description: describe("about "+group, most)})
		}
		out[i].Options = append(out[i].Options, sub)
	}
	return out
}

// subName is the name of a command on Discord, without the top level.
func subName(name string, specs []bot.CommandSpec) string {
	if slices.ContainsFunc(specs, func(s bot.CommandSpec) bool { return strings.HasPrefix(s.Name, name+" ") }) {
		return name + " " + listWord
	}
	return name
}

// specName is the name of a command from the words that Discord has for it.
func specName(words []string, specs []bot.CommandSpec) string {
	known := func(name string) bool {
		return slices.ContainsFunc(specs, func(s bot.CommandSpec) bool { return s.Name == name })
	}
	name := strings.Join(words, " ")
	if short, ok := strings.CutSuffix(name, " "+listWord); ok && !known(name) && known(short) {
		return short
	}
	return name
}

// numbers are the parameters that nothing but a number can be.
var numbers = []string{"n", "count", "place"}

// spare is the parameter that Discord has no room for where a command has more
// than mostOptions: "at" takes the same.
const spare = "cron"

// optionsOf are the parameters of a command, the required first, as Discord demands.
func optionsOf(s bot.CommandSpec, most int) []appOption {
	var out []appOption
	for _, p := range s.Params {
		if len(s.Params) > mostOptions && p.Name == spare {
			continue
		}
		o := appOption{Type: optionString, Name: p.Name, Description: describe(p.Help, most), Required: p.Required}
		if slices.Contains(numbers, p.Name) {
			o.Type = optionInteger
		}
		o.Autocomplete = o.Type == optionString && (p.Of != "" || len(p.Words) > 0)
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b appOption) int { return required(a.Required) - required(b.Required) })
	return out
}

// describe cuts a help to most characters at a word, and keeps the default that
// stands in brackets at its end.
func describe(help string, most int) string {
	help = cmp.Or(text.Inline(help), "…")
	if text.Width(help) <= most {
		return help
	}
	if i := strings.LastIndex(help, " ("); i > 0 && strings.HasSuffix(help, ")") {
		if tail := help[i:]; text.Width(tail) <= most/3 {
			return text.Truncate(help[:i], most-text.Width(tail)) + tail
		}
	}
	return text.Truncate(help, most)
}

// size counts the characters that Discord limits in a command.
func size(name, description string, options []appOption) int {
	n := text.Units(name + description)
	for _, o := range options {
		n += size(o.Name, o.Description, o.Options)
	}
	return n
}

// register gives Discord the commands of the application, all at once, unless
// it has them already: it takes some time until people see new ones.
func (a *Adapter) register(ctx context.Context) error {
	me, err := a.me(ctx)
	if err != nil {
		return err
	}
	path := "/applications/" + url.PathEscape(me.appID) + "/commands"
	want := applicationCommands(bot.Commands())
	var there []appCommand
	if err := a.rest.do(ctx, call{method: http.MethodGet, path: path}, &there); err != nil {
		return fmt.Errorf("read the commands of the application: %w", err)
	}
	if sameCommands(there, want) {
		return nil
	}
	if err := a.rest.do(ctx, call{method: http.MethodPut, path: path, body: want}, nil); err != nil {
		return fmt.Errorf("register the commands of the application: %w", err)
	}
	a.o.Log.InfoContext(ctx, "commands registered", "platform", Platform, "count", len(want))
	return nil
}

// sameCommands compares what is set by us, in any order.
func sameCommands(a, b []appCommand) bool {
	written := func(list []appCommand) []byte {
		list = slices.Clone(list)
		slices.SortFunc(list, func(x, y appCommand) int { return cmp.Or(cmp.Compare(x.Type, y.Type), cmp.Compare(x.Name, y.Name)) })
		out, err := json.Marshal(list)
		if err != nil {
			return nil
		}
		return out
	}
	x := written(a)
	return x != nil && bytes.Equal(x, written(b))
}
