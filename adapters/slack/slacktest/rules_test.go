package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// world is a workspace with the app in one of its channels.
type world struct {
	*Server
	t       testing.TB
	app     App
	team    string
	ada     string
	in      Install
	channel string
}

func newWorld(t *testing.T, o Options, a App) *world {
	t.Helper()
	s := New(t, o)
	w := &world{Server: s, t: t, app: s.AddApp(a), team: s.AddTeam("Readers")}
	w.ada = s.AddUser(w.team, "Ada", Admin)
	w.in = s.InstallApp(w.app.ID, w.team, w.ada)
	w.channel = s.AddChannel(w.team, Channel{Name: "reading", Members: []string{w.ada, w.in.BotUser}})
	return w
}

// call makes a request to the Web API with a token.
func (w *world) call(token, method string, args ...string) map[string]any {
	w.t.Helper()
	_, o := w.status(token, method, args...)
	return o
}

func (w *world) status(token, method string, args ...string) (*http.Response, map[string]any) {
	w.t.Helper()
	v := url.Values{}
	for i := 0; i < len(args); i += 2 {
		v.Set(args[i], args[i+1])
	}
	req, _ := http.NewRequest(http.MethodPost, w.API+"/"+method, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var o map[string]any
	if err := json.NewDecoder(res.Body).Decode(&o); err != nil {
		w.t.Fatalf("%s: %v", method, err)
	}
	return res, o
}

// post posts as the bot.
func (w *world) post(args ...string) map[string]any {
	w.t.Helper()
	return w.call(w.in.Token, "chat.postMessage", append([]string{"channel", w.channel, "unfurl_links", "false", "unfurl_media", "false"}, args...)...)
}

func (w *world) wantError(o map[string]any, code string) {
	w.t.Helper()
	got, _ := o["error"].(string)
	if got != code {
		w.t.Errorf("answered %q %v, want %q", got, o["response_metadata"], code)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	w.wantError(w.call("", "auth.test"), "not_authed")
	w.wantError(w.call("xoxb-nobody", "auth.test"), "invalid_auth")
	w.wantError(w.call(w.in.Token, "auth.test"), "")
	w.wantError(w.call(w.app.AppToken, "auth.test"), "")
	w.wantError(w.call(w.in.Token, "team.info"), "missing_scope")
	if o := w.call(w.in.Token, "team.info"); o["needed"] != "team:read" || !strings.Contains(o["provided"].(string), "chat:write") {
		t.Errorf("missing_scope says %v", o)
	}
	w.wantError(w.call(w.in.Token, "apps.connections.open"), "not_allowed_token_type")
	w.wantError(w.call(w.app.AppToken, "apps.connections.open"), "")
	w.Forgive()
	w.Uninstall(w.app.ID, w.team)
	w.wantError(w.call(w.in.Token, "auth.test"), "account_inactive")
	again := w.InstallApp(w.app.ID, w.team, w.ada)
	if again.Token == w.in.Token || again.BotUser != w.in.BotUser {
		t.Errorf("installed again: %+v after %+v", again, w.in)
	}
	w.RevokeToken(w.app.ID, w.team, true)
	w.wantError(w.call(again.Token, "auth.test"), "token_revoked")
}

func TestPosting(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	root := w.post("text", "Hello &lt;all&gt;")
	w.wantError(root, "")
	ts := root["ts"].(string)
	w.wantError(w.post("text", "a reply", "thread_ts", ts), "")
	w.wantError(w.post("text", "a reply", "thread_ts", "1.000001"), "thread_not_found")
	if got := w.Shown(Ref{w.channel, ts}); got != "Hello <all>" {
		t.Errorf("people see %q", got)
	}
	other := w.AddChannel(w.team, Channel{Name: "other"})
	secret := w.AddChannel(w.team, Channel{Name: "secret", Private: true})
	w.wantError(w.post("channel", secret, "text", "x"), "channel_not_found")
	w.wantError(w.post("channel", other, "text", "x"), "not_in_channel")
	w.SetScopes(w.app.ID, w.team, append([]string{"chat:write.public"}, DefaultScopes...)...)
	w.wantError(w.post("channel", other, "text", "x"), "")
	w.wantError(w.call(w.in.Token, "conversations.history", "channel", other), "not_in_channel")
	w.wantError(w.call(w.in.Token, "conversations.join", "channel", other), "")
	w.wantError(w.call(w.in.Token, "conversations.history", "channel", other), "")
	w.Archive(other, true)
	w.wantError(w.post("channel", other, "text", "x"), "is_archived")
	w.Restrict(w.channel, true, false)
	w.wantError(w.post("text", "x"), "restricted_action_read_only_channel")
	w.Restrict(w.channel, false, false)
	w.wantError(w.post("text", ""), "no_text")
	w.wantError(w.call(w.in.Token, "chat.update", "channel", w.channel, "ts", ts, "text", strings.Repeat("x", 4001)), "msg_too_long")
	hers := w.Say(w.channel, w.ada, "hers")
	w.wantError(w.call(w.in.Token, "chat.update", "channel", w.channel, "ts", hers.TS, "text", "mine"), "cant_update_message")
	w.wantError(w.call(w.in.Token, "chat.delete", "channel", w.channel, "ts", hers.TS), "cant_delete_message")
	w.wantError(w.call(w.in.Token, "chat.delete", "channel", w.channel, "ts", ts), "")
	if m, ok := w.Message(Ref{w.channel, ts}); !ok || m.Subtype != "tombstone" {
		t.Errorf("a parent with replies became %+v", m)
	}
	if len(w.Forgive()) == 0 {
		t.Error("no violation was noted")
	}
}
