package discord

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// A world is a Discord with a server, a channel, and a discussion in it.
type world struct {
	*discordtest.Server
	t       *testing.T
	a       *Adapter
	guild   string
	channel string
	ada     string
	thread  bot.Channel
}

func newWorld(t *testing.T, o discordtest.Options, kind discordtest.Kind) *world {
	t.Helper()
	o.Speed = 1000
	w := &world{Server: discordtest.New(t, o), t: t}
	w.a = New(Options{Token: w.Token, API: w.URL})
	w.guild = w.AddGuild("Readers")
	w.channel = w.AddChannel(w.guild, discordtest.Channel{Name: "talk", Kind: kind})
	w.ada = w.AddMember(w.guild, "ada")
	w.thread = bot.Channel{Platform: Platform, Workspace: w.guild, ID: w.channel}
	if kind == discordtest.Forum {
		var post channel
		w.ask(http.MethodPost, "/channels/"+w.channel+"/threads", map[string]any{"name": "An article", "message": post1("root")}, &post)
		w.thread.Thread = post.ID
		return w
	}
	w.thread.Thread = w.post(w.channel, "root")
	w.ask(http.MethodPost, "/channels/"+w.channel+"/messages/"+w.thread.Thread+"/threads", map[string]any{"name": "An article"}, nil)
	return w
}

func post1(text string) map[string]any {
	return map[string]any{"content": text, "allowed_mentions": map[string]any{"parse": []string{}}}
}

func (w *world) ask(method, path string, body, out any) {
	w.t.Helper()
	if err := w.a.rest.do(w.t.Context(), call{method: method, path: path, body: body}, out); err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// post makes the bot write something.
func (w *world) post(in, text string) string {
	w.t.Helper()
	var m message
	w.ask(http.MethodPost, "/channels/"+in+"/messages", post1(text), &m)
	return m.ID
}

func (w *world) say(text string) string {
	w.t.Helper()
	return w.Say(w.thread.Thread, w.ada, text)
}

func (w *world) ref(id string) bot.MessageRef {
	return bot.MessageRef{Channel: w.thread, MessageID: id}
}

func (w *world) root() bot.MessageRef {
	return bot.MessageRef{Channel: w.thread.Parent(), MessageID: w.thread.Thread}
}

// A listed is what a listing said.
type listed struct {
	texts   map[string]string // of people
	unread  map[string][]bot.Reaction
	replies map[string]bot.Reply
	removed []bot.MessageRef
	err     error
}

func (w *world) list(ctx context.Context, thread bot.Channel, known ...bot.MessageRef) listed {
	l := listed{texts: map[string]string{}, unread: map[string][]bot.Reaction{}, replies: map[string]bot.Reply{}}
	for c, err := range w.a.Reconcile(ctx, thread, known) {
		switch {
		case err != nil:
			l.err = err
		case l.err != nil:
			w.t.Error("a listing goes on after its error")
		case c.Removed.MessageID != "":
			l.removed = append(l.removed, c.Removed)
		case c.Reply.Reactions == nil:
			w.t.Errorf("reactions are not known: %+v", c.Reply)
		case c.Reply.Unread:
			l.unread[c.Reply.Ref.MessageID] = c.Reply.Reactions
			want := bot.Reply{Ref: c.Reply.Ref, Reactions: c.Reply.Reactions, Unread: true}
			if !reflect.DeepEqual(c.Reply, want) {
				w.t.Errorf("unread, but says %+v", c.Reply)
			}
		default:
			l.texts[c.Reply.Ref.MessageID] = c.Reply.Text
			l.replies[c.Reply.Ref.MessageID] = c.Reply
		}
	}
	return l
}

var kinds = map[string]discordtest.Kind{"text": discordtest.Text, "announcement": discordtest.Announcement, "forum": discordtest.Forum}

func TestListThread(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordtest.Options{}, kind)
			w.Strange(true)
			question := w.post(w.thread.Thread, "Why?")
			var known []bot.MessageRef
			want := map[string]string{}
			for i := range 250 { // three pages
				id := w.say(fmt.Sprint("reply ", i))
				known, want[id] = append(known, w.ref(id)), fmt.Sprint("reply ", i)
			}
			answer := w.Answer(w.thread.Thread, question, w.ada, "Because")
			want[answer] = "Because"
			edited, gone, many := known[0].MessageID, known[1], slices.Clone(known[2:5])
			w.Edit(w.thread.Thread, edited, "changed")
			want[edited] = "changed"
			w.Delete(w.thread.Thread, gone.MessageID)
			w.DeleteMany(w.thread.Thread, many[0].MessageID, many[1].MessageID, many[2].MessageID)
			for _, ref := range slices.Concat(many, []bot.MessageRef{gone}) {
				delete(want, ref.MessageID)
			}
			w.React(w.thread.Thread, answer, w.ada, "👍")
			w.React(w.thread.Thread, answer, w.AddMember(w.guild, "grace"), "👍")
			w.React(w.thread.Thread, question, w.ada, "🔥")
			other := w.AddBot(w.guild, "other")
			w.Say(w.thread.Thread, other, "I am a bot")
			own := "0198c0de-1111-7111-8111-000000000000" // a form's answer that is not shown yet
			l := w.list(t.Context(), w.thread, append(known, w.ref(own), w.ref(question), gone)...)
			if l.err != nil || !maps.Equal(l.texts, want) {
				t.Errorf("error %v; %d texts, not %d", l.err, len(l.texts), len(want))
			}
			slices.SortFunc(l.removed, func(a, b bot.MessageRef) int { return strings.Compare(a.MessageID, b.MessageID) })
			if !slices.Equal(l.removed, append([]bot.MessageRef{gone}, many...)) {
				t.Errorf("removed %v", l.removed)
			}
			r := l.replies[answer]
			if !slices.Equal(r.Reactions, []bot.Reaction{{Key: "👍", Count: 2}}) || r.ReplyTo != question || r.Ref != w.ref(answer) || r.Author.Name != "ada" {
				t.Errorf("answer: %+v", r)
			}
			if e := l.replies[edited]; e.EditedAt.IsZero() || e.Version != e.EditedAt.UnixMicro() || e.Version <= e.CreatedAt.UnixMicro() {
				t.Errorf("edited: %+v", e)
			}
			if !slices.Equal(l.unread[question], []bot.Reaction{{Key: "🔥", Count: 1}}) || len(l.unread) != 2 {
				t.Errorf("posts of ours: %v", l.unread)
			}
			if got, ok := w.a.watch.channel(w.thread.Thread); !ok || got != w.thread {
				t.Errorf("not watched afterwards: %+v", got)
			}
		})
	}
}

