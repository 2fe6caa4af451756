package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	dialLimit   = 20 * time.Second
	longestRead = 4 << 20  // bytes of one payload; Slack's are below one MB
	writeBuffer = 32 << 10 // Slack reads no acknowledgement in several frames
)

// A connection is one websocket of Socket Mode, from apps.connections.open to its
// end. slack-go would connect by itself again, with waits of up to five minutes;
// a client of it is used for one connection here.
type connection struct {
	s      *socket
	n      int
	going  func()
	client *socketmode.Client
	heard  atomic.Int64 // when something came last, in unix ms
	asked  atomic.Bool  // for the address; a second time is refused
	since  time.Time    // when it was ready; zero: it was not
	worn   <-chan time.Time
}

// errOver ends a client of slack-go that wants to connect a second time.
var errOver = errors.New("the connection ended")

func newConnection(s *socket, n int, going func()) *connection {
	c := &connection{s: s, n: n, going: going}
	quiet := log.New(io.Discard, "", 0)
	api := slack.New("", slack.OptionAppLevelToken(s.p.AppToken), slack.OptionAPIURL(s.p.a.o.API+"/"),
		slack.OptionHTTPClient(c), slack.OptionLog(quiet))
	c.client = socketmode.New(api, socketmode.OptionLog(quiet), socketmode.OptionReadLimit(longestRead),
		socketmode.OptionDialer(&websocket.Dialer{
			Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialLimit, WriteBufferSize: writeBuffer, NetDialContext: c.dial,
		}))
	return c
}

// Do asks Slack for the address, once.
func (c *connection) Do(req *http.Request) (*http.Response, error) {
	if c.asked.Swap(true) {
		return nil, errOver
	}
	return c.s.p.a.http.Do(req)
}

func (c *connection) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.s.p.desk.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return listening{conn, c}, nil
}

// listening notes when something came.
type listening struct {
	net.Conn
	c *connection
}

func (l listening) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if n > 0 {
		l.c.heard.Store(l.c.s.p.a.o.Clock().UnixMilli())
	}
	return n, err
}

// run connects, and reads until the connection ends. It always gives a reason.
func (c *connection) run(parent context.Context) (err error) {
	ctx, cancel := context.WithCancel(parent)
	ended := make(chan error, 1)
	go func() { ended <- c.client.RunContext(ctx) }()
	defer func() {
		cancel()
		if last := <-ended; err == nil {
			err = last
		}
		c.over(parent, err)
	}()
	var reason error
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			ended <- err
			return err
		case <-c.worn:
			if c.s.state.stands(c.n) {
				return errWorn
			}
			c.worn = time.After(time.Minute)
		case e := <-c.client.Events:
			switch e.Type {
			case socketmode.EventTypeConnectionError:
				if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok && !errors.Is(failed.ErrorObj, errOver) {
					return failed.ErrorObj
				}
				if reason == nil {
					reason = errOver
				}
				return reason
			case socketmode.EventTypeIncomingError:
				if failed, ok := e.Data.(*slack.IncomingEventError); ok {
					reason = failed.ErrorObj
				}
			}
			c.take(ctx, e)
		}
	}
}

// over notes that the connection ended. Where it was the last one, what was lost
// began when something came last: a dead line is noticed late.
func (c *connection) over(ctx context.Context, err error) {
	if c.since.IsZero() {
		return
	}
	c.s.state.set(c.n, false)
	if ctx.Err() == nil && !errors.Is(err, errWorn) && !c.s.state.stands(c.n) {
		c.s.p.desk.owed.miss("", time.UnixMilli(c.heard.Load()))
	}
}

// stood is for how long it was ready.
func (c *connection) stood() time.Duration {
	if c.since.IsZero() {
		return 0
	}
	return c.s.p.a.o.Clock().Sub(c.since)
}

// errWorn ends a connection that was opened together with the other one, before
// Slack ends both at the same time.
var errWorn = errors.New("replaced, so that both do not end together")

// ready notes hello.
func (c *connection) ready(hello *socketmode.Request) {
	if !c.since.IsZero() {
		return
	}
	c.since = c.s.p.a.o.Clock()
	c.s.began(c.n, c.since)
	if hello != nil {
		c.s.p.desk.learn(hello.ConnectionInfo.AppID)
		if life := time.Duration(hello.DebugInfo.ApproximateConnectionTime) * time.Second; life > 0 && c.s.paired(c.n, life) {
			c.worn = time.After(life / 2)
		}
	}
	c.s.state.set(c.n, true)
	c.going()
}

// bare is err without addresses, which may hold what opens a connection.
func bare(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// A received is what Slack sends over a connection.
type received struct {
	Type     string          `json:"type"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
}

// take hands on what came, and never waits. slack-go gives what it cannot read
// itself as a bad message.
func (c *connection) take(ctx context.Context, e socketmode.Event) {
	var r received
	switch data := e.Data.(type) {
	case *socketmode.ErrorBadMessage:
		_ = json.Unmarshal(data.Message, &r)
	case *slack.IncomingEventError:
		var syntax *json.SyntaxError
		if errors.As(data.ErrorObj, &syntax) { // the connection goes on
			c.lose(ctx, r, data.ErrorObj)
		}
		return
	default:
		if e.Request == nil {
			return
		}
		r = received{e.Request.Type, e.Request.EnvelopeID, e.Request.Payload}
	}
	switch r.Type {
	case socketmode.RequestTypeHello:
		c.ready(e.Request)
	case socketmode.RequestTypeEventsAPI:
		env, err := openEnvelope(r.Payload)
		if err != nil {
			c.lose(ctx, r, err)
			return
		}
		c.s.lanes.put(ctx, job{env: env, ack: func(ctx context.Context) error { return c.ack(ctx, r.Envelope, nil) }})
	case socketmode.RequestTypeSlashCommands, socketmode.RequestTypeInteractive:
		c.s.p.ask(r.Type, r.Payload, func(body any) error { return c.ack(ctx, r.Envelope, body) }, func(int) {})
	default:
		c.lose(ctx, r, errNoType)
	}
}

// lose acknowledges what cannot be read, so that Slack does not send it again,
// and has every thread listed.
func (c *connection) lose(ctx context.Context, r received, err error) {
	c.s.p.a.o.Log.ErrorContext(ctx, "delivery cannot be read, threads will be listed", "scope", c.s.p.scope(), "type", r.Type, "id", r.Envelope, "err", err)
	c.s.p.desk.owed.miss("", c.s.p.before(envelope{}))
	if r.Envelope != "" {
		_ = c.ack(ctx, r.Envelope, nil) // else it comes again
	}
}

// ack acknowledges a delivery. slack-go refuses a body of 20 KB, which Slack
// would drop without a word.
func (c *connection) ack(ctx context.Context, id string, body any) error {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	return c.client.AckCtx(ctx, id, body)
}
