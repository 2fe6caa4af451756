package discord

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"colloquy/bot"
)

// A table is what processes divide among themselves, as a test says: who is to have a
// part gets it as soon as it is free; the first to come where nobody is, or has left.
type table struct {
	mu   sync.Mutex
	cond *sync.Cond
	want map[string]*process // by name and part
	has  map[string]*tenure
	left map[*process]map[string]bool // what each takes part in no more
}

// A process is a [bot.Sharer] at a table.
type process struct {
	*table
	name string
}

// A tenure is one run of a part.
type tenure struct {
	p   *process
	end context.CancelCauseFunc
}

func newTable() *table {
	t := &table{want: map[string]*process{}, has: map[string]*tenure{}, left: map[*process]map[string]bool{}}
	t.cond = sync.NewCond(&t.mu)
	return t
}

func (t *table) process(name string) *process {
	p := &process{t, name}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left[p] = map[string]bool{}
	return p
}

func partName(name string, part int) string { return fmt.Sprint(name, "/", part) }

// Share implements [bot.Sharer].
func (p *process) Share(ctx context.Context, name string, n int, run func(context.Context, int)) {
	defer context.AfterFunc(ctx, p.changed)()
	var running sync.WaitGroup
	p.mu.Lock()
	p.left[p][name] = false
	for ctx.Err() == nil {
		for part := range n {
			key := partName(name, part)
			if w := p.want[key]; p.has[key] != nil || w != nil && w != p && !p.left[w][name] {
				continue
			}
			held, end := context.WithCancelCause(ctx)
			own := &tenure{p, end}
			p.has[key] = own
			running.Go(func() {
				run(held, part)
				p.mu.Lock()
				defer p.mu.Unlock()
				end(nil)
				if p.has[key] == own {
					delete(p.has, key)
				}
				p.cond.Broadcast()
			})
		}
		p.cond.Wait()
	}
	p.left[p][name] = true
	p.cond.Broadcast()
	p.mu.Unlock()
	running.Wait()
}

func (t *table) changed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cond.Broadcast()
}

// give has a part handed over to a process, or given to it at first.
func (t *table) give(name string, part int, to *process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := partName(name, part)
	t.want[key] = to
	if own := t.has[key]; own != nil && own.p != to {
		own.end(nil)
	}
	t.cond.Broadcast()
}

// take gives a part to a process while another still runs it, as that one was frozen.
func (t *table) take(name string, part int, to *process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := partName(name, part)
	t.want[key] = to
	if own := t.has[key]; own != nil {
		own.end(bot.ErrLeaseLost)
		delete(t.has, key)
	}
	t.cond.Broadcast()
}

// owner is who has a part.
func (t *table) owner(name string, part int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own := t.has[partName(name, part)]; own != nil {
		return own.p.name
	}
	return ""
}

// shardsOf is the name of the share on a desk.
func shardsOf(n int) string { return fmt.Sprint("discord/77/shards/", n) }

// stopAll ends several processes.
func stopAll(t *testing.T, runs ...*run) {
	t.Helper()
	for _, r := range runs {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	}
}
