package slacktest

import (
	"crypto/subtle"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// code is what an installation's consent gives, good once and for ten minutes.
type code struct {
	app       *app
	team      *team
	user      string
	scopes    []string
	redirect  string // as it was asked for; empty: it was not given
	issued    time.Time
	exchanged bool
}

// consent is a request for consent, checked.
type consent struct {
	app      *app
	scopes   []string
	redirect string
	state    string
	given    string // redirect_uri as it was given
}

func (s *Server) consent(v url.Values) (consent, string) {
	var c consent
	for _, a := range s.apps {
		if a.ClientID == v.Get("client_id") {
			c.app = a
		}
	}
	if c.app == nil {
		return c, "invalid_client_id"
	}
	c.given, c.state = v.Get("redirect_uri"), v.Get("state")
	if c.redirect = c.given; c.redirect == "" && len(c.app.RedirectURLs) > 0 {
		c.redirect = c.app.RedirectURLs[0]
	}
	if !slices.Contains(c.app.RedirectURLs, c.redirect) {
		return c, "bad_redirect_uri"
	}
	for _, x := range strings.Split(v.Get("scope"), ",") {
		if x = strings.TrimSpace(x); x == "" || !slices.Contains(c.app.Scopes, x) {
			return c, "invalid_scope"
		}
		c.scopes = append(c.scopes, x)
	}
	return c, ""
}

// back is where the browser is sent after consent, or without it.
func (c consent) back(v url.Values) string {
	u, _ := url.Parse(c.redirect)
	q := u.Query()
	for k, x := range v {
		q[k] = x
	}
	q.Set("state", c.state)
	u.RawQuery = q.Encode()
	return u.String()
}

// Allow presses Allow on the page for installing, whose address the app made, as
// somebody in a workspace. It returns where the browser is sent. What Slack would
// not allow fails the test.
func (s *Server) Allow(authorize, team, user string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, problem := s.consentAt(authorize)
	if problem != "" {
		s.t.Errorf("the page for installing says: %s", problem)
		return ""
	}
	return s.allow(c, team, user)
}

// Deny presses Cancel there, and returns where the browser is sent.
func (s *Server) Deny(authorize string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, problem := s.consentAt(authorize)
	if problem != "" {
		s.t.Errorf("the page for installing says: %s", problem)
		return ""
	}
	return c.back(url.Values{"error": {"access_denied"}})
}

func (s *Server) consentAt(authorize string) (consent, string) {
	u, err := url.Parse(authorize)
	if err != nil || u.Path != "/oauth/v2/authorize" {
		return consent{}, "there is no such page: " + authorize
	}
	return s.consent(u.Query())
}

func (s *Server) allow(c consent, team, user string) string {
	id := s.newID("") + "." + s.newID("")[1:] + "-code"
	s.codes[id] = &code{app: c.app, team: s.teams[team], user: user, scopes: c.scopes, redirect: c.given, issued: s.o.Now()}
	return c.back(url.Values{"code": {id}})
}

// serveAuthorize is the page itself, with a form for who installs the app where.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	c, problem := s.consent(r.Form)
	if problem != "" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, "<!DOCTYPE html><title>Slack</title><h1>Something went wrong</h1><p>%s</p>", html.EscapeString(problem))
		return
	}
	if r.Method == http.MethodPost {
		to := c.back(url.Values{"error": {"access_denied"}})
		if team, user, ok := strings.Cut(r.PostForm.Get("as"), "/"); ok && r.PostForm.Has("allow") && s.teams[team] != nil {
			to = s.allow(c, team, user)
		}
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, s.consentPage(c, r.URL.RawQuery))
}

func (s *Server) consentPage(c consent, query string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Install %[1]s</title></head><body>
<h1>%[1]s is requesting permission to access a workspace</h1>
<form method="post" action="/oauth/v2/authorize?%[2]s"><p><label>As <select name="as">`, html.EscapeString(c.app.Name), html.EscapeString(query))
	for _, id := range sorted(s.users) {
		if u := s.users[id]; !u.bot && !u.guest && !u.deleted {
			fmt.Fprintf(&b, `<option value="%s/%s">%s in %s</option>`, u.team, u.id, html.EscapeString(u.name), html.EscapeString(s.teams[u.team].name))
		}
	}
	b.WriteString(`</select></label></p><ul>`)
	for _, x := range c.scopes {
		fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(x))
	}
	b.WriteString(`</ul><p><button name="deny">Cancel</button> <button name="allow">Allow</button></p></form></body></html>`)
	return b.String()
}

// oauthAccess exchanges a code for a token.
func oauthAccess(s *Server, q *request) (obj, error) {
	id, secret := q.arg("client_id"), q.arg("client_secret")
	if u, p, ok := q.BasicAuth(); ok {
		id, secret = u, p
	}
	var a *app
	for _, x := range s.apps {
		if x.ClientID == id {
			a = x
		}
	}
	c := s.codes[q.arg("code")]
	switch {
	case a == nil:
		return nil, refuse("invalid_client_id")
	case subtle.ConstantTimeCompare([]byte(secret), []byte(a.ClientSecret)) != 1:
		return nil, refuse("bad_client_secret")
	case c == nil || c.app != a:
		return nil, refuse("invalid_code")
	case c.exchanged:
		return nil, refuse("code_already_used")
	case s.o.Now().Sub(c.issued) > 10*time.Minute:
		return nil, refuse("code_expired")
	case q.arg("redirect_uri") != c.redirect:
		return nil, refuse("bad_redirect_uri")
	}
	c.exchanged = true
	in := s.install(a, c.team, c.user, c.scopes)
	return obj{"access_token": in.token, "token_type": "bot", "scope": strings.Join(in.scopes, ","), "bot_user_id": in.botUser, "app_id": a.ID,
		"team": obj{"id": c.team.id, "name": c.team.name}, "enterprise": nil, "is_enterprise_install": false, "authed_user": obj{"id": c.user}}, nil
}
