package slack

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"colloquy/bot"
)

// Since May 2025 Slack lets an app read one page of 15 messages a minute if it is
// distributed, but not in the Marketplace; see "Rate limits" in its documentation.
// Apps made by an organisation for itself, as ours are to be, are exempt. Slack
// does not say to which rule an app is held: it is seen by what it answers.
const (
	slowPage = 15
	slowWait = 20 * time.Second // a refusal for so long is none of the usual tiers
	mostWait = 70 * time.Second
)

// A history knows in which workspaces reading is that slow. Its zero value is ready.
type history struct {
	mu      sync.Mutex
	slow    map[string]bool // by workspace
	waiting map[string]bool // one listing waits there
}

// slowIn reports whether reading was seen to be slow in a workspace.
func (h *history) slowIn(workspace string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.slow[workspace]
}

// page looks at how many messages came, where there are more.
func (h *history) page(ctx context.Context, t *team, n int) {
	if n == slowPage || n == slowPage+1 { // the first of the thread may be on top
		h.noticed(ctx, t)
	}
}

// noticed tells the operator, once in a workspace.
func (h *history) noticed(ctx context.Context, t *team) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.slow == nil {
		h.slow = map[string]bool{}
	}
	if !h.slow[t.id] {
		h.slow[t.id] = true
		t.app.a.o.Log.WarnContext(ctx, "slack lets this app read one page a minute", "scope", t.app.scope(), "workspace", t.id,
			"fix", "make the app in the organisation that uses it, from colloquy slack manifest")
	}
}

// begin lets one listing a workspace wait: others have better luck later, and would
// only keep posts from going out meanwhile.
func (h *history) begin(workspace string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting[workspace] {
		return false
	}
	if h.waiting == nil {
		h.waiting = map[string]bool{}
	}
	h.waiting[workspace] = true
	return true
}

func (h *history) end(workspace string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiting, workspace)
}

// ask makes a request for a listing, and once more after each wait that Slack
// demands.
func (l *listing) ask(ctx context.Context, method string, args url.Values, out any) error {
	h := &l.a.history
	for {
		err := l.t.do(ctx, call{method: method, args: args}, out)
		after, limited := bot.RetryDelay(err)
		if !limited {
			return err
		}
		if after >= slowWait {
			h.noticed(ctx, l.t)
		}
		if after > mostWait || !h.begin(l.t.id) {
			return slowly(after, err)
		}
		err = wait(ctx, after)
		h.end(l.t.id)
		if err != nil {
			return err
		}
	}
}

// slowly says why a listing has to be tried later.
func slowly(after time.Duration, err error) error {
	if after < slowWait {
		return err
	}
	return bot.RetryAfter(after, &bot.Problem{
		Code: "slow_history", Err: err,
		Text: fmt.Sprintf("Slack lets this app read one page of %d messages a minute, as it does with apps that are distributed: make the app in your own organisation, from 'colloquy slack manifest'", slowPage),
	})
}

// wait lets time pass. It is cut short when ctx is done, which is the error.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
