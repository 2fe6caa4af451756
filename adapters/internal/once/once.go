// Package once sends a request at most once, and knows whether it may have been
// carried out: by what left this machine.
package once

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// NewHTTP makes the client for one adapter. It speaks HTTP/1.1: a connection
// that dies takes one request with it, and what was written can be counted. It
// follows no redirect, which would carry a token elsewhere.
func NewHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
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
			IdleConnTimeout:        30 * time.Second, // well before a platform closes it
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// Send sends the request that build makes with a client of [NewHTTP]. Nothing leaves
// when the deadline of ctx has passed, by whichever clock of this machine, also if the
// process was frozen at the last moment before it. left is
// whether anything of it may have left this machine when there is an error,
// whose text has no address. Where a connection that was used before turns out
// to be dead before anything was written to it, Send takes another one.
func Send(ctx context.Context, c *http.Client, build func(context.Context) (*http.Request, error)) (res *http.Response, left bool, err error) {
	for again := false; ; again = true {
		t := &trace{}
		if due, ok := ctx.Deadline(); ok {
			t.due = &due
		}
		req, err := build(httptrace.WithClientTrace(ctx, t.hooks()))
		if err != nil {
			return nil, false, withoutURL(err)
		}
		// There must never be an Idempotency-Key: with one, the transport would send
		// a POST twice by itself.
		res, err := c.Do(req)
		if err == nil {
			return res, true, nil
		}
		if left := t.wrote(); left || !t.reused.Load() || again || ctx.Err() != nil {
			return nil, left, withoutURL(err)
		}
	}
}

// withoutURL takes the address out of an error: there may be a secret in it.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// A countedConn counts what was written to it, and writes nothing that is too late.
type countedConn struct {
	net.Conn
	written atomic.Int64
	due     atomic.Pointer[time.Time] // of the request that it has; nil: it has none that must be in time
}

// errLate is a request that was not sent since its time was over.
var errLate = fmt.Errorf("too late to be sent: %w", context.DeadlineExceeded)

func (c *countedConn) Write(b []byte) (int, error) {
	if due := c.due.Load(); due != nil && passed(*due, time.Now()) {
		return 0, errLate
	}
	c.written.Add(1) // before: when it fails, nobody knows how much went out
	return c.Conn.Write(b)
}

// passed reports whether a deadline is over. A context says so a moment later than
// clocks do when a process wakes, and where a whole machine was frozen, the clock that
// only runs forward stood still with it.
func passed(due, now time.Time) bool {
	return !now.Before(due) || !now.Round(0).Before(due.Round(0))
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

// A trace says how far a request came on its last connection. The transport
// takes another one only where nothing was written or nothing can be changed.
type trace struct {
	reused atomic.Bool
	begun  atomic.Bool // something was given to the connection
	conn   *countedConn
	before int64 // writes to conn before this request
	due    *time.Time
}

func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.begun.Store(false); t.reused.Store(false); t.conn = nil },
		GotConn: func(i httptrace.GotConnInfo) {
			t.reused.Store(i.Reused)
			if t.conn = counted(i.Conn); t.conn != nil {
				t.before = t.conn.written.Load()
				t.conn.due.Store(t.due)
			}
		},
		WroteHeaders: func() { t.begun.Store(true) }, // called before they leave
	}
}

// wrote reports whether anything of the request may have left.
func (t *trace) wrote() bool {
	return t.begun.Load() && (t.conn == nil || t.conn.written.Load() != t.before)
}
