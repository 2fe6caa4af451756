package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// A shelf is a vault in memory.
type shelf struct {
	mu    sync.Mutex
	creds map[string]bot.Credential
	once  map[string]time.Time
	noKey bool
	lost  map[string]bool // workspaces whose credentials no key decrypts
	fails error           // of what writes
}

func (s *shelf) Credentials(_ context.Context, _, app string) (list []bot.Credential, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.creds {
		switch {
		case c.App != app:
		case s.lost[c.Workspace]:
			err = bot.Problemf("wrong_key", "the credentials in %s were encrypted with another key", c.Workspace)
		default:
			list = append(list, c)
		}
	}
	return list, err
}

func (s *shelf) PutCredential(_ context.Context, c bot.Credential) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		s.creds[c.App+"/"+c.Workspace] = c
		delete(s.lost, c.Workspace)
	}
	return s.fails
}

func (s *shelf) EraseCredential(_ context.Context, _, app, workspace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.creds, app+"/"+workspace)
	return nil
}

func (s *shelf) PutOnce(_ context.Context, value string, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		s.once[value] = expires
	}
	return s.fails
}

func (s *shelf) TakeOnce(_ context.Context, value string, now time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.once[value]
	delete(s.once, value)
	return ok && until.After(now), nil
}

func (s *shelf) CanKeep() error {
	if s.noKey {
		return bot.Problemf("no_key", "there is no key")
	}
	return nil
}

// A tenancy is an engine that only hears of installations.
type tenancy struct {
	bot.Handler
	mu  sync.Mutex
	all []bot.Installation
}

func (e *tenancy) InstallationChanged(_ context.Context, i bot.Installation) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, i)
	return nil
}

// A world is our pages, a Slack with two apps made from our manifests, and two
// workspaces on it.
type world struct {
	t      *testing.T
	a      *Adapter
	slack  *slacktest.Server
	vault  *shelf
	engine *tenancy
	log    *bytes.Buffer
	now    time.Time
	ours   string            // address of our pages
	ids    map[string]string // of the apps, by name
	one    tenant
	two    tenant
}

// A tenant is a workspace, and somebody there who may install apps.
type tenant struct{ id, boss string }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC), log: &bytes.Buffer{}, ids: map[string]string{},
		vault: &shelf{creds: map[string]bot.Credential{}, once: map[string]time.Time{}}, engine: &tenancy{}}
	clock := func() time.Time { return w.now }
	w.slack = slacktest.New(t, slacktest.Options{Now: clock})
	for _, to := range []struct {
		name string
		at   *tenant
	}{{"Rivers <i>T", &w.one}, {"Lakes <i>T", &w.two}} {
		to.at.id = w.slack.AddTeam(to.name)
		to.at.boss = w.slack.AddUser(to.at.id, "Ada", slacktest.Admin)
	}
	routes := http.NewServeMux()
	ours := httptest.NewServer(routes)
	t.Cleanup(ours.Close)
	w.ours = ours.URL
	o := Options{API: w.slack.API, URL: w.ours, Vault: w.vault, Clock: clock, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, name := range []string{"acme", "globex"} {
		text, err := Manifest(ManifestOptions{App: name, URL: "https://bot.example.com", SocketMode: name == "acme"})
		if err != nil {
			t.Fatal(err)
		}
		made := w.slack.AddAppFrom(text)
		w.slack.Point(made.ID, baseURL(w.ours, name)) // for the tests without TLS
		x := App{Name: name, ClientID: made.ClientID, ClientSecret: made.ClientSecret, SigningSecret: made.SigningSecret}
		if name == "acme" {
			x.AppToken = made.AppToken
		}
		w.ids[name], o.Apps = made.ID, append(o.Apps, x)
	}
	o.Apps = append(o.Apps, App{Name: "pasted", BotToken: "xoxb-pasted", AppToken: "xapp-1-A3-9-x"})
	w.a = New(o)
	for _, p := range w.a.apps {
		p.desk.begin(t.Context(), w.engine)
		p.desk.open()
	}
	for pattern, h := range w.a.installRoutes() {
		routes.Handle(pattern, h)
	}
	return w
}

// kept are the apps and workspaces of which a token is kept that Slack takes.
func (w *world) kept() string {
	w.vault.mu.Lock()
	defer w.vault.mu.Unlock()
	var list []string
	for _, app := range []string{"acme", "globex"} {
		for name, at := range map[string]tenant{"one": w.one, "two": w.two} {
			c, ok := w.vault.creds[app+"/"+at.id]
			if !ok {
				continue
			}
			if !slices.ContainsFunc(w.slack.Installs(w.ids[app]), func(in slacktest.Install) bool { return in.Team == at.id && in.Token == c.Secret && !in.Gone }) {
				name += " with a wrong token"
			}
			list = append(list, app+"/"+name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// answers makes Slack answer the next code with what a good answer has, but for
// some fields.
func (w *world) answers(fields map[string]any) {
	got := map[string]any{
		"ok": true, "app_id": w.ids["acme"], "authed_user": map[string]any{"id": w.one.boss}, "scope": strings.Join(ScopeNames(), ",") + ",team:read", "token_type": "bot",
		"access_token": "xoxb-made-up", "bot_user_id": "U9", "team": map[string]any{"id": w.one.id, "name": "Rivers"}, "enterprise": nil, "is_enterprise_install": false,
	}
	maps.Copy(got, fields)
	body, err := json.Marshal(got)
	if err != nil {
		w.t.Fatal(err)
	}
	w.slack.Fail(slacktest.Fault{Method: "oauth.v2.access", AfterStatus: http.StatusOK, Body: string(body)})
}

// A browser keeps cookies.
type browser struct {
	w    *world
	http *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// open gives the status, where the browser is sent, and the page; and checks what
// holds for each.
func (b *browser) open(method, address string) (code int, to, body string) {
	b.w.t.Helper()
	req, err := http.NewRequestWithContext(b.w.t.Context(), method, address, nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	h := res.Header
	if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" {
		b.w.t.Errorf("%s %s: headers %v", method, address, h)
	}
	if body = string(text); h.Get("Location") == "" && !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		b.w.t.Errorf("%s %s: headers %v", method, address, h)
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "xoxb-") || strings.Contains(body, "-code") || strings.Contains(body, "client-secret") || strings.Contains(body, "<i>T") {
		b.w.t.Errorf("%s %s shows what it must not:\n%s", method, address, body)
	}
	return res.StatusCode, h.Get("Location"), body
}

// begin presses the button, and gives the page of Slack that it leads to.
func (b *browser) begin(app string) string {
	b.w.t.Helper()
	code, to, body := b.open(http.MethodPost, b.w.ours+"/slack/"+app+"/install")
	if code != http.StatusSeeOther {
		b.w.t.Fatalf("%s is not begun: %d\n%s", app, code, body)
	}
	return to
}

// leave goes to Slack and allows it there, and gives the way back.
func (b *browser) leave(app string, at tenant) string {
	b.w.t.Helper()
	return b.w.slack.Allow(b.begin(app), at.id, at.boss)
}

// install goes all the way with an app.
func (b *browser) install(app string, at tenant) (code int, body string) {
	b.w.t.Helper()
	code, _, body = b.open(http.MethodGet, b.leave(app, at))
	return code, body
}
