package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// A place is a Slack of the tests with one app in one workspace, and an adapter
// that listens to it by one of the two transports.
type place struct {
	*slacktest.Server
	*hearer
	t       *testing.T
	app     slacktest.App
	team    string
	ada     string
	in      slacktest.Install
	channel string
	root    slacktest.Ref
	a       *Adapter
	log     *adaptertest.Log
	stop    func() error
}

// eachTransport runs a test over both.
func eachTransport(t *testing.T, o slacktest.Options, test func(*testing.T, *place)) {
	for _, socket := range []bool{true, false} {
		t.Run(map[bool]string{true: "socket", false: "http"}[socket], func(t *testing.T) {
			t.Parallel()
			o := o
			o.Speed = 60
			test(t, newPlace(t, o, socket))
		})
	}
}

func newPlace(t *testing.T, o slacktest.Options, socket bool) *place {
	s := slacktest.New(t, o)
	w := &place{Server: s, hearer: &hearer{}, t: t, app: s.AddApp(slacktest.App{SocketMode: socket}), team: s.AddTeam("Readers"), log: &adaptertest.Log{}}
	w.ada = s.AddUser(w.team, "Ada", slacktest.Admin)
	w.in = s.InstallApp(w.app.ID, w.team, w.ada)
	w.channel = s.AddChannel(w.team, slacktest.Channel{Name: "reading", Members: []string{w.ada, w.in.BotUser}})
	s.AwaitDelivered()
	app := App{Name: "readers", BotToken: w.in.Token, SigningSecret: w.app.SigningSecret}
	if socket {
		app = App{Name: "readers", BotToken: w.in.Token, AppToken: w.app.AppToken}
	}
	w.a = New(Options{Apps: []App{app}, API: s.API, Log: slog.New(slog.NewTextHandler(w.log, nil))})
	if !socket {
		mux := http.NewServeMux()
		for pattern, h := range w.a.Routes() {
			mux.Handle(pattern, h)
		}
		srv := httptest.NewServer(mux)
		t.Cleanup(srv.Close)
		s.Point(w.app.ID, srv.URL+"/slack/readers")
	}
	w.run()
	w.has("slack/readers true")
	if socket {
		s.AwaitConnected(w.app.ID, connections)
	}
	w.root = s.Say(w.channel, w.ada, "A root")
	return w
}

// run starts the adapter, and stop ends it.
func (w *place) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.a.Run(ctx, w.hearer) }()
	stopped := false
	w.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	w.t.Cleanup(func() { _ = w.stop() })
}

// has waits until the engine was told something that contains what is wanted.
func (w *place) has(want string) {
	w.t.Helper()
	w.Await(want, func() bool { return w.count(want) > 0 })
}

func (w *place) count(want string) (n int) {
	w.hearer.set(func() {
		for _, line := range w.heard {
			if strings.Contains(line+"\n", want) {
				n++
			}
		}
	})
	return n
}

func (w *place) reply(n int) (line string) {
	ref := w.Server.Reply(w.root, w.ada, fmt.Sprint("Reply ", n))
	return "reply slack:" + w.team + "/" + w.channel + "/" + ref.TS + "\n"
}

// What was answered as taken is with the engine, and nothing is missing, whatever
// the order and however often it comes.
func TestLiveDeliveries(t *testing.T) {
	eachTransport(t, slacktest.Options{}, func(t *testing.T, w *place) {
		w.Twice(3)
		var said []string
		for n := range 10 {
			said = append(said, w.reply(n))
		}
		w.HoldDeliveries()
		for n := range 5 {
			said = append(said, w.reply(10+n))
		}
		w.Release(true)
		w.AwaitDelivered()
		for _, line := range said {
			w.has(line)
		}
		w.hearer.set(func() { w.fail = errors.New("locked") })
		late := w.reply(20)
		w.Await("a refusal", func() bool { return strings.Contains(w.log.String(), "event not taken") })
		w.hearer.set(func() { w.fail = nil })
		w.AwaitDelivered()
		w.has(late)
		for _, d := range w.Deliveries() {
			line := "reply slack:" + w.team + "/" + d.Channel + "/" + d.TS + "\n"
			if d.Accepted && d.Type == "message" && slices.Contains(said, line) && w.count(line) == 0 {
				t.Errorf("%s was answered as taken, and is not with the engine", d.TS)
			}
			if !d.Accepted {
				t.Errorf("%s %s was not taken: %+v", d.Type, d.TS, d.Attempts)
			}
		}
		w.RateLimited(w.app.ID, w.team)
		w.has("missed slack:" + w.team)
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		w.has("slack/readers false")
	})
}

