package discord

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

const (
	dialLimit = 20 * time.Second
	openLimit = 60 * time.Second // from the first byte to READY
	endLimit  = 5 * time.Second  // for discordgo to notice that its socket is closed; it waits 1 s itself
)

var errSlow = errors.New("discord was not ready in time")

// A session is one connection of a shard, from the dial to its end. Each has a
// [discordgo.Session] of its own: what is lost meanwhile is listed.
type session struct {
	url      string // of the gateway: wss, or ws
	token    string
	shard    int
	shards   int
	intents  discordgo.Intent
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	identify func() error                                  // called just before the identify; an error ends the connection without it
	take     func(name string, data json.RawMessage) error // events, in order; an error ends it, as would a READY that does not come
	unread   func(err error, start []byte)
	heard    func()         // called when something came
	over     func(error)    // called once nothing comes any more, with why; what is left to clean up takes a second
	trust    *x509.CertPool // whom TLS believes; nil: whom the system does
}

// run keeps the connection until it ends or ctx does, and says why. Nothing that
// it began goes on then, but for what discordgo does in the second after its socket is
// closed: when ctx ended, behind is given what waits for that. abandoned is told if
// discordgo does not let go.
func (s session) run(parent context.Context, behind func(func()), abandoned func()) error {
	ctx, end := context.WithCancelCause(parent)
	slow := time.AfterFunc(openLimit, func() { end(errSlow) })
	defer slow.Stop()
	take := s.take
	s.take = func(name string, data json.RawMessage) error {
		err := take(name, data)
		if name == "READY" && err == nil {
			slow.Stop()
		}
		return err
	}
	dg, socks, ended, err := s.discordgo(ctx, end)
	if err != nil {
		return err
	}
	opened := make(chan error, 1)
	go func() {
		err := dg.Open()
		if err != nil {
			end(err)
		}
		opened <- err
	}()
	<-ctx.Done()
	select {
	case sock := <-socks:
		<-sock.left
	default:
	}
	s.over(context.Cause(ctx))
	tidy := func() {
		late := time.NewTimer(endLimit)
		defer late.Stop()
		select {
		case err := <-opened:
			if err != nil {
				break // it cleaned up
			}
			select {
			case <-ended:
			case <-late.C:
				abandoned()
			}
		case <-late.C:
			abandoned()
		}
	}
	if parent.Err() != nil {
		behind(tidy)
	} else {
		tidy()
	}
	return context.Cause(ctx)
}

// discordgo makes a session whose socket is ours, whose only request is answered
// here, and which does nothing on its own once the socket is closed. socks is given
// that, and ended is told when discordgo has noticed the end.
func (s session) discordgo(ctx context.Context, end func(error)) (dg *discordgo.Session, socks chan *socket, ended chan struct{}, err error) {
	dg, err = discordgo.New("Bot " + s.token)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("make a session: %w", err)
	}
	dg.LogLevel = -1 // it prints payloads to stderr
	dg.StateEnabled, dg.SyncEvents, dg.Compress = false, true, false
	dg.ShouldReconnectOnError, dg.ShouldRetryOnRateLimit, dg.MaxRestRetries = false, false, 0
	dg.ShardID, dg.ShardCount = s.shard, s.shards
	dg.Identify.Shard = &[2]int{s.shard, s.shards}
	dg.Identify.Intents = s.intents
	dg.Client = &http.Client{Transport: knownGateway(s.url)}
	socks = make(chan *socket, 1)
	open := func(secure bool) func(context.Context, string, string) (net.Conn, error) {
		return func(_ context.Context, network, address string) (net.Conn, error) {
			conn, err := s.connect(ctx, network, address, secure)
			if err != nil {
				return nil, fmt.Errorf("reach the gateway: %w", err)
			}
			sock := newSocket(conn, end)
			sock.take, sock.unread, sock.hello, sock.heard = s.take, s.unread, s.identify, s.heard
			socks <- sock // it dials once
			context.AfterFunc(ctx, sock.leave)
			return sock, nil
		}
	}
	dg.Dialer = &websocket.Dialer{NetDialContext: open(false), NetDialTLSContext: open(true)}
	ended = make(chan struct{}, 2) // two goroutines of its may say so
	dg.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case ended <- struct{}{}:
		default:
		}
	})
	return dg, socks, ended, nil
}

// connect dials, through the proxy that the environment names, and speaks TLS.
func (s session) connect(ctx context.Context, network, address string, secure bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	scheme := "http"
	if secure {
		scheme = "https"
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: scheme, Host: address}})
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	var conn net.Conn
	if proxy == nil {
		conn, err = s.dial(ctx, network, address)
	} else {
		conn, err = s.tunnel(ctx, proxy, address)
	}
	if err != nil || !secure {
		return conn, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		conn.Close()
		return nil, err
	}
	encrypted := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: s.trust, NextProtos: []string{"http/1.1"}})
	if err := encrypted.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return encrypted, nil
}

// tunnel asks an HTTP proxy for a connection to address.
func (s session) tunnel(ctx context.Context, proxy *url.URL, address string) (net.Conn, error) {
	if proxy.Scheme != "http" {
		return nil, fmt.Errorf("the proxy %s is none for HTTP", proxy.Redacted())
	}
	host := proxy.Host
	if proxy.Port() == "" {
		host = net.JoinHostPort(proxy.Hostname(), "80")
	}
	conn, err := s.dial(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		login := &http.Request{Header: http.Header{}}
		login.SetBasicAuth(proxy.User.Username(), password)
		ask.Header.Set("Proxy-Authorization", login.Header.Get("Authorization"))
	}
	err = ask.Write(conn)
	var answer *http.Response
	if err == nil {
		// Nothing comes after the answer before we speak, so nothing is left in the reader.
		answer, err = http.ReadResponse(bufio.NewReader(conn), ask)
	}
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the proxy answered with HTTP %d", answer.StatusCode)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// knownGateway answers discordgo's one request, for the address of the gateway.
type knownGateway string

func (g knownGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/gateway") {
		return nil, fmt.Errorf("discordgo asked for %s", r.URL.Path)
	}
	body, err := json.Marshal(map[string]string{"url": string(g)})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body))), Request: r}, nil
}
