package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// got is a request that an app got.
type got struct {
	path   string
	header http.Header
	body   []byte
	signed error
}

// event is its inner event, of a delivery.
func (g got) event() map[string]any {
	var env struct {
		Event map[string]any `json:"event"`
	}
	_ = json.Unmarshal(g.body, &env)
	return env.Event
}

// payload is what interactivity sends.
func (g got) payload() map[string]any {
	v, _ := url.ParseQuery(string(g.body))
	var o map[string]any
	_ = json.Unmarshal([]byte(v.Get("payload")), &o)
	return o
}

// listener is an app that is reached over HTTP.
type listener struct {
	mu     sync.Mutex
	all    []got
	answer func(http.ResponseWriter, got) // nil: 200
}

// listen gives the app of a world an address.
func (w *world) listen(answer func(http.ResponseWriter, got)) *listener {
	l := &listener{answer: answer}
	srv := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		g := got{path: r.URL.Path, header: r.Header, body: b}
		v, err := slack.NewSecretsVerifier(r.Header, w.app.SigningSecret)
		if g.signed = err; err == nil {
			_, _ = v.Write(b)
			g.signed = v.Ensure()
		}
		l.mu.Lock()
		l.all = append(l.all, g)
		answer := l.answer
		l.mu.Unlock()
		if answer != nil {
			answer(out, g)
		}
	}))
	w.t.Cleanup(srv.Close)
	w.Point(w.app.ID, srv.URL)
	return l
}

func (l *listener) got() []got {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]got(nil), l.all...)
}

func TestDelivery(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	l := w.listen(nil)
	root := w.Say(w.channel, w.ada, "a < b https://a.example")
	w.AwaitDelivered()
	g := l.got()[0]
	e := g.event()
	if g.signed != nil || e["type"] != "message" || e["text"] != "a &lt; b <https://a.example>" || e["ts"] != root.TS || e["channel_type"] != "channel" {
		t.Errorf("signed %v: %v", g.signed, e)
	}
	var env map[string]any
	_ = json.Unmarshal(g.body, &env)
	if env["api_app_id"] != w.app.ID || env["team_id"] != w.team || env["event_id"] == "" || env["authorizations"] == nil {
		t.Errorf("the envelope is %v", env)
	}
	reply := w.Reply(root, w.ada, "yes")
	w.Edit(reply, "no")
	w.Unfurl(reply)
	w.React(reply, w.ada, "thumbsup")
	w.Delete(reply)
	w.Reply(root, w.ada, "again")
	w.Delete(root)
	w.AwaitDelivered()
	var kinds []string
	for _, g := range l.got() {
		e := g.event()
		kind := fmt.Sprint(e["subtype"])
		if m, ok := e["message"].(map[string]any); ok {
			kind += fmt.Sprint("/", m["subtype"], "/", m["edited"] != nil)
		}
		kinds = append(kinds, fmt.Sprint(e["type"], " ", kind, " ", e["thread_ts"] != nil, " ", e["deleted_ts"] != nil))
	}
	want := []string{"message <nil> false false", "message <nil> true false", "message message_changed/<nil>/true false false",
		"message message_changed/<nil>/true false false", "reaction_added <nil> false false", "message message_deleted false true",
		"message <nil> true false", "message message_changed/tombstone/false false false"}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("events:\n%s\nwant\n%s", strings.Join(kinds, "\n"), strings.Join(want, "\n"))
	}
	outside := w.AddChannel(w.team, Channel{Name: "outside"})
	w.Say(outside, w.ada, "unheard")
	w.AwaitDelivered()
	if n := len(l.got()); n != len(want) {
		t.Errorf("%d deliveries, %d of them from where the bot is not", n, n-len(want))
	}
}

func TestRetries(t *testing.T) {
	w := newWorld(t, Options{Speed: 60000}, App{})
	l := w.listen(func(out http.ResponseWriter, _ got) { out.WriteHeader(500) })
	w.Say(w.channel, w.ada, "x")
	w.AwaitDelivered()
	d := w.Deliveries()[0]
	if d.Accepted || !d.Over || len(d.Attempts) != 4 || d.Attempts[0].Status != 500 {
		t.Errorf("after 500s: %+v", d)
	}
	for i, g := range l.got() {
		n, why := g.header.Get("X-Slack-Retry-Num"), g.header.Get("X-Slack-Retry-Reason")
		if i == 0 && n != "" || i > 0 && (n != fmt.Sprint(i) || why != "http_error") {
			t.Errorf("try %d: X-Slack-Retry-Num %q, -Reason %q", i, n, why)
		}
	}
	l.mu.Lock()
	l.answer = func(out http.ResponseWriter, _ got) {
		out.Header().Set("X-Slack-No-Retry", "1")
		out.WriteHeader(500)
	}
	l.mu.Unlock()
	w.Say(w.channel, w.ada, "y")
	w.AwaitDelivered()
	if d := w.Deliveries()[1]; len(d.Attempts) != 1 || d.Accepted {
		t.Errorf("after X-Slack-No-Retry: %+v", d)
	}
}

