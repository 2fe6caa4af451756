package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

const (
	// maxAnswer is more than Slack's longest answers, pages of a thousand messages
	// with blocks, take.
	maxAnswer = 16 << 20
	// maxTime is for one request and its answer.
	maxTime = 15 * time.Second
	// waitUnsaid is for a refusal that does not say how long to wait, and longest
	// what any may say.
	waitUnsaid = 10 * time.Second
	longest    = 24 * time.Hour
)

// A result is what came of sending a call.
type result struct {
	body    []byte
	verdict outbox.Verdict
	err     error    // as [team.do] gives it
	scopes  []string // of the token, as Slack named them
}

// send makes one request.
func (a *Adapter) send(ctx context.Context, who caller, k call) result {
	calls := 0
	if who.pages != nil && heldBack(k.method) {
		calls = who.pages.begin(k.method, a.o.Clock())
	}
	res, err := a.post(ctx, a.o.API+"/"+k.method, who.token, "application/x-www-form-urlencoded", k.args.Encode())
	if err != nil {
		return result{err: err}
	}
	out := read(res, k)
	out.scopes = res.scopes
	a.clock.Compare(res.date, a.o.Clock())
	if out.err != nil {
		a.logRefusal(ctx, who, k, out, res.status)
	}
	if calls > 0 {
		a.watchPages(ctx, who, k, calls, &out)
	}
	return out
}

// An answer is what came back, whatever it is.
type answer struct {
	status     int
	body       []byte
	err        error // why body is not complete; nil: it is
	retryAfter string
	date       string
	scopes     []string // of the token
}

// post sends a body to an address of Slack's and reads the answer. An error says
// whether it may have arrived; it holds neither the address nor the token.
func (a *Adapter) post(ctx context.Context, addr, token, kind, body string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	res, left, err := once.Send(ctx, a.http, func(ctx context.Context) (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, addr, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("User-Agent", "Colloquy/"+cmp.Or(a.o.Version, "devel"))
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		return req, nil
	})
	switch {
	case err == nil:
	case left:
		return answer{}, noAnswer(err)
	case errors.Is(ctx.Err(), context.Canceled):
		return answer{}, bot.RetryAfter(time.Second, fmt.Errorf("slack: not sent: %w", err))
	default:
		return answer{}, bot.RetryAfter(time.Second, unreachable(err))
	}
	defer func() { _ = res.Body.Close() }()
	out := answer{status: res.StatusCode, retryAfter: res.Header.Get("Retry-After"), date: res.Header.Get("Date"), scopes: scopesIn(res.Header.Get("X-OAuth-Scopes"))}
	out.body, out.err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if out.err == nil && len(out.body) > maxAnswer {
		out.err = fmt.Errorf("an answer of more than %d MiB", maxAnswer>>20)
	}
	return out, nil
}

// read says what the answer to a call means.
func read(res answer, k call) result {
	var said struct {
		OK     *bool  `json:"ok"`
		Error  string `json:"error"`
		Needed string `json:"needed"`
		Meta   struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	slacks := res.err == nil && tolerant(res.body, &said) && said.OK != nil
	e := &slackError{method: k.method, status: res.status, channel: word(k.args.Get("channel")), code: word(said.Error), needed: word(said.Needed), where: pointers(said.Meta.Messages)}
	limited := e.code == "ratelimited" || e.code == "rate_limited"
	switch {
	case res.status == http.StatusTooManyRequests, slacks && !*said.OK && limited:
		v := outbox.Verdict{Refused: true, Wait: retryAfter(res.retryAfter)}
		return result{verdict: v, err: bot.RetryAfter(v.Wait, e)}
	case slacks && !*said.OK && e.code != "":
		return result{err: meaning(e)}
	case res.status >= 500:
		return result{err: slackDown(e)}
	case res.status/100 != 2 && !slacks:
		return result{err: bot.RetryAfter(elsewhereWait, elsewhere(e))} // refused by what stands before Slack
	case res.err != nil:
		return result{err: noAnswer(res.err)}
	case !slacks || !*said.OK || res.status/100 != 2:
		return result{err: elsewhere(e)}
	}
	return result{body: res.body}
}

// tolerant reads an object; a field of another type is as if it were not there.
func tolerant(body []byte, into any) bool {
	err := json.Unmarshal(body, into)
	var field *json.UnmarshalTypeError
	return err == nil || errors.As(err, &field) && field.Field != ""
}

// retryAfter reads a number of seconds.
func retryAfter(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || !(n > 0):
		return waitUnsaid
	case n >= longest.Seconds():
		return longest
	}
	return time.Duration(n * float64(time.Second))
}

// logRefusal says what Slack did not do; never what was to be done.
func (a *Adapter) logRefusal(ctx context.Context, who caller, k call, out result, status int) {
	var e *slackError
	if !errors.As(out.err, &e) {
		return
	}
	a.o.Log.Log(ctx, severity(e.code), "slack refused a call", "method", k.method, "team", who.team,
		"status", status, "code", e.code, "needed", e.needed, "where", e.where, "wait", out.verdict.Wait)
}

// watchPages notices that listings are held to one a minute, and keeps to it.
func (a *Adapter) watchPages(ctx context.Context, who caller, k call, calls int, out *result) {
	if out.err != nil && !out.verdict.Refused {
		return
	}
	now := a.o.Clock()
	if who.pages.see(k, calls, out.verdict, out.body, now) {
		a.o.Log.WarnContext(ctx, "slack holds an app to one listing of messages a minute, as it does those distributed outside its marketplace: "+
			"replies are found late after an outage; make the app from the manifest inside the organisation", "team", who.team, "method", k.method)
	}
	if who.pages.slow(now) {
		v := &out.verdict
		v.Limit, v.Remaining, v.Reset = 1, 0, max(time.Duration(float64(ruleEvery)/a.speed), v.Wait)
	}
}

// scopesIn reads a list with commas.
func scopesIn(header string) []string {
	var list []string
	for s := range strings.SplitSeq(header, ",") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}
