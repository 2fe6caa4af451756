package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"colloquy/bot"
)

// How a database is shared. A part is good for 7 s from when its renewal was sent, and
// given up half a second before by whoever could not renew it; so a process that dies or
// is frozen is replaced within 8 s, and one that loses the database for 5 s loses nothing.
const (
	shareEvery = time.Second            // between two renewals
	shareLease = 7 * time.Second        // how long one is good
	shareSpare = 500 * time.Millisecond // by which it is given up before
	shareAgain = time.Second            // before a run begins again that returned by itself
	shareGiven = 500 * time.Millisecond // for the rows to be deleted of what was handed over
)

// sharing is what this process has of what is divided among the replicas.
type sharing struct {
	id       string        // of this process
	every    time.Duration // see shareEvery, and so on
	lease    time.Duration
	spare    time.Duration
	outdated chan struct{} // is closed when the tables are newer than known here

	mu      sync.Mutex
	shares  map[string]*share
	there   map[string]row // as the last renewal saw it
	orphans []string       // rows of ours that nobody wants
	users   int            // of the keeper: shares, and being a replica
	keeper  *keeper        // nil: nobody uses it
	replica *Replica       // that this process is; nil: none
	join    chan struct{}  // is closed when its row is there
	joined  bool
	schema  int // that is newer than known here
}

// A share is one name that this process takes part in.
type share struct {
	ctx     context.Context
	name    string
	n       int
	run     func(ctx context.Context, part int)
	parts   map[int]*part     // that run here, or ran and are not given up yet
	again   map[int]time.Time // not to be begun before
	running sync.WaitGroup
	leaving bool          // it takes no more parts
	isGiven bool          // given is closed
	given   chan struct{} // is closed when it left and all rows are deleted
	ended   chan struct{} // is closed when its name may be used again
}

// A part is one that runs, or has run.
type part struct {
	subject string
	cancel  context.CancelCauseFunc
	lapse   *time.Timer
	leaving bool // it is being handed over
	lost    bool
	over    bool // the run has returned: its row is to be deleted
}

var _ bot.Sharer = (*DB)(nil)

func newSharing(id string) sharing {
	return sharing{id: id, every: shareEvery, lease: shareLease, spare: shareSpare, outdated: make(chan struct{}), shares: map[string]*share{}}
}

// Share implements [bot.Sharer]. On SQLite every part is this process's. On PostgreSQL
// parts are rows of the table leases, by the clock of the database; also a process that
// is no replica, see [DB.Join], takes part.
func (db *DB) Share(ctx context.Context, name string, n int, run func(ctx context.Context, part int)) {
	if !db.Shared() {
		bot.Alone{}.Share(ctx, name, n, run)
		return
	}
	h := &db.sharing
	s := &share{ctx: ctx, name: name, n: n, run: run, parts: map[int]*part{}, again: map[int]time.Time{}, given: make(chan struct{}), ended: make(chan struct{})}
	if !h.begin(s) {
		return
	}
	k := db.enter()
	defer db.leave()
	<-ctx.Done()
	h.mu.Lock()
	s.leaving = true
	h.mu.Unlock()
	k.hurry()
	s.running.Wait()
	k.hurry()
	if k.touches() { // else what is left lapses
		select {
		case <-s.given:
		case <-time.After(shareGiven):
		}
	}
	h.mu.Lock()
	delete(h.shares, name)
	h.mu.Unlock()
	close(s.ended)
}

// begin makes s this process's share of its name, as soon as there is no other. It is
// false when ctx is done before.
func (h *sharing) begin(s *share) bool {
	for {
		h.mu.Lock()
		before := h.shares[s.name]
		if before == nil {
			h.shares[s.name] = s
			h.mu.Unlock()
			return true
		}
		h.mu.Unlock()
		select {
		case <-s.ctx.Done():
			return false
		case <-before.ended:
		}
	}
}

// until is when this process gives up what it renewed at a moment.
func (h *sharing) until(sent time.Time) time.Time { return sent.Add(h.lease - h.spare) }

// start runs a part that is this process's until the given moment. h is locked.
func (h *sharing) start(k *keeper, s *share, i int, until time.Time) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	p := &part{subject: subject(s.name, i), cancel: cancel}
	s.parts[i] = p
	p.lapse = time.AfterFunc(time.Until(until), func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		p.lose()
	})
	s.running.Go(func() {
		s.run(ctx, i)
		h.mu.Lock()
		defer h.mu.Unlock()
		p.lapse.Stop()
		p.over = true
		if ctx.Err() == nil {
			s.again[i] = time.Now().Add(shareAgain)
		}
		cancel(nil)
		k.hurry()
	})
}

// lose ends a run whose part is not this process's any more. h is locked.
func (p *part) lose() {
	if !p.over && !p.lost {
		p.lost = true
		p.cancel(bot.ErrLeaseLost)
	}
}

// plan says which parts of s to take, and begins to hand over those that are too many.
// settled is whether others that have a part which lapsed had time to renew it after the
// database was away. h is locked.
func (h *sharing) plan(s *share, settled bool) (take []int) {
	held := map[string]int{h.id: 0}
	for subject, r := range h.there {
		if id, ok := strings.CutPrefix(subject, sharer(s.name, "")); ok && r.left > 0 {
			held[id] = 0
		}
	}
	var free, mine []int
	for i := range s.n {
		r, there := h.there[subject(s.name, i)]
		taken := there && r.owner != h.id && r.left > 0
		if _, sharing := held[r.owner]; taken && sharing {
			held[r.owner]++
		}
		p := s.parts[i]
		switch {
		case p != nil && !p.leaving && !p.lost && !p.over:
			mine = append(mine, i)
		case p == nil && !taken && (!there || r.owner == h.id || settled) && !time.Now().Before(s.again[i]):
			free = append(free, i)
		}
	}
	held[h.id] = len(mine)
	most := fair(s.n, h.id, held)
	for _, i := range mine[min(most, len(mine)):] {
		s.parts[i].leaving = true
		s.parts[i].cancel(nil)
	}
	return free[:max(min(len(free), most-len(mine)), 0)]
}

// fair is how many of n parts are a process's own. held is how many each of those that
// share them has now: who has most keeps one more, where they do not come out even, so
// that no part changes hands without need.
func fair(n int, id string, held map[string]int) int {
	ids := slices.SortedFunc(maps.Keys(held), func(a, b string) int {
		return cmp.Or(held[b]-held[a], strings.Compare(a, b))
	})
	most := n / len(ids)
	if slices.Index(ids, id) < n%len(ids) {
		most++
	}
	return most
}
