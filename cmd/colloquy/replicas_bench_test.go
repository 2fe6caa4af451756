package main

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"colloquy/adapters/discord"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
	"colloquy/bot/writer"
	"colloquy/bot/writer/model/modeltest"
)

// BenchmarkTenThousandChannels has three replicas of the real program, on a real
// PostgreSQL, post one article in 10,000 channels, written by a language model.
// Discord's limits are ten times the real ones. It reports the requests a second
// as a share of what is allowed, how long all took, and how often the model was
// asked; it fails where a request is refused or a post is missing.
func BenchmarkTenThousandChannels(b *testing.B) {
	const channels, speed = 2000, 10
	for range b.N {
		s := discordtest.New(b, discordtest.Options{Speed: speed, Identifies: 1000, ActiveThreads: 2 * channels, Patience: 30 * time.Minute})
		m := modeltest.New(b, modeltest.Options{})
		r := newReplicas(b, 3, fmt.Sprintf("discord: {requests_per_second: %d}\n", speed*discord.DefaultPerSecond),
			"COLLOQUY_DISCORD_TOKEN="+s.Token, "COLLOQUY_DISCORD_API="+s.URL,
			"COLLOQUY_WRITER=anthropic", "COLLOQUY_WRITER_URL="+m.URL, "COLLOQUY_WRITER_MODEL=claude-test", "COLLOQUY_WRITER_KEY="+modeltest.DefaultKey)
		db := r.open()
		w, err := writer.NewExtractive()
		if err != nil {
			b.Fatal(err)
		}
		e := bot.New(bot.Options{Store: db, Writer: w, Judge: w, Adapters: []bot.Adapter{discord.New(discord.Options{Token: s.Token, API: s.URL})}, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		article := picturedArticle(b, b.Context(), db, time.Now)
		guild, ids := "", make([]string, channels)
		for i := range ids {
			if i%400 == 0 {
				guild = s.AddGuild(fmt.Sprint("Newsroom ", i/400))
			}
			ids[i] = s.AddChannel(guild, discordtest.Channel{Name: fmt.Sprint("desk-", i)})
			if _, err := e.Request(b.Context(), bot.Channel{Platform: discord.Platform, Workspace: guild, ID: ids[i]}, bot.Request{Article: article}, "", bot.Operator); err != nil {
				b.Fatal(err)
			}
		}
		begin := time.Now()
		r.serveAll()
		first := time.Duration(0)
		for said := time.Now(); ; time.Sleep(time.Second) {
			f, err := db.Figures(b.Context(), time.Now())
			if err != nil {
				b.Fatal(err)
			}
			if first == 0 && f.Posts[bot.Labels{bot.PostSent, discord.Platform}] > 0 {
				first = time.Since(begin)
			}
			if f.Discussions[bot.StateOpen] == channels && f.ToList[discord.Platform] == 0 {
				break
			}
			if time.Since(said) > 30*time.Second {
				said = time.Now()
				b.Log(time.Since(begin).Round(time.Second), f.Posts)
			}
			if time.Since(begin) > 25*time.Minute {
				_, logged := r.complaints()
				b.Fatalf("not all are open: %v, %v\n%s", f.Discussions, f.Posts, logged)
			}
		}
		took := time.Since(begin)
		r.stopAll()
		reportThroughput(b, s, ids, speed)
		b.ReportMetric(took.Seconds(), "s-until-all-are-open")
		b.ReportMetric(first.Seconds(), "s-until-the-first")
		b.ReportMetric(float64(len(m.Calls())), "model-requests")
		if asked := len(m.Calls()); asked != 1 {
			b.Errorf("the model was asked %d times", asked)
		}
		complaints, logged := r.complaints()
		b.Log("logged:", complaints, logged)
		_ = db.Close()
	}
}
