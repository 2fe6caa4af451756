package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/writer"
	"colloquy/bot/writer/model"
	"colloquy/bot/writer/model/modeltest"
	"colloquy/prompts"
)

// withModel gives an engine a writer that asks a model of the tests.
func withModel(t *testing.T, s *modeltest.Server, clock bot.Clock, provider string) func(*bot.Options) {
	t.Helper()
	m, err := model.New(model.Options{Provider: provider, URL: s.URL, Key: modeltest.DefaultKey, Model: "test-model", Clock: clock,
		Prices: model.Prices{Input: 1, CacheRead: 0.1, CacheWrite: 1.25, Output: 5}})
	if err != nil {
		t.Fatal(err)
	}
	templates, err := prompts.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	offline, err := writer.NewExtractive()
	if err != nil {
		t.Fatal(err)
	}
	return func(o *bot.Options) {
		o.Writer = writer.NewLLM(writer.LLMOptions{Model: m, Prompts: templates, Offline: offline})
		o.Offline = offline
	}
}

// everywhere adds a schedule at nine for each of n channels, all on one feed.
func (b *bench) everywhere(n int) {
	b.t.Helper()
	for i := range n {
		b.schedule(func(s *bot.Schedule) { s.Channel.ID = fmt.Sprintf("c%d", i) })
	}
}

// runJobs works as a process does, until stop is called.
func (b *bench) runJobs(e *bot.Engine) (stop func()) {
	b.t.Helper()
	r, err := jobs.New(b.t.Context(), jobs.Options{DB: b.db, Engine: e, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Tick: 20 * time.Millisecond, Posters: 1})
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, 10*time.Second) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	}
}

func TestThousandChannelsOneCall(t *testing.T) {
	s := modeltest.New(t, modeltest.Options{})
	b := newBench(t)
	withModel(t, s, b.clock, model.Anthropic)
	b.start(withModel(t, s, b.clock, model.Anthropic))
	begin := time.Now()
	b.everywhere(1000)
	t.Log("schedules", time.Since(begin))
	b.web.publish("quay")
	b.mu.Lock()
	b.now = b.now.Add(time.Hour + time.Second)
	b.mu.Unlock()
	begin = time.Now()
	stop := b.runJobs(b.engine)
	for {
		var n, o int
		if err := b.db.Conn().QueryRow(`SELECT COUNT(*), COUNT(CASE WHEN state = 'open' THEN 1 END) FROM discussions`).Scan(&n, &o); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(begin), n, o)
		if n >= 1000 {
			break
		}
		time.Sleep(200 * time.Millisecond)
		if time.Since(begin) > time.Minute {
			break
		}
	}
	stop()
	t.Log("all", time.Since(begin), len(s.Calls()))
	d := b.discussion()
	dig, err := b.db.Digest(t.Context(), d.DigestID)
	t.Logf("%+v %v %+v", dig.Writer, err, dig.Fallback)
}
