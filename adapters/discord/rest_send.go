package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

const (
	// maxAnswer is more than Discord's longest answers, pages of a hundred
	// messages with embeds, take.
	maxAnswer = 8 << 20
	// maxTime is for one request and its answer.
	maxTime = 15 * time.Second
	// site is the address that Discord wants in the User-Agent.
	site = "https://colloquy.invalid"
)

// newHTTP makes the client for one adapter. It speaks HTTP/1.1: a connection
// that dies takes one request with it, and what was written can be counted.
func newHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:     http.ProxyFromEnvironment,
			Protocols: protocols,
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				return &countedConn{Conn: conn}, nil
			},
			TLSHandshakeTimeout:    5 * time.Second,
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    100,
			IdleConnTimeout:        30 * time.Second, // well before Discord closes it
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// A countedConn counts what was written to it.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countedConn) Write(b []byte) (int, error) {
	c.written.Add(1) // before: when it fails, nobody knows how much went out
	return c.Conn.Write(b)
}

// counted finds the countedConn under TLS.
func counted(conn net.Conn) *countedConn {
	for {
		switch c := conn.(type) {
		case *countedConn:
			return c
		case interface{ NetConn() net.Conn }:
			conn = c.NetConn()
		default:
			return nil
		}
	}
}

// A payload is the body of a request.
type payload struct {
	data []byte
	kind string // its Content-Type; empty: there is no body
}

func encode(k call) (payload, error) {
	if k.body == nil && k.file == nil {
		return payload{}, nil
	}
	data, err := json.Marshal(k.body)
	if err != nil {
		return payload{}, fmt.Errorf("discord: body of %s: %w", k.method, err)
	}
	if k.file == nil {
		return payload{data, "application/json"}, nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if k.body != nil {
		err = w.WriteField("payload_json", string(data))
	}
	if err == nil {
		var part io.Writer
		if part, err = w.CreateFormFile("files[0]", k.file.name); err == nil {
			_, err = part.Write(k.file.data)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return payload{}, fmt.Errorf("discord: file: %w", err)
	}
	return payload{b.Bytes(), w.FormDataContentType()}, nil
}

// A result is what came of sending a call.
type result struct {
	body    []byte
	verdict outbox.Verdict
	err     error // as [client.do] gives it
}

// send makes one request. Where a connection that was used before turns out to
// be dead before anything was written to it, it takes another one.
func (c *client) send(ctx context.Context, k call, r route, p payload) result {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	for again := false; ; again = true {
		res, t, err := c.request(ctx, k, p)
		if err == nil {
			return c.answered(ctx, k, r, res)
		}
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // its text has the URL, which may hold an interaction's token
		}
		switch {
		case t.wrote():
			return result{err: noAnswer(err)}
		case errors.Is(ctx.Err(), context.Canceled):
			return result{err: bot.RetryAfter(time.Second, fmt.Errorf("discord: not sent: %w", err))}
		case !t.reused.Load() || again || ctx.Err() != nil:
			return result{err: bot.RetryAfter(time.Second, unreachable(err))}
		}
	}
}

// A trace says how far a request came on its last connection. The transport
// takes another one only where nothing was written or nothing can be changed.
type trace struct {
	reused atomic.Bool
	begun  atomic.Bool // something was given to the connection
	conn   *countedConn
	before int64 // writes to conn before this request
}

func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.begun.Store(false); t.reused.Store(false); t.conn = nil },
		GotConn: func(i httptrace.GotConnInfo) {
			t.reused.Store(i.Reused)
			if t.conn = counted(i.Conn); t.conn != nil {
				t.before = t.conn.written.Load()
			}
		},
		WroteHeaders: func() { t.begun.Store(true) }, // called before they leave
	}
}

// wrote reports whether anything of the request may have left.
func (t *trace) wrote() bool {
	return t.begun.Load() && (t.conn == nil || t.conn.written.Load() != t.before)
}

// request sends a request once.
func (c *client) request(ctx context.Context, k call, p payload) (*http.Response, *trace, error) {
	t := &trace{}
	ctx = httptrace.WithClientTrace(ctx, t.hooks())
	u := c.base + k.path
	if len(k.query) > 0 {
		u += "?" + k.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, k.method, u, bytes.NewReader(p.data))
	if err != nil {
		return nil, t, err
	}
	// There must never be an Idempotency-Key: with one, the transport would send
	// a POST twice by itself.
	if p.kind != "" {
		req.Header.Set("Content-Type", p.kind)
	}
	if !k.free {
		req.Header.Set("Authorization", "Bot "+c.o.Token)
	}
	req.Header.Set("User-Agent", fmt.Sprintf("DiscordBot (%s, %s)", site, cmp.Or(c.o.Version, "devel")))
	res, err := c.http.Do(req)
	return res, t, err
}

// answered reads an answer and says what it means.
func (c *client) answered(ctx context.Context, k call, r route, res *http.Response) result {
	defer res.Body.Close()
	c.clock.compare(res.Header.Get("Date"), c.o.Clock())
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	out := result{body: body, verdict: readVerdict(res.Header, res.StatusCode == http.StatusTooManyRequests, body)}
	switch status := res.StatusCode; {
	case status/100 != 2 && err != nil && status < 500 && status != http.StatusTooManyRequests && status != http.StatusUnauthorized:
		out.err = bot.RetryAfter(time.Second, noAnswer(err)) // refused, and why is lost
	case status/100 != 2:
		out.err = c.refused(ctx, k, r, res, body, out.verdict)
	case err != nil:
		out.err = noAnswer(err)
	case len(body) > maxAnswer:
		out.err = noAnswer(fmt.Errorf("an answer of more than %d MiB", maxAnswer>>20))
	}
	return out
}
