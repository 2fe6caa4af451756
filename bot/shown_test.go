package bot

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func TestThreadName(t *testing.T) {
	long := "The council of Ostra wants to close its old quay to cars from next spring because of exhaust fumes"
	for title, want := range map[string]string{
		"A short title":        "A short title",
		"":                     "Discussion",
		" \n\t ":               "Discussion",
		"***":                  "Discussion",
		"Two\nlines and\ttabs": "Two lines and tabs",
		long:                   "The council of Ostra wants to close its old quay to cars from next spring because of…",
		"**Bold**, `code` and ~~gone~~ ||secret||": "Bold, code and gone secret",
		"# Heading":                        "Heading",
		"> quoted":                         "quoted",
		"- an item":                        "an item",
		"snake_case stays, S&P < 4000":     "snake_case stays, S&P < 4000",
		"Hi <@123> <@&4> <#5> <!here>":     "Hi 123 4 5 here",
		"See <https://evil.example|this>":  "See //evil.example|this",
		"bell\a \x1b[31mred \u202egnp.exe": "bell [31mred gnp.exe",
		strings.Repeat("x", 200):           strings.Repeat("x", 89) + "…",
		strings.Repeat("字", 200):           strings.Repeat("字", 89) + "…",
		strings.Repeat("👩‍👩‍👧‍👦", 40):      strings.Repeat("👩‍👩‍👧‍👦", 8) + "…",
		strings.Repeat("e\u0301", 100):     strings.Repeat("e\u0301", 44) + "…",
		"Word " + strings.Repeat("y", 200): "Word " + strings.Repeat("y", 84) + "…",
	} {
		if got := threadName(title); got != want {
			t.Errorf("%.60q is called %q, want %q", title, got, want)
		}
	}
}

func FuzzThreadName(f *testing.F) {
	f.Add("The **council** of <@123> Ostra\n")
	f.Add(strings.Repeat("👩‍👩‍👧", 60) + "\xff\u202e")
	f.Fuzz(func(t *testing.T, title string) {
		name := threadName(title)
		if n := len(utf16.Encode([]rune(name))); n == 0 || n > mostThreadName || !utf8.ValidString(name) {
			t.Errorf("%q: %d characters in %q", title, n, name)
		}
		if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) || strings.Contains(name, "**") || strings.Contains(name, "~~") || regexp.MustCompile(`<[@#:!/][^<>]*>`).MatchString(name) {
			t.Errorf("%q is called %q", title, name)
		}
	})
}

func TestPublicImage(t *testing.T) {
	for _, good := range []string{"https://example.org/a.jpg?w=1#x", "http://cdn.example.co.uk/x", "https://93.184.216.34/x.png", "https://[2606:2800:220:1::1]/x", "https://müller.de/x.jpg"} {
		if got := publicImage(good); got == "" {
			t.Errorf("%s is left out", good)
		}
	}
	for _, bad := range []string{"", "data:image/png;base64,AAAA", "javascript:alert(1)", "file:///etc/passwd", "//example.org/x", "/x.png", "ftp://example.org/x",
		"https://user:word@example.org/x", "http://localhost/x", "http://LOCALHOST./x", "http://printer/x", "http://printer.local/x", "http://wiki.corp/x",
		"http://127.0.0.1/x", "http://127.1/x", "http://0x7f.1/x", "http://2130706433/x", "http://0/x", "http://10.0.0.7:8080/x", "http://192.168.1.1/x",
		"http://169.254.169.254/latest", "http://[::1]/x", "http://[::ffff:10.0.0.1]/x", "http://[fe80::1%25eth0]/x", "http://[fd00::1]/x", "http://224.0.0.1/x",
		"http://router.home.arpa/x", "http:///x", "http:example.org", "https://example.org/" + strings.Repeat("x", 3000), "http://%zz/"} {
		if got := publicImage(bad); got != "" {
			t.Errorf("%.60s passes as %s", bad, got)
		}
	}
}

func FuzzPublicImage(f *testing.F) {
	f.Add("https://example.org/x")
	f.Add("http://[::ffff:127.0.0.1]:80/")
	f.Fuzz(func(t *testing.T, address string) {
		got := publicImage(address)
		if got != "" && (!strings.HasPrefix(got, "http") || publicImage(got) != got || strings.ContainsAny(got, " \n\x00")) {
			t.Errorf("%q passes as %q", address, got)
		}
	})
}
