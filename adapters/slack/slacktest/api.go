package slacktest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Call is one request to the Web API as it was answered.
type Call struct {
	Time   time.Time
	Method string     // "chat.postMessage"
	Team   string     // of the token; empty if it was none of a bot
	App    string     // of the token
	Args   url.Values // of a form or JSON, whose structures are JSON; without a token
	Status int        // 0: the connection was cut, or the client did not wait
	Error  string     // "not_in_channel"; empty: ok
}

// Counts are how often something was answered.
type Counts struct {
	Calls       int
	TooMany     int // 429
	Connections int // of Socket Mode
	AtOnce      int // of these, the most that one app had at the same time
	Notified    int // people notified by posts of bots, once for each message
}

// Calls are the requests so far to a method, or to all if it is "", oldest first.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.log), func(c Call) bool { return method != "" && c.Method != method })
}

// Counts are the counts so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// A request is what a method gets: with its arguments read, and the lock held.
type request struct {
	*http.Request
	method string
	args   url.Values
	token  *token
	in     *install // of a bot token
}

func (q *request) arg(name string) string { return q.args.Get(name) }

// flag reads a boolean as Slack does.
func (q *request) flag(name string, otherwise bool) bool {
	switch q.arg(name) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	return otherwise
}

func (q *request) number(name string, otherwise, most int) int {
	n, err := strconv.Atoi(q.arg(name))
	if err != nil || n <= 0 {
		n = otherwise
	}
	return min(n, most)
}

// A refusal is an answer with "ok": false.
type refusal struct {
	code     string
	extra    obj
	messages []string // of response_metadata
}

func (e *refusal) Error() string { return e.code }

func refuse(code string, messages ...string) error { return &refusal{code: code, messages: messages} }

func (e *refusal) body() obj {
	o := obj{"ok": false, "error": e.code}
	for k, v := range e.extra {
		o[k] = v
	}
	if len(e.messages) > 0 {
		o["response_metadata"] = obj{"messages": e.messages}
	}
	return o
}

// ServeHTTP answers the Web API, Socket Mode, response URLs, uploads and the page
// for installing.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/api/"):
		s.serveMethod(w, r, strings.TrimPrefix(path, "/api/"))
	case strings.HasPrefix(path, "/link"):
		s.serveSocket(w, r)
	case strings.HasPrefix(path, "/response/"):
		s.serveResponse(w, r)
	case strings.HasPrefix(path, "/upload/"):
		s.serveUpload(w, r)
	case path == "/oauth/v2/authorize":
		s.serveAuthorize(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, method string) {
	q := &request{Request: r, method: method}
	err := q.read()
	at := s.note(Call{Time: time.Now(), Method: method, Args: q.shown()})
	status, code := s.answer(w, q, err)
	s.noted(at, q, status, code)
}

// shown are the arguments without what is secret.
func (q *request) shown() url.Values {
	v := url.Values{}
	for k, x := range q.args {
		if k != "token" && k != "client_secret" {
			v[k] = x
		}
	}
	return v
}

// note writes a request down before it is carried out, and noted how it was answered.
func (s *Server) note(c Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, c)
	s.counts.Calls++
	return len(s.log) - 1
}

func (s *Server) noted(at int, q *request, status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.log[at]
	c.Status, c.Error = status, code
	if q.in != nil {
		c.Team, c.App = q.in.team.id, q.in.app.ID
	} else if q.token != nil {
		c.App = q.token.app.ID
	}
	if status == http.StatusTooManyRequests {
		s.counts.TooMany++
	}
	s.Touch()
}

// answer carries a request out and writes what comes of it.
func (s *Server) answer(w http.ResponseWriter, q *request, unread error) (int, string) {
	f := s.fault(q)
	if f.Delay > 0 && !s.sleep(q.Context(), f.Delay) {
		return 0, ""
	}
	switch {
	case f.Hang:
		s.sleep(q.Context(), time.Hour)
		return 0, ""
	case f.CutBefore:
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		return f.answer(w), "fault"
	case f.Code != "":
		return send(w, 200, (&refusal{code: f.Code}).body()), f.Code
	case unread != nil:
		return send(w, 200, (&refusal{code: "invalid_json"}).body()), "invalid_json"
	}
	s.mu.Lock()
	res, err := s.carryOut(q)
	if q.in != nil {
		w.Header().Set("X-OAuth-Scopes", strings.Join(q.in.scopes, ","))
	}
	s.Touch()
	s.mu.Unlock()
	if f.Cut {
		panic(http.ErrAbortHandler)
	}
	if f.Late > 0 && !s.sleep(q.Context(), f.Late) {
		return 0, ""
	}
	var slow *tooMany
	var no *refusal
	switch {
	case errors.As(err, &slow):
		w.Header().Set("Retry-After", strconv.Itoa(slow.seconds()))
		return send(w, http.StatusTooManyRequests, obj{"ok": false, "error": "ratelimited"}), "ratelimited"
	case errors.As(err, &no):
		return send(w, 200, no.body()), no.code
	case f.AfterStatus != 0:
		f.Status = f.AfterStatus
		return f.answer(w), "fault"
	}
	res["ok"] = true
	return send(w, 200, res), ""
}

func send(w http.ResponseWriter, status int, body obj) int {
	b, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return http.StatusInternalServerError
	}
	return write(w, status, "application/json; charset=utf-8", b)
}

func write(w http.ResponseWriter, status int, kind string, b []byte) int {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(b)
	return status
}

// carryOut does what stands before every method, and calls it.
func (s *Server) carryOut(q *request) (obj, error) {
	m, known := methods[q.method]
	if !known {
		s.Breach("%s: there is no such method here", q.method)
		return nil, refuse("unknown_method")
	}
	if err := s.authenticate(q, m); err != nil {
		return nil, err
	}
	if err := s.limit(q, m); err != nil {
		return nil, err
	}
	res, err := m.do(s, q)
	var no *refusal
	if errors.As(err, &no) && slices.Contains(faulty, no.code) {
		s.Breach("%s: %s %q; it was %.500s", q.method, no.code, no.messages, q.shown().Encode())
	}
	if res == nil {
		res = obj{}
	}
	return res, err
}

// faulty are the errors of a client that does not know the rules.
var faulty = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "invalid_arguments",
	"invalid_metadata_format", "metadata_too_large", "view_too_large", "invalid_json", "not_allowed_token_type"}

// read takes the arguments in, of a form or of JSON.
func (q *request) read() error {
	q.args = q.URL.Query()
	b, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, 4<<20))
	if err != nil {
		return err
	}
	switch kind, _, _ := strings.Cut(q.Header.Get("Content-Type"), ";"); kind {
	case "application/json":
		if len(b) == 0 {
			return nil
		}
		var o map[string]json.RawMessage
		if err := json.Unmarshal(b, &o); err != nil && len(b) > 0 { // a body of no arguments may be empty
			return err
		}
		for k, v := range o {
			var text string
			if json.Unmarshal(v, &text) != nil {
				text = string(v)
			}
			q.args.Set(k, text)
		}
	case "application/x-www-form-urlencoded":
		v, err := url.ParseQuery(string(b))
		if err != nil {
			return err
		}
		for k, x := range v {
			q.args[k] = append(q.args[k], x...)
		}
	}
	return nil
}
