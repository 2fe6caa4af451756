package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestReplyFromEvent(t *testing.T) {
	in, _ := newWire(t)
	k := newKeeper()
	k.give(t, in, said(1, "2) <@U0ADA>, <@U0GRACE> and <@U0TWO> said \u0000 5 &lt; 6 &amp;amp; <!here> in <#C0OTHER> or <#C1|old>: <https://example.org/?a=1&amp;b=2|this>",
		`,"client_msg_id":"x","subtype":"file_share","a_new_field":[1,{"x":null}],"blocks":{"broken":1},"edited":null,
		"files":[{"id":"F1","name":"a\u0007.png","permalink":"https://acme.slack.com/files/a.png"},{"id":"F2","mode":"tombstone"},
			{"id":"F3","title":"No name","permalink":"javascript:alert(1)"},{"id":"F4","mode":"hidden_by_limit"}]`))
	want := bot.Reply{
		Ref:     ref(1),
		Author:  bot.Person{Platform: Platform, Workspace: teamID, ID: "U0ADA", Name: "Ada L."},
		ReplyTo: rootTS,
		Text:    "2) @Ada L., @Grace H. and @U0TWO said  5 < 6 &amp; @here in #other-talk or #old: this (https://example.org/?a=1&b=2)",
		Files:   []bot.File{{Name: "a.png", URL: "https://acme.slack.com/files/a.png"}, {Name: "No name"}, {Name: "F4"}},
		Version: 1767225601000200, CreatedAt: micro(1767225601000200),
	}
	if got := k.replies[ts(1)]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A reply is recorded before its author's name is asked for, and in a thread that
// is none of ours nobody is asked.
func TestRecordedThenNamed(t *testing.T) {
	in, w := newWire(t)
	k := newKeeper()
	k.only = rootTS
	elsewhere := strings.Replace(said(2, "hi", ""), rootTS, "1767225500.000100", 1)
	if k.give(t, in, elsewhere); k.calls != 1 || w.times("users.info") != 0 {
		t.Errorf("elsewhere: handed over %d times, %d requests for names", k.calls, w.times("users.info"))
	}
	known := w.answers["users.info"]
	w.on("users.info", func(args url.Values) string {
		if k.texts()[ts(1)] != "hi" {
			t.Error("it waits for a name")
		}
		return known(args)
	})
	k.give(t, in, said(1, "hi", ""))
	if r := k.replies[ts(1)]; r.Author.Name != "Ada L." || r.Text != "hi" || k.calls != 3 {
		t.Errorf("handed over %d times: %+v", k.calls-1, r)
	}
	k.give(t, in, said(3, "and so on", ""))
	if r := k.replies[ts(3)]; r.Author.Name != "Ada L." || k.calls != 4 || w.times("users.info") != 1 {
		t.Errorf("a name that is known: handed over %d times: %+v", k.calls-3, r)
	}
	w.on("users.info", func(args url.Values) string { return "<html>" })
	k.give(t, in, said(4, "of nobody known", `,"user":"U0GRACE"`))
	if r := k.replies[ts(4)]; r.Text != "of nobody known" || r.Author.Name != "" || k.calls != 5 {
		t.Errorf("no name: handed over %d times: %+v", k.calls-4, r)
	}
}

func TestWhatIsNoReply(t *testing.T) {
	in, _ := newWire(t)
	for name, payload := range map[string]string{
		"outside a thread":    `{"type":"message","channel":"C0TALK","user":"U0ADA","text":"hi","ts":"1767225601.000200"}`,
		"it begins a thread":  `{"type":"message","channel":"C0TALK","user":"U0ADA","text":"hi","ts":"1767225601.000200","thread_ts":"1767225601.000200"}`,
		"our own by bot":      said(1, "hi", `,"bot_id":"B0SELF"`),
		"our own by user":     said(1, "hi", `,"user":"U0SELF"`),
		"of another bot":      said(1, "hi", `,"bot_id":"B0OTHER","bot_profile":{"id":"B0OTHER"}`),
		"of an old bot":       said(1, "hi", `,"subtype":"bot_message","bot_id":"B0OTHER","user":null`),
		"of Slackbot":         said(1, "hi", `,"user":"USLACKBOT"`),
		"of nobody":           said(1, "hi", `,"user":""`),
		"somebody joined":     said(1, "<@U0ADA> has joined the channel", `,"subtype":"channel_join"`),
		"a new subtype":       said(1, "hi", `,"subtype":"huddle_thread"`),
		"forwarded, no words": said(1, "", `,"attachments":[{"text":"words of another"}]`),
		"it was replied to":   `{"type":"message","subtype":"message_replied","channel":"C0TALK","ts":"1767225601.000200","message":{"ts":"1767225600.000100","reply_count":1}}`,
		"our own post edited": `{"type":"message","subtype":"message_changed","channel":"C0TALK","ts":"1767225601.000200","message":` + said(1, "hi", `,"bot_id":"B0SELF"`) + `}`,
		"an edit elsewhere":   `{"type":"message","subtype":"message_changed","channel":"C0TALK","ts":"1767225601.000200","message":{"type":"message","user":"U0ADA","text":"hi","ts":"1767225601.000200"}}`,
		"another reaction":    `{"type":"reaction_added","user":"U0BOSS","reaction":"+1","item":{"type":"message","channel":"C0TALK","ts":"1767225601.000200"}}`,
		"our own reaction":    `{"type":"reaction_added","user":"U0SELF","reaction":"no_entry","item":{"type":"message","channel":"C0TALK","ts":"1767225601.000200"}}`,
		"to a file":           `{"type":"reaction_added","user":"U0BOSS","reaction":"no_entry","item":{"type":"file","file":"F1"}}`,
		"taken away":          `{"type":"reaction_removed","user":"U0BOSS","reaction":"no_entry","item":{"type":"message","channel":"C0TALK","ts":"1767225601.000200"}}`,
		"unknown":             `{"type":"a_new_one","channel":7}`,
	} {
		k := newKeeper()
		if k.give(t, in, payload); k.calls != 0 {
			t.Errorf("%s: %+v %v %v", name, k.replies, k.removed, k.commands)
		}
	}
}

func TestPersonalSubtypes(t *testing.T) {
	in, _ := newWire(t)
	for _, subtype := range []string{"thread_broadcast", "file_share", "me_message"} {
		k := newKeeper()
		if k.give(t, in, said(1, "hi", `,"subtype":"`+subtype+`","root":{"ts":7}`)); k.replies[ts(1)].Text != "hi" {
			t.Errorf("%s: %+v", subtype, k.replies)
		}
	}
}

// edited is the event of an edit.
func edited(n int, text, when, more string) string {
	return fmt.Sprintf(`{"type":"message","subtype":"message_changed","hidden":true,"channel":%q,"ts":%q,"previous_message":%s,"message":%s%s}`,
		channelID, when, said(n, "as it was", ""), said(n, text, `,"edited":{"user":"U0ADA","ts":"`+when+`"}`), more)
}

func deleted(n int) string {
	return fmt.Sprintf(`{"type":"message","subtype":"message_deleted","hidden":true,"channel":%q,"ts":"1767226999.000000","deleted_ts":%q,"previous_message":%s}`,
		channelID, ts(n), said(n, "as it was", ""))
}

func TestEdits(t *testing.T) {
	in, _ := newWire(t)
	k := newKeeper()
	k.give(t, in, said(1, "first", ""))
	k.give(t, in, edited(1, "second", "1767226000.000000", ""))
	if r := k.replies[ts(1)]; r.Text != "second" || r.Version != 1767226000000000 || !r.EditedAt.Equal(micro(1767226000000000)) || r.CreatedAt != micro(1767225601000200) || r.Ref != ref(1) {
		t.Errorf("edited: %+v", r)
	}
	// A preview of a link, and the place of a thread that names no thread.
	k.give(t, in, `{"type":"message","subtype":"message_changed","channel":"C0TALK","ts":"1767226100.000000","message":`+said(1, "first", `,"attachments":[{}]`)+`}`)
	if r := k.replies[ts(1)]; r.Text != "second" {
		t.Errorf("a preview made it %q", r.Text)
	}
	k.give(t, in, strings.Replace(edited(1, "third", "1767226200.000000", ""), `"text":"third","ts":"1767225601.000200","thread_ts":"1767225600.000100"`, `"text":"third","ts":"1767225601.000200"`, 1))
	if r := k.replies[ts(1)]; r.Text != "third" || r.Ref.Channel != inThread {
		t.Errorf("without thread_ts: %+v", r)
	}
	k.give(t, in, strings.Replace(edited(1, "fourth", "1767226300.000000", ""), `{"user":"U0ADA","ts":"1767226300.000000"}`, `"yes"`, 1))
	if r := k.replies[ts(1)]; r.Text != "fourth" || r.Version != 1767226300000000 {
		t.Errorf("edited, nobody knows when: %+v", r)
	}
}

// The time of an edit has whole seconds, so that it can be before that of its message.
func TestVersionOfAQuickEdit(t *testing.T) {
	in, _ := newWire(t)
	k := newKeeper()
	k.give(t, in, said(1, "first", ""))
	k.give(t, in, edited(1, "second", "1767225601.000000", ""))
	if r := k.replies[ts(1)]; r.Text != "second" || r.Version != 1767225601000201 {
		t.Errorf("%+v", r)
	}
}

func TestRemovals(t *testing.T) {
	in, _ := newWire(t)
	inChannel := bot.MessageRef{Channel: inThread.Parent(), MessageID: rootTS}
	root := fmt.Sprintf(`{"type":"message","user":"USLACKBOT","subtype":"tombstone","text":"This message was deleted.","ts":%q,"thread_ts":%[1]q,"hidden":true}`, rootTS)
	for name, c := range map[string]struct {
		payload string
		want    bot.MessageRef
	}{
		"a reply":                {deleted(1), ref(1)},
		"a post without thread":  {`{"type":"message","subtype":"message_deleted","channel":"C0TALK","ts":"1767226999.000000","deleted_ts":"1767225600.000100","previous_message":{"ts":"1767225600.000100","bot_id":"B0SELF"}}`, inChannel},
		"a root":                 {`{"type":"message","subtype":"message_deleted","channel":"C0TALK","ts":"1767226999.000000","deleted_ts":"1767225600.000100","previous_message":{"ts":"1767225600.000100","thread_ts":"1767225600.000100"}}`, inChannel},
		"a root with replies":    {`{"type":"message","subtype":"message_changed","channel":"C0TALK","ts":"1767226999.000000","message":` + root + `}`, inChannel},
		"nobody knows the rest":  {`{"type":"message","subtype":"message_deleted","channel":"C0TALK","deleted_ts":"1767225600.000100","previous_message":[7]}`, inChannel},
		"the thread in the past": {`{"type":"message","subtype":"message_deleted","channel":"C0TALK","deleted_ts":"1767225601.000200","previous_message":{"thread_ts":"1767225600.000100","text":7}}`, ref(1)},
	} {
		k := newKeeper()
		if k.give(t, in, c.payload); len(k.removed) != 1 || !k.removed[c.want] || k.calls != 1 {
			t.Errorf("%s: %v, want %v", name, k.removed, c.want)
		}
	}
}

func TestExclude(t *testing.T) {
	in, w := newWire(t)
	reaction := func(user string) string {
		return fmt.Sprintf(`{"type":"reaction_added","user":%q,"reaction":"no_entry","item_user":"U0ADA","item":{"type":"message","channel":%q,"ts":%q},"event_ts":"1767226999.000000"}`, user, channelID, ts(1))
	}
	w.on("conversations.replies", func(args url.Values) string { return `{"ok":true,"messages":[` + said(1, "hi", "") + `]}` })
	k := newKeeper()
	k.give(t, in, reaction("U0BOSS"))
	k.give(t, in, reaction("U0ADA"))
	want := bot.Command{
		ID: "reaction/C0TALK/" + ts(1) + "/U0BOSS", Name: "exclude", Channel: inThread, Ref: ref(1),
		Actor: bot.Actor{Person: bot.Person{Platform: Platform, Workspace: teamID, ID: "U0BOSS", Name: "boss"}, Manager: true},
	}
	if len(k.commands) != 2 || !reflect.DeepEqual(k.commands[0], want) || k.commands[1].Actor.Manager {
		t.Errorf("got %+v\nwant %+v first", k.commands, want)
	}
	// Slack does not show the message: the engine finds it by its id.
	w.on("conversations.replies", func(args url.Values) string { return `{"ok":false,"error":"thread_not_found"}` })
	if k.give(t, in, reaction("U0BOSS")); len(k.commands) != 3 || k.commands[2].Ref != (bot.MessageRef{Channel: inThread.Parent(), MessageID: ts(1)}) {
		t.Errorf("not shown: %+v", k.commands)
	}
	w.on("conversations.replies", func(args url.Values) string {
		return `{"ok":true,"messages":[` + strings.Replace(said(1, "hi", ""), rootTS, "", 1) + `]}`
	})
	if k.give(t, in, reaction("U0BOSS")); len(k.commands) != 3 {
		t.Errorf("a message in no thread was excluded: %+v", k.commands)
	}
	w.on("conversations.replies", nil)
	w.on("users.info", func(url.Values) string { return `<html>` })
	if err := in.event(t.Context(), k, json.RawMessage(reaction("U0BOSS"))); err == nil || bot.IsPermanent(err) {
		t.Errorf("Slack could not be asked: %v", err)
	}
}

// What cannot be read is said to be so, and never lost without a word.
func TestUnreadable(t *testing.T) {
	in, _ := newWire(t)
	for _, payload := range []string{
		`{`, `[]`, `7`, `{"type":7}`,
		`{"type":"message","subtype":7}`,
		`{"type":"message","channel":7,"ts":"1767225601.000200","thread_ts":"1767225600.000100","user":"U0ADA","text":"secret"}`,
		strings.Replace(said(1, "secret", ""), `"C0TALK"`, `"not an id"`, 1),
		said(1, "secret", `,"thread_ts":1767225600.0001`), said(1, "secret", `,"ts":"1767225601"`), said(1, "secret", `,"ts":1767225601.0002`),
		said(1, "secret", `,"text":{"a":"secret"}`), said(1, "secret", `,"user":["U0ADA"]`), said(1, "secret", `,"user":"ada"`), said(1, "secret", `,"bot_id":7`),
		`{"type":"message","subtype":"message_changed","channel":"C0TALK","ts":"1767226000.000000"}`,
		`{"type":"message","subtype":"message_changed","channel":"C0TALK","ts":"1767226000.000000","message":{"ts":"now"}}`,
		`{"type":"message","subtype":"message_deleted","channel":"C0TALK","deleted_ts":1767225601.0002}`,
		`{"type":"reaction_added","user":"U0BOSS","reaction":"no_entry","item":{"type":"message","channel":"C0TALK"}}`,
		`{"type":"reaction_added","user":"U0BOSS","reaction":7}`,
	} {
		k := newKeeper()
		err := in.event(t.Context(), k, json.RawMessage(payload))
		if !bot.IsPermanent(err) || k.calls != 0 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %d calls", payload, err, k.calls)
		}
	}
}

