package text

import (
	"net/url"
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
