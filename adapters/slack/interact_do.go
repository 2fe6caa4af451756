package slack

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"colloquy/bot"
)

// carryOut has the engine do what is asked, and answers: at once if that takes
// no longer than Slack waits, and else later.
func (q *asked) carryOut(ctx context.Context, c bot.Command) {
	r := q.wait(ctx, c)
	if r.err != nil {
		q.replace = false // so that it can be pressed again
	}
	q.answer(ctx, r.answer)
}

// An outcome is what the engine did.
type outcome struct {
	answer bot.Answer
	err    error // the answer says so as well
}

// wait has a command carried out. If that takes longer than Slack waits, it is
// acknowledged meanwhile.
func (q *asked) wait(ctx context.Context, c bot.Command) outcome {
	work, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	done := make(chan outcome, 1)
	go func() { done <- q.do(work, c) }()
	window := time.NewTimer(q.p.asks.ready())
	defer window.Stop()
	select {
	case r := <-done:
		return r
	case <-window.C:
		if !q.acked {
			_ = q.acknowledge(nil)
		}
	}
	return <-done
}

// do asks who somebody is, and then the engine.
func (q *asked) do(ctx context.Context, c bot.Command) (r outcome) {
	defer func() {
		if v := recover(); v != nil {
			q.p.a.o.Log.ErrorContext(ctx, "panic", "kind", q.kind, "command", c.Name, "stack", string(debug.Stack()))
			r.err = fmt.Errorf("panic: %v", v)
			r.answer = failed(r.err)
		}
	}()
	manage := specOf(c.Name).Manage
	within, cancel := context.WithTimeout(ctx, askWithin)
	if manage {
		within, cancel = context.WithCancel(ctx)
	}
	defer cancel()
	actor, err := q.t.actor(within, q.user.ID)
	if err != nil && !unknown(err) {
		q.p.a.o.Log.WarnContext(ctx, "could not ask who somebody is", "command", c.Name, "workspace", q.t.id, "code", bot.ReasonCode(err), "slack_code", codeOf(err), "err", err)
		if manage {
			return outcome{failed(notAsked(err)), err}
		}
	}
	actor.Name = cmp.Or(actor.Name, q.user.shown())
	c.Actor = actor
	if r.answer, r.err = q.h.Command(ctx, c); r.err != nil {
		q.p.a.o.Log.ErrorContext(ctx, "command failed", "command", c.Name, "kind", q.kind, "code", bot.ReasonCode(r.err), "err", r.err)
		r.answer = failed(r.err)
	}
	return r
}
