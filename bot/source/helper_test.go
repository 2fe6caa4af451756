package source

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

var testTime = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func testReader() *Reader {
	return New(Options{
		UserAgent: "Colloquy/test (+https://example.org/bot)", Allow: loopback, AllowFiles: true,
		Clock: func() time.Time { return testTime },
	})
}

// serve answers with what the paths stand for; others are 404.
func serve(t testing.TB, paths map[string]http.HandlerFunc) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range paths {
		mux.HandleFunc(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// send answers with a body of a type.
func send(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(body))
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func redirect(to string, code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(code)
	}
}

// pageOf is a page with an article of some length.
func pageOf(title, head, body string) string {
	return "<!doctype html><html><head><title>" + title + "</title>" + head + "</head><body>" + body + "</body></html>"
}

const sentence = "The council decided on Tuesday that the old harbour will be open to everybody, every day of the week. "

func prosePage(title, head string) string {
	return pageOf(title, head, "<article><h1>"+title+"</h1><p>"+strings.Repeat(sentence, 3)+"</p><p>"+strings.Repeat(sentence, 12)+"</p></article>")
}

// wantCode checks that err is a Problem of that code, in one line.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, and should be a problem %q", code)
	}
	if got := bot.ReasonCode(err); got != code {
		t.Fatalf("code %q, and should be %q: %v", got, code, err)
	}
	if text := bot.Explain(err); text == "" || strings.ContainsAny(text, "\n\r\x00") {
		t.Errorf("the text is not one line: %q", text)
	}
}

func article(t *testing.T, r *Reader, src bot.Source) bot.Article {
	t.Helper()
	a, err := r.Article(context.Background(), src)
	if err != nil {
		t.Fatalf("read %+v: %v", src, err)
	}
	return a
}
