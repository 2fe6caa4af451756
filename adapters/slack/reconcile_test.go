package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"colloquy/bot"
)

// A listed is what a listing said.
type listed struct {
	texts   map[string]string // of people
	unread  map[bot.MessageRef][]bot.Reaction
	replies map[string]bot.Reply
	removed []bot.MessageRef
	given   []string // the texts and "removed", in order; of what was given again, the author's name
	err     error
}

func listAll(t *testing.T, a *Adapter, ctx context.Context, thread bot.Channel, known ...bot.MessageRef) listed {
	t.Helper()
	l := listed{texts: map[string]string{}, unread: map[bot.MessageRef][]bot.Reaction{}, replies: map[string]bot.Reply{}}
	for c, err := range a.Reconcile(ctx, thread, known) {
		switch {
		case err != nil:
			l.err = err
		case l.err != nil:
			t.Error("a listing goes on after its error")
		case c.Removed.MessageID != "":
			l.removed, l.given = append(l.removed, c.Removed), append(l.given, "removed")
		case c.Reply.Reactions == nil:
			t.Errorf("reactions are not known: %+v", c.Reply)
		case c.Reply.Unread:
			l.unread[c.Reply.Ref] = c.Reply.Reactions
			if want := (bot.Reply{Ref: c.Reply.Ref, Reactions: c.Reply.Reactions, Unread: true}); !reflect.DeepEqual(c.Reply, want) {
				t.Errorf("unread, but says %+v", c.Reply)
			}
		default:
			first, again := l.replies[c.Reply.Ref.MessageID]
			if l.given = append(l.given, c.Reply.Text); again {
				l.given[len(l.given)-1] = c.Reply.Author.Name
				first.Author.Name = c.Reply.Author.Name
				if !reflect.DeepEqual(first, c.Reply) {
					t.Errorf("given with a name, it is %+v", c.Reply)
				}
			}
			l.texts[c.Reply.Ref.MessageID] = c.Reply.Text
			l.replies[c.Reply.Ref.MessageID] = c.Reply
		}
	}
	return l
}

// root is the post that began the thread.
const rootPost = `{"type":"message","user":"U0SELF","bot_id":"B0SELF","text":"An article","ts":"` + rootTS + `","thread_ts":"` + rootTS + `","reply_count":3,"reactions":[{"name":"tada","count":1}]}`

// thread answers conversations.replies with the root and replies, some on a page,
// as Slack does: the root is on each.
func thread(size int, root string, replies ...string) func(url.Values) string {
	return func(args url.Values) string {
		at, _ := strconv.Atoi(args.Get("cursor"))
		end := min(at+size, len(replies))
		next := ""
		if end < len(replies) {
			next = strconv.Itoa(end)
		}
		return fmt.Sprintf(`{"ok":true,"messages":[%s],"has_more":%t,"response_metadata":{"next_cursor":%q}}`,
			strings.Join(slices.Concat([]string{root}, replies[at:end]), ","), next != "", next)
	}
}

var rootRef = bot.MessageRef{Channel: inThread.Parent(), MessageID: rootTS}

func TestListThread(t *testing.T) {
	in, w := newWire(t)
	replies := []string{
		said(1, "Why?", `,"user":"U0SELF","bot_id":"B0SELF","reactions":[{"name":"+1","count":2}]`),
		said(2, "as it is now", `,"edited":{"user":"U0ADA","ts":"1767226000.000000"}`),
		said(3, "of a bot", `,"bot_id":"B0OTHER"`),
		said(4, "<@U0ADA> joined", `,"subtype":"channel_join"`),
		said(5, "broadcast", `,"subtype":"thread_broadcast","user":"U0GRACE","reactions":[{"name":"eyes","count":1}]`),
		said(6, "", `,"attachments":[{"text":"forwarded"}]`),
		said(7, "cannot be read", `,"user":7`),
	}
	known := []bot.MessageRef{ref(1), ref(2), ref(5), ref(7), ref(90), ref(91),
		{Channel: inThread, MessageID: "form-1"}, {Channel: inThread.Parent(), MessageID: ts(92)},
		{Channel: bot.Channel{Platform: Platform, Workspace: teamID, ID: channelID, Thread: ts(1)}, MessageID: ts(93)}}
	for _, size := range []int{1, 3, 15, 200} {
		w.on("conversations.replies", thread(size, rootPost, replies...))
		l := listAll(t, in.app.a, t.Context(), inThread, known...)
		if l.err != nil {
			t.Fatal(l.err)
		}
		if want := map[string]string{ts(2): "as it is now", ts(5): "broadcast"}; !maps.Equal(l.texts, want) {
			t.Errorf("%d a page: texts %v", size, l.texts)
		}
		wantUnread := map[bot.MessageRef][]bot.Reaction{rootRef: {{Key: "🎉", Count: 1}}, ref(1): {{Key: "👍", Count: 2}}, ref(6): {}, ref(7): {}}
		if !reflect.DeepEqual(l.unread, wantUnread) {
			t.Errorf("%d a page: unread %v", size, l.unread)
		}
		if !slices.Equal(l.removed, []bot.MessageRef{ref(90), ref(91)}) {
			t.Errorf("%d a page: removed %v", size, l.removed)
		}
		r := l.replies[ts(5)]
		if r.Author.Name != "Grace H." || r.ReplyTo != rootTS || r.Ref != ref(5) || !slices.Equal(r.Reactions, []bot.Reaction{{Key: "👀", Count: 1}}) {
			t.Errorf("%d a page: %+v", size, r)
		}
	}
}

