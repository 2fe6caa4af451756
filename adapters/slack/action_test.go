package slack

import (
	"maps"
	"strings"
	"testing"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

func TestAction(t *testing.T) {
	for _, c := range []struct {
		key, command string
		args         map[string]string
	}{
		{"abcdefghijklmnopqrstuvwx", "answer", map[string]string{"id": "0198f1c2-7a6b-7c3d-8e4f-0a1b2c3d4e5f", "n": "3"}},
		{"", "privacy", map[string]string{}},
		{"a key of a test, with spaces / and &", "draft post", map[string]string{"id": "a b", "x": "=&/%;\n+<!channel>日本 \"'"}},
		{strings.Repeat("long", 30), "why/not", map[string]string{}},
	} {
		id, value := actionID(c.key, c.command, 12), actionValue(c.args)
		key, command, args, ok := parseAction(id, value)
		if !ok || key != shortKey(c.key) || command != c.command || !maps.Equal(args, c.args) || len(id) > maxActionID {
			t.Errorf("%q with %q is read as %q, %q, %v, %v", id, value, key, command, args, ok)
		}
		if strings.ContainsAny(value, "<>&") {
			t.Errorf("Slack might read something in %q", value)
		}
	}
	for _, foreign := range [][2]string{
		{"", ""}, {"x", ""}, {"a/b", ""}, {"a//1", ""}, {"a/b/x", ""}, {"a/b/-1", ""}, {"a/b/1", "id=1"}, {"a/b/1", "null"}, {"a/b/1", `{"a":1}`},
		{"a/" + strings.Repeat("b", 255) + "/1", ""}, {"a/b/1", `{"a":"` + strings.Repeat("x", 2000) + `"}`},
	} {
		if _, _, _, ok := parseAction(foreign[0], foreign[1]); ok {
			t.Errorf("%q is taken for ours", foreign)
		}
	}
}

func TestButtonOfAForm(t *testing.T) {
	form := bot.Button{Label: "جواب دیں", Command: "answer", Args: map[string]string{"id": "0a1b2c3d", "n": "12"}, Form: "جواب، یہاں آپ کے نام سے نظر آئے گا"}
	_, _, args, ok := parseAction(actionID("k", form.Command, 0), buttonValue(form))
	if !ok || args[formArgument] != form.Form || args["n"] != "12" || args["id"] != "0a1b2c3d" || form.Args[formArgument] != "" {
		t.Errorf("it sends %v; the button is %+v", args, form)
	}
	form.Form = strings.Repeat("what <to> write ", 300)
	value := buttonValue(form)
	if _, _, args, ok := parseAction(actionID("k", form.Command, 0), value); !ok || text.Units(value) > maxValue || len(args[formArgument]) < 500 {
		t.Errorf("a long form asks %q", args[formArgument])
	}
	form.Args["x"] = strings.Repeat("x", maxValue-len(`{"form":"1","id":"0a1b2c3d","n":"12","x":""}`))
	if _, _, args, ok := parseAction(actionID("k", form.Command, 0), buttonValue(form)); !ok || args[formArgument] == "" {
		t.Errorf("a form without room for its question: %v", args)
	}
}

func FuzzParseAction(f *testing.F) {
	f.Add("abc/draft post/1", `{"id":"1"}`)
	f.Fuzz(func(t *testing.T, id, value string) {
		key, command, args, ok := parseAction(id, value)
		if !ok {
			return
		}
		if again, c, a, ok := parseAction(actionID(key, command, 0), actionValue(args)); text.Units(actionID(key, command, 0)) <= maxActionID && text.Units(actionValue(args)) <= maxValue && (!ok || c != command || again != shortKey(key) || !maps.Equal(a, args)) {
			t.Fatalf("%q, %q is read as %q, %q, %v", id, value, key, command, args)
		}
	})
}
