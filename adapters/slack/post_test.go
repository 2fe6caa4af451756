package slack

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// A postOffice is an adapter on a Slack of the tests, with a workspace and a
// public channel that it is a member of.
type postOffice struct {
	*Adapter
	t      *testing.T
	s      *slacktest.Server
	team   string
	app    string
	bot    string
	people []string
	text   bot.Channel
}

func newPostOffice(t *testing.T, layout Layout, o slacktest.Options) *postOffice {
	t.Helper()
	t.Parallel()
	o.Speed = 1000 // so that a channel gets more than a message a second
	d := &postOffice{t: t, s: slacktest.New(t, o)}
	d.team = d.s.AddTeam("Vellmar Readers")
	for _, name := range []string{"ada", "ben"} {
		d.people = append(d.people, d.s.AddUser(d.team, name))
	}
	d.app = d.s.AddApp(slacktest.App{Scopes: slices.DeleteFunc(append(slices.Clone(slacktest.DefaultScopes), "im:history"), func(s string) bool { return s == "chat:write.public" })}).ID
	in := d.s.InstallApp(d.app, d.team, d.people[0])
	d.bot = in.BotUser
	d.Adapter = New(Options{API: d.s.API, Apps: []App{{Name: "readers", BotToken: in.Token, AppToken: "xapp-1", Layout: layout}}})
	d.speed = o.Speed
	d.text = d.channel(slacktest.Channel{Name: "reading", Members: append([]string{d.bot}, d.people...)})
	return d
}

func (d *postOffice) channel(o slacktest.Channel) bot.Channel {
	return bot.Channel{Platform: Platform, Workspace: d.team, ID: d.s.AddChannel(d.team, o)}
}

func (d *postOffice) post(ch bot.Channel, m bot.Message, key string) bot.Posted {
	d.t.Helper()
	p, err := d.Post(d.t.Context(), ch, m, key)
	if err != nil {
		d.t.Fatalf("Post: %v", err)
	}
	return p
}

// find looks a post up as the engine does, some minutes later.
func (d *postOffice) find(ch bot.Channel, key string) (bot.Posted, bool) {
	d.t.Helper()
	p, found, err := d.FindPost(d.t.Context(), ch, key, time.Now().Add(-time.Minute))
	if err != nil {
		d.t.Fatalf("FindPost: %v", err)
	}
	return p, found
}

func (d *postOffice) message(ref bot.MessageRef) slacktest.Message {
	d.t.Helper()
	m, ok := d.s.Message(slacktest.Ref{Channel: ref.ID, TS: ref.MessageID})
	if !ok {
		d.t.Fatalf("there is no message %s", ref.MessageID)
	}
	return m
}

var (
	rootMessage = bot.Message{Title: "A bridge", Link: "https://example.org/bridge", Source: "Example Times (example.org)", Paragraphs: []string{"It is to be built."},
		Buttons: []bot.Button{{Label: "Your data", Command: "privacy"}}}
	askedOne = bot.Message{Number: 1, Question: "For whom?"}
)

func TestPostOpensADiscussion(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	root := d.post(d.text, rootMessage, "root-key")
	if root.Ref.Channel != d.text || root.Thread.Thread != root.Ref.MessageID || root.Thread.ID != d.text.ID {
		t.Fatalf("posted as %+v", root)
	}
	long := strings.Repeat("a long key ", 20)
	q := d.post(root.Thread, askedOne, long)
	if q.Ref.Channel != root.Thread || q.Thread != (bot.Channel{}) {
		t.Errorf("the question is posted as %+v", q)
	}
	for i := range 3 {
		d.s.Reply(slacktest.Ref{Channel: d.text.ID, TS: root.Ref.MessageID}, d.people[i%2], "For me.")
	}
	if p, found := d.find(d.text, "root-key"); !found || p != root {
		t.Errorf("found %v as %+v", found, p)
	}
	if p, found := d.find(root.Thread, long); !found || p != q {
		t.Errorf("in the thread, found %v as %+v", found, p)
	}
	for ch, key := range map[bot.Channel]string{d.text: long, root.Thread: "root"} {
		if p, found := d.find(ch, key); found {
			t.Errorf("%s is found in %+v as %+v", key, ch, p)
		}
	}
	m := d.message(q.Ref)
	if m.UnfurlLinks || m.UnfurlMedia || m.Broadcast || m.Text != "1. For whom?" || len(m.Notified) != 0 {
		t.Errorf("on Slack: %+v", m)
	}
	if got, want := d.LinkTo(q.Ref), "https://vellmar-readers.slack.com/archives/"+d.text.ID+"/p"+strings.ReplaceAll(q.Ref.MessageID, ".", "")+"?cid="+d.text.ID+"&thread_ts="+root.Ref.MessageID; got != want || !isOurLink(got) {
		t.Errorf("the link is %s, want %s", got, want)
	}
	if got := d.LinkTo(root.Ref); strings.Contains(got, "thread_ts") {
		t.Errorf("the link of the root is %s", got)
	}
	other := root.Ref
	other.Workspace = "T0UNHEARD"
	if u, err := url.Parse(d.LinkTo(other)); err != nil || u.Scheme != "https" || !strings.Contains(u.Path, root.Ref.MessageID) || !isOurLink(u.String()) {
		t.Errorf("the link into a workspace that is not known is %s", d.LinkTo(other))
	}
}

