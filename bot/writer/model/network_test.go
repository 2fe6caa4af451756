package model

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot/writer/model/modeltest"
)

// hostOf is the host of an address.
func hostOf(url string) string { return url[strings.LastIndex(url, "/")+1:] }

// What is no model server is told from one that fails.
func TestWhatIsNoModelServer(t *testing.T) {
	const page = "<!DOCTYPE html><title>s3cret login</title>"
	for _, tt := range []struct {
		status int
		kind   string
		body   string
		tries  int
		text   string
	}{
		{200, "text/html", page, 1, "a web page (status 200)"},
		{200, "text/plain", "Ollama is running", 1, "plain text (status 200)"},
		{200, "application/json", "", 1, "nothing (status 200)"},
		{204, "", "", 1, "nothing (status 204)"},
		{200, "application/json", `"s3cret"`, 1, "plain text"},
		{200, "application/json", `[]`, 1, "plain text"},
		{200, "application/json", `{"status":"s3cret"}`, 1, "an answer without a text"},
		{200, "application/json", `{"s3cret":"` + strings.Repeat("x", mostBytes) + `"}`, 1, "more than a megabyte"},
		{401, "text/html", page, 1, "a web page (status 401)"},
		{404, "text/html", page, 1, "a web page (status 404)"},
		{400, "text/plain", "Client sent an HTTP request to an HTTPS server.", 1, "plain text (status 400)"},
		{502, "text/html", page, 3, "a web page (status 502)"},
		{503, "text/plain", "upstream connect error", 3, "plain text (status 503)"},
		{407, "text/html", page, 1, "wants a name and a password"},
	} {
		for _, p := range providers {
			for _, stream := range []bool{false, true} {
				if tt.body == "" && tt.status == 200 && p == Ollama && stream {
					continue // a cut answer
				}
				calls := 0
				url := serve(t, func(w http.ResponseWriter, r *http.Request) {
					calls++
					sends(tt.status, tt.kind, tt.body)(w, r)
				})
				c, _ := open(t, Options{Provider: p, URL: url, Key: "k", Stream: stream})
				a, err := c.Complete(t.Context(), aRequest())
				var e *Error
				cut := stream && p == Ollama && tt.body != "" && tt.body[0] == '{' // its one line is longer than a stream may be
				if !errors.As(err, &e) || e.Code != BadServer && !cut {
					t.Errorf("%s, streaming %v, %d %.30q: %s, %v", p, stream, tt.status, tt.body, a.JSON, err)
					continue
				}
				if strings.Contains(e.Text, "s3cret") || e.Code == BadServer && calls != tt.tries {
					t.Errorf("%s, streaming %v, %d %.30q: %d calls, %q", p, stream, tt.status, tt.body, calls, e.Text)
				}
				if !stream && e.Code == BadServer && p != Ollama && (!strings.Contains(e.Text, tt.text) || tt.status != 407 && !strings.Contains(e.Text, hostOf(url))) {
					t.Errorf("%s, %d %.30q: %q does not say %q and the host", p, tt.status, tt.body, e.Text, tt.text)
				}
			}
		}
	}
}

// Too many requests is what a gateway may say with a page of its own.
func TestTooManyRequestsWithAPage(t *testing.T) {
	c, _ := open(t, Options{Provider: Anthropic, Key: "k", URL: serve(t, sends(429, "text/html", "<html>"))})
	failure(t, c, RateLimited)
}

// The key goes nowhere else.
func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := 0
	other := serve(t, func(http.ResponseWriter, *http.Request) { followed++ })
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, p := range providers {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", other+"/login?token=s3cret")
				w.WriteHeader(status)
			})
			c, _ := open(t, Options{Provider: p, URL: url, Key: "k", Stream: status == 307})
			e := failure(t, c, BadServer)
			if !strings.Contains(e.Text, hostOf(other)) || !strings.Contains(e.Text, hostOf(url)) || strings.Contains(e.Text, "s3cret") || e.Spent.Calls != 1 {
				t.Errorf("%s, %d: %q", p, status, e.Text)
			}
			if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), hostOf(other)) {
				t.Errorf("%s, %d: the check says %v", p, status, err)
			}
		}
	}
	if followed > 0 {
		t.Errorf("%d requests went to where the server pointed", followed)
	}
	for location, part := range map[string]string{
		"":                           "a way to somewhere else",
		"/v2/messages":               "with another path",
		"https://evil.example\u202e": "sends on to evil.example",
		"https://" + strings.Repeat("x", 400) + ".example/": "xxx…",
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(302)
		})
		c, _ := open(t, Options{Provider: Anthropic, URL: url, Key: "k"})
		if e := failure(t, c, BadServer); !strings.Contains(e.Text, part) || strings.Contains(e.Text, "\u202e") {
			t.Errorf("to %q: %q does not say %q", location, e.Text, part)
		}
	}
}

