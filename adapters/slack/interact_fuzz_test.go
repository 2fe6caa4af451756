package slack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/bot"
)

// shared are payloads that others wrote down, as far as they are here.
func shared() (out [][]byte) {
	for _, pattern := range []string{"interactions_*", "views_*", "messages_*"} {
		files, _ := filepath.Glob("../../../shared/fixtures/slack/" + pattern + ".json")
		for _, f := range files {
			if raw, err := os.ReadFile(f); err == nil {
				out = append(out, raw)
			}
		}
	}
	return out
}

// TestForeignInteractions: what is none of ours is acknowledged, and nothing is done.
func TestForeignInteractions(t *testing.T) {
	all := shared()
	if len(all) == 0 {
		t.Skip("no fixtures in ../shared")
	}
	o := newOffice(t)
	for _, raw := range all {
		for _, kind := range []string{"interactive", "slash_commands", "options"} {
			o.gets(kind, raw)
		}
	}
	if len(o.commands) != 0 {
		t.Errorf("%+v", o.commands)
	}
}

func FuzzInteract(f *testing.F) {
	for _, raw := range shared() {
		f.Add("interactive", raw)
	}
	f.Add("slash_commands", []byte(`{"command":"/discuss","text":"now <https://a.example/|a> &amp; <@U1|b>","team_id":"T1","channel_id":"C1","user_id":"UADMIN","trigger_id":"1"}`))
	f.Add("interactive", []byte(`{"type":"block_actions","trigger_id":"1","team":{"id":"T1"},"user":{"id":"UMEMBER"},"channel":{"id":"C1"},"message":{"ts":"1.1","thread_ts":"1.1","text":"<x"},"container":{"is_ephemeral":true},
		"actions":[{"type":"button","action_id":"k/answer/0","value":"{\"form\":\"x\"}","text":{"text":"<!here>"}}]}`))
	f.Add("interactive", []byte(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"UMEMBER"},"view":{"id":"V","callback_id":"colloquy_form","private_metadata":"{\"command\":\"answer\",\"channel\":\"C1\"}","state":{"values":{"text":{"text":{"value":"x"}}}}}}`))
	f.Add("interactive", []byte(`{"type":"message_action","callback_id":"discuss_message","team":{"id":"T1"},"user":{"id":"UADMIN"},"channel":{"id":"C1"},"message":{"text":"<https://a.example/>","blocks":[{"type":"rich_text","elements":[{"type":"link","url":"https://b.example"}]}],"attachments":[[[[]]]]}}`))
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		o := newOffice(t)
		o.p.a.speed = 1e6
		o.gets(kind, raw)
		for _, c := range o.commands {
			if specOf(c.Name).Name == "" || c.Actor.ID == "" || c.Channel.Workspace != "T1" || c.Actor.Workspace != "T1" {
				t.Errorf("%+v of %s", c, raw)
			}
		}
		for _, s := range o.sent {
			if !strings.HasPrefix(s.method, "/hook") && s.method != "views.open" {
				continue
			}
			if s.body != "" && !json.Valid([]byte(s.body)) || s.args.Has("view") && !json.Valid([]byte(s.args.Get("view"))) {
				t.Errorf("no JSON: %+v", s)
			}
		}
	})
}

// FuzzRead: what people type is a command, or an error that they can read.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "schedule add “weekdays 09:00” —tz Europe/Berlin", "now <https://a.example/?x=1&amp;y=2|label>", "managers add <@U1|a>", "settings --notices <#C1|x>",
		"answer ‘’ <!subteam^S1|@x> <!here> <|> <@> <", "question replace 2 ‘What’s this’", "&amp;lt; &lt;@U1&gt;"} {
		f.Add(s)
	}
	tm := &team{id: "T1"}
	f.Fuzz(func(t *testing.T, line string) {
		name, args, err := tm.read(line)
		if err != nil && bot.ReasonCode(err) == "internal" {
			t.Errorf("%q: %v", line, err)
		}
		if err == nil && specOf(name).Name == "" {
			t.Errorf("%q is %q, %q", line, name, args)
		}
	})
}
