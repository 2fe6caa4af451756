package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
)

const testToken = "MTk4NjIyNDgz.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"

// wired gives a client whose Discord is h, and what it logs.
func wired(t *testing.T, h http.HandlerFunc) (*client, *bytes.Buffer) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	log := &bytes.Buffer{}
	a := New(Options{Token: testToken, API: srv.URL + "/api", PerSecond: 1000, Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	t.Cleanup(a.rest.http.CloseIdleConnections)
	return a.rest, log
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func post(channel string) call {
	return call{method: "POST", path: "/channels/" + channel + "/messages", body: map[string]string{"content": "hi"}, channel: channel}
}

// mark names how an error is marked.
func mark(err error) string {
	_, retry := bot.RetryDelay(err)
	switch {
	case err == nil:
		return "done"
	case bot.IsPermanent(err):
		return "permanent"
	case retry:
		return "retry"
	}
	return "unknown"
}

func TestRequestIsWhatDiscordWants(t *testing.T) {
	var got *http.Request
	var body []byte
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		got, body = r, nil
		body, _ = io.ReadAll(r.Body)
		answer(w, 200, `{"id":"77"}`)
	})
	c.o.Version = "1.2.3"
	var m message
	k := post("1")
	k.query = url.Values{"with": {"a b"}}
	if err := c.do(t.Context(), k, &m); err != nil || m.ID != "77" {
		t.Fatalf("answer %+v, %v", m, err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bot " + testToken,
		"Content-Type":  "application/json",
		"User-Agent":    "DiscordBot (https://colloquy.invalid, 1.2.3)",
	} {
		if g := got.Header.Get(name); g != want {
			t.Errorf("%s: %q, want %q", name, g, want)
		}
	}
	if got.URL.String() != "/api/v10/channels/1/messages?with=a+b" || string(body) != `{"content":"hi"}` {
		t.Errorf("sent %s %s", got.URL, body)
	}
	if err := c.do(t.Context(), call{method: "POST", path: "/interactions/1/TOK/callback", free: true, body: 1}, nil); err != nil || got.Header.Get("Authorization") != "" {
		t.Errorf("an answer to an interaction went with a token, or not at all: %v", err)
	}
}

func TestFileGoesAsMultipart(t *testing.T) {
	type part struct{ disposition, text string }
	var parts []part
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		mr := multipart.NewReader(r.Body, params["boundary"])
		for {
			p, err := mr.NextPart()
			if err != nil {
				break
			}
			text, _ := io.ReadAll(p)
			parts = append(parts, part{p.Header.Get("Content-Disposition"), string(text)})
		}
		answer(w, 200, `{}`)
	})
	k := post("1")
	k.file = &file{name: "my\r\n\"data\".json", data: []byte("{}")}
	if err := c.do(t.Context(), k, nil); err != nil {
		t.Fatal(err)
	}
	want := []part{
		{`form-data; name="payload_json"`, `{"content":"hi"}`},
		{`form-data; name="files[0]"; filename="my%0D%0A\"data\".json"`, "{}"},
	}
	if len(parts) != 2 || parts[0] != want[0] || parts[1] != want[1] {
		t.Errorf("parts: %q", parts)
	}
}

// What an answer means for who asked.
func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		body    string
		mark    string
		problem string
		code    int
	}{
		"unknown channel":    {404, `{"message":"Unknown Channel","code":10003}`, "permanent", "channel_gone", 10003},
		"unknown guild":      {404, `{"message":"Unknown Guild","code":10004}`, "permanent", "guild_gone", 10004},
		"unknown message":    {404, `{"message":"Unknown Message","code":10008}`, "permanent", "message_gone", 10008},
		"missing access":     {403, `{"message":"Missing Access","code":50001}`, "permanent", "no_access", 50001},
		"missing permission": {403, `{"message":"Missing Permissions","code":50013}`, "permanent", "no_permission", 50013},
		"thread exists":      {400, `{"message":"…","code":160004}`, "permanent", "refused", 160004},
		"bad form":           {400, `{"message":"Invalid Form Body","code":50035,"errors":{"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"secret words"}]}}}`, "permanent", "refused", 50035},
		"old edits":          {400, `{"message":"…","code":30046}`, "retry", "internal", 30046},
		"server error":       {500, `{"message":"500: Internal Server Error","code":0}`, "unknown", "discord_down", 0},
		"gateway error":      {502, `<html>`, "unknown", "discord_down", 0},
		"page not found":     {404, `<html>`, "retry", "bad_api", 0},
		"no content":         {204, ``, "done", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			cl, log := wired(t, func(w http.ResponseWriter, r *http.Request) { answer(w, c.status, c.body) })
			err := cl.do(t.Context(), post("1"), nil)
			if mark(err) != c.mark || codeOf(err) != c.code || err != nil && bot.ReasonCode(err) != c.problem {
				t.Errorf("%v: %s, %s, code %d; want %s, %s, %d", err, mark(err), bot.ReasonCode(err), codeOf(err), c.mark, c.problem, c.code)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %v", err)
			}
			if strings.Contains(log.String(), "secret words") {
				t.Errorf("the log has what was sent: %s", log)
			}
		})
	}
}

func TestFieldsOfABadForm(t *testing.T) {
	e, ours := readError(400, []byte(`{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"title":{"_errors":[{"code":"TOO_LONG"}]}}},"a":{"_errors":[{"code":"B"}]}}}`))
	if want := "discord: status 400, code 50035, Invalid Form Body (a: B, embeds.0.title: TOO_LONG)"; !ours || e.Message != want {
		t.Errorf("%q, want %q", e.Message, want)
	}
}

