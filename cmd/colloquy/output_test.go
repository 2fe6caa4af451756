package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestErrorLine(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{errors.New("two\nlines\tand \x1b[31mred\x07"), "two lines and [31mred"},
		{errors.New("turned \u202earound"), "turned around"},
		{fmt.Errorf("context: %w", bot.Problemf("x", "the page is gone: %w", errors.New("404"))), "the page is gone: 404"},
		{bot.Problemf("x", "cannot read: %w", context.Canceled), "it was stopped before it was done"},
		{&usageError{fmt.Errorf("--x: %w", bot.Problemf("x", "wrong"))}, "--x: wrong"},
	}
	for _, tt := range tests {
		if got := errorLine(tt.err); got != tt.want {
			t.Errorf("errorLine(%q) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	commands := []string{"article", "digest", "discussion", "schedule", "serve", "feed"}
	for word, want := range map[string]string{
		"digets": "digest", "dgest": "digest", "sched": "schedule", "Serve": "serve", "fede": "feed", "nothing": "", "": "", "x": "",
	} {
		if got := bot.Nearest(word, commands); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	a := &app{stdout: &strings.Builder{}}
	long := strings.Repeat("word ", 40) + "\n\n" + strings.Repeat("語", 30) + " " + strings.Repeat("語", 30)
	got := a.wrap(long, "  > ")
	lines := strings.Split(got, "\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, "  >") || len([]rune(line)) > pipeWidth {
			t.Errorf("line %q", line)
		}
	}
	if len(lines) != 3+1+2 {
		t.Errorf("%d lines: wide characters count as two columns\n%s", len(lines), got)
	}
	if a.wrap("", "> ") != ">" || a.wrap(strings.Repeat("x", 200), "") != strings.Repeat("x", 200) {
		t.Error("an empty text or an endless word is not kept as it is")
	}
}
