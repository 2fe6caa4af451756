package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/bot"

	"github.com/gorilla/websocket"
)

// A desk is the other end of the gateway: in memory, so that a test decides
// what comes when, and hours pass in no time.
type desk struct {
	t        *testing.T
	mu       sync.Mutex
	shards   int
	limit    startLimit
	flags    int64
	asks     error // of REST
	used     int   // identifies, of those that remain
	down     bool  // nobody can connect
	dials    int
	asked    int
	lines    chan *line
	listener pipes
}

// A line is one connection.
type line struct {
	d       *desk
	ws      *websocket.Conn
	said    chan identified
	gone    chan int    // the code with which the client closed; -1: none
	mute    atomic.Bool // no acknowledgements
	since   time.Time
	beats   chan struct{} // closed at the first heartbeat
	once    sync.Once
	seq     int64
	written sync.Mutex
}

type identified struct {
	Token   string
	Intents int
	Shard   [2]int
	At      time.Time
	Op      int
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, shards: 1, limit: startLimit{Total: 1000, Remaining: 1000, ResetAfter: 4 * 3600 * 1000, Concurrency: 1},
		flags: appContentLimited, lines: make(chan *line, 100), listener: pipes{make(chan net.Conn), make(chan struct{})}}
	srv := &http.Server{Handler: http.HandlerFunc(d.serve)}
	var running sync.WaitGroup
	running.Go(func() { _ = srv.Serve(d.listener) })
	t.Cleanup(func() { srv.Close(); running.Wait() })
	return d
}

// pipes listens for connections in memory.
type pipes struct {
	in   chan net.Conn
	done chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.in:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { close(p.done); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (d *desk) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	d.mu.Lock()
	d.dials++
	down := d.down
	d.mu.Unlock()
	if down {
		return nil, errors.New("connection refused")
	}
	here, there := net.Pipe()
	select {
	case d.listener.in <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *desk) ask(_ context.Context, path string, out any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if d.asks != nil {
		return d.asks
	}
	limit := d.limit
	limit.Remaining -= d.used
	said := map[string]any{
		"/gateway/bot":      map[string]any{"url": "ws://gateway", "shards": d.shards, "session_start_limit": limit},
		"/applications/@me": map[string]any{"id": "77", "flags": d.flags},
		"/users/@me":        map[string]any{"id": "7"},
	}[path]
	b, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, out)
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &line{d: d, ws: ws, said: make(chan identified, 10), gone: make(chan int, 1), since: time.Now(), beats: make(chan struct{})}
	d.lines <- c
	for {
		_, b, err := ws.ReadMessage()
		if err != nil {
			code := -1
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				code = closed.Code
			}
			c.gone <- code
			ws.Close()
			return
		}
		var m struct {
			Op int
			D  json.RawMessage
		}
		if err := json.Unmarshal(b, &m); err != nil {
			d.t.Errorf("the client sent %q", b)
		}
		switch m.Op {
		case 1:
			c.once.Do(func() { close(c.beats) })
			if !c.mute.Load() {
				go c.send(`{"op":11}`) // who reads must not wait: the pipe has no buffer
			}
		default:
			id := identified{At: time.Now(), Op: m.Op}
			_ = json.Unmarshal(m.D, &id)
			c.said <- id
		}
	}
}

// accept waits for the next connection.
func (d *desk) accept() *line {
	d.t.Helper()
	select {
	case c := <-d.lines:
		return c
	case <-time.After(24 * time.Hour):
		d.t.Fatal("nobody connects")
	}
	return nil
}

// send writes one payload. Nobody may be left to read it.
func (c *line) send(s string) {
	c.written.Lock()
	defer c.written.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(time.Hour))
	_ = c.ws.WriteMessage(websocket.TextMessage, []byte(s))
}

func (c *line) hello() {
	c.send(`{"op":10,"d":{"heartbeat_interval":41250,"_trace":["x"]},"s":null,"t":null}`)
}

func (c *line) identified() identified {
	c.d.t.Helper()
	select {
	case id := <-c.said:
		if id.Op != 2 || id.Token != "Bot token" {
			c.d.t.Errorf("it identifies as %+v", id)
		}
		return id
	case <-time.After(time.Hour):
		c.d.t.Fatal("nobody identifies")
	}
	return identified{}
}

func (c *line) event(name, data string) {
	c.seq++
	c.send(fmt.Sprintf(`{"t":%q,"s":%d,"op":0,"d":%s}`, name, c.seq, data))
}

func (c *line) ready(guilds ...string) {
	var list []string
	for _, g := range guilds {
		list = append(list, fmt.Sprintf(`{"id":%q,"unavailable":true}`, g))
	}
	c.event("READY", `{"v":9,"user":{"id":"7","username":"colloquy"},"session_id":"s","application":{"id":"77","flags":0},"guilds":[`+strings.Join(list, ",")+`]}`)
}