// An answer that breaks off is none, however much of it came.
func TestAnswersThatBreakOff(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	for _, p := range providers {
		for _, stream := range []bool{false, true} {
			for _, after := range []int{-1, 1, 40, 150, 300} {
				s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer, CutAfter: after}))
				c, _ := open(t, Options{Provider: p, URL: s.URL, Key: modeltest.DefaultKey, Stream: stream})
				if a, err := c.Complete(t.Context(), aRequest()); err == nil && p == Ollama && string(a.JSON) == anAnswer {
					continue // all of it had come by then
				}
				if e := failure(t, c, Unreachable); e.Spent.Calls != 0 && e.Spent.Calls != 3 {
					t.Errorf("%s, streaming %v, cut after %d: asked %d times", p, stream, after, e.Spent.Calls)
				}
			}
		}
	}
}

// A stream that ends in good order, but without its last events, was cut too.
func TestStreamsWithoutAnEnd(t *testing.T) {
	for p, text := range map[string]string{
		Anthropic: "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":5}}}\n\n",
		OpenAI:    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{}\"}}]}\n\ndata: [DONE]\n\n",
		Ollama:    "{\"message\":{\"content\":\"{}\"},\"done\":false}\n",
	} {
		c, _ := open(t, Options{Provider: p, URL: serve(t, sends(200, "text/event-stream", text)), Key: "k", Stream: true})
		failure(t, c, Unreachable)
	}
}

// Streams that never end do.
func TestStreamsWithoutEnd(t *testing.T) {
	for p, line := range map[string]string{
		Anthropic: "event: ping\ndata: {\"type\":\"ping\"}\n\n",
		OpenAI:    ": still working\n\n",
		Ollama:    "{\"message\":{\"content\":\"\"},\"done\":false}\n",
	} {
		c, _ := open(t, Options{Provider: p, Key: "k", Stream: true, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for many := strings.Repeat(line, 1000); r.Context().Err() == nil; {
				if _, err := io.WriteString(w, many); err != nil {
					return
				}
			}
		})})
		wireOf(t, c).most = 100_000 // so that it does not take long
		if e := failure(t, c, BadServer); !strings.Contains(e.Text, "without end") {
			t.Errorf("%s: %q", p, e.Text)
		}
	}
}

// Something between may lose a stream's type; its first bytes tell it.
func TestStreamsUnderAnotherType(t *testing.T) {
	for _, p := range providers {
		s := modeltest.New(t, modeltest.Options{})
		s.Behave(modeltest.Canned(modeltest.Reply{Text: anAnswer}))
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			r.RequestURI, r.Host = "", ""
			r.URL.Scheme, r.URL.Host = "http", hostOf(s.URL)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = io.Copy(w, answer.Body)
		})
		c, _ := open(t, Options{Provider: p, URL: url, Key: modeltest.DefaultKey, Stream: true})
		if a, err := c.Complete(t.Context(), aRequest()); err != nil || string(a.JSON) != anAnswer {
			t.Errorf("%s: %s, %v", p, a.JSON, err)
		}
	}
}

