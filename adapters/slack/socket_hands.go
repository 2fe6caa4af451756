package slack

import (
	"sync"
	"time"
)

// handLimit is how long a connection that is to end waits for what came over it,
// within what [bot.HandOver] and the end of the process leave.
const handLimit = shutdownLimit

// hands are what came over a connection and is not acknowledged yet.
type hands struct {
	mu    sync.Mutex
	n     int
	empty chan struct{} // closed when there is nothing; nil: nobody waits
}

// take counts a delivery until done is called, once or more often.
func (h *hands) take() (done func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	return sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.n--; h.n == 0 && h.empty != nil {
			close(h.empty)
			h.empty = nil
		}
	})
}

// wait waits until all are done, but not longer than that. Nothing is taken
// meanwhile.
func (h *hands) wait(limit time.Duration) {
	h.mu.Lock()
	if h.n == 0 {
		h.mu.Unlock()
		return
	}
	empty := make(chan struct{})
	h.empty = empty
	h.mu.Unlock()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-empty:
	case <-timer.C:
	}
}
