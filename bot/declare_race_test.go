package bot_test

import (
	"fmt"
	"sync"
	"testing"

	"colloquy/bot"
)

// Replicas that begin together read the same file at the same moment: each thing is
// made once, said once and written down once.
func TestOneFileReadByManyAtOnce(t *testing.T) {
	b := newBench(t)
	d := b.declared(func(d *bot.Declared) {
		for i := range 10 {
			s := d.Schedules[0]
			s.Name, s.DeclaredAt = fmt.Sprintf("s%d", i), fmt.Sprintf("c.yaml:%d", 10+i)
			d.Schedules = append(d.Schedules, s)
			d.Feeds = append(d.Feeds, bot.Feed{Name: s.Name, URL: fmt.Sprintf("%s?%d", d.Feeds[0].URL, i), DeclaredAt: s.DeclaredAt})
		}
	})
	engines := []*bot.Engine{b.engine}
	for range 3 {
		b.start()
		engines = append(engines, b.engine)
	}
	read := func(files ...bot.Declared) (changes int) {
		t.Helper()
		var mu sync.Mutex
		var all sync.WaitGroup
		for i, e := range engines {
			all.Go(func() {
				done, _, err := e.Declare(t.Context(), files[i%len(files)])
				if err != nil {
					t.Errorf("engine %d: %v", i, err)
				}
				mu.Lock()
				defer mu.Unlock()
				changes += len(done)
			})
		}
		all.Wait()
		return changes
	}
	if n := read(d); n != 22 {
		t.Errorf("%d changes were made; want 22, each once", n)
	}
	lines, err := b.db.Audits(t.Context(), bot.AuditFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, l := range lines {
		if l.Action == "schedule_declare" || l.Action == "feed_declare" {
			declared++
		}
	}
	if declared != 22 {
		t.Errorf("%d changes stand in the audit; want 22", declared)
	}
	// While the file is changed on one machine after another, the last that is read
	// counts: nothing is lost, nothing is there twice, and nobody fails.
	newer := d
	newer.Schedules = newer.Schedules[:5]
	read(d, newer)
	read(newer)
	schedules, err := b.db.Schedules(t.Context(), bot.Channel{})
	if err != nil {
		t.Fatal(err)
	}
	paused := 0
	for _, s := range schedules {
		if s.Paused {
			paused++
		}
	}
	if len(schedules) != 11 || paused != 6 {
		t.Errorf("%d schedules, %d paused; want 11 and 6", len(schedules), paused)
	}
	if n := read(newer); n != 0 {
		t.Errorf("reading it again changed %d things", n)
	}
}
