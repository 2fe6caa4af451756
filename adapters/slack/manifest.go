package slack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"colloquy/bot"
)

// ShortcutID is what Slack sends when somebody uses the shortcut of a message.
const ShortcutID = "discuss_message"

// ManifestOptions say what app is to be made.
type ManifestOptions struct {
	App        string // [App.Name]; a part of the addresses
	URL        string // [Options.URL]; needed for HTTP, and for the install page
	SocketMode bool   // events come over Socket Mode, and not over HTTP
	Name       string // that people see, at most 35 characters; empty means "Colloquy"
	Command    string // empty means [bot.CommandPrefix]
}

// Limits of a manifest, from https://docs.slack.dev/reference/app-manifest.
const (
	mostName        = 35
	mostCommand     = 32
	mostDescription = 140
	leastAtLarge    = 174
	mostAtLarge     = 4000
)

const (
	about   = "Posts a summary of an article with open questions, and sums up what people say about them."
	atLarge = `Colloquy reads articles and posts a short summary with a few open questions into a channel, at the times that you set. Each discussion is a thread. What people reply there is recorded until the discussion closes; then a recap is posted. The first post of every discussion says so, and has a button with which everybody sees, takes back or forbids what is recorded of them.

It reads the replies in its own threads. Messages elsewhere are neither stored nor passed on.`
	usage = "now | add <link> | schedule | status | help"
)

// The shape of a manifest. What is false is written out: Slack has defaults.
type manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display struct {
		Name            string `json:"name"`
		Description     string `json:"description"`
		LongDescription string `json:"long_description"`
		Color           string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Commands  []manifestCommand  `json:"slash_commands"`
		Shortcuts []manifestShortcut `json:"shortcuts"`
	} `json:"features"`
	OAuth struct {
		Redirects []string `json:"redirect_urls,omitempty"`
		Scopes    struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `json:"request_url,omitempty"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `json:"is_enabled"`
			URL     string `json:"request_url,omitempty"`
		} `json:"interactivity"`
		Org      bool `json:"org_deploy_enabled"`
		Socket   bool `json:"socket_mode_enabled"`
		Rotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type manifestCommand struct {
	Command string `json:"command"`
	URL     string `json:"url,omitempty"`
	About   string `json:"description"`
	Usage   string `json:"usage_hint"`
	Escape  bool   `json:"should_escape"` // people and channels come as ids
}

type manifestShortcut struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	ID    string `json:"callback_id"`
	About string `json:"description"`
}

// Manifest is what Slack makes an app from, as JSON: with the scopes, events,
// command and shortcut that are used, and no others. The error is a [bot.Problem].
func Manifest(o ManifestOptions) ([]byte, error) {
	o.Name, o.Command = cmp.Or(o.Name, "Colloquy"), cmp.Or(o.Command, bot.CommandPrefix)
	if err := o.check(); err != nil {
		return nil, err
	}
	var m manifest
	m.Metadata.Major, m.Metadata.Minor = 2, 1
	m.Display.Name, m.Display.Description, m.Display.LongDescription, m.Display.Color = o.Name, about, atLarge, "#28435c"
	m.Features.Home.Messages, m.Features.Home.ReadOnly = true, true // where notices arrive
	m.Features.Bot.Name, m.Features.Bot.Online = botName(o.Name), true
	m.Features.Shortcuts = []manifestShortcut{{"Discuss this link", "message", ShortcutID, "Start a discussion about the link in this message"}}
	m.OAuth.Scopes.Bot = ScopeNames()
	for _, e := range events() {
		m.Settings.Events.Bot = append(m.Settings.Events.Bot, e.name)
	}
	m.Settings.Interactivity.Enabled, m.Settings.Socket = true, o.SocketMode
	command := manifestCommand{Command: o.Command, About: "Discuss an article, and manage what is discussed", Usage: usage, Escape: true}
	if o.URL != "" {
		m.OAuth.Redirects = []string{callbackURL(o.URL, o.App)}
	}
	if !o.SocketMode {
		at := baseURL(o.URL, o.App)
		command.URL, m.Settings.Events.URL, m.Settings.Interactivity.URL = at+"/commands", at+"/events", at+"/interactions"
	}
	m.Features.Commands = []manifestCommand{command}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(m)
	return out.Bytes(), err
}

func (o ManifestOptions) check() error {
	if err := CheckName(o.App); err != nil {
		return bot.Problemf("bad_app", "%w", err)
	}
	if o.URL == "" && !o.SocketMode {
		return bot.Problemf("bad_url", "how is Slack to reach Colloquy? give the https address of this server, or choose Socket Mode, which needs none")
	}
	if o.URL != "" {
		if err := CheckURL(o.URL); err != nil {
			return err
		}
	}
	if n := utf8.RuneCountInString(o.Name); n > mostName || strings.TrimSpace(o.Name) == "" || strings.ContainsFunc(o.Name, func(r rune) bool { return r < ' ' }) {
		return bot.Problemf("bad_name", "%.80q is no name for an app on Slack: give one of at most %d characters", o.Name, mostName)
	}
	return CheckCommand(o.Command)
}

func isCommand(s string) bool {
	name, ok := strings.CutPrefix(s, "/")
	return ok && name != "" && len(s) <= mostCommand && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// botName is a name with the letters that Slack allows in that of a bot.
func botName(name string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(name))
	return cmp.Or(strings.Trim(out, "-._"), "colloquy")
}

// CheckURL refuses what cannot be the address of our endpoints: Slack reaches
// them by https alone.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(s, "/") || len(s) > 300 {
		return bot.Problemf("bad_url", "%.80q is no address of this server for Slack: write it as https://bot.example.com, with a path if there is one and without a slash at the end", s)
	}
	return nil
}

// baseURL begins the addresses of an app.
func baseURL(at, app string) string { return at + "/slack/" + app }

// callbackURL is where Slack sends people back to, exactly as the manifest has it.
func callbackURL(at, app string) string { return baseURL(at, app) + "/oauth/callback" }
