package slacktest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestPostingLimits(t *testing.T) {
	w := newWorld(t, Options{PostsPerMinute: 50}, App{})
	var channels []string
	for range 5 {
		channels = append(channels, w.AddChannel(w.team, Channel{Name: "x", Members: []string{w.in.BotUser}}))
	}
	for range 3 {
		w.wantError(w.post("text", "x"), "")
	}
	res, o := w.status(w.in.Token, "chat.postMessage", "channel", w.channel, "text", "x", "unfurl_links", "false", "unfurl_media", "false")
	if w.wantError(o, "ratelimited"); res.StatusCode != 429 || res.Header.Get("Retry-After") != "1" {
		t.Errorf("the fourth within a second: %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	for _, c := range channels[:2] {
		w.wantError(w.post("channel", c, "text", "x"), "") // the workspace has five at once
	}
	w.wantError(w.post("channel", channels[2], "text", "x"), "ratelimited")
	if n := w.Counts().TooMany; n != 2 {
		t.Errorf("%d refusals were counted", n)
	}
	for i := range 51 {
		o := w.call(w.in.Token, "conversations.info", "channel", w.channel)
		if want := map[bool]string{true: "ratelimited"}[i == 50]; o["error"] != want && !(want == "" && o["error"] == nil) {
			t.Errorf("request %d of tier 3 is answered %v", i+1, o["error"])
		}
	}
	w.wantError(w.call(w.in.Token, "conversations.join", "channel", w.channel), "") // each method has its own
}

func TestFaults(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{})
	raw := func() (int, string, error) {
		v := url.Values{"channel": {w.channel}, "text": {"x"}, "unfurl_links": {"false"}, "unfurl_media": {"false"}, "token": {w.in.Token}}
		res, err := http.PostForm(w.API+"/chat.postMessage", v)
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return res.StatusCode, string(b), err
	}
	w.Fail(Fault{Method: "chat.postMessage", Status: 503})
	if st, b, _ := raw(); st != 503 || !strings.HasPrefix(b, "<!DOCTYPE") {
		t.Errorf("503: %d %s", st, b)
	}
	w.Fail(Fault{Method: "chat.postMessage", Status: 429, RetryAfter: 7})
	if st, b, _ := raw(); st != 429 || !strings.Contains(b, "ratelimited") {
		t.Errorf("429: %d %s", st, b)
	}
	w.Fail(Fault{Method: "chat.postMessage", Code: "internal_error"})
	if st, b, _ := raw(); st != 200 || !strings.Contains(b, "internal_error") {
		t.Errorf("internal_error: %d %s", st, b)
	}
	w.Fail(Fault{Method: "chat.postMessage", CutBefore: true})
	if _, _, err := raw(); !errors.Is(err, io.EOF) && err == nil {
		t.Error("cut before: an answer came")
	}
	if n := len(w.Messages(w.channel)); n != 0 {
		t.Errorf("%d messages, though nothing was carried out", n)
	}
	w.Fail(Fault{Method: "chat.postMessage", Cut: true})
	if _, _, err := raw(); err == nil {
		t.Error("cut after: an answer came")
	}
	w.Fail(Fault{Method: "chat.postMessage", AfterStatus: 500})
	if st, _, _ := raw(); st != 500 {
		t.Errorf("500 after: %d", st)
	}
	if n := len(w.Messages(w.channel)); n != 2 {
		t.Errorf("%d messages, though two were carried out", n)
	}
	w.Fail(Fault{Method: "chat.postMessage", After: 1, Status: 502})
	for i, want := range []int{200, 502, 200} {
		if st, _, _ := raw(); st != want {
			t.Errorf("request %d: %d, want %d", i, st, want)
		}
	}
	w.Fail(Fault{Times: -1, Status: 500})
	if st, _, _ := raw(); st != 500 {
		t.Error("a fault of any method does not hold")
	}
	w.Heal()
	w.Down()
	if _, _, err := raw(); err == nil {
		t.Error("down: an answer came")
	}
	w.Up()
	if st, _, err := raw(); st != 200 || err != nil {
		t.Errorf("up again: %d %v", st, err)
	}
	var calls []string
	for _, c := range w.Calls("chat.postMessage") {
		calls = append(calls, c.Error)
	}
	if got := strings.Join(calls, ","); got != "fault,fault,internal_error,,,fault,,fault,,fault," {
		t.Errorf("calls: %s", got)
	}
}

func TestHang(t *testing.T) {
	w := newWorld(t, Options{}, App{})
	w.Fail(Fault{Method: "auth.test", Hang: true})
	c := &http.Client{Timeout: 50 * time.Millisecond}
	if _, err := c.PostForm(w.API+"/auth.test", url.Values{"token": {w.in.Token}}); err == nil {
		t.Error("an answer came")
	}
}
