package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"colloquy/bot"
)

// readyWithin is how long serve has to answer.
const readyWithin = 8 * time.Second

// ready asks the serve of this machine, at the address where it listens, whether it
// is ready: for a container that has no other program to ask with.
func (a *app) ready(ctx context.Context) error {
	address, err := a.listenAddress("")
	if err != nil {
		return err
	}
	if address == "" {
		return usagef("--ready asks serve at the address where it listens, and none is set: set %s, or web.listen in the configuration file", listenVariable)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return usagef("%q is no address to ask at: write HOST:PORT", address)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	// Never through a proxy: it is this machine.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return &bot.Problem{Code: "not_ready", Text: "nothing answers at " + address + ": start 'colloquy serve', or give the address where it listens", Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(res.Body, 200))
	if err != nil || res.StatusCode != http.StatusOK {
		return bot.Problemf("not_ready", "serve at %s says %q: its log says why", address, strings.TrimSpace(plain(string(said))))
	}
	_, err = fmt.Fprintln(a.stdout, "ready")
	return err
}
