package slack

import (
	"context"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// A ledger is what the engine has to hear and has not taken yet.
type ledger struct {
	mu     sync.Mutex
	missed map[string]time.Time // workspace → since when; "" is every workspace
	gone   map[string]bool      // workspaces that lost us
	wake   chan struct{}
}

func newLedger() *ledger {
	return &ledger{missed: map[string]time.Time{}, gone: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// miss notes that events of a workspace were lost since then. It never waits.
func (l *ledger) miss(workspace string, since time.Time) {
	l.owe(map[string]time.Time{workspace: since}, nil)
	l.poke()
}

// lose notes that a workspace is gone. It never waits.
func (l *ledger) lose(workspace string) {
	l.owe(nil, map[string]bool{workspace: true})
	l.poke()
}

func (l *ledger) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *ledger) owe(missed map[string]time.Time, gone map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for workspace, since := range missed {
		if old, ok := l.missed[workspace]; !ok || since.Before(old) {
			l.missed[workspace] = since
		}
	}
	for workspace := range gone {
		l.gone[workspace] = true
	}
}

func (l *ledger) take() (missed map[string]time.Time, gone map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	missed, gone = l.missed, l.gone
	l.missed, l.gone = map[string]time.Time{}, map[string]bool{}
	return missed, gone
}

// settle tells the engine what is owed, again until it takes it, and a last time
// when everything has ended.
func (l *ledger) settle(ctx context.Context, ended <-chan struct{}, p *app, h bot.Handler) {
	for failures := 0; ; {
		wake, again := l.wake, (<-chan time.Time)(nil)
		if l.pay(ctx, p, h) {
			failures = 0
		} else {
			wake, again = nil, time.After(backoff(failures))
			failures++
		}
		select {
		case <-wake:
		case <-again:
		case <-ended:
			l.close(ctx, p, h)
			return
		}
	}
}

// close tells what is owed while there is a little time left.
func (l *ledger) close(ctx context.Context, p *app, h bot.Handler) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellLimit)
	defer cancel()
	for !l.pay(last, p, h) {
		if !once.Sleep(last, farewellLimit/10) {
			p.a.o.Log.ErrorContext(last, "what was missed could not be noted before the end", "scope", p.scope())
			return
		}
	}
}

// pay reports whether nothing is owed any more.
func (l *ledger) pay(ctx context.Context, p *app, h bot.Handler) bool {
	missed, gone := l.take()
	for workspace := range gone {
		if err := p.refusedFor(ctx, h, workspace); err != nil {
			p.a.o.Log.WarnContext(ctx, "loss of a workspace not noted", "scope", p.scope(), "workspace", workspace, "err", err)
			continue
		}
		delete(gone, workspace)
	}
	for workspace, since := range missed {
		if err := p.missed(ctx, h, workspace, since); err != nil {
			p.a.o.Log.WarnContext(ctx, "what was missed is not noted", "scope", p.scope(), "workspace", workspace, "err", err)
			continue
		}
		delete(missed, workspace)
	}
	l.owe(missed, gone)
	return len(missed)+len(gone) == 0
}
