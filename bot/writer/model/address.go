package model

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// standard are the providers' own addresses, without the version.
var standard = map[string]string{
	Anthropic: "https://api.anthropic.com",
	OpenAI:    "https://api.openai.com",
	Ollama:    "http://127.0.0.1:11434",
}

// endpoints are ends of addresses that people copy from an example along with
// the rest, the longest first.
var endpoints = map[string][]string{
	Anthropic: {"/v1/messages", "/v1/models", "/messages", "/v1"},
	OpenAI:    {"/chat/completions", "/completions", "/responses", "/models"},
	Ollama:    {"/v1/chat/completions", "/api/chat", "/api/generate", "/api/tags", "/api/show", "/api", "/v1"},
}

var versionSegment = regexp.MustCompile(`^v\d+([a-z]+\d*)?$`)

// An address is where a provider's methods are.
type address struct {
	base string // without a slash at the end; OpenAI's with its version
	host string // with the port, if one was given
	own  bool   // the provider's own, not another server that speaks its language
}

// readAddress reads what an operator gave as the address of a server: with or
// without "/v1", or with the path of a method. An error ends the sentence "the
// writer's url …".
func readAddress(provider, s string) (address, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		s = standard[provider]
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !goodPort(u.Port()) {
		return address{}, errors.New("is no address: write it like " + standard[provider])
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return address{}, errors.New("has a user, a query or a fragment: write it like " + standard[provider] + ", and give the key by itself")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return address{}, errors.New("has \"..\" in its path: write it in full")
		}
	}
	path, pasted := cutEndpoint(provider, strings.TrimRight(u.EscapedPath(), "/"))
	if provider == OpenAI {
		if strings.HasSuffix(path, "/api/chat") {
			return address{}, errors.New("is that of Ollama's own interface: choose the provider ollama, or end the address with /v1")
		}
		// Who pasted the whole address of a method knows whether it has a version.
		if (!pasted || owns(provider, u)) && !versioned(path) {
			path += "/v1"
		}
	}
	return address{base: u.Scheme + "://" + u.Host + path, host: u.Host, own: owns(provider, u)}, nil
}

// owns reports whether an address is the provider's own, also in another region.
func owns(provider string, u *url.URL) bool {
	_, host, _ := strings.Cut(standard[provider], "://")
	name := strings.ToLower(u.Hostname())
	return provider != Ollama && (name == host || strings.HasSuffix(name, "."+host))
}

// cutEndpoint takes the path of a method from the end of a path.
func cutEndpoint(provider, path string) (string, bool) {
	for _, end := range endpoints[provider] {
		if rest, ok := strings.CutSuffix(path, end); ok {
			return strings.TrimRight(rest, "/"), true
		}
	}
	return path, false
}

func versioned(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if versionSegment.MatchString(segment) {
			return true
		}
	}
	return false
}

func goodPort(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 65536
}

// readKey reads a key that may have been copied with spaces or a line break
// around it. An error ends the sentence "the writer's key …" and does not show it.
func readKey(s string, a address) (string, error) {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return "", errors.New("has a space, a line break or another character that is in no key: copy it again")
		}
	}
	if s != "" && strings.HasPrefix(a.base, "http:") && !private(a.host) {
		return "", errors.New("would go over the internet in clear text: begin the writer's url with https")
	}
	return s, nil
}

// private reports whether a host is on this machine or in a private network, as
// far as its name tells.
func private(host string) bool {
	u := url.URL{Host: host}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(name); err == nil {
		a = a.Unmap()
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
	}
	if !strings.Contains(name, ".") {
		return strings.Trim(name, "0123456789") != "" && !strings.HasPrefix(name, "0x") // 2130706433 is an address
	}
	for _, end := range []string{".local", ".internal", ".lan", ".localhost"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// readProxy reads the address of a proxy, "" for none. An error ends the
// sentence "the writer's proxy …"; a password in it is not shown.
func readProxy(s string) (*url.URL, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !goodPort(u.Port()) ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("is no address of a proxy: write it like http://proxy.example:3128")
	}
	return u, nil
}