// begin takes a new connection as far as READY.
func (d *desk) begin(guilds ...string) (*line, identified) {
	d.t.Helper()
	c := d.accept()
	c.hello()
	id := c.identified()
	c.ready(guilds...)
	// The two goroutines of discordgo must not both end the connection: one waits
	// for a lock then while the other sleeps, and the time of the test stands still.
	<-c.beats
	synctest.Wait()
	return c, id
}

// close ends the connection with a code.
func (c *line) close(code int) {
	c.written.Lock()
	defer c.written.Unlock()
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "why"), time.Now().Add(time.Second))
}

// left waits until the client is gone and gives the code it closed with.
func (c *line) left() int {
	c.d.t.Helper()
	select {
	case code := <-c.gone:
		return code
	case <-time.After(time.Hour):
		c.d.t.Fatal("the client stays")
	}
	return 0
}

// An ear is the engine, which writes down what it is told.
type ear struct {
	mu    sync.Mutex
	heard []string
	fail  error         // of every call
	hold  chan struct{} // every call waits for it; nil: none does
	// silent is since when nothing was heard, as it was said last.
	silent time.Time
}

func (e *ear) hear(ctx context.Context, format string, args ...any) error {
	e.mu.Lock()
	hold := e.hold
	e.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return e.fail
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	e.heard = append(e.heard, fmt.Sprintf(format, args...))
	return nil
}

func (e *ear) ReplyChanged(ctx context.Context, r bot.Reply) (bool, error) {
	return true, e.hear(ctx, "reply %s", r.Ref.MessageID)
}
func (e *ear) ReplyRemoved(ctx context.Context, ref bot.MessageRef) error {
	return e.hear(ctx, "removed %s", ref.MessageID)
}
func (e *ear) Command(ctx context.Context, c bot.Command) (bot.Answer, error) {
	return bot.Answer{}, e.hear(ctx, "command %s", c.Name)
}
func (e *ear) Connected(ctx context.Context, scope string, up bool) error {
	return e.hear(ctx, "%s %v", scope, up)
}
func (e *ear) Silent(ctx context.Context, scope string, since time.Time) error {
	e.mu.Lock()
	e.silent = since
	e.mu.Unlock()
	return e.hear(ctx, "%s false", scope)
}
func (e *ear) InstallationChanged(ctx context.Context, i bot.Installation) error {
	return e.hear(ctx, "server %s %s owner=%s greet=%s gone=%v in %s", i.Workspace, i.Name, i.Owner.ID, i.Greet.ID, i.Gone, i.Scope)
}
func (e *ear) Places(context.Context, string) ([]bot.Channel, error) { return nil, nil }
func (e *ear) Installations(ctx context.Context, platform string, there []bot.Installation, mine func(string) bool) error {
	var list []string
	for _, i := range there {
		list = append(list, i.Workspace+" in "+i.Scope)
	}
	return e.hear(ctx, "%s has %s", platform, strings.Join(list, ", "))
}
func (e *ear) ChannelLost(ctx context.Context, ch bot.Channel, why error) error {
	return e.hear(ctx, "lost %s: %v", ch, why)
}

func (e *ear) set(fail error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = fail
}

// take gives what was heard, and forgets it.
func (e *ear) take() []string {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	heard := e.heard
	e.heard = nil
	return heard
}

// A run is an adapter that is connected to a desk.
type run struct {
	*ear
	a   *Adapter
	d   *desk
	log *adaptertest.Log
	end context.CancelFunc
	err chan error
}

// start runs an adapter within a bubble of time until the test ends.
func start(t *testing.T, d *desk, o Options) *run { return startWith(t, d, o, func(*Adapter) {}) }

// startWith does so with what a test changes before.
func startWith(t *testing.T, d *desk, o Options, change func(*Adapter)) *run {
	log := &adaptertest.Log{}
	o.Token, o.API, o.Log = "token", "http://127.0.0.1:1", slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r := &run{ear: &ear{}, a: New(o), d: d, log: log, err: make(chan error, 1)}
	r.a.gate.ask, r.a.gate.dial = d.ask, d.dial
	r.a.gate.register = func(context.Context) error { return nil }
	change(r.a)
	ctx, cancel := context.WithCancel(context.Background())
	r.end = cancel
	go func() { r.err <- r.a.Run(ctx, r.ear) }()
	t.Cleanup(cancel)
	return r
}

// stop ends the run and gives its error.
func (r *run) stop() error {
	r.end()
	return <-r.err
}

// want compares what the engine was told since the last time.
func (r *run) want(what string, want ...string) {
	r.d.t.Helper()
	if got := r.take(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		r.d.t.Errorf("%s: the engine heard\n%s\nand not\n%s\nlog:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"), r.log)
	}
}

// A counter is an engine that only counts servers.
type counter struct {
	ear
	n atomic.Int64
}

func (c *counter) InstallationChanged(context.Context, bot.Installation) error {
	c.n.Add(1)
	return nil
}

func (c *counter) servers() int { return int(c.n.Load()) }

func (e *ear) Missed(ctx context.Context, where bot.Channel, from time.Time) error {
	return e.hear(ctx, "missed %s for %s", where, time.Since(from))
}
