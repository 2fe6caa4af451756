package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

// deliverTo hands an event of T1 over as a transport does.
func (s *session) deliverTo(inner string) error {
	env, err := openEnvelope([]byte(callback("Ev1", "T1", inner)))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.a.apps[0].deliver(s.t.Context(), s.hearer, env)
}

func TestPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, newExchange(t), webApp)
		s.want("at the start", thereWeb, upWeb)
		for inner, heard := range map[string]string{
			`{"type":"channel_deleted","channel":"C1"}`:                                               "lost slack:T1/C1 channel_gone",
			`{"type":"group_deleted","channel":"G1"}`:                                                 "lost slack:T1/G1 channel_gone",
			`{"type":"channel_archive","channel":"C1","user":"U1","is_moved":0}`:                      "lost slack:T1/C1 no_access",
			`{"type":"group_archive","channel":"G1","user":"U1"}`:                                     "lost slack:T1/G1 no_access",
			`{"type":"channel_left","channel":"C1","actor_id":"U1"}`:                                  "lost slack:T1/C1 no_access",
			`{"type":"group_left","channel":"G1"}`:                                                    "lost slack:T1/G1 no_access",
			`{"type":"member_left_channel","user":"U0T1","channel":"C1","channel_type":"C"}`:          "lost slack:T1/C1 no_access",
			`{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C1"}`:               "lost slack:T1/G1 channel_gone",
			`{"type":"channel_shared","channel":"C1","connected_team_id":"T2"}`:                       "",
			`{"type":"member_left_channel","user":"U1","channel":"C1","channel_type":"C"}`:            "",
			`{"type":"channel_unarchive","channel":"C1","user":"U1"}`:                                 "",
			`{"type":"channel_rename","channel":{"id":"C1","name":"new","created":1360782804}}`:       "",
			`{"type":"member_joined_channel","user":"U0T1","channel":"C1"}`:                           "", // we did so ourselves
			`{"type":"member_joined_channel","user":"U1","channel":"C1","inviter":"U2"}`:              "",
			`{"type":"member_joined_channel","user":"U0T1","channel":"C1","inviter":"U2"}`:            "missed slack:T1/C1 since 1m0s",
			`{"type":"team_rename","name":"Readers"}`:                                                 `workspace T1 "Readers" owner= gone=false in slack/web`,
			`{"type":"team_domain_change","url":"https://r.slack.com","domain":"r"}`:                  "",
			`{"type":"app_home_opened","user":"U1","channel":"D1","tab":"home"}`:                      "",
			`{"type":"tokens_revoked","tokens":{"oauth":["U1"],"bot":["U9"]}}`:                        "", // of people
			`{"type":"tokens_revoked","tokens":{"oauth":["U0T1"]}}`:                                   "",
			`{"type":"tokens_revoked","tokens":"all"}`:                                                "",
			`{"type":"message","channel":"C1","user":"U1","ts":"1700000000.000100","text":"nothing"}`: "",
		} {
			if err := s.deliverTo(inner); err != nil {
				t.Errorf("%s: %v", inner, err)
			}
			if got := strings.Join(s.take(), ";"); got != heard {
				t.Errorf("%s: heard %q and not %q", inner, got, heard)
			}
		}
	})
}

// What is said of a lost channel is one line for people, with what to do.
func TestLossesAreExplained(t *testing.T) {
	p := &team{userID: "U1"}
	for _, kind := range []string{"channel_deleted", "channel_archive", "channel_left", "channel_id_changed"} {
		why := p.loss(kind, placing{New: "C2"})
		if text := bot.Explain(why); strings.Contains(text, "\n") || len(text) < 10 || len(text) > 150 {
			t.Errorf("%s: %q", kind, text)
		}
	}
}

// installed makes an app of which the vault keeps an installation of that age.
func installedSince(t *testing.T, x *exchange, age time.Duration) (*session, *shelf) {
	vault := &shelf{creds: map[string]bot.Credential{}, once: map[string]time.Time{}}
	put := bot.Credential{Platform: Platform, App: "web", Workspace: "T1", Name: "Kept", Owner: bot.Person{ID: "UOWN"}, Secret: "xoxb-1", CreatedAt: time.Now().Add(-age)}
	if err := vault.PutCredential(context.Background(), put); err != nil {
		t.Fatal(err)
	}
	s := startWith(t, x, Options{Apps: []App{{Name: "web", SigningSecret: "shh", ClientID: "1.2", ClientSecret: "c"}}, Vault: vault})
	synctest.Wait()
	if got := s.take(); !slices.Contains(got, `workspace T1 "Kept" owner=UOWN gone=false in slack/web`) || !slices.Contains(got, upWeb) {
		t.Errorf("at the start: %q", got)
	}
	return s, vault
}

