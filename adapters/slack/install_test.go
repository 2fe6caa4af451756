package slack

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// expect checks an answer, and what is on the shelf after it.
func (w *world) expect(what string, code, want int, body, says, kept string) {
	w.t.Helper()
	if code != want || !strings.Contains(body, says) {
		w.t.Errorf("%s: %d, and should be %d and say %q:\n%s", what, code, want, says, body)
	}
	if got := w.vault.kept(); got != kept {
		w.t.Errorf("%s: kept is %q, and should be %q", what, got, kept)
	}
	if log := w.log.String(); strings.Contains(log, "xoxb-") || strings.Contains(log, "secret-") || strings.Contains(log, "code-") {
		w.t.Errorf("%s: the log holds secrets:\n%s", what, log)
	}
}

func TestInstallInTwoWorkspacesOfTwoApps(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	code, body := b.open(http.MethodGet, w.ours+"/slack/acme/install")
	w.expect("the page", code, 200, body, `<form method="post" action="/slack/acme/install">`, "")
	for _, s := range Scopes() {
		if !strings.Contains(body, "<code>"+s.Name+"</code></dt><dd>"+s.Why+"</dd>") {
			t.Errorf("the page does not say why it asks for %s", s.Name)
		}
	}
	code, body = b.install("acme")
	w.expect("acme", code, 200, body, "Team &lt;i&gt;T1&lt;/i&gt;", "acme/T1=xoxb-acme-1")
	if !strings.Contains(body, w.slack.URL+"/app_redirect?app=A1&amp;team=T1") {
		t.Errorf("no way back to Slack:\n%s", body)
	}
	w.team = "T2"
	code, body = w.browser().install("globex")
	w.expect("globex", code, 200, body, "is installed", "acme/T1=xoxb-acme-1 globex/T2=xoxb-globex-2")
	if n := len(w.engine.all); n != 2 {
		t.Fatalf("the engine heard of %d", n)
	}
	if i := w.engine.all[1]; i.Workspace != "T2" || i.Scope != "slack/globex" || i.Gone || i.Owner != (bot.Person{Platform: Platform, Workspace: "T2", ID: "U7"}) {
		t.Errorf("the engine heard %+v", i)
	}
	found, err := w.a.team(t.Context(), "T2")
	if err != nil || found.app.Name != "globex" || found.token != "xoxb-globex-2" || found.owner != "U7" {
		t.Errorf("at work: %+v, %v", found, err)
	}
	c := w.vault.creds["globex/T2"]
	if c.Name != "Team <i>T2</i>" || !c.CreatedAt.Equal(w.now) || c.Owner.ID != "U7" || c.Platform != Platform {
		t.Errorf("kept is %+v", c)
	}
}

func TestInstallAgainReplacesTheToken(t *testing.T) {
	w := newWorld(t)
	w.browser().install("acme")
	code, body := w.browser().install("acme")
	w.expect("again", code, 200, body, "is installed", "acme/T1=xoxb-acme-2")
	if found, err := w.a.team(t.Context(), "T1"); err != nil || found.token != "xoxb-acme-2" {
		t.Errorf("at work: %+v, %v", found, err)
	}
}

func TestAWorkspaceIsOfOneApp(t *testing.T) {
	w := newWorld(t)
	w.browser().install("acme")
	code, body := w.browser().install("globex")
	w.expect("held by another", code, 409, body, "Another app of this server is in that workspace already", "acme/T1=xoxb-acme-1")
	w.a.teams.forget(w.a.apps[0], "T1") // as after a start, when nobody has asked for it yet
	delete(w.tokens, "xoxb-acme-1")     // nor can
	code, body = w.browser().install("globex")
	w.expect("held by one that does not work", code, 409, body, "Another app", "acme/T1=xoxb-acme-1")
}

