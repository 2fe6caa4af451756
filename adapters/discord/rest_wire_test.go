package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/bot"
)

// refusal is one answer 429.
func refusal(w http.ResponseWriter, body string, header ...string) {
	for i := 0; i < len(header); i += 2 {
		w.Header().Set(header[i], header[i+1])
	}
	w.WriteHeader(429)
	io.WriteString(w, body)
}

func TestShortLimitIsWaitedOut(t *testing.T) {
	for name, body := range map[string]string{
		"of a bucket": `{"message":"You are being rate limited.","retry_after":0.01,"global":false}`,
		"global":      `{"message":"You are being rate limited.","retry_after":0.01,"global":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
				if b, _ := io.ReadAll(r.Body); string(b) != `{"content":"hi"}` {
					t.Errorf("body %q", b)
				}
				if n.Add(1) < 3 {
					refusal(w, body)
					return
				}
				answer(w, 200, `{"id":"5"}`)
			})
			var m message
			if err := c.do(t.Context(), post("1"), &m); err != nil || m.ID != "5" || n.Load() != 3 {
				t.Errorf("%+v, %v after %d requests", m, err, n.Load())
			}
		})
	}
}

// A long limit is given back with its time, and pauses what it is about.
func TestLongLimitIsGivenBack(t *testing.T) {
	const json = `{"message":"You are being rate limited.","retry_after":64.57,"global":%t}`
	for name, c := range map[string]struct {
		body        string
		header      []string
		wait        time.Duration
		other, free string // what becomes of another channel's call, and of a free one
	}{
		"of a bucket":     {fmt.Sprintf(json, false), []string{"X-RateLimit-Bucket", "b", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "0"}, 64570 * time.Millisecond, "done", "done"},
		"without headers": {fmt.Sprintf(json, false), nil, 64570 * time.Millisecond, "done", "done"},
		"shared":          {fmt.Sprintf(json, false), []string{"X-RateLimit-Scope", "shared"}, 64570 * time.Millisecond, "done", "done"},
		"global":          {fmt.Sprintf(json, true), nil, 64570 * time.Millisecond, "retry", "done"},
		"global by scope": {``, []string{"X-RateLimit-Scope", "global", "Retry-After", "65"}, 65 * time.Second, "retry", "done"},
		"HTML":            {`<html>1015</html>`, []string{"Retry-After", "65"}, 65 * time.Second, "retry", "retry"},
		"nothing":         {``, nil, waitBlocked, "retry", "retry"},
		"nonsense":        {`{"retry_after":-1,"global":"x"}`, []string{"Retry-After", "NaN", "X-RateLimit-Reset-After", "soon"}, waitBlocked, "retry", "retry"},
	} {
		t.Run(name, func(t *testing.T) {
			cl, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/channels/1/") {
					refusal(w, c.body, c.header...)
				}
			})
			err := cl.do(t.Context(), post("1"), nil)
			if wait, _ := bot.RetryDelay(err); wait > c.wait || wait < c.wait-5*time.Second {
				t.Errorf("%v; retry after %v, want %v", err, wait, c.wait)
			}
			if err := cl.do(t.Context(), post("2"), nil); mark(err) != c.other {
				t.Errorf("another channel: %v; want %s", err, c.other)
			}
			if err := cl.do(t.Context(), call{method: "POST", path: "/interactions/1/T/callback", free: true}, nil); mark(err) != c.free {
				t.Errorf("an answer to an interaction: %v; want %s", err, c.free)
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
		serve http.HandlerFunc
		mark  string
	}{
		"cut before the answer": {func(w http.ResponseWriter, r *http.Request) { hijack(w, "") }, "unknown"},
		"cut in the header":     {func(w http.ResponseWriter, r *http.Request) { hijack(w, "HTTP/1.1 200 OK\r\nContent-Le") }, "unknown"},
		"cut in the body": {func(w http.ResponseWriter, r *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")
		}, "unknown"},
		"cut in a refusal": {func(w http.ResponseWriter, r *http.Request) {
			hijack(w, "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{\"co")
		}, "retry"},
		"no HTTP":          {func(w http.ResponseWriter, r *http.Request) { hijack(w, "SSH-2.0-OpenSSH_9.9\r\n") }, "unknown"},
		"garbage":          {func(w http.ResponseWriter, r *http.Request) { answer(w, 200, `{"id": 5`) }, "unknown"},
		"empty":            {func(w http.ResponseWriter, r *http.Request) {}, "unknown"},
		"too long a body":  {func(w http.ResponseWriter, r *http.Request) { answer(w, 200, `"`+strings.Repeat("x", maxAnswer)+`"`) }, "unknown"},
		"too long headers": {func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			cl, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				c.serve(w, r)
			})
			var m message
			if err := cl.do(t.Context(), post("1"), &m); mark(err) != c.mark {
				t.Errorf("%s: %v; want %s", mark(err), err, c.mark)
			}
		})
	}
}

func TestStoppedAfterItWasSent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan bool)
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-end
	})
	err := c.do(ctx, post("1"), nil)
	close(end)
	if mark(err) != "unknown" || !errors.Is(err, context.Canceled) {
		t.Errorf("%s: %v", mark(err), err)
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := New(Options{Token: testToken, API: "http://" + l.Addr().String()}).rest
	err = c.do(t.Context(), call{method: "POST", path: "/webhooks/1/SECRET/x", free: true}, nil)
	var p *bot.Problem
	if !errors.As(err, &p) || mark(err) != "retry" || p.Code != "unreachable" || strings.Contains(fmt.Sprint(p.Err), "SECRET") {
		t.Errorf("%s: %v (%v)", mark(err), err, p)
	}
}

func TestConnectingTakesTooLong(t *testing.T) {
	c := New(Options{Token: testToken}).rest
	c.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := c.do(ctx, post("1"), nil); mark(err) != "retry" || bot.ReasonCode(err) != "unreachable" {
		t.Errorf("%s: %v", mark(err), err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the token went elsewhere: %v", r.Header)
	}))
	defer other.Close()
	c, _ := wired(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if err := c.do(t.Context(), post("1"), nil); mark(err) != "retry" || bot.ReasonCode(err) != "bad_api" {
		t.Errorf("%s: %v", mark(err), err)
	}
}

// A server closes its connections at any moment, also while a request is on
// its way. No call arrives twice, what is said to be not sent did not arrive, and
// what is done did.
func TestNothingIsSentTwice(t *testing.T) {
	for _, method := range []string{"POST", "PATCH", "PUT", "DELETE", "POST over TLS"} {
		t.Run(method, func(t *testing.T) {
			method, _, secure := strings.Cut(method, " ")
			var mu sync.Mutex
			seen := map[string]int{}
			var idle sync.Map // connections that may be closed under the client
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				seen[r.URL.Path]++
				if strings.Contains(r.URL.Path, "7/") {
					panic(http.ErrAbortHandler)
				}
			}))
			srv.Config.ConnState = func(c net.Conn, s http.ConnState) {
				if s == http.StateIdle {
					idle.Store(c, true)
				}
			}
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			if secure {
				srv.StartTLS()
			} else {
				srv.Start()
			}
			c := New(Options{Token: testToken, API: srv.URL, PerSecond: 1e6}).rest
			c.http.Transport.(*http.Transport).TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig
			marks := map[string]string{}
			for i := range 500 {
				k := call{method: method, path: fmt.Sprintf("/channels/%d/messages", i), body: i}
				if i%2 == 0 {
					k.body = nil
				}
				if i%3 == 0 {
					go idle.Range(func(conn, _ any) bool { idle.Delete(conn); conn.(net.Conn).Close(); return true })
				}
				marks["/v10"+k.path] = mark(c.do(t.Context(), k, nil))
			}
			c.http.CloseIdleConnections()
			srv.Close()
			sum := map[string]int{}
			for path, m := range marks {
				sum[m]++
				if n := seen[path]; n > 1 || m == "done" && n != 1 || m == "retry" && n != 0 || m == "permanent" {
					t.Errorf("%s: %s, and arrived %d times", path, m, n)
				}
			}
			t.Log(sum)
			if sum["done"] < 250 || sum["unknown"] < 50 {
				t.Errorf("%v: hardly a test", sum)
			}
		})
	}
}
