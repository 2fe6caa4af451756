package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/adapters/internal/text"
)

const family = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466"

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Two\nlines\tand a tab", "Two\nlines\tand a tab"},
		{"line ends", "a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"},
		{"controls", "a\x1b[31mb\x00\x7f\u009bc\uFEFF", "a[31mbc"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"composed", "e\u0301", "\u00e9"},
		{"overrides", "a\u202Egnp.exe\u202C", "agnp.exe"},
		{"matched isolate", "a \u2067\u05d0\u2069 b", "a \u2067\u05d0\u2069 b"},
		{"unmatched isolates", "\u2069a\u2066b\u2067c\u2069", "ab\u2067c\u2069"},
		{"isolate over lines", "a\u2066b\nc\u2069", "ab\nc"},
		{"joiners stay", "می\u200cخواهم " + family, "می\u200cخواهم " + family},
	} {
		if got := text.Clean(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCleanCapsStackedMarks(t *testing.T) {
	zalgo := "h" + strings.Repeat("\u0335\u0321", 500) + "i"
	got := text.Clean(zalgo)
	if len(got) > 70 || !strings.HasPrefix(got, "h\u0335") && !strings.HasPrefix(got, "h\u0321") || !strings.HasSuffix(got, "i") {
		t.Errorf("got %d bytes: %q", len(got), got)
	}
}

func TestInlineAndIsolate(t *testing.T) {
	if got := text.Inline("  a\n\tb\u2029c "); got != "a b c" {
		t.Errorf("Inline: %q", got)
	}
	for in, want := range map[string]string{"Ada": "Ada", "": "", "عائشہ": "\u2068عائشہ\u2069", "123": "\u2068123\u2069"} {
		if got := text.Isolate(in); got != want {
			t.Errorf("Isolate(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	for in, want := range map[string]int{"abc": 3, "日本": 4, family: 2, "e\u0301": 1, "سلام": 4} {
		if got := text.Width(in); got != want {
			t.Errorf("Width(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in string
		width    int
		want     string
	}{
		{"empty", "", 10, ""},
		{"fits", "one two", 7, "one two"},
		{"at a space", "one two three", 8, "one two|three"},
		{"keeps line breaks", "one\n\ntwo", 8, "one||two"},
		{"a long word", "see https://example.org/abcdef now", 10, "see|https://|example.or|g/abcdef|now"},
		{"a word without a break", "xxxxxxxxxxxx y", 5, "xxxxx|xxxxx|xx y"},
		{"an option", "use [--close-after N]", 16, "use|[--close-after|N]"},
		{"a command", "turn /discuss on", 9, "turn|/discuss|on"},
		{"wide characters", "日本語の文章", 5, "日本|語の|文章"},
		{"clusters stay whole", strings.Repeat(family, 3), 4, family + family + "|" + family},
		{"wider than the line", "日本", 1, "日|本"},
		{"no width at all", "ab", 0, "a|b"},
		{"tabs", "a\tb", 10, "a    b"},
	} {
		if got := strings.Join(text.Wrap(c.in, c.width), "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"one two", 7, "one two"},
		{"one two three", 9, "one two…"},
		{"one two three", 8, "one two…"},
		{"abcdefghij", 5, "abcd…"},
		{"a bcdefghijkl", 8, "a bcdef…"},
		{"日本語", 4, "日…"},
		{"日本語", 2, "…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
		{family + family, 3, family + "…"},
	} {
		if got := text.Truncate(c.in, c.width); got != c.want || text.Width(got) > max(c.width, 0) {
			t.Errorf("Truncate(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"plain text", "a\x1b[31m\xff\u202e\u2066", strings.Repeat("e\u0301\u0335", 40), family + "日本 سلام\r\n\tx"} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		clean := text.Clean(s)
		if !utf8.ValidString(clean) || strings.ContainsAny(clean, "\x1b\r\x00\u202e\u202d") {
			t.Fatalf("Clean(%q) = %q", s, clean)
		}
		if again := text.Clean(clean); again != clean {
			t.Fatalf("Clean is not idempotent: %q, then %q", clean, again)
		}
		width = max(2, width%100)
		var letters int
		for _, line := range text.Wrap(clean, width) {
			if w := text.Width(line); w > max(width, 2) && len([]rune(line)) > 8 {
				t.Fatalf("%d columns, and %d allowed: %q", w, width, line)
			}
			letters += len(strings.ReplaceAll(line, " ", ""))
		}
		if want := len(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(clean)); letters != want {
			t.Fatalf("Wrap(%q, %d) kept %d of %d bytes", clean, width, letters, want)
		}
		if got := text.Truncate(text.Inline(s), width); text.Width(got) > width {
			t.Fatalf("Truncate to %d: %q", width, got)
		}
	})
}
