package slack

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"colloquy/bot"
)

// made is a manifest as Slack's own library reads it, where no key is unknown.
func made(t *testing.T, o ManifestOptions) (m slackgo.Manifest) {
	t.Helper()
	text, err := Manifest(o)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

func TestManifestOverHTTP(t *testing.T) {
	m := made(t, ManifestOptions{App: "acme", URL: "https://bot.example.com/talk", Name: "Team Talk", Command: "/talk"})
	const at = "https://bot.example.com/talk/slack/acme"
	command := m.Features.SlashCommands[0]
	for what, pair := range map[string][2]string{
		"events":       {m.Settings.EventSubscriptions.RequestUrl, at + "/events"},
		"interactions": {m.Settings.Interactivity.RequestUrl, at + "/interactions"},
		"commands":     {command.Url, at + "/commands"},
		"callback":     {strings.Join(m.OAuthConfig.RedirectUrls, " "), at + "/oauth/callback"},
		"name":         {m.Display.Name, "Team Talk"},
		"bot":          {m.Features.BotUser.DisplayName, "team-talk"},
		"command":      {command.Command, "/talk"},
		"shortcut":     {m.Features.Shortcuts[0].CallbackID, "discuss_message"},
		"scopes":       {strings.Join(m.OAuthConfig.Scopes.Bot, " "), strings.Join(ScopeNames(), " ")},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, and should be %q", what, pair[0], pair[1])
		}
	}
	if m.Settings.SocketModeEnabled || m.Settings.OrgDeployEnabled || m.Settings.TokenRotationEnabled || !m.Settings.Interactivity.IsEnabled || !command.ShouldEscape {
		t.Errorf("settings %+v, command %+v", m.Settings, command)
	}
	if h := m.Features.AppHome; h.HomeTabEnabled || !h.MessagesTabEnabled || !h.MessagesTabReadOnlyEnabled {
		t.Errorf("home %+v", h)
	}
	if len(m.OAuthConfig.Scopes.User)+len(m.Settings.EventSubscriptions.UserEvents) != 0 {
		t.Error("it asks for rights of people")
	}
}

func TestManifestForSocketMode(t *testing.T) {
	m := made(t, ManifestOptions{App: "acme", SocketMode: true})
	text, err := Manifest(ManifestOptions{App: "acme", SocketMode: true})
	if err != nil || bytes.Contains(text, []byte("://")) || bytes.Contains(text, []byte("url")) {
		t.Errorf("it needs an address: %v\n%s", err, text)
	}
	if !m.Settings.SocketModeEnabled || m.Display.Name != "Colloquy" || m.Features.SlashCommands[0].Command != bot.CommandPrefix {
		t.Errorf("%+v", m)
	}
	both := made(t, ManifestOptions{App: "acme", SocketMode: true, URL: "https://bot.example.com"}) // for the install page
	if len(both.OAuthConfig.RedirectUrls) != 1 || both.Settings.EventSubscriptions.RequestUrl != "" || both.Features.SlashCommands[0].Url != "" {
		t.Errorf("%+v", both)
	}
}

func TestManifestKeepsTheLimits(t *testing.T) {
	m := made(t, ManifestOptions{App: "acme", SocketMode: true, Name: strings.Repeat("é", mostName), Command: "/" + strings.Repeat("x", mostCommand-1)})
	for what, c := range map[string]struct {
		text        string
		least, most int
	}{
		"name":              {m.Display.Name, 1, 35},
		"description":       {m.Display.Description, 1, 140},
		"long description":  {m.Display.LongDescription, 174, 4000},
		"bot":               {m.Features.BotUser.DisplayName, 1, 80},
		"command":           {m.Features.SlashCommands[0].Command, 2, 32},
		"about the command": {m.Features.SlashCommands[0].Description, 1, 100},
		"shortcut":          {m.Features.Shortcuts[0].Name, 1, 24},
		"about it":          {m.Features.Shortcuts[0].Description, 1, 150},
	} {
		if n := utf8.RuneCountInString(c.text); n < c.least || n > c.most {
			t.Errorf("%s has %d characters, and may have %d to %d: %s", what, n, c.least, c.most, c.text)
		}
	}
	if n := len(m.Settings.EventSubscriptions.BotEvents); n > 100 || n != len(events()) {
		t.Errorf("%d events", n)
	}
}

