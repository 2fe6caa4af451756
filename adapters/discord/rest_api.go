package discord

import (
	"net/netip"
	"net/url"
	"strings"

	"colloquy/bot"
)

// ParseAPI reads the address of Discord's REST API, or of a proxy for it, and
// gives it without slash and version at the end. Empty is [DefaultAPI]. Since
// the token goes there, it has to be https but on the same machine or in a private
// network. Its errors are Problems "bad_api".
func ParseAPI(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return DefaultAPI, nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", badAPI("is no address: write it like %s", DefaultAPI)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", badAPI("has a user, a query or a fragment: write it like %s", DefaultAPI)
	case u.Scheme == "http" && !private(u.Hostname()):
		return "", badAPI("would send the bot token over the internet in clear text: use https")
	}
	path := strings.TrimRight(u.Path, "/")
	path = strings.TrimRight(strings.TrimSuffix(path, "/"+apiVersion), "/")
	if last := path[strings.LastIndex(path, "/")+1:]; len(last) > 1 && last[0] == 'v' && isDigits(last[1:]) {
		return "", badAPI("names version %s, but Colloquy speaks %s: leave the version out", last, apiVersion)
	}
	u.Path, u.RawPath = path, ""
	return u.String(), nil
}

func badAPI(format string, args ...any) error {
	return bot.Problemf("bad_api", "COLLOQUY_DISCORD_API "+format, args...)
}

// private reports whether a host is on this machine or in a private network, as
// far as its name tells.
func private(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return !strings.Contains(host, ".") && !isDigits(host) || strings.HasSuffix(host, ".localhost") ||
		strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".local")
}
