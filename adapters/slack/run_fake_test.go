package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/bot"

	"github.com/gorilla/websocket"
)

// An exchange is the other end of Socket Mode: in memory, so that a test decides
// what comes when, and hours pass in no time. It answers the few methods of the
// Web API that are called on the way.
type exchange struct {
	t     *testing.T
	lines chan *trunk
	in    chan net.Conn
	done  chan struct{}

	mu     sync.Mutex
	refuse map[string]string // token → the error that it is answered with
	down   bool              // nothing can be reached
	mute   bool              // nothing is answered
	opens  int
	teams  map[string]string // bot token → workspace
}

// A trunk is one connection.
type trunk struct {
	x       *exchange
	ws      *websocket.Conn
	acks    chan ack
	gone    chan struct{}
	written sync.Mutex
}

type ack struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
}

func newExchange(t *testing.T) *exchange {
	x := &exchange{t: t, lines: make(chan *trunk, 100), in: make(chan net.Conn), done: make(chan struct{}),
		refuse: map[string]string{}, teams: map[string]string{"xoxb-1": "T1", "xoxb-2": "T2"}}
	srv := &http.Server{Handler: http.HandlerFunc(x.serve)}
	var running sync.WaitGroup
	running.Go(func() { _ = srv.Serve(x) })
	t.Cleanup(func() { srv.Close(); running.Wait() })
	return x
}

func (x *exchange) Accept() (net.Conn, error) {
	select {
	case c := <-x.in:
		return c, nil
	case <-x.done:
		return nil, net.ErrClosed
	}
}
func (x *exchange) Close() error   { close(x.done); return nil }
func (x *exchange) Addr() net.Addr { return &net.TCPAddr{} }

func (x *exchange) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case x.in <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// RoundTrip is the Web API.
func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	x.mu.Lock()
	if x.mute {
		x.mu.Unlock()
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	defer x.mu.Unlock()
	if r.Body != nil {
		defer r.Body.Close()
		_, _ = io.Copy(io.Discard, r.Body)
	}
	if x.down {
		return nil, errors.New("connection refused")
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	said := map[string]any{"ok": true}
	switch method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]; {
	case x.refuse[token] != "":
		said = map[string]any{"ok": false, "error": x.refuse[token]}
	case method == "apps.connections.open":
		x.opens++
		said["url"] = "ws://wss.example/link?ticket=secret"
	case method == "auth.test":
		team := x.teams[token]
		said["team_id"], said["team"], said["user_id"], said["bot_id"] = team, "Name of "+team, "U0"+team, "B0"+team
	}
	b, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(b)), Request: r}, nil
}

func (x *exchange) set(f func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f()
}

func (x *exchange) opened() (n int) {
	x.set(func() { n = x.opens })
	return n
}

func (x *exchange) serve(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &trunk{x: x, ws: ws, acks: make(chan ack, 10000), gone: make(chan struct{})}
	x.lines <- c
	defer close(c.gone)
	for {
		_, b, err := ws.ReadMessage()
		if err != nil {
			ws.Close()
			return
		}
		var a ack
		if err := json.Unmarshal(b, &a); err != nil || a.ID == "" {
			x.t.Errorf("the client sent %q", b)
		}
		c.acks <- a
	}
}

// accept waits for the next connection, says hello, and keeps it alive.
func (x *exchange) accept() *trunk {
	x.t.Helper()
	select {
	case c := <-x.lines:
		c.send(`{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"},"debug_info":{"host":"h","approximate_connection_time":18000}}`)
		go c.beat()
		synctest.Wait()
		return c
	case <-time.After(24 * time.Hour):
		x.t.Fatal("nobody connects")
	}
	return nil
}

// beat sends a ping now and then, like Slack.
func (c *trunk) beat() {
	for {
		select {
		case <-c.gone:
			return
		case <-time.After(10 * time.Second):
			c.written.Lock()
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("1"), time.Now().Add(time.Hour))
			c.written.Unlock()
		}
	}
}

// send writes one frame. Nobody may be left to read it.
func (c *trunk) send(s string) {
	c.written.Lock()
	defer c.written.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(time.Hour))
	_ = c.ws.WriteMessage(websocket.TextMessage, []byte(s))
}

// event sends an event of the workspace T1.
func (c *trunk) event(id, inner string) {
	c.send(fmt.Sprintf(`{"type":"events_api","envelope_id":%q,"accepts_response_payload":false,"payload":%s}`, "env-"+id, callback(id, "T1", inner)))
}

// callback is the body of a delivery.
func callback(id, team, inner string) string {
	return fmt.Sprintf(`{"token":"x","team_id":%q,"api_app_id":"A1","type":"event_callback","event_id":%q,"event_time":%d,"authorizations":[{"enterprise_id":null,"team_id":%q,"user_id":"U0","is_bot":true}],"event":%s}`,
		team, id, time.Now().Unix(), team, inner)
}

