package discord

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A tape is a connection that plays what was recorded and then is cut.
type tape struct {
	net.Conn
	io.Reader
}

func (t tape) Read(p []byte) (int, error)       { return t.Reader.Read(p) }
func (t tape) SetReadDeadline(time.Time) error  { return nil }
func (t tape) SetWriteDeadline(time.Time) error { return nil }
func (t tape) Close() error                     { return nil }

// play gives a socket what came after the handshake, and returns what it hands
// up, which events it took, and why it ended.
func play(data []byte) (up []byte, events []string, unread int, why error) {
	s := newSocket(tape{Reader: io.MultiReader(strings.NewReader("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n\r\n"), bytes.NewReader(data))}, func(err error) { why = err })
	s.take = func(name string, _ json.RawMessage) error {
		if name == "STOP" {
			return errors.New("stop")
		}
		events = append(events, name)
		return nil
	}
	s.unread = func(error, []byte) { unread++ }
	s.hello = func() error { return nil }
	up, _ = io.ReadAll(s)
	_, up, _ = bytes.Cut(up, []byte("\r\n\r\n"))
	return up, events, unread, why
}

func frameOf(first byte, body string) string {
	switch n := len(body); {
	case n < 126:
		return string([]byte{first, byte(n)}) + body
	case n < 1<<16:
		return string([]byte{first, 126, byte(n >> 8), byte(n)}) + body
	default:
		return string([]byte{first, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + body
	}
}

func textFrame(body string) string { return frameOf(0x81, body) }

func TestSocketReadsAlong(t *testing.T) {
	const hello = `{"op":10,"d":{"heartbeat_interval":41250.0,"_trace":["a"]}}`
	long := `{"t":"GUILD_CREATE","s":7,"op":0,"d":{"x":"` + strings.Repeat("y", 70_000) + `"}}`
	for _, c := range []struct{ name, in, up, events, why string }{
		{"hello", textFrame(hello), textFrame(`{"op":10,"d":{"heartbeat_interval":41250}}`), "", errCut.Error()},
		{"events", textFrame(`{"t":"A","s":5,"op":0,"d":{}}`) + textFrame(`{"op":0,"d":null,"s":6,"t":"B"}`), textFrame(`{"op":0,"s":5}`) + textFrame(`{"op":0,"s":6}`), "A B", errCut.Error()},
		{"a long one", textFrame(long), textFrame(`{"op":0,"s":7}`), "GUILD_CREATE", errCut.Error()},
		{"in pieces", frameOf(0x01, `{"t":"A","s":5,`) + frameOf(0x89, "ping") + frameOf(0x00, `"op":0,`) + frameOf(0x80, `"d":{}}`), frameOf(0x89, "ping") + textFrame(`{"op":0,"s":5}`), "A", errCut.Error()},
		{"op 7", textFrame(`{"op":7,"d":null}`) + textFrame(`{"t":"A","op":0}`), "", "", errAskedBack.Error()},
		{"op 7 in pieces", frameOf(0x01, `{"op":`) + frameOf(0x80, `7}`), "", "", errAskedBack.Error()},
		{"op 9", textFrame(`{"op":9,"d":true}`), "", "", errInvalid.Error()},
		{"closed", frameOf(0x88, "\x0f\xa4Authentication failed."), "", "", "discord closed the connection (code 4004)"},
		{"closed without a code", frameOf(0x88, ""), "", "", "discord closed the connection (code 1005)"},
		{"compressed", frameOf(0x82, "x"), "", "", "the gateway sent a compressed payload that nobody asked for"},
		{"masked", "\x81\x81abcdx", "", "", "a payload of the gateway has 129 bytes, or is masked"},
		{"huge", "\x81\x7f\x00\x00\x00\x00\x7f\xff\xff\xff", "", "", "a payload of the gateway has 2147483647 bytes, or is masked"},
		{"overflowing", frameOf(0x01, "{") + "\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "", "", "a payload of the gateway has 18446744073709551615 bytes, or is masked"},
		{"a long ping", frameOf(0x89, strings.Repeat("x", 126)), "", "", "a control frame of the gateway has 126 bytes"},
		{"refused", textFrame(`{"op":0,"s":5,"t":"STOP"}`) + textFrame(`{"t":"A","op":0}`), "", "", "stop"},
		{"no interval", textFrame(`{"op":10,"d":{}}`), "", "", "the gateway began without a heartbeat interval"},
		{"an interval of none", textFrame(`{"op":10,"d":{"heartbeat_interval":1e300}}`), "", "", "the gateway began without a heartbeat interval"},
	} {
		up, events, _, why := play([]byte(c.in))
		if string(up) != c.up || strings.Join(events, " ") != c.events || why == nil || why.Error() != c.why {
			t.Errorf("%s: %q goes up, %q are taken, it ends with %v", c.name, up, events, why)
		}
	}
}

// Whatever comes, discordgo sees nothing that could hurt it: no events, and no
// message but those that it knows what to do with.
func FuzzSocket(f *testing.F) {
	f.Add([]byte(textFrame(`{"op":10,"d":{"heartbeat_interval":41250}}`) + textFrame(`{"op":0,"s":1,"t":"READY","d":{}}`) + textFrame(`{"op":11}`) + frameOf(0x88, "\x03\xe8")))
	f.Add([]byte(frameOf(0x01, `{"op":`) + frameOf(0x80, `1}`) + textFrame(`null`) + textFrame(`{"op":7}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		up, _, _, why := play(data)
		if why == nil {
			t.Fatal("it does not end")
		}
		for len(up) > 0 {
			if len(up) < 2 || int(up[1]) > len(up)-2 || up[1] > 125 {
				t.Fatalf("%q goes up", up)
			}
			first, body := up[0], up[2:2+up[1]]
			up = up[2+up[1]:]
			var p struct {
				Op   int
				T    *string
				Data struct {
					Beat int `json:"heartbeat_interval"`
				} `json:"d"`
			}
			switch {
			case first&0xf >= 0x9:
			case first != 0x81 || json.Unmarshal(body, &p) != nil || p.T != nil || p.Op == 10 && p.Data.Beat <= 0:
				t.Fatalf("%q goes up", body)
			case p.Op != 0 && p.Op != 1 && p.Op != 10 && p.Op != 11:
				t.Fatalf("op %d goes up", p.Op)
			}
		}
	})
}

// A payload about a server is read or refused, and never more.
func FuzzGuildEvent(f *testing.F) {
	f.Add("GUILD_CREATE", []byte(whole("100", "Reading")))
	f.Add("GUILD_DELETE", []byte(`{"id":"100","unavailable":true}`))
	f.Add("READY", []byte(`{"user":{"id":"7"},"guilds":[null,{"id":"1"}],"application":null}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		a := New(Options{Token: "token"})
		a.gate.is(identity{"7", "77"})
		h := &ear{}
		g := &gateway{a: a, h: h, shards: 1}
		s := newShard(t.Context(), g, 0)
		for _, name := range []string{"READY", "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "READY"} {
			if err := s.take(t.Context(), name, data); err != nil && name != "READY" {
				t.Errorf("%s ends the connection: %v", name, err)
			}
		}
		for e, ok, _ := s.queue.pop(); ok; e, ok, _ = s.queue.pop() {
			if e.do != nil {
				_ = e.do(t.Context()) // a thread in it may be unreadable
			}
		}
	})
}

func TestSessionOverTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("encoding") != "json" {
			t.Errorf("asked for %s", r.URL)
		}
		up := websocket.Upgrader{}
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"op":10,"d":{"heartbeat_interval":41250}}`))
		for {
			_, b, err := ws.ReadMessage()
			if err != nil {
				return
			}
			if bytes.Contains(b, []byte(`"op":2`)) {
				_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"op":0,"s":1,"t":"READY","d":{}}`))
			}
		}
	}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	defer srv.Close()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	for name, trust := range map[string]*x509.CertPool{"trusted": pool, "untrusted": x509.NewCertPool()} {
		ready := false
		ctx, cancel := context.WithCancel(t.Context())
		err := session{
			url: "wss" + strings.TrimPrefix(srv.URL, "https"), token: "token", shards: 1, trust: trust,
			dial: (&net.Dialer{}).DialContext, identify: func() error { return nil }, heard: func() {}, over: func(error) {}, unread: func(error, []byte) {},
			take: func(name string, _ json.RawMessage) error {
				ready = name == "READY"
				cancel()
				return nil
			},
		}.run(ctx, func(f func()) { f() }, func() { t.Error("left behind") })
		cancel()
		if ready != (name == "trusted") || !ready && !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: ready %v, %v", name, ready, err)
		}
	}
}

func TestSessionThroughProxy(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			r, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				conn.Close()
				continue
			}
			answer := "HTTP/1.1 200 Connection established\r\n\r\nthe gateway"
			if r.Method != http.MethodConnect || r.Host != "gateway.example:443" || r.Header.Get("Proxy-Authorization") != "Basic YWRhOnNlY3JldA==" {
				answer = "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
			}
			_, _ = io.WriteString(conn, answer)
			conn.Close()
		}
	}()
	s := session{dial: (&net.Dialer{}).DialContext}
	proxy := &url.URL{Scheme: "http", Host: ln.Addr().String(), User: url.UserPassword("ada", "secret")}
	conn, err := s.tunnel(t.Context(), proxy, "gateway.example:443")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	proxy.User = url.User("eve")
	if _, err := s.tunnel(t.Context(), proxy, "gateway.example:443"); err == nil || !strings.Contains(err.Error(), "407") {
		t.Error(err)
	}
	proxy.Scheme, proxy.User = "socks5", url.UserPassword("ada", "secret")
	if _, err := s.tunnel(t.Context(), proxy, "gateway.example:443"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}
