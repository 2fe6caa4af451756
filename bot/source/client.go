package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"colloquy/bot"
)

const (
	maxBytes     = 10 << 20 // of a page, file or feed, after decompression
	maxRedirects = 5
	maxTime      = 20 * time.Second // for everything that one article or feed takes
	// politeGap is the least time between two unattended requests to one host.
	politeGap = time.Second
)

// client fetches from addresses that people gave. It carries no credentials
// and no cookies.
type client struct {
	http   *http.Client
	allow  []netip.Prefix
	agent  string
	clock  bot.Clock
	log    *slog.Logger
	gates  gates
	robots robots
}

func newClient(o Options) *client {
	return &client{
		http: &http.Client{
			Transport:     newTransport(o.Allow),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		allow:  o.Allow,
		agent:  o.UserAgent,
		clock:  o.Clock,
		log:    o.Log,
		gates:  gates{clock: o.Clock, hosts: map[string]*gate{}},
		robots: robots{hosts: map[string]robotsEntry{}},
	}
}

// A request is how something is fetched.
type request struct {
	accept         string
	robots         bool // respect robots.txt
	unattended     bool // keep a distance between requests
	etag, modified string
	limit          int64
	truncate       bool // what lies beyond the limit is cut off, and no error
}

// A response is what came, of whatever status.
type response struct {
	url       *url.URL // the last one asked
	permanent *url.URL // where permanent redirects alone led, if anywhere
	next      *url.URL // of a redirect that was not followed
	status    int
	header    http.Header
	body      []byte // decompressed
}

// get fetches u, following redirects. Every hop is checked as if it were the
// first. Its errors are Problems.
func (c *client) get(ctx context.Context, u *url.URL, r request) (*response, error) {
	seen := map[string]bool{}
	permanent := true
	var moved *url.URL
	for hop := 0; ; hop++ {
		if hop > maxRedirects || seen[u.String()] {
			return nil, problem("redirects", nil, "%s could not be read: it redirects in a circle or too often; open it in a browser and give the address where it ends", shown(u))
		}
		seen[u.String()] = true
		res, err := c.polite(ctx, u, r)
		if err != nil {
			return nil, err
		}
		res.url = u
		if res.next == nil {
			if res.permanent = moved; !permanent {
				res.permanent = nil
			}
			return res, nil
		}
		permanent = permanent && (res.status == http.StatusMovedPermanently || res.status == http.StatusPermanentRedirect)
		u, moved = res.next, res.next
	}
}

// polite fetches one address in its host's turn.
func (c *client) polite(ctx context.Context, u *url.URL, r request) (*response, error) {
	if a, err := netip.ParseAddr(u.Hostname()); err != nil || !contains(c.allow, a.Unmap()) {
		var gap time.Duration
		if r.unattended {
			gap = politeGap
		}
		leave, err := c.gates.enter(ctx, u.Host, gap)
		if errors.Is(err, context.Canceled) {
			return nil, fetchProblem(u, err)
		}
		if err != nil {
			return nil, problem("busy", err, "%s could not be read: too many requests to its server wait already; try again in a minute", shown(u))
		}
		defer leave()
	}
	if r.robots {
		wait, err := c.checkRobots(ctx, u)
		if err != nil {
			return nil, err
		}
		if err := sleep(ctx, max(0, wait-politeGap)); err != nil {
			return nil, fetchProblem(u, err)
		}
	}
	return c.once(ctx, u, r)
}

// once sends one request and reads the answer, without following redirects.
func (c *client) once(ctx context.Context, u *url.URL, r request) (*response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, problem("bad_url", err, "%s is no address that can be read: check it", shown(u))
	}
	for key, value := range map[string]string{"User-Agent": c.agent, "Accept": r.accept, "If-None-Match": r.etag, "If-Modified-Since": r.modified} {
		if value != "" {
			req.Header.Set(key, value)
		}
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.log.Debug("fetch failed", "host", u.Hostname(), "err", err)
		return nil, fetchProblem(u, err)
	}
	defer res.Body.Close()
	out := &response{url: u, status: res.StatusCode, header: res.Header}
	if location := res.Header.Get("Location"); location != "" && res.StatusCode/100 == 3 && res.StatusCode != http.StatusNotModified {
		next, err := u.Parse(location)
		if err == nil {
			err = checkURL(next)
		}
		if err != nil {
			return nil, problem("redirects", err, "%s could not be read: it redirects to something that is no web address", shown(u))
		}
		next.Fragment = ""
		out.next = next
		return out, nil
	}
	if enc := strings.ToLower(res.Header.Get("Content-Encoding")); enc != "" && enc != "identity" {
		return nil, problem("unreadable", nil, "%s could not be read: its server compresses it in a way that we did not ask for; paste the text instead", shown(u))
	}
	limit := r.limit
	if limit == 0 {
		limit = maxBytes
	}
	if out.body, err = readAll(res.Body, limit, r.truncate); err != nil {
		return nil, fetchProblem(u, err)
	}
	return out, nil
}

var errTooLarge = errors.New("too large")

// readAll counts decompressed bytes, so that a small answer cannot become a
// large one.
func readAll(r io.Reader, limit int64, truncate bool) ([]byte, error) {
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if n > limit {
		if !truncate {
			return nil, errTooLarge
		}
		b.Truncate(int(limit))
	}
	return b.Bytes(), nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fetchProblem puts into words why a request brought no answer. What the
// network said stays inside: it may name addresses that are nobody's business.
func fetchProblem(u *url.URL, err error) error {
	name := shown(u)
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errBlocked):
		return problem("blocked_address", err, "%s was not read: it is not at a public web address; an operator can allow its network with --allow-network", name)
	case errors.Is(err, errTooLarge):
		return problem("too_large", err, "%s was not read: it is larger than %d MB; paste the part that matters", name, maxBytes>>20)
	case errors.Is(err, context.Canceled):
		return problem("stopped", err, "%s was not read: reading it was stopped", name)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return problem("timeout", err, "%s could not be read: its server took longer than %d seconds; try again later", name, int(maxTime.Seconds()))
	case errors.As(err, &dns):
		return problem("unknown_host", err, "%s could not be read: there is no server of that name; check the address", name)
	}
	return problem("unreachable", err, "%s could not be read: the connection to its server failed; try again later, or paste the text", name)
}

// problem makes a Problem whose inner error stays out of its text.
func problem(code string, err error, format string, args ...any) error {
	return &bot.Problem{Code: code, Text: fmt.Sprintf(format, args...), Err: err}
}