// What comes live and what is listed is the same.
func TestListedAsHeard(t *testing.T) {
	in, w := newWire(t)
	for _, payload := range []string{
		said(1, "plain", ""), said(2, "edited", `,"edited":{"ts":"1767226000.000000"}`),
		said(3, "<@U0GRACE> &amp;", `,"subtype":"thread_broadcast","files":[{"id":"F1","name":"a","permalink":"https://acme.slack.com/a"}]`),
	} {
		k := newKeeper()
		k.give(t, in, payload)
		w.on("conversations.replies", thread(9, rootPost, payload))
		l := listAll(t, in.app.a, t.Context(), inThread)
		for id, r := range k.replies {
			r.Reactions = []bot.Reaction{}
			if !reflect.DeepEqual(l.replies[id], r) {
				t.Errorf("listed %+v\nheard  %+v", l.replies[id], r)
			}
		}
	}
}

// A listing that breaks off, or is no listing, removes nothing.
func TestBrokenListings(t *testing.T) {
	in, w := newWire(t)
	first := thread(1, rootPost, said(1, "one", ""), said(2, "two", ""))
	for name, second := range map[string]string{
		"an error":            `{"ok":false,"error":"internal_error"}`,
		"no JSON":             `<html>`,
		"no messages":         `{"ok":true}`,
		"messages are none":   `{"ok":true,"messages":null,"has_more":false}`,
		"messages of a type":  `{"ok":true,"messages":{},"has_more":false}`,
		"has_more of a type":  `{"ok":true,"messages":[],"has_more":"yes"}`,
		"no way on":           `{"ok":true,"messages":[` + said(2, "two", "") + `],"has_more":true,"response_metadata":{"next_cursor":""}}`,
		"no cursor":           `{"ok":true,"messages":[` + said(2, "two", "") + `],"has_more":true}`,
		"a cursor of a type":  `{"ok":true,"messages":[` + said(2, "two", "") + `],"has_more":true,"response_metadata":{"next_cursor":7}}`,
		"round and round":     `{"ok":true,"messages":[` + rootPost + `,` + said(1, "one", "") + `],"has_more":true,"response_metadata":{"next_cursor":"1"}}`,
		"a message of no id":  `{"ok":true,"messages":[{"type":"message","text":"hi"}],"has_more":false}`,
		"a message is none":   `{"ok":true,"messages":[7],"has_more":false}`,
		"an invalid cursor":   `{"ok":false,"error":"invalid_cursor"}`,
		"no longer a channel": `{"ok":false,"error":"channel_not_found"}`,
		"no longer a member":  `{"ok":false,"error":"not_in_channel"}`,
		"no longer allowed":   `{"ok":false,"error":"missing_scope"}`,
	} {
		w.on("conversations.replies", func(args url.Values) string {
			if args.Get("cursor") == "" {
				return first(args)
			}
			return second
		})
		l := listAll(t, in.app.a, t.Context(), inThread, ref(1), ref(2), ref(90))
		if l.err == nil || len(l.removed) != 0 || l.texts[ts(1)] != "one" {
			t.Errorf("%s: removed %v, texts %v, %v", name, l.removed, l.texts, l.err)
		}
		code := map[string]string{"no longer a channel": "channel_gone", "no longer a member": "no_access", "no longer allowed": "no_permission"}[name]
		if code != "" && (bot.ReasonCode(l.err) != code || !bot.IsPermanent(l.err)) {
			t.Errorf("%s: %s, %v", name, bot.ReasonCode(l.err), l.err)
		}
	}
}

