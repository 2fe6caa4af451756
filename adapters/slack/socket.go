package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"

	"github.com/slack-go/slack"
)

// connections is how many there are for each app, over all processes: Slack ends
// each now and then, and gives what happens meanwhile to the other. It allows ten.
const connections = 2

// A socket is an app that listens by Socket Mode, as far as it does so here: each of
// its connections is a part that is shared, and may be kept by another process.
type socket struct {
	p     *app
	h     bot.Handler
	state *herald
	lanes *lanes

	mu    sync.Mutex
	here  [connections]bool      // it is kept by this process
	since [connections]time.Time // when each was ready last; zero: it was not, here
}

func (s *socket) began(n int, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since[n] = at
}

func (s *socket) keeps(n int, here bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.here[n], s.since[n] = here, time.Time{}
}

// alone reports whether another process keeps the other connection.
func (s *socket) alone(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.here[connections-1-n]
}

// paired reports whether a connection that has just begun, the first one here or
// a later one, did so near enough to the other for Slack to end both together. When
// the other began in another process is not known: it may have been as many started at
// once, so the second of the two counts as paired when it begins here.
func (s *socket) paired(n int, first bool, life time.Duration) bool {
	if s.alone(n) {
		return first && n == connections-1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	other := s.since[connections-1-n]
	return !other.IsZero() && s.since[n].Sub(other) < life/4
}

// listen keeps those connections of the app that are this process's, until ctx ends
// or it cannot go on.
func (p *app) listen(parent, work context.Context, h bot.Handler, going func()) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s := &socket{p: p, h: h, state: newHerald(p, h), lanes: newLanes(p, h)}
	var working sync.WaitGroup
	for n := range s.lanes.queues {
		working.Go(func() { s.lanes.work(ctx, work, n) })
	}
	quiet := s.state.start(work)
	p.a.o.Sharer.Share(ctx, p.scope()+"/sockets", connections, func(ctx context.Context, n int) {
		if err := s.keep(ctx, n, going); err != nil {
			cancel(err)
		}
	})
	cancel(nil)
	s.lanes.close()
	working.Wait()
	p.desk.close()
	quiet()
	if parent.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// keep connects, again and again, until ctx ends: then what came is finished. It
// returns an error only when the app cannot go on.
func (s *socket) keep(ctx context.Context, n int, going func()) error {
	s.keeps(n, true)
	defer s.keeps(n, false)
	first := true
	for failures := 0; ; {
		c := newConnection(s, n, first, going)
		err := c.run(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := verdict(s.p, err); err != nil {
			return err
		}
		first = first && c.since.IsZero()
		if c.stood() > stableAfter {
			failures = 0
		}
		wait := backoff(failures)
		failures++
		var limited *slack.RateLimitedError
		if errors.As(err, &limited) {
			wait = max(wait, limited.RetryAfter)
		}
		if c.since.IsZero() {
			s.p.a.o.Log.WarnContext(ctx, "no connection to Slack, trying again", "scope", s.p.scope(), "connection", n, "wait", wait, "err", bare(err))
		} else { // it happens several times a day
			s.p.a.o.Log.InfoContext(ctx, "connection to Slack ended, connecting again", "scope", s.p.scope(), "connection", n, "wait", wait, "err", bare(err))
		}
		if !once.Sleep(ctx, wait) {
			return nil
		}
	}
}

// verdict is why no connection can be had any more, or nil.
func verdict(p *app, err error) error {
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) {
		return nil
	}
	return appTokenRefused(p, said.Err, err)
}

// appTokenRefused is what a code says of an app token, as which err was met; nil
// if that is nothing.
func appTokenRefused(p *app, code string, err error) error {
	switch code {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return bot.Problemf("bad_token", "Slack refuses the app token of %s (%w): make a new one under Basic Information, App-Level Tokens, put it into the configuration and restart", p.Name, err)
	case "not_allowed_token_type":
		return bot.Problemf("bad_token", "the app token of %s is a token of another kind (%w): it begins with xapp- and is made under Basic Information, App-Level Tokens", p.Name, err)
	case "missing_scope", "no_permission":
		return bot.Problemf("bad_token", "the app token of %s may not open connections (%w): make one with the scope connections:write, put it into the configuration and restart", p.Name, err)
	}
	return nil
}

// lastWords bounds one acknowledgement.
const lastWords = 3 * time.Second