func TestServersThatAreNotThere(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	t.Cleanup(tls.Close)
	plain := serve(t, sends(200, "text/html", ""))
	for _, tt := range []struct{ url, proxy, code, text string }{
		{gone.URL, "", Unreachable, "nothing answers at " + hostOf(gone.URL)},
		{tls.URL, "", BadServer, "certificate"},
		{"https://" + hostOf(plain), "", BadServer, "does not speak https"},
		{"http://" + hostOf(tls.URL), "", BadServer, "plain text (status 400)"},
		{plain, gone.URL, Unreachable, "the proxy"},
		{tls.URL, gone.URL, Unreachable, "the proxy"},
		{tls.URL, serve(t, sends(407, "text/html", "")), BadServer, "wants a name and a password"},
		{tls.URL, serve(t, sends(403, "text/html", "")), BadServer, "the proxy refused"},
		{tls.URL, serve(t, sends(502, "text/html", "")), Unreachable, "the proxy refused"},
	} {
		c, _ := open(t, Options{Provider: OpenAI, URL: tt.url, Proxy: tt.proxy})
		if e := failure(t, c, tt.code); !strings.Contains(e.Text, tt.text) {
			t.Errorf("%s by %q: %q does not say %q", tt.url, tt.proxy, e.Text, tt.text)
		}
	}
	c, _ := open(t, Options{Provider: OpenAI, URL: "http://no-such-host.lan:8000"})
	wireOf(t, c).next = roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "no-such-host.lan", IsNotFound: true}}
	})
	if e := failure(t, c, Unreachable); !strings.Contains(e.Text, "there is no host no-such-host.lan") {
		t.Errorf("a name that does not exist: %q", e.Text)
	}
	c, _ = open(t, Options{Provider: Ollama, URL: gone.URL})
	if e := failure(t, c, Unreachable); !strings.Contains(e.Text, "start Ollama") {
		t.Errorf("Ollama is not running: %q", e.Text)
	}
}

// The proxy that was named is used, also for what is near, and no other.
func TestProxy(t *testing.T) {
	asked := ""
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.RequestURI
		sends(200, "application/json", `{"choices":[{"finish_reason":"stop","message":{"content":"{}"}}]}`)(w, r)
	})
	c, _ := open(t, Options{Provider: OpenAI, URL: "http://gpu:8000", Proxy: strings.Replace(proxy, "//", "//name:pass@", 1)})
	if _, err := c.Complete(t.Context(), aRequest()); err != nil || asked != "http://gpu:8000/v1/chat/completions" {
		t.Errorf("the proxy was asked for %q: %v", asked, err)
	}
}

// A server that takes the request and is silent ends with the caller's time.
func TestTheTimeIsTheCallers(t *testing.T) {
	arrived := make(chan struct{}, 10)
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the end of the connection is noticed
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	for _, p := range providers {
		c, _ := open(t, Options{Provider: p, URL: url, Key: "k"})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, err := c.Complete(ctx, aRequest())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: stopped with %v", p, err)
		}
		if _, err := c.breaker.enter(); err != nil {
			t.Errorf("%s: who gave up says nothing about the provider: %v", p, err)
		}
		ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		var e *Error
		if _, err := c.Complete(ctx, aRequest()); !errors.As(err, &e) || e.Code != TimedOut || e.Spent.Calls != 0 {
			t.Errorf("%s: after the deadline: %v", p, err)
		}
		cancel()
	}
}

// silent is a server that says nothing for as long as anyone waits.
func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// within asks with an amount of time, which passes at once.
func within(t *testing.T, c *client, d time.Duration) (e *Error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		_, err := c.Complete(ctx, aRequest())
		if !errors.As(err, &e) {
			t.Fatalf("%v, want an error of ours", err)
		}
	})
	return e
}

func TestTimeouts(t *testing.T) {
	for _, p := range providers {
		c, _ := open(t, Options{Provider: p, Key: "k"})
		wireOf(t, c).next = roundTrip(silent)
		if e := within(t, c, time.Minute); e.Code != TimedOut || !e.Passing() || e.Spent.Calls != 1 {
			t.Errorf("%s: %+v", p, e)
		}
		c, _ = open(t, Options{Provider: p, Key: "k"})
		wireOf(t, c).next = roundTrip(silent)
		if e := within(t, c, 24*time.Hour); e.Code != TimedOut {
			t.Errorf("%s, without a deadline worth the name: %+v", p, e)
		}
	}
}

// A host that lets connections wait is not there; that is no answer that took too long.
func TestConnectionsThatAreNotTaken(t *testing.T) {
	c, _ := open(t, Options{Provider: Anthropic, Key: "k"})
	wireOf(t, c).next = roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	})
	if e := failure(t, c, Unreachable); e.Spent.Calls != 3 {
		t.Errorf("%+v", e)
	}
}
