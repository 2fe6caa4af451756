package discord

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

func TestSlashCommand(t *testing.T) {
	d := newHall(t)
	i := d.Slash(d.channel, d.ada, "discuss schedule add", discordtest.Values{"at": "weekdays 09:00", "approve": "<#" + d.channel + ">"})
	seen := i.Await()
	if !strings.Contains(seen.Message.Content, "Done.") || !seen.Ephemeral || seen.Callback != answerLater {
		t.Errorf("%+v", seen)
	}
	c := d.last()
	want := map[string]string{"at": "weekdays 09:00", "approve": "discord:" + d.guild + "/" + d.channel}
	if c.ID != i.ID || c.Name != "schedule add" || !maps.Equal(c.Args, want) || !c.Actor.Manager || c.Actor.ID != d.ada || c.Actor.Name != "Ada" || len(c.Actor.Roles) != 1 {
		t.Errorf("%+v", c)
	}
	d.Slash(d.channel, d.bob, "colloquy schedule list", nil).Await()
	if c = d.last(); c.Name != "schedule list" || c.Actor.Manager || c.Channel.ID != d.channel || c.Channel.Workspace != d.guild {
		t.Errorf("%+v", c)
	}
	d.Slash(d.channel, d.ada, "discuss managers list", nil).Await()
	if c = d.last(); c.Name != "managers" {
		t.Errorf("%+v", c)
	}
	// A name is nobody: the engine would take it for an id.
	if seen := d.Slash(d.channel, d.ada, "discuss managers add", discordtest.Values{"who": "Bob"}).Await(); !strings.Contains(seen.Message.Content, "names nobody") || d.last().Name != "managers" {
		t.Errorf("%+v", seen)
	}
	// A server can let everybody use a command: what they may do is looked at again.
	d.AllowCommand(d.guild, "discuss")
	d.Slash(d.channel, d.bob, "discuss close", nil).Await()
	if c = d.last(); c.Name != "close" || c.Actor.Manager {
		t.Errorf("%+v", c)
	}
	if n := len(d.Written(d.channel)); n != 0 {
		t.Errorf("%d messages for everybody", n)
	}
}

func TestCommandInAThread(t *testing.T) {
	d := newHall(t)
	thread := d.OpenThread(d.channel, d.Say(d.channel, d.ada, "a root"), d.ada, "a thread")
	d.Slash(thread, d.bob, "colloquy status", nil).Await()
	if c := d.last(); c.Channel != (bot.Channel{Platform: Platform, Workspace: d.guild, ID: d.channel, Thread: thread}) {
		t.Errorf("%+v", c.Channel)
	}
}

func TestDiscussThisLink(t *testing.T) {
	d := newHall(t)
	id := d.Say(d.channel, d.bob, "Have you read <https://news.example/quay>?")
	d.Menu(d.channel, id, d.ada, linkCommand).Await()
	c := d.last()
	if c.Name != "now" || c.Args["source"] != "https://news.example/quay" || c.Ref.MessageID != id || !c.Actor.Manager {
		t.Errorf("%+v", c)
	}
	seen := d.Menu(d.channel, d.Say(d.channel, d.bob, "nothing here"), d.ada, linkCommand).Await()
	if !strings.Contains(seen.Message.Content, "no link in that message") || !seen.Ephemeral || d.count() != 1 {
		t.Errorf("%+v", seen)
	}
}

func TestButton(t *testing.T) {
	d := newHall(t)
	id := d.post(d.channel, bot.Button{Label: "Why this question?", Command: "evidence", Args: map[string]string{"id": "abcd1234", "n": "2"}}, bot.Button{Label: "Withdraw", Command: "withdraw"})
	i := d.Press(id, d.custom(id, 0), d.bob)
	seen := i.Await()
	c := d.last()
	if c.ID != i.ID || c.Name != "evidence" || !maps.Equal(c.Args, map[string]string{"id": "abcd1234", "n": "2"}) || c.Ref.MessageID != id || c.Ref.Channel != c.Channel || c.Actor.Manager {
		t.Errorf("%+v", c)
	}
	if m, _ := d.Message(id); !seen.Ephemeral || !strings.Contains(m.Content, "A post.") {
		t.Errorf("%+v; the post says %q", seen, m.Content)
	}
	d.Press(id, d.custom(id, 1), d.ada).Await()
	if c = d.last(); c.Name != "withdraw" || !c.Actor.Manager {
		t.Errorf("%+v", c)
	}
}

