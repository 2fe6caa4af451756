package discord

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"colloquy/bot"
)

// What the options of Discord say is what would have been typed.
func TestArguments(t *testing.T) {
	for _, test := range []struct {
		command, param string
		value          any
		want           string
	}{
		{"managers add", "who", "<@123>", "123"},
		{"managers add", "who", "<@!123>", "123"},
		{"managers add", "who", " <@&456> ", "role:456"},
		{"managers add", "who", "role:456", "role:456"},
		{"schedule add", "approve", "<#789>", "discord:9/789"},
		{"schedule add", "approve", "discord:9/789", "discord:9/789"},
		{"schedule add", "ping", "<@&456>", "456"},
		{"settings", "notices", "<#789>", "discord:9/789"},
		{"settings", "notices", "<@123>", "@discord:9/123"},
		{"settings", "notices", "@<@123>", "@discord:9/123"},
		{"settings", "notices", "off", "off"},
		{"schedule add", "at", `"weekdays 09:00"`, "weekdays 09:00"},
		{"schedule add", "at", "'0 9 * * *'", "0 9 * * *"},
		{"schedule add", "at", `mon "or" tue`, `mon "or" tue`},
		{"question replace", "text", "<@123>", "<@123>"},
		{"question replace", "text", `"A" or "B"`, `"A" or "B"`},
		{"question drop", "n", 2, "2"},
		{"now", "source", `"<@123>" is quoted`, `"<@123>" is quoted`},
		{"now", "source", `"all of it"`, `"all of it"`},
	} {
		value, err := json.Marshal(test.value)
		if err != nil {
			t.Fatal(err)
		}
		args := argsOf(test.command, []givenOption{{Name: test.param, Type: optionString, Value: value}}, "9")
		if args[test.param] != test.want {
			t.Errorf("%s %s: %v is %q, not %q", test.command, test.param, test.value, args[test.param], test.want)
		}
	}
}

func TestTheLinkOfAMessage(t *testing.T) {
	for content, want := range map[string]string{
		"":                                    "",
		"no link, http:// neither":            "",
		"see https://a.example/1.":            "https://a.example/1",
		"see (https://a.example/b_(c)).":      "https://a.example/b_(c)",
		"<https://a.example/?q=1&r=2>":        "https://a.example/?q=1&r=2",
		"**https://a.example/x** and":         "https://a.example/x",
		"[a title](https://a.example/x)!":     "https://a.example/x",
		"||https://a.example/x||":             "https://a.example/x",
		"ftp://a.example HTTPS://B.example/Y": "https://B.example/Y",
		"https://:80/ http://b.example":       "http://b.example",
		"`http://a.example/`":                 "http://a.example/",
	} {
		d := interactionData{TargetID: "1", Resolved: resolved{Messages: map[string]linked{"1": {Content: content}, "2": {Content: "https://other.example/"}}}}
		if got := d.link(); got != want {
			t.Errorf("%q: %q, not %q", content, got, want)
		}
	}
	d := interactionData{TargetID: "1", Resolved: resolved{Messages: map[string]linked{"1": {Content: "words", Embeds: []embedLink{{}, {URL: "javascript:x"}, {URL: "https://a.example/e"}}}}}}
	if got := d.link(); got != "https://a.example/e" {
		t.Errorf("the link of an embed: %q", got)
	}
}

// fixtures are interactions with all that Discord sends in them.
func fixtures(t testing.TB) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	files, err := filepath.Glob("testdata/interactions/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = raw
	}
	return out
}

func TestDocumentedInteractions(t *testing.T) {
	all := fixtures(t)
	read := func(name string) *interaction {
		in, err := decodeInteraction(all[name])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return in
	}
	a := New(Options{})
	in := read("slash")
	words, options := in.data.path()
	name := specName(words, bot.Commands())
	c := a.command(in, name, argsOf(name, options, in.GuildID))
	want := bot.Command{ID: "410000000000007001", Name: "feed add", Args: map[string]string{"url": "https://a.example/feed"},
		Channel: bot.Channel{Platform: "discord", Workspace: "410000000000000009", ID: "410000000000000011"},
		Actor: bot.Actor{Person: bot.Person{Platform: "discord", Workspace: "410000000000000009", ID: "410000000000000077", Name: "Ada L."},
			Roles: []string{"410000000000000005"}, Manager: true}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("%+v", c)
	}
	if in = read("menu"); in.data.Resolved.Messages[in.data.TargetID].Content != "some words" || in.data.link() != "" {
		t.Errorf("%+v", in.data)
	}
	for name, words := range map[string]string{"form": "It depends.\nOn what?", "form_labelled": "It depends."} {
		if in = read(name); in.data.written() != words {
			t.Errorf("%s: %q", name, in.data.written())
		}
	}
	if in = read("private"); a.command(in, "privacy", nil).Actor.ID != "410000000000000077" || in.GuildID != "" {
		t.Errorf("%+v", in)
	}
}

