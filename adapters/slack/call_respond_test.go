package slack

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"colloquy/bot"
)

func TestRespond(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		mark   string
		code   string
	}{
		"taken":             {200, "ok", "done", ""},
		"taken, with JSON":  {200, `{"ok":true}`, "done", ""},
		"taken, with words": {200, "Thanks", "done", ""},
		"used up":           {404, `{"ok":false,"error":"used_url"}`, "never", "too_late"},
		"expired":           {200, `{"ok":false,"error":"expired_url"}`, "never", "too_late"},
		"not there":         {404, `<html>`, "never", "too_late"},
		"of bad form":       {400, `{"ok":false,"error":"invalid_blocks"}`, "never", "bad_form"},
		"too much":          {429, ``, "retry", "internal"},
		"down":              {502, `<html>`, "unknown", "slack_down"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if r.Header.Get("Authorization") != "" || string(body) != `{"text":"hi"}` || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
					t.Errorf("%v %q", r.Header, body)
				}
				rw.WriteHeader(c.status)
				io.WriteString(rw, c.body)
			})
			a := w.app.a
			err := a.respond(t.Context(), strings.TrimSuffix(a.o.API, "/api")+"/commands/T1/secret", map[string]string{"text": "hi"})
			if mark(err) != c.mark || err != nil && bot.ReasonCode(err) != c.code {
				t.Errorf("%v (%s, %s); want %s, %s", err, mark(err), bot.ReasonCode(err), c.mark, c.code)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("it has the address: %v", err)
			}
		})
	}
}

// What somebody wrote goes to nobody but Slack.
func TestAddressesOfSlack(t *testing.T) {
	for _, c := range []struct {
		api, addr string
		ok        bool
	}{
		{"", "https://hooks.slack.com/commands/T1/1/x", true},
		{"", "https://slack.com/x", true},
		{"", "https://HOOKS.Slack.COM/x", true},
		{"", "http://hooks.slack.com/x", false},
		{"", "https://slack.com.example/x", false},
		{"", "https://evilslack.com/x", false},
		{"", "https://u:p@hooks.slack.com/x", false},
		{"", "https://hooks.slack.com@evil.example/x", false},
		{"", "https://169.254.169.254/x", false},
		{"", "//hooks.slack.com/x", false},
		{"", "", false},
		{"https://slack-gov.com/api", "https://hooks.slack-gov.com/x", true},
		{"http://127.0.0.1:8080/api", "http://127.0.0.1:8080/x", true},
		{"http://127.0.0.1:8080/api", "http://127.0.0.1:8081/x", false},
		{"http://127.0.0.1:8080/api", "https://127.0.0.1:8080/x", false},
		{"http://slack.com/api", "https://hooks.slack.com/x", false}, // nothing is sent at all
	} {
		if got, err := New(Options{API: c.api}).slacks(c.addr); (err == nil) != c.ok {
			t.Errorf("%q from %q: %q, %v", c.addr, c.api, got, err)
		}
	}
}

func TestUpload(t *testing.T) {
	var fail atomic.Value
	fail.Store("")
	var shared, posted atomic.Int32
	serve := func(rw http.ResponseWriter, r *http.Request) {
		step := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		switch {
		case step == fail.Load():
			rw.WriteHeader(502)
		case step == "files.getUploadURLExternal":
			if r.FormValue("filename") != "you.json" || r.FormValue("length") != "4" {
				t.Errorf("%v", r.Form)
			}
			io.WriteString(rw, `{"ok":true,"upload_url":"http://`+r.Host+`/upload","file_id":"F1"}`)
		case step == "upload":
			if b, _ := io.ReadAll(r.Body); string(b) != "data" || r.Header.Get("Authorization") != "" {
				t.Errorf("%q %v", b, r.Header)
			}
			posted.Add(1)
			io.WriteString(rw, "OK - 4")
		case step == "files.completeUploadExternal":
			if r.FormValue("files") != `[{"id":"F1","title":"you.json"}]` || r.FormValue("channel_id") != "D1" || r.FormValue("thread_ts") != "1.2" {
				t.Errorf("%v", r.Form)
			}
			shared.Add(1)
			io.WriteString(rw, `{"ok":true}`)
		}
	}
	for step, want := range map[string]string{"": "done", "files.getUploadURLExternal": "retry", "upload": "retry", "files.completeUploadExternal": "unknown"} {
		fail.Store(step)
		shared.Store(0)
		w, _ := wired(t, serve)
		if err := w.upload(t.Context(), "D1", "1.2", "you.json", []byte("data")); mark(err) != want || (err == nil) != (shared.Load() == 1) {
			t.Errorf("with trouble in %q: %v, shared %d times; want %s", step, err, shared.Load(), want)
		}
	}
	fail.Store("")
	posted.Store(0)
	w, _ := wired(t, func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `{"ok":true,"upload_url":"https://evil.example/upload","file_id":"F1"}`)
	})
	if err := w.upload(t.Context(), "D1", "", "you.json", []byte("data")); mark(err) != "never" {
		t.Errorf("to another host: %v", err)
	}
	if err := w.upload(t.Context(), "D1", "", "you.json", nil); mark(err) != "never" {
		t.Errorf("nothing: %v", err)
	}
}