// A cursor that is no longer good is no reason to give up.
func TestListingBeginsAgain(t *testing.T) {
	in, w := newWire(t)
	refused := false
	pages := thread(1, rootPost, said(1, "one", ""), said(2, "two", ""))
	w.on("conversations.replies", func(args url.Values) string {
		if args.Get("cursor") != "" && !refused {
			refused = true
			return `{"ok":false,"error":"invalid_cursor"}`
		}
		return pages(args)
	})
	l := listAll(t, in.app.a, t.Context(), inThread, ref(1), ref(2), ref(90))
	if l.err != nil || len(l.texts) != 2 || !slices.Equal(l.removed, []bot.MessageRef{ref(90)}) || !refused {
		t.Errorf("%+v", l)
	}
}

func TestRootGone(t *testing.T) {
	in, w := newWire(t)
	stone := fmt.Sprintf(`{"type":"message","subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","ts":%q,"thread_ts":%[1]q,"reply_count":1}`, rootTS)
	w.on("conversations.replies", thread(9, stone, said(1, "one", "")))
	l := listAll(t, in.app.a, t.Context(), inThread, ref(1))
	if l.err != nil || l.texts[ts(1)] != "one" || !slices.Equal(l.removed, []bot.MessageRef{rootRef}) {
		t.Errorf("a tombstone: %+v", l)
	}
	notFound := func(url.Values) string { return `{"ok":false,"error":"thread_not_found"}` }
	w.on("conversations.replies", notFound)
	history := func(answer string) {
		w.on("conversations.history", func(args url.Values) string {
			if args.Get("latest") != rootTS || args.Get("oldest") != rootTS || args.Get("inclusive") != "true" {
				t.Errorf("asked for %v", args)
			}
			return answer
		})
	}
	history(`{"ok":true,"messages":[],"has_more":false}`)
	if l := listAll(t, in.app.a, t.Context(), inThread, ref(1)); l.err != nil || !slices.Equal(l.removed, []bot.MessageRef{rootRef, ref(1)}) {
		t.Errorf("no thread, no root: %+v", l)
	}
	for name, answer := range map[string]string{
		"the root is there":   `{"ok":true,"messages":[` + rootPost + `]}`,
		"it may be hidden":    `{"ok":true,"messages":[],"is_limited":true}`,
		"no answer":           `{"ok":true}`,
		"no longer a channel": `{"ok":false,"error":"channel_not_found"}`,
	} {
		history(answer)
		if l := listAll(t, in.app.a, t.Context(), inThread, ref(1)); l.err == nil || len(l.removed) != 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
	history(`{"ok":true,"messages":[]}`)
	w.on("conversations.replies", func(url.Values) string { return `{"ok":true,"messages":[` + said(1, "one", "") + `]}` })
	if l := listAll(t, in.app.a, t.Context(), inThread, ref(1), ref(2)); l.err != nil || !slices.Equal(l.removed, []bot.MessageRef{rootRef, ref(2)}) {
		t.Errorf("a listing without the root: %+v", l)
	}
}

// What the plan of a workspace hides is not gone.
func TestHiddenIsNotGone(t *testing.T) {
	in, w := newWire(t)
	limited := func(args url.Values) string {
		return strings.Replace(thread(9, rootPost, said(10, "the oldest that is shown", ""), said(20, "x", ""))(args), `"ok":true`, `"ok":true,"is_limited":true`, 1)
	}
	w.on("conversations.replies", limited)
	l := listAll(t, in.app.a, t.Context(), inThread, ref(5), ref(10), ref(15))
	if l.err != nil || !slices.Equal(l.removed, []bot.MessageRef{ref(15)}) {
		t.Errorf("%+v", l)
	}
}

func TestNothingToList(t *testing.T) {
	in, w := newWire(t)
	if l := listAll(t, in.app.a, t.Context(), inThread.Parent(), ref(1)); l.err != nil || len(l.removed)+len(l.texts) != 0 || w.times("conversations.replies") != 0 {
		t.Errorf("a channel: %+v", l)
	}
	bad := inThread
	bad.Thread = "now"
	if l := listAll(t, in.app.a, t.Context(), bad, ref(1)); !bot.IsPermanent(l.err) {
		t.Errorf("no thread: %+v", l)
	}
	w.on("conversations.replies", thread(9, rootPost, said(1, "one", "")))
	if l := listAll(t, in.app.a, offline(), inThread, ref(1), ref(2)); l.err == nil || len(l.removed) != 0 {
		t.Errorf("cancelled: %+v", l)
	}
	for range in.app.a.Reconcile(t.Context(), inThread, []bot.MessageRef{ref(2)}) {
		break // the iterator panics if it goes on
	}
}

// Where Slack lets an app read a page a minute, one listing waits for it, and the
// others come again later.
func TestListingSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, w := newWire(t)
		pages, refusals := thread(1, rootPost, said(1, "one", ""), said(2, "two", ""), said(3, "three", "")), 0
		w.on("conversations.replies", func(args url.Values) string {
			if args.Get("ts") != rootTS {
				return "refused for 60"
			}
			if args.Get("cursor") != "" && refusals < 2 {
				refusals++
				return "refused for 60"
			}
			return pages(args)
		})
		begun := time.Now()
		var first listed
		done := make(chan struct{})
		go func() {
			defer close(done)
			first = listAll(t, in.app.a, t.Context(), inThread, ref(3), ref(90))
		}()
		synctest.Wait() // it waits for its second page
		other := inThread
		other.Thread = ts(50)
		if l := listAll(t, in.app.a, t.Context(), other, bot.MessageRef{Channel: other, MessageID: ts(51)}); bot.ReasonCode(l.err) != "rate_limited" || len(l.removed) != 0 || bot.IsPermanent(l.err) {
			t.Errorf("the second: %+v", l)
		}
		<-done
		if first.err != nil || len(first.texts) != 3 || !slices.Equal(first.removed, []bot.MessageRef{ref(90)}) || time.Since(begun) < 2*time.Minute {
			t.Errorf("the first, after %s: %+v", time.Since(begun), first)
		}
		w.on("conversations.replies", func(url.Values) string { return "refused for 3600" })
		if l := listAll(t, in.app.a, t.Context(), inThread, ref(1)); l.err == nil || len(l.removed) != 0 {
			t.Errorf("for an hour: %+v", l)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		w.on("conversations.replies", func(url.Values) string { return "refused for 60" })
		if l := listAll(t, in.app.a, ctx, inThread, ref(1)); l.err == nil || len(l.removed) != 0 {
			t.Errorf("no time: %+v", l)
		}
	})
}

