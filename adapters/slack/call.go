package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

// A call is one request to a method of the Web API. Arguments go as a form;
// structures in it, such as blocks, are JSON.
type call struct {
	method  string     // "chat.postMessage"
	args    url.Values // nil: none
	channel string     // of methods chat.*: in whose queue it waits, one after another; empty: in none
	bulk    bool       // one of many for which nobody waits: it leaves room for others of its method
	scopes  *[]string  // takes the scopes of the token, as Slack names them in an answer; nil: nobody asks
}

// A caller is on whose behalf calls are made: a workspace, or an app as a whole.
type caller struct {
	name  string // what Slack counts together with its methods
	team  string // for the log; empty: none
	token string // empty: none is sent
	pages *pages // what is known of its listings; nil: nothing
}

// do makes a call with the token of the workspace and decodes the answer into
// out, unless that is nil. An error is marked by [bot.Permanent] or
// [bot.RetryAfter] if the call was surely not carried out, and holds a
// [bot.Problem] where a person can help. One without a mark means that nobody
// knows; a call whose repetition does no harm may then be made again. [codeOf]
// gives what Slack called the error. It waits for limits up to 30 s, but leaves time
// to send within ctx; what would have to wait longer is a [bot.RetryAfter].
func (t *team) do(ctx context.Context, k call, out any) error {
	if err := t.closed(); err != nil {
		return err
	}
	a := t.app.a
	err := a.ask(ctx, caller{name: t.app.Name + "/" + t.id, team: t.id, token: t.token, pages: &t.pages}, k, out)
	if endsToken(codeOf(err)) {
		return a.rejected(ctx, t, err)
	}
	return err
}

// call makes one without a workspace, like [team.do]: with the token of an app,
// one whose workspace is not known yet, or none.
func (a *Adapter) call(ctx context.Context, token string, k call, out any) error {
	return a.ask(ctx, caller{name: "token " + fingerprint(token), token: token}, k, out)
}

func (a *Adapter) ask(ctx context.Context, who caller, k call, out any) error {
	if a.badAPI != nil {
		return bot.Permanent(a.badAPI)
	}
	if strings.ContainsFunc(who.token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return bot.Permanent(bot.Problemf("bad_token", "a token of Slack has characters that no token has: copy it again"))
	}
	var res result
	err := a.out.Do(ctx, a.request(who, k), func(ctx context.Context) outbox.Verdict {
		res = a.send(ctx, who, k)
		if k.scopes != nil {
			*k.scopes = res.scopes
		}
		return res.verdict
	})
	switch {
	case err != nil:
		return notSent(err, res.err)
	case res.err != nil || out == nil:
		return res.err
	}
	err = json.Unmarshal(res.body, out)
	var field *json.UnmarshalTypeError
	if err == nil || errors.As(err, &field) && strings.Contains(field.Field, ".") {
		return nil // something inside a message or a person is of another type, and left out
	}
	// It was carried out, but we do not know with what result.
	a.o.Log.WarnContext(ctx, "slack sent an answer that cannot be read", "method", k.method, "team", who.team, "bytes", len(res.body))
	return badAnswer(k.method, err)
}

// notSent is the error of a call that waited, and was not sent or was refused
// with why.
func notSent(err, why error) error {
	var wait *outbox.WaitError
	switch {
	case errors.As(err, &wait):
		return bot.RetryAfter(wait.After, problem("rate_limited", cmp.Or(why, err),
			"Slack takes no more at the moment, because too much was sent; it goes on in %s", max(wait.After.Round(time.Second), time.Second)))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return bot.RetryAfter(time.Second, fmt.Errorf("slack: not sent: %w", err))
	}
	return err
}
