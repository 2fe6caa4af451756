package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"colloquy/adapters/adaptertest"
	"colloquy/bot"
)

// payloads are the events in testdata, by file: NAME.WHAT.json.
func payloads(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no events: %v", err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func eventName(file string) string { name, _, _ := strings.Cut(file, "."); return name }

// alone is an adapter that watches and knows its server, so that nothing here
// needs a request.
func alone() *Adapter {
	a := watching()
	a.access.guilds[guildID] = guildAccess{guild: guild{ID: guildID}, until: a.o.Clock().Add(accessFor)}
	return a
}

// offline is a context in which no request is sent.
func offline() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// What each of the payloads comes to.
func TestPayloads(t *testing.T) {
	recorded := map[string]string{ // by file
		"MESSAGE_CREATE.text.json": "The harbour needs trees, not benches.", "MESSAGE_CREATE.mention.json": "2) I agree with @grace about <#5> :wave:",
		"MESSAGE_CREATE.reply.json": "Because of the cost", "MESSAGE_CREATE.files.json": "", "MESSAGE_CREATE.voice.json": "",
		"MESSAGE_CREATE.poll.json":    "Trees?\n- Yes\n- No",
		"MESSAGE_CREATE.hostile.json": "@everyone \u202e\u2066<@&6> </x:1> ```\n[a](https://evil.example)  😀 Z\u0351\u036b\u0343\u036a",
		"MESSAGE_UPDATE.edit.json":    "The harbour needs both.",
	}
	others := map[string]bool{"MESSAGE_DELETE.json": true, "MESSAGE_DELETE.root.json": true, "MESSAGE_DELETE_BULK.json": true, "MESSAGE_REACTION_ADD.exclude.json": true, "CHANNEL_DELETE.json": true}
	for file, raw := range payloads(t) {
		a, k := alone(), newKeeper()
		if err := a.event(t.Context(), k, eventName(file), raw); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		want, is := recorded[file]
		if r, got := k.replies[message1]; got != is || r.Text != want {
			t.Errorf("%s: %v, %q", file, got, r.Text)
		}
		if (k.calls > 0) != (is || others[file]) {
			t.Errorf("%s: the handler was called %d times", file, k.calls)
		}
		if file == "MESSAGE_CREATE.hostile.json" && k.replies[message1].Author.Name != "**A** <@1>" {
			t.Errorf("the name is %q", k.replies[message1].Author.Name)
		}
	}
}

// silent says whether an event may end without anything handed over, by what it
// plainly says. It looks at messages in the places of [watching] only.
func silent(name string, v map[string]any, contentOn bool) bool {
	str := func(v map[string]any, key string) string { s, _ := v[key].(string); return s }
	if at := str(v, "channel_id"); at != rootID && at != plainID {
		return true
	}
	switch name {
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		return false
	case "MESSAGE_REACTION_ADD":
		e, _ := v["emoji"].(map[string]any)
		m, _ := v["member"].(map[string]any)
		u, _ := m["user"].(map[string]any)
		return str(e, "name") != bot.ExcludeEmoji || str(e, "id") != "" || u["bot"] == true || str(v, "user_id") == selfID
	case "MESSAGE_UPDATE":
		if str(v, "edited_timestamp") == "" {
			return true
		}
	case "MESSAGE_CREATE":
	default:
		return true
	}
	author, _ := v["author"].(map[string]any)
	ref, _ := v["message_reference"].(map[string]any)
	kind, _ := v["type"].(float64)
	full := func(key string) bool { l, _ := v[key].([]any); return len(l) > 0 }
	poll, _ := v["poll"].(map[string]any)
	empty := str(v, "content") == "" && !full("attachments") && poll == nil && (!contentOn || !full("sticker_items"))
	return author["bot"] == true || author["system"] == true || str(v, "webhook_id") != "" || kind != 0 && kind != 19 || empty || str(v, "content") == "" && ref["type"] == 1.0
}

func checkEvent(t *testing.T, name string, raw []byte) {
	a, k := alone(), newKeeper()
	_ = a.event(offline(), k, name, raw) // whatever it is
	v, out := adaptertest.Tidied(raw)
	if v == nil {
		return
	}
	a, k = alone(), newKeeper()
	err := a.event(offline(), k, name, out)
	if err == nil && k.calls == 0 && !silent(name, v, a.contentOn()) {
		t.Errorf("%s is lost: %s", name, out)
	}
	var bad *unreadableError
	if errors.As(err, &bad) && (!bot.IsPermanent(err) || bad.event != name || bad.id != "" && snowflake(bad.id) == 0) {
		t.Errorf("%s: %+v", name, bad)
	}
	for id, r := range k.replies {
		if id == "" || r.Ref.Platform != Platform || r.Version <= 0 && r.CreatedAt.Unix() > 0 || r.Author.ID == "" || r.Author.Name == "" ||
			r.Text == "" && len(r.Files) == 0 && v["poll"] == nil && !strings.Contains(string(out), `\u0000`) || strings.Contains(r.Author.Name, "\n") {
			t.Errorf("%s: %+v of %s", name, r, out)
		}
	}
}

// eventNames are those that are handled, and one that is not.
var eventNames = []string{"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "MESSAGE_REACTION_ADD",
	"THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "CHANNEL_UPDATE", "CHANNEL_DELETE",
	"GUILD_CREATE", "GUILD_DELETE", "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE", "UNKNOWN"}

func FuzzEvent(f *testing.F) {
	for file, raw := range payloads(f) {
		f.Add(uint8(slices.Index(eventNames, eventName(file))), raw)
	}
	for _, s := range []string{`{`, `null`, `[]`, `{"id":1}`, `{"channel_id":"` + rootID + `"}`, `{"channel_id":"` + rootID + `","id":"5","author":{"id":"7"},"content":"x"}`} {
		f.Add(uint8(0), []byte(s))
	}
	f.Fuzz(func(t *testing.T, kind uint8, raw []byte) { checkEvent(t, eventNames[int(kind)%len(eventNames)], raw) })
}

// FuzzListed: a listing has each message that it was given, or fails.
func FuzzListed(f *testing.F) {
	for _, raw := range payloads(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var said []bot.Change
		l := listing{a: watching(), thread: inThread, self: selfID, there: map[string]bool{}, yield: func(c bot.Change, err error) bool {
			said = append(said, c)
			return err == nil
		}}
		err := l.message(t.Context(), raw)
		if err == nil && len(l.there) != 1 {
			t.Errorf("%d messages of %s", len(l.there), raw)
		}
		for _, c := range said {
			if !l.there[c.Reply.Ref.MessageID] || c.Removed.MessageID != "" || c.Reply.Reactions == nil && !c.Reply.Unread {
				t.Errorf("%+v of %s", c, raw)
			}
		}
	})
}