// After an outage many threads are listed at once. Each waits for its turn, and no
// page is asked for twice.
func TestListingsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, w := newWire(t)
		in.app.a.speed = 1
		w.on("conversations.replies", thread(1, rootPost, said(1, "one", ""), said(2, "two", "")))
		const threads = 40
		var all [threads]listed
		var running sync.WaitGroup
		for i := range all {
			running.Go(func() { all[i] = listAll(t, in.app.a, t.Context(), inThread) })
		}
		running.Wait()
		for _, l := range all {
			if l.err != nil || len(l.texts) != 2 {
				t.Fatalf("a listing: %v, %v", l.texts, l.err)
			}
		}
		if n := w.asked["conversations.replies"]; n != 2*threads {
			t.Errorf("%d pages were asked for, want %d", n, 2*threads)
		}
	})
}

// FuzzListed: a listing has each message that it was given, or fails.
func FuzzListed(f *testing.F) {
	for _, raw := range payloads(f) {
		f.Add(raw)
	}
	in, _ := newWire(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var changes []bot.Change
		l := listing{a: in.app.a, t: in, thread: inThread, there: map[string]bool{}, yield: func(c bot.Change, err error) bool {
			changes = append(changes, c)
			return err == nil
		}}
		var m message
		lenient(raw, &m)
		in.app.a.names.put(in.nameKey(m.User), "Ada", time.Now().Add(time.Hour))
		err := l.message(offline(), json.RawMessage(raw))
		if err == nil && len(l.there) != 1 {
			t.Errorf("%d messages of %s", len(l.there), raw)
		}
		for _, c := range changes {
			id := c.Reply.Ref.MessageID + c.Removed.MessageID
			if _, ok := stamp(id); !ok || !l.there[id] || c.Removed.MessageID == "" && c.Reply.Reactions == nil || c.Removed.MessageID != "" && c.Removed != rootRef {
				t.Errorf("%+v of %s", c, raw)
			}
		}
	})
}
