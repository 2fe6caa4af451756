package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"colloquy/bot"
)

func TestPressed(t *testing.T) {
	o := newOffice(t)
	ack := o.presses("UMEMBER", actionID("key1", "evidence", 1), `{"id":"abcd","n":"2"}`)
	c := o.last()
	if ack != "null" || c.Name != "evidence" || c.Args["n"] != "2" || c.Args["id"] != "abcd" || c.ID == "" {
		t.Errorf("%s %+v", ack, c)
	}
	thread := bot.Channel{Platform: "slack", Workspace: "T1", ID: "C1", Thread: "1.1"}
	if c.Channel != thread || c.Ref != (bot.MessageRef{Channel: thread, MessageID: "2.2"}) || c.Actor.Name != "Mo <!channel>" {
		t.Errorf("%+v", c)
	}
	got := o.calls("/hook")
	if len(got) != 1 || !strings.Contains(got[0].body, `"thread_ts":"1.1"`) || !strings.Contains(got[0].body, `"response_type":"ephemeral"`) || !strings.Contains(got[0].body, `"replace_original":false`) {
		t.Errorf("%+v", got)
	}
	// A root, whose thread has replies: people read it in the channel.
	o.presses("UMEMBER", actionID("key1", "privacy", 0), "", func(in map[string]any) {
		in["message"] = map[string]any{"ts": "1.1", "thread_ts": "1.1", "team": "T1"}
		in["container"] = map[string]any{"type": "message", "message_ts": "1.1", "thread_ts": "1.1"}
	})
	if c = o.last(); c.Channel != thread || c.Ref.MessageID != "1.1" || c.Ref.Thread != "" || strings.Contains(o.calls("/hook")[1].body, "thread_ts") {
		t.Errorf("%+v %s", c, o.calls("/hook")[1].body)
	}
	// What only one person sees makes room for what comes of it.
	o.presses("UMEMBER", actionID("", "forget-me", 0), `{"confirm":"yes"}`, func(in map[string]any) {
		delete(in, "message")
		in["container"] = map[string]any{"type": "message", "message_ts": "5.5", "is_ephemeral": true, "channel_id": "C1"}
	})
	if c = o.last(); c.Ref != (bot.MessageRef{}) || !strings.Contains(o.calls("/hook")[2].body, `"replace_original":true`) {
		t.Errorf("%+v %s", c, o.calls("/hook")[2].body)
	}
}

// TestPressedAgain: what failed can be pressed again.
func TestPressedAgain(t *testing.T) {
	o := newOffice(t)
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{}, bot.Problemf("x", "the disk is full")
	}
	o.presses("UMEMBER", actionID("", "forget-me", 0), `{"confirm":"yes"}`, func(in map[string]any) {
		in["container"] = map[string]any{"type": "message", "message_ts": "5.5", "is_ephemeral": true, "channel_id": "C1"}
	})
	if got := o.calls("/hook"); len(got) != 1 || !strings.Contains(got[0].body, `"replace_original":false`) || !strings.Contains(got[0].text(), "the disk is full") {
		t.Errorf("%+v", got)
	}
}

func TestPressedInVain(t *testing.T) {
	o := newOffice(t)
	for id, value := range map[string]string{"": "", "other": "x", "k/nothing/0": "", "k/complete/0": "", "k/now/0": "no json", "k/now/x": "", strings.Repeat("k", 300): ""} {
		before := len(o.calls("/hook"))
		o.presses("UADMIN", id, value)
		if got := o.calls("/hook"); len(o.commands) != 0 || len(got) != before+1 || !strings.Contains(got[before].text(), "another version of Colloquy") {
			t.Errorf("%q: %+v", id, got)
		}
	}
	before := len(o.sent)
	for _, change := range []func(map[string]any){
		func(in map[string]any) { in["actions"] = []any{} },
		func(in map[string]any) { in["actions"] = "none" },
		func(in map[string]any) { in["actions"].([]any)[0].(map[string]any)["url"] = "https://news.example/" },
		func(in map[string]any) { in["actions"].([]any)[0].(map[string]any)["type"] = "static_select" },
		func(in map[string]any) { in["user"] = nil },
	} {
		if ack := o.presses("UADMIN", actionID("k", "close", 0), "", change); ack != "null" {
			t.Error(ack)
		}
	}
	if len(o.commands) != 0 || len(o.sent) != before {
		t.Errorf("%+v %+v", o.commands, o.sent[before:])
	}
}

