package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/adapters/slack/slacktest"
)

var webApp = App{Name: "web", BotToken: "xoxb-1", SigningSecret: "shh"}

// thereWeb and upWeb are what the engine hears of webApp at the start.
const (
	thereWeb = `workspace T1 "Name of T1" owner= gone=false in slack/web`
	upWeb    = "slack/web true"
)

// web is our endpoints, on a mux as they are mounted.
func (s *session) web() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.a.Routes() {
		mux.Handle(pattern, h)
	}
	return mux
}

// signed is a request as Slack sends it.
func signed(path, contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	sign(r, "shh", time.Now(), body)
	return r
}

func sign(r *http.Request, secret string, at time.Time, body string) {
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("X-Slack-Signature", slacktest.Sign(secret, at, []byte(body)))
}

func status(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestEndpointRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, webApp, App{Name: "socket", BotToken: "xoxb-2", AppToken: "xapp-1", SigningSecret: "shh"})
		h := s.web()
		synctest.Wait()
		s.take()
		body := callback("Ev1", "T1", `{"type":"channel_deleted","channel":"C1"}`)
		const events, json = "/slack/web/events", "application/json"
		for what, test := range map[string]struct {
			want   int
			change func(r *http.Request) *http.Request
		}{
			"as it is": {200, func(r *http.Request) *http.Request { return r }},
			"charset": {200, func(r *http.Request) *http.Request {
				r.Header.Set("Content-Type", "application/json; charset=utf-8")
				return r
			}},
			"a wrong secret":   {401, func(r *http.Request) *http.Request { sign(r, "psst", time.Now(), body); return r }},
			"an old timestamp": {401, func(r *http.Request) *http.Request { sign(r, "shh", time.Now().Add(-6*time.Minute), body); return r }},
			"from the future":  {401, func(r *http.Request) *http.Request { sign(r, "shh", time.Now().Add(6*time.Minute), body); return r }},
			"nearly too old":   {200, func(r *http.Request) *http.Request { sign(r, "shh", time.Now().Add(-4*time.Minute), body); return r }},
			"another body":     {401, func(*http.Request) *http.Request { r := signed(events, json, body); r.Body = http.NoBody; return r }},
			"no signature": {401, func(r *http.Request) *http.Request {
				r.Header.Del("X-Slack-Signature")
				return r
			}},
			"half a signature": {401, func(r *http.Request) *http.Request { r.Header.Set("X-Slack-Signature", "v0=abcd"); return r }},
			"no timestamp":     {401, func(r *http.Request) *http.Request { r.Header.Del("X-Slack-Request-Timestamp"); return r }},
			"a form": {415, func(r *http.Request) *http.Request {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				return r
			}},
			"no type":     {415, func(r *http.Request) *http.Request { r.Header.Del("Content-Type"); return r }},
			"GET":         {405, func(r *http.Request) *http.Request { r.Method = http.MethodGet; return r }},
			"PUT":         {405, func(r *http.Request) *http.Request { r.Method = http.MethodPut; return r }},
			"1 MB":        {413, func(*http.Request) *http.Request { return signed(events, json, strings.Repeat("x", 1<<20+1)) }},
			"no app":      {404, func(*http.Request) *http.Request { return signed("/slack/nobody/events", json, body) }},
			"socket":      {404, func(*http.Request) *http.Request { return signed("/slack/socket/events", json, body) }},
			"another way": {404, func(*http.Request) *http.Request { return signed("/slack/web/elsewhere", json, body) }},
		} {
			got := status(h, test.change(signed(events, json, body)))
			heard := s.take()
			if got != test.want || (len(heard) > 0) != (test.want == 200) {
				t.Errorf("%s: %d and not %d; the engine heard %q", what, got, test.want, heard)
			}
		}
		if log := s.log.String(); strings.Contains(log, "shh") || strings.Count(log, "request refused") != 1 {
			t.Errorf("the log: %s", log)
		}
	})
}

