package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"gopkg.in/yaml.v3"

	"colloquy/bot"
	"colloquy/bot/web"
)

// Variables that concern our own web server.
const (
	listenVariable = "COLLOQUY_LISTEN"
	urlVariable    = "COLLOQUY_URL"
)

// A WebConfig is what the configuration file says about our own web server.
type WebConfig struct {
	Listen string // "HOST:PORT"; empty: there is none
	URL    string // at which others reach it, without a slash at the end
}

// readWeb reads the part about our own web server.
func (c *Config) readWeb(f yamlFile) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		return f.object(n, "web", fields{
			"listen": f.checked(&c.Web.Listen, checkListen),
			"url":    f.checked(&c.Web.URL, checkURL),
		})
	}
}

// checked reads a single value that check makes what it is to be, or refuses.
func (f yamlFile) checked(to *string, check func(string) (string, error)) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if err := f.text(to)(n); err != nil {
			return err
		}
		var err error
		if *to, err = check(*to); err != nil {
			return f.errorf(n, "%v", err)
		}
		return nil
	}
}

// checkListen refuses what is no address to listen at.
func checkListen(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if _, perr := net.LookupPort("tcp", port); err != nil || perr != nil || port == "" {
		return "", fmt.Errorf("%q is no address to listen at: write HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses of this machine", shorten(s))
	}
	return s, nil
}

// checkURL refuses what cannot be the address of our web server. Plain http is
// for this machine alone.
func checkURL(s string) (string, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(s) > longestAddress {
		return "", fmt.Errorf("%q is no address of a web server: write it like https://bot.example.org", shorten(s))
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "localhost" || ip.IsLoopback())) {
		return "", fmt.Errorf("%q does not begin with https, which others need to reach it: write it like https://bot.example.org", shorten(s))
	}
	return u.String(), nil
}

// listenAddress is where our web server listens; empty: there is none.
func (a *app) listenAddress(flag string) (string, error) {
	from, s := "--listen", flag
	if s == "" {
		from, s = listenVariable, a.getenv(listenVariable)
	}
	if s == "" {
		return a.config.Web.Listen, nil
	}
	s, err := checkListen(s)
	if err != nil {
		return "", usagef("%s: %w", from, err)
	}
	return s, nil
}

// publicURL is where others reach our web server; empty: nowhere.
func (a *app) publicURL() (string, error) {
	s := cmp.Or(a.getenv(urlVariable), a.config.Web.URL)
	if s == "" {
		return "", nil
	}
	s, err := checkURL(s)
	if err != nil {
		return "", usagef("%s: %w", urlVariable, err)
	}
	return s, nil
}

// A listener is our web server at its address.
type listener struct {
	*web.Server
	at net.Listener
}

// listen takes the address of our web server, which at first answers for health
// alone; nil where there is no address.
func (a *app) listen(ctx context.Context, s *service, flag string) (*listener, error) {
	address, err := a.listenAddress(flag)
	if err != nil {
		return nil, err
	}
	if address == "" {
		return nil, a.needsNoWeb()
	}
	server, err := web.New(web.Options{
		Routes: []map[string]http.Handler{{"/": http.HandlerFunc(notYet)}},
		Ready:  s.probes.ready, Alive: s.probes.alive,
		Figures: s.probes.figures, Observer: s.observer,
		Version: readBuild().Version, Commit: readBuild().Commit,
		Clock: a.now, Log: s.log,
	})
	if err != nil {
		return nil, err
	}
	at, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, bot.Problemf("listen", "nothing can listen at %s, because it is taken or is no address of this machine: choose another with --listen: %w", address, err)
	}
	return &listener{server, at}, nil
}

// notYet answers what comes before there is somebody to take it: platforms send it again.
func notYet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, "not running yet", http.StatusServiceUnavailable)
}

// routesOf are the endpoints of an adapter; none where it has none.
func routesOf(a bot.Adapter) map[string]http.Handler {
	if r, ok := a.(interface {
		Routes() map[string]http.Handler
	}); ok {
		return r.Routes()
	}
	return nil
}

// needsNoWeb refuses apps that Slack cannot reach without a web server.
func (a *app) needsNoWeb() error {
	apps, err := a.slackApps()
	for _, x := range apps {
		if err == nil && x.Web() {
			return usagef("the Slack app %s is reached over HTTP, and there is no address to listen at: give one with --listen, such as --listen :8080, or give it an app token for Socket Mode", x.Name)
		}
	}
	return err
}
