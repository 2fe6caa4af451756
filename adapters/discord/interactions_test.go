package discord

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

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
	log                      safeLog

	mu     sync.Mutex
	asked  []bot.Command
	answer func(context.Context, bot.Command) (bot.Answer, error)
}

func newHall(t *testing.T) *hall {
	t.Helper()
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

func (d *hall) ReplyChanged(context.Context, bot.Reply) (bool, error)           { return false, nil }
func (d *hall) ReplyRemoved(context.Context, bot.MessageRef) error              { return nil }
func (d *hall) Connected(context.Context, string, bool) error                   { return nil }
func (d *hall) InstallationChanged(context.Context, bot.Installation) error     { return nil }
func (d *hall) Installations(context.Context, string, []bot.Installation) error { return nil }
func (d *hall) ChannelLost(context.Context, bot.Channel, error) error           { return nil }

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
	d.Press(id, d.custom(id, 0), d.ada).Await()
	if c := d.last(); c.Name != "privacy" || c.Actor.ID != d.ada || c.Actor.Workspace != "" || c.Channel.Workspace != "" || c.Actor.Manager {
		t.Errorf("%+v", c)
	}
}

func TestChoices(t *testing.T) {
	d := newHall(t)
	long := "https://news.example/" + strings.Repeat("a-long-path/", 12)
	var choices []bot.Choice
	for _, u := range []string{"https://news.example/1", long, long + "2"} {
		choices = append(choices, bot.Choice{Label: "Title *of* " + u[len(u)-1:], Command: "now", Args: map[string]string{"source": u}})
	}
	d.answers(bot.Answer{Message: bot.Message{Paragraphs: []string{"Which one?"}}, Choices: choices})
	list := d.Slash(d.channel, d.ada, "discuss now", nil).Await()
	for n, c := range choices {
		d.Press(list.Message.ID, custom(t, list.Message, n), d.ada).Await()
		if got := d.last(); got.Name != "now" || !maps.Equal(got.Args, c.Args) {
			t.Errorf("%d: %+v", n, got)
		}
	}
}

// More choices than a message has room for are listed, with what to type.
func TestManyChoices(t *testing.T) {
	d := newHall(t)
	var choices []bot.Choice
	for n := range 30 {
		choices = append(choices, bot.Choice{Label: "Number " + string(rune('A'+n)), Command: "close", Args: map[string]string{"id": strings.Repeat(string(rune('A'+n)), 8)}})
	}
	d.answers(bot.Answer{Message: bot.Message{Paragraphs: []string{"Which one?"}}, Choices: choices})
	got := d.Slash(d.channel, d.ada, "discuss close", nil).Await().Message
	var rows []row
	if err := json.Unmarshal(got.Components, &rows); err != nil || len(rows) != 5 || len(rows[4].Components) != 5 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if !strings.Contains(got.Content, "Number Z: /discuss close id:ZZZZZZZZ") || strings.Contains(got.Content, "Number Y") {
		t.Error(got.Content)
	}
}

func TestLongAnswer(t *testing.T) {
	d := newHall(t)
	var lines []string
	for n := range 2000 {
		lines = append(lines, "line "+strings.Repeat("x", 20)+" "+string(rune('a'+n%26)))
	}
	lines = append(lines, "the very last")
	d.answers(bot.Answer{Message: bot.Message{Lines: lines}, File: &bot.Document{Name: "../my-data.json", Data: []byte(`{"a":1}`)},
		Choices: []bot.Choice{{Label: "Go on", Command: "my-data", Args: map[string]string{"before": "x"}}}})
	i := d.Slash(d.channel, d.bob, "colloquy my-data", nil)
	i.Await()
	d.Await("all of the answer", func() bool { return len(i.FollowUps()) == 6 })
	follow := i.FollowUps()
	if slices.ContainsFunc(follow, func(s discordtest.Shown) bool { return !s.Ephemeral }) {
		t.Error("others see a part of the answer")
	}
	rest, own := follow[4].Message.Files, follow[5].Message.Files
	if len(rest) != 1 || rest[0].Name != restFile || !strings.Contains(string(rest[0].Data), "the very last") {
		t.Errorf("%+v", rest)
	}
	if len(own) != 1 || own[0].Name != "-my-data.json" || string(own[0].Data) != `{"a":1}` {
		t.Errorf("%+v", own)
	}
	if custom(t, follow[4].Message, 0) == "" {
		t.Error("no button")
	}
}

func TestFileAnswer(t *testing.T) {
	d := newHall(t)
	d.answers(bot.Answer{Message: bot.Message{Paragraphs: []string{"Here it is."}}, File: &bot.Document{Name: "my-data.json", Data: []byte("{}")}})
	got := d.Slash(d.channel, d.bob, "colloquy my-data", nil).Await()
	if f := got.Message.Files; len(f) != 1 || f[0].Name != "my-data.json" || string(f[0].Data) != "{}" || !strings.Contains(got.Message.Content, "Here it is.") {
		t.Errorf("%+v", got)
	}
}

func TestCompletion(t *testing.T) {
	d := newHall(t)
	var choices []bot.Choice
	for n := range 30 {
		choices = append(choices, bot.Choice{Label: strings.Repeat("é", 90+n), Args: map[string]string{"value": "v" + string(rune('A'+n))}})
	}
	choices[1].Args["value"] = strings.Repeat("v", 101) // which would be another when cut
	choices[2].Label = ""
	d.answers(bot.Answer{Choices: choices})
	words, option := completed(t)
	got := d.Complete(d.channel, d.ada, words, option, discordtest.Values{option: "the Har"}).Await()
	if len(got.Choices) != 25 || got.Choices[0].Value != "vA" || got.Choices[1].Value != "vC" || got.Choices[1].Name != "vC" {
		t.Errorf("%+v", got.Choices)
	}
	c := d.last()
	if c.Name != bot.CompleteCommand || !maps.Equal(c.Args, map[string]string{"command": strings.TrimPrefix(words, "discuss "), "param": option, "text": "the Har"}) || !c.Actor.Manager || c.Channel.ID != d.channel {
		t.Errorf("%+v", c)
	}
	d.does(func(context.Context, bot.Command) (bot.Answer, error) { return bot.Answer{}, errors.New("no") })
	if got = d.Complete(d.channel, d.ada, words, option, nil).Await(); len(got.Choices) != 0 || got.Callback != answerChoices {
		t.Errorf("%+v", got)
	}
}

// completed is an option of a manager's command that is completed.
func completed(t *testing.T) (words, option string) {
	t.Helper()
	for _, s := range bot.Commands() {
		for _, p := range s.Params {
			if s.Manage && p.Of != "" {
				return "discuss " + s.Name, p.Name
			}
		}
	}
	t.Skip("the engine completes nothing")
	return "", ""
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
