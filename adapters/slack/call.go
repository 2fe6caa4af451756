package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"colloquy/bot"
)

// A call is one request to a method of the Web API. Arguments go as a form;
// structures in it, such as blocks, are JSON.
type call struct {
	method  string     // "chat.postMessage"
	args    url.Values // nil: none
	channel string     // in whose queue it waits, one after another; empty: in none
}

func newHTTP() *http.Client { return &http.Client{Timeout: 20 * time.Second} }

// do makes a call with the token of the workspace and decodes the answer into
// out, unless that is nil. An error is marked by [bot.Permanent] or
// [bot.RetryAfter] if the call was surely not carried out, and holds a
// [bot.Problem] where a person can help. One without a mark means that nobody
// knows. [codeOf] gives what Slack called the error.
func (t *team) do(ctx context.Context, k call, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.app.a.o.API+"/"+k.method, strings.NewReader(k.args.Encode()))
	if err != nil {
		return bot.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+t.token)
	res, err := t.app.a.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	var raw json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&raw); err != nil {
		return err
	}
	var head struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return err
	}
	if !head.OK {
		return bot.Permanent(&slackError{method: k.method, code: head.Error})
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("slack %s: %w", k.method, err)
	}
	return nil
}
