package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

func TestBadAddresses(t *testing.T) {
	r := New(Options{})
	for _, ref := range []string{
		"", "hello", "ftp://example.org/x", "file:///etc/passwd", "http://", "https:///path", "http://user:secret@example.org/", "http:example.org",
		"javascript://alert(1)", "gopher://x", "http://exa mple.org/", "/etc/passwd", "-", "http://example.org/" + strings.Repeat("a", maxURL),
	} {
		_, err := r.Article(context.Background(), bot.Source{Ref: ref})
		wantCode(t, err, "bad_url")
		if strings.Contains(err.Error(), "secret") || len(err.Error()) > 600 {
			t.Errorf("the message is long or tells a password: %s", err)
		}
	}
}

func TestStatuses(t *testing.T) {
	want := map[int]string{
		401: "refused", 402: "paywall", 403: "refused", 404: "not_found", 410: "gone", 418: "refused", 429: "busy", 451: "refused",
		500: "server_error", 503: "server_error", 204: "server_error", 304: "server_error",
	}
	paths := map[string]http.HandlerFunc{}
	for code := range want {
		paths[fmt.Sprintf("/%d", code)] = status(code)
	}
	s, r := serve(t, paths), testReader()
	for code, problem := range want {
		_, err := r.Article(context.Background(), bot.Source{Ref: fmt.Sprintf("%s/%d?token=secret", s.URL, code)})
		wantCode(t, err, problem)
		if !strings.Contains(err.Error(), fmt.Sprintf("/%d ", code)) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: the message should name the page, and not its query: %s", code, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	paths := map[string]http.HandlerFunc{
		"/a": redirect("/b", 301), "/b": redirect("/c", 302), "/c": redirect("/d", 303), "/d": redirect("/e", 307), "/e": redirect("/end#part", 308),
		"/end":  send("text/html", prosePage("The end", "")),
		"/six":  redirect("/a", 302),
		"/loop": redirect("/pool", 302), "/pool": redirect("/loop", 302), "/self": redirect("/self", 302),
		"/ftp": redirect("ftp://example.org/", 302), "/user": redirect("http://a:b@127.0.0.1/", 302),
	}
	s, r := serve(t, paths), testReader()
	if a := article(t, r, bot.Source{Ref: s.URL + "/a"}); a.URL != s.URL+"/end" || a.Title != "The end" {
		t.Errorf("five redirects ended at %s, %q", a.URL, a.Title)
	}
	for _, path := range []string{"/six", "/loop", "/self", "/ftp", "/user"} {
		_, err := r.Article(context.Background(), bot.Source{Ref: s.URL + path})
		wantCode(t, err, "redirects")
	}
}

func TestRequestIsHonest(t *testing.T) {
	var got http.Header
	s := serve(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		send("text/html", prosePage("T", ""))(w, r)
	}})
	article(t, testReader(), bot.Source{Ref: s.URL})
	if got.Get("User-Agent") != "Colloquy/test (+https://example.org/bot)" {
		t.Errorf("User-Agent is %q", got.Get("User-Agent"))
	}
	if got.Get("Cookie") != "" || got.Get("Authorization") != "" || got.Get("Referer") != "" {
		t.Errorf("the request says too much: %v", got)
	}
}

func TestTooLarge(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	chunk := bytes.Repeat([]byte("<p>boom</p>"), 1<<16)
	for range 64 {
		_, _ = z.Write(chunk)
	}
	_ = z.Close()
	s := serve(t, map[string]http.HandlerFunc{
		"/bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"/endless": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
		"/brotli": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("x"))
		},
		"/words": send("text/plain", strings.Repeat("word ", maxWords+1)),
		"/torn": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("<p>torn"))
		},
	})
	for path, code := range map[string]string{"/bomb": "too_large", "/endless": "too_large", "/brotli": "unreadable", "/words": "too_large", "/torn": "unreachable"} {
		_, err := testReader().Article(context.Background(), bot.Source{Ref: s.URL + path})
		wantCode(t, err, code)
	}
}

func TestSlowServer(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		_, _ = w.Write([]byte("<p>"))
		w.(http.Flusher).Flush()
		<-release
	}})
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	_, err := testReader().Article(ctx, bot.Source{Ref: s.URL})
	wantCode(t, err, "timeout")
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = testReader().Article(stopped, bot.Source{Ref: s.URL})
	wantCode(t, err, "stopped")
}

