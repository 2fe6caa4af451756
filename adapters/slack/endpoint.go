package slack

import (
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/slack-go/slack"
)

const (
	bodyLimit = 1 << 20
	// storeWithin is how long an event may take: Slack waits for 3 s, and one that
	// is stored later comes again, which changes nothing.
	storeWithin = 10 * time.Second
)

// Routes are the endpoints of all apps, for a [http.ServeMux]. They answer 503
// while Run does not run. {app} is the name of an app, and decides by which
// signing secret a request is checked.
func (a *Adapter) Routes() map[string]http.Handler {
	routes := map[string]http.Handler{
		"POST /slack/{app}/events":       a.endpoint("application/json", (*app).serveEvent),
		"POST /slack/{app}/commands":     a.endpoint(formType, (*app).serveCommand),
		"POST /slack/{app}/interactions": a.endpoint(formType, (*app).serveInteraction),
	}
	maps.Copy(routes, a.installRoutes())
	return routes
}

const formType = "application/x-www-form-urlencoded"

// byName finds an app; nil if there is none.
func (a *Adapter) byName(name string) *app {
	for _, p := range a.apps {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// endpoint reads the body of a request, checks its signature, and only then has
// it served. Nothing of the address is read but the app.
func (a *Adapter) endpoint(contentType string, serve func(*app, http.ResponseWriter, *http.Request, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := a.byName(r.PathValue("app"))
		if p == nil || p.AppToken != "" || p.SigningSecret == "" { // the latter are reached in another way
			http.NotFound(w, r)
			return
		}
		defer func() {
			if v := recover(); v != nil {
				a.o.Log.ErrorContext(r.Context(), "panic", "scope", p.scope(), "stack", string(debug.Stack()))
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != contentType {
			http.Error(w, "want "+contentType, http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "cannot be read", http.StatusBadRequest)
			return
		}
		if contentType == formType && looksAtCertificate(body) {
			return
		}
		if err := verify(r.Header, p.SigningSecret, body); err != nil {
			p.refused(r, err)
			http.Error(w, "not signed by Slack", http.StatusUnauthorized)
			return
		}
		if again := r.Header.Get("X-Slack-Retry-Num"); again != "" {
			a.o.Log.InfoContext(r.Context(), "slack repeats a delivery", "scope", p.scope(), "retry", clipHeader(again), "reason", clipHeader(r.Header.Get("X-Slack-Retry-Reason")))
		}
		serve(p, w, r, body)
	})
}

// looksAtCertificate reports whether Slack only wants to see that we answer, which
// nobody says is signed. Nothing is done then.
func looksAtCertificate(body []byte) bool {
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Get("ssl_check") == "1"
}

// clipHeader bounds what a header puts into the log.
func clipHeader(s string) string { return s[:min(len(s), 40)] }

// verify checks that Slack signed a body not more than five minutes ago.
func verify(header http.Header, secret string, body []byte) error {
	v, err := slack.NewSecretsVerifier(header, secret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}

// refusedEvery is how often it is logged that requests are not Slack's: anybody
// can send some.
const refusedEvery = time.Minute

func (p *app) refused(r *http.Request, err error) {
	if !p.desk.complain(p.a.o.Clock()) {
		return
	}
	why := "the signature does not fit the signing secret of the app"
	switch {
	case errors.Is(err, slack.ErrExpiredTimestamp):
		why = "it was signed more than five minutes ago: is the clock of this machine right?"
	case errors.Is(err, slack.ErrMissingHeaders):
		why = "it is not signed: it does not come from Slack"
	}
	p.a.o.Log.WarnContext(r.Context(), "request refused", "scope", p.scope(), "why", why)
}