// answers fills in the form that was opened last.
func (o *office) answers(user, said string, change ...func(map[string]any)) string {
	o.t.Helper()
	opened := o.calls("views.open")
	var v map[string]any
	if err := json.Unmarshal([]byte(opened[len(opened)-1].args.Get("view")), &v); err != nil {
		o.t.Fatal(err)
	}
	acts++
	in := map[string]any{"type": "view_submission", "trigger_id": fmt.Sprintf("sent%d", acts), "team": map[string]any{"id": "T1"}, "user": map[string]any{"id": user, "team_id": "T1"},
		"view": map[string]any{"id": "V1", "callback_id": v["callback_id"], "private_metadata": v["private_metadata"], "app_installed_team_id": "T1",
			"state": map[string]any{"values": map[string]any{"text": map[string]any{"text": map[string]any{"type": "plain_text_input", "value": said}}}}}}
	for _, f := range change {
		f(in)
	}
	return o.does("interactive", in)[0]
}

func TestForm(t *testing.T) {
	o := newOffice(t)
	b := bot.Button{Label: "Answer", Command: "answer", Args: map[string]string{"id": "abcd", "n": "2"}, Form: "Your answer, shown here under your name"}
	o.presses("UMEMBER", actionID("k", "answer", 0), buttonValue(b))
	opened := o.calls("views.open")
	if len(opened) != 1 || len(o.commands) != 0 || len(o.calls("users.info")) != 0 {
		t.Fatalf("%+v %+v", opened, o.commands)
	}
	view := opened[0].args.Get("view")
	for _, want := range []string{`"title":{"type":"plain_text","text":"Answer"`, `Your answer, shown here under your name`, `"multiline":true`, `"max_length":3000`, `Is \u003cit\u003e fair?`, `"type":"modal"`} {
		if !strings.Contains(view, want) {
			t.Errorf("%s is not in %s", want, view)
		}
	}
	if opened[0].args.Get("trigger_id") == "" {
		t.Error("no trigger")
	}
	ack := o.answers("UMEMBER", "I think <@U1> & you")
	c := o.last()
	thread := bot.Channel{Platform: "slack", Workspace: "T1", ID: "C1", Thread: "1.1"}
	if ack != "null" || c.Name != "answer" || c.Args["text"] != "I think <@U1> & you" || c.Args["n"] != "2" || c.Args["id"] != "abcd" || c.Args[formArgument] != "" ||
		c.Channel != thread || c.Ref.MessageID != "2.2" || c.Actor.ID != "UMEMBER" {
		t.Errorf("%s %+v", ack, c)
	}
	said := o.calls("chat.postEphemeral")
	if len(said) != 1 || said[0].args.Get("channel") != "C1" || said[0].args.Get("thread_ts") != "1.1" || said[0].args.Get("user") != "UMEMBER" || !strings.Contains(said[0].text(), "Done.") {
		t.Errorf("%+v", said)
	}
	// The same words again, because Slack had no answer in time, are the same answer; others are another.
	if o.answers("UMEMBER", "I think <@U1> & you"); o.last().ID != c.ID {
		t.Errorf("%s, then %s", c.ID, o.last().ID)
	}
	if o.answers("UMEMBER", "I think not"); o.last().ID == c.ID {
		t.Error("other words have the same id")
	}
}

