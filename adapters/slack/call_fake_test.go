package slack

import (
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// onFake gives an adapter on a Slack with so many workspaces, with so many
// channels each, by workspace.
func onFake(t *testing.T, o slacktest.Options, teams, channels int) (*slacktest.Server, *Adapter, map[string][]string) {
	t.Helper()
	s := slacktest.New(t, o)
	app := s.AddApp(slacktest.App{Name: "readers"})
	a := New(Options{Apps: []App{{Name: "readers"}}, API: s.API})
	a.speed = max(o.Speed, 1)
	t.Cleanup(a.http.CloseIdleConnections)
	places := map[string][]string{}
	for i := range teams {
		team := s.AddTeam(fmt.Sprint("team-", i))
		in := s.InstallApp(app.ID, team, s.AddUser(team, "Ada", slacktest.Admin))
		a.apps[0].put(bot.Credential{Platform: Platform, App: "readers", Workspace: team, Secret: in.Token})
		for j := range channels {
			places[team] = append(places[team], s.AddChannel(team, slacktest.Channel{Name: fmt.Sprint("channel-", j), Members: []string{in.BotUser}}))
		}
	}
	return s, a, places
}

func say(channel, text string) call {
	return call{method: "chat.postMessage", channel: channel, args: url.Values{"channel": {channel}, "text": {text},
		"unfurl_links": {"false"}, "unfurl_media": {"false"}}}
}

// More than the limits of channels and workspaces allow, in many at once: nothing is
// refused, and every channel gets its posts in the order they were asked for.
func TestPostsWithinTheLimitsOfSlack(t *testing.T) {
	const speed, teams, channels, each = 20, 3, 30, 6
	s, a, places := onFake(t, slacktest.Options{Speed: speed}, teams, channels)
	begun := time.Now()
	var wg sync.WaitGroup
	for team, ids := range places {
		w, err := a.team(t.Context(), team)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			wg.Go(func() {
				for i := range each {
					if err := w.do(t.Context(), say(id, strconv.Itoa(i)), nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	t.Logf("%.0f posts a minute and workspace, at Slack's speed", channels*each/time.Since(begun).Minutes()/speed)
	for _, ids := range places {
		for _, id := range ids {
			got := s.Messages(id)
			if len(got) != each {
				t.Errorf("%s has %d posts", id, len(got))
				continue
			}
			for i, m := range got {
				if m.Text != strconv.Itoa(i) {
					t.Errorf("%s: post %d is %q", id, i, m.Text)
				}
			}
		}
	}
	if n := s.Counts(); n.TooMany > 0 {
		t.Errorf("%d of %d were over a limit", n.TooMany, n.Calls)
	}
}

// What Slack carried out is in doubt where its answer was lost, and only there.
func TestLostAnswersOfSlack(t *testing.T) {
	s, a, places := onFake(t, slacktest.Options{Speed: 20}, 1, 1)
	for team, ids := range places {
		w, err := a.team(t.Context(), team)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range []struct {
			fault slacktest.Fault
			mark  string
			there int
		}{
			{slacktest.Fault{Cut: true}, "unknown", 1},
			{slacktest.Fault{CutBefore: true}, "unknown", 0},
			{slacktest.Fault{AfterStatus: 502}, "unknown", 1},
			{slacktest.Fault{Status: 503}, "unknown", 0},
			{slacktest.Fault{Status: 403}, "retry", 0},
			{slacktest.Fault{Code: "internal_error"}, "unknown", 0},
			{slacktest.Fault{Code: "restricted_action_read_only_channel"}, "never", 0},
			{slacktest.Fault{Status: 429, RetryAfter: 60}, "retry", 0},
		} {
			c.fault.Method = "chat.postMessage"
			before := len(s.Messages(ids[0]))
			s.Fail(c.fault)
			err := w.do(t.Context(), say(ids[0], strconv.Itoa(i)), nil)
			if there := len(s.Messages(ids[0])) - before; mark(err) != c.mark || there != c.there {
				t.Errorf("%+v: %s, %d posted (%v); want %s, %d", c.fault, mark(err), there, err, c.mark, c.there)
			}
			s.Heal()
		}
	}
}

// Slack's rule of one listing a minute, on the wire.
func TestRuleOfListings(t *testing.T) {
	s, a, places := onFake(t, slacktest.Options{Speed: 60, HistoryRule: true}, 1, 1)
	for team, ids := range places {
		w, err := a.team(t.Context(), team)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			if err := w.do(t.Context(), say(ids[0], strconv.Itoa(i)), nil); err != nil {
				t.Fatal(err)
			}
		}
		k := call{method: "conversations.history", args: url.Values{"channel": {ids[0]}, "limit": {"200"}}}
		for range 3 {
			if err := w.do(t.Context(), k, nil); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.Counts(); !w.historySlow() || n.TooMany > 0 {
			t.Errorf("slow %t, %d over a limit", w.historySlow(), n.TooMany)
		}
	}
}
