package discord

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"colloquy/bot"
)

// identifyEvery is how far apart identifies of one bucket must be.
const identifyEvery = 5 * time.Second

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

// A budget lets shards identify as often as Discord allows.
type budget struct {
	clock bot.Clock
	log   *slog.Logger

	mu      sync.Mutex
	limit   startLimit
	reset   time.Time // when Remaining is Total again
	buckets map[int]*bucket
}

// A bucket is held from before a connection is dialled until its identify is sent.
type bucket struct {
	free chan struct{}
	last time.Time
}

func newBudget(clock bot.Clock, log *slog.Logger) *budget {
	return &budget{clock: clock, log: log, buckets: map[int]*bucket{}}
}

// learn takes what Discord says. Until it says something else, we count ourselves.
func (b *budget) learn(l startLimit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l.Concurrency = max(l.Concurrency, 1)
	b.limit, b.reset = l, b.clock().Add(time.Duration(l.ResetAfter)*time.Millisecond)
}

// low says until when nobody may identify; zero if somebody may.
func (b *budget) low() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.clock(); !now.Before(b.reset) {
		b.limit.Remaining, b.reset = b.limit.Total, now.Add(24*time.Hour)
	}
	if b.limit.Remaining > b.limit.reserve() {
		return time.Time{}
	}
	return b.reset
}

// acquire waits until a shard may identify. done is called once: with true just
// before it does, or with false when it did not come to that.
func (b *budget) acquire(ctx context.Context, shard int) (done func(identified bool), err error) {
	for until := b.low(); !until.IsZero(); until = b.low() {
		b.log.WarnContext(ctx, "waiting: Discord's limit of new connections is nearly used up; something restarts too often", "shard", shard, "until", until)
		if !sleep(ctx, until.Sub(b.clock())+time.Second) {
			return nil, ctx.Err()
		}
	}
	bucket := b.bucket(shard)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case bucket.free <- struct{}{}:
	}
	if !sleep(ctx, bucket.last.Add(identifyEvery).Sub(b.clock())) {
		<-bucket.free
		return nil, ctx.Err()
	}
	var once sync.Once
	return func(identified bool) {
		once.Do(func() {
			if identified {
				bucket.last = b.clock()
				b.spend()
			}
			<-bucket.free
		})
	}, nil
}

func (b *budget) bucket(shard int) *bucket {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := shard % max(b.limit.Concurrency, 1)
	if b.buckets[n] == nil {
		b.buckets[n] = &bucket{free: make(chan struct{}, 1)}
	}
	return b.buckets[n]
}

func (b *budget) spend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit.Remaining--
}
