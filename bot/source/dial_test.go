package source

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestPublicAddr(t *testing.T) {
	public := []string{"1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "2a00:1450::1"}
	private := []string{
		"127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "fe80::1",
		"fe80::1%eth0", "fd00::1", "fc00::1", "0.0.0.0", "0.1.2.3", "::", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
		"198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "ff02::1", "64:ff9b::7f00:1",
		"64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fec0::1",
		"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
	}
	for _, s := range public {
		if !publicAddr(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range private {
		if publicAddr(netip.MustParseAddr(s)) {
			t.Errorf("%s is allowed", s)
		}
	}
}

func TestParseNetworks(t *testing.T) {
	got, err := ParseNetworks([]string{"10.1.2.3/8", " 192.168.0.7 ", "fd00::/8", "::ffff:10.0.0.0/104", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"10.0.0.0/8", "192.168.0.7/32", "fd00::/8", "10.0.0.0/8", "::1/128"}
	for i, p := range got {
		if p.String() != want[i] {
			t.Errorf("network %d is %s, and should be %s", i, p, want[i])
		}
	}
	for _, s := range []string{"", "10.0.0.0/33", "localhost", "10.0.0", "fe80::1%eth0", "::ffff:10.0.0.0/64"} {
		if _, err := ParseNetworks([]string{s}); err == nil {
			t.Errorf("%q was taken for a network", s)
		}
	}
}

// Without an allowed network nothing on this machine answers, whatever way its
// address is written.
func TestPrivateAddressesAreRefused(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{"/": send("text/html", prosePage("Secret", ""))})
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	r := New(Options{})
	for _, u := range []string{
		s.URL, "http://localhost" + port, "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port,
		"http://[::ffff:169.254.169.254]/latest/meta-data", "http://169.254.169.254/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1%25lo]/",
		"http://10.0.0.1/", "http://192.168.1.1/admin", "http://100.64.0.1/", "https://[fd00::1]/", "http://8.8.8.8:8080/", "http://1.1.1.1:22/",
	} {
		_, err := r.Article(context.Background(), bot.Source{Ref: u})
		wantCode(t, err, "blocked_address")
		_, err = New(Options{}).Feed(context.Background(), bot.FeedRequest{URL: u})
		wantCode(t, err, "blocked_address")
	}
}

// A public (here: allowed) server must not send us where we may not go, and
// nobody learns from the error where that was.
func TestRedirectsToPrivateAddressesAreRefused(t *testing.T) {
	for _, to := range []string{
		"http://10.9.8.7/", "http://[::1]:1/", "http://169.254.169.254/latest", "http://[::ffff:10.9.8.7]/", "http://192.168.9.8:8080/x",
	} {
		s := serve(t, map[string]http.HandlerFunc{"/": redirect(to, 302)})
		reader := func() *Reader { return New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}) }
		_, err := reader().Article(context.Background(), bot.Source{Ref: s.URL})
		wantCode(t, err, "blocked_address")
		_, err = reader().Feed(context.Background(), bot.FeedRequest{URL: s.URL})
		wantCode(t, err, "blocked_address")
	}
}

func TestErrorsKeepAddressesInside(t *testing.T) {
	_, err := New(Options{}).Article(context.Background(), bot.Source{Ref: "http://localhost:9/"})
	wantCode(t, err, "blocked_address")
	if text := bot.Explain(err); strings.Contains(text, "127.0.0.1") || strings.Contains(text, "::1") {
		t.Errorf("the message tells the address: %s", text)
	}
}
