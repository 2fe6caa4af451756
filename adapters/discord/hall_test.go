package discord

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// A hall is one Discord with a channel, its manager Ada and its member Bob, a
// connected adapter, and what the engine is asked there.
type hall struct {
	*discordtest.Server
	t                        *testing.T
	a                        *Adapter
	guild, channel, ada, bob string
	log                      adaptertest.Log

	mu     sync.Mutex
	asked  []bot.Command
	answer func(context.Context, bot.Command) (bot.Answer, error)
}

func newHall(t *testing.T) *hall {
	t.Helper()
	t.Parallel()
	d := &hall{Server: discordtest.New(t, discordtest.Options{Speed: 100}), t: t}
	d.guild = d.AddGuild("Readers")
	d.channel = d.AddChannel(d.guild, discordtest.Channel{Name: "news"})
	d.ada = d.AddMember(d.guild, "Ada", d.AddRole(d.guild, "editors", discordtest.ManageServer))
	d.bob = d.AddMember(d.guild, "Bob")
	d.answers(bot.Answer{Message: bot.Message{Paragraphs: []string{"Done."}}, Private: true})
	d.a = New(Options{Token: d.Token, API: d.URL, Log: slog.New(slog.NewTextHandler(&d.log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.a.Run(ctx, d) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
		if strings.Contains(d.log.String(), "unguessable") {
			t.Error("a token of an interaction is in the log")
		}
	})
	d.Await("the commands", func() bool { return len(d.Commands()) > 0 })
	return d
}

// answers makes the engine answer so from now on.
func (d *hall) answers(a bot.Answer) {
	d.does(func(context.Context, bot.Command) (bot.Answer, error) { return a, nil })
}

func (d *hall) does(f func(context.Context, bot.Command) (bot.Answer, error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = f
}

// last is what was asked last.
func (d *hall) last() bot.Command {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.asked) == 0 {
		d.t.Fatal("nothing was asked")
	}
	return d.asked[len(d.asked)-1]
}

func (d *hall) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.asked)
}

func (d *hall) Command(ctx context.Context, c bot.Command) (bot.Answer, error) {
	d.mu.Lock()
	d.asked = append(d.asked, c)
	f := d.answer
	d.mu.Unlock()
	return f(ctx, c)
}

func (d *hall) ReplyChanged(context.Context, bot.Reply) (bool, error)       { return false, nil }
func (d *hall) ReplyRemoved(context.Context, bot.MessageRef) error          { return nil }
func (d *hall) Connected(context.Context, string, bool) error               { return nil }
func (d *hall) InstallationChanged(context.Context, bot.Installation) error { return nil }
func (d *hall) Places(context.Context, string) ([]bot.Channel, error)       { return nil, nil }
func (d *hall) Installations(context.Context, string, []bot.Installation, func(string) bool) error {
	return nil
}
func (d *hall) ChannelLost(context.Context, bot.Channel, error) error { return nil }
func (d *hall) Silent(context.Context, string, time.Time) error       { return nil }

// post puts a message with buttons into a place, as posts of ours have them.
func (d *hall) post(in string, buttons ...bot.Button) string {
	d.t.Helper()
	out := d.a.render(d.t.Context(), bot.Message{Paragraphs: []string{"A post."}, Buttons: buttons}, "k1")
	var got message
	if err := d.a.rest.do(d.t.Context(), call{method: http.MethodPost, path: "/channels/" + in + "/messages", body: out, channel: in}, &got); err != nil {
		d.t.Fatal(err)
	}
	return got.ID
}

// custom is the id of the n-th button of a message.
func custom(t *testing.T, m discordtest.Message, n int) string {
	t.Helper()
	var rows []row
	if err := json.Unmarshal(m.Components, &rows); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		for _, b := range r.Components {
			all = append(all, b.CustomID)
		}
	}
	if n >= len(all) {
		t.Fatalf("%d buttons", len(all))
	}
	return all[n]
}

func (d *hall) custom(id string, n int) string {
	d.t.Helper()
	m, ok := d.Message(id)
	if !ok {
		d.t.Fatal("no message", id)
	}
	return custom(d.t, m, n)
}

func (d *hall) Missed(context.Context, bot.Channel, time.Time) error { return nil }