// 200 comes when the engine has it, and 500 if it has not.
func TestEndpointEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		a := New(Options{Apps: []App{webApp}})
		before := &session{a: a}
		if code := status(before.web(), signed("/slack/web/events", "application/json", "{}")); code != 503 {
			t.Errorf("before Run: %d", code)
		}
		s := start(t, x, webApp)
		h := s.web()
		s.want("at the start", thereWeb, upWeb)
		post := func(body string) int { return status(h, signed("/slack/web/events", "application/json", body)) }
		gone := callback("Ev1", "T1", `{"type":"channel_deleted","channel":"C1"}`)
		s.set(func() { s.fail = errors.New("locked") })
		if code := post(gone); code != 500 {
			t.Errorf("not stored: %d", code)
		}
		if code := post(`"text"`); code != 500 {
			t.Errorf("unreadable, and that not noted: %d", code)
		}
		s.set(func() { s.fail, s.panic = nil, true })
		if code := post(gone); code != 500 && code != 200 {
			t.Errorf("after a panic: %d", code)
		}
		s.set(func() { s.panic = false })
		s.take()
		for _, again := range []string{"", "1", "2"} { // the same again changes nothing
			r := signed("/slack/web/events", "application/json", gone)
			r.Header.Set("X-Slack-Retry-Num", again)
			if code := status(h, r); code != 200 {
				t.Errorf("stored: %d", code)
			}
		}
		s.want("three times", "lost slack:T1/C1 channel_gone", "lost slack:T1/C1 channel_gone", "lost slack:T1/C1 channel_gone")
		for _, odd := range []struct{ body, heard string }{
			{`"text"`, "missed slack:T1 since 1m0s"},
			{``, "missed slack:T1 since 1m0s"},
			{`{}`, "missed slack:T1 since 1m0s"},
			{`{"type":"event_callback"}`, "missed slack:T1 since 1m0s"},
			{`{"type":"new_in_some_year","team_id":"T1"}`, ""},
			{callback("Ev2", "T1", `{"type":"new_in_some_year"}`), ""},
			{callback("Ev3", "T1", `"text"`), "missed slack:T1 since 1m0s"},
			{callback("Ev3", "T1", `{"type":["message"],"channel":"C1"}`), "missed slack:T1 since 1m0s"},
			{`{"type":7,"team_id":"T1","event":{"type":"channel_deleted","channel":"C1"}}`, "missed slack:T1 since 1m0s"},
			{callback("Ev4", "T1", `{"type":"channel_archive","channel":{"id":7}}`), "missed slack:T1 since 1m0s"},
			{callback("Ev5", "T7", `{"type":"channel_archive","channel":"C1"}`), ""},
			{`{"type":"app_rate_limited","team_id":"T1","api_app_id":"A1","minute_rate_limited":` + fmt.Sprint(time.Now().Add(-5*time.Minute).Unix()) + `}`, "missed slack:T1 since 5m0s"},
			{`{"type":"app_rate_limited","team_id":"T1"}`, "missed slack:T1 since 1m0s"},
		} {
			if code := post(odd.body); code != 200 {
				t.Errorf("%s: %d", odd.body, code)
			}
			if got := strings.Join(s.take(), ";"); got != odd.heard {
				t.Errorf("%s: heard %q and not %q", odd.body, got, odd.heard)
			}
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, signed("/slack/web/events", "application/json", `{"type":"url_verification","token":"x","challenge":"<b>3eZbrw"}`))
		if w.Code != 200 || w.Body.String() != "<b>3eZbrw" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("url_verification: %d %q", w.Code, w.Body)
		}
		if code := status(h, httptest.NewRequest("POST", "/slack/web/events", strings.NewReader(`{"type":"url_verification","challenge":"x"}`))); code == 200 {
			t.Error("a challenge that is not signed is answered")
		}
		s.a.apps[0].desk.learn("A1")
		if code := post(`{"type":"event_callback","api_app_id":"A2","team_id":"T1","event":{"type":"channel_deleted","channel":"C1"}}`); code != 403 || s.take() != nil {
			t.Errorf("an event of another app: %d", code)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		s.want("at the end", "slack/web false")
		if code := post(gone); code != 503 || s.take() != nil {
			t.Errorf("after Run: %d", code)
		}
	})
}

// What is not stored when Slack sends it for the last time is listed, and said to
// be missed, as soon as the engine takes that.
func TestEndpointLastRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, newExchange(t), webApp)
		h := s.web()
		s.want("at the start", thereWeb, upWeb)
		for _, body := range []string{callback("Ev1", "T1", `{"type":"channel_deleted","channel":"C1"}`), `"text"`} {
			s.lastRetry(h, body)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

// lastRetry sends what the engine does not take as often as Slack does.
func (s *session) lastRetry(h http.Handler, body string) {
	t, before := s.t, strings.Count(s.log.String(), "event lost")
	s.set(func() { s.fail = errors.New("locked") })
	for _, again := range []string{"", "1", "2", "3"} {
		r := signed("/slack/web/events", "application/json", body)
		if again != "" {
			r.Header.Set("X-Slack-Retry-Num", again)
		}
		if code := status(h, r); code != 500 {
			t.Errorf("not stored: %d", code)
		}
		synctest.Wait()
		if logged := strings.Count(s.log.String(), "event lost") > before; logged != (again == "3") {
			t.Errorf("given up after retry %q: %v", again, logged)
		}
		time.Sleep(time.Minute)
	}
	s.set(func() { s.fail = nil })
	time.Sleep(2 * time.Minute)
	synctest.Wait()
	if got := strings.Join(s.take(), ";"); !strings.HasPrefix(got, "missed slack:T1 since ") {
		t.Errorf("heard %q", got)
	}
}

// At the end what is under way is finished, and nothing more is taken.
func TestEndpointEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, webApp)
		h := s.web()
		s.want("at the start", thereWeb, upWeb)
		hold := make(chan struct{})
		s.set(func() { s.hold = hold })
		codes := make(chan int, 2)
		post := func(id string) {
			codes <- status(h, signed("/slack/web/events", "application/json", callback("Ev"+id, "T1", `{"type":"channel_deleted","channel":"C`+id+`"}`)))
		}
		go post("1")
		synctest.Wait()
		s.end()
		synctest.Wait()
		post("2")
		if code := <-codes; code != 503 {
			t.Errorf("a late one: %d", code)
		}
		close(hold)
		if code := <-codes; code != 200 {
			t.Errorf("the one under way: %d", code)
		}
		if err := <-s.err; err != nil {
			t.Error(err)
		}
		got := s.take()
		if strings.Join(got, "\n") != "lost slack:T1/C1 channel_gone\nslack/web false" {
			t.Errorf("the engine heard %q", got)
		}
	})
}

