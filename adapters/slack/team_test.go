package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// A court is a Slack that knows whose token is whose, a vault beside it, and a
// clock.
type court struct {
	t     *testing.T
	mu    sync.Mutex
	owner map[string]string // token → workspace, or the error that it is answered with
	asked map[string]int
	kept  []bot.Credential
	reads int
	sick  error // of the vault
	now   time.Time
	s     *httptest.Server
}

func newCourt(t *testing.T) *court {
	c := &court{t: t, owner: map[string]string{}, asked: map[string]int{}, now: time.Unix(1_800_000_000, 0)}
	c.s = httptest.NewServer(c)
	t.Cleanup(c.s.Close)
	return c
}

func (c *court) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	c.asked[token]++
	switch id := c.owner[token]; {
	case strings.HasPrefix(id, "T"):
		fmt.Fprintf(w, `{"ok":true,"team_id":%q,"team":"Readers","url":"https://readers.slack.com/","user_id":"U1","bot_id":"B1"}`, id)
	case id == "down":
		w.WriteHeader(502)
	default:
		fmt.Fprintf(w, `{"ok":false,"error":%q}`, id)
	}
}

func (c *court) Credentials(_ context.Context, platform, app string) (list []bot.Credential, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	for _, k := range c.kept {
		if k.App == app && platform == Platform {
			list = append(list, k)
		}
	}
	return list, c.sick
}

func (c *court) PutCredential(context.Context, bot.Credential) error           { return nil }
func (c *court) EraseCredential(context.Context, string, string, string) error { return nil }
func (c *court) PutOnce(context.Context, string, time.Time) error              { return nil }
func (c *court) TakeOnce(context.Context, string, time.Time) (bool, error)     { return false, nil }

// set changes what is so.
func (c *court) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *court) pass(d time.Duration) { c.set(func() { c.now = c.now.Add(d) }) }

func (c *court) keep(app, workspace, token string) {
	c.set(func() {
		for i, k := range c.kept {
			if k.App == app && k.Workspace == workspace {
				c.kept[i].Secret = token
				return
			}
		}
		c.kept = append(c.kept, bot.Credential{Platform: Platform, App: app, Workspace: workspace, Owner: bot.Person{ID: "U9"}, Secret: token})
	})
}

func (c *court) adapter(apps ...App) *Adapter {
	clock := func() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
	a := New(Options{API: c.s.URL, Apps: apps, Vault: c, Clock: clock})
	a.speed = 1000
	c.t.Cleanup(a.http.CloseIdleConnections)
	return a
}

// find says which app serves a workspace, or with what error none does.
func find(t *testing.T, a *Adapter, workspace string) string {
	t.Helper()
	w, err := a.team(t.Context(), workspace)
	if err != nil {
		return mark(err) + " " + bot.ReasonCode(err)
	}
	if w.id != workspace {
		t.Errorf("%s is %s", workspace, w.id)
	}
	return w.app.Name
}

func (c *court) want(a *Adapter, workspace, want string) {
	c.t.Helper()
	if got := find(c.t, a, workspace); got != want {
		c.t.Errorf("%s: %s, want %s", workspace, got, want)
	}
}

func TestTeams(t *testing.T) {
	c := newCourt(t)
	c.owner = map[string]string{"xoxb-1": "T1", "xoxb-2": "invalid_auth", "xoxb-3": "T3", "xoxb-4": "T4"}
	c.keep("three", "T3", "xoxb-3")
	a := c.adapter(App{Name: "one", BotToken: "xoxb-1"}, App{Name: "two", BotToken: "xoxb-2"}, App{Name: "three"})
	c.want(a, "T3", "three")
	c.want(a, "T1", "one")
	// What the broken app has nobody knows, and its token is not shown each time.
	for range 5 {
		c.want(a, "T4", "never bad_token")
	}
	if n := c.asked["xoxb-2"]; n != 1 {
		t.Errorf("the broken token was shown %d times", n)
	}
	w, _ := a.team(t.Context(), "T3")
	if w.owner != "U9" || w.userID != "U1" || w.botID != "B1" || w.name != "Readers" || w.url != "https://readers.slack.com/" {
		t.Errorf("%+v", w)
	}
	// Another process installed it.
	c.keep("three", "T4", "xoxb-4")
	c.pass(absentFor)
	c.want(a, "T4", "three")
	reads := c.reads
	c.set(func() { c.owner["xoxb-2"] = "T2" })
	for range 10 {
		c.want(a, "T5", "never bad_token")
	}
	if c.reads != reads+3 { // once for each app
		t.Errorf("for an unknown workspace what is kept was read %d times within no time", c.reads-reads)
	}
	// Another process installed it just now, and the first event comes here.
	c.set(func() { c.owner["xoxb-6"] = "T6" })
	c.keep("three", "T6", "xoxb-6")
	c.want(a, "T6", "three")
	c.pass(tokenRest)
	c.want(a, "T5", "never not_installed")
	c.want(a, "T2", "two")
	teams, failed := a.all(t.Context())
	var ids []string
	for _, w := range teams {
		ids = append(ids, w.app.Name+w.id)
	}
	if got := fmt.Sprint(ids, failed); got != "[oneT1 twoT2 threeT3 threeT4 threeT6] map[]" {
		t.Error(got)
	}
}

