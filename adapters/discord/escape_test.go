package discord

import (
	"regexp"
	"strings"
	"testing"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain words, 3.5 of them (well-known) + more # and > all": "plain words, 3.5 of them (well-known) + more # and > all",
		"**b** __u__ ~~s~~ ||h|| `c`":                              `\*\*b\*\* \_\_u\_\_ \~\~s\~\~ \|\|h\|\| \` + "`c\\`",
		"# head\n## two\n-# small":                                 "\\# head\n\\## two\n\\-# small",
		"- one\n  + two\n * three":                                 "\\- one\n  \\+ two\n \\* three",
		"> one\n>>> rest":                                          "\\> one\n\\>>> rest",
		"1. one\n 22) two":                                         "1\\. one\n 22\\) two",
		"[label](https://evil.example)":                            `\[label\]\(https\://evil.example)`,
		"<https://evil.example>":                                   `\<https\://evil.example>`,
		"http://a.example/b/c steam://run discord://x":             `http\://a.example\/b/c steam\://run discord\://x`,
		"discord.gg/abc and/or 1/2":                                `discord.gg\/abc and/or 1/2`,
		"@everyone a@b.example":                                    `\@everyone a\@b.example`,
		"<@1> <@&2> <#3> </cmd:4> <t:5> <:x:6> <a:y:7> <id:guide>": `\<\@1> \<\@&2> \<#3> \</cmd:4> \<t:5> \<\:x:6> \<a\:y:7> \<id:guide>`,
		":smile: 12:30 :+1:":                                       `\:smile: 12:30 \:+1:`,
		`C:\dir\`:                                                  `C:\\dir\\`,
		"日本 سلام":                                                  "日本 سلام",
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q)\n got %s\nwant %s", in, got, want)
		}
	}
}

// actsOn is what Discord would act on, where no backslash stands before it.
var actsOn = regexp.MustCompile("(?m)" + strings.Join([]string{
	"[*_~|`<@\\[\\]]",
	`^\s*(#|-|\+|>|\d+[.)])`,
	`\w://`,
	`:[^\s:\x{E000}]+:`,
	`\.\w+/`,
}, "|"))

