package slacktest

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// leaks fails the test if goroutines of this package are still there at the end.
func leaks(t *testing.T, until time.Time) {
	t.Helper()
	for {
		b := make([]byte, 1<<20)
		all := strings.Split(string(b[:runtime.Stack(b, true)]), "\n\n")
		var ours []string
		for _, g := range all[1:] {
			if strings.Contains(g, "slacktest.(*") {
				ours = append(ours, g)
			}
		}
		if ours == nil {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("still there:\n%s", strings.Join(ours, "\n\n"))
		}
		runtime.Gosched()
	}
}
