package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"gopkg.in/yaml.v3"

	"colloquy/bot"
)

// notices reads where the operator hears of trouble.
func (c *Config) notices(f yamlFile) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		return f.object(n, "notices", fields{
			"channel": f.channel(&c.NoticesChannel),
			"webhook": func(n *yaml.Node) error {
				if err := f.text(&c.NoticesWebhook)(n); err != nil {
					return err
				}
				if err := checkWebhook(c.NoticesWebhook); err != nil {
					return f.errorf(n, "%v", err)
				}
				return nil
			},
		})
	}
}

// channel reads a channel on one of the platforms.
func (f yamlFile) channel(to *bot.Channel) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var text string
		if err := f.text(&text)(n); err != nil {
			return err
		}
		ch, err := bot.ParseChannel(text, platforms...)
		if err != nil {
			return f.errorf(n, "%s", bot.Explain(err))
		}
		*to = ch
		return nil
	}
}

// checkWebhook refuses what is no web address. It may be a secret, so the error
// does not repeat it.
func checkWebhook(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(address) > longestAddress {
		return errors.New("the webhook is no address: write it in full, like https://example.org/hook")
	}
	return nil
}

// operatorNotices is where the operator hears of trouble, by the configuration.
// COLLOQUY_NOTICES_WEBHOOK says the webhook instead of the file.
func (a *app) operatorNotices() (bot.OperatorNotices, error) {
	to := bot.OperatorNotices{Channel: a.config.NoticesChannel}
	name := variable("notices-webhook")
	address, err := secret(a.getenv, name)
	if err == nil && address != "" {
		if err = checkWebhook(address); err != nil {
			err = usagef("%s: %w", name, err)
		}
	}
	if address == "" {
		address = a.config.NoticesWebhook
	}
	if err == nil && address != "" {
		to.Webhook = newWebhook(address)
	}
	return to, err
}

// A webhook posts JSON to an address that the operator named, so it may be a
// private one.
type webhook struct {
	address string
	http    *http.Client
}

// hookTimeout is how long a webhook may take.
const hookTimeout = 10 * time.Second

func newWebhook(address string) *webhook {
	return &webhook{address: address, http: &http.Client{
		Timeout:       hookTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send implements [bot.Webhook].
func (w *webhook) Send(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address, bytes.NewReader(body))
	if err != nil {
		return bot.Problemf("webhook", "its address cannot be used: check it")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Colloquy/"+readBuild().Version)
	res, err := w.http.Do(req)
	if err != nil {
		var u *url.Error // its text has the address
		if errors.As(err, &u) {
			err = u.Err
		}
		return &bot.Problem{Code: "webhook", Text: "it cannot be reached: check that it runs, and its address", Err: err}
	}
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	_ = res.Body.Close()
	switch {
	case res.StatusCode/100 == 3:
		return bot.Problemf("webhook", "it redirects (%d), which is not followed: name where it leads", res.StatusCode)
	case res.StatusCode/100 != 2:
		return &bot.Problem{Code: "webhook", Text: fmt.Sprintf("it answered %d: look into its log", res.StatusCode)}
	}
	return nil
}
