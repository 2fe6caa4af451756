package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/gorilla/websocket"
)

// A bot is a client that does what a test says.
type bot struct {
	t *testing.T
	s *Server
}

// call sends a request, and checks what is answered against Discord's document.
func (b bot) call(method, path string, body any) (int, obj) {
	b.t.Helper()
	status, raw := b.raw(method, path, body)
	var o obj
	_ = json.Unmarshal(raw, &o)
	return status, o
}

func (b bot) raw(method, path string, body any) (int, []byte) {
	b.t.Helper()
	var in io.Reader
	var sent []byte
	if body != nil {
		sent, _ = json.Marshal(body)
		in = bytes.NewReader(sent)
	}
	r, err := http.NewRequest(method, b.s.URL+"/v10"+path, in)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+b.s.Token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.documented(r, sent, res, raw)
	return res.StatusCode, raw
}

// documented checks an answer against Discord's document.
func (b bot) documented(r *http.Request, sent []byte, res *http.Response, raw []byte) {
	b.t.Helper()
	sp, err := document()
	if err != nil || len(raw) == 0 || res.StatusCode >= 400 {
		return
	}
	q := &request{Request: r, path: r.URL.Path[len("/api/v10"):], body: sent}
	rt, params := match(r.Method, q.path)
	q.route = rt.pattern
	in, err := validation(sp.doc, q, params)
	if err != nil {
		b.t.Fatal(err)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.StatusCode, Header: res.Header,
		Options: in.Options}
	out.SetBodyBytes(raw)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		b.t.Errorf("answer of %s %s is not as documented: %s\n%s", r.Method, q.path, inShort(err), raw)
	}
}

var quiet = obj{"parse": []string{}}

// A line is a connection to the gateway.
type line struct {
	t  *testing.T
	ws *websocket.Conn
}

type packet struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  int64           `json:"s"`
	D  json.RawMessage `json:"d"`
}

func (b bot) dial() line {
	b.t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial(b.s.gatewayURL()+"/?v=10&encoding=json", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = ws.Close() })
	return line{b.t, ws}
}

func (l line) next() packet {
	l.t.Helper()
	var p packet
	_ = l.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	if err := l.ws.ReadJSON(&p); err != nil {
		l.t.Fatal(err)
	}
	return p
}

// until reads on until an event comes, and decodes that.
func (l line) until(event string) obj {
	l.t.Helper()
	for {
		if p := l.next(); p.T == event {
			var o obj
			if err := json.Unmarshal(p.D, &o); err != nil {
				l.t.Fatal(err)
			}
			return o
		}
	}
}

func (l line) send(op int, d any) {
	l.t.Helper()
	if err := l.ws.WriteJSON(obj{"op": op, "d": d}); err != nil {
		l.t.Fatal(err)
	}
}

// connect identifies with intents and reads up to READY.
func (b bot) connect(intents int) line {
	b.t.Helper()
	l := b.dial()
	l.send(2, obj{"token": b.s.Token, "intents": intents, "properties": obj{"os": "linux"}})
	l.until("READY")
	return l
}