// What comes back is taken once, from the browser that went, of the app it went for.
func TestWaysBackThatAreNotTaken(t *testing.T) {
	const says = "This installation cannot be finished"
	w := newWorld(t)
	b := w.browser()
	code, body := b.install("acme")
	w.expect("the first time", code, 200, body, "is installed", "acme/T1=xoxb-acme-1")
	code, body = b.open(http.MethodGet, b.last.String())
	w.expect("the same again", code, 400, body, says, "acme/T1=xoxb-acme-1")

	back := func(b *browser, app string, change func(url.Values)) string {
		b.leave(app)
		q := b.last.Query()
		change(q)
		return w.ours + "/slack/acme/oauth/callback?" + q.Encode()
	}
	exchanges := len(w.asked)
	refused := func(what string, b *browser, address string) {
		t.Helper()
		code, body := b.open(http.MethodGet, address)
		w.expect(what, code, 400, body, says, "acme/T1=xoxb-acme-1")
	}
	refused("no state", b, back(b, "acme", func(q url.Values) { q.Del("state") }))
	refused("another state", b, back(b, "acme", func(q url.Values) { q.Set("state", random()) }))
	refused("rubbish", b, back(b, "acme", func(q url.Values) { q.Set("state", "<i>T' OR 1=1 --") }))
	other, keep := w.browser(), func(url.Values) {}
	other.leave("acme") // so that it has a cookie of its own
	stolen := back(b, "acme", keep)
	refused("another browser", other, stolen)
	refused("a new browser", w.browser(), stolen)
	fresh := w.browser()
	address := back(fresh, "globex", keep)
	at := func(app string) *url.URL {
		u, err := url.Parse(w.ours + "/slack/" + app + "/oauth/callback")
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	fresh.http.Jar.SetCookies(at("acme"), fresh.http.Jar.Cookies(at("globex")))
	refused("another app", fresh, address)
	if len(w.asked) != exchanges {
		t.Errorf("Slack was asked for %d tokens", len(w.asked)-exchanges)
	}
	mine := back(b, "acme", keep) // whatever others tried
	refused("somebody else", other, mine)
	code, body = b.open(http.MethodGet, mine)
	w.expect("its own", code, 200, body, "is installed", "acme/T1=xoxb-acme-2")
}

func TestAnInstallationThatTookTooLong(t *testing.T) {
	for late, want := range map[time.Duration]int{installFor - time.Second: 200, installFor: 400} {
		w := newWorld(t)
		b := w.browser()
		b.http.CheckRedirect = func(r *http.Request, via []*http.Request) error {
			if len(via) == 2 {
				w.now = w.now.Add(late)
			}
			return nil
		}
		if code, body := b.install("acme"); code != want {
			t.Errorf("after %s: %d\n%s", late, code, body)
		}
	}
}

func TestWhatSlackSaysOfAnInstallation(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		code   int
		says   string
	}{
		"denied":         {func(w *world) { w.says = "access_denied" }, 200, "You did not allow it"},
		"hostile":        {func(w *world) { w.says = "<script>alert(1)</script>" }, 400, "Slack did not let the app be installed"},
		"no redirect":    {func(w *world) { w.refuses = "bad_redirect_uri" }, 500, "redirect URLs"},
		"wrong secret":   {func(w *world) { w.a.apps[0].ClientSecret = "secret-other" }, 500, "client secret"},
		"old code":       {func(w *world) { w.refuses = "invalid_code" }, 400, "begin again"},
		"unknown code":   {func(w *world) { w.refuses = "<i>T" }, 502, "its log"},
		"down":           {func(w *world) { w.down = true }, 502, "Slack does not answer"},
		"organisation":   {func(w *world) { w.answer = map[string]any{"is_enterprise_install": true} }, 400, "whole organisation"},
		"no workspace":   {func(w *world) { w.answer = map[string]any{"team": nil} }, 400, "whole organisation"},
		"no bot":         {func(w *world) { w.answer = map[string]any{"token_type": "user"} }, 400, "no token of a bot"},
		"no token":       {func(w *world) { w.answer = map[string]any{"access_token": ""} }, 400, "no token of a bot"},
		"rotation":       {func(w *world) { w.answer = map[string]any{"refresh_token": "xoxe-1", "expires_in": 43200} }, 400, "token rotation"},
		"another app":    {func(w *world) { w.answer = map[string]any{"app_id": "A666"} }, 400, "another app"},
		"scopes missing": {func(w *world) { w.answer = map[string]any{"scope": "chat:write,commands"} }, 400, "channels:history"},
		"full disk":      {func(w *world) { w.vault.fails = errors.New("the disk is full") }, 500, "Something went wrong on this server"},
		"key gone":       {func(w *world) { w.vault.noKey = true }, 503, "COLLOQUY_SECRET_KEY"},
	} {
		w := newWorld(t)
		c.change(w)
		code, body := w.browser().install("acme")
		w.expect(name, code, c.code, body, c.says, "")
		if !strings.Contains(body, `<a class="action" href="/slack/acme/install">Begin again</a>`) || !strings.Contains(body, "was not installed") {
			t.Errorf("%s: no way to begin again:\n%s", name, body)
		}
		if len(w.engine.all) != 0 {
			t.Errorf("%s: the engine heard of it", name)
		}
	}
}