func TestFormStaysOpen(t *testing.T) {
	o := newOffice(t)
	o.presses("UMEMBER", actionID("k", "answer", 0), `{"form":"1","n":"2"}`)
	if ack := o.answers("UMEMBER", " \n "); !strings.Contains(ack, `"response_action":"errors"`) || !strings.Contains(ack, `"errors":{"text":"There is nothing in it.`) || len(o.commands) != 0 {
		t.Error(ack)
	}
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{Private: true, Refused: true, Message: bot.Message{Paragraphs: []string{"That discussion takes no answers any more."}}}, nil
	}
	if ack := o.answers("UMEMBER", "my words"); ack != `{"errors":{"text":"That discussion takes no answers any more."},"response_action":"errors"}` || len(o.calls("chat.postEphemeral")) != 0 {
		t.Error(ack)
	}
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{}, bot.Problemf("x", "the disk is full")
	}
	if ack := o.answers("UMEMBER", "my words"); !strings.Contains(ack, "That is not stored: the disk is full.") {
		t.Error(ack)
	}
	if ack := o.answers("UMEMBER", "my words", func(in map[string]any) { in["view"].(map[string]any)["private_metadata"] = "{}" }); !strings.Contains(ack, "another version of Colloquy") {
		t.Error(ack)
	}
	// Too late for the form: its person gets their words back.
	o.p.asks.wait(1)
	acked := make(chan struct{})
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		<-acked
		return bot.Answer{}, bot.Problemf("x", "the disk is full")
	}
	o.p.interact(t.Context(), o, "interactive", []byte(`{"type":"view_submission","trigger_id":"late","team":{"id":"T1"},"user":{"id":"UMEMBER"},"view":{"id":"V1","callback_id":"colloquy_form",
		"private_metadata":"{\"command\":\"answer\",\"channel\":\"C1\"}","state":{"values":{"text":{"text":{"value":"my words"}}}}}}`), func(any) error { close(acked); return nil })
	if said := o.calls("chat.postEphemeral"); len(said) != 1 || !strings.Contains(said[0].text(), "the disk is full. Here is what you wrote:") || !strings.Contains(said[0].text(), "my words") {
		t.Errorf("%+v", said)
	}
}

func TestFormNotOpened(t *testing.T) {
	o := newOffice(t)
	for code, want := range map[string]string{"expired_trigger_id": "did not open in time", "invalid_arguments": "could not be opened"} {
		o.refuse["views.open"] = code
		before := len(o.calls("/hook"))
		o.presses("UMEMBER", actionID("k", "answer", 0), `{"form":"1"}`)
		if got := o.calls("/hook"); len(got) != before+1 || !strings.Contains(got[before].text(), want) {
			t.Errorf("%s: %+v", code, got)
		}
	}
	o.refuse["views.open"] = "exchanged_trigger_id" // another process opened it
	before := len(o.calls("/hook"))
	if o.presses("UMEMBER", actionID("k", "answer", 0), `{"form":"1"}`); len(o.calls("/hook")) != before {
		t.Errorf("%+v", o.calls("/hook"))
	}
}

// uses the menu of a message.
func (o *office) uses(user string, message map[string]any) {
	o.t.Helper()
	acts++
	message["ts"], message["thread_ts"], message["team"] = "4.4", "1.1", "T9"
	ack := o.does("interactive", map[string]any{"type": "message_action", "callback_id": ShortcutID, "trigger_id": fmt.Sprintf("menu%d", acts), "response_url": o.hook(),
		"team": map[string]any{"id": "T1"}, "user": map[string]any{"id": user}, "channel": map[string]any{"id": "C1"}, "message_ts": "4.4", "message": message})
	if ack[0] != "null" {
		o.t.Error(ack)
	}
}

