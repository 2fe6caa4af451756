package slack

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"colloquy/bot"
)

const (
	installFor    = 10 * time.Minute // between the button and the way back
	installCookie = "colloquy_install"
	mostStarts    = 60 // a minute, of one app: nobody is to fill the database
)

const starting = "Colloquy is just starting on this server: try again in a minute."

// A starter counts how many installations are begun.
type starter struct {
	mu     sync.Mutex
	minute int64
	n      int
}

// may reports whether one more may begin.
func (s *starter) may(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := now.Unix() / 60; m != s.minute {
		s.minute, s.n = m, 0
	}
	s.n++
	return s.n <= mostStarts
}

// installRoutes are the pages with which an app is installed.
func (a *Adapter) installRoutes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /slack/{app}/install":        a.forApp((*app).installPage),
		"POST /slack/{app}/install":       a.forApp((*app).installBegin),
		"GET /slack/{app}/oauth/callback": a.forApp((*app).installEnd),
	}
}

// forApp gives a request to the app that its path names, if people install that
// one here.
func (a *Adapter) forApp(do func(*app, http.ResponseWriter, *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := a.byName(r.PathValue("app"))
		switch {
		case p == nil:
			a.show(w, http.StatusNotFound, webPage{Title: "There is no such app here", Text: []string{
				"Check the address: it has the name of the app in it. Whoever runs this server knows which there are.",
			}})
		case p.ClientID == "":
			a.show(w, http.StatusNotFound, webPage{Title: "This app is not installed here", Text: []string{
				"Whoever runs this server put it into a workspace with a token, so there is nothing to install.",
				"Write " + bot.CommandPrefix + " help in a channel of that workspace to see what it does.",
			}})
		default:
			do(p, w, r)
		}
	})
}

// path is where something of the app is, as browsers see it.
func (p *app) path(end string) string {
	u, err := url.Parse(baseURL(p.a.o.URL, p.Name) + end)
	if err != nil {
		return end
	}
	return u.EscapedPath()
}

// hindrance is why nobody can install the app now; nil if nothing is in the way.
func (p *app) hindrance() error {
	if p.a.o.URL == "" {
		return bot.Problemf("no_url", "The app cannot be installed yet: whoever runs this server has to set the address at which Slack finds it.")
	}
	if p.a.o.Vault == nil {
		return bot.Problemf("no_vault", "The app cannot be installed here: this server keeps no installations.")
	}
	if v, ok := p.a.o.Vault.(interface{ CanKeep() error }); ok && v.CanKeep() != nil {
		return bot.Problemf("no_key", "The app cannot be installed yet: whoever runs this server has to set COLLOQUY_SECRET_KEY, with which its access to the workspace is kept safe.")
	}
	return nil
}

// installPage says what the app is, and has the button.
func (p *app) installPage(w http.ResponseWriter, r *http.Request) {
	show := webPage{Title: "Add Colloquy to Slack", Scopes: Scopes(), Start: p.path("/install")}
	if err := p.hindrance(); err != nil {
		show.Problem, show.Start = bot.Explain(err), ""
	}
	p.a.show(w, http.StatusOK, show)
}

// installBegin sends the browser to Slack, and remembers that it did.
func (p *app) installBegin(w http.ResponseWriter, r *http.Request) {
	if err := p.hindrance(); err != nil {
		p.refuse(w, http.StatusServiceUnavailable, bot.Explain(err))
		return
	}
	if _, err := p.desk.engine(); err != nil {
		p.refuse(w, http.StatusServiceUnavailable, starting)
		return
	}
	now := p.a.o.Clock()
	if !p.starts.may(now) {
		w.Header().Set("Retry-After", "60")
		p.refuse(w, http.StatusTooManyRequests, "Too many installations were begun just now: try again in a minute.")
		return
	}
	state, browser := random(), random()
	if err := p.a.o.Vault.PutOnce(r.Context(), p.once(state, browser), now.Add(installFor)); err != nil {
		p.a.o.Log.ErrorContext(r.Context(), "installation not begun", "scope", p.scope(), "err", err)
		p.refuse(w, http.StatusInternalServerError, "Something went wrong on this server: try again in a minute. Its log has the detail.")
		return
	}
	p.setCookie(w, browser, int(installFor/time.Second))
	q := url.Values{
		"client_id": {p.ClientID}, "scope": {strings.Join(ScopeNames(), ",")},
		"redirect_uri": {callbackURL(p.a.o.URL, p.Name)}, "state": {state},
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, p.a.site()+"/oauth/v2/authorize?"+q.Encode(), http.StatusSeeOther)
}

// once is what is remembered of an installation under way: which app, and with
// which browser. Nobody else can end it, or keep it from ending.
func (p *app) once(state, browser string) string {
	return "slack-install " + p.Name + " " + state + " " + browser
}

// setCookie binds an installation to the browser; seconds below 0 end that.
func (p *app) setCookie(w http.ResponseWriter, browser string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: installCookie, Value: browser, Path: p.path("/oauth/callback"), MaxAge: seconds,
		HttpOnly: true, Secure: strings.HasPrefix(p.a.o.URL, "https://"), SameSite: http.SameSiteLaxMode,
	})
}

// refuse shows why an installation does not go on, with a way to begin again.
func (p *app) refuse(w http.ResponseWriter, status int, problem string, more ...string) {
	p.a.show(w, status, webPage{Title: "Colloquy was not installed", Problem: problem, Text: more, Again: p.path("/install")})
}

// random is 256 bits that nobody guesses.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// isRandom reports whether s can come from [random].
func isRandom(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}

// site is where people use Slack: beside its Web API.
func (a *Adapter) site() string { return strings.TrimSuffix(a.o.API, "/api") }

// claimed reports whether this browser began an installation that may end now,
// and ends that it can.
func (p *app) claimed(ctx context.Context, r *http.Request) (bool, error) {
	cookie, err := r.Cookie(installCookie)
	state := r.URL.Query().Get("state")
	if err != nil || !isRandom(state) || !isRandom(cookie.Value) || p.a.o.Vault == nil {
		return false, nil
	}
	return p.a.o.Vault.TakeOnce(ctx, p.once(state, cookie.Value), p.a.o.Clock())
}
