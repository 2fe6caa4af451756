package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// A keeper is the engine as events see it: the highest version of each reply,
// and a removal is final.
type keeper struct {
	mu       sync.Mutex
	replies  map[string]bot.Reply
	removed  map[bot.MessageRef]bool
	commands map[string]bot.Command
	lost     map[bot.Channel]string
	calls    int
	fail     error
	up       bool
	scopes   map[string]bool // that are connected
	places   []bot.Channel
}

func newKeeper() *keeper {
	return &keeper{replies: map[string]bot.Reply{}, removed: map[bot.MessageRef]bool{}, commands: map[string]bot.Command{}, lost: map[bot.Channel]string{}, scopes: map[string]bool{}}
}

func (k *keeper) take(f func()) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.calls++; k.fail == nil {
		f()
	}
	return k.fail
}

func (k *keeper) ReplyChanged(_ context.Context, r bot.Reply) (bool, error) {
	return true, k.take(func() {
		if old, ok := k.replies[r.Ref.MessageID]; !k.removed[r.Ref] && (!ok || r.Version > old.Version) {
			k.replies[r.Ref.MessageID] = r
		}
	})
}

func (k *keeper) ReplyRemoved(_ context.Context, ref bot.MessageRef) error {
	return k.take(func() { k.removed[ref] = true; delete(k.replies, ref.MessageID) })
}

func (k *keeper) Command(_ context.Context, c bot.Command) (bot.Answer, error) {
	return bot.Answer{}, k.take(func() { k.commands[c.ID] = c })
}

func (k *keeper) ChannelLost(_ context.Context, ch bot.Channel, why error) error {
	return k.take(func() { k.lost[ch] = bot.ReasonCode(why) })
}

func (k *keeper) Connected(_ context.Context, scope string, up bool) error {
	return k.take(func() { k.up, k.scopes[scope] = up, up })
}

func (k *keeper) Silent(_ context.Context, scope string, _ time.Time) error {
	return k.take(func() { k.up, k.scopes[scope] = false, false })
}

func (k *keeper) InstallationChanged(context.Context, bot.Installation) error { return nil }

func (k *keeper) Places(context.Context, string) ([]bot.Channel, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.places, k.fail
}
func (k *keeper) Installations(context.Context, string, []bot.Installation, func(string) bool) error {
	return nil
}

const (
	guildID = "197038439483310086"
	textID  = "290926798999357250"
	rootID  = "334385199974960000" // and the thread under it
	plainID = "290926798999357999" // a channel whose discussion has no thread
	selfID  = "41771983423143937"
	adaID   = "53908099506183680"
)

var (
	inThread = bot.Channel{Platform: Platform, Workspace: guildID, ID: textID, Thread: rootID}
	inPlain  = bot.Channel{Platform: Platform, Workspace: guildID, ID: plainID}
)

// watching is an adapter that watches the thread and the plain channel, and
// reaches nothing.
func watching() *Adapter {
	a := New(Options{Token: "token"})
	a.gate.is(identity{userID: selfID, appID: selfID})
	a.watch.add(inThread)
	a.watch.add(inPlain)
	return a
}

