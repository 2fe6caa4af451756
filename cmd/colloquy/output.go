package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// platforms are those that a channel can be on.
var platforms = []string{"console", "discord", "slack"}

// addFormat gives cmd the flag --format, with completion.
func addFormat(cmd *cobra.Command, format *choice) {
	cmd.Flags().Var(format, "format", "how the answer is written")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(format.options, cobra.ShellCompDirectiveNoFileComp)) // fails only for an unknown flag
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// progress tells a person at a terminal what is going on once it has taken
// longer than a second, and takes that away when the returned function is
// called, which may be done more than once.
func (a *app) progress(what string) (done func()) {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	var mu sync.Mutex
	shown, over := false, false
	timer := time.AfterFunc(time.Second, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			fmt.Fprintf(f, "%s …", errorLine(fmt.Errorf("%s", what)))
			shown = true
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if over = true; shown {
			fmt.Fprint(f, "\r\x1b[K")
			shown = false
		}
	}
}

// Widths of what is printed for people, in columns.
const (
	pipeWidth = 80 // where there is no terminal to ask
	mostWidth = 96 // longer lines are hard to read
)

// width is how many columns standard output has.
func (a *app) width() int {
	if f, ok := a.stdout.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			return min(w, mostWidth)
		}
	}
	return pipeWidth
}

// wrap breaks text at spaces so that no line with its prefix is wider than the
// output, as far as the words allow. Line breaks in text are kept.
func (a *app) wrap(text, prefix string) string {
	width := a.width() - uniseg.StringWidth(prefix)
	var lines []string
	for para := range strings.SplitSeq(text, "\n") {
		line, used := "", 0
		for _, word := range strings.Fields(para) {
			w := uniseg.StringWidth(word)
			if used > 0 && used+1+w > width {
				lines = append(lines, line)
				line, used = "", 0
			}
			if used > 0 {
				line, used = line+" ", used+1
			}
			line, used = line+word, used+w
		}
		lines = append(lines, line)
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(prefix+line, " ")
	}
	return strings.Join(lines, "\n")
}
