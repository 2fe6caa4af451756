package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

const (
	// maxAnswer is more than Discord's longest answers, pages of a hundred
	// messages with embeds, take.
	maxAnswer = 8 << 20
	// maxTime is for one request and its answer.
	maxTime = 15 * time.Second
	// site is the address that Discord wants in the User-Agent.
	site = "https://colloquy.invalid"
)

// A payload is the body of a request.
type payload struct {
	data []byte
	kind string // its Content-Type; empty: there is no body
}

func encode(k call) (payload, error) {
	if k.body == nil && k.file == nil {
		return payload{}, nil
	}
	data, err := json.Marshal(k.body)
	if err != nil {
		return payload{}, fmt.Errorf("discord: body of %s: %w", k.method, err)
	}
	if k.file == nil {
		return payload{data, "application/json"}, nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if k.body != nil {
		err = w.WriteField("payload_json", string(data))
	}
	if err == nil {
		var part io.Writer
		if part, err = w.CreateFormFile("files[0]", k.file.name); err == nil {
			_, err = part.Write(k.file.data)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return payload{}, fmt.Errorf("discord: file: %w", err)
	}
	return payload{b.Bytes(), w.FormDataContentType()}, nil
}

// A result is what came of sending a call.
type result struct {
	body    []byte
	verdict outbox.Verdict
	err     error // as [client.do] gives it
}

// send makes one request.
func (c *client) send(ctx context.Context, k call, r route, p payload) result {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	res, left, err := once.Send(ctx, c.http, func(ctx context.Context) (*http.Request, error) { return c.request(ctx, k, p) })
	switch {
	case err == nil:
		return c.answered(ctx, k, r, res)
	case left:
		return result{err: noAnswer(err)}
	case errors.Is(ctx.Err(), context.Canceled):
		return result{err: bot.RetryAfter(time.Second, fmt.Errorf("discord: not sent: %w", err))}
	}
	return result{err: bot.RetryAfter(time.Second, unreachable(err))}
}

// request makes the request of a call.
func (c *client) request(ctx context.Context, k call, p payload) (*http.Request, error) {
	u := c.base + k.path
	if len(k.query) > 0 {
		u += "?" + k.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, k.method, u, bytes.NewReader(p.data))
	if err != nil {
		return nil, err
	}
	if p.kind != "" {
		req.Header.Set("Content-Type", p.kind)
	}
	if !k.free {
		req.Header.Set("Authorization", "Bot "+c.o.Token)
	}
	req.Header.Set("User-Agent", fmt.Sprintf("DiscordBot (%s, %s)", site, cmp.Or(c.o.Version, "devel")))
	return req, nil
}

// answered reads an answer and says what it means.
func (c *client) answered(ctx context.Context, k call, r route, res *http.Response) result {
	defer res.Body.Close()
	c.clock.Compare(res.Header.Get("Date"), c.o.Clock())
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	out := result{body: body, verdict: readVerdict(res.Header, res.StatusCode == http.StatusTooManyRequests, body)}
	switch status := res.StatusCode; {
	case status/100 != 2 && err != nil && status < 500 && status != http.StatusTooManyRequests && status != http.StatusUnauthorized:
		out.err = bot.RetryAfter(time.Second, noAnswer(err)) // refused, and why is lost
	case status/100 != 2:
		out.err = c.refused(ctx, k, r, res, body, out.verdict)
	case err != nil:
		out.err = noAnswer(err)
	case len(body) > maxAnswer:
		out.err = noAnswer(fmt.Errorf("an answer of more than %d MiB", maxAnswer>>20))
	}
	return out
}