func TestWrongTokenStopsEverything(t *testing.T) {
	var n atomic.Int32
	c, log := wired(t, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		answer(w, 401, `{"message":"401: Unauthorized `+r.Header.Get("Authorization")+`","code":0}`)
	})
	for range 3 {
		err := c.do(t.Context(), post("1"), nil)
		if mark(err) != "permanent" || bot.ReasonCode(err) != "bad_token" || !strings.Contains(err.Error(), "COLLOQUY_DISCORD_TOKEN") {
			t.Errorf("%s: %v", mark(err), err)
		}
		var e *apiError
		if errors.As(err, &e); strings.Contains(e.Message+err.Error()+log.String(), testToken) {
			t.Error("the token is shown")
		}
	}
	if n.Load() != 1 {
		t.Errorf("%d requests with a token that Discord refused", n.Load())
	}
}

func TestExpiredInteractionStopsNothing(t *testing.T) {
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "webhooks") {
			answer(w, 401, `{"message":"Invalid Webhook Token","code":50027}`)
		}
	})
	err := c.do(t.Context(), call{method: "PATCH", path: "/webhooks/1/TOK/messages/@original", free: true, body: 1}, nil)
	if mark(err) != "permanent" || codeOf(err) != 50027 {
		t.Errorf("%s: %v", mark(err), err)
	}
	if err := c.do(t.Context(), post("1"), nil); err != nil {
		t.Error(err)
	}
}

func TestNoTokenAsksNobody(t *testing.T) {
	for _, token := range []string{"", "a b", "a\nb", "ü"} {
		c := New(Options{Token: token, API: "http://127.0.0.1:1"}).rest
		if err := c.do(t.Context(), post("1"), nil); mark(err) != "permanent" || bot.ReasonCode(err) != "bad_token" {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// A refusal closes what was refused, and nothing else, until something changes.
func TestRefusedChannelIsLeftAlone(t *testing.T) {
	now := time.Unix(1e9, 0)
	var n atomic.Int32
	code := 50001
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		if strings.Contains(r.URL.Path, "/channels/1/") {
			body, _ := json.Marshal(map[string]any{"code": code, "message": "no"})
			answer(w, 403, string(body))
		}
	})
	c.doors.clock = func() time.Time { return now }
	ask := func(want string, asked int32, k call) {
		t.Helper()
		n.Store(0)
		if err := c.do(t.Context(), k, nil); mark(err) != want || n.Load() != asked {
			t.Errorf("%s after %d requests: %v; want %s after %d", mark(err), n.Load(), err, want, asked)
		}
	}
	read := call{method: "GET", path: "/channels/1/messages", channel: "1"}
	ask("permanent", 1, post("1"))
	ask("permanent", 0, post("1"))
	ask("permanent", 0, read)
	ask("done", 1, post("2"))
	c.reopen("2")
	ask("permanent", 0, post("1"))
	c.reopen("1")
	ask("permanent", 1, post("1"))
	now = now.Add(closedFor)
	ask("permanent", 1, read)
	c.reopenAll()
	code = 50013 // one kind of call is refused: others are not
	ask("permanent", 1, post("1"))
	ask("permanent", 0, post("1"))
	ask("permanent", 1, read)
	c.reopenAll()
	code = 50005 // one message is not ours: that says nothing about others
	ask("permanent", 1, post("1"))
	ask("permanent", 1, post("1"))
}

// Calls that waited behind the one that was refused are not sent either.
func TestQueueBehindARefusal(t *testing.T) {
	var n atomic.Int32
	begun, end := make(chan bool), make(chan bool)
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			close(begun)
			<-end
		}
		answer(w, 403, `{"code":50001,"message":"Missing Access"}`)
	})
	var wg sync.WaitGroup
	ask := func(k call) {
		if err := c.do(t.Context(), k, nil); bot.ReasonCode(err) != "no_access" {
			t.Error(err)
		}
	}
	wg.Go(func() { ask(post("1")) })
	<-begun
	for range 5 {
		wg.Go(func() { ask(call{method: "GET", path: "/channels/1", channel: "1"}) })
	}
	close(end)
	wg.Wait()
	if n.Load() != 1 {
		t.Errorf("%d requests", n.Load())
	}
}

// A page that says 403 is from what stands before Discord, and about all of us.
func TestFirewallIsLeftAlone(t *testing.T) {
	var n atomic.Int32
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) { n.Add(1); answer(w, 403, "<html>1020</html>") })
	first, second := c.do(t.Context(), post("1"), nil), c.do(t.Context(), post("2"), nil)
	if bot.ReasonCode(first) != "bad_api" || mark(second) != "retry" || n.Load() != 1 {
		t.Errorf("%v, %v after %d requests", first, second, n.Load())
	}
}

func TestHostileIdsStayIds(t *testing.T) {
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) })
	for _, id := range []string{"", "..", "1/../2", "1?x=", "1#", "1 2", "1\n", `1\2`, "ü"} {
		if err := c.do(t.Context(), call{method: "GET", path: "/channels/" + id + "/messages"}, nil); id != "1/../2" && mark(err) != "permanent" {
			t.Errorf("id %q: %v", id, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.do(ctx, post("1"), nil); mark(err) != "retry" {
		t.Errorf("a call that was stopped before it was sent: %v", err)
	}
}
