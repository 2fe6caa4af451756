package slack

import (
	"net/url"
	"strings"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// ParseAPI reads the address of Slack's Web API, or of a proxy for it, and gives
// it without a slash at the end. Empty is [DefaultAPI]. Since tokens go there, it has
// to be https but on the same machine or in a private network. Its errors are
// Problems "bad_api".
func ParseAPI(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return DefaultAPI, nil
	}
	u, err := once.Base(s, DefaultAPI)
	if err != nil {
		return "", bot.Problemf("bad_api", "COLLOQUY_SLACK_API %w", err)
	}
	return u.String(), nil
}

// slacks gives an address that Slack told us of, if it is one of Slack's: what we
// send there may be what somebody wrote.
func (a *Adapter) slacks(addr string) (string, error) {
	u, err := url.Parse(addr)
	api, _ := url.Parse(a.o.API) // was read before
	if err != nil || u.User != nil || u.Host == "" || a.badAPI != nil {
		return "", errNotSlacks
	}
	host, site := strings.ToLower(u.Host), strings.ToLower(api.Host)
	switch {
	case u.Scheme == api.Scheme && host == site:
	case u.Scheme == "https" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, "."+site)):
	default:
		return "", errNotSlacks
	}
	return u.String(), nil
}

var errNotSlacks = bot.Permanent(bot.Problemf("bad_address", "an address that should be Slack's is not: nothing was sent there"))
