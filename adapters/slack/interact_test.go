package slack

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

func TestTyped(t *testing.T) {
	o := newOffice(t)
	ack := o.types("UADMIN", `schedule add “weekdays 09:00” —tz Europe/Berlin --approve &lt;#C2|desk> --feed <https://news.example/feed?a=1&amp;b=2|news>`)
	if !strings.Contains(ack, "is no channel") && !strings.Contains(ack, "Done.") {
		t.Error(ack)
	}
	ack = o.types("UADMIN", `schedule add “weekdays 09:00” —tz Europe/Berlin --approve <#C2|desk> --feed <https://news.example/feed?a=1&amp;b=2|news>`)
	c := o.last()
	want := map[string]string{"at": "weekdays 09:00", "tz": "Europe/Berlin", "approve": "slack:T1/C2", "feed": "https://news.example/feed?a=1&b=2"}
	if c.Name != "schedule add" || !maps.Equal(c.Args, want) || !strings.Contains(ack, `"response_type":"ephemeral"`) || !strings.Contains(ack, "Done.") {
		t.Errorf("%+v\n%s", c, ack)
	}
	if c.Channel != (bot.Channel{Platform: "slack", Workspace: "T1", ID: "C1"}) || c.Actor.String() != "slack:T1/UADMIN" || c.Actor.Name != "Ada" || !c.Actor.Manager || c.ID == "" {
		t.Errorf("%+v", c)
	}
	for text, want := range map[string]map[string]string{
		"settings --notices <@UADMIN|ada>":             {"notices": "@slack:T1/UADMIN"},
		"settings --notices @<@UADMIN>":                {"notices": "@slack:T1/UADMIN"},
		"settings --notices <#C9|ops>":                 {"notices": "slack:T1/C9"},
		"managers add <@UMEMBER|mo>":                   {"who": "slack:T1/UMEMBER"},
		"managers add UMEMBER":                         {"who": "UMEMBER"},
		"schedule change abcd --ping <!subteam^S1|@x>": {"id": "abcd", "ping": "S1"},
		"now <https://news.example/a?x=1&amp;y=2>":     {"source": "https://news.example/a?x=1&y=2"},
		"now <http://news.example|news.example>":       {"source": "http://news.example"},
		"answer --n 2 I asked <@UADMIN|ada> — she said “no” &amp; &lt;left&gt; <#C2|desk>": {"n": "2", "text": "I asked @ada — she said “no” & <left> #desk"},
		"question replace 2 ‘What is <@UADMIN|ada>’s view?’":                               {"n": "2", "text": "What is @ada’s view?"},
		"queue\u00a0list": {},
		"":                nil,
	} {
		if o.types("UADMIN", text); !maps.Equal(o.last().Args, want) {
			t.Errorf("%s: %q, not %q", text, o.last().Args, want)
		}
	}
	if o.last(); len(o.calls("/hook")) != 0 {
		t.Errorf("what stands in the acknowledgement came again: %+v", o.calls("/hook"))
	}
}

func TestTypedWrongly(t *testing.T) {
	o := newOffice(t)
	for text, want := range map[string]string{
		"frobnicate":                 `There is no command \"frobnicate\"; /discuss help lists them.`,
		`now "`:                      "Done.", // the rest of the line is taken as it is
		"schedule add \"weekdays":    "is not closed.",
		"feed add":                   "Url is missing; use it as: /discuss feed add URL.",
		"managers add mo":            "names nobody on Slack: type @",
		"managers add <!subteam^S1>": "no user group can manage",
		"managers add <!here>":       "names nobody on Slack",
	} {
		if ack := o.types("UADMIN", text); !strings.Contains(ack, want) || !strings.Contains(ack, `"response_type":"ephemeral"`) {
			t.Errorf("%s: %s", text, ack)
		}
	}
	private := func(in map[string]any) { in["channel_id"] = "D7" }
	if ack := o.types("UADMIN", "now https://news.example/a", private); !strings.Contains(ack, "this is a private chat") {
		t.Error(ack)
	}
	if o.types("UADMIN", "privacy", private); o.last().Name != "privacy" || o.last().Channel.ID != "D7" {
		t.Errorf("%+v", o.last())
	}
}

// TestRenamed: an organisation may call the command something else.
func TestRenamed(t *testing.T) {
	o := newOffice(t)
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"See /discuss why; (/discuss help)."}, Lines: []string{"/discuss now"},
			Quotation: []bot.Quoted{{Text: "They /discuss it at https://x.example/discuss"}}, Title: "To /discuss"}}, nil
	}
	other := func(in map[string]any) { in["command"] = "/colloquy" }
	ack := o.types("UADMIN", "status", other)
	for _, want := range []string{"See /colloquy why; (/colloquy help).", "/colloquy now", "They /discuss it at https://x.example/discuss", "To /discuss"} {
		if !strings.Contains(ack, want) {
			t.Errorf("%q is not in %s", want, ack)
		}
	}
	if ack := o.types("UADMIN", "nothing", other); !strings.Contains(ack, "; /colloquy help lists them.") {
		t.Error(ack)
	}
	if _, err := o.p.a.Post(t.Context(), bot.Channel{Platform: Platform, Workspace: "T1", ID: "C1"}, bot.Message{Paragraphs: []string{"It failed: /discuss why says why."}}, "k"); err != nil || !strings.Contains(o.calls("chat.postMessage")[0].text(), "/colloquy why says") {
		t.Errorf("%v %+v", err, o.calls("chat.postMessage"))
	}
	o.presses("UADMIN", actionID("k", "status", 0), "")
	if got := o.calls("/hook")[0].text(); !strings.Contains(got, "/colloquy why") {
		t.Errorf("%q", got)
	}
}

