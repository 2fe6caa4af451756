package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/slack"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
	"colloquy/bot/jobs"
	"colloquy/bot/store"
	"colloquy/bot/writer"
)

// BenchmarkSlackThousandChannels posts one digest in 1,000 channels of ten
// workspaces, as serve does, on a Slack with its limits as they are documented
// (one message a second in a channel) and as the fake assumes them (300 a minute
// in a workspace), with everything that is posted counted: roots and questions. It
// reports the posts a minute as a share of what ten workspaces are allowed, and
// fails where one is refused, missing or out of order.
func BenchmarkSlackThousandChannels(b *testing.B) {
	const workspaces, each = 10, 100
	for range b.N {
		s := slacktest.New(b, slacktest.Options{Patience: 5 * time.Minute})
		var apps []slack.App
		var channels []bot.Channel
		for n := range workspaces {
			app := s.AddApp(slacktest.App{Name: fmt.Sprint("news", n), SocketMode: true})
			team := s.AddTeam(fmt.Sprint("Newsroom ", n))
			boss := s.AddUser(team, "boss", slacktest.Admin)
			in := s.InstallApp(app.ID, team, boss)
			apps = append(apps, slack.App{Name: app.Name, BotToken: in.Token, AppToken: app.AppToken})
			for i := range each {
				id := s.AddChannel(team, slacktest.Channel{Name: fmt.Sprint("desk-", i), Members: []string{boss, in.BotUser}})
				channels = append(channels, bot.Channel{Platform: slack.Platform, Workspace: team, ID: id})
			}
		}
		adapter := slack.New(slack.Options{Apps: apps, API: s.API})
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
		for i := range channels { // the workspaces by turns, as schedules of many tenants fall due
			ch := channels[i%workspaces*each+i/workspaces]
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
		s.Await("the connections", func() bool { return s.Counts().Connections >= workspaces })
		go func() { ended <- runner.Run(ctx, grace) }()
		want := 0
		s.Await("all posts", func() bool {
			if want == 0 {
				if d, err := db.Discussions(ctx, channels[0], false, 1); err == nil && len(d) == 1 {
					want = len(channels) * (1 + len(d[0].Questions))
				}
			}
			return want > 0 && len(s.Calls("chat.postMessage")) >= want
		})
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				b.Error(err)
			}
		}
		reportSlackThroughput(b, s, channels, workspaces)
		_ = db.Close()
	}
}

func reportSlackThroughput(b *testing.B, s *slacktest.Server, channels []bot.Channel, workspaces int) {
	b.Helper()
	calls := s.Calls("chat.postMessage")
	for _, c := range calls {
		if c.Status != http.StatusOK || c.Error != "" {
			b.Fatalf("a post was answered with %d %s", c.Status, c.Error)
		}
	}
	took := calls[len(calls)-1].Time.Sub(calls[0].Time)
	rate := float64(len(calls)) / took.Minutes()
	b.ReportMetric(rate, "posts/min")
	b.ReportMetric(100*rate/float64(workspaces*slack.DefaultPerMinute), "%of-limit")
	b.ReportMetric(float64(len(calls)), "posts")
	if c := s.Counts(); c.TooMany > 0 {
		b.Errorf("%d requests were refused with 429", c.TooMany)
	}
	for _, ch := range channels {
		roots := s.Roots(ch.ID)
		if len(roots) != 1 {
			b.Fatalf("channel %s has %d roots", ch.ID, len(roots))
		}
		for i, m := range s.Thread(roots[0].Ref()) {
			if !strings.HasPrefix(s.Shown(m.Ref()), fmt.Sprintf("%d. ", i+1)) {
				b.Errorf("message %d of a thread is %q", i+1, s.Shown(m.Ref()))
			}
		}
	}
}
