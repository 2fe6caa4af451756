package slack

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

func TestConformance(t *testing.T) {
	for name, o := range map[string]App{
		"HTTP":                {SigningSecret: "yes"},
		"Socket Mode":         {AppToken: "yes"},
		"a thread a question": {SigningSecret: "yes", Layout: ThreadPerQuestion},
	} {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, func(t *testing.T) adaptertest.Env { return conforming(t, o) })
		})
	}
}

// conforming is a fake Slack with one workspace, as the conformance suite wants
// it, for an app that is reached as o says.
func conforming(t *testing.T, o App) adaptertest.Env {
	const speed = 50 // the suite posts faster than people read
	s := slacktest.New(t, slacktest.Options{Speed: speed})
	made := s.AddApp(slacktest.App{Name: "main", SocketMode: o.AppToken != "", Scopes: ScopeNames()})
	team := s.AddTeam("Reading group")
	boss := s.AddUser(team, "boss", slacktest.Admin)
	in := s.InstallApp(made.ID, team, boss)
	people := map[string]string{}
	person := func(name string) string {
		if people[name] == "" {
			people[name] = s.AddUser(team, name)
		}
		return people[name]
	}
	x := App{Name: "main", BotToken: in.Token, Layout: o.Layout}
	if o.AppToken != "" {
		x.AppToken = made.AppToken
	} else {
		x.SigningSecret = made.SigningSecret
	}
	var now atomic.Pointer[http.ServeMux] // of the adapter that is connected
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { now.Load().ServeHTTP(w, r) }))
	t.Cleanup(site.Close)
	now.Store(http.NewServeMux())
	s.Point(made.ID, site.URL+"/slack/main")
	channel := func(id string) bot.Channel { return bot.Channel{Platform: Platform, Workspace: team, ID: id} }
	ref := func(r bot.MessageRef) slacktest.Ref { return slacktest.Ref{Channel: r.ID, TS: r.MessageID} }
	return adaptertest.Env{
		Connect: func(*testing.T) bot.Adapter {
			a := New(Options{Apps: []App{x}, API: s.API})
			a.speed = speed
			mux := http.NewServeMux()
			for pattern, h := range a.Routes() {
				mux.Handle(pattern, h)
			}
			now.Store(mux)
			return a
		},
		// One that it has to join, and one in which it is.
		Channel: channel(s.AddChannel(team, slacktest.Channel{Name: "one", Members: []string{boss}})),
		Other:   channel(s.AddChannel(team, slacktest.Channel{Name: "two", Members: []string{boss, in.BotUser}})),
		Say: func(_ *testing.T, thread bot.Channel, author, text string) bot.MessageRef {
			r := s.Reply(slacktest.Ref{Channel: thread.ID, TS: thread.Thread}, person(author), text)
			return bot.MessageRef{Channel: thread, MessageID: r.TS}
		},
		Edit:       func(_ *testing.T, r bot.MessageRef, text string) { s.Edit(ref(r), text) },
		Delete:     func(_ *testing.T, r bot.MessageRef) { s.Delete(ref(r)) },
		DeletePost: func(_ *testing.T, r bot.MessageRef) { s.Delete(ref(r)) },
		Exclude:    func(_ *testing.T, r bot.MessageRef) { s.React(ref(r), boss, excludes) },
		Shown: func(_ *testing.T, r bot.MessageRef) (string, int) {
			m, there := s.Message(ref(r))
			if !there || m.Subtype == tombstone {
				return "", 0
			}
			return s.Shown(ref(r)), len(m.Notified)
		},
		Role: s.AddGroup(team, "readers", boss, person("r1"), person("r2")), Members: 3,
	}
}
