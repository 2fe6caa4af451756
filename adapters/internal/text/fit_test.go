package text_test

import (
	"fmt"
	"strings"
	"testing"

	"colloquy/adapters/internal/text"
)

func fitted(limit int, parts ...text.Part) []string {
	all := text.Fit(parts, limit, func(p *text.Part) *text.Part { return p },
		func(_ text.Part, s string) int { return text.Units(s) + 2 }, text.Part{Text: "…", Fixed: true})
	var out []string
	for _, p := range all {
		out = append(out, p.Text)
	}
	return out
}

func TestFit(t *testing.T) {
	long := strings.Repeat("word ", 200)
	if got := fitted(20, text.Part{Text: "short"}, text.Part{Text: "also short"}); len(got) != 2 {
		t.Errorf("what fits is changed: %q", got)
	}
	got := fitted(1000, text.Part{Text: "first"}, text.Part{Text: long}, text.Part{Text: long}, text.Part{Text: "last"})
	if len(got) != 4 || got[0] != "first" || got[3] != "last" || len(got[1]) < 450 || !strings.HasSuffix(got[1], "…") || !strings.HasSuffix(got[2], "…") {
		t.Errorf("long parts are cut to %q", got)
	}
	got = fitted(900, text.Part{Text: long}, text.Part{Text: long, Keep: true}, text.Part{Text: long}, text.Part{Text: "small print", Fixed: true})
	if len(got) != 4 || got[2] != "…" || got[3] != "small print" || len(got[0]) < 400 || len(got[1]) < 400 {
		t.Errorf("of too much is left %q", got)
	}
	for _, limit := range []int{450, 777, 3000} {
		var parts []text.Part
		for i := range 20 {
			parts = append(parts, text.Part{Text: fmt.Sprint(i, " ", long), Keep: i%3 == 0})
		}
		size := 0
		for _, s := range fitted(limit, parts...) {
			size += text.Units(s) + 2
		}
		if size > limit || size < limit/3 {
			t.Errorf("of %d, %d are taken", limit, size)
		}
	}
}

func TestCountsUp(t *testing.T) {
	for _, c := range []struct {
		first int
		lines string
	}{
		{1, "1. a|2. b"}, {7, "7. a"}, {9, "9. a|10. b"}, {0, ""}, {0, "1. a|3. b"}, {0, "0. a"}, {0, "-1. a"}, {0, "+1. a"}, {0, "1. a|b"}, {0, "1. "}, {0, "1) a"},
	} {
		if first, ok := text.CountsUp(strings.Split(c.lines, "|")); first != c.first || ok != (c.first > 0) {
			t.Errorf("%q counts up from %d, %v", c.lines, first, ok)
		}
	}
	if _, ok := text.CountsUp(nil); ok {
		t.Error("no lines count up")
	}
}

func TestLabelAndKey(t *testing.T) {
	for in, want := range map[string]string{"Ada  L.": "Ada L.", "a longer name": "\u2068a long…\u2069", "ایڈا": "\u2068ایڈا\u2069", "x\n\u202ey": "x y", "": ""} {
		if got := text.Label(in, 9, text.Units); got != want {
			t.Errorf("Label(%q) = %q, want %q", in, got, want)
		}
	}
	for in, same := range map[string]bool{"abc-DEF_09": true, strings.Repeat("k", 30): true, strings.Repeat("k", 31): false, "a b": false, "ä": false, "a/b": false} {
		if got := text.Key(in, 30); (got == in) != same || len(got) > 30 {
			t.Errorf("Key(%q) = %q", in, got)
		}
	}
}
