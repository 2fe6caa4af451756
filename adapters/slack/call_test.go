package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/bot"
)

const testToken = "xoxb-1-secret"

// wired gives an adapter with one workspace whose Slack is serve, and its log.
func wired(t *testing.T, serve http.HandlerFunc) (*team, *adaptertest.Log) {
	t.Helper()
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	return joined(t, s.URL+"/api")
}

// joined gives one whose Slack is there.
func joined(t *testing.T, api string) (*team, *adaptertest.Log) {
	t.Helper()
	log := &adaptertest.Log{}
	a := New(Options{API: api, Version: "1.2.3", Apps: []App{{Name: "readers", BotToken: testToken}},
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	t.Cleanup(a.http.CloseIdleConnections)
	w := &team{app: a.apps[0], id: "T1", userID: "U1", botID: "B1", token: testToken}
	a.teams.byID["T1"] = w
	t.Cleanup(func() {
		if strings.Contains(log.String(), "secret") {
			t.Errorf("the log has a token: %s", log)
		}
	})
	return w, log
}

// mark says what is known of a call by its error.
func mark(err error) string {
	_, retry := bot.RetryDelay(err)
	switch {
	case err == nil:
		return "done"
	case bot.IsPermanent(err):
		return "never"
	case retry:
		return "retry"
	}
	return "unknown"
}

func posting(channel string) call {
	return call{method: "chat.postMessage", channel: channel, args: url.Values{"channel": {channel}, "text": {"words & <others>"}}}
}

func TestCallsAreForms(t *testing.T) {
	w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Bearer " + testToken, "User-Agent": "Colloquy/1.2.3"} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if r.Method != "POST" || r.URL.Path != "/api/chat.postMessage" || r.FormValue("text") != "words & <others>" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Form)
		}
		io.WriteString(rw, `{"ok":true,"ts":"1.2","message":{"text":7,"ts":"1.2"},"warning":"x"}`)
	})
	var got struct {
		TS      string  `json:"ts"`
		Message message `json:"message"`
	}
	if err := w.do(t.Context(), posting("C1"), &got); err != nil || got.TS != "1.2" || got.Message.TS != "1.2" {
		t.Errorf("%+v, %v; want what could be read", got, err)
	}
}

// What is told of an answer: whether the call was carried out, what a person is
// told, and for how long nothing is sent.
func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		mark   string
		code   string // of the Problem
	}{
		"done":                       {200, `{"ok":true,"ts":"1.2"}`, "done", ""},
		"refused":                    {200, `{"ok":false,"error":"channel_not_found"}`, "never", "channel_gone"},
		"refused with a status":      {403, `{"ok":false,"error":"invalid_auth"}`, "never", "bad_token"},
		"a new code":                 {200, `{"ok":false,"error":"too_blue"}`, "never", "refused"},
		"a new restriction":          {200, `{"ok":false,"error":"restricted_action_new"}`, "never", "no_permission"},
		"later":                      {200, `{"ok":false,"error":"message_limit_exceeded"}`, "retry", "rate_limited"},
		"internal error":             {200, `{"ok":false,"error":"internal_error"}`, "unknown", "slack_down"},
		"fatal error":                {500, `{"ok":false,"error":"fatal_error"}`, "unknown", "slack_down"},
		"timeout of theirs":          {200, `{"ok":false,"error":"request_timeout"}`, "unknown", "slack_down"},
		"HTML, 502":                  {502, `<html>Bad gateway`, "unknown", "slack_down"},
		"JSON of no Slack, 503":      {503, `{"ok":true}`, "unknown", "slack_down"},
		"HTML, 403":                  {403, `<html>Forbidden by the firewall`, "retry", "bad_api"},
		"HTML, 407":                  {407, `<html>`, "retry", "bad_api"},
		"a redirect":                 {302, ``, "retry", "bad_api"},
		"HTML, 200":                  {200, `<html>Please log in`, "unknown", "bad_api"},
		"empty":                      {200, ``, "unknown", "bad_api"},
		"an array":                   {200, `[]`, "unknown", "bad_api"},
		"no ok":                      {200, `{"ts":"1.2"}`, "unknown", "bad_api"},
		"not ok, no error":           {200, `{"ok":false}`, "unknown", "bad_api"},
		"an error that is no code":   {200, `{"ok":false,"error":["<!channel>"]}`, "unknown", "bad_api"},
		"an unreadable result":       {200, `{"ok":true,"ts":1.2}`, "unknown", "bad_answer"},
		"too long":                   {200, `{"ok":true,"ts":"` + strings.Repeat("1", maxAnswer) + `"}`, "unknown", "no_answer"},
		"an error with others' text": {200, `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] \"secret words\" is bad [json-pointer:/blocks/0/text]"]}}`, "never", "bad_form"},
	} {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			w, log := wired(t, func(rw http.ResponseWriter, r *http.Request) {
				n.Add(1)
				if c.status == 302 {
					rw.Header().Set("Location", "https://elsewhere.example/?token=")
				}
				rw.WriteHeader(c.status)
				io.WriteString(rw, c.body)
			})
			var got struct {
				TS string `json:"ts"`
			}
			err := w.do(t.Context(), posting("C1"), &got)
			code := ""
			if err != nil {
				code = bot.ReasonCode(err)
			}
			if mark(err) != c.mark || code != c.code || n.Load() != 1 {
				t.Errorf("%s, %s (%v) after %d requests; want %s, %s after one", mark(err), code, err, n.Load(), c.mark, c.code)
			}
			if said := fmt.Sprint(bot.Explain(err), err, log); strings.Contains(said, "words") || strings.Contains(said, "secret") {
				t.Errorf("it has what others wrote: %s", said)
			}
		})
	}
}

