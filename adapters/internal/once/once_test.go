package once

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// posting builds a request to an address that nobody may see.
func posting(base string) func(context.Context) (*http.Request, error) {
	return func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodPost, base+"/hook/secret", strings.NewReader("words"))
	}
}

func client(t *testing.T) *http.Client {
	c := NewHTTP()
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// cut ends the connection when the request was read, with no more of an answer
// than this.
func cut(t *testing.T, answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, answer)
		_ = conn.Close()
	}
}

// On the wire: what is surely not sent, and what may have arrived.
func TestWhatLeft(t *testing.T) {
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = refused.Close()
	plain, secure := httptest.NewServer(cut(t, "")), httptest.NewTLSServer(cut(t, "HTTP/1.1 200 OK\r\nContent-Le"))
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	known := client(t)
	known.Transport.(*http.Transport).TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		ctx    context.Context
		client *http.Client
		base   string
		left   bool
	}{
		"nobody listens":        {t.Context(), client(t), "http://" + refused.Addr().String(), false},
		"no such host":          {t.Context(), client(t), "http://nobody.invalid", false},
		"an unknown authority":  {t.Context(), client(t), secure.URL, false},
		"given up before":       {ended, client(t), plain.URL, false},
		"no address":            {t.Context(), client(t), "http://[", false},
		"cut before the answer": {t.Context(), client(t), plain.URL, true},
		"cut in it, under TLS":  {t.Context(), known, secure.URL, true},
	} {
		_, left, err := Send(c.ctx, c.client, posting(c.base))
		if err == nil || left != c.left || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: left %t, %v; want %t, and no address", name, left, err, c.left)
		}
	}
}

// A slept is the context of a process that was frozen until its deadline had passed,
// and whose timers have not fired yet.
type slept struct {
	context.Context
	due time.Time
}

func (s slept) Deadline() (time.Time, bool) { return s.due, true }

// What wakes too late sends nothing, over a connection that is there, with TLS or
// without; and by which of its clocks it is too late does not matter.
func TestFrozenBeforeItIsSent(t *testing.T) {
	var got atomic.Int64
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got.Add(1)
	})
	for _, s := range []*httptest.Server{httptest.NewServer(serve), httptest.NewTLSServer(serve)} {
		t.Cleanup(s.Close)
		got.Store(0)
		c := client(t)
		c.Transport.(*http.Transport).TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
		for _, due := range []time.Time{{}, time.Now().Add(-time.Second), time.Now().Add(-time.Second).Round(0), {}} {
			ctx, late := t.Context(), !due.IsZero()
			if late {
				ctx = slept{ctx, due}
			}
			res, left, err := Send(ctx, c, posting(s.URL))
			if late != (err != nil) || left == late {
				t.Errorf("due %v: left %t, %v", due, left, err)
			}
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		}
		if n := got.Load(); n != 2 {
			t.Errorf("%d requests arrived", n)
		}
	}
}

func TestGivenUpWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	}))
	defer s.Close()
	if _, left, err := Send(ctx, client(t), posting(s.URL)); !left || !errors.Is(err, context.Canceled) {
		t.Errorf("left %t, %v", left, err)
	}
}

// A redirect is an answer like another: nothing goes elsewhere.
func TestNoRedirectIsFollowed(t *testing.T) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	res, left, err := Send(t.Context(), client(t), posting(s.URL))
	if err != nil || !left || res.StatusCode != http.StatusTemporaryRedirect || n.Load() != 1 {
		t.Fatalf("left %t, %v after %d requests", left, err, n.Load())
	}
	_ = res.Body.Close()
}

// An attempt is how far a request comes on a connection.
type attempt struct{ reused, begun, written, answered bool }

// attempts is a transport on which each request comes as far as the next of these.
type attempts struct {
	t    *testing.T
	list []attempt
	made int
}

func (a *attempts) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.made++; a.made > len(a.list) {
		a.t.Fatal("it is sent once more")
	}
	at, trace := a.list[a.made-1], httptrace.ContextClientTrace(r.Context())
	here, there := net.Pipe()
	defer func() { _, _ = here.Close(), there.Close() }()
	go func() { _, _ = io.Copy(io.Discard, there) }()
	conn := &countedConn{Conn: here}
	trace.GetConn(r.Host)
	trace.GotConn(httptrace.GotConnInfo{Conn: conn, Reused: at.reused})
	if at.begun {
		trace.WroteHeaders()
	}
	if at.written {
		_, _ = conn.Write([]byte("POST"))
	}
	if at.answered {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
	}
	return nil, errors.New("connection reset")
}

// A connection that died while nobody used it costs nothing; on one that took a
// part of the request, nothing is sent again.
func TestConnectionsThatWereUsedBefore(t *testing.T) {
	dead := attempt{reused: true, begun: true}
	for name, c := range map[string]struct {
		list     []attempt
		left, ok bool
	}{
		"dead":                     {[]attempt{dead, {begun: true, written: true, answered: true}}, true, true},
		"dead, and the next too":   {[]attempt{dead, dead}, false, false},
		"dead, and the next broke": {[]attempt{dead, {begun: true, written: true}}, true, false},
		"a part was written":       {[]attempt{{reused: true, begun: true, written: true}}, true, false},
		"new, and dead":            {[]attempt{{begun: true}}, false, false},
	} {
		tries := &attempts{t: t, list: c.list}
		res, left, err := Send(t.Context(), &http.Client{Transport: tries}, posting("http://slack.internal"))
		if left != c.left || (err == nil) != c.ok || tries.made != len(c.list) {
			t.Errorf("%s: left %t, %v after %d requests", name, left, err, tries.made)
		}
		if err == nil {
			_ = res.Body.Close()
		}
	}
}
