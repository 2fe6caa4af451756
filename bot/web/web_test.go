package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// A buffer is a log that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// running serves o on a port of its own, until stop; ended gives what Serve said.
func running(t *testing.T, o Options) (url string, stop func(), ended <-chan error, log *buffer) {
	t.Helper()
	log = &buffer{}
	o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.head = 100 * time.Millisecond
	url, stop, ended = serve(t, s)
	return url, stop, ended, log
}

func serve(t *testing.T, s *Server) (url string, stop func(), ended <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(cancel)
	return "http://" + l.Addr().String(), cancel, done
}

// fetch gives the status and the body of an answer.
func fetch(t *testing.T, req *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fetch(t, req)
}

func text(s string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) })
}

func TestHealthAndReadiness(t *testing.T) {
	var ready, alive error
	url, _, _, log := running(t, Options{
		Ready: func(context.Context) error { return ready },
		Alive: func(context.Context) error { return alive },
	})
	for _, c := range []struct {
		path string
		err  error
		code int
		body string
	}{
		{"/healthz", errors.New("the password is 1234"), 200, "ok\n"},
		{"/readyz", nil, 200, "ready\n"},
		{"/readyz", bot.Problemf("disk_full", "the disk is full"), 503, "not ready: disk_full\n"},
		{"/readyz", errors.New("the password is 1234"), 503, "not ready: internal\n"},
		{"/", nil, 404, "404 page not found\n"},
		{"/healthz/../../etc/passwd", nil, 404, "404 page not found\n"},
	} {
		ready = c.err
		res, body := get(t, url+c.path)
		if res.StatusCode != c.code || body != c.body {
			t.Errorf("%s: %d %q, and should be %d %q", c.path, res.StatusCode, body, c.code, c.body)
		}
		if h := res.Header; h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") == "" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", c.path, h)
		}
	}
	if strings.Contains(log.String(), "passwd") {
		t.Errorf("the log repeats what was asked for:\n%s", log)
	}
	alive = bot.Problemf("stuck", "nothing goes on")
	if res, body := get(t, url+"/healthz"); res.StatusCode != 503 || body != "not alive: stuck\n" {
		t.Errorf("/healthz: %d %q", res.StatusCode, body)
	}
}

// A probe comes every few seconds, for as long as something is wrong.
func TestHealthIsLoggedWhenItChanges(t *testing.T) {
	var ready error
	url, _, _, log := running(t, Options{Ready: func(context.Context) error { return ready }})
	down, full := bot.Problemf("db_down", "it is down"), bot.Problemf("disk_full", "it is full")
	for _, ready = range []error{nil, nil, down, down, down, full, full, nil, nil} {
		_, _ = get(t, url+"/readyz")
	}
	for want, n := range map[string]int{"code=db_down": 1, "code=disk_full": 1, "healthy again": 1} {
		if got := strings.Count(log.String(), want); got != n {
			t.Errorf("%q stands %d times in the log:\n%s", want, got, log)
		}
	}
}

// What needs the database comes when that is there.
func TestRoutesThatComeLater(t *testing.T) {
	s, err := New(Options{Routes: []map[string]http.Handler{{"/": text("starting")}}})
	if err != nil {
		t.Fatal(err)
	}
	url, _, _ := serve(t, s)
	if _, body := get(t, url+"/a"); body != "starting" {
		t.Errorf("before: %q", body)
	}
	if err := s.Mount(map[string]http.Handler{"GET /a": nil}); err == nil {
		t.Error("a route without a handler is taken")
	}
	if _, body := get(t, url+"/a"); body != "starting" {
		t.Errorf("after routes that are wrong: %q", body)
	}
	if err := s.Mount(map[string]http.Handler{"GET /a": text("a")}); err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, url+"/a"); body != "a" {
		t.Errorf("afterwards: %q", body)
	}
	if res, _ := get(t, url+"/b"); res.StatusCode != 404 {
		t.Errorf("what was there before: %d", res.StatusCode)
	}
}

func TestRoutesThatCannotBeServedAreSaid(t *testing.T) {
	for _, c := range []struct {
		routes []map[string]http.Handler
		says   string
	}{
		{[]map[string]http.Handler{{"GET /a": text("1")}, {"GET /a": text("2")}}, `the route "GET /a" cannot be served`},
		{[]map[string]http.Handler{{"GET /healthz": text("1")}}, `the route "GET /healthz" cannot be served`},
		{[]map[string]http.Handler{{"GET /a/{x}/b": text("1")}, {"GET /a/b/{y}": text("2")}}, "cannot be served"},
		{[]map[string]http.Handler{{"": text("1")}}, `the route "" cannot be served`},
		{[]map[string]http.Handler{{"GET /a": nil}}, `the route "GET /a" cannot be served`},
	} {
		if _, err := New(Options{Routes: c.routes}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v", c.routes, err)
		}
	}
}

