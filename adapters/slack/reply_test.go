package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

func TestStamp(t *testing.T) {
	for in, want := range map[string]int64{
		"1355517523.000005": 1355517523000005, "0.000001": 1, "99999999999.999999": 99999999999999999,
		// A float would make 1767225600.123455 of the first.
		"1767225600.123456": 1767225600123456,
		"":                  0, "0.000000": 0, "1355517523": 0, "1355517523.5": 0, "1355517523.0000051": 0, "-1.000000": 0, "1e9.000000": 0,
		"1355517523,000005": 0, " 1355517523.000005": 0, "1355517523.000005\n": 0, "999999999999.000000": 0, "١٣٥٥٥١٧٥٢٣.000005": 0, "now": 0, "1767225600.00001x": 0,
	} {
		if got, ok := stamp(in); got != want && ok || ok != (want > 0) {
			t.Errorf("%q: %d, %v, want %d", in, got, ok, want)
		}
	}
}

// knownNames names people and channels whose names are known.
func knownNames(id string, channel bool) string {
	return map[string]string{"U1": "Ada L.", "U2": "2 Chainz", "U3": "عائشہ", "C1": "talk"}[id]
}

func TestUnmarked(t *testing.T) {
	for in, want := range map[string]string{
		"":                                              "",
		"a &amp; b &lt;c&gt; &amp;lt;":                  "a & b <c> &lt;",
		"&nbsp; &#60; & &lt":                            "&nbsp; &#60; & &lt",
		"<@U1> <@U9> <@U2> <@U3>":                       "@Ada L. @U9 @U2 @عائشہ",
		"<@U1|ada> <@U1|2nd>":                           "@ada @U1",
		"<#C1> <#C9> <#C1|old> <#C9|>":                  "#talk #C9 #old #C9",
		"<!here> <!channel|channel>":                    "@here @channel",
		"<!everyone>":                                   "@everyone",
		"<!subteam^S1|@team> <!subteam^S1>":             "@team @S1",
		"<!date^1392734382^{date}|18 Feb> <!new>":       "18 Feb <!new>",
		"<https://example.org>":                         "https://example.org",
		"<http://example.org|example.org>":              "example.org",
		"<http://example.org/|example.org>":             "example.org",
		"<mailto:a@example.org|a@example.org>":          "a@example.org",
		"<https://a.example/?x=1&amp;y|A &amp; B>":      "A & B (https://a.example/?x=1&y)",
		"<https://evil.example|https://bank.example>":   "https://bank.example (https://evil.example)",
		"<> <|> <@> <@|x> <#!@U1> <script> <@u1> <a|b>": "<> <|> <@> <@|x> <#!@U1> <script> <@u1> <a|b>",
		"< <@U1>":               "< @Ada L.",
		"*bold* `code`\n> said": "*bold* `code`\n> said",
		"a\x00b":                "ab",
		"@2 yes":                "@2 yes",
	} {
		if got := unescaped(in, knownNames); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	long := unescaped(strings.Repeat("<@U1>", 100_000), knownNames)
	if n := text.Units(long); n > mostText || !strings.HasSuffix(long, "…") {
		t.Errorf("%d units", n)
	}
}

func TestBlockText(t *testing.T) {
	for in, want := range map[string]string{
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"5 < 6 & "},{"type":"text","text":"bold","style":{"bold":true}},{"type":"emoji","name":"wave"}]}]}]`:                                                                                                                                                                                                                                                                      "5 < 6 & bold:wave:",
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"},{"type":"text","text":" in "},{"type":"channel","channel_id":"C1"},{"type":"broadcast","range":"here"},{"type":"usergroup","usergroup_id":"S1"}]}]}]`:                                                                                                                                                                                                            "@Ada L. in #talk@here@S1",
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://a.example/?x=1&y=<|>","text":"A|B"},{"type":"link","url":"https://b.example"}]}]}]`:                                                                                                                                                                                                                                                                               "A|B (https://a.example/?x=1&y=%3C%7C%3E)https://b.example",
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Two:\n"}]},{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"three"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"four"}]}]}]`: "Two:\n• one\n• two\nthree\nfour",
		`[7,{"type":7},{"type":"section","text":{"type":"mrkdwn","text":"of an app"}},{"type":"rich_text","elements":{"a":1}},{"type":"rich_text","elements":[null,{"type":"new","elements":[{"type":"date","fallback":"today"}]}]}]`:                                                                                                                                                                                                                                             "today",
		`{"a":1}`: "", `null`: "", ``: "", `{`: "",
		`[{"type":"rich_text","elements":[` + strings.Repeat(`{"type":"rich_text_section","elements":[`, 500) + `{"type":"text","text":"too deep"}` + strings.Repeat(`]}`, 500) + `]}]`: "",
	} {
		if got := unescaped(typed(json.RawMessage(in)), knownNames); got != want {
			t.Errorf("%.300s: got %q, want %q", in, got, want)
		}
	}
	in, _ := newWire(t)
	k := newKeeper()
	k.give(t, in, said(1, "", `,"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"only in blocks"}]}]}]`))
	if r := k.replies[ts(1)]; r.Text != "only in blocks" {
		t.Errorf("%+v", k.replies)
	}
}