func TestWhoManages(t *testing.T) {
	o := newOffice(t)
	for user, want := range map[string]bool{"UADMIN": true, "UOWNER": true, "UFIRST": true, "UGRID": true,
		"UMEMBER": false, "UGUEST": false, "UOTHER": false, "UGONE": false, "UBOT": false, "USTRANG": false, "UNOBODY": false} {
		if o.types(user, "close"); o.last().Actor.ID != user || o.last().Actor.Manager != want {
			t.Errorf("%s: %+v", user, o.last().Actor)
		}
		if o.presses(user, actionID("k", "draft post", 0), `{"id":"abcd"}`); o.last().Name != "draft post" || o.last().Actor.Manager != want {
			t.Errorf("%s by a button: %+v", user, o.last().Actor)
		}
	}
	tm, err := o.p.a.team(t.Context(), "T1")
	if err != nil {
		t.Fatal(err)
	}
	tm.owner = "UMEMBER"
	if o.types("UMEMBER", "close"); !o.last().Actor.Manager {
		t.Error("who installed it manages nothing")
	}
	tm.owner = "UGUEST"
	if o.types("UGUEST", "close"); o.last().Actor.Manager {
		t.Error("a guest manages")
	}
	// Rights that are taken away count at once.
	o.mu.Lock()
	o.people["UADMIN"] = `"team_id":"T1"`
	o.mu.Unlock()
	if o.types("UADMIN", "close"); o.last().Actor.Manager {
		t.Error("somebody who is no admin any more manages")
	}
}

func TestSlackCannotBeAsked(t *testing.T) {
	o := newOffice(t)
	o.types("UADMIN", "status") // so that the workspace is known
	o.refuse["users.info"] = "internal_error"
	if ack := o.types("UADMIN", "close"); !strings.Contains(ack, "could not be asked whether you may manage") || o.last().Name != "status" {
		t.Errorf("%s %+v", ack, o.last())
	}
	if ack := o.types("UADMIN", "privacy"); !strings.Contains(ack, "Done.") || o.last().Name != "privacy" || o.last().Actor.Manager || o.last().Actor.Name != "handle" {
		t.Errorf("%s %+v", ack, o.last())
	}
}

// TestSlow: what takes longer than Slack waits is acknowledged, and answered later.
func TestSlow(t *testing.T) {
	o := newOffice(t)
	o.types("UMEMBER", "status")
	o.p.asks.wait(time.Nanosecond)
	acked := make(chan struct{})
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) {
		<-acked
		return bot.Answer{Private: true, Message: bot.Message{Paragraphs: []string{"At last."}}}, nil
	}
	o.p.interact(t.Context(), o, "slash_commands", []byte(`{"command":"/discuss","text":"status","team_id":"T1","channel_id":"C1","user_id":"UMEMBER","trigger_id":"slow","response_url":"`+o.hook()+`"}`), func(body any) error {
		if body != nil {
			t.Errorf("acknowledged with %v", body)
		}
		close(acked)
		return nil
	})
	if got := o.calls("/hook"); len(got) != 1 || !strings.Contains(got[0].body, "At last.") || !strings.Contains(got[0].body, `"ephemeral"`) {
		t.Errorf("%+v", got)
	}
}

func TestDeliveredAgain(t *testing.T) {
	o := newOffice(t)
	same := func(in map[string]any) { in["trigger_id"] = "same" }
	first := o.types("UADMIN", "skip", same)
	if again := o.types("UADMIN", "skip", same); len(o.commands) != 1 || again != "null" || !strings.Contains(first, "Done.") {
		t.Errorf("%d commands, %s, %s", len(o.commands), first, again)
	}
}

func TestEngineFails(t *testing.T) {
	o := newOffice(t)
	for err, want := range map[error]string{errors.New("a secret of the store"): "something went wrong inside Colloquy", bot.Problemf("x", "the disk is full: make room"): "That was not done: the disk is full: make room."} {
		o.answer = func(context.Context, bot.Command) (bot.Answer, error) { return bot.Answer{}, err }
		if ack := o.types("UMEMBER", "status"); !strings.Contains(ack, want) || strings.Contains(ack, "secret") {
			t.Error(ack)
		}
	}
	o.answer = func(context.Context, bot.Command) (bot.Answer, error) { panic("in the engine") }
	if ack := o.types("UMEMBER", "status"); !strings.Contains(ack, "something went wrong") {
		t.Error(ack)
	}
}

// TestWorkspaceOfAnother: an app's secret proves nothing about another's workspaces.
func TestWorkspaceOfAnother(t *testing.T) {
	o := newOffice(t)
	o.types("UADMIN", "status")
	other := &app{App: App{Name: "other"}, a: o.p.a}
	o.p = other
	for _, text := range []string{"close", "privacy"} {
		if ack := o.types("UADMIN", text); !strings.Contains(ack, "not installed in this workspace") || len(o.commands) != 1 {
			t.Errorf("%s: %s", text, ack)
		}
	}
	o.presses("UADMIN", actionID("k", "close", 0), "")
	if len(o.commands) != 1 {
		t.Errorf("%+v", o.last())
	}
}
