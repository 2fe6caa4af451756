package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// An office is one app in the workspace T1, with the little of Slack that answers
// need, and an engine that says what a test wants.
type office struct {
	t *testing.T
	p *app
	bot.Handler

	mu       sync.Mutex
	sent     []sent            // what was sent to Slack
	refuse   map[string]string // method → error
	people   map[string]string // id → the rest of what Slack says of them
	commands []bot.Command
	answer   func(context.Context, bot.Command) (bot.Answer, error)
}

type sent struct {
	method string // "/hook" for a response_url
	args   url.Values
	body   string
}

// text is what people read in an answer.
func (s sent) text() string {
	var body struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal([]byte(s.body), &body)
	return body.Text + s.args.Get("text")
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, refuse: map[string]string{}, people: map[string]string{
		"UADMIN": `"team_id":"T1","is_admin":true,"profile":{"display_name":"Ada"}`,
		"UOWNER": `"team_id":"T1","is_owner":true`, "UFIRST": `"team_id":"T1","is_primary_owner":true`,
		"UMEMBER": `"team_id":"T1","real_name":"Mo <!channel>"`,
		"UGUEST":  `"team_id":"T1","is_admin":true,"is_restricted":true`,
		"UOTHER":  `"team_id":"T2","is_admin":true,"is_owner":true`,
		"UGONE":   `"team_id":"T1","is_admin":true,"deleted":true`,
		"UBOT":    `"team_id":"T1","is_admin":true,"is_bot":true`,
		"UGRID":   `"team_id":"E9","is_admin":true,"enterprise_user":{"teams":["T0","T1"]}`,
		"USTRANG": `"team_id":"T1","is_admin":true,"is_stranger":true`,
	}}
	srv := httptest.NewServer(o)
	t.Cleanup(srv.Close)
	a := New(Options{Apps: []App{{Name: "main", BotToken: "xoxb-1", SigningSecret: "s"}}, API: srv.URL + "/api"})
	a.speed = 1000
	o.p = a.apps[0]
	return o
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	body := new(strings.Builder)
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		_, _ = strings.NewReader("").WriteTo(body)
		b := make([]byte, 1<<20)
		for n, err := 0, error(nil); err == nil; {
			n, err = r.Body.Read(b)
			body.Write(b[:n])
		}
	}
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, sent{method, r.Form, body.String()})
	w.Header().Set("Content-Type", "application/json")
	if code := o.refuse[method]; code != "" {
		_, _ = w.Write([]byte(`{"ok":false,"error":"` + code + `"}`))
		return
	}
	says := map[string]string{
		"auth.test":                    `"team_id":"T1","user_id":"UBOT","bot_id":"B1"`,
		"users.info":                   `"user":{"id":"` + r.Form.Get("user") + `",` + o.people[r.Form.Get("user")] + `}`,
		"conversations.open":           `"channel":{"id":"D1"}`,
		"files.getUploadURLExternal":   `"upload_url":"http://` + r.Host + `/upload","file_id":"F1"`,
		"chat.postMessage":             `"ts":"9.9","channel":"` + r.Form.Get("channel") + `"`,
		"files.completeUploadExternal": `"files":[]`,
	}[method]
	if says != "" {
		says = "," + says
	}
	if method == "users.info" && o.people[r.Form.Get("user")] == "" {
		_, _ = w.Write([]byte(`{"ok":false,"error":"user_not_found"}`))
		return
	}
	_, _ = w.Write([]byte(`{"ok":true` + says + `}`))
}

func (o *office) Command(ctx context.Context, c bot.Command) (bot.Answer, error) {
	o.mu.Lock()
	o.commands = append(o.commands, c)
	f := o.answer
	o.mu.Unlock()
	if f != nil {
		return f(ctx, c)
	}
	return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"Done."}}}, nil
}

// hook is a response_url.
func (o *office) hook() string { return strings.TrimSuffix(o.p.a.o.API, "/api") + "/hook" }

// does hands an interaction over, and returns how it was acknowledged.
func (o *office) does(kind string, payload map[string]any) (acks []string) {
	o.t.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.gets(kind, raw)
}

func (o *office) gets(kind string, raw []byte) (acks []string) {
	o.p.interact(context.Background(), o, kind, raw, func(body any) error {
		b, err := json.Marshal(body)
		if err != nil {
			o.t.Error(err)
		}
		if len(b) > 20_000 {
			acks = append(acks, "null")
			return errors.New("too long for Socket Mode")
		}
		acks = append(acks, string(b))
		return nil
	})
	if len(acks) != 1 {
		o.t.Errorf("acknowledged %d times: %q", len(acks), acks)
	}
	return acks
}

var acts int

// types is a slash command of somebody in the channel C1.
func (o *office) types(user, text string, change ...func(map[string]any)) string {
	o.t.Helper()
	acts++
	in := map[string]any{"command": "/discuss", "text": text, "team_id": "T1", "channel_id": "C1", "user_id": user, "user_name": "handle",
		"trigger_id": "trigger." + string(rune('a'+acts%26)) + user + text + time.Now().String(), "response_url": o.hook()}
	for _, f := range change {
		f(in)
	}
	return o.does("slash_commands", in)[0]
}

// presses is a button on a message in a thread of C1.
func (o *office) presses(user, id, value string, change ...func(map[string]any)) string {
	o.t.Helper()
	acts++
	in := map[string]any{"type": "block_actions", "trigger_id": "press" + time.Now().String() + string(rune('a'+acts%26)), "response_url": o.hook(),
		"team": map[string]any{"id": "T1"}, "user": map[string]any{"id": user, "team_id": "T1", "username": "handle"},
		"channel": map[string]any{"id": "C1"}, "container": map[string]any{"type": "message", "message_ts": "2.2", "channel_id": "C1", "thread_ts": "1.1"},
		"message": map[string]any{"ts": "2.2", "thread_ts": "1.1", "team": "T1", "text": "Is &lt;it&gt; fair?"},
		"actions": []any{map[string]any{"type": "button", "action_id": id, "value": value, "action_ts": "3.3", "text": map[string]any{"type": "plain_text", "text": "Answer"}}}}
	for _, f := range change {
		f(in)
	}
	return o.does("interactive", in)[0]
}

// last is the last command that the engine got; zero if there was none.
func (o *office) last() bot.Command {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.commands) == 0 {
		return bot.Command{}
	}
	return o.commands[len(o.commands)-1]
}

// calls are those of a method.
func (o *office) calls(method string) []sent {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []sent
	for _, s := range o.sent {
		if s.method == method {
			out = append(out, s)
		}
	}
	return out
}

// wait sets how long an acknowledgement waits for an answer.
func (s *asks) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.window = d
}