// Every message is read once, and a short thread costs no page in vain.
func TestListingIsCheap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	w.say("one")
	w.list(t.Context(), w.thread)
	before := len(w.Calls())
	w.list(t.Context(), w.thread)
	if n := len(w.Calls()) - before; n != 3 { // the thread, a page, the root
		t.Errorf("%d requests for a thread of one page, with rights known", n)
	}
}

func TestRootGone(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordtest.Options{}, kind)
			w.say("one")
			root := w.root()
			if kind == discordtest.Forum {
				root.Channel = w.thread
			}
			w.Delete(map[bool]string{true: w.thread.Thread, false: w.channel}[kind == discordtest.Forum], w.thread.Thread)
			if l := w.list(t.Context(), w.thread); l.err != nil || !slices.Equal(l.removed, []bot.MessageRef{root}) || len(l.texts) != 1 {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestThreadGone(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordtest.Options{}, kind)
			known := w.ref(w.say("one"))
			w.DeleteChannel(w.thread.Thread)
			l := w.list(t.Context(), w.thread, known)
			if kind == discordtest.Forum { // its root is gone with it
				if l.err != nil || !slices.Equal(l.removed, []bot.MessageRef{{Channel: w.thread, MessageID: w.thread.Thread}}) {
					t.Errorf("%+v", l)
				}
				return
			}
			if bot.ReasonCode(l.err) != "channel_gone" || !bot.IsPermanent(l.err) || len(l.removed) != 0 {
				t.Errorf("%+v", l)
			}
		})
	}
}

// What cannot be read is never taken for removed.
func TestListWithoutRights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		deny int64
		code string
	}{
		{discordtest.ViewChannel, "no_access"},
		{discordtest.ReadHistory, "no_permission"},
		{discordtest.SendInThreads | discordtest.SendMessages, ""},
	} {
		for name, kind := range kinds {
			w := newWorld(t, discordtest.Options{}, kind)
			known := w.ref(w.say("one"))
			w.Deny(w.channel, c.deny)
			l := w.list(t.Context(), w.thread, known)
			if c.code == "" {
				if l.err != nil || len(l.texts) != 1 || len(l.removed) != 0 {
					t.Errorf("%s, only writing is denied: %+v", name, l)
				}
				continue
			}
			if n := w.asked("/channels/" + w.thread.Thread + "/messages"); n != 0 {
				t.Errorf("%s, %s: a page is asked for that would be empty", name, c.code)
			}
			if bot.ReasonCode(l.err) != c.code || !bot.IsPermanent(l.err) || len(l.removed)+len(l.texts)+len(l.unread) != 0 {
				t.Errorf("%s, %s: %+v", name, c.code, l)
			}
			if text := bot.Explain(l.err); !strings.Contains(text, ": ") || strings.Contains(text, "\n") {
				t.Errorf("%s: %s", c.code, text)
			}
			w.Deny(w.channel, 0)
			newKeeper().give(t, w.a, "CHANNEL_UPDATE", `{"id":"`+w.channel+`","guild_id":"`+w.guild+`"}`)
			if l := w.list(t.Context(), w.thread, known); l.err != nil || len(l.texts) != 1 {
				t.Errorf("%s, after the rights came back: %+v", name, l)
			}
		}
	}
}

func TestListChannelGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	known := w.ref(w.say("one"))
	w.DeleteChannel(w.channel)
	if l := w.list(t.Context(), w.thread, known); bot.ReasonCode(l.err) != "channel_gone" || !bot.IsPermanent(l.err) || len(l.removed) != 0 {
		t.Errorf("%+v", l)
	}
	w = newWorld(t, discordtest.Options{}, discordtest.Text)
	w.Remove(w.guild)
	if l := w.list(t.Context(), w.thread); !bot.IsPermanent(l.err) || len(l.removed) != 0 {
		t.Errorf("without the server: %+v", l)
	}
}

// The first error ends the listing, wherever it comes, and is not permanent.
func TestListingBreaksOff(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/channels/[0-9]+", "/guilds/.*", "/channels/[0-9]+/messages", "/channels/[0-9]+/messages/[0-9]+"} {
		w := newWorld(t, discordtest.Options{}, discordtest.Text)
		gone := w.ref(w.say("gone"))
		w.say("stays")
		w.Delete(w.thread.Thread, gone.MessageID)
		w.Fail(discordtest.Fault{Method: http.MethodGet, Path: path, Times: -1, Status: 503})
		if l := w.list(t.Context(), w.thread, gone); l.err == nil || bot.IsPermanent(l.err) || len(l.removed) != 0 {
			t.Errorf("%s: %+v", path, l)
		}
		w.Heal()
		if l := w.list(t.Context(), w.thread, gone); l.err != nil || !slices.Equal(l.removed, []bot.MessageRef{gone}) || len(l.texts) != 1 {
			t.Errorf("%s, afterwards: %+v", path, l)
		}
	}
}

func TestListArchived(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	w.say("one")
	w.SetThread(w.thread.Thread, true, true)
	if l := w.list(t.Context(), w.thread); l.err != nil || len(l.texts) != 1 {
		t.Errorf("%+v", l)
	}
	if th := w.Threads(w.channel)[0]; !th.Archived {
		t.Error("reading opened the thread")
	}
}

// Without the intent Message Content, what people write is there and not shown.
func TestListWithoutContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{NoContent: true}, discordtest.Text)
	w.a.o.Content = ContentOff
	hidden := w.say("hidden")
	shown := w.say("<@" + w.AppID + "> shown")
	w.React(w.thread.Thread, hidden, w.ada, "👍")
	l := w.list(t.Context(), w.thread, w.ref(hidden))
	if l.err != nil || !maps.Equal(l.texts, map[string]string{shown: "shown"}) || !slices.Equal(l.unread[hidden], []bot.Reaction{{Key: "👍", Count: 1}}) || len(l.removed) != 0 {
		t.Errorf("%+v", l)
	}
}

// Where a discussion has no thread, the newest messages of the channel are
// listed, and what is older is left as it is.
func TestListChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	plain := w.thread.Parent()
	old := w.Say(w.channel, w.ada, "old")
	var known []bot.MessageRef
	for i := range mostInChannel + 50 {
		known = append(known, bot.MessageRef{Channel: plain, MessageID: w.Say(w.channel, w.ada, fmt.Sprint(i))})
	}
	gone := known[len(known)-1]
	w.Delete(w.channel, gone.MessageID)
	w.Delete(w.channel, old)
	l := w.list(t.Context(), plain, append(known, bot.MessageRef{Channel: plain, MessageID: old})...)
	if l.err != nil || len(l.texts) != mostInChannel || !slices.Equal(l.removed, []bot.MessageRef{gone}) {
		t.Errorf("%d texts, removed %v, %v", len(l.texts), l.removed, l.err)
	}
	if _, ok := w.a.watch.channel(w.channel); !ok {
		t.Error("the channel is not watched")
	}
}

func TestListingEndsEarly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	one, two := w.ref(w.say("one")), w.ref(w.say("two"))
	w.Delete(w.thread.Thread, one.MessageID)
	for range 3 {
		for range w.a.Reconcile(t.Context(), w.thread, []bot.MessageRef{one, two}) {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if l := w.list(ctx, w.thread, one); l.err == nil || bot.IsPermanent(l.err) || len(l.removed)+len(l.texts) != 0 {
		t.Errorf("cancelled: %+v", l)
	}
}
