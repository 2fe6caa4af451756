// Package fake is what the servers have in common that stand in for platforms in
// tests: who waits for something to happen there, and which rules were broken.
package fake

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// A Watch is embedded in a server. Make it with [NewWatch].
type Watch struct {
	t        testing.TB
	mu       *sync.Mutex // of the server; guards all below
	patience time.Duration
	changed  chan struct{} // closed, and another made, whenever something changed
	breaches []string
}

// NewWatch makes one for a server whose state mu guards. patience is how long is
// waited for what must happen.
func NewWatch(t testing.TB, mu *sync.Mutex, patience time.Duration) Watch {
	return Watch{t: t, mu: mu, patience: patience, changed: make(chan struct{})}
}

// Violations are the rules that the client broke so far, each with the request.
func (w *Watch) Violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.breaches)
}

// Forgive forgets the violations so far and returns them, for a test of them.
func (w *Watch) Forgive() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.breaches
	w.breaches = nil
	return b
}

// Breach notes a violation. Each is told once, and not more than a hundred. The
// lock is held.
func (w *Watch) Breach(format string, args ...any) {
	v := fmt.Sprintf(format, args...)
	if len(w.breaches) < 100 && !slices.Contains(w.breaches, v) {
		w.breaches = append(w.breaches, v)
	}
}

// Await waits until ok holds. It is asked whenever something changed there, and
// every now and then for what changes elsewhere. In the end the test fails.
func (w *Watch) Await(what string, ok func() bool) {
	w.t.Helper()
	if !w.Wait(ok) {
		w.t.Fatalf("waited %s for: %s", w.patience, what)
	}
}

// Wait is Await for who looks at the end by itself.
func (w *Watch) Wait(ok func() bool) bool {
	end := time.NewTimer(w.patience)
	defer end.Stop()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for {
		w.mu.Lock()
		changed := w.changed
		w.mu.Unlock()
		if ok() {
			return true
		}
		select {
		case <-changed:
		case <-again.C:
		case <-end.C:
			return false
		}
	}
}

// Touch tells those who wait that something changed. The lock is held.
func (w *Watch) Touch() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// Listen opens an address, also one that somebody holds for a moment after an
// outage.
func Listen(addr string) (l net.Listener, err error) {
	for range 50 {
		if l, err = net.Listen("tcp", addr); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return l, err
}