func TestDiscussThisLink(t *testing.T) {
	o := newOffice(t)
	if err := o.p.a.keep(t.Context(), &team{app: o.p, id: "T9"}); err != nil { // that of the message's author
		t.Fatal(err)
	}
	o.uses("UADMIN", map[string]any{"text": "Read <https://news.example/quay?a=1&amp;b=2|this>, please"})
	c := o.last()
	if c.Name != "now" || c.Args["source"] != "https://news.example/quay?a=1&b=2" || c.Ref.MessageID != "4.4" || !c.Actor.Manager || c.Channel.Workspace != "T1" || c.Channel.ID != "C1" {
		t.Errorf("%+v", c)
	}
	o.uses("UADMIN", map[string]any{"text": "nothing, javascript:alert(1)"})
	if got := o.calls("/hook")[1].text(); !strings.Contains(got, "There is no link in that message") || len(o.commands) != 1 {
		t.Errorf("%q", got)
	}
	o.uses("UADMIN", map[string]any{"text": "", "blocks": json.RawMessage(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://a.example/x","text":"x"},{"type":"text","text":" and https://b.example/y."}]}]},
		{"type":"image","image_url":"https://pictures.example/1.png","url":"https://pictures.example/1"}]`),
		"attachments": json.RawMessage(`[{"from_url":"https://a.example/x","title_link":"https://c.example/z","thumb_url":"https://pictures.example/2.png"}]`)})
	answer := o.calls("/hook")[2]
	for _, want := range []string{"Which of these links", `https://a.example/x`, `https://b.example/y`, `https://c.example/z`} {
		if !strings.Contains(answer.body, want) {
			t.Errorf("%s is not in %s", want, answer.body)
		}
	}
	if len(o.commands) != 1 || strings.Contains(answer.body, "pictures") || strings.Count(answer.body, `"type":"button"`) != 3 {
		t.Errorf("%+v %s", o.commands, answer.body)
	}
}

// TestWaysToAnswer: when one is closed there is another.
func TestWaysToAnswer(t *testing.T) {
	o := newOffice(t)
	o.refuse["/hook"] = "used_url"
	if o.presses("UMEMBER", actionID("k", "privacy", 0), ""); len(o.calls("chat.postEphemeral")) != 1 || len(o.calls("chat.postMessage")) != 0 {
		t.Errorf("%+v", o.sent)
	}
	o.refuse["chat.postEphemeral"] = "user_not_in_channel"
	o.presses("UMEMBER", actionID("k", "privacy", 0), "")
	if got := o.calls("chat.postMessage"); len(got) != 1 || got[0].args.Get("channel") != "D1" || got[0].args.Get("thread_ts") != "" || !strings.Contains(got[0].text(), "Done.") {
		t.Errorf("%+v", o.sent)
	}
	o.refuse["chat.postMessage"] = "user_disabled"
	o.presses("UMEMBER", actionID("k", "privacy", 0), "") // nothing more can be done, and nothing breaks
}

func TestLongAnswer(t *testing.T) {
	o := newOffice(t)
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		var m bot.Message
		for i := range 900 {
			m.Lines = append(m.Lines, fmt.Sprintf("Line %d says a few words, and then a few more so that there are many & <!here>.", i))
		}
		a := bot.Answer{Private: true, Message: m}
		for i := range 40 {
			a.Choices = append(a.Choices, bot.Choice{Label: fmt.Sprintf("Drop %d", i), Command: "question drop", Args: map[string]string{"n": fmt.Sprint(i), "id": "abcd"}})
		}
		return a, nil
	}
	ack := o.types("UADMIN", "help")
	hooks := o.calls("/hook")
	seen := ack
	for _, s := range hooks {
		seen += s.body
	}
	if len(hooks) > mostUses || !strings.Contains(seen, "Line 0 says") || strings.Contains(seen, "<!here>") || strings.Count(seen, `"type":"button"`) != maxButtons {
		t.Errorf("%d hooks, %d buttons", len(hooks), strings.Count(seen, `"type":"button"`))
	}
	files := o.calls("/upload")
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	all := seen + files[0].body
	for _, want := range []string{"Line 450 says", "Line 899 says", "Drop 39: /discuss question drop 39 --id abcd"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is nowhere", want)
		}
	}
	if len(o.calls("files.completeUploadExternal")) != 1 || o.calls("files.completeUploadExternal")[0].args.Get("channel_id") != "D1" {
		t.Errorf("%+v", o.calls("files.completeUploadExternal"))
	}
}

func TestFile(t *testing.T) {
	o := newOffice(t)
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"This is all."}}, File: &bot.Document{Name: "../my/data.jsonl", Data: []byte("{}\n")}}, nil
	}
	ack := o.types("UMEMBER", "export-me")
	if files := o.calls("/upload"); len(files) != 1 || files[0].body != "{}\n" || o.calls("files.getUploadURLExternal")[0].args.Get("filename") != "-my-data.jsonl" {
		t.Errorf("%+v", o.sent)
	}
	if hooks := o.calls("/hook"); !strings.Contains(ack, "This is all.") || len(hooks) != 1 || !strings.Contains(hooks[0].text(), "is in your private chat with Colloquy") {
		t.Errorf("%s %+v", ack, hooks)
	}
	o.refuse["files.getUploadURLExternal"] = "missing_scope"
	o.types("UMEMBER", "export-me")
	if hooks := o.calls("/hook"); len(hooks) != 2 || !strings.Contains(hooks[1].text(), "could not be sent to you") {
		t.Errorf("%+v", hooks)
	}
}