func TestReactions(t *testing.T) {
	var m message
	lenient(json.RawMessage(`{"reactions":[{"name":"partyparrot","count":2,"users":["U1"]},{"name":"+1","count":3},{"name":"+1::skin-tone-4","count":2},
		{"name":"thumbsup","count":1},{"name":"no_entry","count":1},{"name":"x\ny","count":1},{"name":"","count":9},{"name":"eyes","count":-1},{"name":7,"count":2},{"name":"tada","count":"2"},7]}`), &m)
	want := []bot.Reaction{{Key: ":partyparrot:", Count: 2}, {Key: ":x y:", Count: 1}, {Key: bot.ExcludeEmoji, Count: 1}, {Key: "👍", Count: 6}}
	if got := m.reactions(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (message{}).reactions(); got == nil {
		t.Error("none is not known to be none")
	}
}

func TestNames(t *testing.T) {
	in, w := newWire(t)
	profiled := said(1, "hi", `,"user":"U0STRANGER","user_profile":{"display_name":"","real_name":"Stran\nger","name":"str"}`)
	for _, payload := range []string{profiled, said(2, "hi <@U0STRANGER>", `,"user":"U0STRANGER"`), said(3, "hi", `,"user":"U0GONE"`), said(4, "hi", `,"user":"U0GONE"`)} {
		k := newKeeper()
		k.give(t, in, payload)
		for _, r := range k.replies {
			want := map[string]string{"U0STRANGER": "Stran ger", "U0GONE": ""}[r.Author.ID]
			if r.Author.Name != want || r.Text != "hi" && r.Text != "hi @Stran ger" {
				t.Errorf("%+v", r)
			}
		}
	}
	if n := w.times("users.info"); n != 1 {
		t.Errorf("%d requests for one unknown person", n)
	}
	long := strings.Repeat("x", 300)
	w.users(map[string]string{"U0LONG": "@" + long, "U0EMPTY": ""})
	if p, err := in.person(t.Context(), "U0LONG", false); err != nil || len(p.Name) > longestName+2 || p.Name[0] != 'x' {
		t.Errorf("%+v, %v", p, err)
	}
	if p, _ := in.person(t.Context(), "U0EMPTY", false); p.Name != "Real Name" {
		t.Errorf("%+v", p)
	}
}

// A message that names half the workspace asks for some of them alone.
func TestNamesInOneMessage(t *testing.T) {
	in, w := newWire(t)
	var crowd strings.Builder
	for i := range 3 * mostLookUps {
		fmt.Fprintf(&crowd, "<@U%d> ", 100+i%(2*mostLookUps))
	}
	k := newKeeper()
	k.give(t, in, said(1, crowd.String(), ""))
	if n := w.times("users.info"); n != mostLookUps+1 || !strings.HasPrefix(k.replies[ts(1)].Text, "@U100 @U101 ") {
		t.Errorf("%d requests: %q", n, k.replies[ts(1)].Text)
	}
}

// A name that Slack does not tell in time keeps no message waiting, nor the next.
func TestNamesAreNotWaitedFor(t *testing.T) {
	in, _ := newWire(t)
	now := time.Now()
	in.app.a.o.Clock = func() time.Time { return now }
	asked := 0
	ask := func(ctx context.Context) (string, error) {
		asked++
		<-ctx.Done()
		return "", ctx.Err()
	}
	short, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	for range 3 {
		if name, err := in.app.a.names.look(short, "T/U", in.app.a.o.Clock, ask); name != "" || err != nil && asked != 1 {
			t.Errorf("%q, %v", name, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times at once", asked)
	}
	now = now.Add(keepFailed)
	_, _ = in.app.a.names.look(short, "T/U", in.app.a.o.Clock, ask)
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

func TestNamesOnceForAll(t *testing.T) {
	in, _ := newWire(t)
	n := &in.app.a.names
	begun, release := make(chan struct{}), make(chan struct{})
	calls := 0
	ask := func(context.Context) (string, error) {
		calls++
		close(begun)
		<-release
		return "Ada", nil
	}
	got := make(chan string)
	look := func() {
		name, _ := n.look(t.Context(), "T/U", time.Now, ask)
		got <- name
	}
	go look()
	<-begun
	for range 9 {
		go look()
	}
	if _, err := n.look(offline(), "T/U", time.Now, ask); err == nil {
		t.Error("who has no time waits for others")
	}
	close(release)
	for range 10 {
		if name := <-got; name != "Ada" {
			t.Errorf("%q", name)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestNamesAreBounded(t *testing.T) {
	var n names
	now := time.Now()
	for i := range 3 * mostNames {
		n.put("T/"+strconv.Itoa(i), "name", now.Add(keepName))
		if _, ok := n.get("T/0", now); !ok { // in use, so it stays
			t.Fatalf("forgotten after %d", i)
		}
	}
	if len(n.young)+len(n.old) > 2*mostNames {
		t.Errorf("%d and %d", len(n.young), len(n.old))
	}
	if _, ok := n.get("T/1", now); ok {
		t.Error("nothing is ever forgotten")
	}
	if _, ok := n.get("T/0", now.Add(keepName)); ok {
		t.Error("a name is kept for ever")
	}
}