func TestUnreachable(t *testing.T) {
	s := serve(t, nil)
	s.Close()
	_, err := testReader().Article(context.Background(), bot.Source{Ref: s.URL})
	wantCode(t, err, "unreachable")
	if strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "dial") {
		t.Errorf("the message tells what the network said: %s", err)
	}
}

func TestRobots(t *testing.T) {
	asked := 0
	answer := send("text/plain", "User-agent: *\nDisallow: /private\n\nUser-agent: Colloquy\nDisallow: /bots\n")
	s := serve(t, map[string]http.HandlerFunc{
		"/robots.txt": func(w http.ResponseWriter, r *http.Request) { asked++; answer(w, r) },
		"/":           send("text/html", prosePage("Open", "")),
		"/jump":       redirect("/bots/x", 302),
	})
	now := testTime
	r := New(Options{UserAgent: "Colloquy/1 (+x)", Allow: loopback, Clock: func() time.Time { return now }})
	read := func(path string, scheduled bool) error {
		_, err := r.Article(context.Background(), bot.Source{Ref: s.URL + path, Scheduled: scheduled})
		return err
	}
	if err := read("/bots/a", false); err != nil || asked != 0 {
		t.Errorf("a person asked, and robots.txt counted: %v, asked %d times", err, asked)
	}
	wantCode(t, read("/bots/a", true), "robots")
	wantCode(t, read("/jump", true), "robots")
	if err := read("/private", true); err != nil {
		t.Errorf("rules for others counted: %v", err)
	}
	if asked != 1 {
		t.Errorf("robots.txt was fetched %d times", asked)
	}
	answer = send("text/plain", "")
	now = now.Add(25 * time.Hour)
	if err := read("/bots/a", true); err != nil || asked != 2 {
		t.Errorf("after a day the new robots.txt should count: %v, asked %d times", err, asked)
	}
}

func TestRobotsTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"missing":   {status(404), ""},
		"forbidden": {status(403), ""},
		"broken":    {status(500), "robots"},
		"busy":      {status(429), "robots"},
		"moved":     {redirect("/other.txt", 301), "robots"},
		"circle":    {redirect("/robots.txt", 302), ""},
		"garbage":   {send("text/plain", "\x00\xff<html>no rules"), ""},
		"huge":      {send("text/plain", strings.Repeat("# nothing\n", 1<<17)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]http.HandlerFunc{
				"/robots.txt": c.answer, "/other.txt": send("text/plain", "User-agent: *\nDisallow: /"),
				"/page": send("text/html", prosePage("Open", "")),
			})
			_, err := testReader().Article(context.Background(), bot.Source{Ref: s.URL + "/page", Scheduled: true})
			if c.code != "" {
				wantCode(t, err, c.code)
			} else if err != nil {
				t.Errorf("the page should be read: %v", err)
			}
		})
	}
}

// One request at a time goes to a host, and unattended ones keep a distance.
func TestGates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gates{clock: time.Now, hosts: map[string]*gate{}}
		start := time.Now()
		enter := func(host string, gap time.Duration) func() {
			leave, err := g.enter(t.Context(), host, gap)
			if err != nil {
				t.Fatal(err)
			}
			return leave
		}
		enter("a", time.Second)()
		enter("b", time.Second)()
		if d := time.Since(start); d != 0 {
			t.Errorf("first requests waited %v", d)
		}
		enter("a", time.Second)()
		if d := time.Since(start); d != time.Second {
			t.Errorf("the second unattended request came after %v", d)
		}
		leave := enter("a", 0)
		if d := time.Since(start); d != time.Second {
			t.Errorf("a person waited until %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := g.enter(ctx, "a", 0); err == nil {
			t.Error("two requests to one host at once")
		}
		go func() { time.Sleep(time.Second); leave() }()
		enter("a", 0)()
		for i := range 2 * maxHosts {
			enter(fmt.Sprint("host", i), 0)()
		}
		if len(g.hosts) > maxHosts+1 {
			t.Errorf("%d hosts are remembered", len(g.hosts))
		}
	})
}

func TestBusyHost(t *testing.T) {
	r := New(Options{})
	leave, err := r.client.gates.enter(context.Background(), "example.invalid", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = r.Article(ctx, bot.Source{Ref: "http://example.invalid/"})
	wantCode(t, err, "busy")
}