// What happens to a connection decides what is known about a call.
func TestConnections(t *testing.T) {
	hijack := func(w http.ResponseWriter, write string) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, write)
		conn.Close()
	}
	for name, c := range map[string]struct {
		write string
		mark  string
	}{
		"cut before the answer": {"", "unknown"},
		"cut in the header":     {"HTTP/1.1 200 OK\r\nContent-Le", "unknown"},
		"cut in the body":       {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":true,", "unknown"},
		"cut in a refusal":      {"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{\"ok", "retry"},
		"no HTTP":               {"SSH-2.0-OpenSSH_9.9\r\n", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) { n.Add(1); hijack(rw, c.write) })
			if err := w.do(t.Context(), posting("C1"), nil); mark(err) != c.mark || n.Load() != 1 {
				t.Errorf("%v (%s) after %d requests; want %s after one", err, mark(err), n.Load(), c.mark)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		w, _ := wired(t, nil)
		w.app.a.o.API = "http://" + l.Addr().String() + "/api"
		l.Close()
		if err := w.do(t.Context(), posting("C1"), nil); mark(err) != "retry" || bot.ReasonCode(err) != "unreachable" {
			t.Errorf("%v; want retry, unreachable", err)
		}
	})
	t.Run("given up while waiting for the answer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) {
			cancel()
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		if err := w.do(ctx, posting("C1"), nil); mark(err) != "unknown" {
			t.Errorf("%v; want unknown", err)
		}
		if err := w.do(ctx, posting("C1"), nil); mark(err) != "retry" || !errors.Is(err, context.Canceled) {
			t.Errorf("%v; want surely not sent", err)
		}
	})
}

func TestLimitsOfSlack(t *testing.T) {
	header := func(v string) http.Header { return http.Header{"Retry-After": {v}} }
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		wait   time.Duration
	}{
		"429":                      {429, header("64"), `{"ok":false,"error":"ratelimited"}`, 64 * time.Second},
		"429 in HTML":              {429, header("64"), `<html>`, 64 * time.Second},
		"429 that says nothing":    {429, nil, ``, waitUnsaid},
		"429 with nonsense":        {429, header("soon"), ``, waitUnsaid},
		"429 for ever":             {429, header("1e300"), ``, longest},
		"ratelimited in the body":  {200, header("64"), `{"ok":false,"error":"ratelimited"}`, 64 * time.Second},
		"rate_limited in the body": {200, nil, `{"ok":false,"error":"rate_limited"}`, waitUnsaid},
	} {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) {
				if r.FormValue("channel") != "C1" {
					io.WriteString(rw, `{"ok":true}`)
					return
				}
				n.Add(1)
				for k, v := range c.header {
					rw.Header()[k] = v
				}
				rw.WriteHeader(c.status)
				io.WriteString(rw, c.body)
			})
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			err := w.do(ctx, posting("C1"), nil)
			if wait, ok := bot.RetryDelay(err); !ok || wait > c.wait || wait < c.wait-5*time.Second || n.Load() != 1 {
				t.Errorf("%v after %d requests; retry after %v, want %v", err, n.Load(), wait, c.wait)
			}
			if bot.ReasonCode(err) != "rate_limited" {
				t.Errorf("it is %s", bot.ReasonCode(err))
			}
			// The method pauses in the workspace, others do not.
			if err := w.do(ctx, posting("C2"), nil); mark(err) != "retry" {
				t.Errorf("another post: %v; want to wait", err)
			}
			if err := w.do(ctx, call{method: "views.open"}, nil); err != nil {
				t.Errorf("a view: %v", err)
			}
		})
	}
}

func TestShortLimitIsWaitedOut(t *testing.T) {
	var n atomic.Int32
	w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			rw.Header().Set("Retry-After", "0.01")
			rw.WriteHeader(429)
			return
		}
		io.WriteString(rw, `{"ok":true}`)
	})
	if err := w.do(t.Context(), posting("C1"), nil); err != nil || n.Load() != 2 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

func TestParseAPI(t *testing.T) {
	for in, want := range map[string]string{
		"":                          DefaultAPI,
		" https://slack.com/api/ ":  "https://slack.com/api",
		"http://127.0.0.1:8080/api": "http://127.0.0.1:8080/api",
		"http://[::1]:8080":         "http://[::1]:8080",
		"http://slack.internal/api": "http://slack.internal/api",
		"http://slack.com/api":      "",
		"https://u:p@slack.com/api": "",
		"https://slack.com/api?x":   "",
		"slack.com/api":             "",
		"ftp://slack.com":           "",
		"https://":                  "",
		"://":                       "",
	} {
		if got, err := ParseAPI(in); got != want || (err == nil) == (want == "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	var n atomic.Int32
	a := New(Options{API: "http://slack.com/api", Apps: []App{{Name: "x"}}})
	a.http.Transport = counting(func() { n.Add(1) })
	if err := a.call(t.Context(), testToken, call{method: "auth.test"}, nil); mark(err) != "never" || n.Load() > 0 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
	a.badAPI = nil
	if err := a.call(t.Context(), "xoxb-\nx", call{method: "auth.test"}, nil); mark(err) != "never" || bot.ReasonCode(err) != "bad_token" || n.Load() > 0 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

type counting func()

func (c counting) RoundTrip(*http.Request) (*http.Response, error) {
	c()
	return nil, errors.New("not here")
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func responder() *httptest.ResponseRecorder { return httptest.NewRecorder() }
