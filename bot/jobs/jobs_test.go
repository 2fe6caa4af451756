package jobs_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
)

// counting is an engine that only notes what it is asked to do.
type counting struct {
	mu     sync.Mutex
	ran    []string
	err    error
	begun  chan string
	finish chan struct{}
}

func (c *counting) note(ctx context.Context, what string, id bot.ID) error {
	c.mu.Lock()
	c.ran = append(c.ran, what+" "+string(id))
	err := c.err
	c.mu.Unlock()
	c.begun <- what
	select {
	case <-c.finish:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *counting) Run(ctx context.Context, kind string, id bot.ID) error {
	return c.note(ctx, kind, id)
}

func (c *counting) Beat(context.Context) error { return nil }
func (c *counting) Lanes() map[string]int      { return map[string]int{"console": 1} }
func (c *counting) Settings() bot.Settings {
	return bot.Settings{FetchTimeout: time.Second, WriteTimeout: time.Second}
}

func (c *counting) Plan(_ bot.Schedule, now time.Time) bot.Claim {
	return bot.Claim{Run: now.Add(-time.Minute), Next: now.Add(time.Hour)}
}

func TestWhatIsDueRunsOnce(t *testing.T) {
	clock := func() time.Time { return start }
	db := open(t, clock)
	fill(t, db, 3, func(int) time.Time { return start.Add(-time.Minute) })
	if err := db.PutFeed(t.Context(), bot.Feed{ID: "feed1", URL: "http://f.example", State: bot.FeedActive, NextAt: start, CreatedAt: start}, bot.Audit{}); err != nil {
		t.Fatal(err)
	}
	engine := &counting{begun: make(chan string, 100), finish: make(chan struct{})}
	close(engine.finish)
	r, err := jobs.New(t.Context(), jobs.Options{DB: db, Engine: engine, Clock: clock, Log: silent, Tick: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, time.Second) }()
	var kinds []string
	for range 4 {
		kinds = append(kinds, <-engine.begun)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []string{"feed", "occurrence", "occurrence", "occurrence"}) || len(engine.ran) != 4 {
		t.Errorf("ran %v", engine.ran)
	}
	list, err := db.Occurrences(t.Context(), bot.Channel{}, "", 10)
	if err != nil || len(list) != 3 {
		t.Errorf("%d occurrences, %v", len(list), err)
	}
}

func TestStopWaitsThenCancels(t *testing.T) {
	for _, polite := range []bool{true, false} {
		clock := func() time.Time { return start }
		db := open(t, clock)
		fill(t, db, 1, func(int) time.Time { return start.Add(-time.Minute) })
		engine := &counting{begun: make(chan string, 100), finish: make(chan struct{})}
		r, err := jobs.New(t.Context(), jobs.Options{DB: db, Engine: engine, Clock: clock, Log: silent, Tick: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		grace := time.Minute
		if !polite {
			grace = 50 * time.Millisecond
		}
		go func() { ended <- r.Run(ctx, grace) }()
		<-engine.begun
		stop()
		if polite {
			close(engine.finish)
		}
		if err := <-ended; err != nil {
			t.Errorf("polite %v: %v", polite, err)
		}
	}
}

func TestAFailedClaimLeavesNothingBehind(t *testing.T) {
	clock := func() time.Time { return start }
	db := open(t, clock)
	fill(t, db, 1, func(int) time.Time { return start.Add(-time.Minute) })
	r := runner(t, db, clock)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := r.Claim(ctx); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("claimed %d, %v", n, err)
	}
	if list, err := db.Occurrences(t.Context(), bot.Channel{}, "", 10); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if n, err := r.Claim(t.Context()); n == 0 || err != nil {
		t.Errorf("afterwards %d, %v", n, err)
	}
}
