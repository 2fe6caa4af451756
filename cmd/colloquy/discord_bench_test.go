package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
	"colloquy/bot/writer"
)

// BenchmarkDiscordThousandChannels posts one digest in 1,000 channels, as serve
// does, on a Discord whose limits are five times the real ones, with everything
// that takes counted: roots, threads, questions. It reports the requests a
// second as a share of what is allowed (45 a second, five times), and fails where one
// is refused or a channel's posts are out of order.
func BenchmarkDiscordThousandChannels(b *testing.B) {
	const channels, speed = 1000, 5
	for range b.N {
		s := discordtest.New(b, discordtest.Options{Speed: speed, ActiveThreads: 2 * channels, Patience: 5 * time.Minute})
		guild := s.AddGuild("Newsroom")
		adapter := discord.New(discord.Options{Token: s.Token, API: s.URL, PerSecond: discord.DefaultPerSecond * speed})
		db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "colloquy.db"), store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		w, err := writer.NewExtractive()
		if err != nil {
			b.Fatal(err)
		}
		log := slog.New(slog.DiscardHandler)
		e := bot.New(bot.Options{Store: db, Writer: w, Judge: w, Adapters: []bot.Adapter{adapter}, Clock: time.Now, Log: log})
		article := picturedArticle(b, b.Context(), db, time.Now)
		ids := make([]string, channels)
		for i := range ids {
			ids[i] = s.AddChannel(guild, discordtest.Channel{Name: fmt.Sprint("desk-", i)})
			ch := bot.Channel{Platform: discord.Platform, Workspace: guild, ID: ids[i]}
			if _, err := e.Request(b.Context(), ch, bot.Request{Article: article}, "", bot.Operator); err != nil {
				b.Fatal(err)
			}
		}
		runner, err := jobs.New(b.Context(), jobs.Options{DB: db, Engine: e, Clock: time.Now, Log: log})
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error, 2)
		go func() { ended <- adapter.Run(ctx, e) }()
		s.AwaitConnected(1)
		go func() { ended <- runner.Run(ctx, grace) }()
		want := 0
		s.Await("all posts", func() bool {
			if want == 0 {
				if threads := s.Threads(ids[0]); len(threads) == 1 {
					if d, err := db.Discussions(ctx, bot.Channel{Platform: discord.Platform, Workspace: guild, ID: ids[0]}, false, 1); err == nil && len(d) == 1 {
						want = channels * (2 + len(d[0].Questions))
					}
				}
			}
			return want > 0 && posted(s) >= want
		})
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				b.Error(err)
			}
		}
		reportThroughput(b, s, ids, speed)
		_ = db.Close()
	}
}

// posted counts what was posted and opened.
func posted(s *discordtest.Server) (n int) {
	for _, c := range s.Calls() {
		if c.Method == "POST" && c.Status/100 == 2 && strings.HasPrefix(c.Path, "/channels/") {
			n++
		}
	}
	return n
}

func reportThroughput(b *testing.B, s *discordtest.Server, ids []string, speed float64) {
	b.Helper()
	var first, last time.Time
	n := 0
	for _, c := range s.Calls() {
		if !strings.HasPrefix(c.Path, "/channels/") {
			continue
		}
		if n == 0 {
			first = c.Time
		}
		n++
		last = c.Time
	}
	rate := float64(n) / last.Sub(first).Seconds()
	b.ReportMetric(rate, "requests/s")
	b.ReportMetric(100*rate/(discord.DefaultPerSecond*speed), "%of-limit")
	b.ReportMetric(float64(n), "requests")
	if c := s.Counts(); c.TooMany > 0 {
		b.Errorf("%d requests were refused with 429", c.TooMany)
	}
	for _, id := range ids {
		threads := s.Threads(id)
		if len(threads) != 1 {
			b.Fatalf("channel %s has %d threads", id, len(threads))
		}
		at := 0
		for _, m := range s.Written(threads[0].ID) {
			at++
			if !strings.Contains(m.Content, fmt.Sprintf("**%d.**", at)) {
				b.Errorf("message %d of a thread is %q", at, m.Content)
			}
		}
	}
}

// BenchmarkDiscordTenThousandServers lets the real program connect where it is
// in 10,000 servers of 100 channels, and reports how much memory it has then.
func BenchmarkDiscordTenThousandServers(b *testing.B) {
	const servers, most = 10_000, 100
	for range b.N {
		r := newDiscordRun(b, discordtest.Options{Speed: 20, Shards: 4, Patience: 5 * time.Minute}, "")
		r.s.AddBulk(servers, 100)
		r.start()
		r.s.AwaitConnected(4)
		r.until("all servers", func() bool { return strings.Count(r.ok("installation", "list"), "discord:") == servers })
		time.Sleep(2 * time.Second) // what comes after the last one
		now, peak := resident(b, r.process.Process.Pid)
		b.ReportMetric(now, "MB-resident")
		b.ReportMetric(peak, "MB-peak")
		if peak > most {
			b.Errorf("%.0f MB are resident, %d are allowed", peak, most)
		}
		r.kill()
	}
}

// resident reads the memory of a process, now and at most, in MB.
func resident(b *testing.B, pid int) (now, peak float64) {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip(err)
	}
	for line := range strings.Lines(string(data)) {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kB); n == 1 {
			now = kB / 1000
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kB); n == 1 {
			peak = kB / 1000
		}
	}
	return now, peak
}
