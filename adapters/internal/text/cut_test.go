package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"colloquy/adapters/internal/text"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"fits", "One. Two.", 9, "One. Two."},
		{"after a paragraph", "One is here.\n\nTwo is here. And", 25, "One is here.…"},
		{"after a line", "One is here\nTwo is here", 20, "One is here…"},
		{"after a sentence", "One is here. Two is here.", 20, "One is here.…"},
		{"a sentence that ends where it must", "One is. Two is. Three", 16, "One is. Two is.…"},
		{"not after a sentence that leaves little", "No. One goes on and on", 20, "No. One goes on and…"},
		{"after a word", "one two three", 9, "one two…"},
		{"inside a word", "abcdefghij", 5, "abcd…"},
		{"never inside a cluster", family + family, 15, family + "…"},
		{"marks stay with their letter", "e\u0323\u0301e\u0323\u0301", 4, "e\u0323\u0301…"},
		{"only the sign", family, 5, "…"},
		{"nothing", "abc", 0, ""},
	} {
		if got := text.Cut(c.in, c.limit, text.Units); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"nothing", " \n ", 9, ""},
		{"fits", " One. Two.\n", 9, "One. Two."},
		{"paragraphs, then sentences", "One is here.\n\nTwo is here. Three is here, too.", 24, "One is here.|Two is here.|Three is here, too."},
		{"lines", "a b c\nd e f\ng h i", 12, "a b c\nd e f|g h i"},
		{"words", "one two three", 8, "one two|three"},
		{"a long word", "abcdefgh i", 3, "abc|def|gh|i"},
		{"clusters", family + family, 11, family + "|" + family},
		{"a cluster that never fits", "a" + family + "b", 5, "a|b"},
	} {
		if got := strings.Join(text.Split(c.in, c.limit, text.Units), "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLinkAndHost(t *testing.T) {
	for in, want := range map[string][2]string{
		"https://www.example.org/a?b=c#d":   {"https://www.example.org/a?b=c#d", "example.org"},
		"http://example.org:8080":           {"http://example.org:8080", "example.org"},
		"javascript:alert(1)":               {},
		"ftp://example.org":                 {},
		"https://example.org/?q=>**x**<@1>": {"https://example.org/?q=%3E**x**%3C@1%3E", "example.org"},
		"https://user:word@example.org/":    {},
		"https://:80/nohost":                {},
		"https://example.org/\x1b[31m":      {},
		"https://example.org/a b\u202e":     {"https://example.org/a%20b%E2%80%AE", "example.org"},
		"":                                  {},
	} {
		if got := [2]string{text.Link(in), text.Host(in)}; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"see https://a.example/x, and (https://b.example/y_(z)). HTTPS://a.example/x":   "https://a.example/x https://b.example/y_(z)",
		"<https://a.example/?q=1|label> **https://c.example** https:// ftp://d.example": "https://a.example/?q=1 https://c.example",
		"javascript:alert(1) a.example": "",
	} {
		if got := strings.Join(text.Addresses(in), " "); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{"my-data.jsonl": "my-data.jsonl", `../a\b:"c".txt`: "-a-b--c-.txt", "..": "", " .a\n\x00b. ": "a b"} {
		if got := text.FileName(in, 20); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzCut(f *testing.F) {
	for _, s := range []string{"One. Two.\n\nThree", "x\xffy \u202e", strings.Repeat("e\u0301\u0335", 40), family + "日本。語 سلام؟ ہاں۔\r\n\tx", "a  \n\n b", "0*鑩\u20040000"} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		s, limit = text.Clean(s), max(0, limit%300)
		double := func(s string) int { return text.Units(strings.ReplaceAll(s, "*", `\*`)) }
		if got, want := text.Units(s), len(utf16.Encode([]rune(s))); got != want {
			t.Fatalf("Units(%q) = %d, want %d", s, got, want)
		}
		cut := text.Cut(s, limit, double)
		if double(cut) > limit || !utf8.ValidString(cut) || cut != s && limit > 0 && !strings.HasSuffix(cut, "…") {
			t.Fatalf("Cut(%q, %d) = %q", s, limit, cut)
		}
		if head := strings.TrimSuffix(cut, "…"); cut != s && !strings.HasPrefix(s, head) {
			t.Fatalf("Cut(%q, %d) = %q", s, limit, cut)
		}
		var letters strings.Builder
		for _, piece := range text.Split(s, limit, double) {
			if double(piece) > limit || strings.TrimSpace(piece) != piece || piece == "" {
				t.Fatalf("Split(%q, %d) has %q", s, limit, piece)
			}
			letters.WriteString(piece)
		}
		solid := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, s)
		}
		if got, want := solid(letters.String()), solid(s); limit >= 64 && got != want {
			t.Fatalf("Split(%q, %d) kept %q", s, limit, got)
		}
	})
}
