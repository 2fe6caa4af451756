package slack

import (
	"context"
	"errors"
	"time"

	"colloquy/bot"
)

// open is t, unless calls for it are useless.
func (t *team) open() (*team, error) {
	if err := t.closed(); err != nil {
		return nil, err
	}
	return t, nil
}

// closed is why no calls are made with the token of t; nil: they are.
func (t *team) closed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shut != nil && !t.until.IsZero() && !t.app.a.o.Clock().Before(t.until) {
		t.shut = nil
	}
	return t.shut
}

// close ends calls, for a time or, with 0, for good. It reports whether they were
// open until now.
func (t *team) close(err error, d time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.shut == nil
	if t.shut, t.until = err, (time.Time{}); d > 0 {
		t.until = t.app.a.o.Clock().Add(d)
	}
	return was
}

// rejected draws the consequences of an answer that ends the token of t, unless
// another is kept meanwhile: somebody installed the app anew.
func (a *Adapter) rejected(ctx context.Context, t *team, err error) error {
	p := t.app
	done, busy := p.search(ctx)
	if busy != nil {
		return busy // the call was refused, and the next one says the same
	}
	unread := p.reread(ctx, 0)
	c, kept := p.ways.creds[t.id]
	done()
	var e *slackError
	_ = errors.As(err, &e)
	switch {
	case kept && c.Secret != t.token:
		return bot.RetryAfter(time.Second, problem("token_changed", e, "Colloquy was installed anew in this Slack workspace; the call is made again with the new token"))
	case unread != nil && t.token != p.BotToken:
		return bot.RetryAfter(otherRest, problem("token_changed", errors.Join(e, unread), "Slack refuses the token, and whether there is a newer one cannot be read just now; it is tried again"))
	case bot.ReasonCode(err) != "guild_gone":
		t.close(err, tokenRest)
	case t.close(err, 0):
		a.o.Log.WarnContext(ctx, "slack took a workspace back", "scope", p.scope(), "workspace", t.id, "code", codeOf(err))
		t.revoked()
	}
	return err
}