// Discord's own examples, as every event there is.
func TestDocumentedPayloads(t *testing.T) {
	const dir = "../../../shared/fixtures/discord"
	files, err := fs.Glob(os.DirFS(dir), "*.json")
	if err != nil || len(files) == 0 {
		t.Skipf("the example payloads are not there: they are expected in %s", dir)
	}
	recorded := 0
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if json.Unmarshal(raw, &v) == nil && v["channel_id"] != nil {
			v["channel_id"] = rootID // as if it were in a thread of ours
			raw, _ = json.Marshal(v)
		}
		for _, name := range eventNames {
			checkEvent(t, name, raw)
		}
		k := newKeeper()
		_ = alone().event(offline(), k, "MESSAGE_CREATE", raw) // most are no messages
		recorded += len(k.replies)
	}
	raw, _ := os.ReadFile(filepath.Join(dir, "resources_message__01_example-message.json"))
	k := newKeeper()
	k.give(t, alone(), "MESSAGE_CREATE", string(bytes.Replace(raw, []byte(textID), []byte(rootID), 1)))
	if r := k.replies[message1]; r.Text != "Supa Hot" || r.Author.Name != "Mason" || r.Version != 1499794027299000 {
		t.Errorf("%+v", k.replies)
	}
	m, err := decodeMessage("message", raw)
	if err != nil || len(m.reactions()) != 1 || m.reactions()[0] != (bot.Reaction{Key: "🔥", Count: 1}) {
		t.Errorf("%+v, %v", m.reactions(), err)
	}
	t.Logf("%d payloads as %d events; %d messages are recorded", len(files), len(eventNames), recorded)
}