func TestPanicIsAnAnswerAndALineInTheLog(t *testing.T) {
	url, _, _, log := running(t, Options{Routes: []map[string]http.Handler{{
		"GET /index": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { var none []int; _ = none[len("x")] }),
		"GET /words": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("what somebody wrote") }),
		"GET /half": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic("the rest")
		}),
	}}})
	for _, path := range []string{"/index", "/words"} {
		if res, body := get(t, url+path); res.StatusCode != 500 || body != "something went wrong inside Colloquy; the log has the detail\n" {
			t.Errorf("%s: %d %q", path, res.StatusCode, body)
		}
	}
	res, err := http.Get(url + "/half")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("half an answer looks whole: %q", body)
	}
	if res, _ := get(t, url+"/healthz"); res.StatusCode != 200 {
		t.Error("the server is gone")
	}
	all := log.String()
	if strings.Contains(all, "what somebody wrote") || !strings.Contains(all, "index out of range") || !strings.Contains(all, `route="GET /index"`) {
		t.Errorf("log:\n%s", all)
	}
}

func TestBodiesHaveALimit(t *testing.T) {
	read := make(chan int, 4)
	url, _, _, _ := running(t, Options{Routes: []map[string]http.Handler{{
		"POST /in": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, err := io.ReadAll(r.Body)
			read <- len(b)
			if err != nil {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
			}
		}),
	}}})
	post := func(body io.Reader) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/in", body)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{}).Do(req)
		if err != nil { // the server closed while more was sent
			return 0
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if code := post(strings.NewReader(strings.Repeat("x", BodyBytes))); code != 200 || <-read != BodyBytes {
		t.Errorf("a body at the limit: %d", code)
	}
	if code := post(strings.NewReader(strings.Repeat("x", BodyBytes+1))); code != 413 && code != 0 || len(read) != 0 {
		t.Errorf("a body over the limit: %d, and the handler was asked %d times", code, len(read))
	}
	endless := io.MultiReader(strings.NewReader(strings.Repeat("x", 5*BodyBytes))) // of a length that nobody said
	if code := post(endless); code != 413 && code != 0 || <-read != BodyBytes {
		t.Errorf("a body without a length: %d", code)
	}
}

// Heads that never end and heads that are too large end the connection.
func TestHeadsHaveALimit(t *testing.T) {
	url, _, _, _ := running(t, Options{})
	dial := func(head string) string {
		t.Helper()
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if err := c.SetDeadline(time.Now().Add(readAll * 2 / 3)); err != nil { // before the time for the whole is over
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, head)
		line, err := bufio.NewReader(c).ReadString('\n')
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the connection stays open")
		}
		return strings.TrimSpace(line)
	}
	if got := dial("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 2*headBytes) + "\r\n\r\n"); got != "HTTP/1.1 431 Request Header Fields Too Large" && got != "" {
		t.Errorf("a large head: %q", got)
	}
	if got := dial("GET /healthz HTTP/1.1\r\nHost: x\r\nX: y"); got != "" { // it waits, and is cut off
		t.Errorf("half a head was answered: %q", got)
	}
}

func TestWhatIsUnderWayEndsBeforeTheServer(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	url, stop, ended, _ := running(t, Options{Routes: []map[string]http.Handler{{
		"GET /slow": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-end
			if r.Context().Err() != nil {
				t.Error("its context ended with the server's")
			}
			fmt.Fprint(w, "stored")
		}),
	}}})
	got := make(chan string, 1)
	go func() {
		res, err := http.Get(url + "/slow")
		if err != nil {
			got <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		got <- string(body)
	}()
	<-begun
	stop()
	for { // until nobody listens any more
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			break
		}
		_ = c.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("the server ended before its request: %v", err)
	default:
	}
	close(end)
	if body := <-got; body != "stored" {
		t.Errorf("the answer was %q", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWhatDoesNotEndIsCutOff(t *testing.T) {
	begun, cut := make(chan struct{}), make(chan struct{})
	s, err := New(Options{Routes: []map[string]http.Handler{{
		"GET /stuck": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(begun)
			<-r.Context().Done()
			close(cut)
		}),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s.grace = time.Millisecond
	url, stop, ended := serve(t, s)
	go func() {
		if res, err := http.Get(url + "/stuck"); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-begun
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("ended with %v", err)
	}
	<-cut
}
