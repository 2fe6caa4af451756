package slack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	dialLimit   = 20 * time.Second
	longestRead = 4 << 20  // bytes of one payload; Slack's are below one MB
	maxOpen     = 1 << 20  // bytes of the answer with the address
	writeBuffer = 32 << 10 // Slack reads no acknowledgement in several frames
)

// A connection is one websocket of Socket Mode, from apps.connections.open to its
// end. slack-go would connect by itself again, with waits of up to five minutes;
// a client of it is used for one connection here.
type connection struct {
	s      *socket
	n      int
	first  bool // that stands, since this process keeps it
	going  func()
	client *socketmode.Client
	heard  atomic.Int64 // when something came last, in unix ms
	asked  atomic.Bool  // for the address; a second time is refused
	since  time.Time    // when it was ready; zero: it was not
	worn   <-chan time.Time
	ended  context.Context // done when it is over
	end    context.CancelFunc
	hands  hands
}

// errOver ends a client of slack-go that wants to connect a second time.
var errOver = errors.New("the connection ended")

func newConnection(s *socket, n int, first bool, going func()) *connection {
	c := &connection{s: s, n: n, first: first, going: going}
	c.ended, c.end = context.WithCancel(context.Background())
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
	a := c.s.p.a
	if c.asked.Swap(true) {
		return nil, errOver
	}
	if a.badAPI != nil {
		return nil, a.badAPI
	}
	ctx, cancel := context.WithTimeout(req.Context(), maxTime)
	defer cancel()
	req = req.WithContext(ctx)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded") // slack-go says JSON and sends none
	req.Header.Set("User-Agent", "Colloquy/"+cmp.Or(a.o.Version, "devel"))
	res, err := a.http.Do(req)
	if err != nil {
		return nil, bare(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxOpen))
	if err != nil {
		return nil, err
	}
	var said struct {
		URL string `json:"url"`
	}
	_ = json.Unmarshal(b, &said) // slack-go says what is wrong with it
	if strings.HasPrefix(a.o.API, "https:") && said.URL != "" && !strings.HasPrefix(said.URL, "wss:") {
		return nil, errPlain
	}
	res.Body = io.NopCloser(bytes.NewReader(b))
	return res, nil
}

var errPlain = errors.New("the address that Slack gave for the connection is no wss address")

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

// run connects, and reads until the connection ends. It always gives a reason. When
// parent ends, what came is handled and acknowledged before the connection ends; what
// comes meanwhile is not read, and Slack gives it to another.
func (c *connection) run(parent context.Context) (err error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	ended := make(chan error, 1)
	go func() { ended <- c.client.RunContext(ctx) }()
	defer func() {
		c.end()
		cancel()
		if last := <-ended; err == nil {
			err = last
		}
		c.over(parent, err)
	}()
	var reason error
	for {
		select {
		case <-parent.Done():
			if !c.since.IsZero() && !errors.Is(context.Cause(parent), bot.ErrLeaseLost) {
				c.hands.wait(handLimit)
				once.Sleep(ctx, writeLimit)
			}
			return parent.Err()
		case err := <-ended:
			ended <- err
			return err
		case <-c.worn:
			switch alone := c.s.alone(c.n); {
			case alone && c.n != connections-1: // the other went to a process that replaces it
				c.worn = nil
			case alone || c.s.state.stands(c.n):
				return errWorn
			default:
				c.worn = time.After(time.Minute)
			}
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

// over notes that the connection ended. If we did not end it ourselves, nothing came
// since something came last: a dead line is noticed late, and so is that this process
// was frozen.
func (c *connection) over(parent context.Context, err error) {
	if c.since.IsZero() {
		return
	}
	since := time.UnixMilli(c.heard.Load())
	asked := parent.Err() != nil && !errors.Is(context.Cause(parent), bot.ErrLeaseLost)
	if asked || errors.Is(err, errWorn) {
		since = c.s.p.a.o.Clock()
	}
	c.s.state.fall(c.n, since)
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
		if life := time.Duration(hello.DebugInfo.ApproximateConnectionTime) * time.Second; life > 0 && c.s.paired(c.n, c.first, life) {
			c.worn = time.After(life / 2)
		}
	}
	c.s.state.rise(c.n)
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
