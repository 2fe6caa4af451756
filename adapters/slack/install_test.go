package slack

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// expect checks an answer, and what is on the shelf after it.
func (w *world) expect(what string, code, want int, body, says, kept string) {
	w.t.Helper()
	if code != want || !strings.Contains(body, says) {
		w.t.Errorf("%s: %d, and should be %d and say %q:\n%s", what, code, want, says, body)
	}
	if got := w.kept(); got != kept {
		w.t.Errorf("%s: kept is %q, and should be %q", what, got, kept)
	}
	if log := w.log.String(); strings.Contains(log, "xoxb-") || strings.Contains(log, "client-secret") || strings.Contains(log, "-code") || strings.Contains(log, "Rivers") {
		w.t.Errorf("%s: the log holds secrets or names:\n%s", what, log)
	}
}

func TestInstallInTwoWorkspacesOfTwoApps(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	code, _, body := b.open(http.MethodGet, w.ours+"/slack/acme/install")
	w.expect("the page", code, 200, body, `<form method="post" action="/slack/acme/install">`, "")
	for _, s := range Scopes() {
		if !strings.Contains(body, "<code>"+s.Name+"</code></dt><dd>"+s.Why+"</dd>") {
			t.Errorf("the page does not say why it asks for %s", s.Name)
		}
	}
	code, body = b.install("acme", w.one)
	w.expect("acme", code, 200, body, "Rivers &lt;i&gt;T", "acme/one")
	if !strings.Contains(body, w.slack.URL+"/app_redirect?app="+w.ids["acme"]+"&amp;team="+w.one.id) {
		t.Errorf("no way back to Slack:\n%s", body)
	}
	code, body = w.browser().install("globex", w.two)
	w.expect("globex", code, 200, body, "is installed", "acme/one globex/two")
	if n := len(w.engine.all); n != 2 {
		t.Fatalf("the engine heard of %d", n)
	}
	if i := w.engine.all[1]; i.Workspace != w.two.id || i.Scope != "slack/globex" || i.Gone || i.Owner != (bot.Person{Platform: Platform, Workspace: w.two.id, ID: w.two.boss}) {
		t.Errorf("the engine heard %+v", i)
	}
	found, err := w.a.team(t.Context(), w.two.id)
	if err != nil || found.app.Name != "globex" || found.owner != w.two.boss || found.userID != w.slack.Installs(w.ids["globex"])[0].BotUser {
		t.Errorf("at work: %+v, %v", found, err)
	}
	c := w.vault.creds["globex/"+w.two.id]
	if c.Name != "Lakes <i>T" || !c.CreatedAt.Equal(w.now) || c.Owner.ID != w.two.boss || c.Platform != Platform {
		t.Errorf("kept is %+v", c)
	}
}

func TestInstallAgainReplacesTheToken(t *testing.T) {
	w := newWorld(t)
	w.browser().install("acme", w.one)
	old, err := w.a.team(t.Context(), w.one.id)
	if err != nil {
		t.Fatal(err)
	}
	w.slack.Uninstall(w.ids["acme"], w.one.id) // and nobody has told us yet
	code, body := w.browser().install("acme", w.one)
	w.expect("again", code, 200, body, "is installed", "acme/one")
	found, err := w.a.team(t.Context(), w.one.id)
	if err != nil || found.token == old.token || found.token != w.slack.Installs(w.ids["acme"])[0].Token {
		t.Errorf("at work: %+v, %v", found, err)
	}
}

func TestAWorkspaceIsOfOneApp(t *testing.T) {
	w := newWorld(t)
	w.browser().install("acme", w.one)
	code, body := w.browser().install("globex", w.one)
	w.expect("held by another", code, 409, body, "Another app of this server is in that workspace already", "acme/one")
	w.a.teams.forget(w.a.apps[0], w.one.id) // as after a start, when nobody has asked for it yet
	w.slack.Fail(slacktest.Fault{Method: "auth.test", Times: -1, Code: "internal_error"})
	code, body = w.browser().install("globex", w.one)
	w.expect("held by one that cannot be tried", code, 409, body, "Another app", "acme/one")
}

