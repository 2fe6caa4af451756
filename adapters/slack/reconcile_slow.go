package slack

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"colloquy/bot"
)

// mostWait is how long a listing waits for its next page where Slack lets this
// app read one a minute.
const mostWait = 70 * time.Second

// A history lets listings wait one after another. Its zero value is ready.
type history struct {
	mu      sync.Mutex
	waiting map[string]bool // by workspace: one listing waits there
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
		if after > mostWait || !h.begin(l.t.id) {
			return l.slowly(after, err)
		}
		err = wait(ctx, after)
		h.end(l.t.id)
		if err != nil {
			return err
		}
	}
}

// slowly says why a listing has to be tried later.
func (l *listing) slowly(after time.Duration, err error) error {
	if !l.t.historySlow() {
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
