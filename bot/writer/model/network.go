package model

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// unreachable says why nothing came back. It returns an error of ours as it is.
func (w *wire) unreachable(err error) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	var (
		dns       *net.DNSError
		op        *net.OpError
		untrusted *tls.CertificateVerificationError
		name      x509.HostnameError
		record    tls.RecordHeaderError
	)
	proxied := errors.As(err, &op) && op.Op == "proxyconnect"
	switch {
	case errors.As(err, &untrusted), errors.As(err, &name):
		return &Error{Code: BadServer, Err: errors.New("certificate"), Text: "the certificate of " + w.host +
			" is not to be trusted: check the writer's url, and whether a proxy is in between"}
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return &Error{Code: BadServer, Err: errors.New("no TLS"), Text: "what answers at " + w.host +
			" does not speak https: check the writer's url; on your own machine it may begin with http"}
	case proxied:
		return w.lost("the proxy in front of "+w.who+" can't be reached: check the writer's proxy", "proxy")
	case errors.As(err, &dns):
		return w.lost("there is no host "+hostOnly(w.host)+", or its name can't be looked up: check the writer's url, and the network", "dns")
	case errors.Is(err, syscall.ECONNREFUSED):
		if w.provider == Ollama {
			return w.lost("nothing answers at "+w.host+": start Ollama there, or check the writer's url", "connection refused")
		}
		return w.lost("nothing answers at "+w.host+": check the writer's url, and that the server runs", "connection refused")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return w.cut(err)
	}
	return w.lost(w.who+" can't be reached: check the network, and the writer's url", "network")
}

func (w *wire) lost(text, why string) *Error {
	return &Error{Code: Unreachable, Text: text, Err: errors.New(why), again: true}
}

// cut says that an answer ended before its end.
func (w *wire) cut(err error) *Error {
	return &Error{Code: Unreachable, Err: err, again: true,
		Text: "the connection to " + w.who + " broke before the answer was complete: it is asked again later"}
}

// broken says what is wrong with an answer that a library could not read on.
func (w *wire) broken(err error) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	return w.noServer(http.StatusOK, "an answer that can't be read")
}

func (w *wire) proxyRefused(status int) *Error {
	e := &Error{Code: BadServer, Err: detail{status: status},
		Text: fmt.Sprintf("the proxy refused the way to %s (status %d): check what it allows", w.who, status)}
	switch {
	case status == http.StatusProxyAuthRequired:
		e.Text = "the proxy wants a name and a password: write the writer's proxy like http://name:password@proxy.example:3128"
	case status >= 500:
		e.Code, e.again = Unreachable, true
	}
	return e
}

// redirected names where a server sends on to, but does not go there: the key
// and the text were meant for this one.
func (w *wire) redirected(r *http.Response) *Error {
	to, err := r.Location()
	if err != nil || to.Host == "" {
		return w.noServer(r.StatusCode, "a way to somewhere else")
	}
	where := printable(to.Host)
	if strings.EqualFold(to.Host, w.host) {
		where = to.Scheme + "://" + where + " with another path"
	}
	return &Error{Code: BadServer, Err: detail{status: r.StatusCode}, Text: fmt.Sprintf(
		"%s sends on to %s, where the key is not sent: if that is right, make it the writer's url", w.host, where)}
}

// printable is a host that another server named, short and without signs that
// would look like something else.
func printable(host string) string {
	host = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '?'
	}, host)
	if len(host) > 100 {
		host = host[:100] + "…"
	}
	return host
}

func hostOnly(host string) string {
	u := url.URL{Host: host}
	return u.Hostname()
}
