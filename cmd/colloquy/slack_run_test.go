package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"colloquy/adapters/slack/slacktest"
)

// A slackRun is the real program, in a process of its own, on the Slack of the
// tests, with one app for each of two workspaces, made from its manifests and
// installed from its pages.
type slackRun struct {
	*program
	s      *slacktest.Server
	listen string // address of our web server
	places []*slackPlace
}

// A slackPlace is a workspace with the app of its own.
type slackPlace struct {
	*slackRun
	name    string // of the app
	app     slacktest.App
	team    string
	apart   bool   // each question has a thread of its own
	boss    string // an admin, who installs the app
	bot     string // our user
	channel string
}

// as is how our commands name the channel.
func (p *slackPlace) as() string { return "slack:" + p.team + "/" + p.channel }

// newSlackRun makes Slack and the apps, and starts nothing yet.
func newSlackRun(t testing.TB, o slacktest.Options, socket bool, config string) *slackRun {
	s := slacktest.New(t, o)
	listen := freeAddress(t)
	r := &slackRun{
		program: newProgram(t, "", "COLLOQUY_SLACK_API="+s.API, "COLLOQUY_URL=http://"+listen, "COLLOQUY_LISTEN="+listen,
			"COLLOQUY_SECRET_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
		s: s, listen: listen,
	}
	config += "slack:\n  apps:\n"
	for i, name := range []string{"acme", "readers"} {
		args := []string{"slack", "manifest", "--app", name, "--format", "json", "--url", "https://bot.example.org"}
		if socket {
			args = append(args, "--socket-mode")
		}
		p := &slackPlace{slackRun: r, name: name, app: s.AddAppFrom([]byte(r.ok(args...))), team: s.AddTeam("The " + name), apart: i == 1}
		s.Point(p.app.ID, "http://"+listen+"/slack/"+name) // in place of the address that has a certificate
		p.boss = s.AddUser(p.team, "boss", slacktest.Admin)
		config += fmt.Sprintf("    - name: %s\n      client_id: %q\n      client_secret: %q\n", name, p.app.ClientID, p.app.ClientSecret)
		if socket {
			config += fmt.Sprintf("      app_token: %q\n", p.app.AppToken)
		} else {
			config += fmt.Sprintf("      signing_secret: %q\n", p.app.SigningSecret)
		}
		if p.apart {
			config += "      layout: thread-per-question\n"
		}
		r.places = append(r.places, p)
	}
	r.configure(config)
	return r
}

// freeAddress is where nobody listened a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// serve starts it and waits until it is ready.
func (r *slackRun) serve() {
	r.t.Helper()
	r.start()
	r.until("that it is ready", func() bool {
		res, err := http.Get("http://" + r.listen + "/readyz")
		if err != nil {
			return false
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode == http.StatusOK
	})
	for _, p := range r.places {
		if p.app.SocketMode {
			r.s.AwaitConnected(p.app.ID, 2)
		}
	}
}

// install goes through the install page with a browser, and makes the channel.
func (p *slackPlace) install() {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	asked := ""
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if asked = r.URL.String(); strings.HasPrefix(asked, p.s.URL) {
			return http.ErrUseLastResponse // Slack's page
		}
		return nil
	}}
	read := func(res *http.Response, err error) string {
		p.t.Helper()
		if err != nil {
			p.t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			p.t.Fatal(err)
		}
		return string(text)
	}
	page := "http://" + p.listen + "/slack/" + p.name + "/install"
	contains(p.t, read(browser.Get(page)), "<form", "Slack")
	read(browser.Post(page, "application/x-www-form-urlencoded", strings.NewReader(url.Values{}.Encode())))
	back := p.s.Allow(asked, p.team, p.boss)
	done := read(browser.Get(back))
	contains(p.t, done, "/discuss", "The "+p.name)
	installs := p.s.Installs(p.app.ID)
	if len(installs) != 1 {
		p.t.Fatalf("%d installations of %s", len(installs), p.name)
	}
	p.bot = installs[0].BotUser
	p.channel = p.s.AddChannel(p.team, slacktest.Channel{Name: "reading", Members: []string{p.boss}})
}

// types makes somebody use /discuss in the channel and gives what they are shown.
func (p *slackPlace) types(user, text string) string {
	p.t.Helper()
	m := p.s.Slash(p.channel, user, "/discuss", text).AwaitMessage()
	if m.Ephemeral != user {
		p.t.Errorf("/discuss %s is answered for everybody", text)
	}
	shown := p.s.Shown(m.Ref())
	p.t.Logf("%s: /discuss %s\n→ %s", p.name, text, shown)
	return shown
}

// posts are ours in the channel and its threads.
func (p *slackPlace) posts() []slacktest.Message { return p.s.PostedBy(p.channel, p.bot) }

// post finds one of ours by what people see of it.
func (p *slackPlace) post(words string) (slacktest.Message, bool) {
	for _, m := range p.posts() {
		if strings.Contains(p.s.Shown(m.Ref()), words) {
			return m, true
		}
	}
	return slacktest.Message{}, false
}

// await waits for a post of ours.
func (p *slackPlace) await(words string) slacktest.Message {
	p.t.Helper()
	p.s.Await("a post with "+words, func() bool { _, there := p.post(words); return there })
	m, _ := p.post(words)
	return m
}

// presses makes somebody press the button of ours whose label begins so.
func (p *slackPlace) presses(m slacktest.Message, label, user string) *slacktest.Act {
	p.t.Helper()
	for _, b := range m.Buttons() {
		if strings.HasPrefix(b.Text, label) {
			return p.s.Press(m.Ref(), user, b.Action)
		}
	}
	p.t.Fatalf("message %s has no button %s: %v", m.TS, label, m.Buttons())
	return nil
}

// held is what people wrote in the threads, by message, as they wrote it.
func (p *slackPlace) held() map[string]string {
	out := map[string]string{}
	for _, m := range p.s.Messages(p.channel) {
		if m.IsReply() && m.User != p.bot && m.Subtype != "tombstone" {
			out[m.TS] = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(m.Text)
		}
	}
	return out
}