// One that the engine does not take in time comes again.
func TestEndpointEngineStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, webApp)
		h := s.web()
		s.want("at the start", thereWeb, upWeb)
		s.set(func() { s.hold = make(chan struct{}) })
		codes := make(chan int, 200)
		for n := range 200 {
			go func() {
				codes <- status(h, signed("/slack/web/events", "application/json", callback(fmt.Sprint("Ev", n), "T1", `{"type":"channel_deleted","channel":"C1"}`)))
			}()
		}
		count := map[int]int{}
		for range 200 {
			count[<-codes]++
		}
		if count[500] != underWay || count[503] != 200-underWay {
			t.Errorf("answered: %v", count)
		}
		s.set(func() { s.hold = nil })
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

func command(trigger, text string) string {
	return url.Values{"token": {"x"}, "team_id": {"T1"}, "channel_id": {"C1"}, "user_id": {"U1"}, "user_name": {"ada"}, "command": {"/discuss"},
		"text": {text}, "api_app_id": {"A1"}, "trigger_id": {trigger}, "response_url": {"https://hooks.slack.com/commands/1/2/3"}}.Encode()
}

// A command is taken from the body alone, and one that somebody recorded and
// sends again is not carried out twice.
func TestEndpointCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchange(t)
		s := start(t, x, webApp)
		h := s.web()
		s.want("at the start", thereWeb, upWeb)
		const form = "application/x-www-form-urlencoded"
		body := command("1.2.3", "status")
		for range 2 {
			r := signed("/slack/web/commands?text=settings&trigger_id=9", form, body)
			began := time.Now()
			if code := status(h, r); code != 200 || time.Since(began) > 3*time.Second {
				t.Errorf("answered %d after %s", code, time.Since(began))
			}
		}
		time.Sleep(time.Minute)
		s.want("of the same twice", "command status")
		s.a.apps[0].desk.learn("A1")
		for what, test := range map[string]struct {
			path, body string
			want       int
		}{
			"another app":      {"/slack/web/commands", strings.Replace(command("1.2.4", "status"), "A1", "A2", 1), 403},
			"no form":          {"/slack/web/commands", "text=%zz", 400},
			"the certificate":  {"/slack/web/commands", "ssl_check=1&token=x", 200},
			"no payload":       {"/slack/web/interactions", "payload=", 400},
			"half a payload":   {"/slack/web/interactions", "payload=" + url.QueryEscape(`{"type":`), 400},
			"in the query":     {"/slack/web/interactions?payload=%7B%7D", "a=b", 400},
			"of another app":   {"/slack/web/interactions", "payload=" + url.QueryEscape(`{"type":"block_actions","api_app_id":"A2"}`), 403},
			"of what is new":   {"/slack/web/interactions", "payload=" + url.QueryEscape(`{"type":"new_in_some_year"}`), 200},
			"no object at all": {"/slack/web/interactions", "payload=7", 200},
		} {
			if code := status(h, signed(test.path, form, test.body)); code != test.want {
				t.Errorf("%s: %d and not %d", what, code, test.want)
			}
		}
		r := httptest.NewRequest("POST", "/slack/web/commands", strings.NewReader("ssl_check=1"))
		r.Header.Set("Content-Type", form)
		if code := status(h, r); code != 200 {
			t.Errorf("a look at the certificate: %d", code)
		}
		s.want("of all these")
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		if code := status(h, signed("/slack/web/commands", form, body)); code != 503 {
			t.Errorf("after Run: %d", code)
		}
	})
}
