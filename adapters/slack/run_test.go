package slack

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

// An app whose token Slack refuses stops no other, and is tried again now and
// then; where nothing is left, Run ends.
func TestRunOneAppFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		x.refuse["xapp-2"] = "invalid_auth"
		s := start(t, x, webApp, App{Name: "two", BotToken: "xoxb-2", AppToken: "xapp-2"})
		const thereTwo = `workspace T2 "Name of T2" owner= gone=false in slack/two`
		s.want("at the start", thereWeb, upWeb, thereTwo)
		if !strings.Contains(s.log.String(), "bad_token") {
			t.Errorf("not said:\n%s", s.log)
		}
		time.Sleep(58 * time.Minute)
		s.take()
		x.set(func() { delete(x.refuse, "xapp-2") })
		x.accept()
		synctest.Wait()
		if got := s.take(); !slices.Contains(got, "slack/two true") {
			t.Errorf("once the token is good: %q", got)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		s.want("at the end", "slack/web false", "slack/two false")
	})
}

func TestRunEndsWhenNoneIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		x.refuse["xoxb-1"], x.refuse["xapp-2"] = "invalid_auth", "token_revoked"
		s := start(t, x, webApp, App{Name: "two", BotToken: "xoxb-2", AppToken: "xapp-2"})
		if err := <-s.err; bot.ReasonCode(err) != "bad_token" {
			t.Errorf("%v", err)
		}
		if err := New(Options{}).Run(t.Context(), s); bot.ReasonCode(err) != "no_apps" {
			t.Errorf("with no app: %v", err)
		}
	})
}

// Slack and the database cannot be reached at the start; both come back.
func TestRunWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		x.down = true
		s := start(t, x, webApp)
		time.Sleep(time.Hour)
		s.want("without Slack")
		s.set(func() { s.fail = errors.New("locked") })
		x.set(func() { x.down = false })
		time.Sleep(time.Hour)
		s.want("without the database")
		s.set(func() { s.fail = nil })
		time.Sleep(2 * time.Minute)
		s.want("with both", thereWeb, upWeb)
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// A workspace in which somebody installs the app while it runs is told, and its
// events are taken.
func TestRunInstalledMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		vault := &shelf{creds: map[string]bot.Credential{}, once: map[string]time.Time{}}
		s := startWith(t, x, Options{Apps: []App{{Name: "web", SigningSecret: "shh", ClientID: "1.2", ClientSecret: "c"}}, Vault: vault})
		s.want("at the start", upWeb)
		if err := s.deliverTo(`{"type":"channel_deleted","channel":"C1"}`); err != nil {
			t.Error(err)
		}
		s.want("before")
		p := s.a.apps[0]
		c := bot.Credential{Platform: Platform, App: "web", Workspace: "T1", Owner: bot.Person{ID: "UOWN"}, Secret: "xoxb-1", CreatedAt: time.Now()}
		if err := vault.PutCredential(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		p.put(c)
		tm, err := s.a.team(t.Context(), "T1")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.installed(t.Context(), tm); err != nil {
			t.Error(err)
		}
		if err := s.deliverTo(`{"type":"channel_deleted","channel":"C1"}`); err != nil {
			t.Error(err)
		}
		s.want("afterwards", `workspace T1 "Name of T1" owner=UOWN gone=false in slack/web`, "lost slack:T1/C1 channel_gone")
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		if err := p.installed(t.Context(), tm); err == nil {
			t.Error("told after the end")
		}
	})
}

// That the token of one workspace cannot be decrypted keeps neither the others
// from going on, nor anybody from installing the app there again.
func TestRunWithATokenThatCannotBeDecrypted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vault := &shelf{creds: map[string]bot.Credential{}, once: map[string]time.Time{}}
		of := func(workspace, token string) bot.Credential {
			return bot.Credential{Platform: Platform, App: "web", Workspace: workspace, Name: workspace, Secret: token, CreatedAt: time.Now()}
		}
		for workspace, token := range map[string]string{"T1": "xoxb-old", "T2": "xoxb-2"} {
			if err := vault.PutCredential(t.Context(), of(workspace, token)); err != nil {
				t.Fatal(err)
			}
		}
		vault.lost = map[string]bool{"T1": true}
		s := startWith(t, newExchange(t), Options{Apps: []App{{Name: "web", SigningSecret: "shh", ClientID: "1.2", ClientSecret: "c"}}, Vault: vault})
		synctest.Wait()
		if got := s.take(); !slices.Contains(got, upWeb) || !slices.Contains(got, `workspace T2 "Name of T2" owner= gone=false in slack/web`) {
			t.Errorf("heard %q", got)
		}
		if _, err := s.a.team(t.Context(), "T1"); bot.ReasonCode(err) != "wrong_key" || bot.IsPermanent(err) {
			t.Errorf("the one: %v", err)
		}
		if _, err := s.a.team(t.Context(), "T2"); err != nil {
			t.Errorf("the other: %v", err)
		}
		if _, failed := s.a.all(t.Context()); len(failed) != 1 {
			t.Errorf("of all: %v", failed)
		}
		p, again := s.a.apps[0], of("T1", "xoxb-1")
		if err := p.missed(t.Context(), s, "", time.Now()); err != nil {
			t.Error(err)
		}
		if err := vault.PutCredential(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		p.put(again)
		if found, err := s.a.team(t.Context(), "T1"); err != nil || found.token != again.Secret {
			t.Errorf("installed again: %v", err)
		}
		vault.lost["T2"] = true // another process has a newer key
		if _, failed := s.a.all(t.Context()); len(failed) != 1 {
			t.Errorf("of all: %v", failed)
		}
		if _, err := s.a.team(t.Context(), "T2"); err != nil {
			t.Errorf("what was known is forgotten: %v", err)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// What the engine could not hear before the end is told with the last word.
func TestRunLastWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, socketApp)
		c := x.accept()
		s.want("at the start", there, up)
		s.set(func() { s.fail = errors.New("locked") })
		c.event("1", `{"type":"channel_left","channel":"C1"}`)
		synctest.Wait()
		s.end()
		synctest.Wait()
		time.Sleep(time.Second) // the database comes back just before the end
		s.set(func() { s.fail = nil })
		if err := <-s.err; err != nil {
			t.Error(err)
		}
		if got := strings.Join(s.take(), "\n"); !strings.Contains(got, "missed slack:T1 ") {
			t.Errorf("the engine heard %q", got)
		}
	})
}

// A moment without any connection is told although it is over.
func TestHerald(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, newExchange(t), webApp)
		s.want("at the start", thereWeb, upWeb)
		e := newHerald(s.a.apps[0], s.hearer)
		ended := make(chan struct{})
		go func() {
			e.tell(t.Context(), t.Context())
			close(ended)
		}()
		e.rise(0)
		e.rise(1)
		s.want("both", upWeb)
		e.fall(0, time.Now())
		e.rise(0)
		s.want("one for a moment")
		hold := make(chan struct{})
		s.set(func() { s.hold = hold })
		e.fall(0, time.Now())
		e.fall(1, time.Now())
		e.rise(1)
		close(hold)
		s.want("both for a moment", "slack/web false", upWeb)
		s.set(func() { s.fail = errors.New("locked") })
		e.fall(1, time.Now())
		time.Sleep(time.Hour)
		s.set(func() { s.fail = nil })
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got := s.take(); len(got) != 1 || !strings.HasPrefix(got[0], "slack/web silent since 1h") {
			t.Errorf("when the engine is back it hears %q", got)
		}
		e.rise(1)
		s.want("and up", upWeb)
		s.end()
	})
}