func TestForm(t *testing.T) {
	d := newHall(t)
	id := d.post(d.channel, bot.Button{Label: "Answer", Command: "answer", Args: map[string]string{"id": "abcd1234", "n": "2"}, Form: "Your answer, shown here under your name"})
	press := d.Press(id, d.custom(id, 0), d.bob)
	seen := press.Await()
	if seen.Modal == nil || seen.Modal.Title != "Answer" || len(seen.Modal.Fields) != 1 || d.count() != 0 {
		t.Fatalf("%+v", seen)
	}
	if f := seen.Modal.Fields[0]; f.ID != "text" || !f.Required || !f.Long || f.Max != 1500 || !strings.HasPrefix(f.Label, "Your answer") {
		t.Errorf("%+v", f)
	}
	sent := press.Submit(map[string]string{"text": "It depends.\nOn <@1>"})
	got := sent.Await()
	c := d.last()
	if c.ID != sent.ID || c.Name != "answer" || !maps.Equal(c.Args, map[string]string{"id": "abcd1234", "n": "2", "text": "It depends.\nOn <@1>"}) || c.Ref.MessageID != id {
		t.Errorf("%+v", c)
	}
	if !got.Ephemeral || !strings.Contains(got.Message.Content, "Done.") || !strings.Contains(got.Message.Content, "It depends.") {
		t.Errorf("%+v", got)
	}
}

// What somebody wrote in a form is theirs again when it could not be stored.
func TestFormThatIsNotStored(t *testing.T) {
	d := newHall(t)
	d.does(func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{}, errors.New("the store is down")
	})
	id := d.post(d.channel, bot.Button{Label: "Answer", Command: "answer", Form: "Your answer"})
	press := d.Press(id, d.custom(id, 0), d.bob)
	press.Await()
	long := strings.Repeat("word ", 299) + "end."
	got := press.Submit(map[string]string{"text": long}).Await()
	if said := got.Message.Content + string(got.Message.Embeds); !strings.Contains(said, "not stored") || !strings.Contains(said, "what you wrote") || !strings.Contains(said, long) || strings.Contains(said, "store is down") {
		t.Errorf("%+v", got)
	}
	if log := d.log.String(); !strings.Contains(log, "command failed") || strings.Contains(log, "word word") {
		t.Errorf("log: %s", log)
	}
}

func TestCommandFails(t *testing.T) {
	d := newHall(t)
	d.does(func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{}, errors.New("secret detail")
	})
	got := d.Slash(d.channel, d.bob, "colloquy status", nil).Await()
	if !strings.Contains(got.Message.Content, "something went wrong inside Colloquy") || strings.Contains(got.Message.Content, "secret") || !got.Ephemeral {
		t.Errorf("%+v", got)
	}
}

func TestButtonOfAnotherVersion(t *testing.T) {
	d := newHall(t)
	out := newOutgoing()
	out.Content = "old"
	out.Components = []row{{Type: typeRow, Components: []button{{Type: typeButton, Style: 2, Label: "X", CustomID: "of-another-time"}}}}
	var m message
	if err := d.a.rest.do(t.Context(), call{method: http.MethodPost, path: "/channels/" + d.channel + "/messages", body: out, channel: d.channel}, &m); err != nil {
		t.Fatal(err)
	}
	if got := d.Press(m.ID, "of-another-time", d.bob).Await(); !strings.Contains(got.Message.Content, "another version") || !got.Ephemeral || d.count() != 0 {
		t.Errorf("%+v", got)
	}
}

