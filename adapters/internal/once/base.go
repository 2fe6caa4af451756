package once

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// Base reads the address under which a platform's methods are, such as "https://slack.com/api",
// and gives it without a slash at the end. Since a token goes there, it has to be
// https but on the same machine or in a private network. An error ends the sentence
// "THE SETTING …" and names example as the form to write.
func Base(s, example string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("is no address: write it like " + example)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("has a user, a query or a fragment: write it like " + example)
	case u.Scheme == "http" && !Private(u.Hostname()):
		return nil, errors.New("would send the bot token over the internet in clear text: use https")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// Private reports whether a host is on this machine or in a private network, as
// far as its name tells.
func Private(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	number := strings.Trim(host, "0123456789") == ""
	return !strings.Contains(host, ".") && !number || strings.HasSuffix(host, ".localhost") ||
		strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".local")
}
