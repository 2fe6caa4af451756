package slack

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"colloquy/adapters/slack/slacktest"
	"colloquy/bot"
)

// A talk is a Slack with a workspace, a channel, and a discussion in it.
type talk struct {
	*slacktest.Server
	t                 *testing.T
	a                 *Adapter
	app               slacktest.App
	in                slacktest.Install
	team, channel     string
	ada, grace, boss  string
	root              slacktest.Ref
	thread            bot.Channel
	rootRef, question bot.MessageRef
}

func newTalk(t *testing.T, o slacktest.Options, layout Layout) *talk {
	t.Helper()
	if o.Speed == 0 {
		o.Speed = 1000
	}
	s := slacktest.New(t, o)
	h := &talk{Server: s, t: t, app: s.AddApp(slacktest.App{Name: "readers", SocketMode: true}), team: s.AddTeam("Readers")}
	h.ada, h.grace, h.boss = s.AddUser(h.team, "ada"), s.AddUser(h.team, "grace"), s.AddUser(h.team, "boss", slacktest.Admin)
	h.in = s.InstallApp(h.app.ID, h.team, h.boss)
	h.channel = s.AddChannel(h.team, slacktest.Channel{Name: "talk", Members: []string{h.ada, h.grace, h.boss, h.in.BotUser}})
	h.connect(layout, o.Speed)
	ch := bot.Channel{Platform: Platform, Workspace: h.team, ID: h.channel}
	root := h.post(ch, bot.Message{Title: "An article", Footer: "Replies are recorded."}, "root")
	h.thread, h.rootRef = root.Thread, root.Ref
	h.root = slacktest.Ref{Channel: h.channel, TS: root.Ref.MessageID}
	h.question = h.post(h.thread, bot.Message{Number: 1, Question: "Why?"}, "question").Ref
	return h
}

// connect makes an adapter like that of a process which starts anew.
func (h *talk) connect(layout Layout, speed float64) {
	h.a = New(Options{API: h.API, Apps: []App{{Name: "readers", BotToken: h.in.Token, AppToken: h.app.AppToken, Layout: layout}}, Log: slog.New(slog.NewTextHandler(h.t.Output(), nil))})
	h.a.speed = speed
}

func (h *talk) post(ch bot.Channel, m bot.Message, key string) bot.Posted {
	h.t.Helper()
	posted, err := h.a.Post(h.t.Context(), ch, m, key)
	if err != nil {
		h.t.Fatal(err)
	}
	return posted
}

func (h *talk) ref(r slacktest.Ref) bot.MessageRef {
	return bot.MessageRef{Channel: h.thread, MessageID: r.TS}
}

func (h *talk) list(known ...bot.MessageRef) listed {
	h.t.Helper()
	return listAll(h.t, h.a, h.t.Context(), h.thread, known...)
}

// listen runs the adapter until the test ends, or stop.
func (h *talk) listen(k bot.Handler) (stop func()) {
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := h.a.Run(ctx, k); err != nil && ctx.Err() == nil {
			h.t.Errorf("Run: %v", err)
		}
	}()
	stop = func() { cancel(); <-ended }
	h.t.Cleanup(stop)
	h.AwaitConnected(h.app.ID, 2)
	return stop
}

// An overhearer is a keeper that a whole adapter can tell everything.
type overhearer struct{ *keeper }

func (overhearer) Connected(context.Context, string, bool) error   { return nil }
func (overhearer) Silent(context.Context, string, time.Time) error { return nil }

func (overhearer) InstallationChanged(context.Context, bot.Installation) error { return nil }

func (overhearer) ChannelLost(context.Context, bot.Channel, error) error { return nil }

func (overhearer) Missed(context.Context, bot.Channel, time.Time) error { return nil }

func (k *keeper) texts() map[string]string {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[string]string{}
	for id, r := range k.replies {
		out[id] = r.Text
	}
	return out
}

