package slack

import (
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

const (
	answerWithin = 2500 * time.Millisecond // Slack waits for 3 s
	slotWithin   = 2 * time.Second
)

var errAnswered = errors.New("slack was answered already")

// An answering is the one answer to what somebody asked for.
type answering struct {
	mu   sync.Mutex
	done bool
	send func(body any) error
}

// give answers. An error says that the body was not sent: it came too late, or
// the transport cannot carry it, and then nothing is sent in its place.
func (a *answering) give(body any) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.done {
		return errAnswered
	}
	a.done = true
	err := a.send(body)
	if err != nil && body != nil {
		_ = a.send(nil) // the error says all there is to say
	}
	return err
}

// fail ends it without an answer, if there was none.
func (a *answering) fail(drop func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.done {
		a.done = true
		drop()
	}
}

// ask carries out what somebody asked for, in a goroutine of its own: people
// wait, and for no one else. It calls send within 3 s with what Slack is to be
// answered at once, whatever becomes of it; or drop with an HTTP status, where it
// failed. It returns at once, and reports false where nothing is taken.
func (p *app) ask(kind string, payload []byte, send func(body any) error, drop func(status int)) bool {
	ctx, h, leave, ok := p.desk.enter()
	if !ok {
		return false
	}
	answer := &answering{send: send}
	late := time.AfterFunc(answerWithin, func() { _ = answer.give(nil) })
	go func() {
		defer leave()
		defer late.Stop()
		if !p.desk.slot(slotWithin) {
			p.a.o.Log.ErrorContext(ctx, "what somebody asked for was dropped: too many at once", "scope", p.scope(), "kind", kind)
			answer.fail(func() { drop(http.StatusServiceUnavailable) })
			return
		}
		defer p.desk.free()
		defer func() {
			if r := recover(); r != nil {
				p.a.o.Log.ErrorContext(ctx, "panic", "scope", p.scope(), "kind", kind, "stack", string(debug.Stack()))
				answer.fail(func() { drop(http.StatusInternalServerError) })
			}
		}()
		p.interact(ctx, h, kind, payload, answer.give)
		_ = answer.give(nil) // if it was forgotten
	}()
	return true
}
