package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"colloquy/bot"
)

// endWithin is how long all that the last step asks of Slack may take.
const endWithin = 20 * time.Second

// A refusal is why an installation did not succeed, as people read it.
type refusal struct {
	status int // of HTTP
	code   string
	text   string
	err    error // for the log
}

func (r *refusal) Error() string { return r.code }
func (r *refusal) Unwrap() error { return r.err }

func refusef(status int, code, text string, err error) error {
	return &refusal{status, code, text, err}
}

// installEnd is where Slack sends the browser back to. Once the code is there, it
// goes on though the browser may go away: codes are of use once.
func (p *app) installEnd(w http.ResponseWriter, r *http.Request) {
	_, _, leave, ok := p.desk.enter()
	if !ok {
		p.refuse(w, http.StatusServiceUnavailable, starting)
		return
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), endWithin)
	defer cancel()
	p.setCookie(w, "", -1)
	t, appID, err := p.install(ctx, r)
	if err != nil {
		why := &refusal{http.StatusInternalServerError, "internal", "Something went wrong on this server: try again in a minute. Its log has the detail.", err}
		if !errors.As(err, &why) {
			why.err = err
		}
		if why.status >= 500 {
			p.a.o.Log.ErrorContext(ctx, "installation failed", "scope", p.scope(), "code", why.code, "err", why.err)
		} else {
			p.a.o.Log.InfoContext(ctx, "installation refused", "scope", p.scope(), "code", why.code)
		}
		p.refuse(w, why.status, why.text)
		return
	}
	p.a.o.Log.InfoContext(ctx, "installed", "scope", p.scope(), "workspace", t.id)
	q := url.Values{"app": {appID}, "team": {t.id}}
	p.a.show(w, http.StatusOK, webPage{
		Title: "Colloquy is installed", Done: t.name, Open: p.a.site() + "/app_redirect?" + q.Encode(),
	})
}

// install exchanges what the browser brought for a token, and keeps that. It also
// gives Slack's id of the app.
func (p *app) install(ctx context.Context, r *http.Request) (*team, string, error) {
	ours, err := p.claimed(ctx, r)
	if err != nil {
		return nil, "", err
	}
	q := r.URL.Query()
	if said := q.Get("error"); said != "" {
		return nil, "", saidAtSlack(said)
	}
	if !ours {
		return nil, "", refusef(http.StatusBadRequest, "bad_state", "This installation cannot be finished: it was begun more than ten minutes ago or in another browser, or it was finished before. If Colloquy is not in your workspace, begin again.", nil)
	}
	if err := p.hindrance(); err != nil {
		return nil, "", refusef(http.StatusServiceUnavailable, bot.ReasonCode(err), bot.Explain(err), err)
	}
	code := q.Get("code")
	if code == "" || len(code) > 1000 {
		return nil, "", refusef(http.StatusBadRequest, "no_code", "Slack sent no code with which the installation could be finished: begin again.", nil)
	}
	got, err := slackgo.GetOAuthV2ResponseContext(ctx, p.a.http, p.ClientID, p.ClientSecret, code, callbackURL(p.a.o.URL, p.Name), slackgo.OAuthOptionAPIURL(p.a.o.API+"/"))
	if err != nil {
		return nil, "", exchangeFailed(err)
	}
	if err := p.acceptable(ctx, got); err != nil {
		return nil, "", err
	}
	t, err := p.keep(ctx, got)
	return t, got.AppID, err
}

// saidAtSlack is what somebody decided there, or Slack itself.
func saidAtSlack(code string) error {
	if code == "access_denied" {
		return refusef(http.StatusOK, "access_denied", "You did not allow it at Slack, so nothing was installed and nothing is kept.", nil)
	}
	return refusef(http.StatusBadRequest, "slack_refused", "Slack did not let the app be installed: begin again, and if it stays so, ask an admin of the workspace whether apps may be added.", nil)
}

// exchangeFailed says what a person can do when Slack gives no token for the code.
func exchangeFailed(err error) error {
	var said slackgo.SlackErrorResponse
	var busy *slackgo.RateLimitedError
	switch {
	case errors.As(err, &busy):
		return refusef(http.StatusServiceUnavailable, "ratelimited", "Slack asks for a pause: try again in a minute.", err)
	case !errors.As(err, &said):
		return refusef(http.StatusBadGateway, "no_answer", "Slack does not answer this server: try again in some minutes.", err)
	}
	switch said.Err {
	case "invalid_code", "code_already_used", "code_expired":
		return refusef(http.StatusBadRequest, said.Err, "Slack does not take the code any more with which it sent you back: begin again.", err)
	case "bad_redirect_uri", "invalid_redirect_uri", "redirect_uri_mismatch":
		return refusef(http.StatusInternalServerError, "bad_redirect_uri", "Slack does not know the address of this server as one of the app: whoever runs it has to add it to the redirect URLs of the app, as the manifest has it.", err)
	case "invalid_client_id", "bad_client_secret", "invalid_client":
		return refusef(http.StatusInternalServerError, "bad_client", "Slack does not know the client id and client secret that this server has of the app: whoever runs it has to copy them again from the page Basic Information.", err)
	}
	return refusef(http.StatusBadGateway, "slack_refused", "Slack did not finish the installation: begin again. If it stays so, whoever runs this server finds the reason in its log.", err)
}