func TestAThreadForEachQuestion(t *testing.T) {
	d := newPostOffice(t, ThreadPerQuestion, slacktest.Options{})
	first := rootMessage
	first.Asks = []string{"Who gains by it?"}
	root := d.post(d.text, first, "root")
	if shown := d.s.Shown(slacktest.Ref{Channel: d.text.ID, TS: root.Ref.MessageID}); strings.Contains(shown, "Who gains") {
		t.Errorf("the question stands in the root, too: %s", shown)
	}
	q := d.post(root.Thread, askedOne, "asked")
	if q.Ref.ID != d.text.ID || q.Ref.Thread != q.Ref.MessageID || q.Thread != (bot.Channel{}) || d.message(q.Ref).IsReply() {
		t.Fatalf("posted as %+v", q)
	}
	if p, found := d.find(root.Thread, "asked"); !found || p != q {
		t.Errorf("found %v as %+v", found, p)
	}
	recap := d.post(root.Thread, bot.Message{Title: "Recap"}, "recap")
	if recap.Ref.Channel != root.Thread || !d.message(recap.Ref).IsReply() {
		t.Errorf("the recap is posted as %+v", recap)
	}
	if p, found := d.find(root.Thread, "recap"); !found || p != recap {
		t.Errorf("found %v as %+v", found, p)
	}
	answer := d.post(q.Ref.Channel, bot.Message{Quotation: []bot.Quoted{{Text: "For me.", By: "Ada"}}}, "answer")
	if m := d.message(answer.Ref); answer.Ref.Channel != q.Ref.Channel || m.Thread != q.Ref.MessageID {
		t.Errorf("an answer to the question is posted as %+v", answer)
	}
	if err := d.Edit(t.Context(), q.Ref, bot.Message{Number: 1, Question: "And for whom else?"}); err != nil {
		t.Error(err)
	}
	if p, found := d.find(root.Thread, "asked"); !found || p != q {
		t.Errorf("edited, it is found %v as %+v", found, p)
	}
}

func TestPostWhoseAnswerIsLost(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	root := d.post(d.text, rootMessage, "root")
	for i, ch := range []bot.Channel{d.text, root.Thread} {
		key := fmt.Sprint("lost-", i)
		d.s.Fail(slacktest.Fault{Method: "chat.postMessage", Cut: true})
		_, err := d.Post(t.Context(), ch, rootMessage, key)
		if _, retry := bot.RetryDelay(err); err == nil || retry || bot.IsPermanent(err) {
			t.Fatalf("an answer that is lost is %v", err)
		}
		if p, found := d.find(ch, key); !found || d.message(p.Ref).IsReply() != (ch != d.text) {
			t.Errorf("found %v as %+v", found, p)
		}
		if n := len(d.s.Calls("chat.postMessage")); n != i+2 {
			t.Errorf("it was sent %d times", n)
		}
	}
}

