package jobs

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"colloquy/bot"
)

const (
	// A limit of a platform is by the second: so long after its last request a lane is
	// still kept from the next process.
	laneRest = time.Second
	// One look whether a queue has ended: all others are added and removed meanwhile.
	lookLimit = 20 * time.Millisecond
	// What was cancelled may take so long to return.
	cancelLimit = 500 * time.Millisecond
)

// lanes are the queues of what makes requests to platforms. Each lane is one process's
// at a time, so that the limits of a platform, which its adapter keeps to within a
// process, hold over all of them.
type lanes struct {
	of map[string]int // how many each platform has

	mu   sync.Mutex
	here map[string]*lane // those that this process has, by each of their queues
}

// A lane is one that this process has.
type lane struct {
	work   context.Context // that its jobs run in
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	ended time.Time // the last of its jobs
}

// postQueue is for what goes out and is listed, feedQueue keeps feeds that hang
// from holding up the rest, and sweepQueue the listings of closed threads, which
// have time.
func postQueue(platform string, lane int) string { return fmt.Sprintf("posts-%s-%d", platform, lane) }

func sweepQueue(platform string, lane int) string { return fmt.Sprintf("sweeps-%s-%d", platform, lane) }

const feedQueue = "feeds"

// shared is the name by which the lanes of a platform are shared.
func shared(platform string) string { return "posts/" + platform }
