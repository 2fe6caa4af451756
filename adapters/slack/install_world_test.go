package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// A shelf is a vault in memory.
type shelf struct {
	mu    sync.Mutex
	creds map[string]bot.Credential
	once  map[string]time.Time
	noKey bool
	fails error // of what writes
}

func (s *shelf) Credentials(_ context.Context, _, app string) (list []bot.Credential, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.creds {
		if c.App == app {
			list = append(list, c)
		}
	}
	return list, nil
}

func (s *shelf) PutCredential(_ context.Context, c bot.Credential) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		s.creds[c.App+"/"+c.Workspace] = c
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

// kept are the tokens on the shelf, by app and workspace.
func (s *shelf) kept() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, app := range []string{"acme", "globex"} {
		for _, team := range []string{"T1", "T2"} {
			if c, ok := s.creds[app+"/"+team]; ok {
				list = append(list, app+"/"+team+"="+c.Secret)
			}
		}
	}
	return strings.Join(list, " ")
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

// A world is our pages, and what of Slack takes part when an app is installed.
type world struct {
	t       *testing.T
	a       *Adapter
	vault   *shelf
	engine  *tenancy
	log     *bytes.Buffer
	now     time.Time
	ours    string // address of our pages
	slack   *httptest.Server
	team    string         // what the person chooses at Slack
	answer  map[string]any // what differs in the answer to a code; nil in it: leave out
	refuses string         // what Slack answers instead of a token
	down    bool
	asked   []url.Values // of the exchanges
	codes   map[string]bool
	tokens  map[string]string // team by token
	says    string            // error that Slack sends back instead of a code
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC), team: "T1", codes: map[string]bool{}, tokens: map[string]string{}, log: &bytes.Buffer{},
		vault: &shelf{creds: map[string]bot.Credential{}, once: map[string]time.Time{}}, engine: &tenancy{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/v2/authorize", w.authorize)
	mux.HandleFunc("POST /api/oauth.v2.access", w.exchange)
	mux.HandleFunc("POST /api/auth.test", w.authTest)
	w.slack = httptest.NewServer(mux)
	t.Cleanup(w.slack.Close)
	var handler http.Handler
	ours := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(ours.Close)
	w.ours = ours.URL
	w.a = New(Options{
		API: w.slack.URL + "/api", URL: ours.URL, Vault: w.vault, Clock: func() time.Time { return w.now },
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Apps: []App{
			{Name: "acme", ClientID: "1.acme", ClientSecret: "secret-acme", AppToken: "xapp-1-A1-9-x"},
			{Name: "globex", ClientID: "1.globex", ClientSecret: "secret-globex", SigningSecret: "s"},
			{Name: "pasted", BotToken: "xoxb-pasted", AppToken: "xapp-1-A3-9-x"},
		},
	})
	for _, p := range w.a.apps {
		p.desk.begin(t.Context(), w.engine)
		p.desk.open()
	}
	routes := http.NewServeMux()
	for pattern, h := range w.a.installRoutes() {
		routes.Handle(pattern, h)
	}
	handler = routes
	return w
}

// authorize is the page of Slack on which somebody says yes, or what w.says is.
func (w *world) authorize(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	app := strings.TrimPrefix(q.Get("client_id"), "1.")
	if err != nil || q.Get("redirect_uri") != w.ours+"/slack/"+app+"/oauth/callback" || q.Get("scope") != strings.Join(ScopeNames(), ",") {
		w.t.Errorf("asked with %v", q)
	}
	out := url.Values{"state": {q.Get("state")}}
	if w.says != "" {
		out.Set("error", w.says)
	} else {
		code := fmt.Sprintf("code-%s-%d", app, len(w.codes))
		w.codes[code] = true
		out.Set("code", code)
	}
	back.RawQuery = out.Encode()
	http.Redirect(rw, r, back.String(), http.StatusFound)
}

func (w *world) exchange(rw http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	w.asked = append(w.asked, r.PostForm)
	if w.down {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	app := strings.TrimPrefix(r.PostForm.Get("client_id"), "1.")
	why := w.refuses
	switch {
	case why != "":
	case r.PostForm.Get("client_secret") != "secret-"+app:
		why = "bad_client_secret"
	case r.PostForm.Get("redirect_uri") != w.ours+"/slack/"+app+"/oauth/callback":
		why = "bad_redirect_uri"
	case !w.codes[r.PostForm.Get("code")]:
		why = "invalid_code"
	}
	if why != "" {
		_ = json.NewEncoder(rw).Encode(map[string]any{"ok": false, "error": why})
		return
	}
	delete(w.codes, r.PostForm.Get("code"))
	token := fmt.Sprintf("xoxb-%s-%d", app, len(w.asked))
	w.tokens[token] = w.team
	id := map[string]string{"acme": "A1", "globex": "A2"}[app]
	got := map[string]any{
		"ok": true, "app_id": id, "authed_user": map[string]any{"id": "U7"}, "scope": strings.Join(ScopeNames(), ",") + ",team:read", "token_type": "bot",
		"access_token": token, "bot_user_id": "U9", "team": map[string]any{"id": w.team, "name": "Team <i>" + w.team + "</i>"}, "enterprise": nil, "is_enterprise_install": false,
	}
	for k, v := range w.answer {
		got[k] = v
	}
	_ = json.NewEncoder(rw).Encode(got)
}

func (w *world) authTest(rw http.ResponseWriter, r *http.Request) {
	team, ok := w.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		_ = json.NewEncoder(rw).Encode(map[string]any{"ok": false, "error": "invalid_auth"})
		return
	}
	_ = json.NewEncoder(rw).Encode(map[string]any{"ok": true, "team_id": team, "team": "Team <i>" + team + "</i>", "user_id": "U9", "bot_id": "B9", "url": "https://x.slack.com/"})
}

// A browser keeps cookies, and remembers where it was sent last.
type browser struct {
	w    *world
	http *http.Client
	last *url.URL
	stay bool // do not come back from Slack
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &browser{w: w}
	b.http = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if b.last = r.URL; b.stay && strings.HasPrefix(r.URL.String(), w.ours) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// open gives the status and the page, and checks what holds for each.
func (b *browser) open(method, address string) (int, string) {
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
	body, h := string(text), res.Header
	if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		b.w.t.Errorf("%s %s: headers %v", method, address, h)
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "xoxb-") || strings.Contains(body, "code-") || strings.Contains(body, "secret-") || strings.Contains(body, "<i>T") {
		b.w.t.Errorf("%s %s shows what it must not:\n%s", method, address, body)
	}
	return res.StatusCode, body
}

// leave goes to Slack and stays there; last is the way back.
func (b *browser) leave(app string) {
	b.w.t.Helper()
	b.stay = true
	defer func() { b.stay = false }()
	req, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodPost, b.w.ours+"/slack/"+app+"/install", nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	_ = res.Body.Close()
}

// install goes all the way with an app.
func (b *browser) install(app string) (int, string) {
	b.w.t.Helper()
	return b.open(http.MethodPost, b.w.ours+"/slack/"+app+"/install")
}