// What comes back is taken once, from the browser that went, of the app it went for.
func TestWaysBackThatAreNotTaken(t *testing.T) {
	const says = "This installation cannot be finished"
	w := newWorld(t)
	b := w.browser()
	first := b.leave("acme", w.one)
	code, _, body := b.open(http.MethodGet, first)
	w.expect("the first time", code, 200, body, "is installed", "acme/one")

	refused := func(what string, b *browser, address string) {
		t.Helper()
		code, _, body := b.open(http.MethodGet, address)
		w.expect(what, code, 400, body, says, "acme/one")
	}
	with := func(address, state string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("state", state)
		u.RawQuery = q.Encode()
		return u.String()
	}
	exchanged := len(w.slack.Calls("oauth.v2.access"))
	refused("the same again", b, first)
	refused("no state", b, with(b.leave("acme", w.two), ""))
	refused("another state", b, with(b.leave("acme", w.two), random()))
	refused("rubbish", b, with(b.leave("acme", w.two), "<i>T' OR 1=1 --"))
	other := w.browser()
	other.begin("acme") // so that it has a cookie of its own
	stolen := b.leave("acme", w.two)
	refused("another browser", other, stolen)
	refused("a new browser", w.browser(), stolen)
	fresh := w.browser()
	address := strings.Replace(fresh.leave("globex", w.two), "/globex/", "/acme/", 1)
	at := func(app string) *url.URL {
		u, err := url.Parse(callbackURL(w.ours, app))
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	fresh.http.Jar.SetCookies(at("acme"), fresh.http.Jar.Cookies(at("globex")))
	refused("another app", fresh, address)
	if n := len(w.slack.Calls("oauth.v2.access")); n != exchanged {
		t.Errorf("Slack was asked for %d tokens", n-exchanged)
	}
	mine := b.leave("acme", w.two)
	refused("somebody else", other, mine)
	code, _, body = b.open(http.MethodGet, mine) // whatever others tried
	w.expect("its own", code, 200, body, "is installed", "acme/one acme/two")
}

func TestAnInstallationThatTookTooLong(t *testing.T) {
	for late, want := range map[time.Duration]int{installFor - time.Second: 200, installFor: 400} {
		w := newWorld(t)
		b := w.browser()
		back := b.leave("acme", w.one)
		w.now = w.now.Add(late)
		if code, _, body := b.open(http.MethodGet, back); code != want {
			t.Errorf("after %s: %d\n%s", late, code, body)
		}
	}
}

func TestWhatSlackSaysOfAnInstallation(t *testing.T) {
	refuse := func(code string) func(*world) {
		return func(w *world) { w.slack.Fail(slacktest.Fault{Method: "oauth.v2.access", Code: code}) }
	}
	answer := func(key string, value any) func(*world) {
		return func(w *world) { w.answers(map[string]any{key: value}) }
	}
	for name, c := range map[string]struct {
		change func(*world)
		code   int
		says   string
	}{
		"no redirect":    {refuse("bad_redirect_uri"), 500, "redirect URLs"},
		"wrong secret":   {func(w *world) { w.a.apps[0].ClientSecret = "client-secret-of-another" }, 500, "client secret"},
		"old code":       {refuse("code_expired"), 400, "begin again"},
		"pause":          {func(w *world) { w.slack.Fail(slacktest.Fault{Method: "oauth.v2.access", Status: 429}) }, 503, "pause"},
		"unknown":        {refuse("<i>T"), 502, "its log"},
		"bad gateway":    {func(w *world) { w.slack.Fail(slacktest.Fault{Method: "oauth.v2.access", Status: 502}) }, 502, "Slack does not answer"},
		"cut":            {func(w *world) { w.slack.Fail(slacktest.Fault{Method: "oauth.v2.access", Cut: true}) }, 502, "Slack does not answer"},
		"organisation":   {answer("is_enterprise_install", true), 400, "whole organisation"},
		"no workspace":   {answer("team", nil), 400, "whole organisation"},
		"no bot":         {answer("token_type", "user"), 400, "no token of a bot"},
		"no token":       {answer("access_token", ""), 400, "no token of a bot"},
		"rotation":       {answer("expires_in", 43200), 400, "token rotation"},
		"another app":    {answer("app_id", "A666"), 400, "another app"},
		"scopes missing": {answer("scope", "chat:write,commands"), 400, "channels:history"},
		"full disk":      {func(w *world) { w.vault.fails = errors.New("the disk is full") }, 500, "Something went wrong on this server"},
		"key gone":       {func(w *world) { w.vault.noKey = true }, 503, "COLLOQUY_SECRET_KEY"},
	} {
		w := newWorld(t)
		b := w.browser()
		back := b.leave("acme", w.one)
		c.change(w)
		code, _, body := b.open(http.MethodGet, back)
		w.expect(name, code, c.code, body, c.says, "")
		if !strings.Contains(body, `<a class="action" href="/slack/acme/install">Begin again</a>`) || !strings.Contains(body, "was not installed") {
			t.Errorf("%s: no way to begin again:\n%s", name, body)
		}
		if len(w.engine.all) != 0 {
			t.Errorf("%s: the engine heard of it", name)
		}
	}
}

func TestWhatPeopleSayAtSlack(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	back := w.slack.Deny(b.begin("acme"))
	code, _, body := b.open(http.MethodGet, back)
	w.expect("denied", code, 200, body, "You did not allow it", "")
	code, _, body = b.open(http.MethodGet, strings.Replace(back, "access_denied", "%3Cscript%3Ealert(1)%3C/script%3E", 1))
	w.expect("hostile", code, 400, body, "Slack did not let the app be installed", "")
	code, _, body = b.open(http.MethodGet, strings.Replace(back, "error=access_denied", "code=1", 1))
	w.expect("an answer after all", code, 400, body, "cannot be finished", "")
}

// The token is kept, and tried again when it is needed.
func TestSlackFailsAfterTheToken(t *testing.T) {
	w := newWorld(t)
	w.slack.Fail(slacktest.Fault{Method: "auth.test", Times: -1, Code: "internal_error"})
	code, body := w.browser().install("acme", w.one)
	w.expect("untried", code, 200, body, "is installed", "acme/one")
	if len(w.engine.all) != 1 || w.engine.all[0].Owner.ID != w.one.boss {
		t.Errorf("the engine heard %+v", w.engine.all)
	}
	w.slack.Heal()
	w.now = w.now.Add(time.Hour)
	if found, err := w.a.team(t.Context(), w.one.id); err != nil || found.owner != w.one.boss {
		t.Errorf("at work: %+v, %v", found, err)
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
		if code, _, body := b.open(http.MethodGet, w.ours+path); code != 404 || !strings.Contains(body, says) || strings.Contains(body, "<form") {
			t.Errorf("%s: %d\n%s", path, code, body)
		}
	}
	for says, change := range map[string]func(){
		"COLLOQUY_SECRET_KEY": func() { w.vault.noKey = true },
		"keeps no":            func() { w.a.o.Vault = nil },
		"set the address":     func() { w.a.o.URL = "" },
	} {
		change()
		code, _, body := b.open(http.MethodGet, w.ours+"/slack/acme/install")
		if code != 200 || !strings.Contains(body, says) || strings.Contains(body, "<form") || !strings.Contains(body, "users:read") {
			t.Errorf("%s: %d\n%s", says, code, body)
		}
		if code, _, body := b.open(http.MethodPost, w.ours+"/slack/acme/install"); code != 503 {
			t.Errorf("%s, and begun all the same: %d\n%s", says, code, body)
		}
		w.vault.noKey, w.a.o.Vault, w.a.o.URL = false, w.vault, w.ours
	}
}

func TestNobodyFillsTheDatabase(t *testing.T) {
	w := newWorld(t)
	for range mostStarts {
		w.browser().begin("acme")
	}
	if code, _, _ := w.browser().open(http.MethodPost, w.ours+"/slack/acme/install"); code != http.StatusTooManyRequests {
		t.Errorf("one more than %d in a minute: %d", mostStarts, code)
	}
	w.browser().begin("globex")
	w.now = w.now.Add(time.Minute)
	w.browser().begin("acme")
}

func TestNothingIsInstalledWhileNothingRuns(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	desk := w.a.apps[0].desk
	desk.close()
	desk.end()
	code, _, body := b.open(http.MethodPost, w.ours+"/slack/acme/install")
	w.expect("begun", code, 503, body, "just starting", "")
	desk.begin(t.Context(), w.engine)
	back := b.leave("acme", w.one) // it ends while the person is at Slack
	code, _, body = b.open(http.MethodGet, back)
	w.expect("ended", code, 503, body, "just starting", "")
	desk.open() // and what was begun is still good
	code, _, body = b.open(http.MethodGet, back)
	w.expect("open again", code, 200, body, "is installed", "acme/one")
}

func TestTheCookieOfAnInstallation(t *testing.T) {
	w := newWorld(t)
	w.a.o.URL = "https://bot.example.com/talk"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.ours+"/slack/acme/install", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.browser().http.Do(req)
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
