package discord

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// onFake gives a client of a Discord with so many text channels.
func onFake(t *testing.T, speed float64, channels int) (*discordtest.Server, *client, []string) {
	t.Helper()
	s := discordtest.New(t, discordtest.Options{Speed: speed})
	guild := s.AddGuild("Readers")
	ids := make([]string, channels)
	for i := range ids {
		ids[i] = s.AddChannel(guild, discordtest.Channel{Name: fmt.Sprint("channel-", i)})
	}
	a := New(Options{Token: s.Token, API: s.URL, PerSecond: DefaultPerSecond * speed})
	t.Cleanup(a.rest.http.CloseIdleConnections)
	return s, a.rest, ids
}

func say(channel, text string) call {
	return call{method: "POST", path: "/channels/" + channel + "/messages", channel: channel,
		body: map[string]any{"content": text, "allowed_mentions": map[string]any{"parse": []string{}}}}
}

// More than a channel's limit allows, in many channels at once: nothing is
// refused, and every channel gets its messages in the order they were asked for.
func TestChannelsGetTheirMessagesInOrder(t *testing.T) {
	const channels, each = 60, 12
	s, c, ids := onFake(t, 40, channels)
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			for i := range each {
				if err := c.do(t.Context(), say(id, strconv.Itoa(i)), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		got := s.Written(id)
		if len(got) != each {
			t.Errorf("channel %s has %d messages", id, len(got))
			continue
		}
		for i, m := range got {
			if m.Content != strconv.Itoa(i) {
				t.Errorf("channel %s: message %d is %q", id, i, m.Content)
			}
		}
	}
	if n := s.Counts(); n.TooMany > 0 {
		t.Errorf("%d of %d were over a limit", n.TooMany, n.Calls)
	}
}

func TestLimitsOfDiscord(t *testing.T) {
	s, c, ids := onFake(t, 1, 2)
	do := func(channel string) string { return mark(c.do(t.Context(), say(channel, "hi"), nil)) }
	s.LimitGlobally(100 * time.Millisecond)
	s.LimitChannel(ids[1], 200*time.Millisecond)
	if a, b := do(ids[0]), do(ids[1]); a != "done" || b != "done" || s.Counts().TooMany == 0 {
		t.Errorf("%s, %s, %d over a limit; want both to arrive, late", a, b, s.Counts().TooMany)
	}
	s.LimitChannel(ids[1], time.Hour)
	if a, b := do(ids[0]), do(ids[1]); a != "done" || b != "retry" {
		t.Errorf("%s, %s; want done, retry", a, b)
	}
	s.HTML429(true)
	s.LimitGlobally(time.Hour)
	before := s.Counts().TooMany
	for range 3 {
		if a := do(ids[0]); a != "retry" {
			t.Errorf("%s, want retry", a)
		}
	}
	if n := s.Counts().TooMany - before; n != 1 {
		t.Errorf("%d requests, though the first was told to wait for an hour", n)
	}
}

// What Discord carried out is in doubt where its answer was lost, and only there.
func TestLostAnswers(t *testing.T) {
	s, c, ids := onFake(t, 1, 1)
	for i, f := range []struct {
		fault discordtest.Fault
		mark  string
		there int
	}{
		{discordtest.Fault{Method: "POST", Cut: true}, "unknown", 1},
		{discordtest.Fault{Method: "POST", Status: 502, Body: "<html>"}, "unknown", 1},
		{discordtest.Fault{Method: "POST", Status: 400}, "permanent", 1},
		{discordtest.Fault{Method: "DELETE"}, "done", 2},
	} {
		s.Fail(f.fault)
		if got := mark(c.do(t.Context(), say(ids[0], fmt.Sprint("message ", i)), nil)); got != f.mark || len(s.Written(ids[0])) != f.there {
			t.Errorf("%+v: %s with %d messages; want %s with %d", f.fault, got, len(s.Written(ids[0])), f.mark, f.there)
		}
	}
	s.Down()
	if err := c.do(t.Context(), say(ids[0], "down"), nil); mark(err) != "retry" && mark(err) != "unknown" {
		t.Errorf("%s: %v", mark(err), err)
	}
	s.Up()
	if err := c.do(t.Context(), say(ids[0], "up"), nil); err != nil {
		t.Error(err)
	}
	if got := s.Written(ids[0]); len(got) != 3 || got[2].Content != "up" {
		t.Errorf("messages: %+v", got)
	}
}

func TestRightsAndTokenAreLost(t *testing.T) {
	s, c, ids := onFake(t, 1, 2)
	want := func(channel, code string) {
		t.Helper()
		if err := c.do(t.Context(), say(channel, "hi"), nil); err == nil && code != "" || err != nil && bot.ReasonCode(err) != code {
			t.Errorf("%v; want %q", err, code)
		}
	}
	s.Deny(ids[0], discordtest.ViewChannel)
	want(ids[0], "no_access")
	want(ids[0], "no_access")
	want(ids[1], "")
	s.Deny(ids[0], 0)
	want(ids[0], "no_access") // nobody said that it changed
	c.reopen(ids[0])
	want(ids[0], "")
	s.Deny(ids[0], discordtest.SendMessages)
	want(ids[0], "no_permission")
	s.DeleteChannel(ids[1])
	want(ids[1], "channel_gone")
	s.Revoke()
	c.reopenAll()
	want(ids[0], "bad_token")
	want(ids[1], "bad_token")
	if n := s.Counts(); n.Forbidden != 2 || n.Unauthorized != 1 {
		t.Errorf("%d times 403 and %d times 401; want 2 and 1", n.Forbidden, n.Unauthorized)
	}
}
