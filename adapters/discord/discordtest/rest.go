package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// A Call is one request to the REST API as it was answered.
type Call struct {
	Time   time.Time
	Method string
	Path   string // without /api and version
	Query  url.Values
	Body   []byte // as it came, up to 64 KiB; of multipart its payload_json
	Status int    // 0: the connection was cut, or the client did not wait
}

// Counts are how often something was answered or asked for.
type Counts struct {
	Calls        int
	TooMany      int // 429
	Unauthorized int // 401
	Forbidden    int // 403
	Identifies   int
	TooEarly     int // IDENTIFYs before their 5 s were over
	Resumes      int
	Connections  int // to the gateway
	Notified     int // people pinged, once for each message
}

// Calls are all requests so far, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// CallsTo are the requests of a method whose path matches a regular expression.
func (s *Server) CallsTo(method, path string) []Call {
	re := regexp.MustCompile("^(?:" + path + ")$")
	var cs []Call
	for _, c := range s.Calls() {
		if c.Method == method && re.MatchString(c.Path) {
			cs = append(cs, c)
		}
	}
	return cs
}

// Counts are the counts so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// A request is what a handler gets: with the body read, and the lock held.
type request struct {
	*http.Request
	path  string // without version
	route string // the pattern that it matched
	body  []byte
	files []File
}

// A reply is what a handler answers: an object, or nothing with 204.
type reply struct {
	status int
	body   any
}

func ok(body any) (reply, error) { return reply{200, body}, nil }
func none() (reply, error)       { return reply{status: 204}, nil }

var versioned = regexp.MustCompile(`^/api/v(?:9|10)(/.*)$`)

// ServeHTTP answers REST and the gateway.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/ws") {
		s.serveGateway(w, r)
		return
	}
	m := versioned.FindStringSubmatch(r.URL.EscapedPath())
	if m == nil {
		http.Error(w, `{"message": "404: Not Found", "code": 0}`, http.StatusNotFound)
		return
	}
	q := &request{Request: r, path: m[1]}
	readErr := q.read()
	c := Call{Time: time.Now(), Method: r.Method, Path: q.path, Query: r.URL.Query(), Body: q.body[:min(len(q.body), 64<<10)]}
	at := s.note(c)
	status := 0
	if readErr == nil {
		status = s.answer(w, q)
	} else {
		status = send(w, 413, "application/json", []byte(`{"message": "Request entity too large", "code": 40005}`))
	}
	s.noted(at, status)
}

// note writes a request down before it is carried out, and noted how it was answered.
func (s *Server) note(c Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, c)
	s.counts.Calls++
	return len(s.log) - 1
}

func (s *Server) noted(at, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log[at].Status = status
	switch status {
	case 429:
		s.counts.TooMany++
	case 401:
		s.counts.Unauthorized++
	case 403:
		s.counts.Forbidden++
	}
	s.Touch()
}

// answer carries a request out and writes what comes of it.
func (s *Server) answer(w http.ResponseWriter, q *request) int {
	f := s.fault(q)
	if f.delay > 0 && !sleep(q.Context(), f.delay) {
		return 0
	}
	if f.status != 0 {
		return send(w, f.status, f.contentType(), []byte(f.body))
	}
	rt, params := match(q.Method, q.path)
	var misfit error
	if rt != nil {
		q.route = rt.pattern
		misfit = validate(q, params)
	}
	s.mu.Lock()
	res, err := s.carryOut(w.Header(), q, rt, params, misfit)
	s.Touch()
	s.mu.Unlock()
	if f.cut {
		panic(http.ErrAbortHandler)
	}
	if f.late > 0 && !sleep(q.Context(), f.late) {
		return 0
	}
	var no *failure
	var slow *tooMany
	switch {
	case errors.As(err, &slow):
		return slow.send(w)
	case errors.As(err, &no):
		res = reply{no.status, no.body()}
	}
	if res.body == nil {
		w.WriteHeader(res.status)
		return res.status
	}
	b, err := json.Marshal(res.body)
	if err != nil {
		return send(w, 500, "text/plain", []byte(err.Error()))
	}
	return send(w, res.status, "application/json", b)
}

func send(w http.ResponseWriter, status int, kind string, b []byte) int {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(b)
	return status
}

// carryOut does what stands before every handler, and calls it. misfit says how
// the request does not fit Discord's document. The lock is held.
func (s *Server) carryOut(h http.Header, q *request, rt *route, params map[string]string, misfit error) (reply, error) {
	if rt == nil {
		s.Breach("%s %s: there is no such endpoint here", q.Method, q.path)
		return reply{}, &failure{status: 404, message: "404: Not Found"}
	}
	for k, v := range params {
		q.SetPathValue(k, v)
	}
	if !rt.open && !s.authorized(q.Header.Get("Authorization")) {
		return reply{}, &failure{status: 401, message: "401: Unauthorized"}
	}
	if err := s.limit(h, q, rt, params); err != nil {
		return reply{}, err
	}
	if misfit != nil {
		why := inShort(misfit)
		s.Breach("%s %s: against Discord's OpenAPI document: %s; it was %.500s", q.Method, rt.pattern, why, q.body)
		return reply{}, invalid("", "BASE_TYPE_INVALID", "%s", why)
	}
	res, err := rt.do(s, q)
	var no *failure
	if errors.As(err, &no) && (no.code == 50035 || no.code == 50006) {
		b, _ := json.Marshal(no.body())
		s.Breach("%s %s: %s; it was %.500s", q.Method, rt.pattern, b, q.body)
	}
	return res, err
}

func (s *Server) authorized(header string) bool {
	return !s.faults.revoked && header == "Bot "+s.Token
}

// read takes the body in, of JSON or of multipart with payload_json and files.
func (q *request) read() error {
	q.Body = http.MaxBytesReader(nil, q.Body, 25<<20)
	if !strings.HasPrefix(q.Header.Get("Content-Type"), "multipart/form-data") {
		b, err := io.ReadAll(q.Body)
		q.body = b
		return err
	}
	if err := q.ParseMultipartForm(25 << 20); err != nil {
		return err
	}
	q.body = []byte(q.FormValue("payload_json"))
	for field, hs := range q.MultipartForm.File {
		if !strings.HasPrefix(field, "files[") {
			continue
		}
		for _, h := range hs {
			f, err := h.Open()
			if err != nil {
				return err
			}
			var b bytes.Buffer
			_, err = b.ReadFrom(f)
			_ = f.Close()
			if err != nil {
				return err
			}
			q.files = append(q.files, File{Name: h.Filename, Data: b.Bytes()})
		}
	}
	return nil
}

// decode reads the body into v.
func (q *request) decode(v any) error {
	if len(q.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(q.body, v); err != nil {
		return refuse(50109)
	}
	return nil
}