func TestManifestsThatCannotBe(t *testing.T) {
	good := ManifestOptions{App: "acme", URL: "https://bot.example.com"}
	for code, change := range map[string][]func(*ManifestOptions){
		"bad_app": {func(o *ManifestOptions) { o.App = "" }, func(o *ManifestOptions) { o.App = "Acme/../x" }},
		"bad_url": {
			func(o *ManifestOptions) { o.URL = "" }, func(o *ManifestOptions) { o.URL = "http://bot.example.com" },
			func(o *ManifestOptions) { o.URL = "https://bot.example.com/" }, func(o *ManifestOptions) { o.URL = "https://bot.example.com?x=1" },
			func(o *ManifestOptions) { o.URL = "bot.example.com" }, func(o *ManifestOptions) { o.URL = "https://me:secret@bot.example.com" },
			func(o *ManifestOptions) { o.URL = "https://" }, func(o *ManifestOptions) { o.URL = "https://bot.example.com/\n" },
		},
		"bad_name":    {func(o *ManifestOptions) { o.Name = strings.Repeat("x", 36) }, func(o *ManifestOptions) { o.Name = " " }, func(o *ManifestOptions) { o.Name = "a\nb" }},
		"bad_command": {func(o *ManifestOptions) { o.Command = "discuss" }, func(o *ManifestOptions) { o.Command = "/Discuss it" }, func(o *ManifestOptions) { o.Command = "/" + strings.Repeat("x", 32) }},
	} {
		for n, f := range change {
			o := good
			f(&o)
			if text, err := Manifest(o); bot.ReasonCode(err) != code || text != nil || strings.Contains(bot.Explain(err), "\n") {
				t.Errorf("%s %d: %v", code, n, err)
			}
		}
	}
	for name, want := range map[string]string{"Team Talk!": "team-talk", "日本": "colloquy", "Ça va": "a-va", "..x..": "x"} {
		if got := botName(name); got != want {
			t.Errorf("the bot of %q is %q", name, got)
		}
	}
}

// literals gives the text of every string in the code of this package, of the
// files that are wanted, by name.
func literals(t *testing.T, wanted func(name string) bool) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") || strings.HasPrefix(e.Name(), "manifest") || !wanted(e.Name()) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				text, _ := strconv.Unquote(l.Value)
				found[text] = true
			}
			return true
		})
	}
	return found
}

var methodName = regexp.MustCompile(`^(apps|auth|bots|chat|conversations|files|oauth|reactions|team|usergroups|users|views)(\.[a-zA-Z0-9]+)+$`)

// What the code calls has its scope, and no scope is asked for that nothing needs.
func TestScopesAreThoseOfTheMethodsCalled(t *testing.T) {
	covered := map[string]bool{}
	for _, m := range freeMethods {
		covered[m] = true
	}
	for _, s := range Scopes() {
		if s.Why == "" || strings.HasSuffix(s.Why, ".") {
			t.Errorf("%s: %q is no reason", s.Name, s.Why)
		}
		for _, m := range s.methods {
			covered[m] = true
		}
	}
	called := literals(t, func(name string) bool { return name != "call_limits.go" }) // that lists what could be called
	for text := range called {
		if methodName.MatchString(text) && !covered[text] {
			t.Errorf("%s is called, and no scope is asked for it: say in Scopes which it needs", text)
		}
	}
	for m := range covered {
		if !called[m] && m != "oauth.v2.access" && m != "apps.connections.open" { // which slack-go calls
			t.Errorf("%s is never called: what asks for its scope?", m)
		}
	}
}

// unsubscribed are events that the code takes though nobody sends them, and why
// they are not asked for.
var unsubscribed = map[string]string{
	"team_rename":         "it needs the scope team:read; the name is asked for at every start",
	"member_left_channel": "it comes for everybody; channel_left and group_left say it of us",
	"app_rate_limited":    "it comes unasked",
}

func TestEventsAreThoseThatAreTaken(t *testing.T) {
	taken := literals(t, func(name string) bool {
		return strings.HasPrefix(name, "places") || strings.HasPrefix(name, "events") || strings.HasPrefix(name, "deliver")
	})
	subscribed := map[string]bool{}
	for _, e := range events() {
		subscribed[e.kind] = true
		base, _, _ := strings.Cut(e.name, ".")
		if e.why == "" || base != e.kind {
			t.Errorf("%+v", e)
		}
		if !taken[e.kind] {
			t.Errorf("%s is subscribed to, and nothing takes it", e.name)
		}
	}
	for text := range taken {
		_, known := slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(text)]
		if known && !subscribed[text] && unsubscribed[text] == "" {
			t.Errorf("%s is taken, and nobody subscribes to it", text)
		}
	}
	for _, e := range events() {
		if _, known := slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(e.kind)]; !known {
			t.Errorf("Slack has no event %s", e.kind)
		}
	}
	if !slices.IsSorted([]int{leastAtLarge, utf8.RuneCountInString(atLarge), mostAtLarge}) || utf8.RuneCountInString(about) > mostDescription {
		t.Error("the descriptions are too long or too short")
	}
}
