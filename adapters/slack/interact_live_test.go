package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// A clerk is an engine that notes what it is asked, and answers as a test wants.
type clerk struct {
	mu       sync.Mutex
	asked    []bot.Command
	answer   func(context.Context, bot.Command) (bot.Answer, error)
	gate     chan struct{} // closed: it answers at once
	listened chan struct{}
	once     sync.Once
}

func (k *clerk) Command(ctx context.Context, c bot.Command) (bot.Answer, error) {
	k.mu.Lock()
	k.asked = append(k.asked, c)
	f, gate := k.answer, k.gate
	k.mu.Unlock()
	select {
	case <-gate:
	case <-ctx.Done():
		return bot.Answer{}, ctx.Err()
	}
	if f != nil {
		return f(ctx, c)
	}
	return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"Done: " + c.Name}}}, nil
}

func (k *clerk) answers(f func(context.Context, bot.Command) (bot.Answer, error)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answer = f
}

func (k *clerk) last() bot.Command {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.asked) == 0 {
		return bot.Command{}
	}
	return k.asked[len(k.asked)-1]
}

func (k *clerk) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.asked)
}

func (k *clerk) ReplyChanged(context.Context, bot.Reply) (bool, error)       { return false, nil }
func (k *clerk) ReplyRemoved(context.Context, bot.MessageRef) error          { return nil }
func (k *clerk) InstallationChanged(context.Context, bot.Installation) error { return nil }
func (k *clerk) ChannelLost(context.Context, bot.Channel, error) error       { return nil }
func (k *clerk) Missed(context.Context, bot.Channel, time.Time) error        { return nil }
func (k *clerk) Places(context.Context, string) ([]bot.Channel, error)       { return nil, nil }
func (k *clerk) Installations(context.Context, string, []bot.Installation, func(string) bool) error {
	return nil
}
func (k *clerk) Silent(context.Context, string, time.Time) error { return nil }
func (k *clerk) Connected(_ context.Context, _ string, up bool) error {
	if up {
		k.once.Do(func() { close(k.listened) })
	}
	return nil
}

// A hall is a workspace with our app, and people in one channel of it.
type hall struct {
	*slacktest.Server
	*clerk
	t                                 *testing.T
	a                                 *Adapter
	app, team, channel                string
	ada, bob, guest, carol, connected string // an admin, members, a guest, and an admin of another workspace
}

