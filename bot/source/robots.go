package source

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"

	"colloquy/bot"
)

// robots remembers the robots.txt of hosts (RFC 9309).
type robots struct {
	mu    sync.Mutex
	hosts map[string]robotsEntry
}

type robotsEntry struct {
	data  *robotstxt.RobotsData // nil: could not be read, so nothing is allowed for now
	until time.Time
}

const (
	robotsKept   = 24 * time.Hour  // as RFC 9309, 2.4
	robotsRetry  = 5 * time.Minute // after a server's error
	maxRobots    = 500 << 10       // bytes; RFC 9309, 2.5
	maxCrawlWait = 10 * time.Second
)

// checkRobots returns a Problem where the host's robots.txt keeps u from being
// read unattended, else the distance that it asks for. The caller holds the
// host's turn.
func (c *client) checkRobots(ctx context.Context, u *url.URL) (time.Duration, error) {
	key := u.Scheme + "://" + u.Host
	c.robots.mu.Lock()
	e, ok := c.robots.hosts[key]
	c.robots.mu.Unlock()
	if now := c.clock(); !ok || now.After(e.until) {
		var err error
		if e, err = c.fetchRobots(ctx, u); err != nil {
			return 0, err
		}
		c.robots.mu.Lock()
		if len(c.robots.hosts) >= maxHosts {
			clear(c.robots.hosts)
		}
		c.robots.hosts[key] = e
		c.robots.mu.Unlock()
	}
	if e.data == nil {
		return 0, problem("robots", nil, "%s was not read: its robots.txt could not be read just now, so it is unknown whether we may; it is tried again later", shown(u))
	}
	agent, _, _ := strings.Cut(c.agent, "/")
	group := e.data.FindGroup(agent)
	if !group.Test(u.RequestURI()) {
		return 0, problem("robots", nil, "%s was not read: the site's robots.txt asks programs not to; a person can still ask for it by hand", shown(u))
	}
	return min(max(group.CrawlDelay, 0), maxCrawlWait), nil
}

// fetchRobots reads robots.txt. It returns an error only where ctx ended or
// the page itself could not be reached either.
func (c *client) fetchRobots(ctx context.Context, u *url.URL) (robotsEntry, error) {
	at := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	var res *response
	var err error
	hop := 0
	for ; ; hop++ {
		res, err = c.once(ctx, at, request{limit: maxRobots, truncate: true})
		if err != nil || res.next == nil || hop == maxRedirects {
			break
		}
		at = res.next
	}
	switch code := bot.ReasonCode(err); {
	case ctx.Err() != nil || hop == 0 && (code == "blocked_address" || code == "unknown_host" || code == "bad_url"):
		return robotsEntry{}, err
	case err != nil || res.status >= 500 || res.status == 429:
		return robotsEntry{until: c.clock().Add(robotsRetry)}, nil
	}
	e := robotsEntry{until: c.clock().Add(robotsKept)}
	body := res.body
	if res.status < 200 || res.status >= 300 { // 4xx, or redirects without end: no rules
		body = nil
	}
	if e.data, err = robotstxt.FromBytes(body); err != nil {
		e.data, _ = robotstxt.FromBytes(nil) // not a robots.txt: no rules
	}
	return e, nil
}
