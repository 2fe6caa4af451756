package slack

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
)

var (
	//go:embed install.html
	pageText string
	//go:embed install.css
	pageStyle string
)

var siteTemplates = template.Must(template.New("").Parse(pageText))

// styleHash lets a browser take this style, and nothing else that would stand in
// the page.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// A webPage is what people see of an installation. It has no scripts, and whatever
// came from outside is text in it.
type webPage struct {
	Title   string
	Problem string   // what is wrong, why, and what to do
	Text    []string // paragraphs
	Again   string   // where to begin again; empty: that would be of no use

	Scopes []Scope // the page with which it begins
	Start  string  // where its button leads; empty: it has none

	Done string // the page with which it ends: the workspace
	Open string // where Slack is

	Style template.CSS
}

// show answers with a page. Nobody keeps it, and nothing outside learns of it.
func (a *Adapter) show(w http.ResponseWriter, status int, p webPage) {
	p.Style = template.CSS(pageStyle)
	var out bytes.Buffer
	if err := siteTemplates.ExecuteTemplate(&out, "page", p); err != nil {
		a.o.Log.Error("page not made", "err", err)
		http.Error(w, "this page cannot be shown; the log has the detail", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+styleHash+"; form-action 'self' "+a.origin()+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// origin is where a form may lead in the end: where Slack asks for consent, which
// is at the address of the workspace for who is signed in there.
func (a *Adapter) origin() string {
	u, err := url.Parse(a.o.API)
	if err != nil {
		return ""
	}
	origin := u.Scheme + "://" + u.Host
	if a.o.API == DefaultAPI {
		origin += " " + u.Scheme + "://*." + u.Host
	}
	return origin
}
