package model

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"colloquy/bot"
)

const (
	attempts  = 3                      // at most, of one request
	firstWait = 500 * time.Millisecond // between attempts, doubled each time
	longWait  = 8 * time.Second
	// longest bounds a request whose context has no deadline.
	longest = 10 * time.Minute
	// fair is the least time in which a provider must be able to answer. That
	// it did not in less says nothing about it.
	fair = 10 * time.Second
)

// A provider asks one kind of server, once. Its errors are [*Error]s, except
// where the context is done.
type provider interface {
	once(ctx context.Context, r Request) (Answer, error)
	check(ctx context.Context) error
}

// A client is a [Model]: one provider, asked again where that helps, and left
// alone while it fails.
type client struct {
	provider
	name, model string
	who         string // in texts
	prices      Prices
	breaker     breaker
	log         *slog.Logger
	wait        func(context.Context, time.Duration) error
}

func (c *client) Provider() string { return c.name }
func (c *client) Name() string     { return c.model }

func (c *client) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := c.check(ctx); err != nil {
		return c.explain(ctx, err)
	}
	return nil
}

func (c *client) Complete(ctx context.Context, r Request) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return Answer{}, c.explain(ctx, err)
	}
	var schema map[string]json.RawMessage
	if json.Unmarshal(r.Schema, &schema) != nil || len(r.Turns) == 0 || r.MaxTokens <= 0 {
		return Answer{}, &Error{Code: BadRequest, Text: "what was to be asked of " + c.who + " is not complete; please report this"}
	}
	trial, err := c.breaker.enter()
	if err != nil {
		return Answer{}, err
	}
	short := left(ctx) < fair
	answer, failed := c.repeat(ctx, r)
	answer.Spent.Cost = cost(answer.Spent, c.prices)
	if failed == nil {
		c.breaker.leave(trial, nil, false)
		return answer, nil
	}
	failed.Spent = answer.Spent
	unknown := errors.Is(failed, context.Canceled) || failed.Code == TimedOut && short
	c.breaker.leave(trial, failed, unknown)
	return Answer{}, failed
}

// repeat asks until there is an answer, or an error that asking again does not
// change, or no time for another attempt. The answer's Spent is that of all.
func (c *client) repeat(ctx context.Context, r Request) (answer Answer, failed *Error) {
	var spent bot.Spent
	for n := 1; ; n++ {
		one, err := c.one(ctx, r)
		spent = spent.Plus(one.Spent)
		one.Spent = spent
		if err == nil {
			return one, nil
		}
		failed = c.explain(ctx, err)
		c.log.DebugContext(ctx, "no answer from the model", "provider", c.name, "attempt", n, "code", failed.Code, "err", failed.Err)
		if !failed.again || n == attempts || failed.Code == BadAnswer && n > 1 {
			return Answer{Spent: spent}, failed
		}
		wait := failed.RetryAfter
		if wait == 0 && failed.Code != BadAnswer {
			wait = pause(n)
		}
		if wait >= left(ctx) || c.wait(ctx, wait) != nil {
			return Answer{Spent: spent}, failed
		}
	}
}

// one is once with a panic made an error: what a library can't bear of an answer
// must neither end the process nor leave the breaker with a call that never ends.
func (c *client) one(ctx context.Context, r Request) (a Answer, err error) {
	defer func() {
		if recover() != nil {
			c.log.ErrorContext(ctx, "a model's answer made its reader panic", "provider", c.name, "stack", string(debug.Stack()))
			a, err = Answer{}, errUnreadable
		}
	}()
	return c.once(ctx, r)
}

// explain makes an [*Error] of what a provider returned.
func (c *client) explain(ctx context.Context, err error) *Error {
	var e *Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Code: TimedOut, Text: "asking " + c.who + " was stopped before there was an answer", Err: context.Canceled}
	case ctx.Err() != nil:
		return &Error{Code: TimedOut, Text: c.who + " did not answer in the time that a text may take; it is asked again for the next one", Err: context.DeadlineExceeded}
	case errors.As(err, &e):
		return e
	}
	return &Error{Code: BadServer, Text: "what " + c.who + " sent can't be read: check the writer's url, and whether a proxy is in between", Err: errUnreadable}
}

// pause is how long to wait after attempt n: half of it is by chance, so that
// those who failed together do not come back together.
func pause(n int) time.Duration {
	d := min(firstWait<<(n-1), longWait)
	return d/2 + rand.N(d/2+1)
}

// left is how much time ctx has left.
func left(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return math.MaxInt64
	}
	return time.Until(deadline)
}

// sleep waits, unless ctx is done before.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// cost is what tokens cost at the given prices, in millionths: a price is for a
// million of them, so that one token costs that many millionths.
func cost(s bot.Spent, p Prices) int64 {
	return int64(math.Round(float64(s.Input)*p.Input + float64(s.CacheRead)*p.CacheRead +
		float64(s.CacheWrite)*p.CacheWrite + float64(s.Output)*p.Output))
}
