package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// send sends something to a response URL and returns the status.
func (w *world) respond(a *Act, body string) int {
	w.t.Helper()
	res, err := http.Post(a.ResponseURL, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

const form = `{"type":"modal","callback_id":"answer","private_metadata":"m","title":{"type":"plain_text","text":"Answer"},
	"submit":{"type":"plain_text","text":"Send"},"blocks":[{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Why?"},
	"element":{"type":"plain_text_input","action_id":"a","max_length":10}}]}`

func TestSlash(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	l := w.listen(nil)
	answer := func(kind, body string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.answer = func(out http.ResponseWriter, _ got) {
			out.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(out, body)
		}
	}
	answer("application/json", `{"response_type":"in_channel","text":"for all"}`)
	a := w.Slash(w.channel, w.ada, "/discuss", "now https://a.example").Await()
	g := l.got()[0]
	v, _ := url.ParseQuery(string(g.body))
	if g.path != "/commands" || g.signed != nil || v.Get("command") != "/discuss" || v.Get("text") != "now https://a.example" || v.Get("user_id") != w.ada {
		t.Errorf("signed %v, on %s: %v", g.signed, g.path, v)
	}
	if ms := w.Messages(w.channel); len(ms) != 1 || ms[0].Text != "for all" || ms[0].User != w.in.BotUser {
		t.Errorf("in the channel: %+v", ms)
	}
	answer("text/plain", "for you")
	if m := w.Slash(w.channel, w.ada, "/discuss", "").AwaitMessage(); m.Text != "for you" || m.Ephemeral != w.ada {
		t.Errorf("shown %+v", m)
	}
	for i := range 5 {
		if got := w.respond(a, fmt.Sprintf(`{"text":"later %d"}`, i)); got != 200 {
			t.Errorf("use %d of the response URL: %d", i, got)
		}
	}
	if got := w.respond(a, `{"text":"too often"}`); got != 404 || len(w.Forgive()) != 1 {
		t.Errorf("the sixth use: %d", got)
	}
	if n := len(w.Ephemerals(w.ada)); n != 6 {
		t.Errorf("%d messages for her alone", n)
	}
	l.mu.Lock()
	l.answer = func(out http.ResponseWriter, _ got) { out.WriteHeader(500) }
	l.mu.Unlock()
	if why := w.Slash(w.channel, w.ada, "/discuss", "").AwaitFailed(); why != "http_error" {
		t.Errorf("failed with %q", why)
	}
}

func TestButtonsAndForms(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	l := w.listen(nil)
	reply := func(body string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.answer = func(out http.ResponseWriter, g got) {
			if g.path == "/interactions" {
				_, _ = io.WriteString(out, body)
			}
		}
	}
	blocks := `[{"type":"actions","elements":[{"type":"button","action_id":"answer/1","value":"v","text":{"type":"plain_text","text":"Answer"}}]}]`
	ts := w.post("text", "x", "blocks", blocks)["ts"].(string)
	m, _ := w.Message(Ref{w.channel, ts})
	b, _ := m.Button("Answer")
	a := w.Press(m.Ref(), w.ada, b.Action).Await()
	p := l.got()[len(l.got())-1].payload()
	act := p["actions"].([]any)[0].(map[string]any)
	if p["type"] != "block_actions" || act["value"] != "v" || act["action_id"] != "answer/1" || p["trigger_id"] != a.TriggerID || p["message"] == nil {
		t.Errorf("the payload is %v", p)
	}
	w.wantError(w.call(w.in.Token, "views.open", "trigger_id", "x", "view", form), "invalid_trigger_id")
	w.wantError(w.call(w.in.Token, "views.open", "trigger_id", a.TriggerID, "view", form), "")
	w.wantError(w.call(w.in.Token, "views.open", "trigger_id", a.TriggerID, "view", form), "exchanged_trigger_id")
	late := w.Press(m.Ref(), w.ada, b.Action).Await()
	late.Expire()
	w.wantError(w.call(w.in.Token, "views.open", "trigger_id", late.TriggerID, "view", form), "expired_trigger_id")
	if got := a.AwaitModal(); got.Title != "Answer" || got.Inputs[0].Label != "Why?" || got.Inputs[0].Max != 10 || got.PrivateMetadata != "m" {
		t.Errorf("the form is %+v", got)
	}
	reply(`{"response_action":"errors","errors":{"b":"no"}}`)
	if errs := w.Submit(w.ada, map[string]string{"a": "yes"}).Errors(); errs["b"] != "no" || len(w.Modals(w.ada)) != 1 {
		t.Errorf("errors %v, forms %v", errs, w.Modals(w.ada))
	}
	reply(`{"response_action":"update","view":` + strings.Replace(form, "Answer", "Again", 1) + `}`)
	if got := w.Submit(w.ada, map[string]string{"a": "yes"}).Await().AwaitModal(); got.Title != "Again" {
		t.Errorf("updated to %+v", got)
	}
	reply("")
	w.Submit(w.ada, map[string]string{"a": "yes"}).Await()
	p = l.got()[len(l.got())-1].payload()
	state := p["view"].(map[string]any)["state"].(map[string]any)["values"].(map[string]any)["b"].(map[string]any)["a"].(map[string]any)
	if p["type"] != "view_submission" || state["value"] != "yes" || p["response_url"] != nil || len(w.Modals(w.ada)) != 0 {
		t.Errorf("the payload is %v", p)
	}
}

func TestEphemeralButtons(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	l := w.listen(nil)
	blocks := `[{"type":"actions","elements":[{"type":"button","action_id":"x","text":{"type":"plain_text","text":"Go"}}]}]`
	bob := w.AddUser(w.team, "Bob")
	w.wantError(w.call(w.in.Token, "chat.postEphemeral", "channel", w.channel, "user", bob, "text", "x"), "user_not_in_channel")
	w.wantError(w.call(w.in.Token, "chat.postEphemeral", "channel", w.channel, "user", w.ada, "text", "x", "blocks", blocks), "")
	m := w.Ephemerals(w.ada)[0]
	a := w.Press(m.Ref(), w.ada, "x").Await()
	if p := l.got()[0].payload(); p["message"] != nil || p["container"].(map[string]any)["is_ephemeral"] != true {
		t.Errorf("the payload is %v", p)
	}
	w.respond(a, `{"replace_original":true,"text":"changed"}`)
	if got := w.Shown(m.Ref()); got != "changed" {
		t.Errorf("replaced by %q", got)
	}
	w.respond(a, `{"delete_original":true}`)
	if n := len(w.Ephemerals(w.ada)); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	s := w.Shortcut(w.Say(w.channel, w.ada, "https://a.example"), w.ada, "discuss_message").Await()
	p := l.got()[len(l.got())-1].payload()
	for _, g := range l.got() {
		if g.payload()["type"] == "message_action" {
			p = g.payload()
		}
	}
	if p["callback_id"] != "discuss_message" || p["message"].(map[string]any)["text"] != "<https://a.example>" || s.ResponseURL == "" {
		t.Errorf("the payload is %v", p)
	}
}