// 30 replies, of which 5 are edited and 3 deleted, and 10 come while nobody
// listens: heard or listed, it comes to the same, which is what Slack holds.
func TestThirtyReplies(t *testing.T) {
	t.Parallel()
	for _, layout := range []Layout{OneThread, ThreadPerQuestion} {
		t.Run(string(layout), func(t *testing.T) {
			t.Parallel()
			h := newTalk(t, slacktest.Options{}, layout)
			if want := layout == ThreadPerQuestion; (h.question.Thread == h.question.MessageID) != want {
				t.Fatalf("the question is %+v", h.question)
			}
			// Where questions have threads, people answer there.
			to := slacktest.Ref{Channel: h.channel, TS: h.question.Thread}
			thread := h.thread
			thread.Thread = to.TS
			k := newKeeper()
			k.only = to.TS
			stop := h.listen(overhearer{k})
			h.Reply(slacktest.Ref{Channel: h.channel, TS: h.Say(h.channel, h.boss, "elsewhere").TS}, h.boss, "none of ours")
			var said []slacktest.Ref
			for i := range 30 {
				said = append(said, h.Reply(to, []string{h.ada, h.grace}[i%2], fmt.Sprint("reply ", i)))
				if i == 19 {
					for _, r := range said[:3] {
						h.Edit(r, "changed <&> "+r.TS)
					}
					h.Delete(said[3])
					h.AwaitDelivered()
					stop()
				}
			}
			h.Edit(said[4], "changed unheard")
			h.Edit(said[25], "changed unheard, written unheard")
			h.Delete(said[5])
			h.Delete(said[26])
			h.React(said[7], h.boss, "thumbsup")
			want := map[string]string{}
			for _, m := range h.Thread(to) {
				if m.User != h.in.BotUser {
					want[m.TS] = unescaped(m.Text, func(string, bool) string { return "" })
				}
			}
			if heard := k.texts(); len(heard) != 19 || heard[said[0].TS] != "changed <&> "+said[0].TS || len(want) != 27 {
				t.Fatalf("heard %d, there are %d", len(heard), len(want))
			}
			if n := len(h.Calls("users.info")); n != 2 { // one for each of ours, and none for others
				t.Errorf("asked for %d names", n)
			}
			var known []bot.MessageRef
			for id := range k.texts() {
				known = append(known, bot.MessageRef{Channel: thread, MessageID: id})
			}
			h.connect(layout, 1000) // a new process
			for c, err := range h.a.Reconcile(t.Context(), thread, known) {
				switch {
				case err != nil:
					t.Fatal(err)
				case c.Removed.MessageID != "":
					_ = k.ReplyRemoved(t.Context(), c.Removed)
				case !c.Reply.Unread:
					_, _ = k.ReplyChanged(t.Context(), c.Reply)
				}
			}
			if got := k.texts(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			for _, r := range k.replies {
				if r.Ref.Channel != thread || r.ReplyTo != to.TS || r.Author.Name == "" {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// Where Slack shows a listing in small pages, or in an answer of which we know
// nothing, it is whole or an error.
func TestListFromFakeSlack(t *testing.T) {
	t.Parallel()
	h := newTalk(t, slacktest.Options{}, OneThread)
	other := h.AddBot(h.team, "other")
	var known []bot.MessageRef
	for i := range 450 { // three pages
		known = append(known, h.ref(h.Reply(h.root, h.ada, fmt.Sprint("reply ", i))))
	}
	broadcast := h.Write(h.channel, h.grace, slacktest.Draft{Text: "for all", Thread: h.root.TS, Broadcast: true, Files: []string{"plan.pdf"}})
	h.Write(h.channel, other, slacktest.Draft{Text: "of a bot", Thread: h.root.TS})
	h.Say(h.channel, h.ada, "in the channel")
	h.React(h.root, h.ada, "tada")
	h.React(broadcast, h.ada, "eyes")
	h.Delete(slacktest.Ref{Channel: h.channel, TS: known[449].MessageID})
	h.Delete(slacktest.Ref{Channel: h.channel, TS: known[0].MessageID})
	l := h.list(known...)
	if l.err != nil || len(l.texts) != 449 || !slices.Equal(l.removed, []bot.MessageRef{known[0], known[449]}) {
		t.Fatalf("%d texts, removed %v, %v", len(l.texts), l.removed, l.err)
	}
	if r := l.replies[broadcast.TS]; r.Text != "for all" || len(r.Files) != 1 || r.Files[0].Name != "plan.pdf" || r.Author.Name == "" || !slices.Equal(r.Reactions, []bot.Reaction{{Key: "👀", Count: 1}}) {
		t.Errorf("%+v", r)
	}
	if !slices.Equal(l.unread[h.rootRef], []bot.Reaction{{Key: "🎉", Count: 1}}) || l.unread[h.question] == nil {
		t.Errorf("our own: %v", l.unread)
	}
	for _, f := range []slacktest.Fault{
		{Status: http.StatusBadGateway}, {Code: "internal_error"}, {Code: "fatal_error"}, {CutBefore: true}, {Cut: true}, {Body: `{"ok":true`, Status: 200}, {Code: "missing_scope"},
	} {
		f.Method, f.After, f.Times = "conversations.replies", 1, -1
		h.Fail(f)
		if l := h.list(known...); l.err == nil || len(l.removed) != 0 {
			t.Errorf("%+v: removed %v, %v", f, l.removed, l.err)
		}
		h.Heal()
	}
}

// What we may not read is not gone.
func TestListClosedToUs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(h *talk)
		code string
	}{
		{"kicked", func(h *talk) { h.Kick(h.channel, h.in.BotUser) }, "no_access"},
		{"deleted", func(h *talk) { h.DeleteChannel(h.channel) }, "channel_gone"},
		{"private now", func(h *talk) { h.MakePrivate(h.channel, true); h.Kick(h.channel, h.in.BotUser) }, "channel_gone"},
		{"no scope", func(h *talk) { h.SetScopes(h.app.ID, h.team, "chat:write", "users:read") }, "no_permission"},
		{"uninstalled", func(h *talk) { h.Uninstall(h.app.ID, h.team) }, "guild_gone"},
		{"taken back", func(h *talk) { h.RevokeToken(h.app.ID, h.team, true) }, "guild_gone"},
		{"another workspace", func(h *talk) { h.thread.Workspace = "T0OTHER" }, "not_installed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTalk(t, slacktest.Options{}, OneThread)
			reply := h.ref(h.Reply(h.root, h.ada, "hi"))
			c.do(h)
			if l := h.list(reply, h.ref(h.root)); bot.ReasonCode(l.err) != c.code || !bot.IsPermanent(l.err) || len(l.removed)+len(l.texts) != 0 {
				t.Errorf("%s (permanent %v), removed %v: %v", bot.ReasonCode(l.err), bot.IsPermanent(l.err), l.removed, l.err)
			}
		})
	}
	h := newTalk(t, slacktest.Options{}, OneThread)
	reply := h.Reply(h.root, h.ada, "hi")
	h.Archive(h.channel, true)
	if l := h.list(h.ref(reply)); l.err != nil || l.texts[reply.TS] != "hi" {
		t.Errorf("archived: %+v", l)
	}
}

func TestRootDeleted(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]slacktest.Options{"a tombstone stays": {}, "all is gone": {NoTombstone: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTalk(t, o, OneThread)
			reply := h.ref(h.Reply(h.root, h.ada, "hi"))
			k := newKeeper()
			h.listen(overhearer{k})
			h.Delete(h.root)
			h.AwaitDelivered()
			if !k.removed[h.rootRef] {
				t.Errorf("heard %v", k.removed)
			}
			l := h.list(reply)
			if l.err != nil || !slices.Contains(l.removed, h.rootRef) || !o.NoTombstone && (len(l.removed) != 1 || l.texts[reply.MessageID] != "hi") {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestExcludeByReaction(t *testing.T) {
	t.Parallel()
	h := newTalk(t, slacktest.Options{}, OneThread)
	k := newKeeper()
	h.listen(overhearer{k})
	reply := h.Reply(h.root, h.ada, "hi")
	elsewhere := h.Say(h.channel, h.ada, "in the channel")
	h.React(reply, h.boss, "no_entry")
	h.React(reply, h.ada, "no_entry")
	h.React(elsewhere, h.boss, "no_entry")
	h.Unreact(reply, h.boss, "no_entry")
	h.AwaitDelivered()
	if len(k.commands) != 2 || k.commands[0].Ref != h.ref(reply) || k.commands[0].Channel != h.thread || !k.commands[0].Actor.Manager || k.commands[1].Actor.Manager || k.commands[0].ID == k.commands[1].ID {
		t.Errorf("%+v", k.commands)
	}
}

// Somebody of another workspace, in a channel that both share.
func TestStranger(t *testing.T) {
	t.Parallel()
	h := newTalk(t, slacktest.Options{}, OneThread)
	far := h.AddTeam("Far")
	stranger := h.AddUser(far, "stranger")
	shared := h.AddChannel(h.team, slacktest.Channel{Name: "shared", Shared: []string{far}, Members: []string{h.ada, stranger, h.in.BotUser}})
	root := h.post(bot.Channel{Platform: Platform, Workspace: h.team, ID: shared}, bot.Message{Title: "Shared"}, "shared")
	k := newKeeper()
	h.listen(overhearer{k})
	reply := h.Reply(slacktest.Ref{Channel: shared, TS: root.Ref.MessageID}, stranger, "from afar")
	h.AwaitDelivered()
	heard := k.replies[reply.TS]
	if heard.Author != (bot.Person{Platform: Platform, Workspace: h.team, ID: stranger, Name: "stranger"}) || heard.Text != "from afar" {
		t.Errorf("heard %+v", heard)
	}
	l := listAll(t, h.a, t.Context(), root.Thread)
	if l.err != nil || l.replies[reply.TS].Author != heard.Author {
		t.Errorf("listed %+v", l)
	}
}

// With the rule of one page a minute a listing is slow, and whole.
func TestListUnderTheHistoryRule(t *testing.T) {
	t.Parallel()
	h := newTalk(t, slacktest.Options{HistoryRule: true, Speed: 200}, OneThread)
	for i := range 40 {
		h.Reply(h.root, h.ada, fmt.Sprint("reply ", i))
	}
	l := h.list(h.ref(slacktest.Ref{TS: ts(1)}))
	if l.err != nil || len(l.texts) != 40 || len(l.removed) != 1 {
		t.Errorf("%d texts, removed %v, %v", len(l.texts), l.removed, l.err)
	}
	if in, err := h.a.team(t.Context(), h.team); err != nil || !in.historySlow() {
		t.Errorf("it was not noticed: %v", err)
	}
}
