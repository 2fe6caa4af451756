package slack

import (
	"context"
	"net/url"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// mostWait is how long a listing waits for one page: where Slack lets an app read
// one a minute, that is the next.
const mostWait = 70 * time.Second

// A lane lets one listing a workspace wait where Slack lets an app read one page a
// minute: others have better luck later, and would only keep posts from going out
// meanwhile. Its zero value is ready.
type lane struct {
	mu      sync.Mutex
	waiting map[string]bool // by workspace
}

func (l *lane) begin(workspace string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[workspace] {
		return false
	}
	if l.waiting == nil {
		l.waiting = map[string]bool{}
	}
	l.waiting[workspace] = true
	return true
}

func (l *lane) end(workspace string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, workspace)
}

// ask makes a request for a page, and again after each wait that is demanded. At
// the usual pace all listings wait for their turn, since one that ended for it would
// begin with its first page again.
func (l *listing) ask(ctx context.Context, method string, args url.Values, out any) error {
	for {
		err := l.t.do(ctx, call{method: method, args: args, bulk: true}, out)
		after, _ := bot.RetryDelay(err)
		if bot.ReasonCode(err) != "rate_limited" || after > mostWait {
			return err
		}
		slow := l.t.historySlow()
		if slow && !l.a.listings.begin(l.t.id) {
			return err
		}
		slept := once.Sleep(ctx, after)
		if slow {
			l.a.listings.end(l.t.id)
		}
		if !slept {
			return err
		}
	}
}
