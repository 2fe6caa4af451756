package writer

import "testing"

// oneByOne leaves out a test of one goroutine that reads hundreds of articles where
// the race detector has nothing to find in it and takes ten times as long. It runs
// without.
func oneByOne(t *testing.T) {
	t.Helper()
	if racing {
		t.Skip("one goroutine; run without -race")
	}
}