const goneWeb = `workspace T1 "" owner= gone=true in slack/web`

// The two events of an uninstallation come in either order; the token is erased,
// and what comes after it is none of ours.
func TestUninstalled(t *testing.T) {
	events := []string{`{"type":"app_uninstalled"}`, `{"type":"tokens_revoked","tokens":{"oauth":["UX"],"bot":["U0T1"]}}`}
	for _, order := range [][]string{events, {events[1], events[0]}} {
		for _, age := range []time.Duration{time.Second, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				x := newExchange(t)
				s, vault := installedSince(t, x, age)
				x.set(func() { x.refuse["xoxb-1"] = "account_inactive" })
				for _, e := range order {
					if err := s.deliverTo(e); err != nil {
						t.Error(err)
					}
				}
				s.want("of the end", goneWeb)
				if n := len(vault.creds); n != 0 {
					t.Errorf("%d tokens are kept", n)
				}
				if err := s.deliverTo(`{"type":"channel_deleted","channel":"C1"}`); err != nil {
					t.Error(err)
				}
				s.want("afterwards")
			})
		}
	}
}

// News of an uninstallation that comes after the app was installed anew, as Slack
// repeats it for minutes, ends nothing.
func TestUninstalledBeforeInstalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, vault := installedSince(t, newExchange(t), time.Minute)
		for _, e := range []string{`{"type":"app_uninstalled"}`, `{"type":"tokens_revoked","tokens":{"bot":["U0T1"]}}`} {
			if err := s.deliverTo(e); err != nil {
				t.Error(err)
			}
		}
		s.want("of the news")
		if len(vault.creds) != 1 {
			t.Error("the token was erased")
		}
		if err := s.deliverTo(`{"type":"channel_deleted","channel":"C1"}`); err != nil {
			t.Error(err)
		}
		s.want("afterwards", "lost slack:T1/C1 channel_gone")
	})
}

// Where Slack cannot be asked, the news comes again; where it is old enough,
// nobody is asked.
func TestUninstalledOffline(t *testing.T) {
	for age, want := range map[time.Duration]bool{time.Minute: false, time.Hour: true} {
		synctest.Test(t, func(t *testing.T) {
			x := newExchange(t)
			s, _ := installedSince(t, x, age)
			x.set(func() { x.down = true })
			err := s.deliverTo(`{"type":"app_uninstalled"}`)
			if (err == nil) != want || (len(s.take()) > 0) != want {
				t.Errorf("after %s: %v", age, err)
			}
		})
	}
}

// Whoever installs the app anew before the engine heard that its token was refused
// has it installed.
func TestRevokedBeforeInstalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s, vault := installedSince(t, x, time.Hour)
		tm, err := s.a.team(t.Context(), "T1")
		if err != nil {
			t.Fatal(err)
		}
		s.set(func() { s.fail = context.DeadlineExceeded })
		x.set(func() { x.refuse["xoxb-1"], x.teams["xoxb-new"] = "token_revoked", "T1" })
		if err := tm.do(t.Context(), call{method: "chat.postMessage"}, nil); bot.ReasonCode(err) != "guild_gone" {
			t.Errorf("%v", err)
		}
		c := bot.Credential{Platform: Platform, App: "web", Workspace: "T1", Secret: "xoxb-new", CreatedAt: time.Now()}
		if err := vault.PutCredential(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s.a.apps[0].put(c)
		s.set(func() { s.fail = nil })
		time.Sleep(2 * time.Minute)
		s.want("of the end")
		if found, err := s.a.team(t.Context(), "T1"); err != nil || found.token != "xoxb-new" || len(vault.creds) != 1 {
			t.Errorf("%v, with %d tokens", err, len(vault.creds))
		}
	})
}

// A call that is told that the token is worth nothing ends the installation too;
// the engine hears it when it can.
func TestRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s, vault := installedSince(t, x, time.Hour)
		tm, err := s.a.team(t.Context(), "T1")
		if err != nil {
			t.Fatal(err)
		}
		s.set(func() { s.fail = context.DeadlineExceeded })
		x.set(func() { x.refuse["xoxb-1"] = "token_revoked" })
		if err := tm.do(t.Context(), call{method: "chat.postMessage"}, nil); bot.ReasonCode(err) != "guild_gone" {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Minute)
		if len(vault.creds) != 1 {
			t.Error("erased before the engine knew")
		}
		s.set(func() { s.fail = nil })
		time.Sleep(time.Minute)
		s.want("once it can", goneWeb)
		if len(vault.creds) != 0 {
			t.Error("the token is still kept")
		}
	})
}