// What we do not need may be of any type.
func TestStrangeFieldsLoseNothing(t *testing.T) {
	in, _ := newWire(t)
	for _, field := range []string{"team", "user_team", "app_id", "username", "hidden", "blocks", "files", "user_profile", "edited", "reactions", "reply_count",
		"latest_reply", "metadata", "message", "previous_message", "deleted_ts", "channel_type", "event_ts", "client_msg_id", "attachments", "icons"} {
		for _, value := range []string{`7`, `"x"`, `true`, `[7]`, `{"x":[7],"ts":7,"display_name":7}`, `[{"id":7,"name":{},"count":"x","mode":7}]`, `null`} {
			k := newKeeper()
			if k.give(t, in, said(1, "still here", `,"`+field+`":`+value)); k.replies[ts(1)].Text != "still here" || k.replies[ts(1)].Version != 1767225601000200 {
				t.Errorf("%s = %s: %+v", field, value, k.replies)
			}
		}
	}
}

func TestStoreFails(t *testing.T) {
	in, _ := newWire(t)
	k := newKeeper()
	k.fail = errors.New("the store is down")
	for _, payload := range []string{said(1, "hi", ""), edited(1, "hi", "1767226000.000000", ""), deleted(1)} {
		if err := in.event(t.Context(), k, json.RawMessage(payload)); !errors.Is(err, k.fail) || bot.IsPermanent(err) {
			t.Errorf("%v: %s", err, payload)
		}
	}
}

// Any order, and any number of times, comes to the same.
func TestReorderedAndRepeated(t *testing.T) {
	in, _ := newWire(t)
	var events []string
	want := map[string]string{}
	for n := range 40 {
		events = append(events, said(n, fmt.Sprint("reply ", n), ""))
		want[ts(n)] = fmt.Sprint("reply ", n)
		if n%2 == 0 {
			events = append(events, edited(n, "once", "1767226000.000000", ""), edited(n, "twice", "1767226001.000000", ""))
			want[ts(n)] = "twice"
		}
		if n%5 == 0 {
			events = append(events, deleted(n))
			delete(want, ts(n))
		}
	}
	for seed := range uint64(20) {
		k := newKeeper()
		again := slices.Concat(events, events)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		for _, payload := range again {
			k.give(t, in, payload)
		}
		got := map[string]string{}
		for id, r := range k.replies {
			got[id] = r.Text
		}
		if !maps.Equal(got, want) {
			t.Fatalf("order %d: %v, want %v", seed, got, want)
		}
	}
}
