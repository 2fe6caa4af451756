package model

import (
	"fmt"
	"sync"
	"time"

	"colloquy/bot"
)

// How long a provider that failed is left alone: the first time, and at most.
const (
	shortestPause = 15 * time.Second
	longestPause  = 5 * time.Minute
)

// A breaker keeps a provider that fails from being asked again and again. After
// a failure nobody asks for a while; then one call tries, and the others go on
// failing until it has succeeded.
type breaker struct {
	clock bot.Clock

	mu     sync.Mutex
	first  *Error // of the failures since the last success; nil while all is well
	at     time.Time
	until  time.Time
	pause  time.Duration
	trying bool
}

// enter asks for leave to call. A nil error gives it; the caller must then leave.
func (b *breaker) enter() (trial bool, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == nil {
		return false, nil
	}
	now := b.clock()
	if now.Before(b.until) || b.trying {
		const form = "15:04:05"
		return false, &Error{
			Code: b.first.Code, RetryAfter: max(0, b.until.Sub(now)), Err: b.first.Err,
			Text: fmt.Sprintf("%s (so it was at %s UTC; it is not asked before %s UTC)",
				b.first.Text, b.at.UTC().Format(form), b.until.UTC().Format(form)),
		}
	}
	b.trying = true
	return true, nil
}

// leave tells how a call ended: with success, also when err is about one
// request; with a failure of the provider; or with neither, when the caller gave
// up before anything was known.
func (b *breaker) leave(trial bool, err *Error, unknown bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if trial {
		b.trying = false
	}
	switch now := b.clock(); {
	case unknown:
	case err == nil || !err.Passing():
		b.first, b.pause = nil, 0
	case !trial && b.first != nil: // it began before the provider was known to fail
	default:
		if b.first == nil {
			b.first, b.at = err, now
		}
		b.pause = min(max(2*b.pause, shortestPause), longestPause)
		b.until = now.Add(min(max(b.pause, err.RetryAfter), longestPause))
	}
}
