package discordtest

import (
	"bytes"
	"compress/zlib"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// A frame is one message to a client. What would be too much to hold is made
// only when it is sent.
type frame struct {
	seq  int64
	due  time.Time
	data []byte
	make func() []byte
}

// A conn is one connection to the gateway. What waits to be sent is unbounded,
// so that nothing here ever waits for a client.
type conn struct {
	ws       *websocket.Conn
	compress atomic.Bool // large payloads are compressed, as the client asked

	// Guarded by the server's lock.
	session     *session
	upset       Upset
	zombie      bool
	leaving     bool // it was asked to reconnect
	invalidated time.Time
	sent        []time.Time // of the client's messages in the last minute

	// Written by the reader, read when it has ended.
	died, bye bool

	mu      sync.Mutex // guards what follows
	out     []frame
	code    int // to close with when out is empty; 0: none
	reason  string
	stopped bool
	wake    chan struct{}

	gone chan struct{} // closed when it has ended
}

func newConn(ws *websocket.Conn) *conn {
	return &conn{ws: ws, wake: make(chan struct{}, 1), gone: make(chan struct{})}
}

func (c *conn) push(f frame) {
	c.mu.Lock()
	if c.code == 0 {
		c.out = append(c.out, f)
	}
	c.mu.Unlock()
	c.signal()
}

func (c *conn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// close says goodbye with a code once everything is sent.
func (c *conn) close(code int, reason string) {
	c.mu.Lock()
	if c.code == 0 {
		c.code, c.reason = code, reason
	}
	c.mu.Unlock()
	c.signal()
}

func (c *conn) closing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code != 0 || c.stopped
}

// stop ends the connection without a word.
func (c *conn) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	_ = c.ws.Close()
	c.signal()
}

// write sends what waits until the connection is closed.
func (c *conn) write() {
	for {
		f, code, done := c.next()
		switch {
		case done:
			return
		case code != 0:
			c.mu.Lock()
			m := websocket.FormatCloseMessage(code, c.reason)
			c.mu.Unlock()
			_ = c.ws.WriteControl(websocket.CloseMessage, m, time.Now().Add(time.Second))
			_ = c.ws.SetReadDeadline(time.Now().Add(time.Second)) // for the answer
			return
		case f == nil:
			<-c.wake
		default:
			c.write1(*f)
		}
	}
}

func (c *conn) next() (f *frame, code int, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stopped:
		return nil, 0, true
	case len(c.out) > 0:
		f, c.out = &c.out[0], c.out[1:]
		return f, 0, false
	}
	return nil, c.code, false
}

func (c *conn) write1(f frame) {
	if wait := time.Until(f.due); wait > 0 {
		time.Sleep(wait)
	}
	b := f.data
	if f.make != nil {
		b = f.make()
	}
	kind := websocket.TextMessage
	if c.compress.Load() && len(b) > 1024 {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write(b)
		_ = w.Close()
		kind, b = websocket.BinaryMessage, z.Bytes()
	}
	_ = c.ws.SetWriteDeadline(time.Now().Add(30 * time.Second))
	if c.ws.WriteMessage(kind, b) != nil {
		c.stop()
	}
}