// unescaped is what of s has a meaning to Discord: all but what is escaped.
func unescaped(s string) string {
	return regexp.MustCompile(`\\[^0-9A-Za-z\s]`).ReplaceAllString(s, "\uE000")
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"a *b* [c](https://d.example/e) :f:g:\n# h\n 1. i\n> j", `\\\[x](y) \`, "1.\n-\n:a:b:c: @everyone x.gg/y/z.w/v"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = text.Clean(strings.ReplaceAll(s, "\uE000", ""))
		got := escape(s)
		if found := actsOn.FindString(unescaped(got)); found != "" {
			t.Fatalf("%q is live in %q", found, got)
		}
		if back := regexp.MustCompile(`\\([^0-9A-Za-z\s])`).ReplaceAllString(got, "$1"); back != s {
			t.Fatalf("%q is shown as %q", s, back)
		}
	})
}

func TestOwnWords(t *testing.T) {
	for in, want := range map[string]string{
		"/discuss privacy says more.":                                           "/colloquy privacy says more.",
		"See /discuss feed list; /discuss feed add":                             "See /colloquy feed list; /discuss feed add",
		"/discuss why? /discuss whyever":                                        "/colloquy why? /discuss whyever",
		"/discuss my-data --before 1":                                           "/colloquy my-data before:1",
		"/discuss now URL discusses":                                            "/discuss now source:URL discusses",
		"\u2066/discuss now URL\u2069 کرتا ہے":                                  "\u2066/discuss now source:URL\u2069 کرتا ہے",
		"/discuss remove 12ab34cd takes it back.":                               "/colloquy remove id:12ab34cd takes it back.",
		"/discuss remove [ID] — take back":                                      "/colloquy remove [id:ID] — take back",
		"/discuss evidence N [--id ID] — why":                                   "/colloquy evidence n:N [id:ID] — why",
		"/discuss question replace 2 \"Why?\" now":                              "/discuss question replace n:2 text:Why? now",
		"/discuss feed add URL, /discuss why":                                   "/discuss feed add url:URL, /colloquy why",
		"--zone: Mars is unknown":                                               "zone: Mars is unknown",
		"colloquy settings --zone ZONE":                                         "colloquy settings --zone ZONE",
		"/discuss why says --allow-network 1":                                   "/colloquy why says --allow-network 1",
		`/discuss schedule add "weekdays 09:00" --tz ZONE --feed URL.`:          "/discuss schedule add at:weekdays 09:00 tz:ZONE feed:URL.",
		"/discuss settings --zone Asia/Karachi, or here with --tz Asia/Karachi": "/discuss settings zone:Asia/Karachi, or here with tz:Asia/Karachi",
		"/discuss schedule add /discuss help":                                   "/discuss schedule add /colloquy help",
		"/discuss managers; /discuss managers add":                              "/discuss managers list; /discuss managers add",
		"\u2066/discuss privacy\u2069":                                          "\u2066/colloquy privacy\u2069",
		"https://x.example/discuss why":                                         "https://x.example/discuss why",
		"/discuss":                                                              "/discuss",
		"nothing":                                                               "nothing",
	} {
		if got := ownWords(in); got != want {
			t.Errorf("ownWords(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	for in, want := range map[string]string{
		"discord:123/456 lacks a right":            "<#456> lacks a right",
		"In discord:123/456/789: no":               "In <#789>: no",
		"24 Nov — @discord:1/2, from discord:1/3:": "24 Nov — <@2>, from <#3>:",
		"in channel 1574728484738039814: allow":    "in channel <#1574728484738039814>: allow",
		"1574728484738039814 may manage":           "<@1574728484738039814> may manage",
		"role:1574728484738039814":                 "<@&1574728484738039814>",
		"the server discord:123":                   "the server discord:123",
		"17 replies, https://discord:1/2":          `17 replies, https\://discord:1/2`,
	} {
		if got := places(escape(in)); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// The help shows no flag, and of a command with many options the first.
func TestUsageOnDiscord(t *testing.T) {
	for _, c := range bot.Commands() {
		got := ownWords(bot.Usage(c) + " — help")
		if strings.Contains(got, "--") || strings.Count(got, ":") > mostShown+2 {
			t.Errorf("%s is shown as %q", c.Name, got)
		}
		for _, p := range c.Params {
			if p.Required && !strings.Contains(got, " "+p.Name+":"+strings.ToUpper(p.Name)) {
				t.Errorf("%q lacks %s", got, p.Name)
			}
		}
	}
}

func TestCustomID(t *testing.T) {
	for _, c := range []struct {
		key, command string
		args         map[string]string
	}{
		{"abcdefghijklmnopqrstuvwx", "answer", map[string]string{"id": "0198f1c2-7a6b-7c3d-8e4f-0a1b2c3d4e5f", "n": "3"}},
		{"", "privacy", nil},
		{"a key of a test, with spaces / and &", "draft post", map[string]string{"id": "a b", "x": "=&/%;\n+日本\xff"}},
		{strings.Repeat("long", 30), "why", map[string]string{}},
	} {
		id := customID(c.key, c.command, c.args)
		key, command, args, ok := parseCustomID(id)
		if !ok || key != shortKey(c.key) || command != c.command || len(args) != len(c.args) || len(id) > maxCustomID {
			t.Errorf("%q is read as %q, %q, %v, %v", id, key, command, args, ok)
		}
		for name, value := range c.args {
			if args[name] != value {
				t.Errorf("%q: %s is %q, not %q", id, name, args[name], value)
			}
		}
	}
	if key := "abcdefghijklmnopqrstuvwx"; nonce(key) != key || shortKey(key) != key {
		t.Errorf("a key of ours is changed: %q, %q", nonce(key), shortKey(key))
	}
	if a, b := nonce(strings.Repeat("a", 26)), nonce(strings.Repeat("a", 27)); a == b || len(a) > maxNonce {
		t.Errorf("nonces %q and %q", a, b)
	}
	for _, foreign := range []string{"", "x", "a/b", "a//x=1", "a/b/c/d", "a/%zz/", "a/b/%zz", strings.Repeat("a", 90) + "/why/" + strings.Repeat("b", 20)} {
		if _, _, _, ok := parseCustomID(foreign); ok {
			t.Errorf("%q is taken for ours", foreign)
		}
	}
}

func FuzzParseCustomID(f *testing.F) {
	f.Add("abc/draft+post/id=1&x=%20")
	f.Fuzz(func(t *testing.T, s string) {
		key, command, args, ok := parseCustomID(s)
		if !ok {
			return
		}
		if again, c, _, ok := parseCustomID(customID(key, command, args)); len(customID(key, command, args)) <= maxCustomID && (!ok || c != command || again != shortKey(key)) {
			t.Fatalf("%q is read as %q, %q, %v", s, key, command, args)
		}
	})
}