func TestMailFaults(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	l := w.listen(nil)
	if w.Verify(w.app.ID) {
		t.Error("an address that does not send the challenge back was verified")
	}
	w.HoldDeliveries()
	w.Say(w.channel, w.ada, "first")
	w.Say(w.channel, w.ada, "second")
	w.Release(true)
	w.AwaitDelivered()
	w.Twice(1)
	w.Say(w.channel, w.ada, "third")
	w.Await("both", func() bool { return len(l.got()) == 5 })
	if gs := l.got(); gs[1].event()["text"] != "second" || gs[2].event()["text"] != "first" || string(gs[3].body) != string(gs[4].body) {
		t.Errorf("delivered %q, %q", gs[1].body, gs[2].body)
	}
	w.BadSignatures(true)
	w.Say(w.channel, w.ada, "forged")
	w.AwaitDelivered()
	w.BadSignatures(false)
	w.OldTimestamps(true)
	w.Say(w.channel, w.ada, "old")
	w.AwaitDelivered()
	if gs := l.got(); gs[5].signed == nil || gs[6].signed == nil {
		t.Error("forged and old requests are signed well")
	}
}

func TestGiveUp(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	w.listen(func(out http.ResponseWriter, _ got) { out.WriteHeader(503) })
	w.Say(w.channel, w.ada, "lost")
	w.Await("two tries", func() bool { return len(w.Deliveries()[0].Attempts) == 2 })
	if w.Undelivered() != 1 {
		t.Error("it waits for another try, but counts as over")
	}
	w.Await("the end", func() bool { w.GiveUp(); return w.Undelivered() == 0 })
	if d := w.Deliveries()[0]; d.Accepted || len(d.Attempts) != 2 {
		t.Errorf("given up: %+v", d)
	}
}

func TestUninstalled(t *testing.T) {
	for _, first := range []bool{false, true} {
		w := newWorld(t, Options{TokensFirst: first}, App{})
		l := w.listen(nil)
		w.Uninstall(w.app.ID, w.team)
		w.AwaitDelivered()
		gs := l.got()
		kinds := fmt.Sprint(gs[0].event()["type"], " ", gs[1].event()["type"])
		if want := map[bool]string{false: "app_uninstalled tokens_revoked", true: "tokens_revoked app_uninstalled"}[first]; kinds != want {
			t.Errorf("told %s, want %s", kinds, want)
		}
		w.Say(w.channel, w.ada, "unheard")
		w.AwaitDelivered()
		if len(l.got()) != 2 {
			t.Error("an app that is not installed any more hears what is said")
		}
	}
}

func TestPlaces(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	l := w.listen(nil)
	secret := w.AddChannel(w.team, Channel{Name: "secret", Private: true})
	w.Rename(w.channel, "writing")
	w.Archive(w.channel, true)
	w.Archive(w.channel, false)
	w.Archive(secret, true) // unseen
	w.Kick(w.channel, w.in.BotUser)
	w.Invite(w.channel, w.in.BotUser)
	w.DeleteChannel(w.channel)
	w.AwaitDelivered()
	var kinds []string
	for _, g := range l.got() {
		kinds = append(kinds, fmt.Sprint(g.event()["type"]))
	}
	if got := strings.Join(kinds, " "); got != "channel_rename channel_archive channel_unarchive channel_left member_joined_channel channel_deleted" {
		t.Errorf("told %s", got)
	}
}

func TestNoGoroutineStays(t *testing.T) {
	t.Run("used", func(t *testing.T) {
		w := newWorld(t, Options{}, App{})
		w.listen(func(out http.ResponseWriter, _ got) { out.WriteHeader(503) })
		w.Say(w.channel, w.ada, "waits for another try")
		w.Await("two tries", func() bool { return len(w.Deliveries()[0].Attempts) == 2 })
		http.DefaultClient.CloseIdleConnections()
	})
	leaks(t, time.Now().Add(5*time.Second))
}