// The app is uninstalled, which is told in either order, and comes back with the
// next start.
func TestLiveUninstalled(t *testing.T) {
	for _, first := range []bool{false, true} {
		t.Run(fmt.Sprint("tokens first ", first), func(t *testing.T) {
			eachTransport(t, slacktest.Options{TokensFirst: first}, func(t *testing.T, w *place) {
				w.Uninstall(w.app.ID, w.team)
				w.has("gone=true in slack/readers")
				w.AwaitDelivered()
				if n := w.count("gone=true"); n > 2 { // the two may come at the same time
					t.Errorf("it is gone %d times", n)
				}
				_ = w.stop()
				again := w.InstallApp(w.app.ID, w.team, w.ada)
				w.take()
				o := w.a.o
				o.Apps = slices.Clone(o.Apps)
				o.Apps[0].BotToken = again.Token
				w.a = New(o)
				w.run()
				w.has("gone=false in slack/readers")
				w.has("slack/readers true")
			})
		})
	}
}

func TestLiveChannels(t *testing.T) {
	eachTransport(t, slacktest.Options{}, func(t *testing.T, w *place) {
		add := func(name string) string {
			return w.AddChannel(w.team, slacktest.Channel{Name: name, Members: []string{w.ada, w.in.BotUser}})
		}
		archived, deleted, left, renamed := add("archived"), add("deleted"), add("left"), add("renamed")
		w.Archive(archived, true)
		w.DeleteChannel(deleted)
		w.Kick(left, w.in.BotUser)
		w.Server.Rename(renamed, "other")
		w.RenameTeam(w.team, "Writers")
		w.has("lost slack:" + w.team + "/" + archived + " no_access")
		w.has("lost slack:" + w.team + "/" + deleted + " channel_gone")
		w.has("lost slack:" + w.team + "/" + left + " no_access")
		w.has(`"Writers"`)
		w.AwaitDelivered()
		if w.count(renamed) > 0 {
			t.Error("a new name is a loss")
		}
	})
}

// Wrong signatures and old timestamps are refused, and so lost to nobody but who
// made them.
func TestLiveForged(t *testing.T) {
	t.Parallel()
	w := newPlace(t, slacktest.Options{NoRetries: true}, false)
	for _, forge := range []func(bool){w.BadSignatures, w.OldTimestamps} {
		forge(true)
		line := w.reply(1)
		w.AwaitDelivered()
		forge(false)
		if w.count(line) > 0 {
			t.Error("a forged event was taken")
		}
	}
	all := w.Deliveries()
	for _, a := range all[len(all)-1].Attempts {
		if a.Status != http.StatusUnauthorized {
			t.Errorf("answered %d", a.Status)
		}
	}
	if !w.Verify(w.app.ID) {
		t.Error("the address cannot be verified")
	}
}

// Connections are refreshed, cut and fall silent, and nothing is lost.
func TestLiveConnections(t *testing.T) {
	t.Parallel()
	w := newPlace(t, slacktest.Options{Speed: 60}, true)
	var said []string
	for n, upset := range []func(string){w.Refresh, w.Warn, w.Cut, w.Refresh} {
		had := w.Counts().Connections
		said = append(said, w.reply(10*n))
		upset(w.app.ID)
		said = append(said, w.reply(10*n+1))
		w.Await("another connection", func() bool { return w.Counts().Connections > had && w.Connections(w.app.ID) == connections })
	}
	w.Raw(w.app.ID, `{"type":"events_api","envelope_id":"odd","payload":[]}`)
	w.has("missed slack:" + w.team)
	w.AwaitDelivered()
	for _, line := range said {
		w.has(line)
	}
}

// A command is answered over both transports, and one that comes again is the same.
func TestLiveCommand(t *testing.T) {
	eachTransport(t, slacktest.Options{}, func(t *testing.T, w *place) {
		began := time.Now()
		w.Slash(w.channel, w.ada, "/discuss", "status").Await()
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("after %s", took)
		}
		w.has("command status")
	})
}

var _ bot.Adapter = (*Adapter)(nil)
