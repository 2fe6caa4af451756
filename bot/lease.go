package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Lease is the right to work on one row. Every write of the work checks it,
// so a worker that slept through its lease writes nothing any more.
type Lease struct {
	Subject string // "occurrence/ID", "discussion/ID", "feed/ID"
	Token   string // random, new with every lease
}

// withLease runs work while it holds the lease on subject, and renews it. When
// somebody else holds it, work is not run and there is no error. The context
// given to work ends when the lease is lost.
//
// A lease is measured by the wall clock. Within this process a jump of it takes
// no row away from a worker, whose request may be under way.
func (e *Engine) withLease(ctx context.Context, subject string, work func(context.Context, Lease) error) error {
	if !e.setBusy(subject, true) {
		return nil
	}
	defer e.setBusy(subject, false)
	l := Lease{Subject: subject, Token: rand.Text()}
	ok, err := e.store.AcquireLease(ctx, l, e.now(), e.set.Lease)
	if err != nil {
		return fmt.Errorf("lease %s: %w", subject, err)
	}
	if !ok {
		return nil
	}
	asked := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { e.keepLease(ctx, cancel, l) })
	err = work(ctx, l)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, ErrLeaseLost) {
		err = cause
	}
	cancel(nil)
	renewing.Wait()
	// Also when we are asked to stop, so that the next worker need not wait; but then
	// not for long, and neither where the database is only busy.
	most := 10 * time.Second
	if asked.Err() != nil {
		most = 2 * time.Second
	}
	free, stop := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer stop()
	if rerr := e.store.ReleaseLease(free, l); rerr != nil {
		e.log.WarnContext(ctx, "lease not released", "subject", subject, "err", rerr)
	}
	if errors.Is(err, ErrLeaseLost) {
		e.log.WarnContext(ctx, "lease lost, work left to another", "subject", subject)
		return nil
	}
	return err
}

// setBusy marks a subject as worked on here, or no longer so. ok is false when
// it was marked already.
func (e *Engine) setBusy(subject string, busy bool) (ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !busy {
		delete(e.busy, subject)
		return true
	}
	if e.busy[subject] {
		return false
	}
	e.busy[subject] = true
	return true
}

// keepLease renews l until ctx is done. Renewing is by the wall clock of this
// process: a third of the lease, so that two renewals may fail.
func (e *Engine) keepLease(ctx context.Context, cancel context.CancelCauseFunc, l Lease) {
	tick := time.NewTicker(e.set.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			ok, err := e.store.RenewLease(ctx, l, e.now(), e.set.Lease)
			if err != nil {
				continue // the next write checks the lease by itself
			}
			if !ok {
				cancel(ErrLeaseLost)
				return
			}
		}
	}
}
