package text

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Link is u as it may be shown and followed: a web address without a name and
// password that would hide where it leads. It is empty if u is none.
func Link(u string) string {
	p, err := url.Parse(u)
	if err != nil || p.Scheme != "http" && p.Scheme != "https" || p.Hostname() == "" || p.User != nil {
		return ""
	}
	return Inline(unbracketed.Replace(p.String()))
}

// PublicLink is [Link] for an address that can be reached by others, and has at
// most so many units.
func PublicLink(u string, most int) string {
	if u = Link(u); Units(u) > most || !strings.Contains(Host(u), ".") {
		return ""
	}
	return u
}

// unbracketed leaves nothing in an address that could end a link around it: in a
// query these stay as they are written.
var unbracketed = strings.NewReplacer("<", "%3C", ">", "%3E")

// Host is where a link leads, as far as people need to know it; empty if u is none.
func Host(u string) string {
	p, err := url.Parse(Link(u))
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(Inline(p.Hostname()), "www.")
}

// written finds what may be web addresses in a text, with what stands behind them.
var written = regexp.MustCompile(`(?i)https?://[^\s<>"|\x60]+`)

// Addresses are the web addresses in a text that people wrote, in their order,
// each once.
func Addresses(s string) []string {
	var out []string
	for _, found := range written.FindAllString(s, -1) {
		if u := Address(trimAddress(found)); u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// trimAddress cuts what belongs to the sentence around an address, or to markup.
func trimAddress(s string) string {
	for {
		t := strings.TrimRight(s, ".,;:!?'*_~]}")
		if rest, ok := strings.CutSuffix(t, ")"); ok && strings.Count(t, "(") < strings.Count(t, ")") {
			t = rest
		}
		if t == s {
			return s
		}
		s = t
	}
}

// Address is s if it is a web address, with its scheme in small letters, and
// else empty. To show it, use [Link].
func Address(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return ""
	}
	u.Scheme = strings.ToLower(u.Scheme)
	return u.String()
}