func (k *keeper) give(t *testing.T, a *Adapter, name, payload string) {
	t.Helper()
	if err := a.event(t.Context(), k, name, json.RawMessage(payload)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// said is a message's payload with more fields.
func said(id, channel, content string, more ...string) string {
	return fmt.Sprintf(`{"id":%q,"channel_id":%q,"guild_id":%q,"type":0,"content":%q,"timestamp":"2026-03-02T10:00:00.123000+00:00","edited_timestamp":null,
		"author":{"id":%q,"username":"ada","global_name":"Ada L."},"member":{"nick":"Countess","roles":[]},"attachments":[],"mentions":[],"embeds":[]%s}`,
		id, channel, guildID, content, adaID, strings.Join(append([]string{""}, more...), ","))
}

const message1 = "334385199974967042"

func TestReplyFromEvent(t *testing.T) {
	a, k := watching(), newKeeper()
	k.give(t, a, "MESSAGE_CREATE", said(message1, rootID, "<@"+selfID+"> 2) <@53908099506183681>, <@9> said\\u0000 <:wave:123> in <#5>",
		`"mentions":[{"id":"53908099506183681","username":"grace","global_name":"Grace\u202e H."},{"id":"41771983423143937","username":"Colloquy"}]`,
		`"type":19,"message_reference":{"message_id":"334385199974960001","channel_id":"334385199974960000"}`,
		`"attachments":[{"filename":"a\u0007.png","url":"https://cdn.example/a.png"}],"sticker_items":[{"id":"7","name":"Wave"}],"a_new_field":[1,{"x":null}]`))
	want := bot.Reply{
		Ref:     bot.MessageRef{Channel: inThread, MessageID: message1},
		Author:  bot.Person{Platform: Platform, Workspace: guildID, ID: adaID, Name: "Countess"},
		ReplyTo: "334385199974960001", Text: "2) @Grace H., <@9> said\\u0000 :wave: in <#5>",
		Files:     []bot.File{{Name: "a.png", URL: "https://cdn.example/a.png"}, {Name: "sticker Wave", URL: "https://cdn.discordapp.com/stickers/7.png"}},
		Version:   1772445600123000,
		CreatedAt: time.Date(2026, 3, 2, 10, 0, 0, 123e6, time.UTC),
	}
	if got := k.replies[message1]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	k.give(t, a, "MESSAGE_UPDATE", said(message1, rootID, "changed", `"edited_timestamp":"2026-03-02T10:05:00.000001+00:00"`))
	got := k.replies[message1]
	if got.Text != "changed" || got.Version != 1772445900000001 || !got.EditedAt.Equal(time.Date(2026, 3, 2, 10, 5, 0, 1000, time.UTC)) || !got.CreatedAt.Equal(want.CreatedAt) {
		t.Errorf("edited: %+v", got)
	}
}

func TestTextOfMentions(t *testing.T) {
	people := []user{{ID: "1", Username: "ada"}, {ID: "2", Username: "2"}, {ID: "3", GlobalName: " \u202e ", Username: "grace"}}
	for content, want := range map[string]string{
		"<@1>, <@!1> and <@2> <@4>": "@ada, @ada and <@2> <@4>", // "@2" would name a question
		"<@2> I think":              "<@2> I think",
		"<@3>":                      "@grace",
		"<@" + selfID + "> @2 yes":  "@2 yes",
		" <@!" + selfID + ">\nyes":  "yes",
		"yes <@" + selfID + ">":     "yes <@" + selfID + ">",
		"<@&1> <#1> <t:1> <a:b:1>":  "<@&1> <#1> <t:1> :b:",
		"<@1":                       "<@1",
		" kept ":                    " kept ",
	} {
		if got := (message{Content: content, Mentions: people}).text(selfID); got != want {
			t.Errorf("%q is %q, want %q", content, got, want)
		}
	}
}

func TestReactions(t *testing.T) {
	m := message{Reactions: []reaction{{3, emoji{Name: "👍"}}, {1, emoji{ID: "7", Name: "wave"}}, {0, emoji{Name: "🔥"}}, {2, emoji{}}, {1, emoji{ID: "8"}}}}
	if got := fmt.Sprint(m.reactions()); got != "[{:8 1} {wave:7 1} {👍 3}]" {
		t.Error(got)
	}
	if (message{}).reactions() == nil {
		t.Error("no reactions are unknown reactions")
	}
}

func TestWhatIsNoReply(t *testing.T) {
	a, k := watching(), newKeeper()
	for name, payload := range map[string]string{
		"elsewhere":          said(message1, textID, "hello"),
		"elsewhere, broken":  `{"channel_id":"290926798999357250","id":5,"author":"x"}`,
		"a bot":              said(message1, rootID, "hello", `"author":{"id":"6","username":"b","bot":true}`),
		"a webhook":          said(message1, rootID, "hello", `"webhook_id":"6"`),
		"a pin":              said(message1, rootID, "", `"type":6`),
		"the start":          said(message1, rootID, "", `"type":21`),
		"an unknown type":    said(message1, rootID, "hello", `"type":99`),
		"forwarded":          said(message1, rootID, "", `"message_reference":{"type":1,"message_id":"8","channel_id":"9"},"message_snapshots":[{}]`),
		"not shown":          said(message1, rootID, ""),
		"a private message":  said(message1, "77", "hello"),
		"an empty place":     said(message1, "1", "hello"),
		"a number like ours": said(message1, "0"+rootID, "hello"),
	} {
		err := a.event(t.Context(), k, "MESSAGE_CREATE", json.RawMessage(payload))
		var bad *unreadableError
		if k.calls != 0 || err != nil && !errors.As(err, &bad) {
			t.Errorf("%s: %d calls, %v", name, k.calls, err)
		}
		k.calls = 0
	}
	k.give(t, a, "MESSAGE_UPDATE", said(message1, rootID, "with a preview now", `"embeds":[{}]`))
	if k.calls != 0 {
		t.Error("a preview counts as an edit")
	}
}

func TestWithoutContent(t *testing.T) {
	a, k := watching(), newKeeper()
	a.o.Content = ContentOff
	k.give(t, a, "MESSAGE_CREATE", said(message1, rootID, "<@!"+selfID+"> I see you"))
	k.give(t, a, "MESSAGE_UPDATE", said(message1, rootID, "", `"edited_timestamp":"2026-03-02T10:05:00+00:00"`))
	k.give(t, a, "MESSAGE_UPDATE", said(message1, rootID, "", `"edited_timestamp":"2026-03-02T10:06:00+00:00","sticker_items":[{"id":"7","name":"Wave"}]`))
	if got := k.replies[message1]; got.Text != "I see you" || k.calls != 1 {
		t.Errorf("%d calls, %+v", k.calls, got)
	}
	k.give(t, a, "MESSAGE_CREATE", said("334385199974967043", rootID, "<@"+selfID+">"))
	if got := k.replies["334385199974967043"].Text; got != "<@"+selfID+">" {
		t.Errorf("only a mention: %q", got)
	}
}

func TestRemovals(t *testing.T) {
	a, k := watching(), newKeeper()
	del := func(name, ids, channel string) {
		k.give(t, a, name, fmt.Sprintf(`{%s,"channel_id":%q,"guild_id":%q}`, ids, channel, guildID))
	}
	del("MESSAGE_DELETE", `"id":"11"`, rootID)
	del("MESSAGE_DELETE", `"id":"12"`, textID) // some message beside our roots
	del("MESSAGE_DELETE", `"id":"`+rootID+`"`, textID)
	del("MESSAGE_DELETE", `"id":"`+rootID+`"`, "99")
	a.watch.add(bot.Channel{Platform: Platform, Workspace: guildID, ID: "98", Thread: "97"})
	del("MESSAGE_DELETE", `"id":"97"`, textID) // an id of ours, and not there
	del("MESSAGE_DELETE_BULK", `"ids":["13","14"]`, plainID)
	del("MESSAGE_DELETE_BULK", `"ids":["15"]`, "99")
	want := map[bot.MessageRef]bool{
		{Channel: inThread, MessageID: "11"}: true, {Channel: inThread.Parent(), MessageID: rootID}: true,
		{Channel: inPlain, MessageID: "13"}: true, {Channel: inPlain, MessageID: "14"}: true,
	}
	if !maps.Equal(k.removed, want) {
		t.Errorf("removed %v", k.removed)
	}
}

// Only what is stored is acknowledged.
func TestEventNotStored(t *testing.T) {
	a, k := watching(), newKeeper()
	k.fail = errors.New("the store is down")
	for name, payload := range map[string]string{
		"MESSAGE_CREATE":      said(message1, rootID, "hello"),
		"MESSAGE_DELETE":      `{"id":"11","channel_id":"` + rootID + `"}`,
		"MESSAGE_DELETE_BULK": `{"ids":["11"],"channel_id":"` + rootID + `"}`,
		"CHANNEL_DELETE":      `{"id":"` + textID + `","guild_id":"` + guildID + `","type":0}`,
	} {
		if err := a.event(t.Context(), k, name, json.RawMessage(payload)); !errors.Is(err, k.fail) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !a.watch.uses(textID) {
		t.Error("forgotten before it was stored")
	}
	k.fail = nil
	k.give(t, a, "CHANNEL_DELETE", `{"id":"`+textID+`","guild_id":"`+guildID+`","type":0}`)
	if a.watch.uses(textID) || a.watch.uses(rootID) || !a.watch.uses(plainID) {
		t.Error("what is watched after a channel was deleted is wrong")
	}
}

func TestUnreadable(t *testing.T) {
	a, k := watching(), newKeeper()
	for payload, id := range map[string]string{
		`{`:                         "",
		`null`:                      "",
		`[]`:                        "",
		`{"id":"5"}`:                "5",
		`{"id":"5","channel_id":7}`: "5",
		said(message1, rootID, "hello", `"content":{"text":"hello"}`): message1,
		said(message1, rootID, "hello", `"author":"ada"`):             message1,
		said("", rootID, "hello"):                                     "",
	} {
		for _, name := range []string{"MESSAGE_CREATE", "MESSAGE_UPDATE"} {
			err := a.event(t.Context(), k, name, json.RawMessage(payload))
			var bad *unreadableError
			if !errors.As(err, &bad) || bad.event != name || bad.id != id || strings.Contains(err.Error(), "hello") || k.calls != 0 {
				t.Errorf("%s %s: %v", name, payload, err)
			}
		}
	}
	// What is new or odd beside what a record rests on does no harm.
	k.give(t, a, "MESSAGE_CREATE", said(message1, rootID, "hello", `"attachments":"none","mentions":[7],"reactions":{},"member":[],"message_reference":4,"poll":"x"`))
	if k.replies[message1].Text != "hello" {
		t.Errorf("%+v", k.replies)
	}
}

// Events that come twice and in any order end in the same state.
func TestEventsInAnyOrder(t *testing.T) {
	type ev struct{ name, payload string }
	var all []ev
	for i := range 6 {
		id := fmt.Sprint(334385199974967100 + i)
		all = append(all, ev{"MESSAGE_CREATE", said(id, rootID, "first "+id)})
		for n := range i {
			all = append(all, ev{"MESSAGE_UPDATE", said(id, rootID, fmt.Sprintf("edit %d of %s", n, id), fmt.Sprintf(`"edited_timestamp":"2026-03-02T10:0%d:00+00:00"`, n+1))})
		}
		if i%3 == 2 {
			all = append(all, ev{"MESSAGE_DELETE", fmt.Sprintf(`{"id":%q,"channel_id":%q}`, id, rootID)})
		}
	}
	all = append(all, ev{"MESSAGE_DELETE_BULK", `{"ids":["334385199974967100"],"channel_id":"` + rootID + `"}`})
	run := func(events []ev) *keeper {
		a, k := watching(), newKeeper()
		for _, e := range events {
			k.give(t, a, e.name, e.payload)
		}
		return k
	}
	want := run(all)
	if len(want.replies) != 3 || len(want.removed) != 3 {
		t.Fatalf("in order: %+v", want)
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		mixed := append(append([]ev{}, all...), all[:r.IntN(len(all))]...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := run(mixed); !reflect.DeepEqual(got.replies, want.replies) || !maps.Equal(got.removed, want.removed) {
			t.Fatalf("seed %d: %+v", seed, got.replies)
		}
	}
}

// BenchmarkEvent is what a message costs the adapter, in a thread of ours and
// elsewhere, with as many threads watched as there may be.
func BenchmarkEvent(b *testing.B) {
	a, k := watching(), newKeeper()
	for i := range mostWatched - 10 {
		a.watch.add(bot.Channel{Platform: Platform, Workspace: guildID, ID: fmt.Sprint(1 + i%1000), Thread: fmt.Sprint(1_000_000 + i)})
	}
	for name, in := range map[string]string{"elsewhere": textID, "ours": rootID} {
		raw := json.RawMessage(said(message1, in, strings.Repeat("What people write. ", 20)))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := a.event(b.Context(), k, "MESSAGE_CREATE", raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func (k *keeper) Missed(context.Context, bot.Channel, time.Time) error { return nil }