// acked gives what was acknowledged so far.
func (c *trunk) acked() (ids []string) {
	synctest.Wait()
	for {
		select {
		case a := <-c.acks:
			ids = append(ids, strings.TrimPrefix(a.ID, "env-")+string(a.Payload))
		default:
			return ids
		}
	}
}

// A hearer is the engine, which writes down what it is told.
type hearer struct {
	mu    sync.Mutex
	heard []string
	fail  error         // of every call
	hold  chan struct{} // every call waits for it; nil: none does
	panic bool
	done  map[string]bool // ids of commands
}

func (e *hearer) hear(ctx context.Context, format string, args ...any) error {
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
	switch {
	case e.panic:
		panic("as the test wants it")
	case e.fail != nil:
		return e.fail
	case ctx.Err() != nil:
		return ctx.Err()
	}
	e.heard = append(e.heard, fmt.Sprintf(format, args...))
	return nil
}

func (e *hearer) ReplyChanged(ctx context.Context, r bot.Reply) (bool, error) {
	return true, e.hear(ctx, "reply %s/%s", r.Ref.Channel, r.Ref.MessageID)
}

func (e *hearer) ReplyRemoved(ctx context.Context, ref bot.MessageRef) error {
	return e.hear(ctx, "removed %s/%s", ref.Channel, ref.MessageID)
}

// Command carries each out once, as the engine does.
func (e *hearer) Command(ctx context.Context, c bot.Command) (bot.Answer, error) {
	e.mu.Lock()
	again := e.done[c.ID]
	if e.done == nil {
		e.done = map[string]bool{}
	}
	e.done[c.ID] = true
	e.mu.Unlock()
	if again {
		return bot.Answer{}, nil
	}
	return bot.Answer{}, e.hear(ctx, "command %s", c.Name)
}

func (e *hearer) Connected(ctx context.Context, scope string, up bool) error {
	return e.hear(ctx, "%s %v", scope, up)
}

func (e *hearer) Silent(ctx context.Context, scope string, since time.Time) error {
	if time.Since(since) < time.Second {
		return e.Connected(ctx, scope, false)
	}
	return e.hear(ctx, "%s silent since %s", scope, time.Since(since).Round(time.Second))
}

func (e *hearer) InstallationChanged(ctx context.Context, i bot.Installation) error {
	return e.hear(ctx, "workspace %s %q owner=%s gone=%v in %s", i.Workspace, i.Name, i.Owner.ID, i.Gone, i.Scope)
}

func (e *hearer) Places(context.Context, string) ([]bot.Channel, error) { return nil, nil }
func (e *hearer) Installations(ctx context.Context, platform string, _ []bot.Installation, _ func(string) bool) error {
	return e.hear(ctx, "installations of %s", platform)
}

func (e *hearer) ChannelLost(ctx context.Context, ch bot.Channel, why error) error {
	return e.hear(ctx, "lost %s %s", ch, bot.ReasonCode(why))
}

func (e *hearer) Missed(ctx context.Context, where bot.Channel, from time.Time) error {
	return e.hear(ctx, "missed %s since %s", strings.TrimSuffix(where.String(), "/"), time.Since(from).Round(time.Second))
}

func (e *hearer) set(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f()
}

// take gives what was heard, and forgets it.
func (e *hearer) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	heard := e.heard
	e.heard = nil
	return heard
}

// A session is an adapter that runs.
type session struct {
	*hearer
	t   *testing.T
	a   *Adapter
	x   *exchange
	log *adaptertest.Log
	end context.CancelFunc
	err chan error
}

// start runs an adapter within a bubble of time until the test ends.
func start(t *testing.T, x *exchange, apps ...App) *session {
	return startWith(t, x, Options{Apps: apps})
}

func startWith(t *testing.T, x *exchange, o Options) *session {
	log := &adaptertest.Log{}
	o.API, o.Log = "http://127.0.0.1:1/api", slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := &session{hearer: &hearer{}, t: t, a: New(o), x: x, log: log, err: make(chan error, 1)}
	s.a.http = &http.Client{Transport: x}
	for _, p := range s.a.apps {
		p.desk.dial = x.dial
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.end = cancel
	go func() { s.err <- s.a.Run(ctx, s.hearer) }()
	t.Cleanup(cancel)
	return s
}

// stop ends the run and gives its error.
func (s *session) stop() error {
	s.end()
	return <-s.err
}

// want compares what the engine was told since the last time, in any order where
// lines are of several apps or channels.
func (s *session) want(what string, want ...string) {
	s.t.Helper()
	synctest.Wait()
	got := s.take()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: the engine heard\n%s\nand not\n%s\nlog:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"), s.log)
	}
}

var socketApp = App{Name: "one", BotToken: "xoxb-1", AppToken: "xapp-1"}

// there and up are what the engine hears of socketApp at the start.
const (
	there = `workspace T1 "Name of T1" owner= gone=false in slack/one`
	up    = "slack/one true"
)
