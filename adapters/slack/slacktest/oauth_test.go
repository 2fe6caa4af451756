package slacktest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestOAuth(t *testing.T) {
	now := time.Now()
	w := newWorld(t, Options{Now: func() time.Time { return now }}, App{RedirectURLs: []string{"https://bot.example/back"}})
	other := w.AddTeam("Others")
	bob := w.AddUser(other, "Bob")
	page := func(args ...string) string {
		v := url.Values{"client_id": {w.app.ClientID}, "scope": {"chat:write,commands"}, "state": {"s"}, "redirect_uri": {"https://bot.example/back"}}
		for i := 0; i < len(args); i += 2 {
			v.Set(args[i], args[i+1])
		}
		return w.URL + "/oauth/v2/authorize?" + v.Encode()
	}
	code := func(back string) string {
		u, _ := url.Parse(back)
		if u.Query().Get("state") != "s" || !strings.HasPrefix(back, "https://bot.example/back?") {
			t.Errorf("sent back to %s", back)
		}
		return u.Query().Get("code")
	}
	for what, args := range map[string][]string{"bad_redirect_uri": {"redirect_uri", "https://bot.example/back/x"}, "invalid_client_id": {"client_id", "x"},
		"invalid_scope": {"scope", "admin"}} {
		res, err := http.Get(page(args...))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 400 || !strings.Contains(string(b), what) {
			t.Errorf("%s: %d %s", what, res.StatusCode, b)
		}
	}
	if back := w.Deny(page()); !strings.Contains(back, "error=access_denied") {
		t.Errorf("denied: %s", back)
	}
	swap := func(code string, args ...string) map[string]any {
		return w.call("", "oauth.v2.access", append([]string{"client_id", w.app.ClientID, "client_secret", w.app.ClientSecret, "code", code,
			"redirect_uri", "https://bot.example/back"}, args...)...)
	}
	c := code(w.Allow(page(), other, bob))
	w.wantError(swap(c, "client_secret", "x"), "bad_client_secret")
	w.wantError(swap(c, "redirect_uri", "https://bot.example"), "bad_redirect_uri")
	w.wantError(swap("x"), "invalid_code")
	o := swap(c)
	if o["ok"] != true || o["team"].(map[string]any)["id"] != other || o["authed_user"].(map[string]any)["id"] != bob || o["scope"] != "chat:write,commands" {
		t.Errorf("the installation is %v", o)
	}
	w.wantError(swap(c), "code_already_used")
	w.wantError(w.call(o["access_token"].(string), "auth.test"), "")
	w.wantError(w.call(o["access_token"].(string), "users.info", "user", bob), "missing_scope")
	old := code(w.Allow(page(), other, bob))
	now = now.Add(11 * time.Minute)
	w.wantError(swap(old), "code_expired")

	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noRedirect.PostForm(page(), url.Values{"as": {other + "/" + bob}, "allow": {""}}) // as a browser does
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	w.wantError(swap(code(res.Header.Get("Location"))), "")
	if in := w.Installs(w.app.ID); len(in) != 2 || in[1].Installer != bob && in[0].Installer != bob {
		t.Errorf("installed: %+v", in)
	}
}

func TestManifest(t *testing.T) {
	s := New(t, Options{})
	a := s.AddAppFrom([]byte(`{"display_information":{"name":"Reader"},"features":{"bot_user":{"display_name":"reader"},
		"slash_commands":[{"command":"/read"}],"shortcuts":[{"type":"message","callback_id":"this"}]},
		"oauth_config":{"scopes":{"bot":["commands","channels:history"]}},"settings":{"event_subscriptions":{"bot_events":["message.channels"]},
		"interactivity":{"is_enabled":true},"socket_mode_enabled":true}}`))
	if a.Commands[0] != "/read" || a.Shortcuts[0] != "this" || !a.SocketMode || a.Scopes[1] != "channels:history" || a.Events[0] != "message.channels" {
		t.Errorf("the app is %+v", a)
	}
	var m manifest
	if p := m.problems(App{Events: []string{"message.groups"}, Commands: []string{"/x"}}); len(p) != 5 {
		t.Errorf("an empty manifest has the problems %q", p)
	}
}
