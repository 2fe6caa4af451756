package discord

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/discord/discordtest"
	"colloquy/bot"
)

// run connects the adapter until the test ends or stop is called.
func (w *world) run(k *keeper) (stop func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.a.Run(ctx, k) }()
	stopped := false
	stop = func() {
		if cancel(); !stopped {
			stopped = true
			if err := <-ended; err != nil {
				w.t.Errorf("Run: %v", err)
			}
		}
	}
	w.t.Cleanup(stop)
	w.until("connected", k, func() bool { return k.up })
	return stop
}

func (w *world) until(what string, k *keeper, ok func() bool) {
	w.t.Helper()
	w.Await(what, func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return ok()
	})
}

// restart is the process anew: nothing of before is in memory.
func (w *world) restart() {
	w.a = New(Options{Token: w.Token, API: w.URL, Content: w.a.o.Content})
}

// texts are what is recorded, by message.
func (k *keeper) texts() map[string]string {
	out := map[string]string{}
	for id, r := range k.replies {
		out[id] = r.Text
	}
	return out
}

// there is what people wrote in the thread, by message.
func (w *world) there() map[string]string {
	out := map[string]string{}
	for _, m := range w.Written(w.thread.Thread) {
		if m.Author != w.AppID {
			out[m.ID] = m.Content
		}
	}
	return out
}

func (w *world) sync(k *keeper) {
	w.t.Helper()
	want := w.there()
	w.until("the record as the thread is", k, func() bool { return maps.Equal(k.texts(), want) })
}

// Whatever people do, and however the events come, the record ends as the thread is.
func TestLive(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordtest.Options{}, kind)
			w.Strange(true)
			k := newKeeper()
			w.run(k) // the thread is learnt from the server's list
			r := rand.New(rand.NewPCG(7, uint64(kind)))
			for n := range 120 {
				ids := make([]string, 0, 100)
				for id := range w.there() {
					ids = append(ids, id)
				}
				in := w.thread.Thread
				switch {
				case n%20 == 0:
					w.Twice(5)
				case n%20 == 10:
					w.Reorder(6)
				}
				switch r.IntN(8) {
				case 0, 1, 2:
					w.say(fmt.Sprint("reply ", n))
				case 3, 4:
					if len(ids) > 0 {
						w.Edit(in, ids[r.IntN(len(ids))], fmt.Sprint("edit ", n))
					}
				case 5:
					if len(ids) > 0 {
						w.Embed(in, ids[r.IntN(len(ids))], "https://example.org/")
					}
				case 6:
					if len(ids) > 2 {
						w.Delete(in, ids[0])
					}
				case 7:
					if len(ids) > 6 {
						w.DeleteMany(in, ids[0], ids[1])
					}
				}
			}
			for range 6 { // let go what is held back
				w.say("the end")
			}
			w.sync(k)
		})
	}
}

func TestOutageIsListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	k := newKeeper()
	stop := w.run(k)
	edited, gone := w.say("old"), w.say("gone")
	w.sync(k)
	stop()
	w.Edit(w.thread.Thread, edited, "new")
	w.Delete(w.thread.Thread, gone)
	w.say("missed")
	w.restart()
	w.run(k)
	w.say("live again")
	for c, err := range w.a.Reconcile(t.Context(), w.thread, []bot.MessageRef{w.ref(edited), w.ref(gone)}) {
		switch {
		case err != nil:
			t.Fatal(err)
		case c.Removed.MessageID != "":
			k.ReplyRemoved(t.Context(), c.Removed)
		case !c.Reply.Unread:
			k.ReplyChanged(t.Context(), c.Reply)
		}
	}
	w.sync(k)
}

// Threads are watched once we hear of them, from whatever event.
func TestThreadsAreLearnt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	w.SetThread(w.thread.Thread, true, false)
	people := w.OpenThread(w.channel, w.Say(w.channel, w.ada, "mine"), w.ada, "of people")
	k := newKeeper()
	w.run(k)
	w.say("this opens the thread again, and is not seen")
	w.until("the thread is watched", k, func() bool { _, ok := w.a.watch.channel(w.thread.Thread); return ok })
	w.Say(people, w.ada, "among us")
	seen := w.say("seen")
	w.until("a reply", k, func() bool { return k.replies[seen].Text == "seen" })
	root := w.post(w.channel, "second")
	w.ask(http.MethodPost, "/channels/"+w.channel+"/messages/"+root+"/threads", map[string]any{"name": "Second"}, nil)
	second := w.Say(root, w.ada, "in the second")
	w.until("a reply in a new thread", k, func() bool { return k.replies[second].Text == "in the second" })
	for id, r := range k.replies {
		if r.Text == "among us" {
			t.Errorf("%s of a thread that is none of ours is recorded", id)
		}
	}
}

func TestPlacesLost(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordtest.Options{}, kind)
			other := w.AddChannel(w.guild, discordtest.Channel{Name: "other"})
			category := w.AddChannel(w.guild, discordtest.Channel{Name: "a group", Kind: discordtest.Category})
			k := newKeeper()
			w.run(k)
			w.DeleteChannel(category)
			w.DeleteChannel(w.thread.Thread)
			w.DeleteChannel(other)
			gone := bot.Channel{Platform: Platform, Workspace: w.guild, ID: other}
			w.until("the channel is lost", k, func() bool { return k.lost[gone] == "channel_gone" })
			if w.a.watch.uses(w.channel) {
				t.Error("still watched")
			}
			if root := (bot.MessageRef{Channel: w.thread, MessageID: w.thread.Thread}); kind == discordtest.Forum {
				if !k.removed[root] || len(k.lost) != 1 {
					t.Errorf("removed %v, lost %v", k.removed, k.lost)
				}
			} else if k.lost[w.thread] != "channel_gone" || len(k.lost) != 2 || len(k.removed) != 0 {
				t.Errorf("removed %v, lost %v", k.removed, k.lost)
			}
		})
	}
}

