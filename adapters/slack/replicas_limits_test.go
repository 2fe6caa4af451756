package slack

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// What three processes ask of one workspace at the same time, one of them for the
// lane of that workspace, is within Slack's limits, of which the fake's are for all
// together.
func TestReplicasKeepTheLimits(t *testing.T) {
	t.Parallel()
	p := newParty(t, false, slacktest.Options{})
	for n := range 150 {
		p.people = append(p.people, p.AddUser(p.team, fmt.Sprint("Reader ", n)))
	}
	var all []*team
	for range 3 {
		g := p.join(nil)
		in, err := g.a.team(t.Context(), p.team)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, in)
	}
	p.Await("all have a part of it", func() bool {
		var parts int32
		for _, in := range all {
			parts += in.app.a.live.parts.Load()
		}
		return parts == liveParts
	})
	ctx, end := context.WithTimeout(t.Context(), 3*time.Second) // three minutes of Slack's
	defer end()
	var asking sync.WaitGroup
	ask := func(in *team, workers int, each func(n int) call) {
		for w := range workers {
			asking.Go(func() {
				for n := w; ctx.Err() == nil; n += workers {
					_ = in.do(ctx, each(n), nil) // what is refused is counted there
				}
			})
		}
	}
	about := func(n int, bulk bool) call {
		return call{method: "users.info", args: url.Values{"user": {p.people[n%len(p.people)]}}, bulk: bulk}
	}
	for _, in := range all {
		ask(in, 4, func(n int) call { return about(n, false) })
		ask(in, 2, func(int) call {
			return call{method: "conversations.replies", args: url.Values{"channel": {p.channel}, "ts": {p.root.TS}}}
		})
	}
	lane := all[0]
	ask(lane, 2, func(n int) call { return about(n, true) })
	ask(lane, 2, func(int) call {
		return call{method: "conversations.replies", args: url.Values{"channel": {p.channel}, "ts": {p.root.TS}}, bulk: true}
	})
	ask(lane, 2, func(int) call {
		return call{method: "conversations.history", args: url.Values{"channel": {p.channel}}, channel: p.channel}
	})
	asking.Wait()
	users := len(p.Calls("users.info"))
	if got := p.Counts().TooMany; got > 0 || users < 100 {
		t.Errorf("%d refusals for too many, of %d calls; %d of users.info", got, p.Counts().Calls, users)
	}
	t.Logf("%d calls, %d of users.info, %d of conversations.replies", p.Counts().Calls, users, len(p.Calls("conversations.replies")))
}

// The process that takes a lane over knows nothing of what was posted just before,
// and posts at once: Slack bears that.
func TestReplicaGoesOnPosting(t *testing.T) {
	t.Parallel()
	p := newParty(t, false, slacktest.Options{})
	ch := bot.Channel{Platform: Platform, Workspace: p.team, ID: p.channel}
	for n := range 3 {
		g := p.join(nil)
		for i := range 5 {
			key := fmt.Sprintf("post-%d-%d", n, i)
			if _, err := g.a.Post(t.Context(), ch, bot.Message{Paragraphs: []string{"Words"}}, key); err != nil {
				t.Fatal(err)
			}
		}
		p.leave(g)
	}
	if got := p.Counts().TooMany; got > 0 {
		t.Errorf("%d refusals for too many", got)
	}
}
