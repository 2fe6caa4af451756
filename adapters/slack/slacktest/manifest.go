package slacktest

import (
	"encoding/json"
	"strings"
)

// manifest is what is read of an app manifest.
type manifest struct {
	Display struct {
		Name string `json:"name"`
	} `json:"display_information"`
	Features struct {
		Bot *struct {
			Name string `json:"display_name"`
		} `json:"bot_user"`
		Commands []struct {
			Command string `json:"command"`
			URL     string `json:"url"`
		} `json:"slash_commands"`
		Shortcuts []struct {
			Type string `json:"type"`
			ID   string `json:"callback_id"`
		} `json:"shortcuts"`
	} `json:"features"`
	OAuth struct {
		Redirects []string `json:"redirect_urls"`
		Scopes    struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL  string   `json:"request_url"`
			Bots []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			On  bool   `json:"is_enabled"`
			URL string `json:"request_url"`
		} `json:"interactivity"`
		Socket bool `json:"socket_mode_enabled"`
	} `json:"settings"`
}

// eventScopes are what is needed for some events.
var eventScopes = map[string]string{"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
	"reaction_added": "reactions:read", "reaction_removed": "reactions:read", "team_rename": "team:read", "team_domain_change": "team:read",
	"channel_archive": "channels:read", "channel_unarchive": "channels:read", "channel_deleted": "channels:read",
	"channel_rename": "channels:read", "channel_left": "channels:read", "group_archive": "groups:read", "group_unarchive": "groups:read",
	"group_deleted": "groups:read", "group_rename": "groups:read", "group_left": "groups:read"}

// AddAppFrom makes an app from a manifest in JSON, as people do on Slack's pages.
// What does not fit together fails the test.
func (s *Server) AddAppFrom(raw []byte) App {
	s.t.Helper()
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		s.t.Fatalf("the manifest is no JSON: %v", err)
	}
	a := App{Name: m.Display.Name, Scopes: m.OAuth.Scopes.Bot, Events: m.Settings.Events.Bots, RedirectURLs: m.OAuth.Redirects,
		SocketMode: m.Settings.Socket, EventsURL: m.Settings.Events.URL, ActionsURL: m.Settings.Interactivity.URL, Commands: []string{}, Shortcuts: []string{}}
	for _, c := range m.Features.Commands {
		a.Commands = append(a.Commands, c.Command)
		a.CommandsURL = c.URL
	}
	for _, x := range m.Features.Shortcuts {
		if x.Type == "message" {
			a.Shortcuts = append(a.Shortcuts, x.ID)
		}
	}
	for _, problem := range m.problems(a) {
		s.t.Errorf("the manifest: %s", problem)
	}
	return s.AddApp(a)
}

func (m manifest) problems(a App) []string {
	var out []string
	has := map[string]bool{}
	for _, x := range a.Scopes {
		has[x] = true
	}
	for _, e := range a.Events {
		if need := eventScopes[e]; need != "" && !has[need] {
			out = append(out, "the event "+e+" needs the scope "+need)
		}
	}
	if len(a.Commands)+len(a.Shortcuts) > 0 && !has["commands"] {
		out = append(out, "commands and shortcuts need the scope commands")
	}
	if len(a.Shortcuts) > 0 && !m.Settings.Interactivity.On {
		out = append(out, "shortcuts need interactivity")
	}
	if m.Features.Bot == nil {
		out = append(out, "there is no bot_user")
	}
	if n := length(m.Display.Name); n == 0 || n > 35 {
		out = append(out, "the name must have 1 to 35 characters")
	}
	for _, u := range []string{a.EventsURL, a.CommandsURL, a.ActionsURL} {
		if !a.SocketMode && !strings.HasPrefix(u, "http") {
			out = append(out, "without Socket Mode events, commands and interactivity need an address")
			break
		}
	}
	return out
}
