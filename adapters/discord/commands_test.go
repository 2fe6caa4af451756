package discord

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/bot"
)

var (
	slashName = regexp.MustCompile(`^[-_\p{Ll}\p{N}]{1,32}$`)
	typeNames = map[int]string{optionSub: "command", optionGroup: "group", optionString: "string", optionInteger: "integer"}
)

func checkOptions(t *testing.T, path string, options []appOption) (characters int) {
	t.Helper()
	if len(options) > 25 {
		t.Errorf("%s has %d options", path, len(options))
	}
	seen, optional := map[string]bool{}, false
	for _, o := range options {
		at := path + " " + o.Name
		if !slashName.MatchString(o.Name) || seen[o.Name] || typeNames[o.Type] == "" {
			t.Errorf("%s: %+v", at, o)
		}
		seen[o.Name] = true
		if n := utf8.RuneCountInString(o.Description); n < 1 || n > 100 {
			t.Errorf("%s: a description of %d characters", at, n)
		}
		if o.Required && optional {
			t.Errorf("%s is required after one that is not", at)
		}
		optional = optional || !o.Required
		if o.Type == optionGroup && (strings.Contains(path, " ") || len(o.Options) == 0) || o.Type > optionGroup && len(o.Options) > 0 {
			t.Errorf("%s holds what it cannot", at)
		}
		characters += utf8.RuneCountInString(o.Name+o.Description) + checkOptions(t, at, o.Options)
	}
	return characters
}

func TestCommandsKeepDiscordsLimits(t *testing.T) {
	for _, c := range applicationCommands(bot.Commands()) {
		n := utf8.RuneCountInString(c.Name+c.Description) + checkOptions(t, c.Name, c.Options)
		t.Logf("%s: %d characters, %d parts", c.Name, n, len(c.Options))
		if n > 8000 || len(c.Name) > 32 || len(c.Description) > 100 {
			t.Errorf("%s: %d characters", c.Name, n)
		}
		if !slices.Equal(c.Contexts, []int{0}) || !slices.Equal(c.Integrations, []int{0}) {
			t.Errorf("%s works outside servers: %+v", c.Name, c)
		}
		if managers := c.Name != memberCommand; managers != (c.Permissions != nil && *c.Permissions == 1<<5) {
			t.Errorf("%s is shown to %v", c.Name, c.Permissions)
		}
		if menu := c.Type == typeMessageMenu; menu != (c.Description == "") || !menu && !slashName.MatchString(c.Name) {
			t.Errorf("%+v", c)
		}
	}
}

func TestDescriptionsGiveWayToTheLimit(t *testing.T) {
	var specs []bot.CommandSpec
	for i := range 14 {
		s := bot.CommandSpec{Name: "group " + string(rune('a'+i)), Help: "what it does", Manage: true}
		for j := range 14 {
			s.Params = append(s.Params, bot.Param{Name: "option-" + string(rune('a'+j)), Help: "a help that is long, " + strings.Repeat("longer and longer, ", 5) + "to no end (default)"})
		}
		specs = append(specs, s)
	}
	c := slashCommand("discuss", "x", nil, specs)
	if n := size(c.Name, c.Description, c.Options); n > 8000 {
		t.Errorf("%d characters", n)
	}
	if got := describe("a help that is long, "+strings.Repeat("longer and longer, ", 5)+"to no end (default)", 60); got != "a help that is long, longer and longer, longer… (default)" {
		t.Error(got)
	}
}

// options are those as Discord hands them over.
func optionsIn(options map[string]string, numbers []string) []map[string]any {
	var out []map[string]any
	for _, name := range slices.Sorted(maps.Keys(options)) {
		o := map[string]any{"name": name, "type": optionString, "value": options[name]}
		if slices.Contains(numbers, name) {
			o["type"], o["value"] = optionInteger, json.Number(options[name])
		}
		out = append(out, o)
	}
	return out
}