// Trouble with the network or with what is kept is no reason to give up.
func TestTeamsThatCannotBeAskedFor(t *testing.T) {
	c := newCourt(t)
	c.owner = map[string]string{"xoxb-1": "down", "xoxb-2": "T2"}
	c.keep("two", "T2", "xoxb-2")
	c.sick = errors.New("disk full")
	a := c.adapter(App{Name: "one", BotToken: "xoxb-1"}, App{Name: "two"})
	c.want(a, "T1", "retry no_installations")
	c.set(func() { c.sick = nil })
	c.want(a, "T1", "unknown slack_down")
	c.want(a, "T2", "two")
	a.apps[1].forget("T2")
	c.set(func() { c.sick = errors.New("disk full") })
	c.pass(absentFor)
	c.set(func() { c.owner["xoxb-1"] = "T1" })
	c.pass(otherRest)
	c.want(a, "T1", "one")
	c.want(a, "T2", "retry no_installations")
	c.set(func() { c.sick = nil })
	c.want(a, "T2", "two")
	if _, failed := a.all(t.Context()); len(failed) > 0 {
		t.Error(failed)
	}
	// A search that is given up says nothing of the token.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.keep("two", "T3", "xoxb-3")
	c.owner["xoxb-3"] = "T3"
	c.pass(absentFor)
	if _, err := a.team(ctx, "T3"); mark(err) != "retry" {
		t.Errorf("%v; want to be tried again", err)
	}
	c.want(a, "T3", "two")
}

// A workspace with two apps belongs to the first, in whatever order they are met.
func TestTeamOfTwoApps(t *testing.T) {
	for _, first := range []int{0, 1} {
		c := newCourt(t)
		c.owner = map[string]string{"xoxb-1": "T1", "xoxb-2": "T1"}
		a := c.adapter(App{Name: "one", BotToken: "xoxb-1"}, App{Name: "two", BotToken: "xoxb-2"})
		_, err := a.apps[first].meet(t.Context(), a.apps[first].BotToken)
		if err != nil {
			t.Error(err)
		}
		for range 2 {
			_, failed := a.all(t.Context())
			if failed[a.apps[0]] != nil || bot.ReasonCode(failed[a.apps[1]]) != "twice" || !strings.Contains(bot.Explain(failed[a.apps[1]]), "one and two") {
				t.Errorf("%v", failed)
			}
			c.want(a, "T1", "one")
		}
		// Without the first one, the second serves it.
		c.set(func() { c.owner["xoxb-1"] = "account_inactive" })
		a.apps[0].forget("T1")
		c.pass(tokenRest)
		c.want(a, "T1", "two")
	}
}

// A token that is taken back ends calls at once, and is reported once; one that was
// replaced by another process is not.
func TestTokenTakenBack(t *testing.T) {
	c := newCourt(t)
	c.owner = map[string]string{"xoxb-1": "T1", "xoxb-2": "T2", "xoxb-2b": "T2"}
	c.keep("one", "T1", "xoxb-1")
	c.keep("one", "T2", "xoxb-2")
	a := c.adapter(App{Name: "one"})
	c.want(a, "T1", "one")
	c.want(a, "T2", "one")
	one, _ := a.team(t.Context(), "T1")
	two, _ := a.team(t.Context(), "T2")
	c.set(func() { c.owner["xoxb-1"], c.owner["xoxb-2"] = "token_revoked", "token_revoked" })

	n := c.asked["xoxb-1"]
	for range 3 {
		if err := one.do(t.Context(), posting("C1"), nil); mark(err) != "never" || bot.ReasonCode(err) != "guild_gone" {
			t.Errorf("%v", err)
		}
	}
	if c.asked["xoxb-1"] != n+1 {
		t.Errorf("it was shown %d times more", c.asked["xoxb-1"]-n)
	}
	c.want(a, "T1", "never guild_gone")
	a.apps[0].forget("T1")
	c.set(func() { c.kept = c.kept[1:] })
	c.pass(absentFor)
	c.want(a, "T1", "never not_installed")

	c.keep("one", "T2", "xoxb-2b")
	if err := two.do(t.Context(), posting("C1"), nil); mark(err) != "retry" {
		t.Errorf("%v; want another try with the new token", err)
	}
	two, err := a.team(t.Context(), "T2")
	if err != nil || two.token != "xoxb-2b" {
		t.Fatalf("%+v, %v", two, err)
	}
	if err := two.do(t.Context(), posting("C1"), nil); err != nil {
		t.Error(err)
	}

	// A token that Slack does not know is shown again after a while.
	c.set(func() { c.owner["xoxb-2b"] = "invalid_auth" })
	if err := two.do(t.Context(), posting("C1"), nil); bot.ReasonCode(err) != "bad_token" {
		t.Error(err)
	}
	c.want(a, "T2", "never bad_token")
	c.set(func() { c.owner["xoxb-2b"] = "T2" })
	c.want(a, "T2", "never bad_token")
	c.pass(tokenRest)
	c.want(a, "T2", "one")

	// Installed anew here.
	c.set(func() { c.owner["xoxb-5"] = "T5" })
	c.keep("one", "T5", "xoxb-5")
	a.apps[0].put(bot.Credential{App: "one", Workspace: "T5", Secret: "xoxb-5"})
	c.want(a, "T5", "one")
	c.keep("one", "T5", "xoxb-1")
	a.apps[0].put(bot.Credential{App: "one", Workspace: "T5", Secret: "xoxb-2b"}) // of T2
	c.want(a, "T5", "never bad_token")
}

// A thousand posts that begin at once ask once whose token it is.
func TestTeamsAreAskedForOnce(t *testing.T) {
	c := newCourt(t)
	c.owner = map[string]string{"xoxb-1": "T1"}
	c.keep("one", "T1", "xoxb-1")
	a := c.adapter(App{Name: "one"})
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { c.want(a, "T1", "one") })
	}
	wg.Wait()
	if c.asked["xoxb-1"] != 1 || c.reads != 1 {
		t.Errorf("asked %d times, read %d times", c.asked["xoxb-1"], c.reads)
	}
}
