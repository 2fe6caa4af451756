package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"colloquy/adapters/slack"
	"colloquy/adapters/slack/slacktest"
)

func TestSlackConfig(t *testing.T) {
	c, err := ParseConfig("c.yaml", []byte(`web: {listen: ":8080", url: "https://bot.example.org/"}
slack:
  apps:
    - name: acme
      layout: thread-per-question
      bot_token: xoxb-1
      app_token: xapp-1
    - {name: readers, command: /talk, client_id: "1.2", client_secret: c, signing_secret: s}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []slack.App{{Name: "acme", Layout: slack.ThreadPerQuestion, BotToken: "xoxb-1", AppToken: "xapp-1"},
		{Name: "readers", Command: "/talk", ClientID: "1.2", ClientSecret: "c", SigningSecret: "s"}}
	if !slices.Equal(c.Slack.Apps, want) || !slices.Equal(c.Slack.Lines, []int{4, 8}) {
		t.Errorf("%+v", c.Slack)
	}
	if c.Web != (WebConfig{Listen: ":8080", URL: "https://bot.example.org"}) {
		t.Errorf("%+v", c.Web)
	}
	for text, want := range map[string]string{
		"slack: {app: []}":                            `c.yaml:1: slack has no key "app": did you mean "apps"?`,
		"slack: {apps: {name: a}}":                    "c.yaml:1: apps is no list",
		"slack:\n  apps:\n  - layout: one-thread":     "c.yaml:3: an app of Slack needs a name",
		"slack: {apps: [{name: Acme}]}":               `c.yaml:1: "Acme" is no name of an app: use 1 to 32 lower-case letters`,
		"slack: {apps: [{name: a/b}]}":                `c.yaml:1: "a/b" is no name of an app`,
		"slack:\n  apps: [{name: a}, \n   {name: a}]": `c.yaml:3: an app named "a" is already on line 2: give each its own name`,
		"slack: {apps: [{name: a, layout: flat}]}":    `c.yaml:1: layout: "flat" is none of one-thread, thread-per-question`,
		"slack: {apps: [{name: a, command: talk}]}":   `c.yaml:1: "talk" is no command of Slack`,
		"slack: {apps: [{name: a, token: hunter2}]}":  `c.yaml:1: an app of Slack has no key "token"`,
		"web: {listen: \"8080\"}":                     `c.yaml:1: "8080" is no address to listen at: write HOST:PORT`,
		"web: {listen: \"host:http-no\"}":             `c.yaml:1: "host:http-no" is no address to listen at`,
		"web: {url: bot.example.org}":                 `c.yaml:1: "bot.example.org" is no address of a web server: write it like https://bot.example.org`,
		"web: {url: \"http://bot.example.org\"}":      `c.yaml:1: "http://bot.example.org" does not begin with https`,
		"web: {url: \"https://a.example/?x=1\"}":      "is no address of a web server",
		"web: {port: 80}":                             `c.yaml:1: web has no key "port"`,
	} {
		_, err := ParseConfig("c.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// What is wrong with an app is said in one line with what to do, and no secret is
// repeated.
func TestSlackAppsThatCannotWork(t *testing.T) {
	const named = "slack: {apps: [{name: acme, "
	for _, tt := range []struct{ file, env, want string }{
		{"", "BOT_TOKEN=hunter2 APP_TOKEN=xapp-1", "this is no bot token of a Slack app: copy it from the page OAuth & Permissions"},
		{"", "BOT_TOKEN=xoxb-1 APP_TOKEN=xoxb-hunter2", "this is no app token of a Slack app: copy it from App-Level Tokens"},
		{"", "BOT_TOKEN=xoxb-1", "nothing that happens on Slack reaches the app colloquy: give its app token for Socket Mode, or its signing secret for HTTP"},
		{"", "APP_TOKEN=xapp-1", "the app colloquy has no way into a workspace: give its bot token, or its client id and client secret"},
		{"", "APP_TOKEN=xapp-1 CLIENT_ID=1.2", "the client id and the client secret of the app colloquy belong together"},
		{"", "APP_TOKEN=xapp-1 CLIENT_ID=1.2 CLIENT_SECRET=hunter2 BOT_TOKEN=xoxb-1", "has both a bot token and a client id: keep the token"},
		{"", "APP_TOKEN=xapp-1 CLIENT_ID=1.2 CLIENT_SECRET=hunter2", "nothing says at which address: set COLLOQUY_URL"},
		{"web: {url: 'https://bot.example.org'}", "APP_TOKEN=xapp-1 CLIENT_ID=1.2 CLIENT_SECRET=hunter2", "there is no key to keep its tokens with: set COLLOQUY_SECRET_KEY to 32 random bytes"},
		{"", "SIGNING_SECRET=hunter2 BOT_TOKEN=xoxb-1", "the Slack app colloquy is reached over HTTP, and there is no address to listen at: give one with --listen"},
		{"", "BOT_TOKEN=xoxb-1 APP_TOKEN=xapp-1 API=slack", "colloquy: COLLOQUY_SLACK_API is no address"},
		{"", "BOT_TOKEN_FILE=gone", "COLLOQUY_SLACK_BOT_TOKEN_FILE"},
		{named + "bot_token: xoxb-1}]}", "", "c.yaml:1: nothing that happens on Slack reaches the app acme"},
		{named + "bot_token: hunter2}]}", "", "c.yaml:1: this is no bot token"},
		{named + "bot_token: xoxb-1}]}", "ACME_APP_TOKEN=hunter2", "COLLOQUY_SLACK_ACME_APP_TOKEN: this is no app token"},
		{named + "bot_token: xoxb-1, app_token: xapp-1}, {name: other}]}", "BOT_TOKEN=xoxb-2", "c.yaml:1: the app other has no way into a workspace"},
	} {
		t.Chdir(t.TempDir())
		writeFile(t, "c.yaml", tt.file)
		var env []string
		for pair := range strings.FieldsSeq(tt.env) {
			env = append(env, "COLLOQUY_SLACK_"+pair)
		}
		r := cli(t, env, "", "serve", "--config", "c.yaml")
		if r.code != exitUsage && !strings.Contains(tt.env, "_FILE") || r.code == exitDone {
			t.Errorf("%s: exit code %d", tt.want, r.code)
		}
		last := r.stderr[strings.LastIndex("\n"+strings.TrimSpace(r.stderr), "\n"):]
		if !strings.Contains(last, tt.want) || strings.Contains(r.stderr, "hunter2") || !strings.HasPrefix(last, "colloquy: ") {
			t.Errorf("%s %s: %q is not one line with %q", tt.file, tt.env, r.stderr, tt.want)
		}
	}
}

func TestSlackAppsTakeVariables(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "token", "xoxb-file\n")
	for _, tt := range []struct {
		file string
		env  []string
		want []slack.App
	}{
		{"", nil, nil},
		{"", []string{"BOT_TOKEN=xoxb-1", "APP_TOKEN= xapp-1\n"}, []slack.App{{Name: "colloquy", BotToken: "xoxb-1", AppToken: "xapp-1"}}},
		{"", []string{"BOT_TOKEN_FILE=token", "SIGNING_SECRET=s"}, []slack.App{{Name: "colloquy", BotToken: "xoxb-file", SigningSecret: "s"}}},
		{"[{name: acme}]", []string{"BOT_TOKEN=xoxb-1", "ACME_APP_TOKEN=xapp-1"}, []slack.App{{Name: "acme", BotToken: "xoxb-1", AppToken: "xapp-1"}}},
		{"[{name: acme, bot_token: xoxb-1, app_token: xapp-1}]", []string{"APP_TOKEN=xapp-2"}, []slack.App{{Name: "acme", BotToken: "xoxb-1", AppToken: "xapp-2"}}},
		{"[{name: a-b, bot_token: xoxb-1, app_token: xapp-1}, {name: c}]", []string{"BOT_TOKEN=xoxb-9", "A_B_APP_TOKEN=xapp-2", "C_BOT_TOKEN_FILE=token", "C_SIGNING_SECRET=s"},
			[]slack.App{{Name: "a-b", BotToken: "xoxb-1", AppToken: "xapp-2"}, {Name: "c", BotToken: "xoxb-file", SigningSecret: "s"}}},
	} {
		text := ""
		if tt.file != "" {
			text = "slack: {apps: " + tt.file + "}"
		}
		c, err := ParseConfig("c.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		a := &app{config: c, getenv: func(name string) string {
			for _, pair := range tt.env {
				if value, ok := strings.CutPrefix("COLLOQUY_SLACK_"+pair, name+"="); ok {
					return value
				}
			}
			return ""
		}}
		if got, err := a.slackApps(); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s %v: %+v, %v", tt.file, tt.env, got, err)
		}
	}
}

func TestSlackManifest(t *testing.T) {
	w := newTown(t)
	var socket map[string]any
	if err := json.Unmarshal([]byte(w.ok("slack", "manifest", "--format", "json")), &socket); err != nil {
		t.Fatal(err)
	}
	text := w.ok("slack", "manifest", "--app", "acme", "--url", "https://bot.example.org/")
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	contains(t, text, "request_url: https://bot.example.org/slack/acme/events", "- https://bot.example.org/slack/acme/oauth/callback", "socket_mode_enabled: false", "  - command: /discuss")
	if socket["settings"].(map[string]any)["socket_mode_enabled"] != true || m["display_information"].(map[string]any)["name"] != "Colloquy" {
		t.Errorf("%v, %v", socket, m)
	}
	steps := strings.Join(strings.Fields(w.run("slack", "manifest").stderr), " ")
	contains(t, steps, "paste this as YAML", "COLLOQUY_SLACK_APP_TOKEN", "COLLOQUY_SLACK_BOT_TOKEN", "start 'colloquy serve'")
	steps = strings.Join(strings.Fields(w.run("slack", "manifest", "--app", "acme", "--url", "https://bot.example.org", "--format", "json").stderr), " ")
	contains(t, steps, "paste this as JSON", "COLLOQUY_SLACK_SIGNING_SECRET", `"- name: acme" under slack.apps`, "COLLOQUY_SECRET_KEY", "https://bot.example.org/slack/acme/install")
	contains(t, w.ok("slack", "manifest", "--command", "/talk", "--name", "Talk"), "command: /talk", "name: Talk")
	for flag, want := range map[string]string{"--app=A": "is no name of an app", "--url=http://a.example": "--url: \"http://a.example\" does not begin with https",
		"--command=talk": "is no command of Slack", "--format=xml": "none of yaml, json"} {
		w.fails(exitUsage, want, "slack", "manifest", flag)
	}
	writeFile(t, "colloquy.yaml", "web: {url: 'https://bot.example.org'}\nslack: {apps: [{name: readers}]}\n")
	contains(t, w.ok("slack", "manifest"), "https://bot.example.org/slack/readers/commands")
}

// What the doctor says of Slack, from nothing to a workspace with everything.
func TestDoctorOnSlack(t *testing.T) {
	onFile(t)
	s := slacktest.New(t, slacktest.Options{})
	t.Chdir(t.TempDir())
	x := s.AddAppFrom([]byte(cli(t, nil, "", "slack", "manifest", "--format", "json").stdout))
	team := s.AddTeam("Readers")
	boss := s.AddUser(team, "boss", slacktest.Admin)
	in := s.InstallApp(x.ID, team, boss)
	doctor := func(want string, env ...string) {
		t.Helper()
		env = append(env, "COLLOQUY_SLACK_API="+s.API, "COLLOQUY_SLACK_BOT_TOKEN="+in.Token, "COLLOQUY_SLACK_APP_TOKEN="+x.AppToken)
		r := cli(t, env, "", "doctor", "--all")
		said := strings.Join(strings.Fields(r.stdout), " ")
		if !strings.Contains(said, want) || strings.Contains(want, "WRONG") != (r.code == exitFailed) {
			t.Errorf("%d, %s\nwant %s", r.code, said, want)
		}
		if strings.Contains(said, in.Token) || strings.Contains(said, x.AppToken) {
			t.Errorf("a token is shown: %s", said)
		}
	}
	doctor("ok slack app colloquy: it is installed in Readers, with all scopes that it needs ok slack events of colloquy: Slack lets it connect for Socket Mode ok slack clock: this machine's clock agrees")
	doctor("WRONG slack app colloquy: Slack does not take the token → it was replaced", "COLLOQUY_SLACK_BOT_TOKEN=xoxb-wrong")
	doctor("WRONG slack events of colloquy: Slack refuses the app token of colloquy (invalid_auth) → make a new one under Basic Information, App-Level Tokens", "COLLOQUY_SLACK_APP_TOKEN=xapp-wrong")
	doctor("WRONG slack app colloquy: Slack cannot be reached → check the network", "COLLOQUY_SLACK_API=http://127.0.0.1:1/api")
	doctor("WRONG slack: COLLOQUY_SLACK_API is no address", "COLLOQUY_SLACK_API=here")
	s.SetScopes(x.ID, team, slices.DeleteFunc(slices.Clone(x.Scopes), func(s string) bool { return s == "groups:history" })...)
	doctor("WRONG slack workspace " + team + ": in Readers the app colloquy lacks the scopes groups:history → paste what 'colloquy slack manifest' prints")
	s.SetScopes(x.ID, team, x.Scopes...)

	open := s.AddChannel(team, slacktest.Channel{Name: "open", Members: []string{boss}})
	mine := s.AddChannel(team, slacktest.Channel{Name: "mine", Members: []string{boss, in.BotUser}})
	closed := s.AddChannel(team, slacktest.Channel{Name: "closed", Private: true, Members: []string{boss}})
	old := s.AddChannel(team, slacktest.Channel{Name: "old", Members: []string{boss, in.BotUser}})
	s.Archive(old, true)
	for _, c := range []string{open, mine, closed, old} {
		r := cli(t, nil, "", "schedule", "add", "--channel", "slack:"+team+"/"+c, "--cron", "@daily")
		if r.code != exitDone {
			t.Fatal(r.stderr)
		}
	}
	at := func(c string) string { return " slack:" + team + "/" + c + " membership: " }
	doctor("ok" + at(open) + "Colloquy joins this public channel when it first posts there ok" + at(mine) + "Colloquy is a member WRONG" + at(closed) +
		"Slack knows no such channel (the channel " + closed + ") → it was deleted, its id is mistyped, or it is private and Colloquy is not in it; write /invite and the app's name there, or choose another channel WRONG" +
		at(old) + "the channel is archived → unarchive it")
	s.RevokeToken(x.ID, team, true)
	doctor("WRONG slack app colloquy: Colloquy is no longer installed in this Slack workspace → install it there again")
	if _, err := os.Stat("colloquy.db"); err != nil {
		t.Error(err)
	}
}