func TestPagesWithoutAButton(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for path, says := range map[string]string{
		"/slack/nobody/install":             "There is no such app here",
		"/slack/pasted/install":             "with a token",
		"/slack/pasted/oauth/callback?code": "with a token",
		"/slack/%3Ci%3ET/install":           "There is no such app here",
	} {
		if code, body := b.open(http.MethodGet, w.ours+path); code != 404 || !strings.Contains(body, says) || strings.Contains(body, "<form") {
			t.Errorf("%s: %d\n%s", path, code, body)
		}
	}
	for says, change := range map[string]func(){
		"COLLOQUY_SECRET_KEY": func() { w.vault.noKey = true },
		"keeps no":            func() { w.a.o.Vault = nil },
		"set the address":     func() { w.a.o.URL = "" },
	} {
		change()
		code, body := b.open(http.MethodGet, w.ours+"/slack/acme/install")
		if code != 200 || !strings.Contains(body, says) || strings.Contains(body, "<form") || !strings.Contains(body, "users:read") {
			t.Errorf("%s: %d\n%s", says, code, body)
		}
		if code, body := b.install("acme"); code != 503 {
			t.Errorf("%s, and begun all the same: %d\n%s", says, code, body)
		}
		w.vault.noKey, w.a.o.Vault, w.a.o.URL = false, w.vault, w.ours
	}
}

func TestNobodyFillsTheDatabase(t *testing.T) {
	w := newWorld(t)
	w.says = "stop"
	for range mostStarts {
		if code, _ := w.browser().install("acme"); code != 400 {
			t.Fatal(code)
		}
	}
	if code, _ := w.browser().install("acme"); code != http.StatusTooManyRequests {
		t.Errorf("one more than %d in a minute: %d", mostStarts, code)
	}
	if code, _ := w.browser().install("globex"); code != 400 {
		t.Errorf("another app: %d", code)
	}
	w.now = w.now.Add(time.Minute)
	if code, _ := w.browser().install("acme"); code != 400 {
		t.Errorf("a minute later: %d", code)
	}
}

func TestWhileNothingRuns(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	w.a.apps[0].desk.close()
	w.a.apps[0].desk.end()
	code, body := b.install("acme")
	w.expect("begun", code, 503, body, "just starting", "")
	w.a.apps[0].desk.begin(t.Context(), w.engine) // it ends while the person is at Slack
	code, body = b.install("acme")
	w.expect("ended", code, 503, body, "just starting", "")
	w.a.apps[0].desk.open() // and what was begun is still good
	code, body = b.open(http.MethodGet, b.last.String())
	w.expect("open again", code, 200, body, "is installed", "acme/T1=xoxb-acme-1")
}

func TestTheCookie(t *testing.T) {
	w := newWorld(t)
	w.a.o.URL = "https://bot.example.com/talk"
	b := w.browser()
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.ours+"/slack/acme/install", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	c := res.Cookies()
	if len(c) != 1 || !c[0].HttpOnly || !c[0].Secure || c[0].SameSite != http.SameSiteLaxMode || c[0].Path != "/talk/slack/acme/oauth/callback" || c[0].MaxAge != 600 || len(c[0].Value) != 43 || c[0].Domain != "" {
		t.Errorf("cookies %+v", c)
	}
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || to.Query().Get("redirect_uri") != "https://bot.example.com/talk/slack/acme/oauth/callback" || len(to.Query().Get("state")) != 43 || to.Query().Get("state") == c[0].Value {
		t.Errorf("sent to %s: %v", to, err)
	}
}