func newHall(t *testing.T, socket bool) *hall {
	s := slacktest.New(t, slacktest.Options{Speed: 50})
	app := s.AddApp(slacktest.App{Name: "readers", SocketMode: socket, Scopes: ScopeNames(), Shortcuts: []string{ShortcutID}})
	d := &hall{Server: s, clerk: &clerk{gate: make(chan struct{}), listened: make(chan struct{})}, t: t, app: app.ID, team: s.AddTeam("Readers")}
	close(d.gate)
	other := s.AddTeam("Others")
	d.ada, d.bob, d.carol = s.AddUser(d.team, "Ada", slacktest.Admin), s.AddUser(d.team, "Bob"), s.AddUser(d.team, "Carol")
	d.guest, d.connected = s.AddUser(d.team, "Guest", slacktest.Guest), s.AddUser(other, "Zoe", slacktest.Owner)
	in := s.InstallApp(app.ID, d.team, d.ada)
	d.channel = s.AddChannel(d.team, slacktest.Channel{Name: "reading", Members: []string{d.ada, d.bob, d.carol, d.guest, d.connected, in.BotUser}, Shared: []string{other}})
	x := App{Name: "readers", BotToken: in.Token, SigningSecret: app.SigningSecret}
	if socket {
		x.AppToken = app.AppToken
	}
	d.a = New(Options{Apps: []App{x}, API: s.API, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	d.a.speed = 50
	if !socket {
		mux := http.NewServeMux()
		for pattern, h := range d.a.Routes() {
			mux.Handle(pattern, h)
		}
		srv := httptest.NewServer(mux)
		t.Cleanup(srv.Close)
		s.Point(app.ID, srv.URL+"/slack/readers")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.a.Run(ctx, d.clerk) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	if socket {
		s.AwaitConnected(app.ID, connections)
	}
	<-d.listened
	return d
}

// each runs a test over both transports.
func each(t *testing.T, f func(*testing.T, *hall)) {
	for name, socket := range map[string]bool{"socket": true, "http": false} {
		t.Run(name, func(t *testing.T) { f(t, newHall(t, socket)) })
	}
}

// root posts a message with buttons, and something in its thread.
func (d *hall) root(buttons ...bot.Button) slacktest.Ref {
	d.t.Helper()
	p, err := d.a.Post(d.t.Context(), bot.Channel{Platform: Platform, Workspace: d.team, ID: d.channel}, bot.Message{Title: "A quay", Buttons: buttons}, "key-of-a-root")
	if err != nil {
		d.t.Fatal(err)
	}
	return slacktest.Ref{Channel: p.Ref.ID, TS: p.Ref.MessageID}
}

// question posts a question in the thread of a root.
func (d *hall) question(root slacktest.Ref, buttons ...bot.Button) slacktest.Ref {
	d.t.Helper()
	p, err := d.a.Post(d.t.Context(), bot.Channel{Platform: Platform, Workspace: d.team, ID: d.channel, Thread: root.TS},
		bot.Message{Number: 2, Question: "Should the quay <!channel> stay?", Buttons: buttons}, "key-of-a-question")
	if err != nil {
		d.t.Fatal(err)
	}
	return slacktest.Ref{Channel: p.Ref.ID, TS: p.Ref.MessageID}
}

// button is the action of the button of a label.
func (d *hall) button(r slacktest.Ref, label string) string {
	d.t.Helper()
	m, _ := d.Message(r)
	for _, b := range m.Buttons() {
		if b.Text == label {
			return b.Action
		}
	}
	d.t.Fatalf("no button %q in %s", label, m.Blocks)
	return ""
}

func TestCommandsOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		m := d.Slash(d.channel, d.ada, "/discuss", "schedule add “mon 09:00” --approve <#"+d.channel+"|reading>").AwaitMessage()
		c := d.last()
		if m.Ephemeral != d.ada || !strings.Contains(m.Text, "Done: schedule add") || c.Args["at"] != "mon 09:00" || c.Args["approve"] != "slack:"+d.team+"/"+d.channel || !c.Actor.Manager || c.Actor.Name != "Ada" {
			t.Errorf("%+v\n%+v", m, c)
		}
		for user, manages := range map[string]bool{d.ada: true, d.bob: false, d.guest: false} {
			if d.Slash(d.channel, user, "/discuss", "close").AwaitMessage(); d.last().Actor.Manager != manages || d.last().Actor.ID != user {
				t.Errorf("%s: %+v", user, d.last().Actor)
			}
		}
		if m := d.Slash(d.channel, d.bob, "/discuss", "frobnicate").AwaitMessage(); m.Ephemeral != d.bob || !strings.Contains(m.Text, "no command") {
			t.Errorf("%+v", m)
		}
		d.SetRole(d.ada) // no admin any more, but who installed it: only OAuth tells who that was
		if d.Slash(d.channel, d.ada, "/discuss", "close").AwaitMessage(); d.last().Actor.Manager {
			t.Errorf("%+v", d.last().Actor)
		}
		if n := len(d.Messages(d.channel)); n != 0 {
			t.Errorf("%d messages for everybody", n)
		}
	})
}

func TestButtonsOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		root := d.root(bot.Button{Label: "Your data", Command: "privacy"})
		q := d.question(root, bot.Button{Label: "Answer", Command: "answer", Args: map[string]string{"id": "abcd", "n": "2"}, Form: "Your answer, shown here under your name"},
			bot.Button{Label: "Why this question?", Command: "evidence", Args: map[string]string{"id": "abcd", "n": "2"}})
		thread := bot.Channel{Platform: Platform, Workspace: d.team, ID: d.channel, Thread: root.TS}
		m := d.Press(q, d.bob, d.button(q, "Why this question?")).AwaitMessage()
		if c := d.last(); m.Ephemeral != d.bob || m.Thread != root.TS || c.Channel != thread || c.Ref != (bot.MessageRef{Channel: thread, MessageID: q.TS}) || c.Args["n"] != "2" || c.Actor.Manager {
			t.Errorf("%+v\n%+v", m, c)
		}
		// Somebody of another workspace, in a channel that is shared with it: an owner there, and nobody here.
		d.Press(q, d.connected, d.button(q, "Why this question?")).AwaitMessage()
		if c := d.last(); c.Actor.ID != d.connected || c.Actor.Manager || c.Actor.Workspace != d.team || c.Channel != thread {
			t.Errorf("%+v", c)
		}
		if m := d.Press(root, d.carol, d.button(root, "Your data")).AwaitMessage(); m.Ephemeral != d.carol || m.IsReply() {
			t.Errorf("%+v", m)
		}
		form := d.Press(q, d.bob, d.button(q, "Answer")).AwaitModal()
		if form.Title != "Answer" || len(form.Inputs) != 1 || form.Inputs[0].Label != "Your answer, shown here under your name" || !strings.Contains(form.Text(), "Should the quay") || form.Inputs[0].Max != 3000 {
			t.Errorf("%+v", form)
		}
		before := d.count()
		d.Submit(d.bob, map[string]string{"text": "Because <it> stands & stays"}).Await()
		if c := d.last(); d.count() != before+1 || c.Name != "answer" || c.Args["text"] != "Because <it> stands & stays" || c.Args["n"] != "2" || c.Channel != thread || c.Actor.Name != "Bob" {
			t.Errorf("%+v", d.last())
		}
		d.Await("what bob is told", func() bool {
			return slices.ContainsFunc(d.Ephemerals(d.bob), func(m slacktest.Message) bool { return strings.Contains(m.Text, "Done: answer") && m.Thread == root.TS })
		})
		if len(d.Modals(d.bob)) != 0 {
			t.Error("the form is still open")
		}
	})
}

func TestFormStaysOpenOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		q := d.question(d.root(), bot.Button{Label: "Answer", Command: "answer", Args: map[string]string{"n": "2"}, Form: "Say it"})
		d.Press(q, d.bob, d.button(q, "Answer")).AwaitModal()
		d.answers(func(context.Context, bot.Command) (bot.Answer, error) {
			return bot.Answer{Private: true, Refused: true, Message: bot.Message{Paragraphs: []string{"It is closed."}}}, nil
		})
		if errs := d.Submit(d.bob, map[string]string{"text": "my words"}).Errors(); errs["text"] != "It is closed." || len(d.Modals(d.bob)) != 1 {
			t.Errorf("%v", errs)
		}
		d.answers(nil)
		if errs := d.Submit(d.bob, map[string]string{"text": "my words"}).Errors(); len(errs) != 0 || len(d.Modals(d.bob)) != 0 {
			t.Errorf("%v", errs)
		}
	})
}

func TestShortcutOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		said := d.Say(d.channel, d.bob, "Have you read https://news.example/quay?x=1&y=2 and https://news.example/mole?")
		m := d.Shortcut(said, d.ada, ShortcutID).AwaitMessage()
		if d.count() != 0 || len(m.Buttons()) != 2 {
			t.Fatalf("%+v", m)
		}
		d.Press(m.Ref(), d.ada, m.Buttons()[0].Action).Await()
		d.Await("the command", func() bool { return d.count() == 1 })
		if c := d.last(); c.Name != "now" || c.Args["source"] != "https://news.example/quay?x=1&y=2" || !c.Actor.Manager {
			t.Errorf("%+v", c)
		}
		d.Await("the answer in the place of the choice", func() bool {
			after, ok := d.Message(m.Ref())
			return ok && strings.Contains(after.Text, "Done: now")
		})
	})
}

// TestSlowOverBothTransports: the engine takes longer than Slack waits.
func TestSlowOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		gate := make(chan struct{})
		d.mu.Lock()
		d.gate = gate
		d.mu.Unlock()
		d.a.apps[0].asks.wait(10 * time.Millisecond)
		act := d.Slash(d.channel, d.bob, "/discuss", "status").Await()
		if len(act.Messages()) != 0 {
			t.Errorf("%+v", act.Messages())
		}
		close(gate)
		if m := act.AwaitMessage(); m.Ephemeral != d.bob || !strings.Contains(m.Text, "Done: status") {
			t.Errorf("%+v", m)
		}
	})
}

func TestTooLateOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		root := d.root(bot.Button{Label: "Your data", Command: "privacy"})
		gate := make(chan struct{})
		d.mu.Lock()
		d.gate = gate
		d.mu.Unlock()
		act := d.Press(root, d.bob, d.button(root, "Your data")).Await()
		act.Expire()
		close(gate)
		d.Await("an answer by another way", func() bool {
			return slices.ContainsFunc(d.Ephemerals(d.bob), func(m slacktest.Message) bool { return strings.Contains(m.Text, "Done: privacy") })
		})
	})
}

func TestFileOverBothTransports(t *testing.T) {
	each(t, func(t *testing.T, d *hall) {
		d.answers(func(context.Context, bot.Command) (bot.Answer, error) {
			return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"This is all."}}, File: &bot.Document{Name: "my-data.jsonl", Data: []byte("{}\n")}}, nil
		})
		act := d.Slash(d.channel, d.bob, "/discuss", "export-me").Await()
		d.Await("the file, and where it is", func() bool { return len(act.Messages()) == 2 })
		chat := d.Direct(d.bob, d.Installs(d.app)[0].BotUser)
		if files := d.Files(chat); len(files) != 1 || files[0].Name != "my-data.jsonl" || string(files[0].Data) != "{}\n" {
			t.Errorf("%+v", files)
		}
		if n := len(d.Messages(d.channel)); n != 0 {
			t.Errorf("%d messages for everybody", n)
		}
	})
}