// acceptable checks that what Slack gives is what we can work with.
func (p *app) acceptable(ctx context.Context, got *slackgo.OAuthV2Response) error {
	no := func(code, text string) error { return refusef(http.StatusBadRequest, code, text, nil) }
	var lacks []string
	granted := strings.FieldsFunc(got.Scope, func(r rune) bool { return r == ',' || r == ' ' })
	for _, s := range ScopeNames() {
		if !slices.Contains(granted, s) {
			lacks = append(lacks, s)
		}
	}
	switch {
	case got.IsEnterpriseInstall || got.Team.ID == "":
		return no("org_install", "The app was installed for a whole organisation, which Colloquy does not support: remove it there, and install it in one workspace.")
	case got.TokenType != "bot" || got.AccessToken == "":
		return no("no_bot", "Slack gave no token of a bot: the app has to be made from the manifest that 'colloquy slack manifest' prints.")
	case got.RefreshToken != "" || got.ExpiresIn != 0:
		return no("rotation", "The app has token rotation turned on, which Colloquy does not support and Slack does not turn off again: make the app anew from the manifest that 'colloquy slack manifest' prints.")
	case got.AppID == "" || !p.isApp(got.AppID):
		return no("other_app", "This is another app than the one that this server listens for: whoever runs it has mixed up the tokens of two apps.")
	case len(lacks) > 0:
		return no("missing_scope", "The app lacks rights that it needs ("+strings.Join(lacks, ", ")+"): update it with the manifest that 'colloquy slack manifest' prints, and install it again.")
	}
	return p.unclaimed(ctx, got.Team.ID)
}

// isApp reports whether an id is that of the app, as far as its app token says.
func (p *app) isApp(id string) bool {
	parts := strings.Split(p.AppToken, "-") // xapp-1-A…-…-…
	return len(parts) < 4 || parts[2] == id
}

// unclaimed is nil unless another app of ours is in the workspace already: two
// would post everything twice.
func (p *app) unclaimed(ctx context.Context, workspace string) error {
	taken := refusef(http.StatusConflict, "taken", "Another app of this server is in that workspace already: remove one of the two, so that nothing is posted twice.", nil)
	// Asking for it also finds what is there by a token of the configuration.
	if t, err := p.a.team(ctx, workspace); err == nil && t.app != p {
		return taken
	}
	if t := p.a.teams.get(workspace); t != nil && t.app != p {
		return taken
	}
	for _, other := range p.a.apps {
		if other == p {
			continue
		}
		held, err := p.a.o.Vault.Credentials(ctx, Platform, other.Name)
		if slices.ContainsFunc(held, func(c bot.Credential) bool { return c.Workspace == workspace }) {
			return taken
		}
		if err != nil { // what cannot be read cannot be used either
			p.a.o.Log.WarnContext(ctx, "credentials not read", "scope", other.scope(), "code", bot.ReasonCode(err), "err", err)
		}
	}
	return nil
}

// keep keeps the token in place of an older one, and begins with the workspace.
func (p *app) keep(ctx context.Context, got *slackgo.OAuthV2Response) (*team, error) {
	c := bot.Credential{
		Platform: Platform, App: p.Name, Workspace: got.Team.ID, Name: got.Team.Name,
		Owner:  bot.Person{Platform: Platform, Workspace: got.Team.ID, ID: got.AuthedUser.ID},
		Secret: got.AccessToken, CreatedAt: p.a.o.Clock(),
	}
	if err := p.a.o.Vault.PutCredential(ctx, c); err != nil {
		return nil, err
	}
	p.put(c)
	t, err := p.find(ctx, c.Workspace)
	if t == nil { // it is kept, and will be shown to Slack again when it is needed
		p.a.o.Log.WarnContext(ctx, "token of an installation not tried yet", "scope", p.scope(), "workspace", c.Workspace, "code", bot.ReasonCode(err), "err", err)
		t = &team{app: p, id: c.Workspace, name: c.Name, owner: c.Owner.ID}
	}
	return t, p.installed(ctx, t)
}
