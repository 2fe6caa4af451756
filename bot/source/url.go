package source

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// maxURL is the longest address that we take, in bytes; servers and platforms
// refuse longer ones.
const maxURL = 2048

// parseURL reads an address that a person or a feed gave, and refuses what is
// never fetched. Its error is a Problem.
func parseURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	if err == nil {
		err = checkURL(u)
	}
	if err != nil {
		if u != nil && u.User != nil {
			raw = shown(u) // and not its password
		}
		return nil, problem("bad_url", err, "%q is no web address that can be read: write it in full, beginning with http:// or https://, without a name or password in it", short(raw))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("not http or https")
	case u.User != nil:
		return errors.New("credentials in the address")
	case u.Hostname() == "" || u.Opaque != "":
		return errors.New("no host")
	case len(u.String()) > maxURL:
		return errors.New("too long")
	}
	return nil
}

// tracking are query parameters that say how a reader came to a page, and
// change nothing on it. Those that end in '*' stand for all that begin so.
var tracking = []string{"utm_*", "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid",
	"mc_cid", "mc_eid", "igshid", "igsh", "_ga", "_gl", "ref_src", "ref_url", "cmpid", "cmp", "ncid", "ocid", "smid", "smtyp", "sref",
	"sr_share", "ns_*", "at_medium", "at_campaign", "at_custom*", "at_link*", "at_ptr*", "at_format", "at_bbc_team", "xtor", "spm",
	"s_cid", "mkt_tok", "_hsenc", "_hsmi", "hsctatracking", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "wt_zmc", "wt_mc",
	"trk", "trkcampaign", "ito", "guccounter", "guce_*", "tpcc", "cvid", "srnd", "fb_*", "action_object_map", "mbid", "taid", "__twitter_impression"}

func isTracking(key string) bool {
	key = strings.ToLower(key)
	for _, t := range tracking {
		if stem, ok := strings.CutSuffix(t, "*"); ok && strings.HasPrefix(key, stem) || key == t {
			return true
		}
	}
	return false
}

// CanonicalURL gives the form of an address by which an article is recognised:
// scheme and host in lower case, without default port, fragment and tracking
// parameters. It is "" for anything but a plain http or https address.
func CanonicalURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || checkURL(u) != nil {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && !(u.Scheme == "http" && p == "80") && !(u.Scheme == "https" && p == "443") {
		host += ":" + p
	}
	u.Host, u.Fragment, u.RawFragment, u.ForceQuery = host, "", "", false
	if u.Path == "" {
		u.Path = "/"
	}
	var kept []string
	for _, pair := range strings.Split(u.RawQuery, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if pair != "" && !isTracking(key) {
			kept = append(kept, pair)
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	return u.String()
}

// webURL resolves ref against base and gives it if it is a plain http(s)
// address, else "". base may be nil.
func webURL(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if checkURL(u) != nil {
		return ""
	}
	return u.String()
}

// trustedCanonical gives what the page calls its own address, in canonical
// form, unless it names another site or the home page instead of the page.
func trustedCanonical(page *url.URL, says string) string {
	says = CanonicalURL(webURL(page, says))
	u, err := url.Parse(says)
	if says == "" || err != nil {
		return ""
	}
	home := u.Path == "/" && u.RawQuery == ""
	if page == nil {
		if home {
			return ""
		}
		return says
	}
	if site(u) != site(page) || home && (len(page.Path) > 1 || page.RawQuery != "") {
		return ""
	}
	return says
}

// site is the part of a host name that one owner registered; for an address
// or a name without a dot, the host itself.
func site(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil {
		return u.Host
	}
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// hostName is the host as people know it.
func hostName(u *url.URL) string {
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// shown names an address in a message: host and path, short, without the query,
// which may hold secrets.
func shown(u *url.URL) string {
	return short(u.Host + strings.TrimSuffix(u.EscapedPath(), "/"))
}

func short(s string) string {
	s = line(s)
	if r := []rune(s); len(r) > 100 {
		return string(r[:99]) + "…"
	}
	return s
}
