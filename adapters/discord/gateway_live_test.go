package discord

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// live connects an adapter to a Discord of the tests. wait waits until it ends;
// stop ends it before.
func live(t *testing.T, s *discordtest.Server) (heard *ear, log *adaptertest.Log, a *Adapter, stop func(), wait func() error) {
	heard, log = &ear{}, &adaptertest.Log{}
	a = New(Options{Token: s.Token, API: s.URL, Log: slog.New(slog.NewTextHandler(log, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	ended, err := make(chan struct{}), error(nil)
	go func() {
		err = a.Run(ctx, heard)
		close(ended)
	}()
	wait = func() error {
		<-ended
		return err
	}
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return heard, log, a, cancel, wait
}

// has waits until the engine was told something that contains what is wanted.
func (e *ear) has(s *discordtest.Server, want string) {
	s.Await(want, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return strings.Contains(strings.Join(e.heard, "\n")+"\n", want)
	})
}

func TestLiveShards(t *testing.T) {
	s := discordtest.New(t, discordtest.Options{Shards: 2, MaxConcurrency: 2})
	var guilds []string
	scope := map[string]string{}
	for n := range 6 {
		id := s.AddGuild("Server " + strconv.Itoa(n))
		number, err := strconv.ParseUint(id, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		guilds, scope[id] = append(guilds, id), scopeOf(int(number>>22)%2, 2)
	}
	heard, _, _, stop, wait := live(t, s)
	s.AwaitConnected(2)
	for n, id := range guilds {
		heard.has(s, "server "+id+" Server "+strconv.Itoa(n))
		heard.has(s, id+" in "+scope[id])
	}
	heard.has(s, "discord/0/2 true\n")
	heard.has(s, "discord/1/2 true\n")
	s.Remove(guilds[0])
	heard.has(s, "server "+guilds[0]+"  owner= greet= gone=true in "+scope[guilds[0]])
	fresh := s.AddGuild("Fresh")
	heard.has(s, "server "+fresh+" Fresh")
	s.Twice(3)
	for n := range 3 {
		s.Event(guilds[1], "GUILD_UPDATE", `{"id":"`+guilds[1]+`","name":"Named `+strconv.Itoa(n)+`"}`)
	}
	s.Reorder(2)
	for n := 3; n < 5; n++ {
		s.Event(guilds[1], "GUILD_UPDATE", `{"id":"`+guilds[1]+`","name":"Named `+strconv.Itoa(n)+`"}`)
	}
	heard.has(s, "Named 3")
	heard.mu.Lock()
	var named []string
	for _, line := range heard.heard {
		if _, name, ok := strings.Cut(line, "Named "); ok {
			named = append(named, name[:1])
		}
	}
	heard.mu.Unlock()
	if got := strings.Join(named, ""); got != "01243" {
		t.Errorf("events were handed over as %s", got)
	}
	stop()
	if err := wait(); err != nil {
		t.Error(err)
	}
	heard.has(s, "discord/0/2 false\n")
	heard.has(s, "discord/1/2 false\n")
	s.AwaitConnected(0)
}

func TestLiveWithoutContent(t *testing.T) {
	s := discordtest.New(t, discordtest.Options{NoContent: true})
	s.AddGuild("Reading")
	heard, log, a, _, _ := live(t, s)
	heard.has(s, "discord/0 true\n")
	if a.contentOn() || !strings.Contains(log.String(), "Message Content Intent") {
		t.Errorf("content is %v:\n%s", a.contentOn(), log)
	}
	if n := s.Counts().Identifies; n != 1 {
		t.Errorf("it identified %d times", n)
	}
}

func TestLiveWrongToken(t *testing.T) {
	s := discordtest.New(t, discordtest.Options{})
	heard, _, _, _, wait := live(t, s)
	heard.has(s, "discord/0 true\n")
	s.Revoke()
	heard.has(s, "discord/0 false\n")
	if err := wait(); bot.ReasonCode(err) != "bad_token" {
		t.Errorf("with a token that was revoked, Run ends with %v", err)
	}
}

// Op 7 in place of READY, and a Discord that is away: each time a new session,
// within what Discord allows.
func TestLiveComesBack(t *testing.T) {
	t.Parallel()
	s := discordtest.New(t, discordtest.Options{})
	id := s.AddGuild("Reading")
	s.Upset(discordtest.Upset{Op: 7})
	heard, _, _, stop, wait := live(t, s)
	heard.has(s, "discord has "+id+" in discord/0\ndiscord/0 true\n")
	registered := func() int { return len(s.CallsTo("PUT", ".*/commands")) }
	s.Await("the commands", func() bool { return registered() == 1 })
	s.Down()
	heard.has(s, "discord/0 false\n")
	s.Up()
	heard.has(s, "discord/0 false\ndiscord has "+id+" in discord/0\ndiscord/0 true\n")
	stop()
	if err := wait(); err != nil {
		t.Error(err)
	}
	if n := registered(); n != 1 {
		t.Errorf("commands were registered %d times", n)
	}
}