func TestWhoManages(t *testing.T) {
	a := New(Options{})
	for permissions, want := range map[string]bool{"0": false, "32": true, "8": true, "274877906943": true, "2147483607": false, "": false, "many": false, "-1": false} {
		in := decoded(t, map[string]any{"member": map[string]any{"permissions": permissions, "user": map[string]any{"id": "7"}}})
		if got := a.command(in, "x", nil).Actor.Manager; got != want {
			t.Errorf("%q: %v", permissions, got)
		}
	}
	// In private there is no server to manage, whatever is claimed.
	in := decoded(t, map[string]any{"guild_id": nil, "user": map[string]any{"id": "7", "global_name": "Ada"}, "member": nil})
	c := a.command(in, "privacy", nil)
	if c.Actor.Manager || c.Actor.ID != "7" || c.Actor.Name != "Ada" || c.Actor.Workspace != "" || c.Channel.Workspace != "" {
		t.Errorf("%+v", c)
	}
}

func TestPlace(t *testing.T) {
	a := New(Options{})
	for kind, thread := range map[int]string{0: "", 5: "", 10: "11", 11: "11", 12: "11"} {
		in := decoded(t, map[string]any{"channel": map[string]any{"id": "11", "type": kind, "parent_id": "4", "new": []int{1}}})
		ch := a.place(in)
		if want := map[bool]string{true: "4", false: "11"}[thread != ""]; ch.Thread != thread || ch.ID != want {
			t.Errorf("type %d: %+v", kind, ch)
		}
	}
}

// What has changed in Discord's payloads is left out, and no more than that.
func TestStrangeParts(t *testing.T) {
	raw := incoming(t, map[string]any{"type": interactionPress, "message": map[string]any{"id": "5", "embeds": "none", "components": []any{map[string]any{"type": 99, "custom_id": "x", "label": "L", "new": 1}}},
		"channel": []int{1}, "data": map[string]any{"custom_id": "x", "values": 3, "components": nil}, "extra": map[string]any{}})
	in, err := decodeInteraction(raw)
	if in == nil || err == nil || in.data.CustomID != "x" || in.message.ID != "5" || in.member.User.ID != "77" {
		t.Fatalf("%+v, %v", in, err)
	}
	if c, ok := find(in.message.Components, "x", 0); !ok || c.Label != "L" {
		t.Errorf("%+v", c)
	}
	if strings.Contains(err.Error(), "tok") {
		t.Errorf("the token is in %v", err)
	}
}

func FuzzInteraction(f *testing.F) {
	for _, raw := range fixtures(f) {
		f.Add([]byte(raw))
	}
	f.Add([]byte(`{"id":"1","token":"t","type":5,"data":{"custom_id":"k/answer/id=1","components":[{"type":18,"component":{"type":4,"custom_id":"text","value":"v"}}]}}`))
	f.Add([]byte(`{"id":"1","token":"t","type":3,"message":{"id":"2","embeds":[{"url":"https://a.example"}]},"data":{"custom_id":"/now/pick=source%3A0"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, _ := decodeInteraction(raw)
		if in == nil {
			return
		}
		words, options := in.data.path()
		if len(words) > deepest {
			t.Errorf("%q", words)
		}
		argsOf(specName(words, nil), options, in.GuildID)
		if l := in.data.link(); l != "" && !strings.HasPrefix(l, "http") {
			t.Errorf("link %q", l)
		}
		in.data.written()
		a := New(Options{})
		if _, name, args, ok := parseCustomID(in.data.CustomID); ok {
			in.pick(args)
			formFor(in, "k", name, args, args[formArgument])
			if c := a.command(in, name, args); c.Actor.Manager && in.GuildID == "" {
				t.Error("a manager of nothing")
			}
		}
	})
}
