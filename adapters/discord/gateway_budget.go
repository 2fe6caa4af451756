package discord

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"
)

// identifyEvery is how far apart identifies of one bucket must be.
const identifyEvery = 5 * time.Second

// onTheWay is how much longer one identify may take to reach Discord, which counts
// from there, than the next.
const onTheWay = 250 * time.Millisecond

// reserve is how many identifies are never used: Discord resets the token of a
// bot that exceeds its number, and other programs may use the same token.
func (l startLimit) reserve() int { return min(20, l.Total/10) }

// A startLimit is Discord's session_start_limit.
type startLimit struct {
	Total       int   `json:"total"`
	Remaining   int   `json:"remaining"`
	ResetAfter  int64 `json:"reset_after"`     // ms
	Concurrency int   `json:"max_concurrency"` // buckets; one identify each in 5 s
}

// A budget lets shards identify as often as Discord allows in a day. Other processes
// count for themselves, and each is told by Discord what the others have used.
type budget struct {
	clock bot.Clock
	log   *slog.Logger

	mu    sync.Mutex
	limit startLimit
	reset time.Time // when Remaining is Total again
}

func newBudget(o Options) *budget { return &budget{clock: o.Clock, log: o.Log} }

// learn takes what Discord says. Until it says something else, we count ourselves.
func (b *budget) learn(l startLimit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l.Concurrency = max(l.Concurrency, 1)
	b.limit, b.reset = l, b.clock().Add(time.Duration(l.ResetAfter)*time.Millisecond)
}

// low reports whether nobody may identify.
func (b *budget) low() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit.Remaining <= b.limit.reserve()
}

// spend takes one identify, and says until when there is none if there is none.
func (b *budget) spend() (until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.clock(); !now.Before(b.reset) {
		b.limit.Remaining, b.reset = b.limit.Total, now.Add(24*time.Hour)
	}
	if b.limit.Remaining <= b.limit.reserve() {
		return b.reset
	}
	b.limit.Remaining--
	return time.Time{}
}

// giveBack returns an identify that was not sent.
func (b *budget) giveBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit.Remaining++
}

// wait spends one identify as soon as there is one, and reports false when ctx
// ended before. long is called if that takes hours.
func (b *budget) wait(ctx context.Context, long func()) bool {
	for until := b.spend(); !until.IsZero(); until = b.spend() {
		b.log.WarnContext(ctx, "waiting: Discord's limit of new connections is nearly used up; something restarts too often", "until", until)
		long()
		if !once.Sleep(ctx, until.Sub(b.clock())+time.Second) {
			return false
		}
	}
	return true
}

// bucket is the number of that of a shard.
func (b *budget) bucket(shard int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return shard % max(b.limit.Concurrency, 1)
}