func TestPostWhereItIsNoMember(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	public := d.channel(slacktest.Channel{Name: "news", Members: d.people})
	p := d.post(public, rootMessage, "k")
	if !slices.Contains(d.s.Members(public.ID), d.bot) || len(d.s.Roots(public.ID)) != 1 {
		t.Errorf("members %v, %d messages", d.s.Members(public.ID), len(d.s.Roots(public.ID)))
	}
	d.s.Kick(public.ID, d.bot)
	if q, found := d.find(public, "k"); !found || q != p {
		t.Errorf("removed from the channel, it is found %v", found)
	}
	for _, name := range []string{"news", "#news", "", strings.ToLower(public.ID)} {
		_, err := d.Post(t.Context(), bot.Channel{Platform: Platform, Workspace: d.team, ID: name}, rootMessage, "name")
		if !bot.IsPermanent(err) || bot.ReasonCode(err) != "channel_gone" || !strings.Contains(bot.Explain(err), "C0123456789") {
			t.Errorf("to %q: %v", name, err)
		}
	}
	d.s.Kick(public.ID, d.bot)
	d.s.Fail(slacktest.Fault{Method: "conversations.join", CutBefore: true})
	if _, err := d.Post(t.Context(), public, rootMessage, "later"); bot.IsPermanent(err) {
		t.Errorf("joining failed: %v", err)
	} else if _, retry := bot.RetryDelay(err); !retry {
		t.Errorf("surely not posted, but %v", err)
	}
	d.s.Fail(slacktest.Fault{Method: "conversations.join", Code: "method_not_supported_for_channel_type"})
	if _, err := d.Post(t.Context(), public, rootMessage, "private"); !bot.IsPermanent(err) || bot.ReasonCode(err) != "no_access" || !strings.Contains(bot.Explain(err), "/invite") {
		t.Errorf("in a private channel: %v", err)
	}
	d.s.Archive(public.ID, true)
	if _, err := d.Post(t.Context(), public, rootMessage, "archived"); !bot.IsPermanent(err) {
		t.Errorf("in an archived channel: %v", err)
	}
	if n := len(d.s.Roots(public.ID)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A picture that Slack cannot fetch costs the picture, not the post.
func TestPostWithAPictureThatIsRefused(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	m := rootMessage
	m.Image = "https://example.org/odd.jpg"
	for _, code := range []string{"invalid_blocks", "msg_blocks_too_long"} {
		d.s.Fail(slacktest.Fault{Method: "chat.postMessage", Code: code})
		p := d.post(d.text, m, "odd-"+code)
		for _, what := range []string{"posted", "edited"} {
			if s := string(d.message(p.Ref).Blocks); strings.Contains(s, "odd.jpg") || !strings.Contains(s, "It is to be built.") || !strings.Contains(s, "example.org/bridge") {
				t.Errorf("%s as %s", what, s)
			}
			d.s.Fail(slacktest.Fault{Method: "chat.update", Code: code})
			if err := d.Edit(t.Context(), p.Ref, m); err != nil {
				t.Errorf("Edit: %v", err)
			}
		}
		if _, found := d.find(d.text, "odd-"+code); !found {
			t.Error("it is not found by its key")
		}
	}
	p := d.post(d.text, m, "fine")
	if s := string(d.message(p.Ref).Blocks); !strings.Contains(s, "odd.jpg") {
		t.Errorf("posted as %s", s)
	}
	public := d.channel(slacktest.Channel{Name: "news", Members: d.people})
	d.s.Fail(slacktest.Fault{Method: "chat.postMessage", Code: "invalid_blocks"}) // before Slack looks who is in the channel
	d.post(public, m, "not a member")
	d.s.Fail(slacktest.Fault{Method: "chat.postMessage", Times: 2, Code: "invalid_blocks"})
	if _, err := d.Post(t.Context(), d.text, m, "hopeless"); !bot.IsPermanent(err) {
		t.Errorf("what stays refused: %v", err)
	}
}

func TestEditAndDelete(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	root := d.post(d.text, rootMessage, "root")
	q := d.post(root.Thread, askedOne, "asked")
	for ref, key := range map[bot.MessageRef]string{root.Ref: "root", q.Ref: "asked"} {
		if err := d.Edit(t.Context(), ref, bot.Message{Paragraphs: []string{"It was withdrawn."}}); err != nil {
			t.Errorf("Edit: %v", err)
		}
		m := d.message(ref)
		if m.Text != "It was withdrawn." || strings.Contains(string(m.Blocks), "bridge") || !strings.Contains(string(m.Blocks), keyBlock+key) || !strings.Contains(string(m.Metadata), key) {
			t.Errorf("edited, it is %+v: %s", m, m.Blocks)
		}
		for range 2 {
			if err := d.Delete(t.Context(), ref); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}
	}
	if err := d.Edit(t.Context(), q.Ref, askedOne); !bot.IsPermanent(err) || bot.ReasonCode(err) != "message_gone" {
		t.Errorf("what is gone is edited: %v", err)
	}
	if _, found := d.find(root.Thread, "asked"); found {
		t.Error("what is deleted is found")
	}
}

// An app may call the command otherwise.
func TestPostCallsTheCommandByItsName(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	for _, called := range []string{"/readers", bot.CommandPrefix + "-news"} {
		d.apps[0].asks.name = called
		d.callsTheCommand(called)
	}
}

// One that is told how goes by that, whatever it sees.
func TestAppIsToldItsCommand(t *testing.T) {
	a := New(Options{Apps: []App{{Name: "one", Command: "/talk"}, {Name: "two"}}})
	for n, want := range []string{"/talk", "/readers"} {
		a.apps[n].asks.call("/readers")
		if got := a.apps[n].asks.called(); got != want {
			t.Errorf("it is called %s, and not %s", got, want)
		}
	}
}

func (d *postOffice) callsTheCommand(called string) {
	d.t.Helper()
	m := bot.Message{Title: "On /discuss", Footer: "/discuss privacy says more."}
	p := d.post(d.text, m, "k")
	for range 2 {
		if got := d.message(p.Ref).Text; got != "On /discuss\n"+called+" privacy says more." {
			d.t.Errorf("it says %q", got)
		}
		if err := d.Edit(d.t.Context(), p.Ref, m); err != nil {
			d.t.Error(err)
		}
	}
}

func TestPing(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	m := bot.Message{Title: hostile, Paragraphs: []string{hostile}, Ping: d.s.AddGroup(d.team, "readers", d.people...)}
	p := d.post(d.text, m, "k")
	if got := d.message(p.Ref).Notified; len(got) != 2 {
		t.Errorf("it notified %v", got)
	}
	if err := d.Edit(t.Context(), p.Ref, m); err != nil || strings.Contains(string(d.message(p.Ref).Blocks), "subteam^"+m.Ping) {
		t.Errorf("the change names the group: %v", err)
	}
}

func TestDirect(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	ada := bot.Person{Platform: Platform, Workspace: d.team, ID: d.people[0]}
	ch, err := d.Direct(t.Context(), ada)
	if err != nil || ch.Workspace != d.team || !strings.HasPrefix(ch.ID, "D") {
		t.Fatalf("Direct: %+v, %v", ch, err)
	}
	p := d.post(ch, bot.Message{Paragraphs: []string{"A draft."}}, "draft")
	if q, found := d.find(ch, "draft"); !found || q != p {
		t.Errorf("found %v as %+v", found, q)
	}
	if err := d.Edit(t.Context(), p.Ref, bot.Message{Paragraphs: []string{"It was posted."}}); err != nil {
		t.Error(err)
	}
	for _, id := range []string{"everyone", "U0NOBODY", ""} {
		ada.ID = id
		if _, err := d.Direct(t.Context(), ada); !bot.IsPermanent(err) {
			t.Errorf("%q can be written to: %v", id, err)
		}
	}
	ada.ID = d.people[0]
	d.s.Fail(slacktest.Fault{Method: "conversations.open", CutBefore: true})
	if _, err := d.Direct(t.Context(), ada); err == nil || bot.IsPermanent(err) {
		t.Errorf("not reached: %v", err)
	}
}

// All that is known as hostile is posted, within what Slack accepts and without
// anybody being notified.
func TestPostOfHostileWords(t *testing.T) {
	d := newPostOffice(t, "", slacktest.Options{})
	long := strings.Repeat("A sentence that goes on. ", 800)
	for i, words := range []string{hostile, long, strings.Repeat("x", 20_000), strings.Repeat("<&>", 3000), strings.Repeat("line\n", 2000), " \n\t", "caf\xe9 \a\x1b[31m \u202e", strings.Repeat("\U0001F468\u200D\U0001F469\u200D\U0001F467", 2000)} {
		m := bot.Message{Title: words, Source: words, Link: "https://example.org/" + url.PathEscape(words[:2]), Paragraphs: []string{words, "", words}, Lines: []string{words, words}, Number: 1, Question: words, Asks: []string{words},
			Quotation: []bot.Quoted{{Text: words, By: words, ID: words}}, Footer: words, FooterLink: "https://example.org/policy",
			Buttons: []bot.Button{{Label: words, Command: "help", Args: map[string]string{"x": words[:min(len(words), 100)]}, Form: words}}}
		ch := d.channel(slacktest.Channel{Name: fmt.Sprint("hostile-", i), Members: append([]string{d.bot}, d.people...)})
		p := d.post(ch, m, "hostile")
		if got := d.message(p.Ref); len(got.Notified) != 0 {
			t.Errorf("%.20q notified %v", words, got.Notified)
		}
		if err := d.Edit(t.Context(), p.Ref, m); err != nil {
			t.Errorf("Edit of %.20q: %v", words, err)
		}
	}
}
