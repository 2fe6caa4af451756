package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestBlocks(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	many := func(n int, one string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]"
	}
	button := func(action, label, more string) string {
		return `{"type":"button","action_id":"` + action + `","text":{"type":"plain_text","text":"` + label + `"}` + more + `}`
	}
	section := func(n int) string { return `[{"type":"section","text":{"type":"mrkdwn","text":"` + x(n) + `"}}]` }
	header := func(kind, text string) string {
		return `[{"type":"header","text":{"type":"` + kind + `","text":"` + text + `"}}]`
	}
	actions := func(buttons ...string) string {
		return `[{"type":"actions","elements":[` + strings.Join(buttons, ",") + `]}]`
	}
	for _, c := range []struct{ name, blocks, problem string }{
		{"section of 3000", section(3000), ""},
		{"section of 3001", section(3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"empty section", section(0), "must be more than 0 characters"},
		{"section of nothing", `[{"type":"section"}]`, "needs text or fields"},
		{"units, not characters", `[{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("😀", 76) + `"}}]`, "less than 151"},
		{"header", header("plain_text", x(150)), ""},
		{"long header", header("plain_text", x(151)), "less than 151"},
		{"header of mrkdwn", header("mrkdwn", "x"), "must be one of plain_text"},
		{"50 dividers", many(50, `{"type":"divider"}`), ""},
		{"51 dividers", many(51, `{"type":"divider"}`), "no more than 50 items"},
		{"unknown block", `[{"type":"sparkle"}]`, "unsupported type: sparkle"},
		{"unknown field", `[{"type":"divider","colour":"red"}]`, "invalid additional property: colour"},
		{"twice the same block_id", `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, "already exists"},
		{"long block_id", `[{"type":"divider","block_id":"` + x(256) + `"}]`, "less than 256"},
		{"context", `[{"type":"context","elements":` + many(10, `{"type":"mrkdwn","text":"x"}`) + `}]`, ""},
		{"long context", `[{"type":"context","elements":` + many(11, `{"type":"mrkdwn","text":"x"}`) + `}]`, "no more than 10"},
		{"button", actions(button("a", x(75), `,"value":"`+x(2000)+`"`)), ""},
		{"long button", actions(button("a", x(76), "")), "less than 76"},
		{"long value", actions(button("a", "b", `,"value":"`+x(2001)+`"`)), "less than 2001"},
		{"long action_id", actions(button(x(256), "b", "")), "less than 256"},
		{"twice the same action_id", actions(button("a", "b", ""), button("a", "c", "")), "already exists"},
		{"the same action_id in two blocks", strings.ReplaceAll(actions(button("a", "b", ""))+actions(button("a", "b", "")), "][", ","), ""},
		{"style", actions(button("a", "b", `,"style":"blue"`)), "primary or danger"},
		{"no text", actions(`{"type":"button","action_id":"a"}`), "missing required field: text"},
		{"input in actions", actions(`{"type":"plain_text_input","action_id":"a"}`), "unsupported type: plain_text_input"},
		{"emoji of mrkdwn", `[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, "additional property: emoji"},
		{"no array", `{"type":"divider"}`, "must be an array"},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.blocks), &v); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		_, problems := checkBlocks(v, false)
		if got := fmt.Sprint(problems); c.problem == "" && problems != nil || !strings.Contains(got, c.problem) {
			t.Errorf("%s: %s, want %q", c.name, got, c.problem)
		}
	}
}

func TestViews(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	view := func(title, more, blocks string) string {
		return `{"type":"modal","title":{"type":"plain_text","text":"` + title + `"}` + more + `,"blocks":[` + blocks + `]}`
	}
	submit := `,"submit":{"type":"plain_text","text":"Send"}`
	input := func(label, more string) string {
		return `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"` + label + `"},"element":{"type":"plain_text_input","action_id":"a"` + more + `}}`
	}
	for _, c := range []struct{ name, view, problem string }{
		{"form", view(x(24), submit, input("Why?", "")), ""},
		{"long title", view(x(25), submit, input("Why?", "")), "less than 25"},
		{"long label", view("A", submit, input(x(2001), "")), "less than 2001"},
		{"no submit", view("A", "", input("Why?", "")), "needs submit"},
		{"too much metadata", view("A", submit+`,"private_metadata":"`+x(3001)+`"`, input("Why?", "")), "less than 3001"},
		{"max_length", view("A", submit, input("Why?", `,"max_length":3001`)), "between 1 and 3000"},
		{"initial value", view("A", submit, input("Why?", `,"max_length":2,"initial_value":"abc"`)), "less than 3"},
		{"unknown field", view("A", submit+`,"colour":"red"`, input("Why?", "")), "additional property: colour"},
	} {
		var o obj
		if err := json.Unmarshal([]byte(c.view), &o); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		problems := checkView(o)
		if got := fmt.Sprint(problems); c.problem == "" && problems != nil || !strings.Contains(got, c.problem) {
			t.Errorf("%s: %s, want %q", c.name, got, c.problem)
		}
	}
}

func TestBlocksTogether(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	part := `{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 2900) + `"}}`
	w.wantError(w.post("text", "x", "blocks", "["+part+","+part+","+part+","+part+"]"), "")
	w.wantError(w.post("text", "x", "blocks", "["+part+","+part+","+part+","+part+","+part+"]"), "msg_blocks_too_long")
	w.wantError(w.post("text", "x", "blocks", `[{"type":"sparkle"}]`), "invalid_blocks")
	w.wantError(w.post("blocks", "["+part+"]"), "")
	if v := strings.Join(w.Forgive(), "\n"); !strings.Contains(v, "blocks without a text") || !strings.Contains(v, "sparkle") {
		t.Errorf("violations: %s", v)
	}
}

func TestShown(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	group := w.AddGroup(w.team, "friends", w.ada)
	for _, c := range []struct{ text, shown string }{
		{"*bold* _it_ ~no~ `code` a*b*c 2 * 3 * 4", "bold it no code a*b*c 2 * 3 * 4"},
		{"<https://a.example/x_y_z|a *label*> &amp; &lt;!channel&gt;", "a *label* (https://a.example/x_y_z) & <!channel>"},
		{"<@" + w.ada + "> in <#" + w.channel + "|x> and <!here> <!subteam^" + group + ">", "@Ada in #reading and @here @friends"},
		{"<!date^1392734382^{date}|a day>", "a day"},
	} {
		ts := w.post("text", c.text)["ts"].(string)
		if got := w.Shown(Ref{w.channel, ts}); got != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.text, got, c.shown)
		}
	}
	blocks := `[{"type":"header","text":{"type":"plain_text","text":"*A* &amp; B"}},
		{"type":"section","text":{"type":"mrkdwn","text":"x <!channel>"},"accessory":{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}},
		{"type":"context","elements":[{"type":"plain_text","text":"one"},{"type":"mrkdwn","text":"_two_"}]}]`
	o := w.post("text", "beside", "blocks", blocks)
	r := Ref{w.channel, o["ts"].(string)}
	if got, want := w.Shown(r), "*A* & B\nx @channel\n[Go]\none two"; got != want {
		t.Errorf("blocks are shown as %q, want %q", got, want)
	}
	m, _ := w.Message(r)
	if len(m.Notified) != 1 || m.Notified[0] != w.ada || w.Notification(r) != "beside" {
		t.Errorf("notified %v with %q", m.Notified, w.Notification(r))
	}
	if n := w.Counts().Notified; n != 2 { // <@ada> with <!here> and the group, and <!channel>
		t.Errorf("%d people were notified", n)
	}
}