// Every command of the engine can be given on Discord with all its parameters,
// and arrives as if it had been typed.
func TestEveryCommandComesAsTyped(t *testing.T) {
	all := applicationCommands(bot.Commands())
	for _, s := range bot.Commands() {
		top := memberCommand
		if s.Manage {
			top = manageCommand
		}
		words := strings.Fields(subName(s.Name, audience(bot.Commands(), s.Manage)))
		i := slices.IndexFunc(all, func(c appCommand) bool { return c.Name == top })
		options := all[i].Options
		for _, w := range words {
			j := slices.IndexFunc(options, func(o appOption) bool { return o.Name == w && o.Type <= optionGroup })
			if j < 0 {
				t.Fatalf("/%s %s is not registered", top, words)
			}
			options = options[j].Options
		}
		want, line := map[string]string{}, bot.CommandPrefix+" "+s.Name
		if len(s.Params) > mostOptions { // but for one that "at" stands in for
			s.Params = slices.DeleteFunc(slices.Clone(s.Params), func(p bot.Param) bool { return p.Name == spare })
		}
		for i, p := range s.Params {
			value, quote := "some \"words\" and 'more'", `"`
			if slices.ContainsFunc(s.Params, func(p bot.Param) bool { return p.Rest }) {
				quote = "" // the rest of a line may hold some of its own
			}
			switch {
			case slices.Contains(numbers, p.Name):
				value = "3"
			case !p.Rest && quote == "":
				value = "value-" + string(rune('a'+i))
			case !p.Rest:
				value = "value " + string(rune('a'+i))
			}
			j := slices.IndexFunc(options, func(o appOption) bool { return o.Name == p.Name })
			if j < 0 || options[j].Required != p.Required {
				t.Fatalf("/%s %s has no %s as it should", top, words, p.Name)
			}
			want[p.Name] = value
			if p.Rest {
				line += " " + value
			} else {
				line += " --" + p.Name + " " + quote + value + quote
			}
		}
		if len(options) != len(s.Params) {
			t.Errorf("/%s %s has %d options for %d parameters", top, words, len(options), len(s.Params))
		}
		in := decoded(t, map[string]any{"type": interactionCommand, "data": nested(top, words, optionsIn(want, numbers))})
		path, opts := in.data.path()
		name := specName(path, bot.Commands())
		args := argsOf(name, opts, "9")
		typedName, typedArgs, err := bot.ParseCommand(line)
		if err != nil || name != typedName || !maps.Equal(args, typedArgs) {
			t.Errorf("%s: %q %q; typed %q %q, %v", line, name, args, typedName, typedArgs, err)
		}
	}
}

// nested is the data of a slash command.
func nested(top string, words []string, options []map[string]any) map[string]any {
	for i, w := range slices.Backward(words) {
		kind := optionSub
		if i == 0 && len(words) == 2 {
			kind = optionGroup
		}
		options = []map[string]any{{"name": w, "type": kind, "options": options}}
	}
	return map[string]any{"name": top, "type": typeSlash, "options": options}
}

// decoded is an interaction as it arrives.
func decoded(t *testing.T, fields map[string]any) *interaction {
	t.Helper()
	in, err := decodeInteraction(incoming(t, fields))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// incoming is an interaction of a manager in a channel.
func incoming(t *testing.T, fields map[string]any) json.RawMessage {
	t.Helper()
	all := map[string]any{"id": "7001", "token": "tok", "application_id": "42", "guild_id": "9", "channel_id": "11",
		"member": map[string]any{"nick": "Ada", "roles": []string{"5"}, "permissions": "32", "user": map[string]any{"id": "77", "username": "ada"}}}
	maps.Copy(all, fields)
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestCommandsAreComparedAsDiscordGivesThem(t *testing.T) {
	want := applicationCommands(bot.Commands())
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var there []map[string]any
	if err := json.Unmarshal(raw, &there); err != nil {
		t.Fatal(err)
	}
	for _, c := range there { // as Discord writes them
		c["id"], c["version"], c["nsfw"], c["name_localizations"] = "1", "2", false, nil
	}
	slices.Reverse(there)
	read := func() (out []appCommand) {
		raw, err := json.Marshal(there)
		if err == nil {
			err = json.Unmarshal(raw, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if !sameCommands(read(), want) {
		t.Error("the same commands are written again")
	}
	there[0]["description"] = "something else"
	if sameCommands(read(), want) || sameCommands(nil, want) {
		t.Error("a change is not seen")
	}
}

// What the documentation has people type can be typed.
func TestDocumentedCommands(t *testing.T) {
	page, err := os.ReadFile("../../docs/discord.md")
	if err != nil {
		t.Fatal(err)
	}
	option := regexp.MustCompile(`^([a-z-]+):.`)
	found := regexp.MustCompile("(?m)(?:^|`)/(discuss|colloquy) ([a-z][^`\n]*)").FindAllStringSubmatch(string(page), -1)
	if len(found) < 4 {
		t.Fatalf("%q", found)
	}
	all := applicationCommands(bot.Commands())
	for _, m := range found {
		options := all[slices.IndexFunc(all, func(c appCommand) bool { return c.Name == m[1] })].Options
		values := false
		for _, w := range strings.Fields(m[2]) {
			name := w
			if o := option.FindStringSubmatch(w); o != nil {
				name, values = o[1], true
			} else if values {
				continue // a word of a value
			}
			i := slices.IndexFunc(options, func(o appOption) bool { return o.Name == name && (o.Type > optionGroup) == values })
			if i < 0 {
				t.Errorf("/%s %s: there is no %q", m[1], m[2], name)
			} else if !values {
				options = options[i].Options
			}
		}
	}
}
