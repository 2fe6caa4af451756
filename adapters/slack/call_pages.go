package slack

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"colloquy/adapters/internal/outbox"
)

// Slack allows apps that are distributed commercially outside its Marketplace one
// request a minute of conversations.history and .replies, with at most 15 objects
// (docs.slack.dev/reference/methods/conversations.history). An app made from our
// manifest inside an organisation is exempt, but Slack alone decides what is one: so it
// is noticed.
const (
	cutPage   = 15
	ruleEvery = 61 * time.Second
	// ruleWait is the least Retry-After that shows it, after no more than ruleCalls
	// calls within a minute: at our pace, what is left of a minute in which fifty
	// are allowed cannot be used up by then.
	ruleWait  = 20 * time.Second
	ruleCalls = 3
	// ruleFor is how long it is believed. A mistake heals, at one refusal an hour.
	ruleFor = time.Hour
)

// heldBack reports whether the rule is about a method.
func heldBack(method string) bool {
	return method == "conversations.history" || method == "conversations.replies"
}

// pages are what is known of a workspace's listings.
type pages struct {
	mu    sync.Mutex
	since time.Time // when the rule was noticed; zero: it was not
	begun map[string][]time.Time
}

// slow reports whether listings are held to one a minute.
func (p *pages) slow(now time.Time) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.since.IsZero() && now.Sub(p.since) < ruleFor
}

// begin notes a call, and gives how many there were within a minute, with it.
func (p *pages) begin(method string, now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun == nil {
		p.begun = map[string][]time.Time{}
	}
	last := append(p.begun[method], now)
	for len(last) > ruleCalls+1 || now.Sub(last[0]) >= time.Minute {
		last = last[1:]
	}
	p.begun[method] = last
	return len(last)
}

// see takes what an answer shows about the rule. It reports whether that is news.
func (p *pages) see(k call, calls int, v outbox.Verdict, body []byte, now time.Time) (news bool) {
	shows := false
	if v.Refused {
		if shows = calls <= ruleCalls && v.Wait >= ruleWait; !shows {
			return false
		}
	} else {
		var page struct {
			Messages []json.RawMessage `json:"messages"`
			More     bool              `json:"has_more"`
		}
		asked, _ := strconv.Atoi(k.args.Get("limit"))
		if json.Unmarshal(body, &page) != nil || asked <= cutPage+1 {
			return false
		}
		n := len(page.Messages)
		// The first page of a thread may hold its parent beside the 15.
		shows = page.More && (n == cutPage || n == cutPage+1 && k.method == "conversations.replies")
		if !shows && n <= cutPage+1 {
			return false
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	news = shows && (p.since.IsZero() || now.Sub(p.since) >= ruleFor)
	switch {
	case !shows:
		p.since = time.Time{}
	case news:
		p.since = now
	}
	return news
}

// historySlow reports whether Slack holds listings of the workspace to one a minute.
func (t *team) historySlow() bool { return t.slow() }

func (t *team) slow() bool { return t.pages.slow(t.app.a.o.Clock()) }