func TestInPrivate(t *testing.T) {
	d := newHall(t)
	id := d.post(d.DirectChannel(d.ada), bot.Button{Label: "Your data", Command: "privacy"})
	if got := d.Press(id, d.custom(id, 0), d.ada).Await(); !strings.Contains(got.Message.Content, "which server you mean") || !strings.Contains(got.Message.Content, "/colloquy privacy") || d.count() != 0 {
		t.Errorf("%+v", got)
	}
}

// An answer to an interaction that is over reaches nobody, and is sent once.
func TestExpired(t *testing.T) {
	d := newHall(t)
	var i *discordtest.Interaction
	d.does(func(context.Context, bot.Command) (bot.Answer, error) {
		i.Expire()
		return bot.Answer{Message: bot.Message{Paragraphs: []string{"late"}}}, nil
	})
	d.mu.Lock()
	i = d.Slash(d.channel, d.bob, "colloquy status", nil)
	d.mu.Unlock()
	d.Await("the log", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return strings.Contains(d.log.String(), "interaction is over")
	})
	n := 0
	for _, c := range d.Calls() {
		if strings.HasSuffix(c.Path, "@original") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("sent %d times", n)
	}
}

// A connection that breaks before Discord says that it has the first answer
// costs nobody their command, and carries it out once.
func TestAcknowledgedTwice(t *testing.T) {
	for name, fault := range map[string]discordtest.Fault{
		"cut after": {Cut: true},
		"an outage": {Status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			d := newHall(t)
			fault.Path = "/interactions/.*"
			d.Fail(fault)
			if got := d.Slash(d.channel, d.bob, "colloquy status", nil).Await(); !strings.Contains(got.Message.Content, "Done.") || d.count() != 1 {
				t.Errorf("%d times: %+v", d.count(), got)
			}
		})
	}
}

// What another process answers already is not carried out here as well.
func TestTakenByAnother(t *testing.T) {
	d := newHall(t)
	d.Fail(discordtest.Fault{Path: "/interactions/.*", Status: 400, Body: `{"message":"Interaction has already been acknowledged.","code":40060}`})
	d.Slash(d.channel, d.bob, "colloquy status", nil)
	d.Await("the log", func() bool { return strings.Contains(d.log.String(), "interaction is over") })
	d.Slash(d.channel, d.bob, "colloquy why", nil).Await()
	if d.count() != 1 || d.last().Name != "why" {
		t.Errorf("%+v", d.asked)
	}
}

// Commands that Discord has already are not given to it again.
func TestRegisteredOnce(t *testing.T) {
	d := newHall(t)
	if err := d.a.register(t.Context()); err != nil {
		t.Fatal(err)
	}
	puts := 0
	for _, c := range d.Calls() {
		if c.Method == http.MethodPut && strings.HasSuffix(c.Path, "/commands") {
			puts++
		}
	}
	if puts != 1 {
		t.Errorf("written %d times", puts)
	}
	names := d.Commands()
	for _, want := range []string{"discuss now", "discuss managers list", "discuss managers add", "colloquy privacy", "message: " + linkCommand} {
		if !slices.Contains(names, want) {
			t.Errorf("%q is not among %q", want, names)
		}
	}
}

// What is recorded of somebody is recorded in a server: in private chat, below a
// notice, nothing is done that would seem to concern it.
func TestPrivateChat(t *testing.T) {
	for _, kind := range []int{interactionCommand, interactionPress, interactionForm} {
		var sent string
		a := New(Options{Token: testToken})
		a.rest.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			sent += r.URL.Path + string(body)
			return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}, err
		})
		h := &ear{}
		a.interaction(t.Context(), h, incoming(t, map[string]any{"type": kind, "guild_id": nil, "member": nil,
			"user": map[string]any{"id": "7"}, "data": map[string]any{"custom_id": "k/opt-out/", "name": "colloquy"}}))
		if len(h.heard) > 0 || !strings.Contains(sent, "/callback") || !strings.Contains(sent, "which server you mean") || !strings.Contains(sent, `"flags":64`) {
			t.Errorf("type %d: asked %q, sent %s", kind, h.heard, sent)
		}
	}
}