// One whose token was taken back while nobody listened is noticed at the start.
func TestRevokedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		x.refuse["xoxb-1"] = "token_revoked"
		vault := &shelf{creds: map[string]bot.Credential{"web/T1": {App: "web", Workspace: "T1", Secret: "xoxb-1"}, "web/T2": {App: "web", Workspace: "T2", Name: "Two", Secret: "xoxb-2"}}}
		s := startWith(t, x, Options{Apps: []App{{Name: "web", SigningSecret: "shh", ClientID: "1.2", ClientSecret: "c"}}, Vault: vault})
		s.want("at the start", `workspace T1 "" owner= gone=false in slack/web`, goneWeb,
			`workspace T2 "Two" owner= gone=false in slack/web`, `workspace T2 "Name of T2" owner= gone=false in slack/web`, upWeb)
		if len(vault.creds) != 1 {
			t.Errorf("%d tokens are kept", len(vault.creds))
		}
	})
}

// An event of a shared channel is ours by whom it is delivered to, and not by who
// wrote; each of our workspaces in it may have seen it.
func TestSharedChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		vault := &shelf{creds: map[string]bot.Credential{"web/T1": {App: "web", Workspace: "T1", Secret: "xoxb-1"}, "web/T2": {App: "web", Workspace: "T2", Secret: "xoxb-2"}}}
		s := startWith(t, x, Options{Apps: []App{{Name: "web", SigningSecret: "shh", ClientID: "1.2", ClientSecret: "c"}}, Vault: vault})
		synctest.Wait()
		s.take()
		said := `{"type":"message","channel":"C1","user":"U7","team":"T7","user_team":"T7","source_team":"T7","user_profile":{"display_name":"Ada"},"ts":"1700000000.000200","thread_ts":"1700000000.000100","text":"From elsewhere"}`
		for shared, want := range map[bool][]string{
			false: {"reply slack:T1/C1/1700000000.000200"},
			true:  {"reply slack:T1/C1/1700000000.000200", "reply slack:T2/C1/1700000000.000200"},
		} {
			raw := fmt.Sprintf(`{"type":"event_callback","team_id":"T7","api_app_id":"A1","is_ext_shared_channel":%v,"event_id":"Ev1","event_time":1700000000,"authorizations":[{"team_id":"T1","user_id":"U0T1","is_bot":true}],"event":%s}`, shared, said)
			if code := status(s.web(), signed("/slack/web/events", "application/json", raw)); code != 200 {
				t.Errorf("answered %d", code)
			}
			s.want(fmt.Sprintf("shared %v", shared), want...)
		}
	})
}

func FuzzDeliver(f *testing.F) {
	for _, inner := range []string{`{"type":"channel_deleted","channel":"C1"}`, `{"type":"channel_rename","channel":{"id":"C1"}}`,
		`{"type":"tokens_revoked","tokens":{"bot":["U0T1"]}}`, `{"type":"member_left_channel","user":"U0T1","channel":"C1"}`,
		`{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C1"}`, `{"type":"app_uninstalled"}`, `null`,
		`{"type":"message","channel":"C1","user":"U1","ts":"1700000000.000200","thread_ts":"1700000000.000100","text":"x"}`} {
		f.Add([]byte(callback("Ev1", "T1", inner)))
	}
	f.Add([]byte(`{"type":"app_rate_limited","team_id":"T1","minute_rate_limited":1518467820}`))
	f.Add([]byte(`{"type":"event_callback","team_id":7,"event_time":"x","authorizations":{},"event":[]}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := New(Options{Apps: []App{webApp}, API: "http://127.0.0.1:1/api"})
		p := a.apps[0]
		a.teams.byID["T1"] = &team{app: p, id: "T1", userID: "U0T1", botID: "B0T1", token: "xoxb-1"}
		p.BotToken = "" // nobody is asked
		h := &hearer{}
		env, err := openEnvelope(raw)
		if err != nil {
			if json.Valid(raw) && strings.HasPrefix(strings.TrimSpace(string(raw)), "{") && env.Type != "" {
				t.Errorf("an object with a type is an error: %v", err)
			}
			return
		}
		_ = env.kind()
		// Without a network, only what needs Slack may fail, and that comes again.
		if err := p.deliver(t.Context(), h, env); err != nil && bot.IsPermanent(err) {
			t.Errorf("it would come again for nothing: %v", err)
		}
	})
}
