package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// connect opens a Socket Mode connection of the world's app, after hello.
func (w *world) connect() *websocket.Conn {
	w.t.Helper()
	o := w.call(w.app.AppToken, "apps.connections.open")
	c, _, err := websocket.DefaultDialer.Dial(o["url"].(string), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Close() })
	if hello := frameOf(w.t, c); hello["type"] != "hello" || hello["num_connections"] == nil {
		w.t.Fatalf("the first frame is %v", hello)
	}
	if _, _, err := websocket.DefaultDialer.Dial(o["url"].(string), nil); err == nil {
		w.t.Fatal("an address could be used twice")
	}
	return c
}

func frameOf(t testing.TB, c *websocket.Conn) map[string]any {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	var o map[string]any
	if err := c.ReadJSON(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

func ack(t testing.TB, c *websocket.Conn, frame map[string]any, payload any) {
	t.Helper()
	o := map[string]any{"envelope_id": frame["envelope_id"]}
	if payload != nil {
		o["payload"] = payload
	}
	if err := c.WriteJSON(o); err != nil {
		t.Fatal(err)
	}
}

func TestSocketMode(t *testing.T) {
	w := newWorld(t, Options{}, App{SocketMode: true})
	one := w.connect()
	w.AwaitConnected(w.app.ID, 1)
	w.Say(w.channel, w.ada, "x")
	f := frameOf(t, one)
	e, _ := f["payload"].(map[string]any)["event"].(map[string]any)
	if f["type"] != "events_api" || f["accepts_response_payload"] != false || f["retry_attempt"] != 0.0 || e["text"] != "x" {
		t.Errorf("the frame is %v", f)
	}
	ack(t, one, f, nil)
	w.AwaitDelivered()
	if d := w.Deliveries()[0]; !d.Accepted || len(d.Attempts) != 1 {
		t.Errorf("after the acknowledgement: %+v", d)
	}
	act := w.Slash(w.channel, w.ada, "/discuss", "status")
	f = frameOf(t, one)
	if p := f["payload"].(map[string]any); f["type"] != "slash_commands" || p["text"] != "status" || p["command"] != "/discuss" {
		t.Errorf("the frame is %v", f)
	}
	ack(t, one, f, map[string]any{"text": "All is well"})
	if m := act.AwaitMessage(); m.Text != "All is well" || m.Ephemeral != w.ada {
		t.Errorf("shown %+v", m)
	}
	w.Refresh(w.app.ID)
	if f := frameOf(t, one); f["type"] != "disconnect" || f["reason"] != "refresh_requested" {
		t.Errorf("the frame is %v", f)
	}
	two := w.connect()
	for range 3 {
		w.Say(w.channel, w.ada, "over the new one")
		ack(t, two, frameOf(t, two), nil)
	}
	w.AwaitDelivered()
	if d := w.Deliveries()[3]; len(d.Attempts) != 1 {
		t.Errorf("what is told to reconnect was used: %+v", d)
	}
	_ = one.Close()
	w.AwaitConnected(w.app.ID, 1)
}

func TestSocketRedelivery(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e4}, App{SocketMode: true})
	one, two := w.connect(), w.connect()
	w.AwaitConnected(w.app.ID, 2)
	w.Silence(w.app.ID) // one
	w.Say(w.channel, w.ada, "x")
	w.Say(w.channel, w.ada, "y")
	for want := range 2 { // what went to the silent one comes over the other after 3 s
		f := frameOf(t, two)
		e := f["payload"].(map[string]any)["event"].(map[string]any)
		if e["text"] != string(rune('x'+want)) {
			t.Errorf("event %d is %v", want, e["text"])
		}
		ack(t, two, f, nil)
	}
	w.AwaitDelivered()
	tries := 0
	for _, d := range w.Deliveries() {
		tries += len(d.Attempts)
	}
	if tries != 3 {
		t.Errorf("%d tries for two events of which one was lost", tries)
	}
	_ = one.Close()
	w.AwaitConnected(w.app.ID, 1)
	w.Cut(w.app.ID)
	w.AwaitConnected(w.app.ID, 0)
	w.Say(w.channel, w.ada, "unheard")
	w.AwaitDelivered()
	if d := w.Deliveries()[2]; d.Accepted || len(d.Attempts) != 4 || d.Attempts[0].Reason != "connection_failed" {
		t.Errorf("without a connection: %+v", d)
	}
}

func TestSocketLimits(t *testing.T) {
	w := newWorld(t, Options{Speed: 1e6}, App{SocketMode: true})
	one := w.connect()
	for range maxConns - 1 {
		w.connect()
	}
	o := w.call(w.app.AppToken, "apps.connections.open")
	if _, res, err := websocket.DefaultDialer.Dial(o["url"].(string), nil); err == nil || res.StatusCode != http.StatusForbidden {
		t.Error("there is an eleventh connection")
	}
	if err := one.WriteJSON(map[string]any{"envelope_id": "x", "payload": strings.Repeat("x", 20<<10)}); err != nil {
		t.Fatal(err)
	}
	w.Await("the violation", func() bool { return len(w.Violations()) > 0 })
	if v := fmt.Sprint(w.Forgive()); !strings.Contains(v, "20 KB") {
		t.Errorf("violations: %s", v)
	}
}

func TestSocketPings(t *testing.T) {
	w := newWorld(t, Options{Pace: time.Millisecond}, App{SocketMode: true})
	c := w.connect()
	pinged := make(chan string, 1)
	c.SetPingHandler(func(data string) error {
		select {
		case pinged <- data:
		default:
		}
		return nil
	})
	go func() {
		var raw json.RawMessage
		for c.ReadJSON(&raw) == nil {
		}
	}()
	if data := <-pinged; data == "" {
		t.Error("an empty ping")
	}
}
