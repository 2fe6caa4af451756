package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxHook is more than Slack answers at such addresses.
const maxHook = 64 << 10

// reason is an error without the address, with which anybody could answer.
func reason(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// hook sends to an address that Slack gave us for this once, without a token. It is
// in no queue: that Slack limits.
func (a *Adapter) hook(ctx context.Context, addr, kind, body string) (status int, said []byte, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, addr, strings.NewReader(body))
	if err != nil {
		return 0, nil, 0, err
	}
	req.Header.Set("Content-Type", kind)
	res, err := a.http.Do(req)
	if err != nil {
		return 0, nil, 0, fmt.Errorf("slack: no answer: %w", reason(err))
	}
	defer func() { _ = res.Body.Close() }()
	said, err = io.ReadAll(io.LimitReader(res.Body, maxHook))
	wait, _ = time.ParseDuration(res.Header.Get("Retry-After") + "s")
	return res.StatusCode, said, max(wait, time.Second), err
}
