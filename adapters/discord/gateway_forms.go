package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	formsAtOnce  = 64
	formPatience = 2 * time.Second // of the 3 s in which an answer is due
)

// forms carries interactions out, each in a goroutine of its own: people wait,
// and for no one else.
type forms struct {
	ctx   context.Context
	log   *slog.Logger
	do    func(ctx context.Context, raw json.RawMessage)
	slots chan struct{} // as many as are carried out at once, of all shards
	group sync.WaitGroup
}

func newForms(ctx context.Context, log *slog.Logger, slots chan struct{}, do func(context.Context, json.RawMessage)) *forms {
	return &forms{ctx: ctx, log: log, do: do, slots: slots}
}

// take returns at once. What finds no place in time is dropped, and its person
// sees that nothing happened.
func (f *forms) take(raw json.RawMessage) {
	f.group.Go(func() {
		late := time.NewTimer(formPatience)
		defer late.Stop()
		select {
		case f.slots <- struct{}{}:
			defer func() { <-f.slots }()
		case <-late.C:
			f.log.ErrorContext(f.ctx, "interaction dropped: too many at once", "interaction", eventID(raw))
			return
		}
		defer func() {
			if p := recover(); p != nil {
				f.log.ErrorContext(f.ctx, "interaction failed", "interaction", eventID(raw), "panic", fmt.Sprint(p))
			}
		}()
		f.do(f.ctx, raw)
	})
}

func (f *forms) wait() { f.group.Wait() }
