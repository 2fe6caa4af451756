package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// lastRetry is the number of Slack's last attempt at a delivery
// (docs.slack.dev/apis/events-api, "Retries").
const lastRetry = 3

// serveEvent takes a delivery of the Events API. 200 says that it is stored, or
// need not come again; after anything else Slack sends it again, but three times
// at most: what it tried for the last time is listed.
func (p *app) serveEvent(w http.ResponseWriter, r *http.Request, body []byte) {
	work, h, leave, ok := p.desk.enter()
	if !ok {
		unavailable(w)
		return
	}
	defer leave()
	ctx, cancel := context.WithTimeout(work, storeWithin)
	defer cancel()
	env, err := openEnvelope(body)
	refused := func(err error) {
		if again, _ := strconv.Atoi(r.Header.Get("X-Slack-Retry-Num")); again < lastRetry {
			p.a.o.Log.WarnContext(ctx, "event not taken, Slack sends it again", "scope", p.scope(), "event", env.kind(), "id", env.EventID, "err", err)
			return
		}
		p.lost(ctx, env, err)
	}
	switch {
	case err != nil:
		p.a.o.Log.ErrorContext(ctx, "delivery cannot be read, threads will be listed", "scope", p.scope(), "type", env.Type, "id", env.EventID, "err", err)
		if err := p.missed(ctx, h, "", p.before(env)); err != nil {
			refused(err)
			http.Error(w, "not stored", http.StatusInternalServerError)
		}
		return
	case !p.desk.isOurs(env.App):
		p.otherApp(ctx, w, env.App)
		return
	case env.Type == "url_verification":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write([]byte(env.Challenge)) // nobody is left to hear that it failed
		return
	}
	if !p.desk.slot(slotWithin) {
		refused(errFull)
		unavailable(w)
		return
	}
	defer p.desk.free()
	if err := p.deliver(ctx, h, env); err != nil {
		refused(err)
		http.Error(w, "not stored", http.StatusInternalServerError)
	}
}

func unavailable(w http.ResponseWriter) {
	http.Error(w, "not running", http.StatusServiceUnavailable)
}

// otherApp refuses what is signed for us and names another app.
func (p *app) otherApp(ctx context.Context, w http.ResponseWriter, id string) {
	p.a.o.Log.WarnContext(ctx, "request refused: it is for another app", "scope", p.scope(), "app", clipHeader(id))
	http.Error(w, "another app", http.StatusForbidden)
}

// serveCommand takes a slash command. Its fields are those of the body alone.
func (p *app) serveCommand(w http.ResponseWriter, _ *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "not a form", http.StatusBadRequest)
		return
	}
	fields := make(map[string]string, len(form))
	for k := range form {
		fields[k] = form.Get(k)
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		http.Error(w, "not a form", http.StatusBadRequest)
		return
	}
	p.serveAsked(w, "slash_commands", fields["api_app_id"], payload)
}

// serveInteraction takes a button, a form or a shortcut.
func (p *app) serveInteraction(w http.ResponseWriter, _ *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	payload := []byte(form.Get("payload"))
	var said struct {
		App string `json:"api_app_id"`
	}
	_ = json.Unmarshal(payload, &said)
	if err != nil || !json.Valid(payload) {
		http.Error(w, "no payload", http.StatusBadRequest)
		return
	}
	p.serveAsked(w, "interactive", said.App, payload)
}

// serveAsked waits for the answer to what somebody asked for.
func (p *app) serveAsked(w http.ResponseWriter, kind, appID string, payload []byte) {
	if !p.desk.isOurs(appID) {
		p.otherApp(context.Background(), w, appID)
		return
	}
	type answer struct {
		status int
		body   []byte
	}
	answers := make(chan answer, 1)
	taken := p.ask(kind, payload, func(body any) error {
		var b []byte
		if body != nil {
			var err error
			if b, err = json.Marshal(body); err != nil {
				return err
			}
		}
		answers <- answer{http.StatusOK, b}
		return nil
	}, func(status int) { answers <- answer{status, nil} })
	if !taken {
		unavailable(w)
		return
	}
	got := <-answers
	switch {
	case got.status != http.StatusOK:
		http.Error(w, "failed", got.status)
	case got.body != nil:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(got.body) // nobody is left to hear that it failed
	}
}
