package model

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"colloquy/bot"
)

// What is read of a server at most, decoded: an answer in one piece, and one in
// pieces, of which each token has some hundred bytes around it.
const (
	mostBytes    = 1 << 20
	mostStreamed = 8 << 20
)

var errUnreadable = errors.New("the answer can't be decoded")

// A wire carries requests to one server, whichever library made them. It alone
// holds the key. What it returns is a JSON answer with status 200, or a stream;
// all else is an [*Error], a redirect too: the key must not go along with it.
type wire struct {
	address
	provider, model, key string
	who                  string // in texts
	stream               bool
	most                 int64 // bytes of a stream
	clock                bot.Clock
	next                 http.RoundTripper
}

func newWire(o Options, where address, proxy *url.URL, key, name string) *wire {
	w := &wire{
		address: where, provider: o.Provider, model: name, key: key, who: where.host,
		stream: o.Stream, most: mostStreamed, clock: o.Clock,
	}
	if where.own {
		w.who = title(o.Provider)
	}
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
			if r.StatusCode != http.StatusOK {
				return w.proxyRefused(r.StatusCode)
			}
			return nil
		},
	}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	w.next = t
	return w
}

// client gives the libraries a way to the server.
func (w *wire) client() *http.Client {
	return &http.Client{Transport: w}
}

// RoundTrip sends a request of which only the method, the address and the body
// are the library's: it must not add what it found in the environment.
func (w *wire) RoundTrip(given *http.Request) (*http.Response, error) {
	r := given.Clone(given.Context())
	r.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"colloquy"}}
	if r.Body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	streams := w.stream && r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, showPath)
	if streams && w.provider != Ollama {
		r.Header.Set("Accept", "text/event-stream")
	}
	if w.provider == Anthropic {
		r.Header.Set("Anthropic-Version", "2023-06-01")
		r.Header.Set("X-Api-Key", w.key)
	} else if w.key != "" {
		r.Header.Set("Authorization", "Bearer "+w.key)
	}
	answer, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, w.unreachable(err)
	}
	return w.accept(answer, streams)
}

// accept looks at what came back before a library does.
func (w *wire) accept(r *http.Response, streams bool) (*http.Response, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := bufio.NewReader(r.Body)
	if r.StatusCode == http.StatusOK && streams && (kind == "text/event-stream" || w.streamed(body)) {
		r.Body = &limited{body, r.Body, w, w.most}
		return r, nil
	}
	defer r.Body.Close()
	if r.StatusCode >= 300 && r.StatusCode < 400 {
		return nil, w.redirected(r)
	}
	text, err := io.ReadAll(io.LimitReader(body, mostBytes+1))
	if len(text) > mostBytes {
		return nil, w.noServer(r.StatusCode, "more than a megabyte")
	}
	text = bytes.TrimSpace(text)
	after := retryAfter(r.Header, w.clock())
	if r.StatusCode >= 400 {
		return nil, w.refused(r.StatusCode, text, after)
	}
	if err != nil {
		return nil, w.cut(err)
	}
	switch {
	case kind == "text/event-stream":
		return nil, w.noServer(r.StatusCode, "an answer in pieces that nobody asked for")
	case !bytes.HasPrefix(text, []byte("{")):
		return nil, w.noServer(r.StatusCode, kindOf(text))
	case !json.Valid(text):
		return nil, w.cut(io.ErrUnexpectedEOF)
	case failedInside(text):
		return nil, w.refused(r.StatusCode, text, after)
	case streams:
		return nil, w.noServer(r.StatusCode, "an answer in one piece where pieces were asked for")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return r, nil
}

// streamed reports whether a body begins like an answer in pieces, whatever its
// headers say. Ollama's lines are JSON each, so that one piece looks the same.
func (w *wire) streamed(body *bufio.Reader) bool {
	if w.provider == Ollama {
		first, _ := body.Peek(1)
		return string(first) == "{"
	}
	first, _ := body.Peek(len("event:"))
	return bytes.HasPrefix(first, []byte("data:")) || bytes.HasPrefix(first, []byte("event:")) || bytes.HasPrefix(first, []byte(":"))
}

// ask asks for something that is not written by a model.
func (w *wire) ask(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, w.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body == nil {
		r.Body = nil
	}
	answer, err := w.client().Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

// limited is a stream that must not be longer than it may be, or broken off.
type limited struct {
	io.Reader
	io.Closer
	wire *wire
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, l.wire.noServer(http.StatusOK, "an answer without end")
	}
	n, err := l.Reader.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = l.wire.cut(err)
	}
	return n, err
}

// retryAfter is how long a server asked to be left alone; 0 if it did not say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		return bounded(ms / 1000)
	}
	s := h.Get("Retry-After")
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return bounded(n)
	}
	if t, err := http.ParseTime(s); err == nil {
		return bounded(t.Sub(now).Seconds())
	}
	return 0
}

func bounded(seconds float64) time.Duration {
	if !(seconds > 0) {
		return 0
	}
	return time.Duration(min(seconds, 24*3600) * float64(time.Second))
}
