package bot

import (
	"net/netip"
	"net/url"
	"strings"
)

// publicImage gives the address of an article's image if anybody could load it:
// http or https, without a name and a password, of a server that is public by
// its name or its number. The platform loads it, and so do those who read it
// there: it must not make them ask the machines around them.
func publicImage(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Opaque != "" || len(address) > 2048 {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		if a = a.Unmap(); a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
			return ""
		}
		return u.String()
	}
	// A number may be written in ways that only browsers read, such as 0x7f.1 or
	// 2130706433; no name on the public net ends like that.
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == host || last == "" || last[0] >= '0' && last[0] <= '9' || inside[last] || strings.HasSuffix(host, ".home.arpa") {
		return ""
	}
	return u.String()
}

// inside are the endings of names that stand for machines nearby (RFC 6761,
// RFC 6762 and what routers and offices use).
var inside = map[string]bool{"localhost": true, "local": true, "internal": true, "intranet": true, "lan": true, "home": true, "corp": true,
	"private": true, "test": true, "invalid": true, "onion": true, "localdomain": true}