func TestRootRemovedLive(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		w := newWorld(t, discordtest.Options{}, kind)
		k := newKeeper()
		w.run(k)
		in, root := w.channel, w.root()
		if kind == discordtest.Forum {
			in, root = w.thread.Thread, w.ref(w.thread.Thread)
		} else {
			w.Delete(w.channel, w.post(w.channel, "beside it"))
		}
		w.Delete(in, w.thread.Thread)
		w.until(name+": the root is gone", k, func() bool { return k.removed[root] && len(k.removed) == 1 })
	}
}

// ⛔ is a command of who set it, with what the server lets them do.
func TestExcludeByReaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	mods := w.AddRole(w.guild, "mods", discordtest.ManageServer)
	admins := w.AddRole(w.guild, "admins", discordtest.Administrator)
	plain := w.AddRole(w.guild, "plain", discordtest.ManageChannels|discordtest.ManageMessages)
	people := map[string]string{"mod": w.AddMember(w.guild, "mod", mods, plain), "admin": w.AddMember(w.guild, "admin", admins), "ada": w.ada, "plain": w.AddMember(w.guild, "plain", plain)}
	k := newKeeper()
	w.run(k)
	reply := w.say("hm")
	for _, id := range people {
		w.React(w.thread.Thread, reply, id, "👍")
		w.React(w.thread.Thread, reply, id, bot.ExcludeEmoji)
	}
	w.React(w.thread.Thread, reply, w.AddMember(w.guild, "fan"), "👍")
	w.React(w.thread.Thread, reply, w.AddBot(w.guild, "other"), bot.ExcludeEmoji)
	w.React(w.channel, w.Say(w.channel, w.ada, "elsewhere"), w.ada, bot.ExcludeEmoji)
	last := w.say("the last")
	w.until("the last event", k, func() bool { return k.replies[last].Text != "" })
	if len(k.commands) != len(people) {
		t.Errorf("%d commands: %+v", len(k.commands), k.commands)
	}
	for name, id := range people {
		c := k.commands["reaction/"+reply+"/"+id]
		if c.Name != "exclude" || c.Ref != w.ref(reply) || c.Channel != w.thread || c.Actor.ID != id || c.Actor.Name != name || c.Actor.Workspace != w.guild || c.Actor.Manager != (name == "mod" || name == "admin") {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if roles := k.commands["reaction/"+reply+"/"+people["plain"]].Actor.Roles; len(roles) != 1 || roles[0] != plain {
		t.Errorf("roles %v", roles)
	}
}

// An update with ids alone is completed by a look at the message, and what is
// gone by then is removed.
func TestPartialUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	k := newKeeper()
	there := w.say("there")
	w.Edit(w.thread.Thread, there, "changed")
	w.run(k)
	const partial = `{"id":%q,"channel_id":%q,"edited_timestamp":"2026-03-02T10:05:00+00:00"}`
	w.Event(w.guild, "MESSAGE_UPDATE", fmt.Sprintf(partial, there, w.thread.Thread))
	w.Event(w.guild, "MESSAGE_UPDATE", fmt.Sprintf(partial, "12345", w.thread.Thread))
	w.until("the message", k, func() bool { return k.replies[there].Text == "changed" && k.removed[w.ref("12345")] })
	w.Event(w.guild, "MESSAGE_UPDATE", fmt.Sprintf(`{"id":%q,"channel_id":%q,"embeds":[]}`, "12346", w.thread.Thread))
	last := w.say("the last")
	w.until("the last event", k, func() bool { return k.replies[last].Text != "" })
	if k.removed[w.ref("12346")] {
		t.Error("a preview is taken for an edit")
	}
}

// asked is how many requests there were to paths that begin so.
func (w *world) asked(paths ...string) (n int) {
	for _, c := range w.Calls() {
		if slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(c.Path, p) }) {
			n++
		}
	}
	return n
}

// Rights that were read are relied on for a while, and not once they change.
func TestRightsChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.Options{}, discordtest.Text)
	k := newKeeper()
	w.run(k)
	w.until("what the server has is known", k, func() bool { return w.a.watch.uses(w.channel) })
	if err := w.a.canRead(t.Context(), w.thread); err != nil {
		t.Fatal(err)
	}
	calls := w.asked("/channels/", "/guilds/")
	if err := w.a.canRead(t.Context(), w.thread.Parent()); err != nil || w.asked("/channels/", "/guilds/") != calls {
		t.Errorf("%v after asking again", err)
	}
	for name, change := range map[string]func(bool){
		"channel": func(off bool) { w.Deny(w.channel, map[bool]int64{true: discordtest.ReadHistory}[off]) },
		"roles": func(off bool) {
			for _, role := range []string{"", w.guild} {
				w.SetRole(w.guild, role, map[bool]int64{true: discordtest.ViewChannel, false: discordtest.Invited}[off])
			}
		},
	} {
		for _, off := range []bool{true, false} {
			change(off)
			w.Await(name+" changed", func() bool {
				err := w.a.canRead(t.Context(), w.thread)
				return (bot.ReasonCode(err) == "no_permission" && bot.IsPermanent(err)) == off && (err == nil) != off
			})
		}
	}
}
