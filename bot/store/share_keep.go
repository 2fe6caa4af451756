package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// One renewal: as long as the database may take to answer, and short enough that
	// another connection can be tried before a lease ends.
	beatLimit    = 4 * time.Second
	connectLimit = 10 * time.Second
	finishLimit  = time.Second // for what is under way at the end, and to give everything up
	retryAfter   = 200 * time.Millisecond
)

// A keeper renews what this process has, on a connection of its own, so that it waits
// for nothing else that is written. It takes no part in the lock of [DB.write]: no other
// transaction reads or changes its rows, and each of its statements changes a row on a
// condition that it checks itself.
type keeper struct {
	db     *DB
	wake   chan struct{}
	stop   chan struct{}
	done   chan struct{}
	cancel context.CancelFunc // of what is under way
	conn   *pgx.Conn          // nil: none
	burial sync.WaitGroup

	// Under the lock of sharing: in touch without a gap since, and the last renewal;
	// whether somebody is being buried.
	since, last time.Time
	burying     bool
}

// enter starts the keeper for its first user.
func (db *DB) enter() *keeper {
	h := &db.sharing
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users++; h.users == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		h.keeper = &keeper{db: db, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}), cancel: cancel}
		go h.keeper.keep(ctx)
	}
	h.keeper.hurry()
	return h.keeper
}

// leave ends the keeper after its last user.
func (db *DB) leave() {
	h := &db.sharing
	h.mu.Lock()
	k := h.keeper
	if h.users--; h.users > 0 {
		k.hurry()
		h.mu.Unlock()
		return
	}
	h.keeper = nil
	h.mu.Unlock()
	close(k.stop)
	wait := finishLimit
	if !k.touches() {
		wait = 0 // nobody answers
	}
	late := time.AfterFunc(wait, k.cancel)
	<-k.done
	late.Stop()
	k.cancel()
}

// hurry has the next renewal come at once.
func (k *keeper) hurry() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// touches reports whether the last renewal is not long ago.
func (k *keeper) touches() bool {
	h := &k.db.sharing
	h.mu.Lock()
	defer h.mu.Unlock()
	return !k.since.IsZero() && time.Since(k.last) < h.lease/2
}

// keep renews until it is stopped, and then gives up what is left.
func (k *keeper) keep(ctx context.Context) {
	defer close(k.done)
	defer k.burial.Wait()
	for stopping := false; !stopping; {
		began, every := time.Now(), k.db.sharing.every
		err := k.beat(ctx)
		pause := max(every-time.Since(began), 0)
		if err != nil {
			pause = min(retryAfter, every)
			k.hangUp()
			k.lostTouch()
		}
		next := time.NewTimer(pause)
		select {
		case <-k.stop:
			stopping = true
		case <-k.wake:
		case <-next.C:
		}
		next.Stop()
	}
	if k.touches() {
		ctx, cancel := context.WithTimeout(context.Background(), finishLimit)
		defer cancel()
		if k.connect(ctx) == nil {
			k.finish(ctx)
		}
	}
	k.hangUp()
}

// settled reports whether others had time to renew what they have, after the database
// was away. The lock of sharing is held.
func (k *keeper) settled() bool {
	return !k.since.IsZero() && k.last.Sub(k.since) >= 2*k.db.sharing.every
}

func (k *keeper) lostTouch() {
	k.db.sharing.mu.Lock()
	defer k.db.sharing.mu.Unlock()
	k.since = time.Time{}
}

func (k *keeper) hangUp() {
	if k.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), retryAfter)
		defer cancel()
		_ = k.conn.Close(ctx)
		k.conn = nil
	}
}

// connect has a connection that sends statements and their arguments together, so that
// a renewal is one way there and back however slow the database is.
func (k *keeper) connect(ctx context.Context) error {
	if k.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	c := k.db.pool.Config().ConnConfig.Copy()
	c.DefaultQueryExecMode = pgx.QueryExecModeExec
	var err error
	k.conn, err = pgx.ConnectConfig(ctx, c)
	return err
}

// beat renews everything, reads who has what, and takes what is this process's due.
func (k *keeper) beat(ctx context.Context) error {
	if err := k.connect(ctx); err != nil {
		return err
	}
	base := ctx
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	a := k.db.sharing.asks()
	a.tidy = k.last.IsZero() // nobody else writes it
	sent := time.Now()
	got, err := k.renew(ctx, a)
	if err != nil {
		return err
	}
	take := k.answered(a, got, sent)
	if got.dead {
		k.bury(base)
	}
	if len(take) == 0 {
		return nil
	}
	sent = time.Now()
	took, err := k.take(ctx, take)
	if err != nil {
		return err
	}
	k.begin(took, sent)
	return nil
}

// An asking is what one renewal is to do: rows to renew, to delete, and to have.
type asking struct {
	keep, drop, sharers []string
	replica             *Replica
	tidy                bool // the rows of those that died long ago are deleted as well
}

// asks gathers what the next renewal is to do.
func (h *sharing) asks() asking {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := asking{replica: h.replica, drop: h.orphans}
	h.orphans = nil
	for name, s := range h.shares {
		if s.leaving {
			a.drop = append(a.drop, sharer(name, h.id))
		} else {
			a.sharers = append(a.sharers, sharer(name, h.id))
		}
		for _, p := range s.parts {
			switch {
			case p.over:
				a.drop = append(a.drop, p.subject)
			case !p.lost:
				a.keep = append(a.keep, p.subject)
			}
		}
	}
	return a
}

// answered takes in what a renewal brought and says which parts to take.
func (k *keeper) answered(a asking, got answer, sent time.Time) (take []string) {
	h := &k.db.sharing
	h.mu.Lock()
	defer h.mu.Unlock()
	k.last = time.Now()
	if k.since.IsZero() {
		k.since = sent
	}
	k.db.sees(got.schema)
	h.there = got.there
	if a.replica != nil && a.replica == h.replica && !h.joined {
		h.joined = true
		close(h.join)
	}
	for name, s := range h.shares {
		for i, p := range s.parts {
			asked := slices.Contains(a.keep, p.subject)
			switch {
			case p.over && slices.Contains(a.drop, p.subject):
				delete(s.parts, i)
			case asked && !slices.Contains(got.kept, p.subject):
				p.lose()
			case asked && !p.lost && !p.over:
				p.lapse.Reset(time.Until(h.until(sent)))
			}
		}
		if s.leaving {
			if slices.Contains(a.drop, sharer(name, h.id)) && len(s.parts) == 0 && !s.isGiven {
				s.isGiven = true
				close(s.given)
			}
			continue
		}
		due := h.plan(s, k.settled())
		if k.last.Sub(sent) > (h.lease-h.spare)/2 {
			continue // so slow that it could not keep them
		}
		for _, i := range due {
			take = append(take, subject(name, i))
		}
	}
	return take
}

// begin starts the parts that were taken. What nobody here wants any more is given up.
func (k *keeper) begin(took []string, sent time.Time) {
	h := &k.db.sharing
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, full := range took {
		name, i := partOf(full)
		if s := h.shares[name]; s != nil && !s.leaving && s.parts[i] == nil {
			h.start(k, s, i, h.until(sent))
		} else {
			h.orphans = append(h.orphans, full)
		}
	}
}
